"""What forbids an operation before anything is touched."""

from collections.abc import Callable, Mapping, Sequence
from datetime import datetime

from eventstack.deploy.checkpoint import Checkpoint
from eventstack.deploy.condition import unbooked
from eventstack.deploy.deployer import Found, Override
from eventstack.deploy.journal import Journal, Known, Operation, StackKey
from eventstack.errors import Final, Refused, Retryable
from eventstack.planning.instants import told
from eventstack.planning.plan import StackPlan, sha256

OnAir = Callable[[StackPlan], bool | None]
"""Looks whether a stack's event is on air; None, or an exception, means that looking failed."""

Inventory = Callable[[Mapping[str, str]], Sequence[Found]]
"""Everything of ours in the cloud whose tags contain the given ones."""

LOOK_AGAIN_S = 10.0
"""When to ask an inventory again that could not be read, in seconds."""


def same_parents(plan: StackPlan, journal: Journal) -> None:
    """Refuse a plan whose recorded parents' outputs are not what their stacks say now."""
    for parent in plan.build.parents:
        known = journal.stack(StackKey(plan.build.owner, parent.project, parent.stack))
        name = f"{parent.project}/{parent.stack}"
        rule = "a plan runs with the parents' outputs that it was made with"
        remedy = "make the plan again from what the parent says now"
        if not known.living or known.outputs is None:
            raise Refused(f"the parent {name} does not exist here", rule=rule, override=remedy)
        if sha256(parent.outputs) != parent.outputs_hash:
            raise Refused(f"the plan's record of {name} was altered", rule=rule, override=remedy)
        if sha256(known.outputs) != parent.outputs_hash:
            changed = [
                key
                for key in sorted({*known.outputs, *parent.outputs})
                if known.outputs.get(key) != parent.outputs.get(key)
            ]
            raise Refused(f"outputs of {name} changed: {', '.join(changed)}", rule=rule, override=remedy)


ON_AIR_RULE = "an event on air is never torn down, replaced or updated"
"""The promise to whoever watches."""


def ours(plan: StackPlan, owner: str) -> None:
    """Refuse a plan of somebody else: its journal and its books are not the ones that we would look at."""
    if plan.build.owner != owner:
        raise Refused(
            f"the plan of {plan.build.stack} is of the owner {plan.build.owner}, and here is {owner}",
            rule="a stack belongs to one owner",
            override=f"EVENTSTACK_OWNER={plan.build.owner}",
        )


def parents_stand(plan: StackPlan, journal: Journal) -> None:
    """Refuse to build on a layer that is being removed, or was; asked for when the journal knows of the child.

    Whoever removes the layer writes that down first and looks for children then, so that one of both sees the other.
    """
    for parent in plan.build.parents:
        key = StackKey(plan.build.owner, parent.project, parent.stack)
        changes = [one for one in journal.operations(key) if one.intent.kind in ("up", "destroy") and not one.refused]
        if not changes or changes[-1].intent.kind != "destroy":
            continue
        if changes[-1].ended is None:
            raise Retryable(
                f"{key}, on which it would stand, is being removed; call again when that has ended",
                after_s=LOOK_AGAIN_S,
                stack=f"{plan.build.project}/{plan.build.stack}",
            )
        raise Refused(
            f"{key}, on which it would stand, was removed or is so in part",
            rule="a child stands on a layer that stands",
            override="build that layer again, then make the plan again from what it says",
        )


def airs(plan: StackPlan, on_air: OnAir) -> str:
    """That a stack's event is on air, in words, or may be, for it can't be looked at; "" when it surely is not."""
    try:
        seen = on_air(plan)
    except Exception as error:  # noqa: BLE001 - whatever keeps us from looking, the answer is "on air"
        return f"may be on air (looking failed: {type(error).__name__})"
    return "" if seen is False else "is on air" if seen else "may be on air (looking failed)"


def off_air(plan: StackPlan, on_air: OnAir, override: Override | None) -> None:
    """Refuse what is on air; what can't be looked at counts as on air."""
    if override is None and (airing := airs(plan, on_air)):
        name = plan.build.occurrence
        ends = airing == "is on air" and plan.build.layer == "event"
        raise Refused(
            f"{name} {airing}" + (f"; `eventstack unpublish {name}` takes it off air" if ends else ""),
            rule=ON_AIR_RULE,
            override="a person may lift it by name and reason: Override(person, reason)",
        )


def unchanged_on_air(plan: StackPlan, airing: str, steps: str) -> Refused:
    """For an `up` that would do `steps` to what is on air: these wait until it is off air."""
    return Refused(
        f"{plan.build.occurrence} {airing}, and this `up` would change it: {steps}",
        rule=ON_AIR_RULE,
        override="call again when it is off air",
    )


def not_held(known: Known, now: datetime, override: Override | None) -> None:
    """Refuse to remove a stack that a person holds; the hold ends by its expiry, its release, or an override."""
    if override is None and (holding := held(known, now)):
        raise Refused(
            f"{known.key} {holding}",
            rule="what a person holds stays",
            override="release the hold, or lift it by name and reason: Override(person, reason)",
        )


def held(known: Known, now: datetime) -> str:
    """That a person holds a stack, in words; "" when nobody does."""
    return f"is {known.hold.words}" if known.hold and known.hold.holds(now) else ""


CLOCK_STEP_S = 5.0
"""How far a wall clock may have moved against the journal's since a stack's last operation."""


