"""The files in an operation's folder, by which a caller and its worker talk without a pipe."""

from pathlib import Path
from typing import Literal

import msgspec

from eventstack.planning.parts import Build

REQUEST = "request.json"
"""What the worker is asked to do."""

RESULT = "result.json"
"""How the worker ended; its absence means that it was killed."""

EVENTS = "events.jsonl"
"""The worker's events, one `Event` a line."""

ENGINE_EVENTS = "engine-events.jsonl"
"""The bare engine's own event log (of a destroy: no secret in it)."""

ENGINE_LOG = "engine.log"
"""What the engine printed."""

WORKER_LOG = "worker.log"
"""What the worker and the program printed."""

NO_RESULT = 74
"""Exit code of a worker that could not write its result (EX_IOERR of sysexits.h)."""

TAIL_BYTES = 4000
"""How much of a log an error may quote."""


class Request(msgspec.Struct, frozen=True, kw_only=True):
    """One preview or `up`. `again` is None for the run of a saved plan; for a repeated `up` it holds the URNs that
    were previewed under this build, and the plan is made anew. An `up` without a `plan_file` runs unpreviewed.
    """

    kind: Literal["preview", "up"]
    stack: str
    work: str
    engine: str
    engine_version: str
    program: str
    plan_key: str
    plan_file: str | None
    passphrase: str
    parallel: int
    build: Build
    secrets_provider: str = ""
    create: bool = False
    again: tuple[str, ...] | None = None


class Result(msgspec.Struct, frozen=True, kw_only=True):
    """How an operation's process ended. `exit` is the engine's exit code, None if none was run to its end;
    `refused` the steps that a repeated `up` was stopped for.
    """

    exit: int | None
    ok: bool
    interrupted: bool = False
    program_error: str = ""
    refused: tuple[str, ...] = ()
    error: str = ""


def tail(path: Path, *, start: int = 0) -> str:
    """The end of a log (at most `TAIL_BYTES`), not before `start`."""
    if not path.exists():
        return ""
    with path.open("rb") as file:
        size = file.seek(0, 2)
        file.seek(max(start, size - TAIL_BYTES))
        return file.read().decode(errors="replace").strip()
