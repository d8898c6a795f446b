"""Runs one operation's process to its end and judges it; knows what runs now, so that it can be interrupted."""

import os
import threading
from collections.abc import Callable
from dataclasses import asdict
from datetime import datetime

import msgspec

from eventstack.deploy import operation, private
from eventstack.deploy.claims import Held
from eventstack.deploy.deployer import Kind, OnProgress, Outcome
from eventstack.deploy.events import Event, Tally
from eventstack.deploy.journal import Journal
from eventstack.deploy.liveness import Identity
from eventstack.deploy.operation import Command, Ended, Patience
from eventstack.deploy.redact import Redactor, redactor
from eventstack.deploy.request import RESULT, Result, tail
from eventstack.deploy.verdict import judge
from eventstack.deploy.workspace import Workspace
from eventstack.planning.plan import StackPlan
from eventstack.settings import Settings


class Runner:
    """Runs the processes of held operations; safe between threads."""

    def __init__(self, settings: Settings, journal: Journal, clock: Callable[[], datetime]) -> None:
        self._settings = settings
        self._journal = journal
        self._clock = clock
        self._running: dict[str, threading.Event] = {}

    def interrupt(self) -> None:
        """Ask everything that runs now to end; returns at once."""
        for wish in list(self._running.values()):
            wish.set()

    def run(self, plan: StackPlan, held: Held, command: Command, on_progress: OnProgress) -> tuple[Outcome, Tally]:
        """Run a held operation's process; raises what `judge` makes of its end.

        An operation that had to be killed leaves its lock; it is removed here, once its process is seen dead.
        """
        intent, tally = held.operation.intent, Tally()
        workspace = Workspace(self._settings, plan.build.project, plan.build.stack)

        def on_event(event: Event) -> None:
            moved = tally.add(event)
            if moved is not None:
                on_progress(moved)

        def on_started(leader: Identity) -> None:
            self._journal.started(intent.id, session=leader.pid, process=leader, at=self._clock())

        wish = self._running.setdefault(intent.id, threading.Event())
        try:
            patience = Patience(self._settings.deadline_s, self._settings.grace_s)
            ended = operation.run(command, patience, interrupt=wish, on_started=on_started, on_event=on_event)
        finally:
            del self._running[intent.id]
        engine = operation.engine_identity(command.place)
        if engine is not None:
            workspace.books.unlock(engine)
        redact = redactor(plan.build, workspace.passphrase, os.environ)
        _scrub(command, redact)
        error = judge(intent.kind, ended, _result(command, ended), tally, workspace.books, redact)
        held.outcome = {"ok": error is None, "ended": asdict(ended), "changes": tally.changes}
        if error is not None:
            raise error
        return _outcome(plan, held, tally, ended.duration_s, str(command.place)), tally


def nothing_to_do(plan: StackPlan, held: Held) -> Outcome:
    """The outcome of an operation that found its work done."""
    return _outcome(plan, held, Tally(), 0.0, "")


def _scrub(command: Command, redact: Redactor) -> None:
    """Take known secrets out of what the engine and the program printed: a provider may quote one in an error."""
    for path in [*command.place.glob("*.log"), *command.place.glob("*.jsonl")]:
        text = path.read_text(errors="replace")
        clean = redact(text)
        if clean != text:
            private.replace(path, clean)


def _outcome(plan: StackPlan, held: Held, tally: Tally, duration_s: float, log: str) -> Outcome:
    kinds: dict[str, Kind] = {"preview": "preview", "up": "up"}
    return Outcome(
        kind=kinds.get(held.operation.intent.kind, "destroy"),
        ok=True,
        build_hash=plan.build_hash,
        outputs=dict(tally.outputs),
        changes=dict(tally.changes),
        duration_s=duration_s,
        operation=held.operation.intent.id,
        log=log,
    )


def _result(command: Command, ended: Ended) -> Result | None:
    """How the process ended: the worker's word, or, of a bare engine, its exit code."""
    if command.is_engine:
        return Result(exit=ended.exit, ok=ended.exit == 0, error=tail(command.log) if ended.exit else "")
    path = command.place / RESULT
    return msgspec.json.decode(path.read_bytes(), type=Result) if path.exists() else None
