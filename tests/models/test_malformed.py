"""Malformed events and profiles: every one is answered with place, field, what was given and what would do."""

from collections.abc import Callable
from pathlib import Path

import pytest
from hypothesis import HealthCheck, example, given, settings
from hypothesis import strategies as st

from eventstack.errors import ConfigError, Fault
from eventstack.models.load import find_profile, load_event, load_profile, read_any, read_event, read_profile
from eventstack.models.yaml_reader import read
from tests.models.documents import EVENT, PROFILE, bent, write

EVENTS = [
    ("id: talk-20261122", "id: Talk_1", ("1:5: id", "given: Talk_1", "lower-case")),
    ("id: talk-20261122", f"id: {'x' * 49}", ("id: not of the right form", "48")),
    ("id: talk-20261122", "id: 42", ("id: not text", "given: 42", "quotes")),
    ("id: talk-20261122\n", "", ("id: missing", "What the event is called", "add a line id")),
    ("title: An", "titel: An", ("2:1: titel: unknown key", "id, title, window", "did you mean title?")),
    ("title: An evening talk", "title: ''", ("2:8: title", "too short")),
    ("title: An evening talk", "title: [a]", ("title: not text", "given: a list")),
    ("18:00\n", "18:00+05:00\n", ("4:10: window.start", "not the offset of Europe/Berlin", "+01:00")),
    ("2026-11-22T18:00\n", "tomorrow\n", ("4:10: window.start: not a time", "given: tomorrow", "with a zone")),
    ("2026-11-22T18:00\n", "20:45\n", ("window.start: not a time", "given: 20:45")),
    ("2026-11-22T18:00\n", "2026-02-30T18:00\n", ("window.start: no such time",)),
    ("2026-11-22T19:30\n", "2026-11-22T18:00\n", ("5:8: window.end: the end is not after the start",)),
    ("2026-11-22T19:30\n", "2026-11-24T19:30\n", ("window.end: longer than a day", "several events")),
    ("Europe/Berlin", "Europe/Berln", ("6:9: window.zone", "given: Europe/Berln", "did you mean Europe/Berlin?")),
    ("  zone: Europe/Berlin\n", "", ("4:10: window.start: a wall-clock time without a zone",)),
    ("protocol: srt", "protocol: rtmp", ("8:13: contribution.protocol", "given: rtmp", "allowed: srt")),
    ("mode: listener", "mode: listner", ("contribution.mode", "did you mean listener?")),
    ("latency: 200ms", "latency: 200", ("10:12: contribution.latency: a number without its unit", "given: 200")),
    ("latency: 200ms", "latency: 9s", ("contribution.latency", "20ms to 8s")),
    ("passphrase: generated", "passphrase: hunter2hunter2", ("11:15: contribution.passphrase", "env:NAME, file:PATH")),
    ("source: synthetic", "source: clip.mp4", ("12:11: contribution.source", "given: clip.mp4", "file:PATH")),
    ("cloud: local", "cloud: [local]", ("14:8: cloud: not text", "given: a list")),
    ("cloud: local", "cloud: local\nextends: base", ("15:1: extends: unknown key",)),
    ("contribution:\n", "contribution: srt\nnone:\n", ("contribution: not a mapping", "given: srt")),
]

