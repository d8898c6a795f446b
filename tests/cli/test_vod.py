from pathlib import Path

import pytest

from eventstack.cli.main import main
from eventstack.cli.vod import found
from eventstack.errors import ConfigError
from eventstack.settings import Settings


def test_a_recording_that_is_not_there_is_answered_with_those_that_are(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setenv("EVENTSTACK_HOME", str(tmp_path))
    kept = tmp_path / "data" / "archive" / "founders-talk"
    kept.mkdir(parents=True)
    (kept / "vod.json").write_text("{}", encoding="utf-8")
    assert main(["vod", "check", "founders-tlak"]) == 2
    said = capsys.readouterr().err
    assert "no such recording" in said
    assert "allowed: founders-talk\n" in said


@pytest.fixture
def settings(tmp_path: Path) -> Settings:
    """Four incarnations' recordings of one talk, the last of which was not closed, and another's."""
    here = Settings.from_environment({"EVENTSTACK_HOME": str(tmp_path)})
    for name in ("talk", "talk.i2", "talk.i10", "talk.i11", "talk-again"):
        (here.archive / name).mkdir(parents=True)
        if name != "talk.i11":
            (here.archive / name / "vod.json").write_text("{}", encoding="utf-8")
    return here


def test_an_occurrence_means_its_newest_recording_that_was_closed(settings: Settings) -> None:
    assert found(settings, "talk") == settings.archive / "talk.i10"
    assert found(settings, "talk-again") == settings.archive / "talk-again"


def test_a_former_incarnations_recording_is_meant_by_its_own_name_or_path(settings: Settings) -> None:
    assert found(settings, "talk.i2") == settings.archive / "talk.i2"
    assert found(settings, str(settings.archive / "talk")) == settings.archive / "talk"


def test_one_that_was_not_closed_is_answered_with_those_that_were(settings: Settings) -> None:
    for given in ("talk.i11", str(settings.archive / "talk.i11")):
        with pytest.raises(
            ConfigError, match=r"no recording that was closed[^$]*talk, talk-again, talk\.i10, talk\.i2\n"
        ):
            found(settings, given)
