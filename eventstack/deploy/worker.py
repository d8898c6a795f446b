"""The process of one preview or `up`: runs the program inline, keeps the engine's output and events in files.

Started as `python -m eventstack.deploy.worker <operation folder>` in a session of its own. It reads `request.json`,
writes `events.jsonl` (reduced, redacted), `engine.log` and, last and in one step, `result.json`. Nothing it writes goes
to a pipe, so the death of whoever started it leaves it to finish.
One SIGINT or SIGTERM is handed to the engine, once.
"""

import contextlib
import os
import signal
import sys
import traceback
from pathlib import Path
from types import FrameType
from typing import TYPE_CHECKING, NoReturn

import msgspec

from eventstack.deploy import private
from eventstack.deploy.engine_process import EngineFailed, EngineProcess, Interrupted
from eventstack.deploy.event_stream import EventWriter
from eventstack.deploy.redact import RedactedStream, redactor, scrub
from eventstack.deploy.request import ENGINE_LOG, EVENTS, NO_RESULT, REQUEST, RESULT, WORKER_LOG, Request, Result, tail

if TYPE_CHECKING:
    from eventstack.deploy.inline import Program


def creation(request: Request) -> list[str]:
    """The engine's command that makes the stack."""
    provider = ["--secrets-provider", request.secrets_provider] if request.secrets_provider else []
    return ["stack", "init", request.stack, *provider]


def main(place: Path) -> NoReturn:
    """Carry out the request in an operation's folder; exit code 0 when a result was written, whatever it says."""
    request = msgspec.json.decode((place / REQUEST).read_bytes(), type=Request)
    engine = EngineProcess(request.engine, place)

    def on_signal(_number: int, _frame: FrameType | None) -> None:
        engine.interrupt()

    signal.signal(signal.SIGINT, on_signal)
    signal.signal(signal.SIGTERM, on_signal)
    redact = redactor(request.build, Path(request.passphrase), os.environ)
    printed = (RedactedStream(sys.stdout, redact), RedactedStream(sys.stderr, redact))
    sys.stdout, sys.stderr = printed
    events = EventWriter(place / EVENTS, redact)
    program: Program | None = None
    refused: tuple[str, ...] = ()
    error = broken = ""
    try:
        if request.create:
            engine.start(creation(request), request.work, {})
        # Imported while the engine makes the stack: both take about 0.3 s.
        from eventstack.deploy import inline

        program = inline.Program(request.program, request.plan_key)
        engine.wait()
        refused = inline.perform(request, engine, program, events)
    except Interrupted:
        error = "interrupted before the engine was started"
    except EngineFailed:
        error = tail(place / ENGINE_LOG) or f"the engine ended with code {engine.exit}"
    except BaseException:  # noqa: BLE001 - the outermost edge of the process: whatever it was must reach the result
        error = traceback.format_exc()
        broken = "" if program else error
    finally:
        with contextlib.suppress(EngineFailed):
            engine.wait()
        events.close()
        error = error or events.lost
        # The engine wrote it itself, and nobody else may be left to do this.
        scrub([place / ENGINE_LOG], redact)
    result = Result(
        exit=engine.exit,
        ok=not error and not refused,
        interrupted=engine.interrupted,
        program_error=redact((program.error if program else broken) or ""),
        refused=refused,
        error=redact(error),
    )
    # An orderly exit would wait for threads of a program that may hang.
    try:
        for stream in printed:
            stream.finish()
        # What a child of the program wrote went past the streams.
        scrub([place / WORKER_LOG], redact)
        private.replace(place / RESULT, msgspec.json.encode(result).decode(), lasting=False)
    except OSError:
        os._exit(NO_RESULT)
    os._exit(0)


if __name__ == "__main__":
    main(Path(sys.argv[1]))