PROFILES = [
    ("name: wide", "name: narrow", ("1:7: name: not the name of its file", "given: narrow", "allowed: wide")),
    ("frame_rate: 25fps", "frame_rate: 25", ("4:15: ladder.frame_rate: a number without its unit", "25fps")),
    ("frame_rate: 25fps", "frame_rate: 29.97fps", ("ladder.frame_rate", "30000/1001fps")),
    ("frame_rate: 25fps", "frame_rate: 30000/1001fps", ("packaging.segment", "frame rate that shares a grid")),
    ("codec: avc", "codec: hevc", ("5:10: ladder.codec: not one of the choices", "given: hevc", "allowed: avc")),
    ("preset: veryfast", "preset: verryfast", ("ladder.preset", "did you mean veryfast?")),
    ("size: 640x360", "size: 426x240", ("9:13: ladder.renditions[0].size: not 16:9", "416x234 or 448x252")),
    ("size: 640x360", "size: 640", ("ladder.renditions[0].size: a number without its unit",)),
    ("size: 640x360", "size: 1280x720", ("two rungs of one height",)),
    ("bitrate: 800kbps", "bitrate: 5Mbps", ("12:16: ladder.renditions[1].bitrate: not above the 5Mbps",)),
    ("      bitrate: 800kbps\n", "", ("9:7: ladder.renditions[0].bitrate: missing",)),
    ("max_bitrate: 4Mbps", "max_bitrate: 2Mbps", ("13:20: ladder.renditions[1].max_bitrate", "3Mbps to 12Mbps")),
    ("      max_bitrate: 4Mbps", "      frame_rate: 50fps", ("not the ladder's frame rate", "given: 50fps")),
    ("language: en", "language: English!", ("16:17: audio.tracks[0].language",)),
    ("language: en", "language: NO", ("audio.tracks[0].language", "given: NO")),
    ("channels: 2", "channels: 6", ("audio.tracks[0].channels", "1 (mono) or 2 (stereo)")),
    ("channels: 2", "channels: true", ("audio.tracks[0].channels", "given: true")),
    ("bitrate: 96kbps", "bitrate: 6Mbps", ("audio.tracks[0].bitrate", "16kbps to 512kbps")),
    ("formats: [hls, dash]", "formats: []", ("21:12: packaging.formats: too few entries",)),
    ("formats: [hls, dash]", "formats: hls", ("packaging.formats: not a list", "given: hls")),
    ("formats: [hls, dash]", "formats: [hls, hls]", ("21:18: packaging.formats[1]: listed twice",)),
    ("formats: [hls, dash]", "formats: [hls, smooth]", ("packaging.formats[1]", "given: smooth", "allowed: hls, dash")),
    ("segment: 1.92s", "segment: 2s", ("22:12: packaging.segment", "93.75 AAC frames", "allowed: 1.92s or 2.24s")),
    ("segment: 1.92s", "segment: 0.1s", ("packaging.segment", "0.5s to 10s")),
    ("window: 60s", "window: 4s", ("packaging.window: shorter than three segments", "at least 6s")),
    ("window: 60s", "window: 60.5s", ("packaging.window: not whole seconds",)),
    ("scheme: cenc", "scheme: cbcs", ("25:11: drm.scheme: cbcs with ClearKey", "given: cbcs", "cenc, or dash alone")),
    ("systems: [clearkey]", "systems: [fairplay]", ("drm.systems[0]", "given: fairplay", "widevine")),
    ("rotation: off", "rotation: 10m", ("28:13: drm.rotation: our packager can't rotate keys", "allowed: off")),
    ("slate: true", "slate: on", ("29:8: slate: not a yes or no", "given: on", "true, false")),
    ("line_up: 12s", "line_up: 0s", ("33:12: timing.line_up: no line-up", "more than 0s")),
    ("overrun: stay-up", "overrun: stay", ("timing.overrun", "keep-start-times")),
    ("[encoder, licence, edge]", "[encoder, cdn]", ("monitoring.gates.hops[1]", "given: cdn")),
    ("in_a_row: 2", "in_a_row: 0", ("39:15: monitoring.gates.in_a_row: too small", "1 or more")),
    ("in_a_row: 2", "in_a_row: '2'", ("monitoring.gates.in_a_row: not a whole number", "given: 2")),
    ("give_up: 60s", "give_up: 0s", ("monitoring.gates.give_up: no time at all",)),
    ("layers: split", "layers: both", ("layers: not one of the choices", "split, single")),
    ("settle: 5s", "setle: 5s", ("43:3: teardown.setle: unknown key", "did you mean settle?")),
]


@pytest.mark.parametrize(("old", "new", "fragments"), EVENTS)
def test_a_malformed_event_is_explained(old: str, new: str, fragments: tuple[str, ...]) -> None:
    document = read(bent(EVENT, old, new).encode(), "event.yaml")
    with pytest.raises(ConfigError) as caught:
        read_event(document)
    for fragment in ("event.yaml:", *fragments):
        assert fragment in str(caught.value)


@pytest.mark.parametrize(("old", "new", "fragments"), PROFILES)
def test_a_malformed_profile_is_explained(old: str, new: str, fragments: tuple[str, ...]) -> None:
    document = read(bent(PROFILE, old, new).encode(), "wide.yaml")
    with pytest.raises(ConfigError) as caught:
        read_profile(document)
    for fragment in ("wide.yaml:", *fragments):
        assert fragment in str(caught.value)


def test_drm_is_off_or_a_mapping() -> None:
    head, tail = PROFILE.split("drm:\n")
    rest = tail[tail.index("slate:") :].replace("licence, ", "")
    assert read_profile(read(f"{head}drm: off\n{rest}".encode(), "wide.yaml")).model.drm is None
    for wrong in ("", " false", " cenc"):
        with pytest.raises(ConfigError, match="neither off nor a mapping"):
            read_profile(read(f"{head}drm:{wrong}\n{rest}".encode(), "wide.yaml"))
    with pytest.raises(ConfigError, match="a clear profile has no licences"):
        read_profile(read(f"{head}drm: off\n{tail[tail.index('slate:') :]}".encode(), "wide.yaml"))


def test_every_fault_of_a_file_comes_at_once_in_its_order() -> None:
    text = bent(
        bent(bent(EVENT, "id: talk", "id: Talk"), "latency: 200ms", "latency: 200"), "cloud: local", "clod: local"
    )
    with pytest.raises(ConfigError) as caught:
        read_event(read(text.encode(), "event.yaml"))
    faults = caught.value.faults
    assert [fault.field for fault in faults] == ["cloud", "id", "contribution.latency", "clod"]
    assert [fault.line for fault in faults] == sorted(fault.line or 0 for fault in faults)


