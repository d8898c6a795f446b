"""What is killed or interrupted loses nothing and doubles nothing: on the real engine and the fake cloud."""

import os
import signal
import subprocess
import sys
from collections.abc import Callable

import pytest

from eventstack.deploy import liveness
from eventstack.deploy.books import Books
from eventstack.deploy.deployer import Found, Outcome
from eventstack.deploy.engine import Engine
from eventstack.deploy.journal import StackKey
from eventstack.deploy.pulumi_deployer import PulumiDeployer
from eventstack.deploy.workspace import Workspace
from eventstack.errors import Retryable
from eventstack.settings import Settings
from eventstack.testing.fake_cloud import Existing, FakeCloud
from tests.deploy.conftest import PROGRAMS, Calling, World, a_plan, wait_until

pytestmark = pytest.mark.engine


def sessions(deployer: PulumiDeployer) -> list[int]:
    """The sessions of every operation on the stack so far."""
    return [operation.session for operation in deployer.journal.operations(StackKey.of(a_plan())) if operation.session]


def books(settings: Settings) -> Books:
    return Workspace(settings, "eventstack-event", "talk-i1").books


def test_the_engine_finishes_when_its_caller_is_killed_in_mid_create(
    on_engine: Callable[..., PulumiDeployer], provider: FakeCloud, settings: Settings, real_engine: Engine
) -> None:
    deployer, plan = on_engine(), a_plan()
    deployer.preview(plan)
    gate = provider.hold("create", "feed")
    environment = {
        **os.environ,
        **settings.environment(),
        "CALLER_PROVIDERS": provider.environment()["PULUMI_DEBUG_PROVIDERS"],
    }
    environment["PYTHONPATH"] = os.pathsep.join(path for path in [*sys.path, str(PROGRAMS)] if path)
    caller = subprocess.Popen(
        [sys.executable, PROGRAMS / "caller.py", str(real_engine.path), real_engine.version],
        env=environment,
        stdin=subprocess.PIPE,
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
    )
    with caller:
        caller.stdin.write(plan.to_json().encode())
        caller.stdin.close()
        gate.wait_reached()
        caller.send_signal(signal.SIGKILL)
    with pytest.raises(Retryable, match="holds the stack"):
        deployer.up(plan, build_hash=plan.build_hash)
    gate.release()
    wait_until(lambda: not any(liveness.session_members(session) for session in sessions(deployer)))
    look = books(settings).look()
    assert look.pending == ()
    assert any(urn.endswith("::feed") for urn in look.resources)
    assert books(settings).locks() == []
    deployer.up(plan, build_hash=plan.build_hash)
    assert sorted(thing.name for thing in provider.world()) == ["archive", "encoder", "feed"]
    assert provider.count("create") == 3


def test_a_request_to_end_lets_the_create_in_flight_be_recorded(
    on_engine: Callable[..., PulumiDeployer], provider: FakeCloud, settings: Settings
) -> None:
    deployer, plan = on_engine(), a_plan()
    deployer.preview(plan)
    gate = provider.hold("create", "feed", until_cancel=True)
    calling = Calling(lambda: deployer.up(plan, build_hash=plan.build_hash))
    gate.wait_reached()
    with pytest.raises(Retryable, match="holds the stack"):
        on_engine().up(plan, build_hash=plan.build_hash)
    deployer.cancel()
    calling.join()
    assert isinstance(calling.error, Retryable)
    assert "asked to end" in str(calling.error)
    look = books(settings).look()
    assert look.pending == ()
    assert any(urn.endswith("::feed") for urn in look.resources)
    assert not any(liveness.session_members(session) for session in sessions(deployer))


def cut_off(
    deployer: PulumiDeployer, provider: FakeCloud, settings: Settings, *, happens: bool = True
) -> Existing | None:
    """Kill an `up` in the middle of the creation of `feed`; what became of it in the cloud."""
    plan = a_plan()
    deployer.preview(plan)
    gate = provider.hold("create", "feed")
    if not happens:
        provider.refuse("create", "feed", "it never happened")
    calling = Calling(lambda: deployer.up(plan, build_hash=plan.build_hash))
    gate.wait_reached()
    deployer.cancel()
    calling.join()
    assert isinstance(calling.error, Retryable)
    assert "was killed" in str(calling.error)
    assert books(settings).locks() == []
    assert [urn.rsplit("::", 1)[-1] for urn in books(settings).look().creating] == ["feed"]
    gate.release()
    if not happens:
        return None
    wait_until(lambda: any(thing.name == "feed" for thing in provider.world()))
    return next(thing for thing in provider.world() if thing.name == "feed")


