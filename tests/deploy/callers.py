"""Callers in processes of their own, and a count of the engines that run for them."""

import json
import os
import subprocess
import sys
import threading
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Self

from eventstack.deploy.engine import Engine
from eventstack.node import processes
from eventstack.planning.plan import StackPlan
from eventstack.settings import Settings
from eventstack.testing.fake_cloud import FakeCloud
from tests.deploy.conftest import PROGRAMS, wait_until

PATHS = os.pathsep.join(dict.fromkeys([*filter(None, sys.path), str(PROGRAMS), str(PROGRAMS.parents[2])]))
"""Where the processes of a test find the package and the tests."""


@dataclass(frozen=True)
class Caller:
    """One call under way; `out` is what it says, a line of JSON each."""

    process: "subprocess.Popen[bytes]"
    out: Path

    @property
    def lines(self) -> list[dict[str, Any]]:
        text = self.out.read_text() if self.out.exists() else ""
        return [json.loads(line) for line in text[: text.rfind("\n") + 1].splitlines()]

    @property
    def over(self) -> bool:
        return self.process.poll() is not None

    def hears(self, name: str) -> bool:
        return {"heard": name} in self.lines

    def result(self, within_s: float = 120.0) -> dict[str, Any]:
        """What came of it; a caller never ends by a traceback."""
        wait_until(lambda: self.over, within_s)
        assert self.process.returncode == 0, self.out.with_suffix(".err").read_text()
        return self.lines[-1]

    def kill(self) -> None:
        self.process.kill()
        self.process.wait()


class Calls:
    """Starts callers of one installation, and ends those that are left."""

    def __init__(self, folder: Path, settings: Settings, engine: Engine, cloud: FakeCloud) -> None:
        self._folder = folder
        self._settings = settings
        self._engine = engine
        self._cloud = cloud
        self._all: list[Caller] = []

    def __call__(
        self,
        plan: StackPlan,
        kind: str = "up",
        *,
        patience_s: float = 0.0,
        operations: int = 8,
        emergency: bool = False,
    ) -> Caller:
        call = {
            "kind": kind,
            "plan": plan.to_json(),
            "cloud": str(self._cloud.folder),
            "engine": str(self._engine.path),
            "version": self._engine.version,
            "path": PATHS,
            "patience_s": patience_s,
            "emergency": emergency,
        }
        self._folder.mkdir(exist_ok=True)
        out = self._folder / f"{len(self._all)}.jsonl"
        own = {"EVENTSTACK_OPERATIONS": str(operations), "PYTHONPATH": PATHS}
        with out.with_suffix(".err").open("wb") as err:
            process = subprocess.Popen(
                [sys.executable, PROGRAMS / "calling.py", out],
                stdin=subprocess.PIPE,
                stdout=err,
                stderr=err,
                env={**os.environ, **self._settings.environment(), **own},
            )
        assert process.stdin
        with process.stdin as stream:
            stream.write(json.dumps(call).encode())
        self._all.append(Caller(process, out))
        return self._all[-1]

    def end(self) -> None:
        for one in self._all:
            one.kill()


class Census(threading.Thread):
    """Counts the engines of one installation again and again; `most` is how many there ever were at once."""

    def __init__(self, settings: Settings, engine: Engine) -> None:
        super().__init__(daemon=True)
        self.most = 0
        self._home = str(settings.state.parent)
        self._engine = str(engine.path.resolve())
        self._over = threading.Event()

    def __enter__(self) -> Self:
        self.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._over.set()
        self.join()

    def run(self) -> None:
        while not self._over.wait(0.01):
            self.most = max(self.most, len(self.engines()))

    def engines(self) -> list[processes.Identity]:
        """Those that all lived at one instant: seen in the first look, and again in the second."""
        seen = [one.identity for one in processes.everything() if self._ours(one.identity.pid)]
        return [one for one in seen if processes.alive(one)]

    def _ours(self, pid: int) -> bool:
        try:
            if str(Path(f"/proc/{pid}/exe").readlink()) != self._engine:
                return False
        except OSError:
            return False
        return processes.environment(pid, ["EVENTSTACK_HOME"]).get("EVENTSTACK_HOME") == self._home
