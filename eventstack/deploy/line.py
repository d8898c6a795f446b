"""The line of those who want to run an engine: at most so many at once, fair, the urgent first.

More engines than the processors can feed gain nothing and take memory (measured: on two cores eight at once finish
64 events as fast as 64 at once, in a seventh of the memory). A place is free again when its holder's operation is over,
or when both are provably dead.
"""

import contextlib
import os
import secrets
import threading
import time
from collections.abc import Callable, Iterator
from typing import Literal

import psutil

from eventstack.deploy import liveness
from eventstack.deploy.journal import Journal, Operation, Ticket
from eventstack.errors import Busy

Urgency = Literal["emergency", "interactive", "scheduled"]

URGENCIES: tuple[Urgency, ...] = ("emergency", "interactive", "scheduled")
"""Who passes first."""

EMERGENCIES = 1
"""Places above the most that only emergencies may take: one is never kept waiting by routine."""

PER_CORE, GIB_EACH = 4, 0.4
"""Engines that one core feeds, and the memory of an engine with its worker and plugin (measured: 0.3 GiB)."""

ASK_S = 0.1
"""How often who waits asks, in seconds."""

AGAIN_S = 10.0
"""When to come again after waiting in vain, in seconds."""

IDLE_S = 60.0
"""Seconds after which whoever passed has long begun its operation (at once, or after it ended another's session)."""

TicketOver = Callable[[Ticket], bool]
"""Whether nobody can stand behind a ticket any more."""


def most_at_once(cores: int | None = None, memory_bytes: int | None = None) -> int:
    """How many operations may run at once on a machine: four a core, as far as memory allows, at least two."""
    cores = cores or len(os.sched_getaffinity(0))
    gib = (memory_bytes or psutil.virtual_memory().total) / 2**30
    return max(2, min(PER_CORE * cores, int(gib / GIB_EACH)))


def a_ticket(what: str, urgency: Urgency) -> Ticket:
    """A ticket of this process."""
    return Ticket(
        id=f"{urgency}-{secrets.token_hex(6)}",
        urgency=URGENCIES.index(urgency),
        what=what,
        host=liveness.host(),
        boot=liveness.boot(),
        caller=liveness.identify(os.getpid()),
    )


@contextlib.contextmanager
def place(
    journal: Journal,
    ticket: Ticket,
    *,
    most: int,
    patience_s: float,
    over: TicketOver,
    give_up: threading.Event,
    on_wait: Callable[[int], None] = lambda _: None,
) -> Iterator[None]:
    """Wait for a place in the line and keep it until the block ends; `on_wait` hears how many are before us.

    Raises:
        Busy: when no place was free within `patience_s` seconds, or `give_up` was set.
    """
    end = time.monotonic() + patience_s
    most += EMERGENCIES if ticket.urgency == 0 else 0
    journal.enqueue(ticket)
    try:
        while not journal.admit(ticket.id, most=most, gone=(gone := _gone(journal, over))):
            line = [one for one in journal.line() if one.id not in gone]
            before = next((place for place, one in enumerate(line) if one.id == ticket.id), 0)
            on_wait(before)
            if time.monotonic() >= end or give_up.is_set():
                raise Busy(
                    f"{most} operations run already, which is the most at once here; waited {patience_s:g} s in line."
                    " Call again later, or let more run by EVENTSTACK_OPERATIONS",
                    after_s=AGAIN_S,
                    operation=ticket.what,
                )
            give_up.wait(ASK_S)
        yield
    finally:
        journal.dequeue(ticket.id)


def _gone(journal: Journal, over: TicketOver) -> frozenset[str]:
    """The tickets behind which nobody stands; they are taken out of the line."""
    gone = frozenset(ticket.id for ticket in journal.line() if over(ticket))
    for id_ in gone:
        journal.dequeue(id_)
    return gone


def over_by(journal: Journal, owner: str, dead: Callable[[Operation], bool]) -> TicketOver:
    """Whether nobody stands behind a ticket: its holder is dead, or passed long ago and could not say that it left (the
    disk was full); and no operation that it began can be at work, as `dead` judges.
    """

    def over(ticket: Ticket) -> bool:
        if ticket.boot != liveness.boot():
            return ticket.host == liveness.host()
        idle = ticket.admitted and ticket.asked_ago_s > IDLE_S
        if liveness.alive(ticket.caller) and not idle:
            return False
        return all(dead(one) for one in journal.unended(owner) if one.intent.ticket == ticket.id)

    return over
