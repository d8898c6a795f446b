"""A stack's place in its life, told from the journal and from a look at the engine's books. Pure."""

from collections.abc import Sequence
from datetime import datetime

from eventstack.automation import given
from eventstack.automation.values import State, Status, Work
from eventstack.deploy.deployer import StackState
from eventstack.deploy.journal import Known, Operation, last_change
from eventstack.planning import instants

DOING = {"up": "being built", "destroy": "being removed"}
"""What an operation that runs does to a stack."""


def work(operation: Operation) -> Work:
    """An operation as the API tells it."""
    intent, outcome = operation.intent, operation.outcome or {}
    return Work(
        operation=intent.id,
        kind=intent.kind,
        began=intent.at,
        host=intent.host,
        pid=operation.pid,
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
    stopped: bool = False,
    holder_died: bool,
    now: datetime,
    begun: int | None = None,
) -> Status:
    """Everything that is known of a stack, with its state in words.

    `begun` is the process of an `up --no-wait`; `stopped` says that what is on air was stopped and is public still.
    """
    holder = next((work(one) for one in operations if one.intent.id == known.holder and one.ended is None), None)
    running = None if holder_died else holder
    ended = [work(one) for one in operations if one.ended is not None and not one.refused]
    last = ended[-1] if ended else None
    failed = last if last and not last.ok and last.error else None
    died = holder if holder_died else None
    change = _change(operations, died)
    previewed = any(one.kind == "preview" and one.ok for one in ended)
    state = _state(known, change, seen, previewed=previewed)
    if running and _changes(running, state):
        state = "unfinished"
        words = f"{DOING[running.kind]}, {_standing(seen)}; an operation runs: {_who(running)}"
    elif running:
        words = f"{'being built; ' if begun else ''}an operation runs: {_who(running)}; "
        words += _words(known, state, seen, change, failed)
    elif died:
        words = _words(known, state, seen, change, None) + f"; its processes died: {_who(died)}"
    elif begun:
        words = "" if state == "absent" else f"; {_words(known, state, seen, change, failed)}"
        words = f"being built by process {begun}, which has just begun{words}"
    else:
        public = f"stopped, still public: `eventstack unpublish {given.occurrence_of(known)}`; "
        words = public if stopped else "on air; " if on_air else ""
        words += _words(known, state, seen, change, failed)
    hold = known.hold if known.hold and known.hold.holds(now) else None
    if hold:
        words += f"; on hold by {hold.person}: {hold.reason}"
    build = known.plan.build if known.plan else None
    removing = change is not None and change.kind == "destroy"
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
        running=running,
        last=last,
        last_error=failed.error if failed else "",
        build_hash=known.plan.build_hash if known.plan else "",
        parents=known.parents,
        outputs={} if removing or state in ("gone", "destroyed") else dict(known.outputs or {}),
        evidence=known.evidence,
        hold=hold,
        forgotten=known.forgotten,
    )


def _change(operations: Sequence[Operation], died: Work | None) -> Work | None:
    """What may have changed the stack last, whether it ended or died."""
    if died and died.ran and died.kind in DOING:
        return died
    last = last_change(operations)
    return work(last) if last else None


def _changes(running: Work, state: State) -> bool:
    """Whether an operation makes of a stack something else than its state says; what stands goes on standing."""
    if state in ("gone", "unclear"):
        return False
    return state != "up" if running.kind == "up" else running.kind == "destroy" and running.ran


def _state(known: Known, change: Work | None, seen: StackState, *, previewed: bool) -> State:
    if known.forgotten is not None:
        return "gone"
    if known.created == "no":
        return "absent"
    if seen.existence == "unknown":
        return "unclear"
    if change is None:
        return "unfinished" if seen.resources else "previewed" if previewed else "absent"
    if change.kind == "destroy" and not seen.resources:
        return "destroyed"
    if seen.pending or not change.ok or change.kind == "destroy":
        return "unfinished"
    return "up" if seen.resources else "destroyed"


def _words(known: Known, state: State, seen: StackState, change: Work | None, failed: Work | None) -> str:
    name = given.occurrence_of(known)
    why = f": {failed.error.splitlines()[0]}" if failed else ""
    match state:
        case "gone":
            proven = " and its evidence is clean" if known.proven else ""
            assert known.forgotten is not None
            return f"gone: removed and forgotten on {instants.told(known.forgotten)}{proven}"
        case "absent":
            return f"not built{why}"
        case "unclear":
            return f"it can't be told what stands: {seen.detail}; `eventstack doctor {name}` says more"
        case "previewed":
            return "previewed, nothing is built"
        case "destroyed":
            again = "it again" if change and change.kind == "destroy" else "it"
            return f"its resources are gone, what remains is to prove that and to forget it: destroy {again}"
        case "up":
            return f"up, {seen.resources} resources"
        case "unfinished":
            ended = f"; it ended with{why}" if why else ""
            return f"unfinished, {_standing(seen)}: the same `{change.kind if change else 'up'}` goes on{ended}"


def _standing(seen: StackState) -> str:
    stand = f"{seen.resources} resources stand" if seen.resources else "nothing stands"
    return stand + (f", {seen.pending} in doubt" if seen.pending else "")


def _who(one: Work) -> str:
    return f"{one.kind} {one.operation} since {one.began:%H:%M:%S} UTC, pid {one.pid} on {one.host}"
