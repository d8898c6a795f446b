"""What is killed or interrupted loses nothing and doubles nothing: on the real engine and the fake cloud."""

import os
import signal
import subprocess
import sys
import threading
from collections.abc import Callable

import pytest

from eventstack.deploy import liveness
from eventstack.deploy.books import Books
from eventstack.deploy.deployer import Found, Outcome
from eventstack.deploy.engine import Engine
from eventstack.deploy.journal import StackKey
from eventstack.deploy.pulumi_deployer import PulumiDeployer
from eventstack.deploy.workspace import Workspace
from eventstack.errors import EventstackError, Final, Retryable
from eventstack.settings import Settings
from eventstack.testing.fake_provider import FakeProvider
from tests.deploy.conftest import PROGRAMS, World, a_plan, wait_until

pytestmark = pytest.mark.engine


class Calling(threading.Thread):
    """Calls in a thread and keeps what came of it."""

    def __init__(self, call: Callable[[], Outcome]) -> None:
        super().__init__(daemon=True)
        self.call = call
        self.outcome: Outcome | None = None
        self.error: EventstackError | None = None
        self.start()

    def run(self) -> None:
        try:
            self.outcome = self.call()
        except EventstackError as error:
            self.error = error


def sessions(deployer: PulumiDeployer) -> list[int]:
    """The sessions of every operation on the stack so far."""
    return [operation.session for operation in deployer.journal.operations(StackKey.of(a_plan())) if operation.session]


def books(settings: Settings) -> Books:
    return Workspace(settings, "eventstack-event", "talk-i1").books


def test_the_engine_finishes_when_its_caller_is_killed_in_mid_create(
    on_engine: Callable[..., PulumiDeployer], provider: FakeProvider, settings: Settings, real_engine: Engine
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
        wait_until(gate.reached.is_set)
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
    assert sorted(thing.name for thing in provider.world.values()) == ["archive", "encoder", "feed"]
    assert provider.count("create") == 3


def test_a_request_to_end_lets_the_create_in_flight_be_recorded(
    on_engine: Callable[..., PulumiDeployer], provider: FakeProvider, settings: Settings
) -> None:
    deployer, plan = on_engine(), a_plan()
    deployer.preview(plan)
    gate = provider.hold("create", "feed", until_cancel=True)
    calling = Calling(lambda: deployer.up(plan, build_hash=plan.build_hash))
    wait_until(gate.reached.is_set)
    with pytest.raises(Retryable, match="holds the stack"):
        on_engine().up(plan, build_hash=plan.build_hash)
    deployer.cancel()
    calling.join(30)
    assert isinstance(calling.error, Retryable)
    assert "asked to end" in str(calling.error)
    look = books(settings).look()
    assert look.pending == ()
    assert any(urn.endswith("::feed") for urn in look.resources)
    assert not any(liveness.session_members(session) for session in sessions(deployer))


def test_a_create_that_was_cut_off_blocks_until_the_inventory_decides(
    on_engine: Callable[..., PulumiDeployer], provider: FakeProvider, settings: Settings, world: World
) -> None:
    deployer, plan = on_engine(grace_s=0.5), a_plan()
    deployer.preview(plan)
    gate = provider.hold("create", "feed")
    calling = Calling(lambda: deployer.up(plan, build_hash=plan.build_hash))
    wait_until(gate.reached.is_set)
    deployer.cancel()
    calling.join(30)
    assert isinstance(calling.error, Retryable)
    assert "was killed" in str(calling.error)
    assert books(settings).locks() == []
    gate.release()
    wait_until(lambda: any(thing.name == "feed" for thing in provider.world.values()))
    with pytest.raises(Final, match="cut off"):
        deployer.up(plan, build_hash=plan.build_hash)
    with pytest.raises(Final, match="cut off"):
        deployer.destroy(plan, reason="the end")
    [orphan] = provider.world.values()
    world.items.append(Found(kind="thing", identity=orphan.identity, tag=dict(plan.build.tags)))
    evidence = deployer.evidence(plan)
    assert evidence.clean
    assert world.items == []
    deployer.forget(plan)
    assert deployer.observe("eventstack-event", "talk-i1").existence == "absent"


def test_of_two_callers_at_once_one_works_and_one_is_told_to_come_again(
    on_engine: Callable[..., PulumiDeployer], provider: FakeProvider
) -> None:
    plan = a_plan()
    on_engine().preview(plan)
    gate = provider.hold("create", "archive")
    callers = [Calling(lambda: on_engine().up(plan, build_hash=plan.build_hash)) for _ in range(2)]
    wait_until(gate.reached.is_set)
    wait_until(lambda: any(not caller.is_alive() for caller in callers))
    gate.release()
    for caller in callers:
        caller.join(30)
    assert sorted(type(caller.error).__name__ for caller in callers) == ["NoneType", "Retryable"]
    assert provider.count("create") == 3
