"""`destroy`: a stack's resources, the proof that they are gone, and at last its memory."""

import time
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any, TypeVar

from eventstack.automation import given, notes, wanted
from eventstack.automation.given import Event
from eventstack.automation.interrupt import Interrupt
from eventstack.automation.stacks import find
from eventstack.automation.values import Teardown
from eventstack.automation.world import Say, World
from eventstack.deploy import previewed
from eventstack.deploy.deployer import Deployer, Evidence, OnProgress, Outcome, Override
from eventstack.deploy.journal import Known
from eventstack.deploy.line import ASK_S, Urgency
from eventstack.errors import Busy, EventstackError, Final, Refused, Retryable
from eventstack.planning.plan import StackPlan
from eventstack.settings import Settings

_Answer = TypeVar("_Answer")

LOOK_AGAIN_S = 30.0
"""When two inventories that still show something are worth another look, in seconds."""

RULE = "what is destroyed is what the caller knows"
"""The promise that a changed file meets."""


def destroy(
    event: Event,
    *,
    reason: str,
    by: str = "",
    override: bool = False,
    profile_dirs: Sequence[Path] = (),
    on_progress: OnProgress = lambda _: None,
    say: Say = lambda _: None,
    settings: Settings | None = None,
    world: World | None = None,
    interrupt: Interrupt | None = None,
    urgency: Urgency = "scheduled",
    patience_s: float | None = None,
) -> Teardown:
    """Remove everything of a stack, prove it by two inventories, then forget it; what is gone already is left alone.

    It works by the plan that the journal recorded, so that no file is needed; where a file or a plan is given, it must
    be what stands. Repeated after a failure or a crash at any step, it goes on where that was.

    Args:
        event: the stack, as `given.Event` says; a foundation goes by its name.
        reason: why, for the journal, the evidence and the records.
        by: who (default: the user's name).
        override: a person's word that it may go although it is on air or on hold; `by` must name them then.
        profile_dirs: folders of profiles, where an event's file is given.
        on_progress: called for each resource that moves, from this thread.
        say: takes a line for a person, as while an engine is being built.
        settings: this installation's; from the environment unless given.
        world: everything that is touched, in a test's hands.
        interrupt: a handle to end the call with, from elsewhere.
        urgency: its place in the line of those who want an engine; an override goes first.
        patience_s: as in `up`.

    Raises:
        ConfigError: for a name that nothing has.
        Refused: on air, on hold, while a child stands on it, or when the given file is not what stands.
        Retryable: when it was interrupted, something failed, or the inventories still show something.
        Final: when a person must look first: `diagnose` says at what.
    """
    world, interrupt = world or World(settings), interrupt or Interrupt()
    if override and not by:
        raise Refused(
            "an override names the person who takes it on",
            rule="what is on air or on hold is destroyed only by a person's word",
            override="by=NAME, reason=TEXT",
        )
    known = find(world, event)
    if known.forgotten is not None or known.plan is None:
        return Teardown(str(known.key), ok=True, already=True, verdict=known.evidence)
    plan = known.plan
    _same(world, event, known, profile_dirs)
    deployer = world.deployer(plan.build.cloud, say, urgency=urgency, patience_s=patience_s)
    person = Override(by, reason) if override else None
    line: dict[str, Any] = {"what": "destroy", "who": by or notes.person(), "why": reason, "stack": plan.build.stack}
    try:
        with interrupt.reaching(deployer.cancel):
            heeding = interrupt.heeding(on_progress, deployer.cancel)
            outcome, doubt = _emptied(deployer, plan, reason, person, heeding)
            others = _Others(world, known, interrupt, world.patience_s(patience_s))
            evidence = others.wait_for(lambda: deployer.evidence(plan, override=person))
            if evidence is not None:
                _demand_clean(plan, evidence, doubt)
                others.wait_for(lambda: deployer.forget(plan))
    except EventstackError as fault:
        notes.note(world.settings, plan.build.occurrence, {**line, "ok": False, "detail": str(fault)})
        raise
    notes.note(world.settings, plan.build.occurrence, {**line, "ok": True, "detail": "destroyed, proven, forgotten"})
    verdict = world.stack(known.key).evidence
    return Teardown(str(known.key), ok=True, outcome=outcome, evidence=evidence, verdict=verdict)


def _emptied(
    deployer: Deployer, plan: StackPlan, reason: str, override: Override | None, on_progress: OnProgress
) -> tuple[Outcome | None, Final | None]:
    """Destroy the resources; a doubt that a cut-off create left is for the inventories to settle."""
    try:
        return deployer.destroy(plan, reason=reason, override=override, on_progress=on_progress), None
    except Final as doubt:
        seen = deployer.observe(plan.build.project, plan.build.stack)
        if seen.existence != "present" or not seen.pending:
            raise
        return None, doubt


class _Others:
    """Whoever destroys the same at the same time: waited for, until patience ends or they have forgotten it."""

    def __init__(self, world: World, known: Known, interrupt: Interrupt, patience_s: float) -> None:
        self._world = world
        self._known = known
        self._interrupt = interrupt
        self._end = time.monotonic() + patience_s

    def wait_for(self, step: Callable[[], _Answer]) -> _Answer | None:
        """The step's answer; None when the stack was forgotten by somebody else."""
        while True:
            self._interrupt.check()
            if self._world.stack(self._known.key).forgotten is not None:
                return None
            try:
                return step()
            except Busy:
                if time.monotonic() >= self._end:
                    raise
            time.sleep(ASK_S)


def _demand_clean(plan: StackPlan, evidence: Evidence, doubt: Final | None) -> None:
    if evidence.clean:
        return
    if doubt:
        raise doubt
    left = ", ".join(f"{found.kind} {found.identity}" for found in evidence.inventories[-1])
    if evidence.spared:
        raise Refused(
            f"{plan.build.occurrence} {evidence.spared}; of it there is still: {left or 'what the engine keeps'}",
            rule="what is on air or held is only looked at",
            override="a person may lift it by name and reason",
        )
    raise Retryable(
        f"two inventories still show {left or 'what the engine keeps'}; they stand in {evidence.path}",
        after_s=LOOK_AGAIN_S,
        stack=plan.build.stack,
        operation="destroy",
    )


def _same(world: World, event: Event, known: Known, profile_dirs: Sequence[Path]) -> None:
    """Refuse to destroy by a plan that is not what stands; a name alone means what stands, whatever it is."""
    assert known.plan is not None
    if isinstance(event, StackPlan) or given.is_plan_file(event):
        plan = event if isinstance(event, StackPlan) else given.read_plan(event)
    elif given.is_file(event):
        plan = wanted.restated(world, event, known, profile_dirs)
    else:
        return
    if plan.build_hash != known.plan.build_hash:
        raise Refused(
            f"what is given is not what stands of {known.key}: they differ in "
            f"{previewed.differing(known.plan.build, plan.build)}",
            rule=RULE,
            override=f"name it, and what stands goes: {plan.build.occurrence}",
        )