def test_a_file_of_nothing_but_faults_is_answered_briefly() -> None:
    for text in ("".join(f"key{n}: 1\n" for n in range(3000)) + EVENT, EVENT + "id: x\n" * 3000):
        with pytest.raises(ConfigError) as caught:
            read_event(read(text.encode(), "event.yaml"))
        assert len(caught.value.faults) == 100


@pytest.mark.parametrize(
    "line",
    [
        "  passphrase: s3cret-s3cret",
        "  passphrase: {value: s3cret-s3cret}",
        "  passphrase: [s3cret-s3cret]",
        "  passphrase: 'gen:s3cret-s3cret'",
        "  passphrse: s3cret-s3cret",
        "  source: 'srt://venue:9000?passphrase=s3cret-s3cret'",
        "  source: 'rtmp://user:s3cret-s3cret@venue/live'",
    ],
)
def test_a_misplaced_secret_is_not_repeated(line: str) -> None:
    key = line.strip().split(":")[0].replace("passphrse", "passphrase")
    old = next(known for known in EVENT.splitlines() if known.strip().startswith(key + ":"))
    with pytest.raises(ConfigError) as caught:
        read_event(read(bent(EVENT, old, line).encode(), "event.yaml"))
    assert "s3cret" not in str(caught.value)
    assert "s3cret" not in repr(caught.value.faults)


def test_relative_files_are_taken_from_the_events_folder(tmp_path: Path) -> None:
    text = bent(bent(EVENT, "source: synthetic", "source: file:clips/a.mp4"), "generated", "file:secret.txt")
    feed = load_event(write(tmp_path, "event.yaml", text)).contribution
    assert feed.source.name == str(tmp_path / "clips/a.mp4")
    assert feed.passphrase.name == str(tmp_path / "secret.txt")


def test_a_profile_is_found_by_path_by_folder_or_shipped(tmp_path: Path) -> None:
    path = write(tmp_path, "wide.yaml", PROFILE)
    assert load_profile(path) == load_profile("wide", [tmp_path])
    assert load_profile("talk-720p25", [tmp_path]).name == "talk-720p25"


def test_an_unknown_profile_is_answered_with_the_known_ones() -> None:
    with pytest.raises(ConfigError) as caught:
        find_profile("talk-720p")
    assert "did you mean talk-720p25?" in str(caught.value)
    assert "rehearsal-540p25" in str(caught.value)


def test_what_a_file_is_shows_in_its_keys() -> None:
    assert type(read_any(read(EVENT.encode(), "event.yaml")).model).__name__ == "Event"
    assert type(read_any(read(PROFILE.encode(), "wide.yaml")).model).__name__ == "Profile"
    with pytest.raises(ConfigError, match="neither an event nor a profile"):
        read_any(read(b"a: 1\n", "f.yaml"))


def faults_of(act: Callable[[], object]) -> tuple[Fault, ...]:
    """What a ConfigError holds, nothing when all went well; any other error is the test's end."""
    try:
        act()
    except ConfigError as error:
        return error.faults
    return ()


mutation = st.tuples(
    st.floats(0, 1),
    st.integers(0, 12),
    st.text(st.characters(exclude_categories=["Cs"]), max_size=8) | st.sampled_from("*&!%{}[]?|>\"'\\:-\n\t "),
)


@settings(max_examples=150, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(st.sampled_from([EVENT, PROFILE]), st.lists(mutation, min_size=1, max_size=3))
@example(EVENT, [(0.0, 0, '"\\U7FFFFFFF": ')])
@example(EVENT, [(0.0, 0, "%YAML 9999999999999.1\n---\n")])
@example(EVENT, [(0.0, 0, "? ")])
def test_a_mutated_file_is_read_or_refused_and_never_breaks_us(
    text: str, mutations: list[tuple[float, int, str]]
) -> None:
    for place, length, new in mutations:
        at = int(place * len(text))
        text = text[:at] + new + text[at + length :]
    faults = faults_of(lambda: read_any(read(text.encode(), "wide.yaml")))
    assert all(fault.file == "wide.yaml" for fault in faults)


@settings(max_examples=100, deadline=None)
@given(st.binary(max_size=200))
def test_any_bytes_are_read_or_refused(content: bytes) -> None:
    assert all(fault.message for fault in faults_of(lambda: read_any(read(content, "f.yaml"))))


values = st.recursive(
    st.none()
    | st.booleans()
    | st.integers()
    | st.floats()
    | st.text(st.characters(exclude_categories=["Cs"]), max_size=6),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=3), inner, max_size=3),
    max_leaves=6,
)


@settings(max_examples=150, deadline=None)
@given(st.sampled_from([EVENT, PROFILE]), st.data())
def test_any_value_in_any_field_is_taken_or_refused(text: str, data: st.DataObject) -> None:
    document = read(text.encode(), "wide.yaml")
    path = data.draw(st.sampled_from(sorted(document.values.keys() - {()}, key=str)))
    holder = document.data
    for part in path[:-1]:
        holder = holder[part]  # type: ignore[index]
    holder[path[-1]] = data.draw(values)  # type: ignore[index]
    assert all(fault.line for fault in faults_of(lambda: read_any(document)))
