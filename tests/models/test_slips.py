"""What is suggested for a value that is refused: something that the field takes, and no guess."""

import re
from collections.abc import Callable

import pytest

from eventstack.errors import ConfigError, Fault
from eventstack.models.document import Document
from eventstack.models.load import read_event, read_profile
from eventstack.models.yaml_reader import read
from tests.models.documents import EVENT, PROFILE, bent

MORE = "cloud: local\n"
IN_EVENT = [
    ("latency: 200ms", "latency: ", "0,4s", "0.4s"),
    ("latency: 200ms", "latency: ", "400 ms", "400ms"),
    (MORE, MORE + "contribution: {expected: {bitrate: ", "20 Mbit/s", "20Mbps"),
    (MORE, MORE + "audience: {expected: ", "30.000", "30000"),
    (MORE, MORE + "audience: {expected: ", "30 000", "30000"),
    (MORE, MORE + "audience: {expected: ", "30_000", "30000"),
    (MORE, MORE + "audience: {expected: ", "45k", "45000"),
    (MORE, MORE + "audience: {expected: ", "1.2M", "1200000"),
    (MORE, MORE + "audience: {expected: 1, countries: {DE: ", "80", "80%"),
    (MORE, MORE + "audience: {expected: 1, countries: {DE: ", "10 %", "10%"),
    ("id: talk-20261122", "id: ", "2027", '"2027"'),
    ("id: talk-20261122", "id: ", "Füchse vs. Hagen", "fuechse-vs-hagen"),
    (MORE, MORE + "series: ", "HB 2027", "hb-2027"),
    (MORE, "cloud: ", "AWS", "aws"),
    ("profile: talk-720p25", "profile: ", "my-handball.yaml", "my-handball"),
    (MORE, MORE + "placement: {within: ", "EU", "[EU]"),
    (MORE, MORE + "rights: {territories: ", "DE", "[DE]"),
    ("latency: 200ms", "allow: ", "203.0.113.7", "[203.0.113.7/32]"),
]
IN_PROFILE = [
    ("codec: avc", "codec: ", "h264", "avc"),
    ("codec: avc", "codec: ", "H.265", "hevc"),
    ("size: 640x360", "size: ", "960\u00d7540", "960x540"),
    ("size: 640x360", "size: ", "1080i50", "1920x1080"),
    ("size: 640x360", "size: ", "720p", "1280x720"),
    ("frame_rate: 25fps", "frame_rate: ", "25", "25fps"),
    ("frame_rate: 25fps", "frame_rate: ", "50p", "50fps"),
    ("bitrate: 800kbps", "bitrate: ", "3500k", "3500kbps"),
    ("bitrate: 800kbps", "bitrate: ", "2,5 Mbit/s", "2.5Mbps"),
    ("tail: 6s", "tail: ", "2min", "2m"),
    ("tail: 6s", "tail: ", "1h 30m", "1h30m"),
    ("formats: [hls, dash]", "formats: ", "hls, dash", "[hls, dash]"),
    ("channels: 2", "take: ", "1-2", "[1, 2]"),
    ("channels: 2", "channels: ", "stereo", "2"),
    ("segment: 1.92s", "container: ", "fmp4", "cmaf"),
    ("rotation: off", "rotation: ", "no", "off"),
    ("slate: true", "slate: ", "ja", "true"),
    ("vod: true", "vod: ", "off", "false"),
    ("name: wide", "name: ", "my-Handball", "my-handball"),
]


def faults(kind: str, text: str) -> tuple[Fault, ...]:
    reader: Callable[[Document], object] = read_event if kind == "event" else read_profile
    with pytest.raises(ConfigError) as caught:
        reader(read(text.encode(), "wide.yaml"))
    return caught.value.faults


def written(kind: str, old: str, new: str, value: str) -> str:
    text = EVENT if kind == "event" else PROFILE
    new = f"{new}{value}{'}' * new.count('{')}"
    if "contribution: {" in new:
        text = re.sub(r"contribution:\n(  .*\n)+", "", text)
    return bent(text, old, new + ("\n" if old.endswith("\n") else ""))


@pytest.mark.parametrize(
    ("kind", "old", "new", "value", "meant"),
    [("event", *row) for row in IN_EVENT] + [("profile", *row) for row in IN_PROFILE],
)
def test_a_slip_is_answered_with_what_the_field_takes(kind: str, old: str, new: str, value: str, meant: str) -> None:
    hints = [fault.hint for fault in faults(kind, written(kind, old, new, value))]
    assert [one for one in hints if one and re.search(rf"(mean|write|quotes:) {re.escape(meant)}\??$", one)], hints


@pytest.mark.parametrize(("old", "new"), [("tail: 6s", "tail: 6"), ("bitrate: 800kbps", "bitrate: 800")])
def test_nobody_guesses_what_a_bare_number_counts(old: str, new: str) -> None:
    assert [fault.hint for fault in faults("profile", bent(PROFILE, old, new))] == [None]


def test_who_may_look_is_never_guessed() -> None:
    for word in ("token", "none", "public", "private"):
        [fault] = faults("profile", bent(PROFILE, "slate: true", f"cdn: {{access: {word}}}"))
        assert (fault.allowed, fault.hint) == ("open, signed", None)


def test_a_whole_number_says_its_range() -> None:
    [fault] = faults("profile", bent(PROFILE, "in_a_row: 2", "in_a_row: often"))
    assert fault.allowed == "a whole number from 1 to 60"


def test_where_off_would_do_it_is_said() -> None:
    [fault] = faults("profile", bent(PROFILE, "rotation: off", "rotation: soon"))
    assert str(fault.allowed).endswith("or off")


def test_a_secret_is_no_slip_to_repeat() -> None:
    for fault in faults("event", bent(EVENT, "passphrase: generated", "passphrase: Hunter 2")):
        assert "unter" not in repr(fault)
