"""Choose the next step for one occurrence: a pure, total function of the time, what is wanted and what is seen.

The order of the questions is the order of the promises: what can't be read destroys nothing; what is on air is left
alone unless a human says so; then ready on time; then nothing left.
"""

from datetime import datetime

from eventstack.scheduler.state import Action, Failure, Finish, Observed, State, Step, Wait, Wanted


def decide(now: datetime, wanted: Wanted, observed: Observed) -> Action:
    """The next action. Deterministic; never raises for any combination of its inputs."""
    if winding_down(now, wanted, observed):
        return _wind_down(now, wanted, observed)
    return _bring_up(now, wanted, observed)


def winding_down(now: datetime, wanted: Wanted, observed: Observed) -> bool:
    """Whether the occurrence is past its programme, or will have none: everything from here on takes down."""
    return (
        observed.ended
        or observed.intent.kind == "abort"
        or called_off(now, wanted, observed) is not None
        or bool(observed.proven)
    )


WAY_UP = ("build-parent", "resolve", "build", "start", "publish")
"""The steps that bring an event on air."""


def called_off(now: datetime, wanted: Wanted, observed: Observed) -> str | None:
    """Why the event can't happen, or None: a final failure on the way up, or, for too long after the planned start,
    a failure that stays or a line-up that never became good.

    An event that is on air, or whose air can't be read, or that a human holds, is never called off; one that was, and
    that a human has put on air all the same, is no longer.
    """
    if observed.called_off and not observed.on_air:
        return observed.called_off
    if observed.on_air is not False or observed.intent.kind == "hold":
        return None
    failures = [(name, observed.failures[name]) for name in WAY_UP if name in observed.failures]
    for name, failure in failures:
        if failure.final:
            return f"{name} failed for good: {failure.detail}"
    if now < wanted.on_air_from + wanted.give_up:
        return None
    if observed.started and observed.broken:
        return f"no-go: {observed.broken}"
    return next((f"no-go: {name} failed: {failure.detail}" for name, failure in failures), None)


def state(now: datetime, wanted: Wanted, observed: Observed) -> State:
    """The word for where the occurrence stands."""
    if observed.proven.get("stack") and (observed.proven.get("parent") or not wanted.owns_parent):
        return State.CLEAN
    if winding_down(now, wanted, observed):
        return State.ENDED if observed.on_air else State.DESTROYING
    if observed.intent.kind == "hold" and (observed.on_air or observed.started):
        return State.HELD
    if observed.on_air:
        return State.LIVE
    if observed.started:
        return State.LINE_UP
    if observed.stack == "present":
        return State.READY
    return State.RESOLVED if observed.resolved else State.PLANNED


def _bring_up(now: datetime, wanted: Wanted, observed: Observed) -> Action:
    if "unknown" in (observed.parent, observed.stack) or observed.started is None or observed.on_air is None:
        return Wait("what is there can't be read: nothing is changed")
    if observed.on_air:
        return _on_air(now, wanted, observed)
    if observed.intent.kind == "hold":
        return Wait(f"held by {observed.intent.by}: {observed.intent.reason}")
    if observed.intent.kind == "end" and observed.stack == "present":
        return _attempt(now, observed, "stop", f"{observed.intent.by}: {observed.intent.reason}")
    if now < wanted.up_from:
        return Wait("the stack is not needed yet", wanted.up_from)
    if observed.stack == "absent" or "build" in observed.failures:
        return _build(now, observed)
    if observed.started:
        return _line_up(now, wanted, observed)
    if now < wanted.line_up_from:
        return Wait("ready: nothing costly runs before the line-up", wanted.line_up_from)
    return _attempt(now, observed, "start", "the line-up begins")


def _build(now: datetime, observed: Observed) -> Action:
    if observed.parent == "absent" or "build-parent" in observed.failures:
        return _attempt(now, observed, "build-parent", "the event's foundation is not there")
    if not observed.resolved:
        return _attempt(now, observed, "resolve", "the foundation's addresses are known")
    return _attempt(now, observed, "build", "its line-up needs the stack")


def _line_up(now: datetime, wanted: Wanted, observed: Observed) -> Action:
    if observed.good_looks < wanted.gate_in_a_row:
        return Wait(f"line-up: {observed.broken or 'looking at every hop'}")
    if now < wanted.on_air_from:
        return Wait("line-up is good: waiting for the planned start", wanted.on_air_from)
    return _attempt(now, observed, "publish", "go: every gate is open")


