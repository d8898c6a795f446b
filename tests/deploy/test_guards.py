"""What is refused before anything is touched: no engine is started here, there is none."""

import dataclasses
import os
from collections.abc import Callable
from datetime import UTC, datetime
from typing import Any

import msgspec
import pytest

from eventstack.deploy import cards, guards, liveness
from eventstack.deploy.deployer import Found, Override
from eventstack.deploy.engine import Engine
from eventstack.deploy.journal import Created, Intent, StackKey, Work
from eventstack.deploy.previewed import Previewed, differences, keep
from eventstack.deploy.pulumi_deployer import PulumiDeployer
from eventstack.deploy.workspace import Workspace
from eventstack.errors import Final, Refused, Retryable
from eventstack.planning.parts import Parent
from eventstack.planning.plan import StackPlan, sha256
from eventstack.settings import Settings
from tests.deploy.conftest import World, a_plan, write_books

NOW = datetime(2026, 11, 22, 18, 0, tzinfo=UTC)
FOUNDATION = a_plan("base", layer="foundation")


def a_parent(outputs: dict[str, Any]) -> Parent:
    return Parent(
        layer="foundation",
        project="eventstack-foundation",
        stack="base-i1",
        incarnation=1,
        outputs=outputs,
        outputs_hash=sha256(outputs),
    )


def known(deployer: PulumiDeployer, plan: StackPlan, created: Created = "yes") -> None:
    """Let the journal know a stack as an earlier `up` would."""
    key = StackKey.of(plan)
    caller = liveness.identify(os.getpid())
    intent = Intent(
        f"old-{key.stack}",
        key,
        plan.build.occurrence,
        plan.build.incarnation,
        "up",
        "",
        liveness.host(),
        liveness.boot(),
        caller,
        NOW,
    )
    deployer.journal.claim(intent, epoch=0, lease_s=30, over_s=60)
    deployer.journal.created(key, created)
    deployer.journal.planned(plan)
    deployer.journal.finish(intent.id, {"ok": True}, at=NOW)


def looking(answer: Any) -> Callable[[StackPlan], bool | None]:
    def look(_: StackPlan) -> bool | None:
        if isinstance(answer, Exception):
            raise answer
        return answer

    return look


@pytest.mark.parametrize("answer", [True, None, OSError("no answer")])
def test_what_is_or_may_be_on_air_is_not_destroyed(
    settings: Settings, no_engine: Engine, world: World, answer: Any
) -> None:
    deployer, plan = world.deployer(settings, no_engine, on_air=looking(answer)), a_plan()
    known(deployer, plan)
    write_books(settings, plan, resources=2)
    with pytest.raises(Refused, match="on air"):
        deployer.destroy(plan, reason="the clock says so")


def test_a_person_may_override_and_stands_in_the_journal(settings: Settings, no_engine: Engine, world: World) -> None:
    world.on_air = True
    deployer, plan = world.deployer(settings, no_engine), a_plan()
    known(deployer, plan)
    write_books(settings, plan, resources=2)
    with pytest.raises(Final, match="the engine could not be started"):
        deployer.destroy(plan, reason="fire", override=Override("Ada", "studio evacuated"))
    operation = deployer.journal.operations(StackKey.of(plan))[-1]
    assert operation.intent.detail == "fire (override by Ada: studio evacuated)"


def test_a_foundation_with_a_living_event_is_not_destroyed(settings: Settings, no_engine: Engine, world: World) -> None:
    deployer, event = world.deployer(settings, no_engine), a_plan(parents=(a_parent({}),))
    known(deployer, FOUNDATION)
    known(deployer, event)
    write_books(settings, FOUNDATION, resources=2)
    with pytest.raises(Refused, match="eventstack-event/talk-i1 still stands on it"):
        deployer.destroy(FOUNDATION, reason="the end")


def test_a_foundation_is_kept_while_the_cloud_shows_a_forgotten_event(
    settings: Settings, no_engine: Engine, world: World
) -> None:
    deployer, event = world.deployer(settings, no_engine), a_plan(parents=(a_parent({}),))
    known(deployer, FOUNDATION)
    known(deployer, event)
    deployer.journal.forgot(StackKey.of(event), at=NOW)
    world.items = [Found("part", "recording", dict(event.build.tags))]
    write_books(settings, FOUNDATION, resources=2)
    with pytest.raises(Refused, match="part recording"):
        deployer.destroy(FOUNDATION, reason="the end")


