"""The incarnations of an occurrence, as the journal knows them: which number is next, which other ones stand."""

from eventstack.deploy.journal import Journal, StackKey
from eventstack.planning.plan import StackPlan


def following(journal: Journal, owner: str, project: str, occurrence: str) -> int:
    """The number of the next building of an occurrence's stack, from 1."""
    used = [
        operation.intent.incarnation
        for known in journal.stacks(owner)
        if known.key.project == project
        for operation in journal.operations(known.key)
        if operation.intent.occurrence == occurrence
    ]
    return max(used, default=0) + 1


def others(journal: Journal, plan: StackPlan) -> list[StackKey]:
    """The stacks of the same occurrence and layer that stand, beside the plan's own."""
    own = StackKey.of(plan)
    return [
        one.key
        for one in journal.stacks(own.owner)
        if one.living and one.plan and one.key != own and one.key.project == own.project
        if one.plan.build.occurrence == plan.build.occurrence
    ]
