"""Two plans by meaning: each difference once, under the user's own word for it, with what it would take."""

from datetime import timedelta
from typing import Any

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from eventstack.models.event import Audience, Event
from eventstack.models.ladder import Rendition
from eventstack.models.profile import Profile
from eventstack.models.units import Bitrate, Duration, Resolution
from eventstack.planning.diff import Change, changes, effect, touched
from eventstack.planning.facts import CloudFacts
from eventstack.planning.parts import Build, Drm, Parent
from eventstack.planning.plan import CostLine, Estimate, StackPlan
from eventstack.planning.resolve import resolve, resolve_foundation
from tests.planning.test_plan import plans


@pytest.fixture
def plan(event: Event, profile: Profile, facts: CloudFacts) -> StackPlan:
    return resolve(event, profile, facts, (), owner="local")


def moved(event: Event, *, start: int = 0, end: int = 0) -> Event:
    """The event with its start and end so many minutes later."""
    window = event.window
    assert window.end
    times = {"start": window.start + timedelta(minutes=start), "end": window.end + timedelta(minutes=end)}
    return event.model_copy(update={"window": window.model_copy(update=times)})


def rung(profile: Profile, index: int, **values: object) -> Profile:
    rungs = list(profile.ladder.renditions) if profile.ladder else []
    rungs[index] = rungs[index].model_copy(update=values)
    return laddered(profile, *rungs)


def laddered(profile: Profile, *rungs: Rendition) -> Profile:
    assert profile.ladder
    ladder = profile.ladder.model_copy(update={"renditions": tuple(rungs)})
    return profile.model_copy(update={"ladder": ladder})


def told(found: tuple[Change, ...]) -> list[tuple[str, str, object, object, str]]:
    return [(one.kind, one.field, one.before, one.after, one.effect) for one in found]


def test_a_plan_is_no_different_from_itself(plan: StackPlan) -> None:
    assert changes(plan, plan) == ()
    assert effect(()) is None


def test_an_event_that_is_moved_is_one_change(
    event: Event, profile: Profile, facts: CloudFacts, plan: StackPlan
) -> None:
    later = resolve(moved(event, start=20, end=20), profile, facts, (), owner="local")
    (change,) = changes(plan, later)
    assert (change.kind, change.field, change.effect) == ("moved", "window", "update")
    assert change.before == {"start": "2026-11-22T17:00:00Z", "end": "2026-11-22T18:30:00Z"}
    assert change.after["start"] == "2026-11-22T17:20:00Z"
    assert touched((change,)) == ("contribution", "encoder", "packager")


def test_a_later_end_changes_the_plan_alone(event: Event, profile: Profile, facts: CloudFacts, plan: StackPlan) -> None:
    longer = resolve(moved(event, end=15), profile, facts, (), owner="local")
    assert told(changes(plan, longer)) == [
        ("moved", "window.end", "2026-11-22T18:30:00Z", "2026-11-22T18:45:00Z", "plan-only")
    ]
    assert plan.build_hash == longer.build_hash


def test_an_end_that_opens_is_a_move_to_none(
    event: Event, profile: Profile, facts: CloudFacts, plan: StackPlan
) -> None:
    window = event.window.model_copy(update={"end": None})
    found = changes(plan, resolve(event.model_copy(update={"window": window}), profile, facts, (), owner="local"))
    assert ("moved", "window.end", "2026-11-22T18:30:00Z", None, "plan-only") in told(found)


def test_a_longer_line_up_is_told_in_seconds(
    event: Event, profile: Profile, facts: CloudFacts, plan: StackPlan
) -> None:
    timing = profile.timing.model_copy(update={"line_up": Duration(900)})
    earlier = resolve(event, profile.model_copy(update={"timing": timing}), facts, (), owner="local")
    assert told(changes(plan, earlier)) == [("changed", "timing.line_up", 300, 900, "update")]


def test_a_rung_is_added_changed_and_removed_by_its_size(
    event: Event, profile: Profile, facts: CloudFacts, plan: StackPlan
) -> None:
    assert profile.ladder
    more = laddered(
        profile,
        *profile.ladder.renditions,
        Rendition(size=Resolution(1920, 1080), bitrate=Bitrate(6_000_000)),
    )
    wider = resolve(event, more, facts, (), owner="local")
    added = next(one for one in changes(plan, wider) if one.field.startswith("ladder."))
    assert (added.kind, added.field, added.after["bitrate"]) == ("added", "ladder.1920x1080", 6_000_000)
    assert (added.effect, touched((added,))) == ("update", ("contribution", "encoder", "packager"))  # the stand-in too
    removed = next(one for one in changes(wider, plan) if one.field.startswith("ladder."))
    assert (removed.kind, removed.after) == ("removed", None)


