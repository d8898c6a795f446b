"""From an event and a profile to a plan: what it holds, what changes its hashes, what is refused."""

import dataclasses
from datetime import datetime, timedelta

import pytest

from eventstack.errors import ConfigError, NotOffered
from eventstack.models.event import Event, Window
from eventstack.models.load import load_profile
from eventstack.models.profile import Profile
from eventstack.planning.facts import CloudFacts
from eventstack.planning.plan import StackPlan
from eventstack.planning.resolve import parent, recorded, resolve, resolve_foundation
from tests.models.documents import changed

OUTPUTS = {"edge": "http://127.0.0.1:8080", "keys": "http://127.0.0.1:8081", "archive": "/srv/archive"}


def with_window(event: Event, **changes: object) -> Event:
    return changed(event, window=changes)


def timed(profile: Profile, **changes: object) -> Profile:
    return changed(profile, timing=changes)


def test_the_plan_says_where_the_stack_is(event: Event, profile: Profile, facts: CloudFacts) -> None:
    build = resolve(event, profile, facts, (), owner="team-a", incarnation=2).build
    assert (build.project, build.stack, build.occurrence) == ("eventstack-event", "talk-20261122-i2", "talk-20261122")
    assert build.tags == {
        "eventstack-owner": "team-a",
        "eventstack-occurrence": "talk-20261122",
        "eventstack-incarnation": "2",
        "eventstack-layer": "event",
    }


def test_the_segment_grid_is_exact(event: Event, profile: Profile, facts: CloudFacts) -> None:
    grid = resolve(event, profile, facts, (), owner="local").build.segment
    assert grid is not None
    assert (grid.duration, grid.timescale, grid.ticks) == ("48/25", 90_000, 172_800)


def test_the_epoch_is_a_whole_minute_a_quarter_of_an_hour_before_the_line_up(
    event: Event, profile: Profile, facts: CloudFacts
) -> None:
    assert resolve(event, profile, facts, (), owner="local").build.epoch == "2026-11-22T16:40:00Z"
    odd = timed(profile, line_up="12s")
    assert resolve(event, odd, facts, (), owner="local").build.epoch == "2026-11-22T16:44:00Z"


def test_the_timeline_leads_up_to_the_programme(event: Event, profile: Profile, facts: CloudFacts) -> None:
    plan = resolve(event, profile, facts, (), owner="local")
    line = plan.timeline
    assert line is not None
    assert line.on_air_from == "2026-11-22T17:00:00Z"
    assert line.on_air_until == "2026-11-22T18:30:00Z"
    assert line.line_up_from == "2026-11-22T16:55:00Z"
    up, line_up = (datetime.fromisoformat(at) for at in (line.up_from, line.line_up_from))
    assert (line_up - up).total_seconds() == plan.lead_s
    assert line.tail_s == 30


def test_an_open_end_stays_open(event: Event, profile: Profile, facts: CloudFacts) -> None:
    line = resolve(with_window(event, end=None), profile, facts, (), owner="local").timeline
    assert line is not None
    assert line.on_air_until is None


def test_an_extension_changes_the_plan_but_not_what_is_built(event: Event, profile: Profile, facts: CloudFacts) -> None:
    assert event.window.end is not None
    before = resolve(event, profile, facts, (), owner="local")
    longer = with_window(event, end=event.window.end + timedelta(minutes=20))
    after = resolve(longer, profile, facts, (), owner="local")
    assert after.build_hash == before.build_hash
    assert after.plan_hash != before.plan_hash


def test_a_newly_learnt_lead_changes_the_plan_but_not_what_is_built(
    event: Event, profile: Profile, facts: CloudFacts
) -> None:
    before = resolve(event, profile, facts, (), owner="local")
    slower = dataclasses.replace(facts, base_lead_s=facts.base_lead_s + 30, settle_s=9)
    after = resolve(event, profile, slower, (), owner="local")
    assert after.build_hash == before.build_hash
    assert after.plan_hash != before.plan_hash
    assert after.settle_s == 9


def test_another_ladder_changes_what_is_built(event: Event, profile: Profile, facts: CloudFacts) -> None:
    before = resolve(event, profile, facts, (), owner="local")
    after = resolve(event, changed(profile, ladder={"preset": "superfast"}), facts, (), owner="local")
    assert after.build_hash != before.build_hash


def test_a_parents_outputs_are_part_of_what_is_built(event: Event, profile: Profile, facts: CloudFacts) -> None:
    foundation = resolve_foundation("season", "local", facts)
    first, second = (parent(foundation, {**OUTPUTS, "edge": edge}) for edge in ("http://a", "http://b"))
    plans = [resolve(event, profile, facts, (item,), owner="local") for item in (first, second)]
    assert plans[0].build.parents == (first,)
    assert plans[0].build_hash != plans[1].build_hash


