"""The engine as the SDK runs it, by a process of ours."""

from collections.abc import Callable, Mapping
from typing import Any

import semver
from pulumi import automation

from eventstack.deploy.engine_process import EngineProcess


class EngineCommand(automation.PulumiCommand):
    """Runs the engine with its output in a file; the stock class holds pipes, and dies with them in mid-create."""

    def __init__(self, engine: EngineProcess, version: str) -> None:
        self.command = engine.executable
        self.version = semver.VersionInfo.parse(version.removeprefix("v"))
        self._engine = engine

    def run(
        self,
        args: list[str],
        cwd: str,
        additional_env: Mapping[str, str],
        on_output: Callable[[str], Any] | None = None,  # noqa: ARG002 - the output is in the file
        on_error: Callable[[str], Any] | None = None,  # noqa: ARG002
    ) -> automation.CommandResult:
        """Run one engine command; raises `EngineFailed` when it fails and `Interrupted` when it must not start."""
        self._engine.start(args, cwd, additional_env)
        self._engine.wait()
        return automation.CommandResult(stdout="", stderr="", code=0)


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
