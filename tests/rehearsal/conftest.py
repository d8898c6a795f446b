"""Rehearsals as a user runs them: the command, in a process of its own, in a home of its own."""

import json
import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import psutil
import pytest

from eventstack.clouds.local.inventory import inventory
from eventstack.errors import Retryable
from eventstack.node.client import NodeClient
from eventstack.settings import Settings


@dataclass
class Run:
    """One `eventstack rehearse`."""

    home: Path
    process: subprocess.Popen[bytes]
    out: Path
    err: Path
    environment: dict[str, str]
    python: str = sys.executable
    user: int | None = None

    @property
    def settings(self) -> Settings:
        return Settings.from_environment({"EVENTSTACK_HOME": str(self.home)})

    def eventstack(self, *arguments: str, **environment: str) -> subprocess.CompletedProcess[str]:
        """Another command of ours beside it, as typed in another terminal."""
        return subprocess.run(
            [self.python, "-m", "eventstack", *arguments],
            env={**self.environment, **environment},
            user=self.user,
            group=self.user,
            extra_groups=None if self.user is None else [],
            capture_output=True,
            text=True,
            check=False,
            timeout=90,
            cwd=self.home,
        )

    def said(self) -> str:
        return self.err.read_text(encoding="utf-8", errors="replace")

    def until(self, condition: Callable[[], Any], deadline_s: float = 90) -> Any:
        """Wait for a condition while the command runs; fails with what it said."""
        end = time.monotonic() + deadline_s
        while time.monotonic() < end:
            found = condition()
            if found:
                return found
            assert self.process.poll() is None, f"ended early with {self.process.returncode}:\n{self.said()}"
            time.sleep(0.05)
        pytest.fail(f"not within {deadline_s} s:\n{self.said()}")

    def saying(self, text: str, deadline_s: float = 90) -> None:
        self.until(lambda: text in self.said(), deadline_s)

    def end(self, deadline_s: float = 150) -> int:
        try:
            return self.process.wait(deadline_s)
        except subprocess.TimeoutExpired:
            pytest.fail(f"still running after {deadline_s} s:\n{self.said()}")

    def as_run(self) -> dict[str, Any]:
        return json.loads(next(self.settings.records.glob("*/as-run.json")).read_text(encoding="utf-8"))

    def node(self, layer: str) -> Path:
        return next(self.settings.nodes.glob(f"*.{layer}"))

    def pids(self) -> dict[str, int | None]:
        """What both nodes say of their parts."""
        return {
            f"{layer}/{name}": part["pid"]
            for layer in ("foundation", "event")
            for name, part in NodeClient.of(self.node(layer)).health()["parts"].items()
        }

    def card(self) -> dict[str, Any]:
        return json.loads(next(self.settings.cards.glob("*.json")).read_text(encoding="utf-8"))

    def on_air(self) -> bool:
        """Whether the event's node says that it is on air; False also before there is one."""
        try:
            return bool(NodeClient.of(self.node("event")).health()["on_air"])
        except (StopIteration, Retryable):
            return False

    def left(self) -> list[str]:
        """Everything of ours that is still on the machine, beside archive, records and caches."""
        settings = self.settings
        things = [f"{found.kind} {found.identity}" for found in inventory(settings)]
        things += [str(path) for path in settings.nodes.glob("*")]
        things += [str(path) for path in settings.cards.glob("*")]
        things += [str(path) for path in settings.state.glob("stacks/*/*")]
        things += [str(path) for path in settings.state.glob("pulumi/*/.pulumi/stacks/*/*")]
        things += [str(path) for path in (self.home / "tmp").rglob("*")]
        things += [f"process {process.pid}" for process in psutil.process_iter() if _of(process, self.home)]
        return things


def _of(process: psutil.Process, home: Path) -> bool:
    try:
        return str(home) in " ".join(process.cmdline()) or Path(process.cwd()).is_relative_to(home)
    except psutil.Error:
        return False


@dataclass
class Stage:
    """Starts rehearsals and makes sure that none outlives its test."""

    folder: Path
    engine: Path
    runs: list[Run] = field(default_factory=list)

    def rehearse(self, *arguments: str) -> Run:
        home = self.folder / f"home-{len(self.runs)}"
        home.mkdir()
        run = start(home, self.engine, *arguments)
        self.runs.append(run)
        return run

    def clear(self) -> None:
        for run in self.runs:
            if run.process.poll() is None:
                run.process.send_signal(signal.SIGKILL)
                run.process.wait()
            run.eventstack("sweep", "--delete", "--on-air", "--by", "tests", "--reason", "cleared")


def start(home: Path, engine: Path, *arguments: str, python: str = sys.executable, user: int | None = None) -> Run:
    """Begin one rehearsal in a home that is there; what it puts aside for a while lies in the home too."""
    out, err, temporary = home / "out", home / "err", home / "tmp"
    temporary.mkdir()
    if user is not None:
        os.chown(temporary, user, user)
    environment = {
        **os.environ,
        "EVENTSTACK_HOME": str(home),
        "EVENTSTACK_ENGINE": str(engine),
        "TMPDIR": str(temporary),
    }
    with out.open("wb") as stdout, err.open("wb") as stderr:
        process = subprocess.Popen(
            [python, "-m", "eventstack", "rehearse", *arguments],
            stdin=subprocess.DEVNULL,
            stdout=stdout,
            stderr=stderr,
            env=environment,
            cwd=home,
            start_new_session=True,
            user=user,
            group=user,
            extra_groups=None if user is None else [],
        )
    return Run(home, process, out, err, environment, python, user)


@pytest.fixture
def stage(tmp_path: Path, engine_path: Path):
    place = Stage(tmp_path, engine_path)
    yield place
    place.clear()


@pytest.fixture(scope="module")
def module_stage(tmp_path_factory: pytest.TempPathFactory, engine_path: Path):
    """The same for rehearsals that several tests of a module look at."""
    place = Stage(tmp_path_factory.mktemp("stage"), engine_path)
    yield place
    place.clear()
