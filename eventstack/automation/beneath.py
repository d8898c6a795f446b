"""Whether what a stack stands on answers: an event can be whole, and its foundation's machine dead."""

import dataclasses
from dataclasses import dataclass

from eventstack.automation.world import World
from eventstack.deploy import claims
from eventstack.deploy.condition import Condition, Finding
from eventstack.deploy.journal import StackKey
from eventstack.errors import DeployError, Final, Retryable
from eventstack.planning.plan import StackPlan

AFTER_S = 30.0
"""When an `up` on a foundation that was silent is worth another try: a person, or a job, revives it in between."""


@dataclass(frozen=True)
class Beneath:
    """What does not answer below a stack: its `layer` and name, why (`text`), and whether `recover` revives it."""

    layer: str
    name: str
    text: str
    revivable: bool

    @property
    def words(self) -> str:
        """What is, and what to do, in one line."""
        what = "does not answer" if self.revivable else "is gone"
        return f"its {self.layer}'s machine {what}: {remedy(self.name, revivable=self.revivable)}"

    @property
    def reason(self) -> str:
        """What does not answer, and why."""
        return f"its {self.layer} {self.name}: {self.text}"


def remedy(name: str, *, revivable: bool) -> str:
    """What a person types against a machine that does not answer."""
    return f"`eventstack {'recover' if revivable else 'doctor'} {name}`"


def silent(world: World, plan: StackPlan) -> Beneath | None:
    """The first of a stack's parents that is built, that nobody works on, and that does not answer."""
    for parent in plan.build.parents:
        known = world.stack(StackKey(plan.build.owner, parent.project, parent.stack))
        if known.plan is None or not known.living or known.outputs is None:
            continue
        operation = world.journal.operation(known.holder) if known.holder else None
        if operation is not None and not claims.provably_dead(operation):
            continue
        if silence := world.silent(known.plan):
            return Beneath(parent.layer, known.plan.build.occurrence, silence.text, silence.revivable)
    return None


def check(world: World, plan: StackPlan) -> None:
    """Raises Retryable when what the stack is to stand on does not answer, Final when its machine is gone."""
    below = silent(world, plan)
    if below is None:
        return
    text = f"{plan.build.stack} can't be built: {below.words} ({below.text})"
    if below.revivable:
        raise Retryable(text, after_s=AFTER_S, stack=plan.build.stack, operation="up")
    raise Final(text, stack=plan.build.stack, operation="up")


def explained(world: World, plan: StackPlan, condition: Condition) -> Condition:
    """The condition, with an alarm when what the stack stands on does not answer."""
    below = silent(world, plan)
    if below is None:
        return condition
    way_out = remedy(below.name, revivable=below.revivable)
    alarm = Finding("foundation-silent", "alarm", below.reason, way_out)
    others = tuple(finding for finding in condition.findings if finding.severity != "ok")
    return dataclasses.replace(condition, findings=(*others, alarm))


def named(world: World, plan: StackPlan, fault: DeployError) -> DeployError:
    """The fault, with the name of what does not answer below the stack, if that is so."""
    below = silent(world, plan)
    return fault if below is None else Retryable(f"{fault}; {below.words}", after_s=getattr(fault, "after_s", AFTER_S))
