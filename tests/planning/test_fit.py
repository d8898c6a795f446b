"""What an event and a profile have to agree on: each disagreement is told at the value that is wrong."""

from collections.abc import Mapping
from pathlib import Path
from typing import Any

import pytest

from eventstack.planning import fit
from tests.models import sites
from tests.planning import changes
from tests.planning.files import Answer, answer, written

Values = Mapping[str, Any]

FEED = "contribution.expected."
CLASH: list[tuple[str, Values, Values, tuple[str, ...]]] = [
    ("aws", {}, {"layers": "series"}, ("event.yaml", "series: a profile with a series layer", "the season's id")),
    (
        "local",
        {"window.end": "2027-05-23T20:00"},
        {"timing.line_up": "2h"},
        ("event.yaml", "window.end: line-up, programme", "media time would wrap", "several events"),
    ),
    (
        "aws",
        {
            "rights.blackouts": [
                {"start": "2027-05-22T23:00Z", "end": "2027-05-22T23:30Z", "territories": ["DE"]},
            ]
        },
        {},
        ("rights.blackouts[0].start: a blackout outside of the event", "a time of the event"),
    ),
    ("aws", {f"{FEED}channels": 1}, {}, (f"{FEED}channels: the profile takes channel 2 of the feed", "2 or more")),
    (
        "aws",
        {f"{FEED}channels": 4},
        {"audio.tracks": [{"language": "en", "take": [5, 6]}]},
        (f"{FEED}channels: the profile takes channel 6", "6 or more"),
    ),
    (
        "aws",
        {f"{FEED}size": "720x576"},
        {},
        (f"{FEED}size: the ladder's top of 1280x720 would be blown up", "or larger"),
    ),
    (
        "aws",
        {f"{FEED}scan": "interlaced"},
        {},
        (f"{FEED}scan: the profile takes progressive pictures", "ladder: {scan"),
    ),
    ("aws", {f"{FEED}frame_rate": "60fps"}, {}, (f"{FEED}frame_rate: pictures would be repeated or", "25fps, or the")),
    (
        "aws",
        {f"{FEED}bitrate": "2Mbps"},
        {},
        (f"{FEED}bitrate: not above the 3Mbps of the ladder's top", "better feed"),
    ),
    (
        "aws",
        {FEED.rstrip("."): {"size": "720x576", "scan": "interlaced", "channels": 1}},
        {"layers": "series"},
        (f"{FEED}size", f"{FEED}scan", f"{FEED}channels", "series: a profile"),
    ),
    ("aws", {"region": "eu-centrl-1"}, {}, ("region: no region of aws", "did you mean eu-central-1?")),
    ("aws", {"region": "frankfurt"}, {}, ("region: no region of aws", "did you mean eu-central-1?")),
    (
        "aws",
        {"region": "us-east-1", "placement.within": ["EU"]},
        {},
        ("region: us-east-1 lies where it may not", "allowed: EU"),
    ),
    ("aws", {"placement.within": ["NZ"]}, {}, ("placement.within",)),
    ("local", {"owner": "news"}, {}, ("owner: another owner's event", "EVENTSTACK_OWNER=news")),
    ("local", {}, {"drm.systems": ["widevine"]}, ("drm.systems", "nobody could play it")),
    (
        "aws",
        {},
        {"packaging.window": "20m"},
        ("packaging.window: window beyond what aws takes", "30 to 900 s", "quota"),
    ),
    (
        "local",
        {},
        {"packaging.segment": "2s"},
        ("packaging.segment: local offers no grid 'inexact'", "1.92s or 2.24s", "offer it: aws"),
    ),
    (
        "azure",
        {},
        {"ladder.frame_rate": "30000/1001fps", "packaging.segment": "1001/500s"},
        ("ladder.frame_rate", "aws"),
    ),
    (
        "gcp",
        {"contribution.passphrase": "env:FEED"},
        {},
        ("contribution.passphrase: gcp offers no secret 'env'", "store"),
    ),
]
"""The cloud, what the event and what the profile has instead, and parts of the answer."""


