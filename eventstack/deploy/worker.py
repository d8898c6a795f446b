"""The process of one preview or `up`: runs the program inline, keeps the engine's output and events in files.

Started as `python -m eventstack.deploy.worker <operation folder>` in a session of its own. It reads `request.json`,
writes `events.jsonl` (reduced, redacted), `engine.log` and, last and in one step, `result.json`. Nothing it writes goes
to a pipe, so the death of whoever started it leaves it to finish.
One SIGINT or SIGTERM is handed to the engine, once.
"""

import importlib
import os
import signal
import sys
import traceback
from collections.abc import Callable
from pathlib import Path
from types import FrameType
from typing import Any, NoReturn

import msgspec
import pulumi
from pulumi import automation
from pulumi.automation.errors import CommandError
from pulumi.automation.events import EngineEvent

from eventstack.deploy import private
from eventstack.deploy.engine_command import EngineCommand, Interrupted, LeanStack
from eventstack.deploy.event_stream import EventWriter, plain
from eventstack.deploy.events import QUIET, reduce
from eventstack.deploy.redact import RedactedStream, redactor, scrub
from eventstack.deploy.request import ENGINE_LOG, EVENTS, REQUEST, RESULT, Request, Result, tail
from eventstack.planning.plan import Build

OPERATIONS = ("create", "update")
"""The changing steps that a repeated `up` may take without a new preview by its caller."""


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


def perform(request: Request, command: EngineCommand, program: Program, events: EventWriter) -> tuple[str, ...]:
    """Carry out a request; the steps that a repeated `up` must not take, if it was stopped for them."""
    workspace = automation.LocalWorkspace(
        work_dir=request.work,
        pulumi_command=command,
        program=program,
        secrets_provider=request.secrets_provider or None,
    )
    stack = LeanStack(request.stack, workspace)
    common: dict[str, Any] = {
        "parallel": request.parallel,
        "plan": request.plan_file,
        "color": "never",
        "suppress_outputs": True,
        "suppress_progress": True,
    }
    if request.create:
        workspace.create_stack(request.stack)
    if request.kind == "preview":
        stack.preview(**common, on_event=events)
        return ()
    if request.again is not None:
        planned: set[tuple[str, str]] = set()

        def note(event: EngineEvent) -> None:
            reduced = reduce(plain(event), at=0.0)
            if reduced is not None and reduced.op:
                planned.add((reduced.urn, reduced.op))

        stack.preview(**common, on_event=note)
        unwanted = tuple(
            f"{op} {urn}"
            for urn, op in sorted(planned)
            if op not in QUIET and (op not in OPERATIONS or urn not in request.again)
        )
        if unwanted:
            return unwanted
    stack.up(**common, show_secrets=False, on_event=events)
    return ()


def main(place: Path) -> NoReturn:
    """Carry out the request in an operation's folder; exit code 0 when a result was written, whatever it says."""
    request = msgspec.json.decode((place / REQUEST).read_bytes(), type=Request)
    command = EngineCommand(request.engine, request.engine_version, place)

    def on_signal(_number: int, _frame: FrameType | None) -> None:
        command.interrupt()

    signal.signal(signal.SIGINT, on_signal)
    signal.signal(signal.SIGTERM, on_signal)
    redact = redactor(request.build, Path(request.passphrase), os.environ)
    printed = (RedactedStream(sys.stdout, redact), RedactedStream(sys.stderr, redact))
    sys.stdout, sys.stderr = printed
    events = EventWriter(place / EVENTS, redact)
    program: Program | None = None
    refused: tuple[str, ...] = ()
    error = ""
    try:
        program = Program(request.program, request.plan_key)
        refused = perform(request, command, program, events)
    except Interrupted:
        error = "interrupted before the engine was started"
    except CommandError as failure:
        error = tail(place / ENGINE_LOG) or str(failure)
    except BaseException:  # noqa: BLE001 - the outermost edge of the process: whatever it was must reach the result
        error = traceback.format_exc()
    finally:
        events.close()
        # The engine wrote it itself, and nobody else may be left to do this.
        scrub([place / ENGINE_LOG], redact)
    result = Result(
        exit=command.exit,
        ok=not error and not refused,
        interrupted=command.interrupted,
        program_error=redact(program.error) if program and program.error else "",
        refused=refused,
        error=redact(error),
    )
    private.replace(place / RESULT, msgspec.json.encode(result).decode())
    # An orderly exit would wait for threads of a program that may hang.
    for stream in printed:
        stream.finish()
    os._exit(0)


if __name__ == "__main__":
    main(Path(sys.argv[1]))
