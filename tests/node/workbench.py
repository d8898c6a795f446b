"""Runs parts by hand, without a supervisor: prepare, launch, a process, and the end of its session."""

import contextlib
import os
import random
import signal
import subprocess
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from eventstack.node.part import Launch, Place
from eventstack.node.parts import PARTS
from eventstack.node.ports import recorded_port
from eventstack.node.secrets_file import keep_secret, private_directory

READY_S = 15.0


def wait_until(condition: Callable[[], Any], deadline_s: float, what: str) -> Any:
    """The first true value of `condition`, looked for until the deadline."""
    end = time.monotonic() + deadline_s
    while not (value := condition()):
        assert time.monotonic() < end, f"not within {deadline_s:g} s: {what}"
        time.sleep(0.02)
    return value


@dataclass
class Bench:
    """A node's directory with parts in it, each by the name of its kind."""

    root: Path
    configs: dict[str, Any] = field(default_factory=dict)
    outputs: dict[str, dict[str, Any]] = field(default_factory=dict)
    processes: dict[str, subprocess.Popen[bytes]] = field(default_factory=dict)
    launches: dict[str, Launch] = field(default_factory=dict)
    runs: dict[str, int] = field(default_factory=dict)

    def place(self, kind: str) -> Place:
        directory = private_directory(self.directory(kind))
        return Place(
            directory=directory,
            name=kind,
            port=lambda name: recorded_port(directory / "ports.json", name, self.root.parent, random.Random()),
            secret=lambda name: keep_secret(directory / "secrets" / name),
            archive=self.root / "archive",
            seal_key=self.root / "seal.key",
            runs=self.runs.get(kind, 0),
            others={other: self.directory(other) for other in self.configs if other != kind},
        )

    def directory(self, kind: str) -> Path:
        return self.root / "parts" / kind

    def prepare(self, kind: str, config: Any) -> Mapping[str, Any]:
        keep_secret(private_directory(self.directory(kind)) / "token")
        self.configs[kind] = config
        self.outputs[kind] = PARTS[kind].prepare(config, self.place(kind))
        return self.outputs[kind]

    def start(self, kind: str, *, wait: bool = True) -> None:
        place = self.place(kind)
        launch = PARTS[kind].launch(self.configs[kind], place)
        assert launch
        self.runs[kind] = self.runs.get(kind, 0) + 1
        with (place.directory / launch.log).open("ab") as log:
            self.processes[kind] = subprocess.Popen(
                list(launch.argv),
                cwd=place.directory,
                env={"PATH": os.environ["PATH"], **launch.env},
                stdin=subprocess.DEVNULL,
                stdout=log,
                stderr=log,
                start_new_session=True,
            )
        self.launches[kind] = launch
        if wait:
            wait_until(launch.ready, READY_S, f"{kind} is ready: {self.log(kind)}")

    def health(self, kind: str) -> dict[str, Any]:
        return PARTS[kind].health(self.configs[kind], self.place(kind))

    def verb(self, kind: str, name: str, **arguments: Any) -> dict[str, Any]:
        return PARTS[kind].verb(name, arguments, self.configs[kind], self.place(kind))

    def kill(self, kind: str) -> None:
        """As a crash would: no signal that could be heard, the whole session at once."""
        process = self.processes.pop(kind)
        with contextlib.suppress(ProcessLookupError):
            os.killpg(process.pid, signal.SIGKILL)
        process.wait()

    def stop(self, kind: str) -> float:
        """As the supervisor would; the seconds that it took."""
        process, launch, began = self.processes.pop(kind), self.launches[kind], time.monotonic()
        for number in launch.stop_signals:
            process.send_signal(number)
            with contextlib.suppress(subprocess.TimeoutExpired):
                process.wait(launch.stop_wait_s)
                break
        with contextlib.suppress(ProcessLookupError):
            os.killpg(process.pid, signal.SIGKILL)
        process.wait()
        return time.monotonic() - began

    def close(self) -> None:
        for kind in list(self.processes):
            self.kill(kind)

    def log(self, kind: str) -> str:
        return (self.directory(kind) / "log.txt").read_text(errors="replace")[-2000:]
