"""Holding a stack: one claim at a time, taken over only from an operation that is provably dead.

While a stack is held its lease is renewed by a thread. Who loses the lease (a process that was stopped for longer, and
whose operation was taken for over) must end what it started and change nothing more: `Held.lost` says so.
"""

import contextlib
import os
import secrets
import threading
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from eventstack.deploy import liveness
from eventstack.deploy.journal import Intent, Journal, Operation, StackKey, Work
from eventstack.errors import Busy, EventstackError, Refused, Retryable, StoreError
from eventstack.planning.instants import told
from eventstack.planning.plan import StackPlan

BUSY_AFTER_S = 5.0
"""When to ask again for a stack that somebody holds, in seconds."""

RENEWALS = 3
"""How often a lease is renewed in its length."""

_mine: set[str] = set()
"""Operations that a thread of this process carries out now."""


@dataclass(frozen=True)
class Terms:
    """Seconds: a lease's length, and after which an operation's own deadline has surely ended it."""

    lease_s: float
    over_s: float


@dataclass
class Held:
    """A stack in our hands; `outcome` is what the journal will keep.

    `wish` is set when the operation is asked to end, `lost` when the stack is ours no more.
    """

    operation: Operation
    wish: threading.Event = field(default_factory=threading.Event)
    lost: threading.Event = field(default_factory=threading.Event)
    outcome: dict[str, Any] = field(default_factory=lambda: {"ok": True})


@contextlib.contextmanager
def hold(
    journal: Journal,
    plan: StackPlan,
    kind: Work,
    terms: Terms,
    *,
    clock: Callable[[], datetime],
    wish: threading.Event,
    detail: str = "",
    ticket: str = "",
) -> Iterator[Held]:
    """Claim the plan's stack for one operation and free it at the end, with what became of it.

    Raises:
        Busy: when somebody who may be alive holds it.
    """
    key = StackKey.of(plan)
    known = journal.stack(key)
    if known.holder is not None:
        _take_over(journal, known.holder, clock())
    intent = Intent(
        id=f"{known.epoch + 1:04d}-{kind}-{secrets.token_hex(4)}",
        key=key,
        occurrence=plan.build.occurrence,
        incarnation=plan.build.incarnation,
        kind=kind,
        build_hash=plan.build_hash,
        host=liveness.host(),
        boot=liveness.boot(),
        caller=liveness.identify(os.getpid()),
        at=clock(),
        detail=detail,
        ticket=ticket,
    )
    _mine.add(intent.id)
    try:
        operation = journal.claim(intent, epoch=known.epoch, lease_s=terms.lease_s, over_s=terms.over_s)
        if operation is None:
            holder = journal.stack(key).holder or ""
            raise Busy(
                "somebody else took the stack at this moment; call again",
                after_s=BUSY_AFTER_S,
                holder=holder,
                stack=str(key),
                operation=kind,
            )
        held = Held(operation, wish)
        try:
            with _renewed(journal, held, terms.lease_s):
                yield held
        except BaseException as error:
            known_error = isinstance(error, EventstackError)
            held.outcome |= {"ok": False, "error": str(error) if known_error else type(error).__name__}
            if isinstance(error, Refused):
                held.outcome["refused"] = True
            raise
        finally:
            journal.finish(intent.id, held.outcome, at=clock())
    finally:
        _mine.discard(intent.id)


def confirm(journal: Journal, held: Held, lease_s: float) -> None:
    """See that a stack is still ours before something of it is changed.

    Raises:
        Retryable: when it was taken over, as from a process that had been stopped.
    """
    intent = held.operation.intent
    if held.lost.is_set() or not journal.renew(intent.id, lease_s=lease_s):
        held.lost.set()
        raise Retryable(
            "the stack was taken over while this process stood still; what it left is for the successor; call again",
            after_s=BUSY_AFTER_S,
            stack=str(intent.key),
            operation=intent.kind,
        )


@contextlib.contextmanager
def _renewed(journal: Journal, held: Held, lease_s: float) -> Iterator[None]:
    """Renew the lease until the block ends; a journal that can't be written costs it only when it has run out."""
    over = threading.Event()

    def renew() -> None:
        unheard_s = 0.0
        while not over.wait(lease_s / RENEWALS):
            try:
                kept = journal.renew(held.operation.intent.id, lease_s=lease_s)
                unheard_s = 0.0
            except StoreError:
                unheard_s += lease_s / RENEWALS
                kept = unheard_s < lease_s
            if not kept:
                held.lost.set()
                return

    thread = threading.Thread(target=renew, name="lease", daemon=True)
    thread.start()
    try:
        yield
    finally:
        over.set()
        thread.join()


def _take_over(journal: Journal, holder: str, now: datetime) -> None:
    operation = journal.operation(holder)
    if operation is None:
        return
    ended = overdue(operation) and _end(operation)
    if not ended and not provably_dead(operation):
        who = operation.intent
        raise Busy(
            f"{who.kind} {who.id} holds the stack since {told(who.at)} (pid {operation.pid} on"
            f" {who.host}); call again when it has ended",
            after_s=BUSY_AFTER_S,
            holder=holder,
            stack=str(who.key),
            operation=who.kind,
        )
    error = "it passed its time and was ended" if ended else "its processes died"
    journal.finish(holder, {"ok": False, "error": error}, at=now)


def overdue(operation: Operation) -> bool:
    """Whether an operation of this machine has outlived its own deadline and nobody looks after it any more."""
    return operation.intent.boot == liveness.boot() and operation.lease_left_s < 0 and operation.over_in_s < 0


def _end(operation: Operation) -> bool:
    """End the processes of an operation that is overdue; False where it had none that could be ended."""
    if operation.session is None or operation.process is None:
        return False
    return _session_over(operation.session, operation.process) or liveness.end_session(operation.session)


def provably_dead(operation: Operation) -> bool:
    """Whether no process of an operation can be at work any more; a doubt counts as alive."""
    intent = operation.intent
    if operation.ended is not None:
        return True
    if intent.boot != liveness.boot():
        return intent.host == liveness.host()  # of another machine nothing can be proven
    ours = intent.caller == liveness.identify(os.getpid()) and intent.id not in _mine
    if liveness.alive(intent.caller) and not ours:
        return False
    if operation.session is None or operation.process is None:
        return not liveness.marked(operation.mark)
    return _session_over(operation.session, operation.process)


def _session_over(session: int, leader: liveness.Identity) -> bool:
    # The kernel gives a session's number to a new process only once that session is empty.
    if not liveness.alive(leader) and liveness.running(session):
        return True
    return not liveness.alive(leader) and not liveness.session_members(session)
