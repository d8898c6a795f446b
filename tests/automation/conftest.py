"""Installations for the API: on the real engine with the fake cloud, or with a deployer that keeps no books at all."""

# ruff: noqa: F811 - fixtures of tests.deploy are used by their names

import threading
from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest

from eventstack.automation import World
from eventstack.deploy import claims
from eventstack.deploy.deployer import Deployer, Evidence, OnProgress, Outcome, Override, StackState
from eventstack.deploy.engine import Engine
from eventstack.deploy.journal import Known, StackKey
from eventstack.deploy.journal_sqlite import SqliteJournal
from eventstack.deploy.pulumi_deployer import PulumiDeployer
from eventstack.planning.found import Silence
from eventstack.planning.plan import StackPlan
from eventstack.settings import Settings
from eventstack.testing.fake_cloud import FakeCloud
from eventstack.testing.fake_deployer import FakeDeployer
from tests.deploy.conftest import PROGRAMS, on_engine, provider, real_engine, settings, world  # noqa: F401
from tests.deploy.conftest import World as Cloud
from tests.models.documents import EVENT, bent, write

NOW = datetime(2026, 11, 22, 18, tzinfo=UTC)


class Here(World):
    """An installation whose deployer is given."""

    def __init__(self, settings: Settings, deployer: Deployer, engine: Engine | None = None) -> None:
        super().__init__(settings)
        self.theirs = deployer
        self.found = engine
        self.airing = False
        self.performed: list[tuple[str, dict[str, Any]]] = []

    def deployer(self, cloud: str, say: Any, **_more: Any) -> Deployer:
        return self.theirs

    def observe(self, known: Known) -> StackState:
        return self.theirs.observe(known.key.project, known.key.stack)

    def on_air(self, plan: StackPlan) -> bool | None:
        return self.airing

    def silent(self, plan: StackPlan) -> Silence | None:
        return None

    def engine(self, say: Any) -> Engine:
        assert self.found
        return self.found

    def perform(self, card: dict[str, Any], verb: str, arguments: dict[str, Any]) -> dict[str, Any]:
        self.performed.append((verb, arguments))
        return {"ok": True, "detail": f"{verb} done"}


@pytest.fixture
def here(
    settings: Settings,
    real_engine: Engine,
    on_engine: Callable[..., PulumiDeployer],
) -> Here:
    """An installation on the real engine, with the fake cloud behind it."""
    return Here(settings, on_engine(), real_engine)


@pytest.fixture
def talk(tmp_path: Path) -> Path:
    """The file of an event with the id `talk`."""
    text = bent(EVENT, "id: talk-20261122", "id: talk")
    return write(tmp_path, "talk.yaml", text)


class Booked(FakeDeployer):
    """A deployer without an engine that keeps the journal as the real one does."""

    def __init__(self, settings: Settings, **more: Any) -> None:
        super().__init__(**more)
        self.settings = settings
        self.driven = ""
        self.journal = SqliteJournal(settings.state / "journal.sqlite3")

    def _hold(self, plan: StackPlan, kind: Any) -> Any:
        return claims.hold(
            self.journal,
            plan,
            kind,
            claims.Terms(lease_s=30, over_s=60),
            clock=lambda: NOW,
            wish=threading.Event(),
            detail=self.driven if kind in ("preview", "up") else "",
        )

    def _run(self, held: claims.Held, plan: StackPlan) -> None:
        if plan.build.occurrence not in self.on_air:
            caller = held.operation.intent.caller
            self.journal.started(held.operation.intent.id, session=caller.pid, process=caller, at=NOW)

    def preview(self, plan: StackPlan, on_progress: OnProgress = lambda _: None) -> Outcome:
        with self._hold(plan, "preview"):
            outcome = super().preview(plan, on_progress)
            self.journal.planned(plan)
            self.journal.created(StackKey.of(plan), "yes")
        return outcome

    def up(self, plan: StackPlan, *, build_hash: str, on_progress: OnProgress = lambda _: None) -> Outcome:
        with self._hold(plan, "up") as held:
            self._run(held, plan)
            self.journal.planned(plan)
            outcome = super().up(plan, build_hash=build_hash, on_progress=on_progress)
            self.journal.built(StackKey.of(plan), outcome.outputs)
        return outcome

    def destroy(self, plan: StackPlan, **more: Any) -> Outcome:
        with self._hold(plan, "destroy") as held:
            self._run(held, plan)
            return super().destroy(plan, **more)

    def evidence(self, plan: StackPlan, *, override: Override | None = None) -> Evidence:
        with self._hold(plan, "evidence"):
            found = super().evidence(plan, override=override)
            self.journal.proved(StackKey.of(plan), {"clean": found.clean, "path": "evidence.json"})
        return found

    def forget(self, plan: StackPlan) -> None:
        with self._hold(plan, "forget"):
            super().forget(plan)
            self.journal.forgot(StackKey.of(plan), at=NOW)


@pytest.fixture
def fake(home: Path) -> Booked:
    """A deployer without an engine, for the installation that the environment names."""
    return Booked(
        Settings.from_environment(), outputs=lambda plan: {"hls": f"http://127.0.0.1/{plan.build.occurrence}"}
    )


@pytest.fixture
def desk(fake: Booked) -> Here:
    """An installation without an engine."""
    return Here(fake.settings, fake)


@pytest.fixture
def another(
    settings: Settings,
    real_engine: Engine,
    provider: FakeCloud,
    world: Cloud,
) -> Callable[[], Here]:
    """Makes callers on the same installation, each with a deployer of its own, and patient."""

    def make() -> Here:
        extra = {**provider.environment(), "PYTHONPATH": str(PROGRAMS)}
        deployer = world.deployer(settings, real_engine, program="engine_programs:three", extra=extra, patience_s=60.0)
        return Here(settings, deployer, real_engine)

    return make
