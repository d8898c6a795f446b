"""A stack's place in its life, told from the journal and from a look at the engine's books. Pure."""

from collections.abc import Sequence
from datetime import datetime

from eventstack.automation import given
from eventstack.automation.values import State, Status, Work
from eventstack.deploy.deployer import StackState
from eventstack.deploy.journal import Known, Operation


def work(operation: Operation) -> Work:
    """An operation as the API tells it."""
    intent, outcome = operation.intent, operation.outcome or {}
    process = operation.process or intent.caller
    return Work(
        operation=intent.id,
        kind=intent.kind,
        began=intent.at,
        host=intent.host,
        pid=process.pid,
        ran=operation.session is not None,
        ended=operation.ended,
        ok=bool(outcome.get("ok")) if operation.ended else None,
        error=str(outcome.get("error") or ""),
        detail=intent.detail,
    )


def status(
    known: Known,
    operations: Sequence[Operation],
    seen: StackState,
    *,
    on_air: bool | None,
    holder_died: bool,
    now: datetime,
) -> Status:
    """Everything that is known of a stack, with its state in words."""
    told = [work(operation) for operation in operations]
    holder = next((one for one in told if one.operation == known.holder and one.ended is None), None)
    ended = [one for one in told if one.ended is not None]
    last = ended[-1] if ended else None
    failed = next((one for one in reversed(ended) if one.error and not one.ok), None)
    change = _last_change(ended)
    state = _state(known, change, seen)
    words = _words(known, state, seen, change, failed if last and not last.ok else None)
    if holder:
        words = _held(holder, died=holder_died) + f"; {words}"
    elif on_air:
        words = f"on air; {words}"
    hold = known.hold if known.hold and known.hold.holds(now) else None
    if hold:
        words += f"; on hold by {hold.person}: {hold.reason}"
    build = known.plan.build if known.plan else None
    return Status(
        stack=str(known.key),
        layer=build.layer if build else known.key.project.removeprefix("eventstack-"),
        owner=known.key.owner,
        occurrence=given.occurrence_of(known),
        incarnation=given.incarnation_of(known),
        cloud=build.cloud if build else "",
        state=state,
        words=words,
        observed=seen,
        on_air=on_air,
        running=None if holder_died else holder,
        last=last,
        last_error=failed.error if failed and last and not last.ok else "",
        build_hash=known.plan.build_hash if known.plan else "",
        parents=known.parents,
        outputs=dict(known.outputs or {}),
        evidence=known.evidence,
        hold=hold,
        forgotten=known.forgotten,
    )


def _last_change(ended: Sequence[Work]) -> Work | None:
    """The latest operation that may have changed something; one that was refused has not."""
    return next((one for one in reversed(ended) if one.kind in ("up", "destroy") and (one.ran or one.ok)), None)


def _state(known: Known, change: Work | None, seen: StackState) -> State:
    if known.forgotten is not None:
        return "gone"
    if known.created == "no":
        return "absent"
    if seen.existence == "unknown":
        return "unclear"
    if change is None:
        return "previewed"
    if change.kind == "destroy" and not seen.resources:
        return "destroyed"
    if seen.pending or not change.ok or change.kind == "destroy":
        return "unfinished"
    return "up" if seen.resources else "destroyed"


def _words(known: Known, state: State, seen: StackState, change: Work | None, failed: Work | None) -> str:
    why = f": {failed.error.splitlines()[0]}" if failed else ""
    match state:
        case "gone":
            proven = " and its evidence is clean" if (known.evidence or {}).get("clean") else ""
            return f"gone: removed and forgotten on {known.forgotten:%Y-%m-%d %H:%M:%S} UTC{proven}"
        case "absent":
            return f"not built{why}"
        case "unclear":
            doctor = f"`eventstack doctor {given.occurrence_of(known)}` says more"
            return f"it can't be told what stands: {seen.detail}; {doctor}"
        case "previewed":
            return "previewed, nothing is built"
        case "destroyed":
            return "its resources are gone, what remains is to prove that and to forget it: destroy it again"
        case "up":
            return f"up, {seen.resources} resources"
        case "unfinished":
            left = f"{seen.resources} resources stand" + (f", {seen.pending} in doubt" if seen.pending else "")
            return f"unfinished, {left}; {change.kind if change else 'up'} again to complete it{why}"


def _held(holder: Work, *, died: bool) -> str:
    who = f"{holder.kind} {holder.operation} since {holder.began:%H:%M:%S} UTC, pid {holder.pid} on {holder.host}"
    return f"an operation died: {who}; the next one takes over" if died else f"an operation runs: {who}"
