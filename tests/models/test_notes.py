"""Notes on profiles: what is not wrong and yet worth a word, and that a profile with such a thing is taken."""

from functools import cache

import pytest

from eventstack.models.faults import Rule
from eventstack.models.load import load_profile, read_profile
from eventstack.models.yaml_reader import dotted, read
from tests.models import sites
from tests.models.documents import PROFILE, bent

ROWS: list[tuple[dict[str, str], str, str, str | None]] = [
    ({"segment: 1.92s": "segment: 2s"}, "packaging.segment", "93.75 AAC frames", "1.92s or 2.24s"),
    (
        {"25fps": "30000/1001fps", "segment: 1.92s": "segment: 1001/500s"},
        "packaging.segment",
        "93.84 AAC frames: audio segments end up to 3.3 ms late",
        None,
    ),
    (
        {
            "formats: [hls, dash]": "formats: [dash]",
            "scheme: cenc": "scheme: cbcs",
            "[clearkey]": "[clearkey, playready]",
        },
        "drm.systems[1]",
        "PlayReady plays cbcs from version 4 on",
        None,
    ),
    ({"[clearkey]": "[clearkey, widevine]"}, "drm.key_source", "widevine would only be signalled", None),
    ({"tail: 6s": "tail: 5s"}, "timing.tail", "the last viewers miss the end", None),
    ({"  profile: main": "  profile: high10"}, "ladder.profile", "decodes high10", "high"),
    (
        {"slate: true": "redundancy: two-path\ncapacity: {headroom: 0%}"},
        "capacity.headroom",
        "two paths without room to spare",
        None,
    ),
]
"""What is changed in a good profile, and the note on it: field, part of the text, what would be better."""


def noted(changes: dict[str, str]) -> list[Rule]:
    text = PROFILE
    for old, new in changes.items():
        text = bent(text, old, new)
    return list(read_profile(read(text.encode(), "wide.yaml")).model.notes())


@pytest.mark.parametrize(("changes", "field", "text", "better"), ROWS)
def test_a_profile_is_taken_with_a_note(changes: dict[str, str], field: str, text: str, better: str | None) -> None:
    assert [(dotted(note.path), note.allowed) for note in noted(changes) if text in note.message] == [(field, better)]


@pytest.mark.parametrize("site", sites.notes(sites.MODELS), ids=str)
def test_every_note_is_shown_by_a_row(site: sites.Site) -> None:
    assert site in shown()


@cache
def shown() -> frozenset[sites.Site]:
    with sites.reached(sites.notes(sites.MODELS)) as reached:
        for changes, *_ in ROWS:
            noted(changes)
    return frozenset(reached)


def test_a_good_profile_has_no_notes() -> None:
    assert noted({}) == []
    assert list(load_profile("talk-720p25").notes()) == []
