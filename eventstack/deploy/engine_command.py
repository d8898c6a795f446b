"""The engine as the SDK runs it, with its output in a file and its end asked for once."""

import os
import signal
import subprocess
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

import semver
from pulumi import automation
from pulumi.automation.errors import create_command_error

from eventstack.deploy.request import ENGINE_LOG, tail


class Interrupted(Exception):
    """The operation was asked to end before its engine was started."""


class EngineCommand(automation.PulumiCommand):
    """Runs the engine with its output in a file; the stock class holds pipes, and dies with them in mid-create."""

    def __init__(self, executable: str, version: str, place: Path) -> None:
        self.command = executable
        self.version = semver.VersionInfo.parse(version.removeprefix("v"))
        self.exit: int | None = None
        self._place = place
        self._process: subprocess.Popen[bytes] | None = None
        self._interrupted = False
        self._signalled = False

    def interrupt(self) -> None:
        """Ask the engine to end, at most once: a second signal would orphan what is in flight."""
        self._interrupted = True
        if self._process is not None and not self._signalled:
            self._signalled = True
            self._process.send_signal(signal.SIGINT)

    @property
    def interrupted(self) -> bool:
        """Whether the end was asked for."""
        return self._interrupted

    def run(
        self,
        args: list[str],
        cwd: str,
        additional_env: Mapping[str, str],
        on_output: Callable[[str], Any] | None = None,  # noqa: ARG002 - the output is in the file
        on_error: Callable[[str], Any] | None = None,  # noqa: ARG002
    ) -> automation.CommandResult:
        """Run one engine command; raises `CommandError` when it fails and `Interrupted` when it must not start."""
        if self._interrupted:
            raise Interrupted
        with (self._place / ENGINE_LOG).open("ab") as log:
            start = log.tell()
            self._process = subprocess.Popen(
                [self.command, "--non-interactive", *args],
                stdin=subprocess.DEVNULL,
                stdout=log,
                stderr=log,
                cwd=cwd,
                env={**os.environ, **additional_env},
            )
        try:
            if self._interrupted:
                self.interrupt()
            self.exit = self._process.wait()
        finally:
            self._process = None
        text = tail(self._place / ENGINE_LOG, start=start)
        result = automation.CommandResult(stdout="", stderr=text, code=self.exit)
        if self.exit != 0:
            raise create_command_error(result)
        return result


class LeanStack(automation.Stack):
    """One engine process per operation: outputs and summary come from the events."""

    def __init__(self, name: str, workspace: automation.LocalWorkspace) -> None:
        self.name = name
        self.workspace = workspace

    def outputs(self) -> automation.OutputMap:
        """Nothing; the stock class would start an engine to ask."""
        return {}

    def info(self, show_secrets: bool | None = None) -> Any:  # noqa: ARG002 - the stock signature
        """Anything that is not None; the stock class would start an engine to ask."""
        return self
