"""What stands: the state of one stack or of all, what it gave, what its operations left, and how it is mended."""

import dataclasses
from collections.abc import Callable, Sequence
from datetime import UTC, datetime
from typing import Any

from eventstack.automation import beneath, given, notes, wanted
from eventstack.automation.background import Underway, underway
from eventstack.automation.given import Event
from eventstack.automation.interrupt import Interrupt
from eventstack.automation.life import status as told
from eventstack.automation.values import Log, Status
from eventstack.automation.world import Say, World
from eventstack.deploy import claims, reading
from eventstack.deploy.condition import Condition
from eventstack.deploy.deployer import StackState
from eventstack.deploy.forget import LOG_SUFFIXES
from eventstack.deploy.journal import Known, StackKey
from eventstack.deploy.request import REQUEST
from eventstack.errors import ConfigError, EventstackError, Fault
from eventstack.planning import naming
from eventstack.planning.plan import StackPlan
from eventstack.settings import Settings


def find(world: World, event: Event) -> Known:
    """The stack that is meant; of a file or a plan also one that was never built. Raises ConfigError."""
    if isinstance(event, StackPlan) or given.is_plan_file(event):
        plan = wanted.own(world, event if isinstance(event, StackPlan) else given.read_plan(event))
        return world.stack(StackKey.of(plan))
    if not given.is_file(event):
        return given.by_name(world.known(), str(event))
    from eventstack.models.load import load_event

    owner = world.settings.owner
    return given.latest(world.known(), owner, naming.PROJECTS["event"], load_event(event).id)


def status(event: Event, *, settings: Settings | None = None, world: World | None = None) -> Status:
    """Where a stack is in its life, in words and values; looks, and changes nothing. Raises ConfigError."""
    world = world or World(settings)
    builds = _builds(world)
    known = _begun(world, event, builds)
    return _status(world, find(world, event) if known is None else known, builds)


def stacks(*, gone: bool = False, settings: Settings | None = None, world: World | None = None) -> tuple[Status, ...]:
    """The status of every stack of this owner, foundations first; with `gone` also of those that were removed."""
    world = world or World(settings)
    everything, builds = world.known(), _builds(world)
    known = [one for one in everything if one.forgotten is None or gone]
    known += [Known(one.key) for one in builds if one.key not in {other.key for other in everything}]
    order = list(naming.PROJECTS.values())
    known.sort(key=lambda one: _place(order, one))
    return tuple(_status(world, one, builds) for one in known)


def _place(order: Sequence[str], known: Known) -> tuple[int, str, int]:
    layer = order.index(known.key.project) if known.key.project in order else 0
    return layer, given.occurrence_of(known), given.incarnation_of(known)


def outputs(
    event: Event,
    *,
    show_secrets: bool = False,
    say: Say = lambda _: None,
    settings: Settings | None = None,
    world: World | None = None,
) -> dict[str, Any]:
    """What a stack gave when it was last built; secrets read `[secret]`, unless they are asked for.

    Raises ConfigError when it has none, Final when the engine can't open its secrets.
    """
    world = world or World(settings)
    known = find(world, event)
    if not known.living or known.outputs is None or known.plan is None:
        state = "was removed" if known.forgotten else "is not built"
        raise ConfigError(
            Fault(
                f"{known.key} {state}: it has no outputs", field="EVENT", given=given.shown(event), hint="up builds it"
            )
        )
    if not show_secrets:
        return dict(known.outputs)
    return reading.outputs_in_clear(world.workspace(known.key), world.engine(say), known.plan.build)


def logs(event: Event, *, settings: Settings | None = None, world: World | None = None) -> tuple[Log, ...]:
    """The files that the operations on a stack left, oldest operation first; of one that is gone, from its records.

    Raises ConfigError for a name that nothing has.
    """
    world = world or World(settings)
    known = find(world, event)
    living = world.workspace(known.key).operations
    kept = world.settings.records / given.occurrence_of(known) / "logs" / known.key.project / known.key.stack
    place = living if living.is_dir() else kept
    if not place.is_dir():
        return ()
    folders = sorted(path for path in place.iterdir() if path.is_dir())
    return tuple(
        Log(folder.name, file)
        for folder in folders
        for file in sorted(folder.iterdir())
        if file.suffix in LOG_SUFFIXES and file.name != REQUEST
    )


