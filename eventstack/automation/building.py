"""`preview` and `up`: what would be built, and its building, exactly as it was previewed."""

from collections.abc import Sequence
from datetime import UTC, datetime, timedelta
from pathlib import Path

from eventstack.automation import beneath, notes, wanted
from eventstack.automation.given import Event
from eventstack.automation.interrupt import Interrupt
from eventstack.automation.world import Say, World
from eventstack.deploy import previewed
from eventstack.deploy.deployer import Deployer, OnProgress, Outcome
from eventstack.deploy.journal import StackKey
from eventstack.deploy.line import Urgency
from eventstack.errors import EventstackError, Refused
from eventstack.node.timeline import LONGEST
from eventstack.planning.plan import StackPlan, sha256
from eventstack.settings import Settings


def preview(
    event: Event | None = None,
    *,
    new_foundation: str | None = None,
    cloud: str | None = None,
    foundation: str | None = None,
    profile_dirs: Sequence[Path] = (),
    on_progress: OnProgress = lambda _: None,
    say: Say = lambda _: None,
    settings: Settings | None = None,
    world: World | None = None,
    interrupt: Interrupt | None = None,
    urgency: Urgency = "scheduled",
    patience_s: float | None = None,
) -> Outcome:
    """Say what `up` would do, and keep the engine's saved plan for it; nothing is built.

    Args:
        event: what to build, as `given.Event` says; None for a foundation.
        new_foundation: the name of a foundation to be built instead.
        cloud: where the foundation is built (default: the first one).
        foundation: the name of the foundation to stand on, where more than one stands.
        profile_dirs: folders of profiles, before those beside the event and the shipped ones.
        on_progress: called for each resource that moves, from this thread.
        say: takes a line for a person, as while an engine is being built.
        settings: this installation's; from the environment unless given.
        world: everything that is touched, in a test's hands.
        interrupt: a handle to end the call with, from elsewhere.
        urgency: its place in the line of those who want an engine.
        patience_s: how long to wait in that line, and to follow somebody else's operation on the stack, before Busy is
            raised; 0 for at once (default: as long as an operation may take).

    The outcome's `build_hash` is what `up(build_hash=…)` takes.
    Raises ConfigError, NotOffered and Refused before anything is touched, Retryable and Final after.
    """
    world = world or World(settings)
    plan = wanted.plan_of(
        world, event, foundation=foundation, new_foundation=new_foundation, cloud=cloud, profile_dirs=profile_dirs
    )
    _warn(plan, say)
    deployer = world.deployer(plan.build.cloud, say, urgency=urgency, patience_s=patience_s)
    return _previewed(deployer, plan, on_progress, interrupt or Interrupt())


def up(
    event: Event | None = None,
    *,
    new_foundation: str | None = None,
    cloud: str | None = None,
    foundation: str | None = None,
    build_hash: str | None = None,
    profile_dirs: Sequence[Path] = (),
    by: str = "",
    on_progress: OnProgress = lambda _: None,
    say: Say = lambda _: None,
    settings: Settings | None = None,
    world: World | None = None,
    interrupt: Interrupt | None = None,
    urgency: Urgency = "scheduled",
    patience_s: float | None = None,
) -> Outcome:
    """Make the stack of an event, or of a foundation, stand as it is described; what stands so already is left alone.

    It is previewed first, unless exactly this build was. With `build_hash` only that build may run: where something
    else has become of it, the refusal says what differs. An occurrence whose last stack was removed is built as its
    next incarnation. Where somebody else builds the same already, their work is followed. `by` stands beside the
    event's records (default: the user's name); the rest is as in `preview`.
    Raises ConfigError, NotOffered and Refused before anything is touched, Retryable and Final after; all of them leave
    it to a repeated call to complete the work.
    """
    world, interrupt = world or World(settings), interrupt or Interrupt()
    plan = wanted.plan_of(
        world, event, foundation=foundation, new_foundation=new_foundation, cloud=cloud, profile_dirs=profile_dirs
    )
    folder = world.workspace(StackKey.of(plan)).previewed
    if build_hash is not None and build_hash != plan.build_hash:
        raise _other_build(plan, build_hash, previewed.kept(folder))
    _warn(plan, say)
    deployer = world.deployer(plan.build.cloud, say, urgency=urgency, patience_s=patience_s)
    line = {"what": "up", "who": by or notes.person(), "stack": plan.build.stack, "build_hash": plan.build_hash}
    try:
        beneath.check(world, plan)
        if not _is_previewed(folder, plan):
            _previewed(deployer, plan, on_progress, interrupt)
        with interrupt.reaching(deployer.cancel):
            heeding = interrupt.heeding(on_progress, deployer.cancel)
            outcome = deployer.up(plan, build_hash=plan.build_hash, on_progress=heeding)
    except EventstackError as fault:
        notes.note(world.settings, plan.build.occurrence, {**line, "ok": False, "detail": str(fault)})
        raise
    notes.note(world.settings, plan.build.occurrence, {**line, "ok": True, "detail": _changes(outcome)})
    return outcome


def _warn(plan: StackPlan, say: Say) -> None:
    """Say that an event's window is over: what is built may wait for a start that never comes."""
    until = plan.timeline.on_air_until if plan.timeline else None
    now = datetime.now(UTC)
    if until is None or now < datetime.fromisoformat(until):
        return
    last = datetime.fromisoformat(plan.build.epoch) + timedelta(seconds=float(LONGEST))
    start = f"it can be started until {last:%Y-%m-%d %H:%M} UTC" if now < last else "it can't be started any more"
    say(
        f"the window of {plan.build.occurrence} was over on {until}, and {start}; "
        "to have it again, give its file a window that is ahead"
    )


def _previewed(deployer: Deployer, plan: StackPlan, on_progress: OnProgress, interrupt: Interrupt) -> Outcome:
    with interrupt.reaching(deployer.cancel):
        return deployer.preview(plan, interrupt.heeding(on_progress, deployer.cancel))


def _is_previewed(folder: Path, plan: StackPlan) -> bool:
    kept = previewed.kept(folder)
    return kept is not None and kept.build_hash == plan.build_hash == sha256(kept.build)


def _other_build(plan: StackPlan, build_hash: str, kept: previewed.Previewed | None) -> Refused:
    if kept is not None and kept.build_hash == build_hash:
        differs = f"; it differs in: {previewed.differing(kept.build, plan.build)}"
    else:
        differs = "; what had that hash is not kept here, so that it can't be said what differs"
    return Refused(
        f"the build of {plan.build.stack} is {plan.build_hash}, not {build_hash}{differs}",
        rule=previewed.RULE,
        override="preview it again, and name the hash that it shows",
    )


def _changes(outcome: Outcome) -> str:
    return ", ".join(f"{count} {op}" for op, count in sorted(outcome.changes.items()))
