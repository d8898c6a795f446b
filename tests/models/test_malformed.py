"""Malformed events and profiles: every one is answered with place, field, what was given and what would do."""

import re
from collections.abc import Callable
from functools import cache
from pathlib import Path

import pytest
from hypothesis import HealthCheck, example, given, settings
from hypothesis import strategies as st

from eventstack.errors import ConfigError, Fault
from eventstack.models.load import (
    find_profile,
    load_event,
    load_profile,
    load_profile_of,
    read_any,
    read_event,
    read_profile,
)
from eventstack.models.yaml_reader import read
from tests.models import sites
from tests.models.documents import EVENT, PROFILE, bent, write
from tests.models.malformed import EVENTS, PROFILES, SOUND, Row

REFUSALS = sites.refusals(sites.MODELS)


@pytest.mark.parametrize("site", REFUSALS, ids=str)
def test_every_refusal_of_a_model_is_shown_by_a_row(site: sites.Site) -> None:
    assert site in shown(), f"{site}: no row in tests/models/malformed.py breaks it"


@cache
def shown() -> frozenset[sites.Site]:
    """Which refusals the rows reach."""
    with sites.reached(REFUSALS) as reached:
        for rows, text, file in ((EVENTS, EVENT, "event.yaml"), (PROFILES, PROFILE, "wide.yaml")):
            for row in rows:
                told(row, text, file)
        faults_of(lambda: read_profile(read(SOUND.encode(), "wide.yaml")))
    return frozenset(reached)


def told(row: Row, text: str, file: str) -> str:
    """What is said of a file in which some texts are others."""
    for old, new in row[0].items():
        text = bent(text, old, new)
    with pytest.raises(ConfigError) as caught:
        (read_event if file == "event.yaml" else read_profile)(read(text.encode(), file))
    return str(caught.value)


@pytest.mark.parametrize("row", EVENTS, ids=lambda row: row[1][0])
def test_a_malformed_event_is_explained(row: Row) -> None:
    answer = told(row, EVENT, "event.yaml")
    assert not [part for part in ("event.yaml:", *row[1]) if part not in answer], answer


@pytest.mark.parametrize("row", PROFILES, ids=lambda row: row[1][0])
def test_a_malformed_profile_is_explained(row: Row) -> None:
    answer = told(row, PROFILE, "wide.yaml")
    assert not [part for part in ("wide.yaml:", *row[1]) if part not in answer], answer


def test_a_programme_of_sound_that_asks_for_pictures_is_explained() -> None:
    with pytest.raises(ConfigError) as caught:
        read_profile(read(SOUND.encode(), "wide.yaml"))
    assert [(fault.line, fault.field, fault.message) for fault in caught.value.faults] == [
        (7, "captions", "captions without pictures"),
        (8, "slate", "a slate for a programme of sound"),
        (13, "monitoring.gates.hops[0]", "a programme of sound has no picture"),
        (15, "monitoring.thresholds.black", "a programme of sound has no picture"),
    ]


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
    assert [fault.field for fault in faults] == ["id", "contribution.latency", "clod"]
    assert [fault.line for fault in faults] == sorted(fault.line or 0 for fault in faults)


def test_a_half_number_and_a_misspelt_key_are_told_once() -> None:
    comma = "cloud: local\naudience: {expected: 9, countries: {CH: 12,5%}}"
    for old, new in (("profile: talk", "profil: talk"), ("cloud: local", comma)):
        with pytest.raises(ConfigError) as caught:
            read_event(read(bent(EVENT, old, new).encode(), "event.yaml"))
        assert len(caught.value.faults) == 1


def test_a_file_of_nothing_but_faults_is_answered_briefly() -> None:
    for text in ("".join(f"key{n}: 1\n" for n in range(3000)) + EVENT, EVENT + "id: x\n" * 3000):
        with pytest.raises(ConfigError) as caught:
            read_event(read(text.encode(), "event.yaml"))
        assert len(caught.value.faults) == 100


@pytest.mark.parametrize(
    "more",
    [
        f"rights: {{except_in: [{', '.join(['DE'] * 5000)}]}}\n",
        f"labels: {{{', '.join(f'x{n}: 1' for n in range(5000))}}}\n",
        "placement:\n  within:\n" + "".join(f"    - Zermany{n}\n" for n in range(5000)),
        "overrides:\n" + "".join(f"  x{n}+: [1]\n" for n in range(5000)),
        f"overrides: {{token: {[f's{n:05}' for n in range(5000)]}, {', '.join(f'x{n}: 1' for n in range(200))}}}\n",
    ],
    ids=lambda more: more[:20],
)
def test_of_thousands_of_faults_a_hundred_are_shown_and_the_rest_is_counted(more: str) -> None:
    document = read((EVENT + more).encode(), "event.yaml")
    with pytest.raises(ConfigError) as caught:
        (load_profile_of if "overrides" in more else read_event)(document)
    assert len(caught.value.faults) == 100
    assert re.search(r"[0-9]+ more faults are not shown", caught.value.faults[-1].hint or "")


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
        "  latency: 200ms\n  address: 'https://venue/live?passphrase=s3cret-s3cret'",
        "  latency: 200ms\n  address: 'rtmp://user:s3cret-s3cret@venue/live'",
        "  latency: 200ms\n  backup: {passphrase: s3cret-s3cret}",
        "  latency: 200ms\n  backup: {address: 'rtmp://venue/?key=s3cret-s3cret', mode: caller}",
    ],
)
def test_a_misplaced_secret_is_not_repeated(line: str) -> None:
    key = line.strip().split(":")[0].replace("passphrse", "passphrase")
    old = next(known for known in EVENT.splitlines() if known.strip().startswith(key + ":"))
    with pytest.raises(ConfigError) as caught:
        read_event(read(bent(EVENT, old, line).encode(), "event.yaml"))
    assert "s3cret" not in str(caught.value)
    assert "s3cret" not in repr(caught.value.faults)


@pytest.mark.parametrize(
    "url", ["https://user:s3cret-s3cret@keys/", "https://keys/?token=s3cret-s3cret", "s3cret-s3cret"]
)
def test_a_secret_in_a_key_servers_address_is_not_repeated(url: str) -> None:
    text = bent(PROFILE, "scheme: cenc", f"key_source: speke\n  speke: {{url: '{url}'}}")
    with pytest.raises(ConfigError) as caught:
        read_profile(read(bent(text, "[clearkey]", "[widevine]").encode(), "wide.yaml"))
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
