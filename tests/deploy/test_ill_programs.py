"""Programs that hang, end their process, leave a child behind: nothing is lost and the next `up` completes."""

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from eventstack.deploy import liveness
from eventstack.deploy.journal import StackKey
from eventstack.deploy.pulumi_deployer import PulumiDeployer
from eventstack.errors import Final, Retryable
from eventstack.planning.parts import SecretRef
from eventstack.testing.fake_cloud import FakeCloud
from tests.deploy.conftest import World, a_plan
from tests.deploy.test_secrets import a_plan_with

pytestmark = pytest.mark.engine

Make = Callable[..., PulumiDeployer]

SECRET = "planted-by-a-child-1618"


def moody(make: Make, mood: str = "", **changed: object) -> PulumiDeployer:
    return make("ill_programs:moody", extra={"PROGRAM_MOOD": mood}, **changed)


def last(deployer: PulumiDeployer) -> dict[str, Any]:
    """What the journal keeps of the last operation; its session must be empty."""
    operation = deployer.journal.operations(StackKey.of(a_plan()))[-1]
    assert operation.session is not None
    assert liveness.session_members(operation.session) == []
    return dict(operation.outcome or {})


def test_a_program_that_hangs_is_asked_to_end_at_its_deadline_and_the_next_up_completes(
    on_engine: Make, provider: FakeCloud, world: World
) -> None:
    plan = a_plan()
    moody(on_engine).preview(plan)
    hanging = moody(on_engine, "hang", deadline_s=4.0, grace_s=10.0)
    with pytest.raises(Retryable, match="up of eventstack-event/talk-i1: it passed its deadline"):
        hanging.up(plan, build_hash=plan.build_hash)
    assert last(hanging)["ok"] is False
    world.items = provider.inventory(plan.build.tags)
    moody(on_engine).up(plan, build_hash=plan.build_hash)
    assert sorted(thing.name for thing in provider.world()) == ["archive", "feed"]
    assert provider.count("create") == 2


def test_a_program_that_ends_its_own_process_is_final_and_loses_nothing(
    on_engine: Make, provider: FakeCloud, world: World
) -> None:
    plan = a_plan()
    moody(on_engine).preview(plan)
    leaving = moody(on_engine, "exit")
    with pytest.raises(Final) as caught:
        leaving.up(plan, build_hash=plan.build_hash)
    assert str(caught.value) == (
        "up of eventstack-event/talk-i1: the program ended its own process (exit code 3). Mend the program, then"
        " preview again: what was built until then stands in the engine's books"
    )
    assert last(leaving)["ok"] is False
    world.items = provider.inventory(plan.build.tags)
    moody(on_engine).up(plan, build_hash=plan.build_hash)
    assert sorted(thing.name for thing in provider.world()) == ["archive", "feed"]
    assert provider.doubled() == {}


def test_a_program_that_raises_over_what_it_built_is_final_and_loses_nothing(
    on_engine: Make, provider: FakeCloud, world: World
) -> None:
    plan = a_plan()
    moody(on_engine).preview(plan)
    raising = moody(on_engine, "raise")
    with pytest.raises(Final, match="the program raised: KeyError: "):
        raising.up(plan, build_hash=plan.build_hash)
    assert last(raising)["ok"] is False
    assert "feed" in {thing.name for thing in provider.world()}
    world.items = provider.inventory(plan.build.tags)
    moody(on_engine).up(plan, build_hash=plan.build_hash)
    assert sorted(thing.name for thing in provider.world()) == ["archive", "feed"]
    assert provider.count("create") == 2


def test_a_child_that_a_program_leaves_does_not_hold_up_its_success_and_goes_with_the_session(
    on_engine: Make, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("eventstack.deploy.operation.LINGER_S", 0.5)
    # As when the caller is dead: what the child printed past the worker's streams is the worker's own to clean.
    monkeypatch.setattr("eventstack.deploy.running.scrub", lambda *_: None)
    monkeypatch.setenv("PROGRAM_SECRET", SECRET)
    deployer, plan = moody(on_engine, "leave"), a_plan_with(SecretRef(source="env", name="PROGRAM_SECRET"))
    built = deployer.up(plan, build_hash=plan.build_hash, unpreviewed=True)
    outcome = last(deployer)
    assert (outcome["ok"], outcome["ended"]["lingered"]) == (True, 1)
    assert Path(built.log, "worker.log").read_text() == "[secret]\n"


def test_what_a_programs_module_raises_is_told_with_its_last_line(on_engine: Make) -> None:
    with pytest.raises(Final, match=r"preview of .*: the program raised: ModuleNotFoundError"):
        on_engine("no_such_module:build").preview(a_plan())
