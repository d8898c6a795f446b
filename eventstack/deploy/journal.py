"""What was claimed, intended, started and ended: the memory that survives every process.

An operation is written down before its process exists. A stack has one holder at a time: a claim is a compare-and-set
on the stack's epoch, so that of two callers exactly one proceeds. A claim comes with a lease, which its holder renews,
and with the time by which the operation's own deadline has ended it; both run on the journal's clock, which no caller
reads and no step of a wall clock moves. Instants that people read are passed in.
"""

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Literal, Protocol

from eventstack.deploy.liveness import Identity
from eventstack.planning.instants import told
from eventstack.planning.plan import StackPlan

Work = Literal["preview", "up", "destroy", "evidence", "forget", "recover"]
"""What an operation does; all of them need the claim, since all of them change something."""

Created = Literal["no", "intent", "yes"]
"""Whether the stack is in the engine's books: never, perhaps (we died while asking for it), or surely."""


@dataclass(frozen=True)
class StackKey:
    """One stack of one owner."""

    owner: str
    project: str
    stack: str

    @classmethod
    def of(cls, plan: StackPlan) -> "StackKey":
        """The key of a plan's stack."""
        return cls(plan.build.owner, plan.build.project, plan.build.stack)

    def __str__(self) -> str:
        return f"{self.project}/{self.stack}"


@dataclass(frozen=True)
class Intent:
    """What somebody is about to do, and who they are; written before anything starts."""

    id: str
    key: StackKey
    occurrence: str
    incarnation: int
    kind: Work
    build_hash: str
    host: str
    boot: str
    caller: Identity
    at: datetime
    detail: str = ""
    ticket: str = ""


@dataclass(frozen=True)
class Operation:
    """An intent with what became of it; `session` is None until a process was started for it.

    As of the look at it, in seconds of the journal's clock: the `lease_left_s`, the time until its own deadline has
    ended it (`over_in_s`), and its `age_s` since the claim; of another boot's, which all are over, nothing is left.
    """

    intent: Intent
    epoch: int
    session: int | None = None
    process: Identity | None = None
    started: datetime | None = None
    ended: datetime | None = None
    outcome: dict[str, Any] | None = None
    lease_left_s: float = 0.0
    over_in_s: float = 0.0
    age_s: float = 0.0

    @property
    def pid(self) -> int:
        """The process that carries it out, once there is one; until then its caller."""
        return (self.process or self.intent.caller).pid

    @property
    def began(self) -> bool:
        """Whether it began anything: a process was started for it, or it found its work done."""
        return self.session is not None or bool((self.outcome or {}).get("ok"))

    @property
    def refused(self) -> bool:
        """Whether a promise forbade it: it changed nothing."""
        return bool((self.outcome or {}).get("refused"))

    @property
    def mark(self) -> str:
        """The value of `EVENTSTACK_OP` in every process of the operation."""
        return f"{self.intent.occurrence}/{self.epoch}/{self.intent.id}"


@dataclass(frozen=True)
class Hold:
    """A person's word that a stack stays as it is; it ends by release or at `until` (UTC), if there is one."""

    person: str
    reason: str
    at: datetime
    until: datetime | None = None

    def holds(self, now: datetime) -> bool:
        """Whether it holds at that time."""
        return self.until is None or now < self.until

    @property
    def words(self) -> str:
        """Who holds it, how long and why."""
        return f"held by {self.person}{f' until {told(self.until)}' if self.until else ''}: {self.reason}"


@dataclass(frozen=True)
class Ticket:
    """A place in the line of those who want to run an engine; a lower `urgency` passes first, then the `number`.

    `asked_ago_s` is the time since its holder last asked to pass, in seconds of the journal's clock.
    """

    id: str
    urgency: int
    what: str
    host: str
    boot: str
    caller: Identity
    number: int = 0
    admitted: bool = False
    asked_ago_s: float = 0.0


ASLEEP_S = 5.0
"""Who waits asks several times a second; who has not asked for so long (a stopped process) holds nobody up."""


@dataclass(frozen=True)
class Known:
    """What the journal knows of one stack. `plan` is the last one that an `up` was started with (before the first, the
    one that was previewed first), `outputs` those of the last good `up`, `evidence` the last verdict since then.
    """

    key: StackKey
    epoch: int = 0
    holder: str | None = None
    created: Created = "no"
    plan: StackPlan | None = None
    parents: tuple[str, ...] = ()
    outputs: dict[str, Any] | None = None
    evidence: dict[str, Any] | None = None
    forgotten: datetime | None = None
    hold: Hold | None = None

    @property
    def living(self) -> bool:
        """Whether the stack may exist in the engine's books."""
        return self.created != "no" and self.forgotten is None

    @property
    def proven(self) -> bool:
        """Whether two inventories have shown nothing of it since it was last planned."""
        return bool((self.evidence or {}).get("clean"))


