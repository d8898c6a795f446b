"""A deployer without an engine: stacks in memory, failures by script, every call remembered.

For tests of whoever drives a deployer. It keeps the promises that a caller may rely on (previewed is what runs, nothing
on air is destroyed, nothing is forgotten without clean evidence), so that a driver that breaks them fails its test.
"""

from collections import defaultdict
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

from eventstack.deploy.condition import Condition, Finding
from eventstack.deploy.deployer import Evidence, Found, OnProgress, OnStep, Outcome, Override, Progress, StackState
from eventstack.errors import EventstackError, Refused
from eventstack.planning.plan import StackPlan


@dataclass
class FakeStack:
    """What the fake knows of one stack; `exists` is the engine's books, `resources` what stands in the cloud."""

    plan: StackPlan | None = None
    previewed: str | None = None
    exists: bool = False
    resources: int = 0
    outputs: dict[str, Any] = field(default_factory=dict)
    proven: bool = False
    forgotten: bool = False


@dataclass
class FakeDeployer:
    """An in-memory `Deployer`.

    `outputs` gives a built stack's outputs; `before` is called with the verb and the plan at the start of every call
    (block in it, or move a clock); `on_air` holds occurrences that may not be destroyed; `leftovers` is what the next
    inventories show, by stack name; `unreadable` holds stacks that `observe` can't see.
    """

    outputs: Callable[[StackPlan], dict[str, Any]] = lambda _: {}
    before: Callable[[str, StackPlan], None] = lambda _verb, _plan: None
    resources: int = 3
    on_air: set[str] = field(default_factory=set)
    leftovers: dict[str, list[Found]] = field(default_factory=dict)
    unreadable: set[str] = field(default_factory=set)
    stacks: dict[str, FakeStack] = field(default_factory=lambda: defaultdict(FakeStack))
    calls: list[tuple[str, str]] = field(default_factory=list)
    cancelled: int = 0
    _failures: dict[str, list[EventstackError]] = field(default_factory=lambda: defaultdict(list))

    def fail(self, verb: str, *errors: EventstackError) -> None:
        """Let the next calls of a verb (preview, up, destroy, evidence, forget) raise these, one each."""
        self._failures[verb].extend(errors)

    def preview(self, plan: StackPlan, on_progress: OnProgress = lambda _: None) -> Outcome:
        """Remember what was previewed."""
        stack = self._call("preview", plan)
        stack.plan, stack.previewed, stack.exists = plan, plan.build_hash, True
        self._progress(on_progress, "planned", "create")
        return Outcome("preview", True, plan.build_hash, changes={"create": self.resources})

    def up(
        self,
        plan: StackPlan,
        *,
        build_hash: str,
        unpreviewed: bool = False,
        on_progress: OnProgress = lambda _: None,
    ) -> Outcome:
        """Build what was previewed, or, `unpreviewed`, what the build hash says."""
        stack = self._call("up", plan)
        if build_hash != plan.build_hash or not (unpreviewed or stack.previewed == build_hash):
            raise Refused("that was not previewed", rule="what was previewed is what runs", override="preview it")
        if unpreviewed:
            stack.plan, stack.previewed, stack.exists = plan, None, True
        changes = {"same": self.resources} if stack.resources else {"create": self.resources}
        self._progress(on_progress, "running", "create")
        self._progress(on_progress, "done", "create")
        stack.resources, stack.outputs, stack.proven = self.resources, self.outputs(plan), False
        return Outcome("up", True, build_hash, outputs=dict(stack.outputs), changes=changes)

    def destroy(
        self,
        plan: StackPlan,
        *,
        reason: str,  # noqa: ARG002 - the protocol's signature
        override: Override | None = None,
        revision: str | None = None,
        on_progress: OnProgress = lambda _: None,
    ) -> Outcome:
        """Remove the resources; refuses on air, on another revision and while a child lives."""
        stack = self._call("destroy", plan)
        if revision is not None and stack.plan is not None and revision != stack.plan.plan_hash:
            raise Refused("the plan changed", rule="the schedule is read again before a destroy")
        if plan.build.occurrence in self.on_air and override is None:
            raise Refused(f"{plan.build.occurrence} is on air", rule="an event on air is never torn down")
        for name, child in self.stacks.items():
            parents = child.plan.build.parents if child.plan else ()
            if child.exists and any(parent.stack == plan.build.stack for parent in parents):
                raise Refused(f"{name} still stands on it", rule="a layer is not removed while a child lives")
        changes = {"delete": stack.resources} if stack.resources else {}
        self._progress(on_progress, "done", "delete")
        stack.resources = 0
        return Outcome("destroy", True, plan.build_hash, changes=changes)

    def evidence(self, plan: StackPlan, *, override: Override | None = None) -> Evidence:  # noqa: ARG002 - the protocol's
        """Show the leftovers, and remove them if the stack was destroyed."""
        stack = self._call("evidence", plan)
        first = tuple(self.leftovers.get(plan.build.stack, ()))
        if not stack.resources:
            self.leftovers.pop(plan.build.stack, None)
        second = tuple(self.leftovers.get(plan.build.stack, ()))
        stack.proven = not second and not stack.resources
        return Evidence(stack.proven, (first, second), ())

    def forget(self, plan: StackPlan) -> None:
        """Drop the stack from the books; refuses without clean evidence."""
        stack = self._call("forget", plan)
        if stack.exists and not stack.proven:
            raise Refused("there is no clean evidence", rule="a stack is forgotten last")
        stack.exists, stack.forgotten = False, True

    def observe(self, project: str, stack: str) -> StackState:
        """Look at one stack."""
        if stack in self.unreadable:
            return StackState(project, stack, "unknown", detail="unreadable")
        known = self.stacks.get(stack)
        if known is None or not known.exists:
            return StackState(project, stack, "absent")
        return StackState(project, stack, "present", known.resources)

    def diagnose(self, plan: StackPlan) -> Condition:
        """Say what is wrong: that the stack can't be read, if so."""
        name = plan.build.stack
        if name in self.unreadable:
            finding = Finding("books-lost", "alarm", "unreadable", step="restore the books")
        else:
            finding = Finding("built", "ok", f"{self.stacks[name].resources} resources")
        return Condition(f"{plan.build.project}/{name}", (finding,))

    def recover(self, plan: StackPlan, on_step: OnStep = lambda _: None) -> Condition:
        """Make the stack readable again."""
        for step in self.diagnose(plan).steps:
            on_step(step)
        self.unreadable.discard(plan.build.stack)
        return self.diagnose(plan)

    def cancel(self) -> None:
        """Count the wish to end."""
        self.cancelled += 1

    def _call(self, verb: str, plan: StackPlan) -> FakeStack:
        self.calls.append((verb, plan.build.stack))
        self.before(verb, plan)
        if self._failures[verb]:
            raise self._failures[verb].pop(0)
        return self.stacks[plan.build.stack]

    def _progress(self, on_progress: OnProgress, state: Any, op: str) -> None:
        for number in range(self.resources):
            name = f"resource-{number + 1}"
            on_progress(
                Progress(f"urn:fake::{name}", name, "fake:index:Thing", op, state, 0.0 if state == "done" else None)
            )