def seen(thing: Existing) -> Found:
    """A thing of the fake cloud as an inventory by tag shows it."""
    return Found(kind="thing", identity=thing.id, tag=dict(thing.inputs["tags"]), resource=thing.id)


def test_a_create_that_was_cut_off_is_adopted_and_not_made_twice(
    on_engine: Callable[..., PulumiDeployer], provider: FakeCloud, settings: Settings, world: World
) -> None:
    deployer, plan = on_engine(grace_s=0.5), a_plan()
    orphan = cut_off(deployer, provider, settings)
    assert orphan is not None
    world.items = [seen(thing) for thing in provider.world()]
    built = deployer.up(plan, build_hash=plan.build_hash)
    assert built.recovered == (f"adopted {orphan.urn} as {orphan.id}",)
    assert sorted(thing.name for thing in provider.world()) == ["archive", "encoder", "feed"]
    assert built.outputs["ingest"] == f"arn:fake:{orphan.id}"
    assert books(settings).look().pending == ()
    deployer.destroy(plan, reason="the end")
    assert provider.world() == []


def test_a_create_that_was_cut_off_is_adopted_before_a_destroy_and_so_removed(
    on_engine: Callable[..., PulumiDeployer], provider: FakeCloud, settings: Settings, world: World
) -> None:
    deployer, plan = on_engine(grace_s=0.5), a_plan()
    cut_off(deployer, provider, settings)
    world.items = [seen(thing) for thing in provider.world()]
    deployer.destroy(plan, reason="the end")
    assert provider.world() == []
    world.items = []
    assert deployer.evidence(plan).clean
    deployer.forget(plan)
    assert deployer.observe("eventstack-event", "talk-i1").existence == "absent"


def test_a_create_that_never_happened_is_struck_out_after_the_settle_time(
    on_engine: Callable[..., PulumiDeployer], provider: FakeCloud, settings: Settings, world: World
) -> None:
    deployer, plan = on_engine(grace_s=0.5), a_plan()
    cut_off(deployer, provider, settings, happens=False)
    world.items = [seen(thing) for thing in provider.world()]
    world.slept.clear()
    built = deployer.up(plan, build_hash=plan.build_hash)
    assert world.slept == [plan.settle_s]
    assert len(built.recovered) == 1
    assert "struck out" in built.recovered[0]
    assert sorted(thing.name for thing in provider.world()) == ["archive", "encoder", "feed"]


def test_nothing_is_decided_on_a_cut_off_create_while_the_inventory_is_silent(
    on_engine: Callable[..., PulumiDeployer], provider: FakeCloud, settings: Settings, world: World
) -> None:
    deployer, plan = on_engine(grace_s=0.5), a_plan()
    cut_off(deployer, provider, settings)
    world.items = None  # type: ignore[assignment]
    with pytest.raises(Retryable, match="inventory can't be read"):
        deployer.up(plan, build_hash=plan.build_hash)
    with pytest.raises(Retryable, match="inventory can't be read"):
        deployer.destroy(plan, reason="the end")
    assert books(settings).look().creating
    assert provider.count("create") == 2


def test_of_two_callers_at_once_one_works_and_one_is_told_to_come_again(
    on_engine: Callable[..., PulumiDeployer], provider: FakeCloud
) -> None:
    plan = a_plan()
    on_engine().preview(plan)
    gate = provider.hold("create", "archive")
    callers = [Calling(lambda: on_engine().up(plan, build_hash=plan.build_hash)) for _ in range(2)]
    gate.wait_reached()
    wait_until(lambda: any(not caller.is_alive() for caller in callers))
    gate.release()
    for caller in callers:
        caller.join()
    assert sorted(type(caller.error).__name__ for caller in callers) == ["Busy", "NoneType"]
    assert provider.count("create") == 3


def test_of_two_patient_callers_one_works_and_the_other_follows_to_the_same_outcome(
    on_engine: Callable[..., PulumiDeployer], provider: FakeCloud
) -> None:
    plan = a_plan()
    on_engine().preview(plan)
    gate = provider.hold("create", "archive")
    heard: list[list[str]] = [[], []]

    def call(number: int) -> Outcome:
        deployer = on_engine(patience_s=30.0)
        return deployer.up(plan, build_hash=plan.build_hash, on_progress=lambda one: heard[number].append(one.name))

    callers = [Calling(lambda: call(0)), Calling(lambda: call(1))]
    gate.wait_reached()
    wait_until(lambda: "archive" in heard[0] and "archive" in heard[1])
    gate.release()
    for caller in callers:
        caller.join()
    first, second = (caller.outcome for caller in callers)
    assert first is not None
    assert second is not None
    assert first.operation == second.operation
    assert first.outputs == second.outputs
    assert first.changes == second.changes
    assert provider.count("create") == 3
