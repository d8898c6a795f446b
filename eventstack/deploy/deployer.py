"""What the scheduler, the automation API and `rehearse` ask of whoever builds and removes stacks.

Every call is blocking, idempotent, and safe to repeat after a crash of the caller. Errors are those of
`eventstack.errors`: `Refused` before anything is touched, `Retryable` and `Final` after.
"""

from collections.abc import Callable
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, Literal, Protocol

from eventstack.planning.found import Found as Found  # noqa: PLC0414 - a word of this protocol, imported from here too
from eventstack.planning.plan import StackPlan

if TYPE_CHECKING:
    from eventstack.deploy.condition import Condition

Kind = Literal["preview", "up", "destroy"]


@dataclass(frozen=True)
class Progress:
    """One resource moved: `state` planned, running, done or failed; `duration_s` once done.

    `critical_s` is the length of the critical path up to and with it, where the dependencies are known.
    """

    urn: str
    name: str
    type: str
    op: str
    state: Literal["planned", "running", "done", "failed"]
    duration_s: float | None = None
    detail: str = ""
    critical_s: float | None = None


OnProgress = Callable[[Progress], None]

OnStep = Callable[[str], None]
"""Hears of each step of a recovery before it is done, in words."""


@dataclass(frozen=True)
class Outcome:
    """How an operation ended. `outputs` are the stack's (secrets masked), `changes` counts resources by op,
    `operation` is its id in the journal, `log` the folder of its files, `critical_path` the resources that decided how
    long it took, with their seconds, `recovered` what an earlier operation had left undone, a line each; `followed`
    says that somebody else did the work, and this call followed it.
    """

    kind: Kind
    ok: bool
    build_hash: str
    outputs: dict[str, Any] = field(default_factory=dict)
    changes: dict[str, int] = field(default_factory=dict)
    duration_s: float = 0.0
    operation: str = ""
    log: str = ""
    critical_path: tuple[tuple[str, float], ...] = ()
    recovered: tuple[str, ...] = ()
    followed: bool = False


@dataclass(frozen=True)
class StackState:
    """What is known of a stack by looking: `unknown` means that looking failed, which is never "absent"."""

    project: str
    stack: str
    existence: Literal["absent", "present", "unknown"]
    resources: int = 0
    pending: int = 0
    detail: str = ""


@dataclass(frozen=True)
class Evidence:
    """What two inventories, a settle time apart, show of a stack; `clean` when only what is accounted for.

    `spared` says why strays were not removed, where they might have been: the stack is on air, or held.
    """

    clean: bool
    inventories: tuple[tuple[Found, ...], ...]
    accounted: tuple[dict[str, Any], ...]
    path: str = ""
    spared: str = ""


@dataclass(frozen=True)
class Override:
    """A person who lifts a rule, and why; both stand in the journal and in the as-run."""

    person: str
    reason: str


class Deployer(Protocol):
    """Builds, observes and removes the stacks of one owner."""

    def preview(self, plan: StackPlan, on_progress: OnProgress = lambda _: None) -> Outcome:
        """Say what `up` would do and keep the engine's saved plan for it."""
        ...

    def up(
        self,
        plan: StackPlan,
        *,
        build_hash: str,
        unpreviewed: bool = False,
        on_progress: OnProgress = lambda _: None,
    ) -> Outcome:
        """Make the stack what the plan says; refuses another `build_hash` than the plan's, or than was previewed.

        With `unpreviewed` no preview is asked for: the build hash, agreed elsewhere, alone says what runs.
        """
        ...

    def destroy(
        self,
        plan: StackPlan,
        *,
        reason: str,
        override: Override | None = None,
        revision: str | None = None,
        on_progress: OnProgress = lambda _: None,
    ) -> Outcome:
        """Remove everything of the stack; refuses on air and on hold (unless a person overrides it) and while a child
        lives. A schedule says the `revision` (`plan_hash`) that it decided on, and is refused when another is in force.
        """
        ...

    def evidence(self, plan: StackPlan, *, override: Override | None = None) -> Evidence:
        """Two inventories by tag, strays between them removed by identity; written beside the as-run.

        Of what is on air or held nothing is removed, unless a person overrides it.
        """
        ...

    def forget(self, plan: StackPlan) -> None:
        """Remove the stack from the engine's books, with its work directory; refuses while anything of it is left."""
        ...

    def observe(self, project: str, stack: str) -> StackState:
        """Look at one stack."""
        ...

    def diagnose(self, plan: StackPlan) -> "Condition":
        """Say in words what is wrong with a stack, and what `recover` would do about it."""
        ...

    def recover(self, plan: StackPlan, on_step: OnStep = lambda _: None) -> "Condition":
        """Do what `diagnose` says can be done; what is then left to say."""
        ...

    def cancel(self) -> None:
        """Interrupt the operation that runs now, once and politely; returns at once."""
        ...