def diagnose(
    event: Event, *, say: Say = lambda _: None, settings: Settings | None = None, world: World | None = None
) -> Condition:
    """A stack's condition in words, with what `recover` would do about it; changes nothing.

    Raises ConfigError for what was never built or is gone.
    """
    world = world or World(settings)
    plan = _plan(find(world, event), event)
    return beneath.explained(world, plan, world.deployer(plan.build.cloud, say).diagnose(plan))


def recover(
    event: Event,
    *,
    by: str = "",
    on_step: Callable[[str], None] = lambda _: None,
    say: Say = lambda _: None,
    settings: Settings | None = None,
    world: World | None = None,
    interrupt: Interrupt | None = None,
) -> Condition:
    """Take the steps that `diagnose` names, each told to `on_step`; the condition afterwards. Safe to repeat."""
    world, interrupt = world or World(settings), interrupt or Interrupt()
    plan = _plan(find(world, event), event)
    line: dict[str, Any] = {"what": "recover", "who": by or notes.person(), "stack": plan.build.stack}
    steps: list[str] = []

    def noted(step: str) -> None:
        interrupt.check()
        steps.append(step)
        on_step(step)

    try:
        after = world.deployer(plan.build.cloud, say, urgency="interactive").recover(plan, on_step=noted)
    except EventstackError as fault:
        notes.note(world.settings, plan.build.occurrence, {**line, "ok": False, "detail": str(fault), "steps": steps})
        raise
    notes.note(world.settings, plan.build.occurrence, {**line, "ok": after.mended, "detail": "", "steps": steps})
    return beneath.explained(world, plan, after)


def _plan(known: Known, event: Event) -> StackPlan:
    if known.plan is None or known.forgotten is not None:
        state = "it was removed and forgotten" if known.forgotten else "it was never built"
        raise ConfigError(Fault(f"there is no stack: {state}", field="EVENT", given=given.shown(event)))
    return known.plan


def _builds(world: World) -> list[Underway]:
    """The `up --no-wait` of this owner that run."""
    return [one for one in underway(world.settings) if one.verb == "up" and one.key.owner == world.settings.owner]


def _begun(world: World, event: Event, builds: Sequence[Underway]) -> Known | None:
    """The stack that an `up --no-wait` is about to make and nobody has recorded yet, if that is meant."""
    new = [Known(one.key) for one in builds if world.stack(one.key) == Known(one.key)]
    if isinstance(event, StackPlan) or not new or given.is_plan_file(event):
        return None
    if given.is_file(event):
        from eventstack.models.load import load_event

        name = load_event(event).id
        new = [one for one in new if one.key.project == naming.PROJECTS["event"]]
    else:
        name = str(event)
    return next((one for one in new if name in (given.occurrence_of(one), one.key.stack, str(one.key))), None)


def _status(world: World, known: Known, builds: Sequence[Underway]) -> Status:
    operations = world.journal.operations(known.key) if known.epoch else []
    holder = next((one for one in operations if one.intent.id == known.holder), None)
    died = holder is not None and claims.provably_dead(holder)
    if known.forgotten is not None or known.created == "no":
        seen = StackState(known.key.project, known.key.stack, "absent")
    else:
        seen = world.observe(known)
    on_air = world.on_air(known.plan) if known.plan and seen.existence != "absent" else False
    begun = next((one.pid for one in builds if one.key == known.key), None)
    stopped = bool(on_air and known.plan and known.plan.build.layer == "event" and world.stopped(known.plan))
    now = datetime.now(UTC)
    status = told(known, operations, seen, on_air=on_air, stopped=stopped, holder_died=died, now=now, begun=begun)
    return _answering(world, known, status)


def _answering(world: World, known: Known, status: Status) -> Status:
    """The status, with what does not answer of a stack that is up and that nobody works on, or below it."""
    if known.plan is None or status.state != "up" or status.running:
        return status
    said, texts = [], []
    if silence := world.silent(known.plan):
        said.append(f"{silence.text}: {beneath.remedy(status.occurrence, revivable=silence.revivable)}")
        texts.append(silence.text)
    if below := beneath.silent(world, known.plan):
        said.append(below.words)
        texts.append(below.reason)
    if not said:
        return status
    return dataclasses.replace(status, words="; ".join([*said, status.words]), silent="; ".join(texts))
