import pytest

from eventstack.errors import ConfigError
from eventstack.models.load import load_profile
from eventstack.planning.plan import StackPlan
from eventstack.testing import builders


def test_what_they_build_is_valid_and_always_the_same() -> None:
    plan = builders.plan()
    assert StackPlan.from_json(plan.to_json()) == plan == builders.plan()
    assert (plan.build.stack, plan.build.cloud, plan.profile) == ("talk-i1", "local", "test")
    assert plan.build.parents[0].stack == builders.foundation_plan().build.stack == "season-i1"


def test_any_field_of_an_event_or_a_profile_may_be_another() -> None:
    event = builders.event(id="cup-final", window={"end": None}, contribution={"latency": "1s"})
    assert (event.id, event.window.end, event.contribution.source.kind) == ("cup-final", None, "synthetic")
    profile = builders.profile(drm={"keys": "one"}, ladder={"preset": "fast"})
    assert (profile.drm.keys, profile.ladder.preset, len(profile.ladder.renditions)) == ("one", "fast", 2)


def test_what_no_author_could_write_is_refused_as_theirs_would_be() -> None:
    with pytest.raises(ConfigError, match=r"window\.start"):
        builders.event(window={"start": "soon"})
    with pytest.raises(ConfigError, match="frame_rate"):
        builders.profile(ladder={"frame_rate": "fast"})


def test_names_and_tags_of_a_plan_follow_its_identity() -> None:
    plan = builders.plan(occurrence="gala", incarnation=3, owner="studio", title="Gala", settle_s=9)
    assert (plan.build.stack, plan.title, plan.settle_s) == ("gala-i3", "Gala", 9)
    assert plan.build.tags["eventstack-owner"] == "studio"
    assert builders.foundation_plan("autumn", drm=False).build.tags["eventstack-layer"] == "foundation"
    assert builders.plan(stack="by-hand").build.stack == "by-hand"


def test_a_plan_is_of_the_profile_that_is_given() -> None:
    assert builders.plan(profile=load_profile("talk-720p25")).profile == "talk-720p25"
    assert builders.plan(profile=builders.profile(drm={"scheme": "cenc"})).build.drm is not None
    assert builders.plan(event=builders.event(id="x", profile="mine")).profile == "mine"


def test_a_field_that_a_plan_lacks_is_refused() -> None:
    with pytest.raises(ConfigError, match="colour"):
        builders.plan(colour="blue")