def test_the_peak_of_a_rung_follows_its_bit_rate(
    event: Event, profile: Profile, facts: CloudFacts, plan: StackPlan
) -> None:
    more = resolve(event, rung(profile, 1, bitrate=Bitrate(3_500_000)), facts, (), owner="local")
    assert told(changes(plan, more)) == [("changed", "ladder.1280x720.bitrate", 3_000_000, 3_500_000, "update")]
    own = rung(profile, 1, bitrate=Bitrate(3_500_000), max_bitrate=Bitrate(5_000_000))
    fields = [one.field for one in changes(plan, resolve(event, own, facts, (), owner="local"))]
    assert fields == ["ladder.1280x720.bitrate", "ladder.1280x720.max_bitrate"]


def test_another_scheme_is_one_change(plan: StackPlan) -> None:
    sealed = with_drm(plan, "cenc")
    assert told(changes(sealed, with_drm(plan, "cbcs"))) == [("changed", "drm.scheme", "cenc", "cbcs", "update")]
    assert [(one.kind, one.field) for one in changes(plan, sealed)] == [("added", "drm")]


def with_drm(plan: StackPlan, scheme: str) -> StackPlan:
    drm = Drm(scheme=scheme, systems=("clearkey",), content_id="x", labels=("video",), key_source="local")  # type: ignore[arg-type]
    return msgspec.structs.replace(plan, build=msgspec.structs.replace(plan.build, drm=drm))


@pytest.mark.parametrize("name", ["occurrence", "cloud", "region"])
def test_another_identity_is_a_replacement(plan: StackPlan, name: str) -> None:
    other = msgspec.structs.replace(plan, build=msgspec.structs.replace(plan.build, **{name: "other"}))
    (change,) = changes(plan, other)
    assert (change.effect, change.after) == ("replace", "other")
    assert effect((change,)) == "replace"


def test_another_foundation_is_a_replacement_and_its_new_outputs_are_an_update(plan: StackPlan) -> None:
    old, other, rebuilt = on(plan, "a-i1", "1"), on(plan, "b-i1", "1"), on(plan, "a-i1", "2")
    assert told(changes(old, other)) == [("changed", "foundation", "a-i1", "b-i1", "replace")]
    assert told(changes(old, rebuilt)) == [("changed", "foundation.outputs", "1", "2", "update")]


def on(plan: StackPlan, stack: str, outputs: str) -> StackPlan:
    parent = Parent(
        layer="foundation",
        project="eventstack-foundation",
        stack=stack,
        incarnation=1,
        outputs={},
        outputs_hash=outputs,
    )
    return msgspec.structs.replace(plan, build=msgspec.structs.replace(plan.build, parents=(parent,)))


def test_a_larger_audience_is_told_by_its_numbers_alone(event: Event, profile: Profile, facts: CloudFacts) -> None:
    one, other = (
        resolve(event.model_copy(update={"audience": Audience(expected=100, peak=peak)}), profile, facts, (), owner="x")
        for peak in (200, 400)
    )
    assert told(changes(one, other)) == [("changed", "audience.peak", 200, 400, "plan-only")]


def test_the_cost_is_told_by_its_ends(plan: StackPlan) -> None:
    found = changes(costing(plan, 10), costing(plan, 20))
    assert told(found) == [("changed", "cost", {"low": 10, "high": 11}, {"low": 20, "high": 21}, "plan-only")]


def costing(plan: StackPlan, low: int) -> StackPlan:
    cost = Estimate(
        cloud="local",
        basis="a test's",
        cdn_permille=0,
        lines=(CostLine(role="cdn", low=low, high=low + 1),),
        low=low,
        high=low + 1,
        month_low=0,
        month_high=0,
        hours_a_month=None,
        hours_reason="",
        gaps=(),
    )
    return msgspec.structs.replace(plan, cost=cost)


def test_another_title_changes_the_plan_alone(plan: StackPlan) -> None:
    other = msgspec.structs.replace(plan, title="Another")
    assert told(changes(plan, other)) == [("changed", "title", "An evening talk", "Another", "plan-only")]
    assert touched(changes(plan, other)) == ()


def test_where_values_come_from_is_no_difference(plan: StackPlan) -> None:
    assert changes(plan, msgspec.structs.replace(plan, sources={})) == ()


def test_a_foundation_is_compared_too(facts: CloudFacts) -> None:
    with_keys, without = (resolve_foundation("season", "local", facts, drm=drm) for drm in (True, False))
    assert ("removed", "drm") in [(one.kind, one.field) for one in changes(with_keys, without)]


# Nothing is passed over


def built(plan: StackPlan, **parts: Any) -> StackPlan:
    return msgspec.structs.replace(plan, build=msgspec.structs.replace(plan.build, **parts))


def encoding(plan: StackPlan, **values: Any) -> StackPlan:
    assert plan.build.encoder
    return built(plan, encoder=msgspec.structs.replace(plan.build.encoder, **values))


def test_another_order_of_tracks_is_told_beside_another_change(plan: StackPlan) -> None:
    assert plan.build.encoder
    english = plan.build.encoder.audio[0]
    german = msgspec.structs.replace(english, name="a-de", language="de")
    one, other = encoding(plan, audio=(english, german)), encoding(plan, audio=(german, english), slate=False)
    assert told(changes(one, other)) == [
        ("changed", "audio.order", ["en", "de"], ["de", "en"], "update"),
        ("changed", "slate", True, False, "update"),
    ]