def _on_air(now: datetime, wanted: Wanted, observed: Observed) -> Action:
    if observed.intent.kind == "end":
        return _attempt(now, observed, "stop", f"{observed.intent.by}: {observed.intent.reason}")
    if observed.intent.kind == "hold":
        return Wait(f"held by {observed.intent.by}: {observed.intent.reason}")
    if wanted.on_air_until and now >= wanted.on_air_until and wanted.overrun != "stay-up":
        return _attempt(now, observed, "stop", f"the planned end is reached and the overrun rule is {wanted.overrun}")
    return Wait("on air: the plan is frozen")


def _wind_down(now: datetime, wanted: Wanted, observed: Observed) -> Action:
    aborted = observed.intent.kind == "abort"
    why = f"{observed.intent.by}: {observed.intent.reason}" if aborted else called_off(now, wanted, observed)
    if observed.stack == "unknown" or observed.parent == "unknown":
        return Wait("what is there can't be read: nothing is changed")
    for step in ("unpublish", "destroy", "destroy-parent"):
        if wanted.teardown_tries and _spent(observed, step, wanted.teardown_tries):
            return Finish(ok=False, why=f"{step} failed: {observed.failures[step].detail}; what is left is for a sweep")
    if observed.stack == "present":
        return _close(now, wanted, observed, why)
    if not observed.proven.get("stack"):
        return _attempt(now, observed, "destroy", why or "nothing may be left of it, which two inventories must show")
    if _still_wants(wanted, observed, "verify-replay") and observed.parent == "present":
        return _attempt(now, observed, "verify-replay", "the recording must play without the stack")
    if wanted.owns_parent and not observed.proven.get("parent"):
        return _attempt(now, observed, "destroy-parent", why or "the foundation was this event's own")
    return Finish(*_verdict(now, wanted, observed))


def _close(now: datetime, wanted: Wanted, observed: Observed, why: str | None) -> Action:
    aborted = observed.intent.kind == "abort"
    if observed.on_air is None and not aborted:
        return Wait("whether it is on air can't be read: counts as on air")
    if observed.on_air:
        if not observed.ended and not _spent(observed, "stop"):
            return _attempt(now, observed, "stop", why or "the programme is over")
        tail_until = observed.ended_at + wanted.tail if observed.ended_at else now
        if now < tail_until and not aborted:
            return Wait("viewers behind the live edge see it to its end", tail_until)
        if not aborted or not _spent(observed, "unpublish"):
            return _attempt(now, observed, "unpublish", why or "the tail is over")
    if observed.ended and not aborted and _still_wants(wanted, observed, "verify-recording"):
        return _attempt(now, observed, "verify-recording", "nothing is destroyed before the recording is seen whole")
    return _attempt(now, observed, "destroy", why or "the programme is over and its recording is kept")


def _still_wants(wanted: Wanted, observed: Observed, step: str) -> bool:
    stage = step.removeprefix("verify-")
    return wanted.verify and observed.ended and stage not in observed.checked and not _spent(observed, step)


def _spent(observed: Observed, step: str, tries: int = 2) -> bool:
    failure = observed.failures.get(step)
    return bool(failure and (failure.final or failure.attempts >= tries))


def _attempt(now: datetime, observed: Observed, step: str, why: str) -> Action:
    failure: Failure | None = observed.failures.get(step)
    if failure and now < failure.last + failure.after:
        return Wait(f"{step} failed ({failure.detail}): trying again", failure.last + failure.after)
    return Step(step, why)


def _verdict(now: datetime, wanted: Wanted, observed: Observed) -> tuple[bool, str]:
    if observed.intent.kind == "abort":
        return False, f"aborted by {observed.intent.by}: {observed.intent.reason}"
    off = called_off(now, wanted, observed)
    if off:
        return False, off
    wrong = [f"verification of the {name} failed" for name, ok in observed.checked.items() if not ok]
    wrong += [f"{name} failed: {failure.detail}" for name, failure in observed.failures.items()]
    if wrong:
        return False, "; ".join(wrong)
    return True, "the event ran as planned and nothing of it is left"