def test_a_parent_is_recorded_with_integers(facts: CloudFacts) -> None:
    item = parent(resolve_foundation("season", "local", facts), {"port": 8080.0, "deep": {"list": [1.0, "a", None]}})
    assert item.outputs == {"port": 8080, "deep": {"list": [1, "a", None]}}
    assert item.stack == "season-i1"
    assert item.outputs_hash == parent(resolve_foundation("season", "local", facts), {**item.outputs}).outputs_hash


def test_an_output_without_an_exact_form_is_refused(facts: CloudFacts) -> None:
    with pytest.raises(ConfigError, match=r"deep\.ratio"):
        parent(resolve_foundation("season", "local", facts), {"deep": {"ratio": 0.5}})


def test_a_parent_is_known_from_its_outputs_alone(facts: CloudFacts) -> None:
    foundation = resolve_foundation("season", "local", facts, incarnation=3)
    outputs = {**OUTPUTS, "tags": foundation.build.tags}
    assert recorded(outputs) == parent(foundation, outputs)
    with pytest.raises(ConfigError, match="not the outputs of a stack of ours"):
        recorded(OUTPUTS)


def test_a_foundation_has_edge_archive_and_key_service(facts: CloudFacts) -> None:
    build = resolve_foundation("season", "local", facts).build
    assert (build.layer, build.project, build.stack) == ("foundation", "eventstack-foundation", "season-i1")
    assert build.cdn is not None
    assert build.archive is not None
    assert build.drm is not None
    assert (build.drm.content_id, build.drm.labels) == ("", ())
    assert resolve_foundation("season", "local", facts, drm=False).build.drm is None


def test_an_encrypted_event_needs_a_key_service(event: Event, facts: CloudFacts) -> None:
    profile = load_profile("rehearsal-540p25")
    event = changed(event, profile=profile.name)
    bare = parent(resolve_foundation("season", "local", facts, drm=False), {**OUTPUTS, "keys": ""})
    with pytest.raises(ConfigError, match="no key service"):
        resolve(event, profile, facts, (bare,), owner="local")


def test_content_is_named_by_its_incarnation(event: Event, facts: CloudFacts) -> None:
    profile = load_profile("rehearsal-540p25")
    event = changed(event, profile=profile.name)
    drm = resolve(event, profile, facts, (), owner="local", incarnation=4).build.drm
    assert drm is not None
    assert (drm.content_id, drm.labels) == ("talk-20261122-i4", ("video", "audio"))


def test_gates_look_at_licences_only_where_there_are_some(event: Event, profile: Profile, facts: CloudFacts) -> None:
    clear = resolve(event, profile, facts, (), owner="local").gates
    rehearsal = load_profile("rehearsal-540p25")
    drm = resolve(changed(event, profile=rehearsal.name), rehearsal, facts, (), owner="local").gates
    assert clear is not None
    assert drm is not None
    assert "licence" not in clear.hops
    assert "licence" in drm.hops


def test_a_secret_is_a_reference(event: Event, profile: Profile, facts: CloudFacts) -> None:
    feed = {"passphrase": "env:PASS", "source": "file:/a.mp4"}
    build = resolve(changed(event, contribution=feed), profile, facts, (), owner="local").build
    assert build.contribution is not None
    assert build.contribution.passphrase is not None
    assert (build.contribution.passphrase.source, build.contribution.passphrase.name) == ("env", "PASS")
    assert (build.contribution.source.kind, build.contribution.source.path) == ("file", "/a.mp4")


def test_a_feed_may_go_without_passphrase(event: Event, profile: Profile, facts: CloudFacts) -> None:
    build = resolve(changed(event, contribution={"passphrase": "none"}), profile, facts, (), owner="local").build
    assert build.contribution is not None
    assert build.contribution.passphrase is None


def test_tracks_of_one_language_have_names_of_their_own(event: Event, profile: Profile, facts: CloudFacts) -> None:
    tracks = [{"language": "en"}, {"language": "en", "label": "Commentary"}, {"language": "pt-BR"}]
    wide = changed(profile, audio={"tracks": tracks})
    encoder = resolve(event, wide, facts, (), owner="local").build.encoder
    assert encoder is not None
    assert [track.name for track in encoder.audio] == ["a-en", "a-en-2", "a-pt-br"]


def test_another_owners_event_is_refused(event: Event, profile: Profile, facts: CloudFacts) -> None:
    theirs = changed(event, owner="team-a")
    assert resolve(theirs, profile, facts, (), owner="team-a").build.owner == "team-a"
    with pytest.raises(ConfigError, match="EVENTSTACK_OWNER=team-a"):
        resolve(theirs, profile, facts, (), owner="team-b")


@pytest.mark.parametrize("owner", ["", "Team", "a.b", "a/b"])
def test_an_owner_that_can_be_no_name_is_refused(owner: str, event: Event, profile: Profile, facts: CloudFacts) -> None:
    with pytest.raises(ConfigError, match="owner"):
        resolve(event, profile, facts, (), owner=owner)
    with pytest.raises(ConfigError, match="owner"):
        resolve_foundation("season", owner, facts)


