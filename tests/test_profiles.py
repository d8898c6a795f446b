"""The profiles and example events that come with eventstack: whole, meant, and good on the clouds that they are for."""

from itertools import pairwise
from pathlib import Path

import pytest

from eventstack.automation.inputs import planned
from eventstack.cli.remedies import REMEDIES
from eventstack.clouds import CLOUDS
from eventstack.models.load import check_base, is_base, load_profile, profile_names, read_event, read_file
from eventstack.models.rules.pictures import AAC_FRAME
from eventstack.models.units import Duration
from tests.pages.shipped import PROFILES, outcome

ROOT = Path(__file__).parent.parent
FILES = sorted((ROOT / "profiles").glob("*.yaml"))
EXAMPLES = sorted((ROOT / "docs" / "examples" / "events").glob("*.yaml"))

MEANT = {
    ("premium-drm-1080p50", "drm.systems.2"),
    ("rehearsal-540p25", "drm.key_source"),
}
"""Notes that a shipped profile has on purpose: FairPlay wants cbcs; a rehearsal signals systems without licences."""

every_profile = pytest.mark.parametrize("name", PROFILES)
every_file = pytest.mark.parametrize("path", [*FILES, *EXAMPLES], ids=lambda path: path.stem)
every_example = pytest.mark.parametrize("path", EXAMPLES, ids=lambda path: path.stem)


def test_the_shipped_profiles_are_these() -> None:
    assert set(PROFILES) == {
        "sports-1080p50",
        "sports-hevc-1080p50",
        "news-720p25",
        "race-weekend",
        "talk-720p25",
        "premium-drm-1080p50",
        "audio-only",
        "rehearsal-540p25",
    }
    assert set(profile_names(bases=True)) - set(PROFILES) == {"race-base"}


@every_file
def test_a_file_tells_editors_where_its_schema_is(path: Path) -> None:
    kind = "profile" if path in FILES else "event"
    up = "../" if path in FILES else "../../../"
    schema = f"{up}schema/{kind}.schema.json"
    assert path.read_text(encoding="utf-8").splitlines()[0] == f"# yaml-language-server: $schema={schema}"
    assert (path.parent / schema).is_file()


@every_file
def test_a_file_says_at_its_top_what_it_is_for(path: Path) -> None:
    assert path.read_text(encoding="utf-8").splitlines()[1].startswith("# ")


@pytest.mark.parametrize("path", FILES, ids=lambda path: path.stem)
def test_a_profile_is_described_in_a_line_of_its_own(path: Path) -> None:
    document = read_file(path)
    assert document.data["name"] == path.stem
    assert isinstance(document.data["description"], str)


def test_the_page_of_profiles_names_them_all() -> None:
    page = (ROOT / "docs" / "profiles.md").read_text(encoding="utf-8")
    assert [path.stem for path in FILES if f"`{path.stem}`" not in page] == []


def test_a_base_that_is_shipped_is_right_as_far_as_it_goes() -> None:
    bases = [document for document in map(read_file, FILES) if is_base(document)]
    assert bases
    for document in bases:
        check_base(document)


@every_profile
def test_a_profile_has_no_notes_but_those_that_are_meant(name: str) -> None:
    found = {(name, ".".join(map(str, rule.path))) for rule in load_profile(name).notes()}
    assert found == {(profile, field) for profile, field in MEANT if profile == name}


@every_profile
def test_segments_hold_whole_pictures_and_whole_audio_frames(name: str) -> None:
    profile = load_profile(name)
    segment = profile.packaging.segment
    assert (segment / AAC_FRAME).denominator == 1
    rungs = profile.ladder.rungs() if profile.ladder else ()
    assert all((segment * rung.frame_rate).denominator == 1 for rung in rungs)


@every_profile
def test_a_profile_resolves_on_some_cloud(name: str) -> None:
    assert any(outcome(name, cloud).plan for cloud in CLOUDS)


@every_profile
def test_what_is_refused_says_which_field_and_why(name: str) -> None:
    for cloud in CLOUDS:
        for fault in outcome(name, cloud).faults:
            assert fault.field
            assert cloud in fault.message


@pytest.mark.parametrize(("name", "cloud"), REMEDIES)
def test_a_remedy_is_for_what_is_refused_and_helps(name: str, cloud: str) -> None:
    assert outcome(name, cloud).faults
    assert outcome(name, cloud, REMEDIES[name, cloud]).plan


def test_a_race_weekend_stands_on_its_base_and_that_on_a_sports_profile() -> None:
    weekend, sports = load_profile("race-weekend"), load_profile("sports-1080p50")
    assert weekend.ladder == sports.ladder
    assert weekend.audio.tracks[:3] == sports.audio.tracks
    assert [track.label for track in weekend.audio.tracks[3:]] == ["Pit wall"]
    assert weekend.monitoring.thresholds.freeze is None
    assert sports.monitoring.thresholds.freeze is not None
    assert (weekend.layers, weekend.timing.turn_round) == ("series", Duration(900))


def test_hevc_costs_fewer_bits_than_avc_on_every_rung() -> None:
    hevc, avc = load_profile("sports-hevc-1080p50").ladder, load_profile("sports-1080p50").ladder
    assert hevc
    assert avc
    pairs = list(zip(hevc.rungs(), avc.rungs(), strict=True))
    assert [one.size for one, _ in pairs] == [other.size for _, other in pairs]
    assert all(one.bitrate < other.bitrate * 3 / 4 for one, other in pairs)


def test_news_is_ready_sooner_than_anything_else_is_announced() -> None:
    for cloud in CLOUDS:
        plans = {name: plan for name in PROFILES if (plan := outcome(name, cloud).plan)}
        ahead = {name: plan.timeline.announce_by for name, plan in plans.items() if plan.timeline}
        rehearsals = {"rehearsal-540p25"}  # with seconds of line-up, which are enough on this machine only
        assert max(ahead.keys() - rehearsals, key=lambda name: ahead[name]) == "news-720p25"


@every_example
def test_an_example_event_comes_to_a_plan(path: Path) -> None:
    event = read_event(read_file(path))
    profile, plan = planned(event, (), owner="sports")
    assert plan.profile == profile.name == event.model.profile


def test_the_examples_show_every_kind_of_programme() -> None:
    shown = {read_event(read_file(path)).model.profile for path in EXAMPLES}
    assert shown == set(PROFILES) - {"rehearsal-540p25", "sports-hevc-1080p50"}


def test_the_sessions_of_the_example_weekend_share_a_series_and_do_not_meet() -> None:
    sessions = [read_event(read_file(path)).model for path in EXAMPLES if path.stem.startswith("spring-gp")]
    assert {event.series for event in sessions} == {"spring-gp-2027"}
    assert {event.profile for event in sessions} == {"race-weekend"}
    windows = sorted((event.window.start, event.window.end) for event in sessions)
    assert len(windows) == 3
    assert all(end and end < start for (_, end), (start, _) in pairwise(windows))
