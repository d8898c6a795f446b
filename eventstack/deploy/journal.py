"""What was claimed, intended, started and ended: the memory that survives every process.

An operation is written down before its process exists. A stack has one holder at a time: a claim is a compare-and-set
on the stack's epoch, so that of two callers exactly one proceeds. Time is always passed in.
"""

from dataclasses import dataclass
from datetime import datetime
from typing import Any, Literal, Protocol

from eventstack.deploy.liveness import Identity
from eventstack.planning.plan import StackPlan

Work = Literal["preview", "up", "destroy", "evidence", "forget"]
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


@dataclass(frozen=True)
class Operation:
    """An intent with what became of it; `session` is None until a process was started for it."""

    intent: Intent
    epoch: int
    session: int | None = None
    process: Identity | None = None
    started: datetime | None = None
    ended: datetime | None = None
    outcome: dict[str, Any] | None = None

    @property
    def mark(self) -> str:
        """The value of `EVENTSTACK_OP` in every process of the operation."""
        return f"{self.intent.occurrence}/{self.epoch}/{self.intent.id}"


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

    @property
    def living(self) -> bool:
        """Whether the stack may exist in the engine's books."""
        return self.created != "no" and self.forgotten is None


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

    def claim(self, intent: Intent, *, epoch: int) -> Operation | None:
        """Take the stack for an intent if it is free and still at `epoch`; None when somebody was faster."""
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
