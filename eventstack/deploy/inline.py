"""An inline program under the engine, by the SDK: what a worker does once everything heavy is imported."""

import importlib
import traceback
from collections.abc import Callable
from pathlib import Path
from typing import Any

import msgspec
import pulumi
from pulumi import automation
from pulumi.automation.events import EngineEvent

from eventstack.deploy import repeated, saved_plan
from eventstack.deploy.engine_command import EngineCommand, LeanStack
from eventstack.deploy.engine_process import EngineProcess
from eventstack.deploy.event_stream import EventWriter, plain
from eventstack.deploy.events import reduce
from eventstack.deploy.request import Request
from eventstack.planning.parts import Build


class Program:
    """The inline program: reads the plan from the stack's configuration, calls the function that builds it."""

    def __init__(self, name: str, plan_key: str) -> None:
        module, _, function = name.partition(":")
        self._build: Callable[[Build], None] = getattr(importlib.import_module(module), function)
        self._plan_key = plan_key
        self.error: str | None = None

    def __call__(self) -> None:
        """Run once; what it raises is kept, since the engine only passes its text on."""
        try:
            self._build(msgspec.json.decode(pulumi.Config().require(self._plan_key), type=Build))
        except BaseException:
            self.error = traceback.format_exc()
            raise


def perform(request: Request, engine: EngineProcess, program: Program, events: EventWriter) -> tuple[str, ...]:
    """Carry out a request on a stack that exists; the steps that a repeated `up` was stopped for."""
    workspace = automation.LocalWorkspace(
        work_dir=request.work,
        pulumi_command=EngineCommand(engine, request.engine_version),
        program=program,
    )
    stack = LeanStack(request.stack, workspace)
    common: dict[str, Any] = {
        "parallel": request.parallel,
        "plan": request.plan_file,
        "color": "never",
        "suppress_outputs": True,
        "suppress_progress": True,
    }
    if request.kind == "preview":
        stack.preview(**common, on_event=events)
        return ()
    if request.again is None:
        stack.up(**common, show_secrets=False, on_event=events)
        return ()
    assert request.plan_file is not None
    kept = Path(request.plan_file)
    anew = kept.with_name("engine-plan-again.json")
    try:
        return _repeat(stack, {**common, "plan": str(anew)}, saved_plan.read(kept), request.again, events)
    finally:
        anew.unlink(missing_ok=True)


def _repeat(
    stack: LeanStack, common: dict[str, Any], kept: saved_plan.Plans, urns: tuple[str, ...], events: EventWriter
) -> tuple[str, ...]:
    """Preview anew, and run that unless it goes beyond what was kept of the first preview: then the steps that do."""
    planned: set[tuple[str, str]] = set()

    def note(event: EngineEvent) -> None:
        reduced = reduce(plain(event), at=0.0)
        if reduced is not None and reduced.op:
            planned.add((reduced.urn, reduced.op))

    stack.preview(**common, on_event=note)
    beyond = repeated.surplus(planned, urns, kept, saved_plan.read(Path(common["plan"])))
    if not beyond:
        stack.up(**common, show_secrets=False, on_event=events)
    return beyond
