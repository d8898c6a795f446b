from pathlib import Path

import pytest

from eventstack.cli.main import main


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
