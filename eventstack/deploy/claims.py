"""Holding a stack: one claim at a time, taken over only from an operation that is provably dead."""

import contextlib
import os
import secrets
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

import psutil

from eventstack.deploy import liveness
from eventstack.deploy.journal import Intent, Journal, Operation, StackKey, Work
from eventstack.deploy.liveness import Identity
from eventstack.deploy.operation import engine_identity
from eventstack.deploy.workspace import Workspace
from eventstack.errors import EventstackError, Retryable
from eventstack.planning.plan import StackPlan

BUSY_AFTER_S = 5.0
"""When to ask again for a stack that somebody holds, in seconds."""

_mine: set[str] = set()
"""Operations that a thread of this process carries out now."""


@dataclass
class Held:
    """A stack in our hands; `outcome` is what the journal will keep."""

    operation: Operation
    outcome: dict[str, Any] = field(default_factory=lambda: {"ok": True})


@contextlib.contextmanager
def hold(
    journal: Journal,
    workspace: Workspace,
    plan: StackPlan,
    kind: Work,
    *,
    clock: Callable[[], datetime],
    detail: str = "",
) -> Iterator[Held]:
    """Claim the plan's stack for one operation and free it at the end, with what became of it.

    Raises:
        Retryable: when somebody who may be alive holds it.
    """
    key = StackKey.of(plan)
    known = journal.stack(key)
    if known.holder is not None:
        _take_over(journal, workspace, known.holder, clock())
    intent = Intent(
        id=f"{known.epoch + 1:04d}-{kind}-{secrets.token_hex(4)}",
        key=key,
        occurrence=plan.build.occurrence,
        incarnation=plan.build.incarnation,
        kind=kind,
        build_hash=plan.build_hash,
        host=liveness.host(),
        boot=liveness.boot(),
        caller=Identity.of(os.getpid()),
        at=clock(),
        detail=detail,
    )
    _mine.add(intent.id)
    try:
        operation = journal.claim(intent, epoch=known.epoch)
        if operation is None:
            raise Retryable("somebody was faster", after_s=BUSY_AFTER_S, stack=str(key), operation=kind)
        held = Held(operation)
        try:
            yield held
        except BaseException as error:
            known_error = isinstance(error, EventstackError)
            held.outcome = {"ok": False, "error": str(error) if known_error else type(error).__name__}
            raise
        finally:
            journal.finish(intent.id, held.outcome, at=clock())
    finally:
        _mine.discard(intent.id)


def _take_over(journal: Journal, workspace: Workspace, holder: str, now: datetime) -> None:
    operation = journal.operation(holder)
    if operation is None:
        return
    if not provably_dead(operation):
        who = operation.intent
        raise Retryable(
            f"{who.kind} {who.id} holds the stack since {who.at.isoformat()} (pid {who.caller.pid} on {who.host})",
            after_s=BUSY_AFTER_S,
            stack=str(who.key),
            operation=who.kind,
        )
    engine = engine_identity(workspace.operations / holder)
    unlocked = workspace.books.unlock(engine) if engine is not None else []
    outcome = {"ok": False, "error": "its processes died", "unlocked": [path.name for path in unlocked]}
    journal.finish(holder, outcome, at=now)


def provably_dead(operation: Operation) -> bool:
    """Whether no process of an operation can be at work any more; a doubt counts as alive."""
    intent = operation.intent
    if operation.ended is not None:
        return True
    if intent.host != liveness.host():
        return False
    if intent.boot != liveness.boot():
        return True
    ours = intent.caller == Identity.of(os.getpid()) and intent.id not in _mine
    if intent.caller.alive() and not ours:
        return False
    if operation.session is None or operation.process is None:
        return not liveness.marked(operation.mark)
    return _session_over(operation.session, operation.process)


def _session_over(session: int, leader: Identity) -> bool:
    # The kernel gives a session's number to a new process only once that session is empty.
    if psutil.pid_exists(session) and not leader.alive() and not _zombie(session):
        return True
    return not leader.alive() and not liveness.session_members(session)


def _zombie(pid: int) -> bool:
    try:
        return psutil.Process(pid).status() == psutil.STATUS_ZOMBIE
    except psutil.NoSuchProcess:
        return True
