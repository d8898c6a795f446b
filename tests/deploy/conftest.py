import dataclasses
import json
import os
import threading
import time
from collections.abc import Callable
from datetime import datetime
from pathlib import Path
from typing import Any

import pytest

from eventstack.deploy.deployer import Found, Outcome
from eventstack.deploy.engine import Engine, find
from eventstack.deploy.pulumi_deployer import PulumiDeployer, utc_now
from eventstack.deploy.workspace import Workspace
from eventstack.errors import EventstackError
from eventstack.planning.parts import Build, Cdn, Parent
from eventstack.planning.plan import StackPlan
from eventstack.settings import Settings
from eventstack.testing.fake_cloud import FakeCloud

PROGRAMS = Path(__file__).parent / "programs"


def a_plan(
    occurrence: str = "talk",
    *,
    layer: str = "event",
    incarnation: int = 1,
    path: str = "",
    parents: tuple[Parent, ...] = (),
    settle_s: int = 1,
) -> StackPlan:
    tags = {
        "eventstack-owner": "local",
        "eventstack-occurrence": occurrence,
        "eventstack-incarnation": str(incarnation),
        "eventstack-layer": layer,
    }
    build = Build(
        format=1,
        layer=layer,  # type: ignore[arg-type]
        owner="local",
        occurrence=occurrence,
        incarnation=incarnation,
        cloud="fake",
        project=f"eventstack-{layer}",
        stack=f"{occurrence}-i{incarnation}",
        tags=tags,
        parents=parents,
        cdn=Cdn(path=path) if path else None,
    )
    return StackPlan(build=build, title=occurrence, profile="test", settle_s=settle_s)


def wait_until(condition: Callable[[], Any], within_s: float = 60.0) -> None:
    """Look again and again; fails when the condition does not come true in time."""
    deadline, pause = time.monotonic() + within_s, threading.Event()
    while not condition():
        assert time.monotonic() < deadline, "waited in vain"
        pause.wait(0.02)


def write_books(settings: Settings, plan: StackPlan, *, resources: int = 0, creating: tuple[str, ...] = ()) -> Path:
    """Put a checkpoint into the engine's books as the engine would."""
    books = Workspace(settings, plan.build.project, plan.build.stack).books
    books.file.parent.mkdir(parents=True, exist_ok=True)
    latest = {
        "manifest": {},
        "resources": [{"urn": f"urn:pulumi:s::p::fake::r{number}"} for number in range(resources)],
        "pending_operations": [{"type": "creating", "resource": {"urn": urn}} for urn in creating],
    }
    books.file.write_text(json.dumps({"version": 3, "checkpoint": {"latest": latest}}))
    return books.file


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

    def join(self, timeout: float | None = 60.0) -> None:
        """Wait for the call's end; one that does not come in time is a failure of its own."""
        super().join(timeout)
        assert not self.is_alive(), "the call did not end in time"


def built(deployer: PulumiDeployer, plan: StackPlan) -> PulumiDeployer:
    """The deployer, once it has previewed and made the stack."""
    deployer.preview(plan)
    deployer.up(plan, build_hash=plan.build_hash)
    return deployer


class World:
    """What a cloud would answer the deployer, in the test's hands."""

    def __init__(self) -> None:
        self.items: list[Found] = []
        self.on_air: bool | None = False
        self.slept: list[float] = []
        self.looks = 0
        self.cloud: FakeCloud | None = None
        """Answers in place of `items`, once it is set."""

    def inventory(self, tags: Any) -> list[Found]:
        self.looks += 1
        if self.cloud is not None:
            return self.cloud.inventory(tags)
        return [item for item in self.items if tags.items() <= item.tag.items()]

    def sleep(self, seconds: float) -> None:
        self.slept.append(seconds)
        if self.cloud is not None:
            self.cloud.advance(seconds)

    def remove(self, found: Found) -> None:
        if self.cloud is not None:
            self.cloud.remove(found)
        else:
            self.items.remove(found)

    def deployer(self, settings: Settings, engine: Engine, **more: Any) -> PulumiDeployer:
        arguments: dict[str, Any] = {
            "inventory": self.inventory,
            "remove": self.remove,
            "on_air": lambda _: self.on_air,
            "sleep": self.sleep,
            **more,
        }
        return PulumiDeployer(settings, engine, **arguments)


@pytest.fixture
def world() -> World:
    return World()


@pytest.fixture
def settings(tmp_path: Path) -> Settings:
    return Settings.from_environment(
        {"EVENTSTACK_HOME": str(tmp_path / "home"), "EVENTSTACK_GRACE_S": "10", "EVENTSTACK_DEADLINE_S": "120"}
    )


@pytest.fixture(scope="session")
def real_engine(engine_path: Path) -> Engine:
    engine, tried = find(dataclasses.replace(Settings.from_environment(), engine=engine_path))
    assert engine is not None, tried
    return engine


@pytest.fixture
def no_engine(tmp_path: Path) -> Engine:
    """An engine that can't be started, for what must be settled without one."""
    return Engine(tmp_path / "no-engine", "3.259.0", "named")


@pytest.fixture
def provider(cloud: FakeCloud) -> FakeCloud:
    return cloud


@pytest.fixture
def on_engine(
    settings: Settings, real_engine: Engine, provider: FakeCloud, world: World
) -> Callable[..., PulumiDeployer]:
    """Makes deployers on the real engine and the fake cloud; settings may be changed by keyword."""

    def make(
        program: str = "three",
        *,
        extra: dict[str, str] | None = None,
        card: Any = None,
        patience_s: float = 0.0,
        clock: Callable[[], datetime] = utc_now,
        **changed: Any,
    ) -> PulumiDeployer:
        paths = os.pathsep.join([str(PROGRAMS), str(PROGRAMS.parents[2])])
        environment = {**provider.environment(), "PYTHONPATH": paths, **(extra or {})}
        return world.deployer(
            dataclasses.replace(settings, **changed),
            real_engine,
            program=program if ":" in program else f"engine_programs:{program}",
            extra=environment,
            card=card,
            patience_s=patience_s,
            clock=clock,
        )

    return make