def dark(start: str, end: str, place: str) -> Values:
    """A blackout of one country on the day of the event."""
    day = "2027-05-22T"
    return {"start": f"{day}{start}", "end": f"{day}{end}", "zone": "Europe/Berlin", "territories": [place]}


NOTED: list[tuple[str, Values, Values, str, str]] = [
    (
        "local",
        {"window.end": "2027-05-22T20:05"},
        {"monitoring.gates.give_up": "10m"},
        "monitoring.gates.give_up",
        "called off only when the programme would be over",
    ),
    ("azure", {}, {"redundancy": "two-path"}, "contribution.backup", "without a backup its loss takes both"),
    ("azure", {"audience": changes.GONE}, {"capacity.headroom": "50%"}, "capacity.headroom", "no audience"),
    ("azure", {"audience.peak": 9_000_000}, {"capacity.packagers": 1}, "capacity.packagers", "are fewer than the"),
    ("aws", {"window.end": changes.GONE}, {}, "window.end", "an open end; media time ends"),
    (
        "aws",
        {"rights": {"territories": ["DE"], "blackouts": [dark("20:10", "20:30", "FR")]}},
        {},
        "rights.blackouts[0].territories",
        "FR sees nothing of it anyway",
    ),
    (
        "aws",
        {"rights.blackouts": [dark("19:00", "20:30", "DE")]},
        {},
        "rights.blackouts[0].start",
        "begins before the event",
    ),
    (
        "aws",
        {"rights.blackouts": [dark("20:10", "23:50", "DE")]},
        {},
        "rights.blackouts[0].end",
        "ends after the event",
    ),
    (
        "aws",
        {"rights.except_in": ["DE"], "audience": {"expected": 9, "countries": {"DE": "70%", "AT": "30%"}}},
        {},
        "audience.countries",
        "70% of them, in DE, may not see it",
    ),
    (
        "aws",
        {"contribution": {"protocol": "rtp", "allow": ["0.0.0.0/0"]}},
        {},
        "contribution.allow",
        "anybody may send",
    ),
    ("aws", {}, {"teardown.settle": "10s"}, "teardown.settle", "10s is not enough for aws"),
]
"""The same with what is only noted: the field and part of the text."""


def told(cloud: str, event: Values, profile: Values, folder: Path) -> Answer:
    return answer(written(changes.event(cloud), event), written(changes.profile(cloud), profile), folder)


@pytest.mark.parametrize(("cloud", "event", "profile", "fragments"), CLASH, ids=lambda value: str(value)[:40])
def test_what_does_not_fit_is_explained(
    cloud: str, event: Values, profile: Values, fragments: tuple[str, ...], tmp_path: Path
) -> None:
    found = told(cloud, event, profile, tmp_path)
    assert found.plan is None
    text = "\n".join(map(str, found.faults))
    assert not [part for part in fragments if part not in text], text
    assert all(fault.file and fault.line for fault in found.faults)


@pytest.mark.parametrize(("cloud", "event", "profile", "field", "text"), NOTED, ids=lambda value: str(value)[:40])
def test_what_fits_badly_is_planned_with_a_note(
    cloud: str, event: Values, profile: Values, field: str, text: str, tmp_path: Path
) -> None:
    plan = told(cloud, event, profile, tmp_path).plan
    assert plan
    assert [note.field for note in plan.notes if text in note.text] == [field]


def test_the_unchanged_files_need_no_note(tmp_path: Path) -> None:
    assert {note.field for note in told("azure", {}, {}, tmp_path).plan.notes} == set()


FIT = Path(fit.__file__)


@pytest.mark.parametrize("site", [*sites.refusals(FIT), *sites.notes(FIT)], ids=str)
def test_every_rule_of_both_is_shown_by_a_row(site: sites.Site, shown: frozenset[sites.Site]) -> None:
    assert site in shown


@pytest.fixture(scope="module")
def shown(tmp_path_factory: pytest.TempPathFactory) -> frozenset[sites.Site]:
    """Which rules the rows reach."""
    folder = tmp_path_factory.mktemp("files")
    with sites.reached([*sites.refusals(FIT), *sites.notes(FIT)]) as reached:
        for cloud, event, profile, *_ in (*CLASH, *NOTED):
            told(cloud, event, profile, folder)
    return frozenset(reached)