def test_changed_outputs_of_a_parent_are_refused_and_named(settings: Settings, no_engine: Engine, world: World) -> None:
    deployer = world.deployer(settings, no_engine)
    known(deployer, FOUNDATION)
    deployer.journal.built(StackKey.of(FOUNDATION), {"edge": "http://127.0.0.1:2", "same": 1})
    event = a_plan(parents=(a_parent({"edge": "http://127.0.0.1:1", "same": 1}),))
    previewed(settings, event)
    with pytest.raises(Refused, match="outputs of eventstack-foundation/base-i1 changed: edge"):
        deployer.up(event, build_hash=event.build_hash)


def test_a_parent_that_is_gone_is_refused(settings: Settings, no_engine: Engine, world: World) -> None:
    event = a_plan(parents=(a_parent({}),))
    previewed(settings, event)
    with pytest.raises(Refused, match="does not exist here"):
        world.deployer(settings, no_engine).up(event, build_hash=event.build_hash)


def test_an_event_on_air_is_not_updated_to_another_build(settings: Settings, no_engine: Engine, world: World) -> None:
    world.on_air = True
    deployer, changed = world.deployer(settings, no_engine), a_plan(path="other")
    known(deployer, a_plan())
    write_books(settings, changed, resources=2)
    previewed(settings, changed)
    with pytest.raises(Refused, match="on air"):
        deployer.up(changed, build_hash=changed.build_hash)


def test_a_known_stack_that_the_books_lack_is_an_alarm_with_ways_out(
    settings: Settings, no_engine: Engine, world: World
) -> None:
    deployer, plan = world.deployer(settings, no_engine), a_plan()
    known(deployer, plan)
    for call in (lambda: deployer.preview(plan), lambda: deployer.destroy(plan, reason="the end")):
        with pytest.raises(Final, match=r"Nothing was touched\. Ways out"):
            call()
    assert deployer.observe("eventstack-event", "talk-i1").existence == "unknown"


def test_a_stack_that_the_journal_never_made_is_not_selected(
    settings: Settings, no_engine: Engine, world: World
) -> None:
    plan = a_plan()
    write_books(settings, plan, resources=3)
    with pytest.raises(Final, match="the journal never created"):
        world.deployer(settings, no_engine).preview(plan)


def test_books_that_cannot_be_read_stop_everything(settings: Settings, no_engine: Engine, world: World) -> None:
    deployer, plan = world.deployer(settings, no_engine), a_plan()
    known(deployer, plan)
    write_books(settings, plan).write_text('{"version"')
    with pytest.raises(Final, match="can't be read"):
        deployer.destroy(plan, reason="the end")
    assert deployer.observe("eventstack-event", "talk-i1").existence == "unknown"


def test_a_removed_stack_is_built_again_only_as_a_new_incarnation(
    settings: Settings, no_engine: Engine, world: World
) -> None:
    deployer, plan = world.deployer(settings, no_engine), a_plan()
    known(deployer, plan)
    deployer.journal.forgot(StackKey.of(plan), at=NOW)
    with pytest.raises(Refused, match="new incarnation"):
        deployer.preview(plan)
    assert deployer.next_incarnation("eventstack-event", "talk") == 2
    assert deployer.next_incarnation("eventstack-event", "other") == 1


def test_destroying_what_never_was_is_done_already(settings: Settings, no_engine: Engine, world: World) -> None:
    outcome = world.deployer(settings, no_engine).destroy(a_plan(), reason="the end")
    assert (outcome.ok, outcome.changes) == (True, {})


def test_differences_are_named_by_path() -> None:
    old = {"a": 1, "ladder": [{"bitrate": 1}, {"bitrate": 2}], "gone": 1}
    new = {"a": 1, "ladder": [{"bitrate": 1}, {"bitrate": 3}], "new": 1}
    assert differences(old, new) == ["gone", "ladder[1].bitrate", "new"]


def previewed(settings: Settings, plan: StackPlan) -> None:
    workspace = Workspace(settings, plan.build.project, plan.build.stack)
    workspace.prepare(plan.build)
    keep(workspace.previewed, Previewed(build_hash=plan.build_hash, build=plan.build, urns=()))


@pytest.mark.parametrize(("airing", "named"), [(True, True), (None, False)])
def test_what_is_on_air_names_the_verb_that_takes_it_off_air(airing: bool | None, named: bool) -> None:
    with pytest.raises(Refused) as caught:
        guards.off_air(a_plan(), lambda _: airing, None)
    assert ("`eventstack unpublish talk` takes it off air" in str(caught.value)) == named


def test_a_foundation_has_no_verb_that_takes_it_off_air() -> None:
    with pytest.raises(Refused) as caught:
        guards.off_air(FOUNDATION, lambda _: True, None)
    assert "unpublish" not in str(caught.value)