def test_a_track_more_is_told_without_the_order_that_follows(plan: StackPlan) -> None:
    assert plan.build.encoder
    english = plan.build.encoder.audio[0]
    german = msgspec.structs.replace(english, name="a-de", language="de")
    (change,) = changes(encoding(plan, audio=(english,)), encoding(plan, audio=(german, english)))
    assert (change.kind, change.field) == ("added", "audio.de")


def test_what_all_rungs_share_is_told_once(plan: StackPlan) -> None:
    assert plan.build.encoder
    rungs = tuple(msgspec.structs.replace(rung, preset="slow") for rung in plan.build.encoder.renditions)
    assert len(rungs) > 1
    (change,) = changes(plan, encoding(plan, renditions=rungs))
    assert (change.field, change.after, len(change.covers)) == ("ladder.preset", "slow", len(rungs))


def test_true_is_not_one(plan: StackPlan) -> None:
    def reporting(value: object) -> StackPlan:
        below = on(plan, "a-i1", "1").build.parents[0]
        return built(plan, parents=(msgspec.structs.replace(below, outputs={"edge": value}),))

    assert [one.field for one in changes(reporting(True), reporting(1))] == ["foundation.outputs.edge"]


def test_another_format_of_the_same_plan_builds_nothing_else(plan: StackPlan) -> None:
    found = changes(built(plan, format=1), plan)
    assert told(found) == [("changed", "format", 1, 2, "plan-only")]
    assert touched(found) == ()


def test_what_only_explains_is_told_alone(plan: StackPlan) -> None:
    assert plan.timeline
    line = msgspec.structs.replace(plan.timeline, steps=())
    other = msgspec.structs.replace(plan, timeline=line)
    assert [one.field for one in changes(plan, other)] == ["timeline.steps"]
    assert [one.field for one in changes(plan, msgspec.structs.replace(other, title="Another"))] == ["title"]


def test_instants_that_are_none_are_told_as_they_are(plan: StackPlan) -> None:
    assert plan.timeline
    line = msgspec.structs.replace(plan.timeline, on_air_from="at eight")
    (change,) = changes(plan, msgspec.structs.replace(plan, timeline=line))
    assert (change.kind, change.field, change.after) == ("changed", "timeline.on_air_from", "at eight")


def test_a_users_own_words_are_told_whole(plan: StackPlan) -> None:
    assert plan.about
    about = msgspec.structs.replace(plan.about, labels={"cost_s": "a"})
    (change,) = changes(plan, msgspec.structs.replace(plan, about=about))
    assert change.field == "labels.cost_s"


# Whose resources they are


def test_what_a_layer_below_carries_is_no_update(plan: StackPlan) -> None:
    assert plan.build.cdn
    assert ("cdn", "foundation") in [(one.role, one.layer) for one in plan.shares]
    other = built(plan, cdn=msgspec.structs.replace(plan.build.cdn, domain="live.example.org"))
    (change,) = changes(plan, other)
    assert (change.field, change.effect, touched((change,))) == ("cdn.domain", "below", ())
    alone = [msgspec.structs.replace(one, shares=()) for one in (plan, other)]
    (change,) = changes(*alone)
    assert (change.effect, touched((change,))) == ("update", ("cdn",))


def test_another_series_is_another_stack(plan: StackPlan) -> None:
    found = changes(built(plan, series="cup-2026"), built(plan, series="cup-2027"))
    assert told(found) == [("changed", "series", "cup-2026", "cup-2027", "replace")]
    assert touched(found) == ()


def test_the_stand_ins_picture_is_no_update_of_a_feed_that_has_none(plan: StackPlan) -> None:
    feed = plan.build.contribution
    assert feed
    for kind, roles in (("none", ()), ("synthetic", ("contribution",))):
        small, large = (
            built(
                plan,
                contribution=msgspec.structs.replace(
                    feed, source=msgspec.structs.replace(feed.source, kind=kind, width=width)
                ),
            )
            for width in (1280, 1920)
        )
        assert touched(changes(small, large)) == roles


timeless = plans.map(lambda plan: msgspec.structs.replace(plan, timeline=None))
"""Plans of any values; their instants would have to be instants."""

parts = st.sets(st.sampled_from(Build.__struct_fields__), max_size=3)


def mixed(one: StackPlan, other: StackPlan, names: set[str]) -> StackPlan:
    """A plan with some parts of its build from another."""
    return built(one, **{name: getattr(other.build, name) for name in names})


@given(timeless, timeless, parts)
def test_the_way_back_has_the_same_differences(one: StackPlan, other: StackPlan, names: set[str]) -> None:
    after = mixed(one, other, names)
    there, back = changes(one, after), changes(after, one)
    assert {(change.field, change.effect) for change in there} == {(change.field, change.effect) for change in back}
