"""The process of each kind of operation: which program, which arguments, which files."""

import sys
import time
from collections.abc import Collection, Mapping
from pathlib import Path

import msgspec

from eventstack.deploy import previewed, private
from eventstack.deploy.engine import Engine
from eventstack.deploy.events import Event, decode, reduce
from eventstack.deploy.journal import Operation
from eventstack.deploy.operation import Command
from eventstack.deploy.request import ENGINE_EVENTS, ENGINE_LOG, EVENTS, REQUEST, WORKER_LOG, Request
from eventstack.deploy.workspace import PLAN_KEY, Workspace
from eventstack.planning.parts import Build
from eventstack.planning.plan import canonical

QUIET = ("--non-interactive", "--color", "never")
UNATTENDED = ("--yes", *QUIET)
"""What every bare engine command is told; some have nothing to say yes to."""


def worker(
    workspace: Workspace,
    engine: Engine,
    operation: Operation,
    build: Build,
    *,
    program: str,
    parallel: int,
    extra: Mapping[str, str],
    create: bool,
    again: tuple[str, ...] | None = None,
    saved_plan: bool = True,
) -> Command:
    """A preview or an `up`, with the program inline; writes the request into the operation's folder."""
    place = private.folder(workspace.operations / operation.intent.id)
    request = Request(
        kind="preview" if operation.intent.kind == "preview" else "up",
        stack=workspace.stack,
        work=str(workspace.work),
        engine=str(engine.path),
        engine_version=engine.version,
        program=program,
        plan_key=PLAN_KEY,
        plan_file=str(previewed.plan_file(workspace.previewed)) if saved_plan else None,
        passphrase=str(workspace.passphrase),
        parallel=parallel,
        build=build,
        secrets_provider=workspace.secrets_provider,
        create=create,
        again=again,
    )
    private.replace(place / REQUEST, canonical(request), lasting=False)
    return Command(
        arguments=(sys.executable, "-P", "-m", "eventstack.deploy.worker", str(place)),
        work=workspace.work,
        environment=workspace.environment(extra, mark=operation.mark),
        place=place,
        log=place / WORKER_LOG,
        events=place / EVENTS,
        decode=decode,
    )


def destroy(
    workspace: Workspace, engine: Engine, operation: Operation, *, parallel: int, extra: Mapping[str, str]
) -> Command:
    """The removal of all resources by the bare engine: no program, no Python, nothing that must still import."""
    arguments = ("destroy", "--skip-preview", "--continue-on-error", "--suppress-progress", "--parallel", str(parallel))
    return _bare(workspace, engine, operation, (*arguments, "--exec-kind", "auto.local"), extra, with_events=True)


def export(workspace: Workspace, engine: Engine, operation: Operation, *, extra: Mapping[str, str]) -> Command:
    """The books as text, with their secrets still sealed, into `deployment` of the operation's folder."""
    arguments = ("stack", "export", "--file", str(deployment(workspace, operation)))
    return _bare(workspace, engine, operation, arguments, extra, with_events=False, unattended=QUIET)


def put_back(workspace: Workspace, engine: Engine, operation: Operation, *, extra: Mapping[str, str]) -> Command:
    """The edited `deployment` into the books."""
    arguments = ("stack", "import", "--file", str(deployment(workspace, operation)))
    return _bare(workspace, engine, operation, arguments, extra, with_events=False, unattended=QUIET)


def refresh(
    workspace: Workspace, engine: Engine, operation: Operation, targets: Collection[str], *, extra: Mapping[str, str]
) -> Command:
    """What the cloud says of some resources, into the books; no program."""
    wanted = [word for urn in targets for word in ("--target", urn)]
    arguments = ("refresh", "--skip-preview", "--suppress-progress", *wanted, "--exec-kind", "auto.local")
    return _bare(workspace, engine, operation, arguments, extra, with_events=False)


def deployment(workspace: Workspace, operation: Operation) -> Path:
    """Where the exported books of an operation lie while they are edited."""
    return workspace.operations / operation.intent.id / "deployment"


def remove(workspace: Workspace, engine: Engine, operation: Operation, *, extra: Mapping[str, str]) -> Command:
    """The removal of an empty stack from the engine's books."""
    return _bare(workspace, engine, operation, ("stack", "rm"), extra, with_events=False)


def _bare(
    workspace: Workspace,
    engine: Engine,
    operation: Operation,
    arguments: tuple[str, ...],
    extra: Mapping[str, str],
    *,
    with_events: bool,
    unattended: tuple[str, ...] = UNATTENDED,
) -> Command:
    place = private.folder(workspace.operations / operation.intent.id)
    events = place / ENGINE_EVENTS
    follow = ("--event-log", str(events)) if with_events else ()
    return Command(
        arguments=(str(engine.path), *arguments, *unattended, "--stack", workspace.stack, *follow),
        work=workspace.work,
        environment=workspace.environment(extra, mark=operation.mark),
        place=place,
        log=place / ENGINE_LOG,
        events=events,
        decode=decode_engine,
        is_engine=True,
    )


def decode_engine(line: bytes) -> Event | None:
    """Read a line of the engine's own event log, stamped with the time of reading; None for one that was cut off."""
    try:
        return reduce(msgspec.json.decode(line, type=dict), at=time.monotonic())
    except msgspec.DecodeError:
        return None
