"""Faults that planning finds get the place of the value that they are about."""

from pathlib import Path
from typing import Any

import pytest

from eventstack.automation import inputs
from eventstack.errors import ConfigError, EventstackError, Fault, NotOffered
from eventstack.models.load import load_profile_of, read_event
from eventstack.models.yaml_reader import read
from tests.models.documents import EVENT, PROFILE, bent, write


def placed(
    folder: Path, monkeypatch: pytest.MonkeyPatch, raised: EventstackError, overrides: str = ""
) -> tuple[Fault, ...]:
    """What becomes of an error of planning, for an event with a profile beside it."""

    def resolve(*_: Any, **__: Any) -> None:
        raise raised

    monkeypatch.setattr(inputs, "resolve", resolve)
    write(folder, "base.yaml", bent(PROFILE, "name: wide", "name: base"))
    write(folder, "wide.yaml", "name: wide\nextends: base\npackaging:\n  window: 90s\n")
    text = bent(EVENT, "talk-720p25", "wide")
    loaded = read_event(read(text.encode(), str(folder / "event.yaml")))
    document = read(f"{text}{overrides}".encode(), str(folder / "event.yaml"))
    with pytest.raises(type(raised)) as caught:
        inputs.planned(type(loaded)(loaded.model, document), (), "local")
    assert isinstance(caught.value, ConfigError | NotOffered)
    return caught.value.faults


def place(fault: Fault) -> tuple[str, int | None, str | None]:
    return Path(fault.file or "").name, fault.line, fault.quoted


def test_a_fault_about_the_event_is_in_the_event(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (fault,) = placed(tmp_path, monkeypatch, ConfigError(Fault("too late", field="window.end", given="x")))
    assert place(fault) == ("event.yaml", 5, "  end: 2026-11-22T19:30")
    assert fault.given == "x"


def test_a_fault_about_the_profile_is_in_the_file_that_wrote_it(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    faults = placed(
        tmp_path,
        monkeypatch,
        ConfigError(
            Fault("x", field="packaging.window"),
            Fault("y", field="drm.scheme", subject="profile"),
            Fault("z", field="profile", subject="event"),
        ),
    )
    assert [place(fault) for fault in faults] == [
        ("base.yaml", 25, "  scheme: cenc"),
        ("event.yaml", 13, "profile: wide"),
        ("wide.yaml", 4, "  window: 90s"),
    ]


def test_a_fault_about_an_override_is_in_the_event(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    raised = NotOffered(Fault("nobody has it", field="drm.scheme", subject="profile"))
    (fault,) = placed(
        tmp_path, monkeypatch, raised, "overrides:\n  drm: {scheme: cbcs}\n  packaging: {formats: [dash]}\n"
    )
    assert place(fault) == ("event.yaml", 16, "  drm: {scheme: cbcs}")
    assert fault.field == "overrides.drm.scheme"


def test_a_fault_without_a_field_stays_as_it_is(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    assert placed(tmp_path, monkeypatch, NotOffered("no such thing")) == (Fault("no such thing"),)


def test_an_unknown_profile_and_an_unknown_cloud_come_together() -> None:
    text = bent(bent(EVENT, "talk-720p25", "talk-720p"), "cloud: local", "cloud: moon")
    event = read_event(read(text.encode(), "event.yaml"))
    with pytest.raises(ConfigError) as caught:
        inputs.planned(event, (), "local")
    assert [fault.line for fault in caught.value.faults] == [13, 14]


def test_the_profile_of_an_event_lies_beside_it(tmp_path: Path) -> None:
    write(tmp_path, "wide.yaml", PROFILE)
    event = read(bent(EVENT, "talk-720p25", "wide").encode(), str(tmp_path / "event.yaml"))
    assert load_profile_of(event).model.name == "wide"


def test_a_broken_event_is_told_with_its_overrides_and_its_cloud() -> None:
    text = bent(bent(EVENT, "latency: 200ms", "latency: 200"), "cloud: local", "cloud: moon")
    document = read(f"{text}overrides:\n  slate: on\n".encode(), "event.yaml")
    with pytest.raises(ConfigError) as caught:
        inputs.checked_event(document, ())
    fields = [fault.field for fault in caught.value.faults]
    assert [field for field in fields if field != "overrides"] == ["contribution.latency", "cloud", "overrides.slate"]


def test_what_can_not_be_a_name_is_one_fault_not_two() -> None:
    text = bent(bent(EVENT, "talk-720p25", "Talk 720"), "cloud: local", "cloud: The Moon")
    with pytest.raises(ConfigError) as caught:
        inputs.checked_event(read(text.encode(), "event.yaml"), ())
    assert [fault.field for fault in caught.value.faults] == ["profile", "cloud"]
