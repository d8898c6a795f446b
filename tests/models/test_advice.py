"""What a fault of a profile says to do: in files that its reader can change, and only what can help."""

from collections.abc import Callable
from pathlib import Path

import pytest

from eventstack.errors import ConfigError, Fault
from eventstack.models.load import load_profile, load_profile_of, read_file
from tests.models.documents import EVENT, bent, write


def faults(act: Callable[[], object]) -> tuple[Fault, ...]:
    with pytest.raises(ConfigError) as caught:
        act()
    return caught.value.faults


def test_a_misspelt_base_is_the_only_fault(tmp_path: Path) -> None:
    text = "name: q\nextends: sport-1080p50\nladder: {renditions+: [{size: 640x360, bitrate: 1Mbps}]}\n"
    path = write(tmp_path, "q.yaml", text)
    [fault] = faults(lambda: load_profile(path))
    assert fault.hint == "did you mean sports-1080p50?"
    assert "q" not in str(fault.allowed).split(", ")


def test_a_misspelt_extends_is_the_only_fault(tmp_path: Path) -> None:
    path = write(tmp_path, "r.yaml", "name: r\nextend: sports-1080p50\n")
    [fault] = faults(lambda: load_profile(path))
    assert fault.hint == "did you mean extends?"
    assert "extends, abstract" in str(fault.allowed)


def test_a_file_is_not_told_to_extend_itself(tmp_path: Path) -> None:
    path = write(tmp_path, "nip.yaml", "name: nip\nextends: ./nips.yaml\n")
    assert [fault.hint for fault in faults(lambda: load_profile(path))] == [None]


def test_nobody_is_told_to_rename_a_file_to_what_is_no_name(tmp_path: Path) -> None:
    path = write(tmp_path, "mine.yaml", "name: My-Own\nextends: talk-720p25\n")
    assert [fault.hint for fault in faults(lambda: load_profile(path))] == ["did you mean my-own?"]


def test_a_base_is_refused_at_the_events_own_line(tmp_path: Path) -> None:
    event = write(tmp_path, "e.yaml", bent(EVENT, "profile: talk-720p25", "profile: race-base"))
    [fault] = faults(lambda: load_profile_of(read_file(event)))
    assert (fault.file, fault.field, fault.message) == (str(event), "profile", "only a base")


def test_an_unknown_profile_says_where_it_was_looked_for(tmp_path: Path) -> None:
    event = write(tmp_path, "e.yaml", bent(EVENT, "profile: talk-720p25", "profile: elsewhere"))
    [fault] = faults(lambda: load_profile_of(read_file(event)))
    assert str(tmp_path) in str(fault.hint)
    assert "--profile-dir" in str(fault.hint)


def test_a_fault_of_a_shipped_profile_says_how_the_event_gets_round_it(tmp_path: Path) -> None:
    for more in ("", "overrides: {slate: off}\n"):
        document = load_profile_of(read_file(write(tmp_path, "e.yaml", EVENT + more))).document
        hint = str(document.fault(("packaging", "segment"), "too long").hint)
        assert "overrides: {packaging: {segment: …}}" in hint
        assert "a profile of your own that extends this one" in hint


def test_a_fault_of_ones_own_profile_has_no_way_round(tmp_path: Path) -> None:
    write(tmp_path, "mine.yaml", "name: mine\nextends: talk-720p25\npackaging: {window: 90s}\n")
    event = write(tmp_path, "e.yaml", bent(EVENT, "profile: talk-720p25", "profile: mine"))
    document = load_profile_of(read_file(event)).document
    assert document.fault(("packaging", "window"), "too long").hint is None
