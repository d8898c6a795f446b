"""Runs one operation's process to its end and judges it; knows what runs now, so that it can be interrupted."""

import contextlib
import os
import threading
from collections.abc import Callable, Iterator, Mapping
from dataclasses import asdict
from datetime import datetime

import msgspec

from eventstack.deploy import operation
from eventstack.deploy.claims import Held, confirm
from eventstack.deploy.deployer import Kind, OnProgress, Outcome
from eventstack.deploy.events import Event, Tally
from eventstack.deploy.journal import Journal
from eventstack.deploy.liveness import Identity
from eventstack.deploy.operation import Command, Ended, Patience
from eventstack.deploy.redact import redactor, scrub
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
        self._wishes: list[threading.Event] = []

    @contextlib.contextmanager
    def interruptible(self) -> Iterator[threading.Event]:
        """A wish that `interrupt` sets while the block runs."""
        wish = threading.Event()
        self._wishes.append(wish)
        try:
            yield wish
        finally:
            self._wishes.remove(wish)

    def interrupt(self) -> None:
        """Ask everything that runs or waits now to end; returns at once."""
        for wish in list(self._wishes):
            wish.set()

    def run(
        self,
        plan: StackPlan,
        held: Held,
        command: Command,
        on_progress: OnProgress = lambda _: None,
        *,
        needs: Mapping[str, tuple[str, ...]] | None = None,
    ) -> tuple[Outcome, Tally]:
        """Run a held operation's process; raises what `judge` makes of its end.

        `needs` maps URNs to those they depend on, for the critical path. An operation that had to be killed leaves its
        lock; it is removed here, once its process is seen dead. Raises Retryable when the stack was lost meanwhile.
        """
        intent, tally = held.operation.intent, Tally(needs=needs or {})
        workspace = Workspace(self._settings, plan.build.project, plan.build.stack)

        def on_event(event: Event) -> None:
            moved = tally.add(event)
            if moved is not None:
                on_progress(moved)

        def on_started(leader: Identity) -> None:
            self._journal.started(intent.id, session=leader.pid, process=leader, at=self._clock())

        confirm(self._journal, held, self._settings.lease_s)
        ended = operation.run(
            command,
            Patience(self._settings.deadline_s, self._settings.grace_s),
            interrupt=held.wish,
            lost=held.lost,
            on_started=on_started,
            on_event=on_event,
        )
        redact = redactor(plan.build, workspace.passphrase, {**os.environ, **workspace.environment({})})
        scrub([*command.place.glob("*.log"), *command.place.glob("*.jsonl")], redact)
        confirm(self._journal, held, self._settings.lease_s)
        workspace.books.unlock()
        result = _result(command, ended)
        error = judge(intent.kind, ended, result, tally, workspace.books, redact, said=tail(command.log))
        held.outcome |= {"ok": error is None, "ended": asdict(ended), "changes": tally.changes}
        if error is not None:
            raise error
        return _outcome(plan, held, tally, ended.duration_s, str(command.place)), tally


def nothing_to_do(plan: StackPlan, held: Held) -> Outcome:
    """The outcome of an operation that found its work done."""
    return _outcome(plan, held, Tally(), 0.0, "")


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
        critical_path=tally.critical_path(),
        recovered=tuple(held.outcome.get("recovered", ())),
    )


def _result(command: Command, ended: Ended) -> Result | None:
    """How the process ended: the worker's word, or, of a bare engine, its exit code."""
    if command.is_engine:
        return Result(exit=ended.exit, ok=ended.exit == 0, error=tail(command.log) if ended.exit else "")
    path = command.place / RESULT
    return msgspec.json.decode(path.read_bytes(), type=Result) if path.exists() else None
