"""From what a caller gives to the plan that is to stand: its incarnation, and the foundation that it stands on."""

from collections.abc import Sequence
from pathlib import Path

from eventstack.automation import given
from eventstack.automation.given import Event
from eventstack.automation.world import World
from eventstack.deploy.journal import Known
from eventstack.deploy.turns import goes_with_its_driver
from eventstack.errors import ConfigError, Fault
from eventstack.planning import naming
from eventstack.planning.parts import Parent
from eventstack.planning.plan import StackPlan
from eventstack.planning.resolve import parent, resolve_foundation
from eventstack.settings import Settings

_FOUNDATION = naming.PROJECTS["foundation"]
_EVENT = naming.PROJECTS["event"]


def plan_of(
    world: World,
    event: Event | None,
    *,
    foundation: str | None = None,
    new_foundation: str | None = None,
    cloud: str | None = None,
    profile_dirs: Sequence[Path] = (),
) -> StackPlan:
    """The plan that `preview` and `up` mean: of an event, or of a foundation that is named by `new_foundation`.

    A stack that lives keeps its incarnation and its foundation, one that was forgotten gets the next incarnation.
    Raises ConfigError for what can't be understood, and NotOffered for what the cloud lacks.
    """
    if (event is None) == (new_foundation is None):
        hint = f"name an event, or a foundation with new_foundation{'' if event is None else ', not both'}"
        raise ConfigError(Fault("not one thing to build", field="EVENT", given=str(event), hint=hint))
    if new_foundation is not None:
        return _foundation(world, new_foundation, cloud)
    assert event is not None
    if isinstance(event, StackPlan) or given.is_plan_file(event):
        return own(world, event if isinstance(event, StackPlan) else given.read_plan(event))
    if given.is_file(event):
        return _event(world, event, foundation, profile_dirs)
    known = given.by_name(world.known(), str(event))
    if known.plan is None or known.forgotten is not None:
        hint = "give the event's file: it is built as its next incarnation"
        raise ConfigError(Fault("was removed, or never built", field="EVENT", given=str(event), hint=hint))
    return known.plan


def resolve(
    event: Event | None = None,
    *,
    new_foundation: str | None = None,
    cloud: str | None = None,
    foundation: str | None = None,
    profile_dirs: Sequence[Path] = (),
    settings: Settings | None = None,
    world: World | None = None,
) -> StackPlan:
    """The plan that `preview` and `up` would take for the same arguments; no engine is needed for it.

    Raises ConfigError and NotOffered.
    """
    world = world or World(settings)
    return plan_of(
        world, event, foundation=foundation, new_foundation=new_foundation, cloud=cloud, profile_dirs=profile_dirs
    )


def own(world: World, plan: StackPlan) -> StackPlan:
    """The plan, if it is this installation's; raises ConfigError for another owner's."""
    owner = plan.build.owner
    if owner != world.settings.owner:
        hint = f"act for that owner: EVENTSTACK_OWNER={owner}"
        raise ConfigError(
            Fault("another owner's plan", field="owner", given=owner, allowed=world.settings.owner, hint=hint)
        )
    return plan


def _foundation(world: World, name: str, cloud: str | None) -> StackPlan:
    from eventstack.clouds import CLOUDS

    incarnation = given.next_incarnation(world.known(), _FOUNDATION, name)
    facts = world.facts(cloud or CLOUDS[0])
    return resolve_foundation(name, world.settings.owner, facts, incarnation=incarnation)


def _event(world: World, path: str | Path, foundation: str | None, profile_dirs: Sequence[Path]) -> StackPlan:
    from eventstack.automation.inputs import planned, priced
    from eventstack.models.load import read_event, read_file

    loaded, known, owner = read_event(read_file(path)), world.known(), world.settings.owner
    occurrence = loaded.model.id
    incarnation = given.next_incarnation(known, _EVENT, occurrence)
    profile, _ = planned(loaded, profile_dirs, owner, incarnation=incarnation)
    if profile.layers == "single":
        parents: tuple[Parent, ...] = ()
    else:
        standing = given.latest(known, owner, _EVENT, occurrence)
        parents = (_record(_stands_on(_lasting(world, known, standing), standing, foundation, loaded.model.cloud)),)
    return priced(planned(loaded, profile_dirs, owner, parents, incarnation=incarnation)[1])


def _record(known: Known) -> Parent:
    assert known.plan is not None
    return parent(known.plan, known.outputs or {})


def _lasting(world: World, known: Sequence[Known], event: Known) -> list[Known]:
    """The foundations that an event may stand on: none that goes with a rehearsal, unless it stands on that already."""
    stood_on = {item.stack for item in event.plan.build.parents} if event.plan and event.forgotten is None else set()
    return [
        one
        for one in known
        if one.key.project == _FOUNDATION and one.living and one.outputs is not None
        if one.key.stack in stood_on or not goes_with_its_driver(world.journal.operations(one.key))
    ]


def _stands_on(built: Sequence[Known], event: Known, name: str | None, cloud: str) -> Known:
    """The foundation of an event: the named one, else the one that it was planned on already, else the only one."""
    there = [one for one in built if one.plan and one.plan.build.cloud == cloud]
    if name is None and event.plan and event.forgotten is None:
        recorded = {item.stack for item in event.plan.build.parents if item.layer == "foundation"}
        there = [one for one in there if one.key.stack in recorded] or there
    elif name is not None:
        there = [one for one in there if name in (given.occurrence_of(one), one.key.stack, str(one.key))]
    if len(there) == 1:
        return there[0]
    raise ConfigError(_no_foundation(built, name, cloud))


def _no_foundation(built: Sequence[Known], name: str | None, cloud: str) -> Fault:
    names = ", ".join(f"{given.occurrence_of(one)} ({one.plan.build.cloud})" for one in built if one.plan)
    if name is None and names:
        what = "more than one foundation stands there: which one?"
        what = what if sum(one.plan.build.cloud == cloud for one in built if one.plan) > 1 else "no foundation there"
    else:
        what = "no foundation of that name stands there" if name else "no foundation stands here"
    return Fault(
        what,
        field="foundation",
        given=f"{name or 'none named'}, cloud {cloud}",
        allowed=names or "none is built yet",
        hint=f"name one with --foundation, or build one: eventstack up --new-foundation NAME --cloud {cloud}",
    )


def restated(world: World, path: str | Path, known: Known, profile_dirs: Sequence[Path]) -> StackPlan:
    """The plan that an event's file gives for a stack that stands, on the parents that it was built on."""
    from eventstack.automation.inputs import planned, priced
    from eventstack.models.load import read_event, read_file

    assert known.plan is not None
    build, loaded = known.plan.build, read_event(read_file(path))
    owner, incarnation = world.settings.owner, build.incarnation
    return priced(planned(loaded, profile_dirs, owner, build.parents, incarnation=incarnation)[1])