def same_schedule(known: Known, earlier: Sequence[Operation], revision: str | None, now: datetime) -> None:
    """Refuse a removal that a schedule decided on another plan than is in force, or by a clock that was stepped.

    `revision` is the `plan_hash` that was decided on, None where no schedule did. Since the last of the `earlier`
    operations that began anything, the wall clock and the journal's own must have moved alike: one that was refused
    proves nothing, or it would be refused only once.
    """
    if revision is None:
        return
    rule = "the schedule is read again before a destroy"
    current = known.plan.plan_hash if known.plan else ""
    if revision != current:
        raise Refused(
            f"the plan of {known.key} is {current[:12]}, the removal was decided on {revision[:12]}",
            rule=rule,
            override="read the schedule again and decide anew",
        )
    begun = [one for one in earlier if one.began]
    last = begun[-1] if begun else None
    if last is None or last.age_s <= 0:
        return
    drift_s = (now - last.intent.at).total_seconds() - last.age_s
    if abs(drift_s) > CLOCK_STEP_S:
        raise Refused(
            f"the wall clock has moved {drift_s:+.0f} s against the journal's since {last.intent.id}",
            rule=rule,
            override="see that the clock is right, then destroy by hand (a removal that no schedule decided)",
        )


def booked(plan: StackPlan, books: Checkpoint, inventory: Inventory) -> None:
    """Refuse to build where the cloud shows resources of the stack that the engine's books don't hold."""
    stack = f"{plan.build.project}/{plan.build.stack}"
    things = unbooked(books, look(inventory, plan.build.tags, stack))
    if things:
        names = ", ".join(f"{thing.kind} {thing.resource}" for thing in things)
        raise Refused(
            f"of {stack} the cloud holds what the engine's books don't: {names}",
            rule="nothing is built twice",
            override="destroy the event, whose evidence removes it; then build it as a new incarnation",
        )


def childless(plan: StackPlan, journal: Journal, inventory: Inventory) -> None:
    """Refuse to remove a layer that a living stack stands on, by the journal or by the cloud's inventory."""
    rule = "a layer is not removed while a child lives"
    for child in journal.children(StackKey.of(plan)):
        if child.living:
            raise Refused(f"{child.key} still stands on it", rule=rule, override="destroy and forget the child first")
        left = look(inventory, child.plan.build.tags, str(child.key)) if child.plan else []
        if left:
            things = ", ".join(f"{found.kind} {found.identity}" for found in left)
            raise Refused(f"of {child.key} there is still: {things}", rule=rule, override="remove these first")


def look(inventory: Inventory, tags: Mapping[str, str], stack: str) -> list[Found]:
    """Ask the inventory; raises Retryable when it can't be read, for a silent cloud is not an empty one."""
    try:
        return list(inventory(tags))
    except Exception as error:
        raise Retryable(
            f"the inventory can't be read: {error}. Nothing is concluded from its silence; call again",
            after_s=LOOK_AGAIN_S,
            stack=stack,
        ) from error


def must_create(known: Known, books: Checkpoint) -> bool:
    """Whether the engine has to be asked for the stack; never "create or select".

    Raises:
        Final: when the journal and the engine's books contradict each other, or the books can't be read.
        Refused: when the stack is proven gone.
    """
    if books.existence == "unknown":
        raise Final(f"the engine's books can't be read: {books.detail}. {WAYS_OUT}", stack=str(known.key))
    if books.existence == "absent":
        if known.proven:
            raise Refused(
                f"{known.key} is proven gone, and its removal was cut off before the end",
                rule=ANEW,
                override="destroy it once more, which completes that; then plan it with the next incarnation",
            )
        if known.created == "yes":
            raise Final(f"the journal knows this stack and the engine's books don't. {WAYS_OUT}", stack=str(known.key))
        return True
    if known.created == "no":
        raise Final(
            "the engine's books hold a stack that the journal never created. Ways out: restore the journal, or look"
            " at it with `pulumi stack`, see that it is empty and remove it with `pulumi stack rm`",
            stack=str(known.key),
        )
    return False


WAYS_OUT = (
    "Nothing was touched. Ways out: put the state folder back from a backup; or restore the checkpoint from its `.bak`,"
    " `backups/` or `history/` beside it, as `eventstack recover` does; or, if the cloud's inventory shows nothing of"
    " it, take evidence and forget it"
)
"""What a person can do when the books are lost."""


def nothing_pending(books: Checkpoint, stack: str, operation: str) -> None:
    """Raise Final while a create that was cut off stands in the books: it may exist, and nobody would know."""
    if books.creating:
        names = ", ".join(books.creating)
        raise Final(
            f"a create was cut off and may have happened: {names}. Building would double it, removing would forget it;"
            " recover the stack: the cloud's inventory decides",
            stack=stack,
            operation=operation,
        )
    if books.existence == "unknown":
        raise Final(f"the engine's books can't be read: {books.detail}. {WAYS_OUT}", stack=stack, operation=operation)


ANEW = "a stack built again is a new incarnation, so that a leak of the old one is never taken for it"
"""Why a name is used once."""


def new_incarnation(known: Known) -> None:
    """Refuse to build again under the name of a stack that was forgotten."""
    if known.forgotten is not None:
        raise Refused(
            f"{known.key} was removed on {told(known.forgotten)}",
            rule=ANEW,
            override="plan it with the next incarnation",
        )


def empty(books: Checkpoint, stack: str) -> None:
    """Raise Final while the engine's books hold resources of a stack, or can't be read."""
    if books.existence == "unknown":
        raise Final(f"the engine's books can't be read: {books.detail}. {WAYS_OUT}", stack=stack)
    if books.resources:
        raise Final(f"still in the engine's books: {', '.join(books.resources)}; destroy it again", stack=stack)
