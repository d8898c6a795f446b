"""The journal in the memory of one process: for tests, and for programs whose operations need not outlive them."""

import threading
import time
from collections.abc import Callable, Collection
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any

from eventstack.deploy.journal import Created, Hold, Intent, Known, Operation, StackKey, Ticket, passes
from eventstack.deploy.liveness import Identity
from eventstack.planning.plan import StackPlan


@dataclass(frozen=True)
class _Claimed:
    operation: Operation
    at_s: float
    lease_until_s: float
    over_at_s: float


class MemoryJournal:
    """A `Journal` that is gone with its process; safe between threads."""

    def __init__(self, clock: Callable[[], float] = time.monotonic) -> None:
        self._clock = clock
        self._lock = threading.RLock()
        self._stacks: dict[StackKey, Known] = {}
        self._operations: dict[str, _Claimed] = {}
        self._line: dict[str, Ticket] = {}
        self._asked: dict[str, float] = {}
        self._tickets = 0

    def stack(self, key: StackKey) -> Known:
        """See `Journal.stack`."""
        return self._stacks.get(key, Known(key))

    def stacks(self, owner: str) -> list[Known]:
        """See `Journal.stacks`."""
        known = [known for key, known in list(self._stacks.items()) if key.owner == owner]
        return sorted(known, key=lambda one: (one.key.project, one.key.stack))

    def children(self, key: StackKey) -> list[Known]:
        """See `Journal.children`."""
        return [known for known in self.stacks(key.owner) if str(key) in known.parents]

    def operation(self, id_: str) -> Operation | None:
        """See `Journal.operation`."""
        claimed = self._operations.get(id_)
        return self._timed(claimed) if claimed else None

    def operations(self, key: StackKey) -> list[Operation]:
        """See `Journal.operations`."""
        return [self._timed(one) for one in list(self._operations.values()) if one.operation.intent.key == key]

    def unended(self, owner: str) -> list[Operation]:
        """See `Journal.unended`."""
        operations = [self._timed(one) for one in list(self._operations.values())]
        return [one for one in operations if one.intent.key.owner == owner and one.ended is None]

    def claim(self, intent: Intent, *, epoch: int, lease_s: float, over_s: float) -> Operation | None:
        """See `Journal.claim`."""
        with self._lock:
            known, now = self.stack(intent.key), self._clock()
            if known.epoch != epoch or known.holder is not None:
                return None
            self._stacks[intent.key] = replace(known, epoch=epoch + 1, holder=intent.id)
            claimed = _Claimed(Operation(intent, epoch + 1), now, now + lease_s, now + over_s)
            self._operations[intent.id] = claimed
            return self._timed(claimed)

    def renew(self, id_: str, *, lease_s: float) -> bool:
        """See `Journal.renew`."""
        with self._lock:
            claimed = self._operations.get(id_)
            if claimed is None or claimed.operation.ended is not None:
                return False
            self._operations[id_] = replace(claimed, lease_until_s=self._clock() + lease_s)
            return True

    def started(self, id_: str, *, session: int, process: Identity, at: datetime) -> None:
        """See `Journal.started`."""
        self._note(id_, session=session, process=process, started=at)

    def finish(self, id_: str, outcome: dict[str, Any], *, at: datetime) -> None:
        """See `Journal.finish`."""
        with self._lock:
            claimed = self._operations.get(id_)
            if claimed is None:
                return
            if claimed.operation.ended is None:
                self._note(id_, ended=at, outcome=dict(outcome))
            key = claimed.operation.intent.key
            if self._stacks[key].holder == id_:
                self._set(key, holder=None)

    def created(self, key: StackKey, state: Created) -> None:
        """See `Journal.created`."""
        self._set(key, created=state)

    def planned(self, plan: StackPlan) -> None:
        """See `Journal.planned`."""
        parents = tuple(f"{parent.project}/{parent.stack}" for parent in plan.build.parents)
        self._set(StackKey.of(plan), plan=plan, parents=parents, evidence=None)

    def built(self, key: StackKey, outputs: dict[str, Any]) -> None:
        """See `Journal.built`."""
        self._set(key, outputs=dict(outputs))

    def proved(self, key: StackKey, evidence: dict[str, Any]) -> None:
        """See `Journal.proved`."""
        self._set(key, evidence=dict(evidence))

    def forgot(self, key: StackKey, *, at: datetime) -> None:
        """See `Journal.forgot`."""
        self._set(key, forgotten=at)

    def hold(self, key: StackKey, hold: Hold | None) -> None:
        """See `Journal.hold`."""
        with self._lock:
            self._stacks.setdefault(key, Known(key))
            self._set(key, hold=hold)

    def enqueue(self, ticket: Ticket) -> None:
        """See `Journal.enqueue`."""
        with self._lock:
            if ticket.id not in self._line:
                self._tickets += 1
                self._line[ticket.id] = replace(ticket, number=self._tickets, admitted=False)
                self._asked[ticket.id] = self._clock()

    def line(self) -> list[Ticket]:
        """See `Journal.line`."""
        with self._lock:
            line = [replace(one, asked_ago_s=self._clock() - self._asked[one.id]) for one in self._line.values()]
        return sorted(line, key=lambda ticket: (ticket.urgency, ticket.number))

    def admit(self, id_: str, *, most: int, gone: Collection[str]) -> bool:
        """See `Journal.admit`."""
        with self._lock:
            self._asked[id_] = self._clock()
            if not passes(self.line(), id_, most=most, gone=gone):
                return False
            self._line[id_] = replace(self._line[id_], admitted=True)
            return True

    def dequeue(self, id_: str) -> None:
        """See `Journal.dequeue`."""
        self._line.pop(id_, None)

    def _set(self, key: StackKey, **values: Any) -> None:
        with self._lock:
            if key in self._stacks:
                self._stacks[key] = replace(self._stacks[key], **values)

    def _note(self, id_: str, **values: Any) -> None:
        with self._lock:
            if id_ in self._operations:
                claimed = self._operations[id_]
                self._operations[id_] = replace(claimed, operation=replace(claimed.operation, **values))

    def _timed(self, claimed: _Claimed) -> Operation:
        now = self._clock()
        return replace(
            claimed.operation,
            lease_left_s=claimed.lease_until_s - now,
            over_in_s=claimed.over_at_s - now,
            age_s=now - claimed.at_s,
        )