class Journal(Protocol):
    """The deployer's memory; every call is one transaction, safe between threads and processes.

    All raise `StoreError` when the journal can't be read or written.
    """

    def stack(self, key: StackKey) -> Known:
        """What is known of a stack; a fresh `Known` for one never heard of."""
        ...

    def stacks(self, owner: str) -> list[Known]:
        """Every stack of an owner that was ever claimed."""
        ...

    def children(self, key: StackKey) -> list[Known]:
        """The stacks whose plans name this one as a parent, forgotten ones included."""
        ...

    def operation(self, id_: str) -> Operation | None:
        """One operation."""
        ...

    def operations(self, key: StackKey) -> list[Operation]:
        """Every operation on a stack, oldest first."""
        ...

    def unended(self, owner: str) -> list[Operation]:
        """The operations of an owner that nobody has seen end, in the order of their claims."""
        ...

    def claim(self, intent: Intent, *, epoch: int, lease_s: float, over_s: float) -> Operation | None:
        """Take the stack for an intent if it is free and still at `epoch`; None when somebody was faster.

        The lease runs for `lease_s`; `over_s` is when the operation's own deadline has ended it at the latest.
        """
        ...

    def renew(self, id_: str, *, lease_s: float) -> bool:
        """Let an operation's lease run for `lease_s` from now; False when it holds its stack no more."""
        ...

    def started(self, id_: str, *, session: int, process: Identity, at: datetime) -> None:
        """Note the process that carries out an operation."""
        ...

    def finish(self, id_: str, outcome: dict[str, Any], *, at: datetime) -> None:
        """Note how an operation ended and free its stack; the first note of an operation stands."""
        ...

    def created(self, key: StackKey, state: Created) -> None:
        """Note whether the engine knows the stack."""
        ...

    def planned(self, plan: StackPlan) -> None:
        """Note the plan that the stack is being made of, and its parents; older evidence is void from now on."""
        ...

    def built(self, key: StackKey, outputs: dict[str, Any]) -> None:
        """Note the outputs of a good `up`."""
        ...

    def proved(self, key: StackKey, evidence: dict[str, Any]) -> None:
        """Note the verdict of an evidence."""
        ...

    def forgot(self, key: StackKey, *, at: datetime) -> None:
        """Note that the engine's books no longer hold the stack."""
        ...

    def hold(self, key: StackKey, hold: Hold | None) -> None:
        """Note a person's hold on a stack, or its release."""
        ...

    def enqueue(self, ticket: Ticket) -> None:
        """Go to the end of the line; one that stands in it already keeps its place."""
        ...

    def line(self) -> list[Ticket]:
        """Everybody in the line, who runs and who waits, in the order in which they pass."""
        ...

    def admit(self, id_: str, *, most: int, gone: Collection[str]) -> bool:
        """Let a ticket pass if there is room for it and for all that wait before it, so that no more than `most` have.

        Those `gone` don't count. One that has passed already passes again; one that has not asked for `ASLEEP_S` is
        passed over, and keeps its place.
        """
        ...

    def dequeue(self, id_: str) -> None:
        """Leave the line; one that has left already is no error."""
        ...


def last_change(operations: Sequence[Operation]) -> Operation | None:
    """The latest `up` or `destroy` that ended and may have changed something; one that was refused has not."""
    changes = (one for one in reversed(operations) if one.intent.kind in ("up", "destroy") and one.ended is not None)
    return next((one for one in changes if one.began and not one.refused), None)


def passes(line: Collection[Ticket], id_: str, *, most: int, gone: Collection[str]) -> bool:
    """Whether a ticket may pass now: the rule of `Journal.admit`, over the whole line in its order."""
    there = [ticket for ticket in line if ticket.id not in gone]
    passed = [ticket for ticket in there if ticket.admitted]
    if any(ticket.id == id_ for ticket in passed):
        return True
    waiting = [ticket for ticket in there if not ticket.admitted and ticket.asked_ago_s < ASLEEP_S]
    # With room for all before it too, nobody need wait until these have asked: without patience it would be in vain.
    return id_ in [ticket.id for ticket in waiting[: max(0, most - len(passed))]]