def test_another_profile_or_cloud_is_refused(event: Event, facts: CloudFacts, profile: Profile) -> None:
    with pytest.raises(ConfigError, match="not the event's profile"):
        resolve(event, load_profile("rehearsal-540p25"), facts, (), owner="local")
    with pytest.raises(ConfigError, match="not the event's cloud"):
        resolve(event, profile, dataclasses.replace(facts, name="aws"), (), owner="local")


def test_two_foundations_are_refused(event: Event, profile: Profile, facts: CloudFacts) -> None:
    item = parent(resolve_foundation("season", "local", facts), OUTPUTS)
    with pytest.raises(ConfigError, match="one parent for each layer"):
        resolve(event, profile, facts, (item, item), owner="local")


def test_a_day_with_a_long_line_up_would_wrap_media_time(event: Event, profile: Profile, facts: CloudFacts) -> None:
    day = with_window(event, end=event.window.start + timedelta(hours=24))
    resolve(day, profile, facts, (), owner="local")
    with pytest.raises(ConfigError, match="media time would wrap"):
        resolve(day, timed(profile, line_up="2h"), facts, (), owner="local")


def test_a_missing_role_names_the_clouds_that_have_it(event: Event, profile: Profile, facts: CloudFacts) -> None:
    poor = dataclasses.replace(facts, roles=("contribution", "encoder"))
    rich = dataclasses.replace(facts, name="aws")
    with pytest.raises(NotOffered, match=r"local offers no 'packager' role; clouds that do: aws"):
        resolve(event, profile, poor, (), owner="local", others=(poor, rich))


def test_a_missing_feature_names_the_field_that_asks_for_it(event: Event, profile: Profile, facts: CloudFacts) -> None:
    with pytest.raises(NotOffered) as caught:
        resolve(event, changed(profile, layers="single"), facts, (), owner="local", others=(facts,))
    (fault,) = caught.value.faults
    assert (fault.field, fault.given, fault.subject) == ("layers", "single", "profile")
    assert "local offers no layers 'single'" in fault.message
    assert fault.hint == "clouds that offer it: none"


def test_one_key_for_everything_is_not_offered_here(event: Event, profile: Profile, facts: CloudFacts) -> None:
    with pytest.raises(NotOffered, match=r"drm\.keys"):
        resolve(event, changed(profile, drm={"keys": "one"}), facts, (), owner="local")


def test_what_nobody_could_play_is_not_offered(event: Event, profile: Profile, facts: CloudFacts) -> None:
    with pytest.raises(NotOffered, match="licences for clearkey only"):
        resolve(event, changed(profile, drm={"systems": ["widevine"]}), facts, (), owner="local")


CHANGES = {
    "title": lambda e, p: (changed(e, title="Another"), p),
    "start": lambda e, p: (with_window(e, start=e.window.start + timedelta(minutes=1)), p),
    "latency": lambda e, p: (changed(e, contribution={"latency": "500ms"}), p),
    "slate": lambda e, p: (e, changed(p, slate=False)),
    "vod": lambda e, p: (e, changed(p, archive={"vod": False})),
    "drm": lambda e, p: (e, changed(p, drm={})),
    "line_up": lambda e, p: (e, timed(p, line_up="30s")),
    "tail": lambda e, p: (e, timed(p, tail="31s")),
    "overrun": lambda e, p: (e, timed(p, overrun="keep-durations")),
    "gates": lambda e, p: (e, changed(p, monitoring={"gates": {"in_a_row": 9}})),
    "settle": lambda e, p: (e, changed(p, teardown={"settle": "60s"})),
    "window": lambda e, p: (e, changed(p, packaging={"window": "90s"})),
    "formats": lambda e, p: (e, changed(p, packaging={"formats": ["hls"]})),
}


@pytest.mark.parametrize("change", CHANGES)
def test_every_wish_changes_the_plan(change: str, event: Event, profile: Profile, facts: CloudFacts) -> None:
    other_event, other_profile = CHANGES[change](event, profile)
    before = resolve(event, profile, facts, (), owner="local")
    assert resolve(other_event, other_profile, facts, (), owner="local").plan_hash != before.plan_hash


def test_the_same_input_gives_the_same_bytes(event: Event, profile: Profile, facts: CloudFacts) -> None:
    plans = {resolve(event, profile, facts, (), owner="local").to_json() for _ in range(3)}
    assert len(plans) == 1
    text = plans.pop()
    assert StackPlan.from_json(text).to_json() == text


def test_a_rehearsal_starts_at_any_instant(profile: Profile, facts: CloudFacts) -> None:
    start = datetime.fromisoformat("2026-11-22T18:00:01.250000+00:00")
    event = Event(id="r", title="R", window=Window(start=start), profile=profile.name, cloud="local")
    plan = resolve(event, changed(profile, timing={"line_up": "12s"}), facts, (), owner="local")
    assert plan.timeline is not None
    assert plan.timeline.line_up_from == "2026-11-22T17:59:49.250000Z"
