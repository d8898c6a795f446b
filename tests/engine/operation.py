"""One operation of the engine, in a process of its own: the SDK's runtime is not fit for use after a failed program."""

import functools
import importlib
import json
import os
import queue
import sys
import time
from pathlib import Path
from typing import Any

import semver
from pulumi import automation as auto


class Cli(auto.PulumiCommand):
    def __init__(self, path: str) -> None:
        self.command, self.version = path, semver.VersionInfo.parse("3.259.0")


class LeanStack(auto.Stack):
    """One engine process per operation."""

    def __init__(self, name: str, workspace: auto.LocalWorkspace) -> None:
        self.name, self.workspace = name, workspace

    def outputs(self) -> auto.OutputMap:
        return {}

    def info(self, show_secrets: bool | None = None) -> Any:
        return self


def main(request: dict[str, Any]) -> None:
    program = None
    if request["program"]:
        programs = importlib.import_module("tests.engine.programs")
        program = functools.partial(getattr(programs, request["program"]), **request["arguments"])
    workspace = auto.LocalWorkspace(
        work_dir=request["work"], pulumi_command=Cli(request["engine"]), program=program, env_vars={}
    )
    stack = LeanStack("one", workspace)
    if request["new"]:
        workspace.create_stack("one")
    seen: queue.SimpleQueue[Any] = queue.SimpleQueue()
    options: dict[str, Any] = {"parallel": 64, "color": "never", "suppress_progress": True, "on_event": seen.put}
    if request["plan"]:
        options["plan"] = request["plan"]
    if request["kind"] != "preview":
        options["show_secrets"] = False
    error, began = "", time.monotonic()
    try:
        getattr(stack, request["kind"])(**options)
    except auto.CommandError as failed:
        error = str(failed)
    result = {**told(seen), "seconds": time.monotonic() - began, "error": error}
    Path(request["result"]).write_text(json.dumps(result))
    os._exit(0)


def told(seen: "queue.SimpleQueue[Any]") -> dict[str, Any]:
    diagnostics, outputs, ops = [], {}, {}
    while not seen.empty():
        event = seen.get()
        if said := event.diagnostic_event:
            diagnostics.append((said.severity, said.message))
        if step := event.resource_pre_event:
            ops[step.metadata.urn.split("::")[-1]] = str(step.metadata.op.value)
        step = event.res_outputs_event
        if step and step.metadata.type == "pulumi:pulumi:Stack" and step.metadata.new:
            outputs = step.metadata.new.outputs or {}
    return {"diagnostics": diagnostics, "outputs": dict(outputs), "ops": ops}


if __name__ == "__main__":
    main(json.loads(sys.argv[1]))
