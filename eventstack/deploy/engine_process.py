"""One engine process of a worker at a time, with its output in a file and its end asked for once."""

import os
import signal
import subprocess
from collections.abc import Mapping
from pathlib import Path

from eventstack.deploy.request import ENGINE_LOG


class Interrupted(Exception):
    """The operation was asked to end before its engine was started."""


class EngineFailed(Exception):
    """The engine ended with another code than 0; what it said is in its log."""


class EngineProcess:
    """Runs engine commands, one after the other; `exit` is the code of the last one that has ended."""

    def __init__(self, executable: str, place: Path) -> None:
        self.executable = executable
        self.exit: int | None = None
        self.interrupted = False
        self._log = place / ENGINE_LOG
        self._process: subprocess.Popen[bytes] | None = None
        self._signalled = False

    def interrupt(self) -> None:
        """Ask the engine to end, at most once: a second signal would orphan what is in flight."""
        self.interrupted = True
        if self._process is not None and not self._signalled:
            self._signalled = True
            self._process.send_signal(signal.SIGINT)

    def start(self, arguments: list[str], work: str, environment: Mapping[str, str]) -> None:
        """Start a command; raises `Interrupted` when it must not start."""
        if self.interrupted:
            raise Interrupted
        with self._log.open("ab") as log:
            self._process = subprocess.Popen(
                [self.executable, "--non-interactive", *arguments],
                stdin=subprocess.DEVNULL,
                stdout=log,
                stderr=log,
                cwd=work,
                env={**os.environ, **environment},
            )
        if self.interrupted:
            self.interrupt()

    def wait(self) -> None:
        """Wait for the command that runs, if one does; raises `EngineFailed` when it did not end well."""
        if self._process is None:
            return
        try:
            self.exit = self._process.wait()
        finally:
            self._process = None
        if self.exit != 0:
            raise EngineFailed