def operated(deployer: PulumiDeployer, plan: StackPlan, kind: Work, *, ended: bool = True, ok: bool = True) -> None:
    """Let the journal know of an operation on a stack."""
    key = StackKey.of(plan)
    epoch = deployer.journal.stack(key).epoch
    caller = liveness.identify(os.getpid())
    name, build = f"{epoch + 1:04d}-{kind}-{key.stack}", plan.build
    place = (liveness.host(), liveness.boot(), caller, NOW)
    intent = Intent(name, key, build.occurrence, build.incarnation, kind, "", *place)
    deployer.journal.claim(intent, epoch=epoch, lease_s=30, over_s=60)
    if ended:
        deployer.journal.finish(name, {"ok": ok}, at=NOW)


@pytest.mark.parametrize(
    ("ended", "ok", "error"), [(False, False, Retryable), (True, False, Refused), (True, True, Refused)]
)
def test_nothing_is_built_on_a_layer_that_is_removed_or_being_removed(
    settings: Settings, no_engine: Engine, world: World, ended: bool, ok: bool, error: type[Exception]
) -> None:
    deployer, outputs = world.deployer(settings, no_engine), {"region": "here"}
    known(deployer, FOUNDATION)
    deployer.journal.built(StackKey.of(FOUNDATION), outputs)
    operated(deployer, FOUNDATION, "destroy", ended=ended, ok=ok)
    plan = a_plan(parents=(a_parent(outputs),))
    for call in (
        lambda: deployer.preview(plan),
        lambda: deployer.up(plan, build_hash=plan.build_hash, unpreviewed=True),
    ):
        with pytest.raises(error, match="base-i1, on which it would stand"):
            call()
    assert not deployer.journal.stack(StackKey.of(plan)).living


def test_a_layer_that_was_built_again_after_a_removal_that_failed_carries_children(
    settings: Settings, no_engine: Engine, world: World
) -> None:
    deployer = world.deployer(settings, no_engine)
    known(deployer, FOUNDATION)
    operated(deployer, FOUNDATION, "destroy", ok=False)
    operated(deployer, FOUNDATION, "up")
    guards.parents_stand(a_plan(parents=(a_parent({}),)), deployer.journal)


def test_a_layer_is_not_forgotten_while_a_child_lives(settings: Settings, no_engine: Engine, world: World) -> None:
    deployer, plan = world.deployer(settings, no_engine), a_plan(parents=(a_parent({}),))
    known(deployer, FOUNDATION)
    known(deployer, plan)
    deployer.journal.proved(StackKey.of(FOUNDATION), {"clean": True})
    with pytest.raises(Refused, match="still stands on it"):
        deployer.forget(FOUNDATION)


def test_a_plan_of_another_owner_is_refused_by_whatever_changes_anything(
    settings: Settings, no_engine: Engine, world: World
) -> None:
    deployer = world.deployer(settings, no_engine)
    ours = a_plan()
    theirs = msgspec.structs.replace(ours, build=msgspec.structs.replace(ours.build, owner="eve"))
    known(deployer, ours)
    write_books(settings, ours)
    for call in (
        lambda: deployer.preview(theirs),
        lambda: deployer.up(theirs, build_hash=theirs.build_hash),
        lambda: deployer.destroy(theirs, reason="x"),
        lambda: deployer.evidence(theirs),
        lambda: deployer.forget(theirs),
    ):
        with pytest.raises(Refused, match="of the owner eve"):
            call()
    assert deployer.observe("eventstack-event", "talk-i1").existence == "present"


def test_two_owners_in_one_home_never_share_a_stack_of_one_name(
    settings: Settings, no_engine: Engine, world: World
) -> None:
    workspace = Workspace(settings, "eventstack-event", "talk-i1")
    workspace.prepare()
    eve = dataclasses.replace(settings, owner="eve")
    with pytest.raises(Refused, match="stands here already, of the owner local"):
        Workspace(eve, "eventstack-event", "talk-i1").prepare()
    plan = a_plan()
    theirs = msgspec.structs.replace(plan, build=msgspec.structs.replace(plan.build, owner="eve"))
    cards.write(settings, "talk", {"format": 1})
    world.deployer(eve, no_engine).forget(theirs)
    assert workspace.work.is_dir()
    assert cards.read(settings, "talk") == {"format": 1}


def test_the_card_stays_while_another_incarnation_stands(settings: Settings, no_engine: Engine, world: World) -> None:
    deployer, first, second = world.deployer(settings, no_engine), a_plan(), a_plan(incarnation=2)
    for plan in (first, second):
        known(deployer, plan)
    cards.write(settings, "talk", {"format": 1})
    for plan, left in ((first, {"format": 1}), (second, None)):
        deployer.journal.proved(StackKey.of(plan), {"clean": True})
        deployer.forget(plan)
        assert cards.read(settings, "talk") == left
