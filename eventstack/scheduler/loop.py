"""Drive one occurrence through its life: observe, decide, act, until the decision is that it is over.

The world is handed in: it says what is there and does what is decided. The loop adds only patience (waiting, retries
with growing delays) and the record of each step.
"""

from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import Protocol

from eventstack.errors import ConfigError, EventstackError, Final, NotOffered, Refused, Retryable
from eventstack.scheduler.decide import called_off, decide
from eventstack.scheduler.state import Action, Failure, Finish, Observed, Step, Wait, Wanted

LONGEST_WAIT = timedelta(milliseconds=250)
"""The loop looks again at least this often: what it waits for may come sooner than planned."""

LONGEST_DELAY = timedelta(seconds=60)
"""The longest pause between two tries of a failing step."""

DOUBLINGS = 6
"""Failures after which the pause, doubled from a second, has reached the longest."""


class World(Protocol):
    """What is there, and what can be done about it."""

    def observe(self) -> Observed:
        """Look; `failures` and `called_off` are the loop's own and are left empty."""
        ...

    def act(self, step: Step) -> None:
        """Do one step to its end; raises an `EventstackError` when it did not succeed."""
        ...


@dataclass(frozen=True)
class Taken:
    """One step as it went: `ok` or a `detail`, from `started` to `ended` (UTC).

    Of a failed one `final` says that trying again can't help, `after` how long its error asks to wait.
    """

    step: Step
    started: datetime
    ended: datetime
    ok: bool
    detail: str = ""
    final: bool = False
    after: timedelta | None = None


def run(
    wanted: Wanted,
    world: World,
    *,
    now: Callable[[], datetime],
    pause: Callable[[timedelta], None],
    on_decision: Callable[[Action, Observed], None] = lambda _action, _observed: None,
    on_taken: Callable[[Taken], None] = lambda _: None,
) -> Finish:
    """Go round until `decide` says `Finish`. `pause` sleeps at most as long as it is told and may return early."""
    failures: dict[str, Failure] = {}
    off: str | None = None
    while True:
        observed = replace(world.observe(), failures=dict(failures), called_off=off)
        moment = now()
        off = called_off(moment, wanted, observed)
        action = decide(moment, wanted, observed)
        on_decision(action, observed)
        if isinstance(action, Finish):
            return action
        if isinstance(action, Wait):
            left = action.until - moment if action.until else LONGEST_WAIT
            pause(max(timedelta(0), min(left, LONGEST_WAIT)))
            continue
        taken = _take(action, world, now)
        on_taken(taken)
        if taken.ok:
            failures.pop(action.name, None)
        else:
            failures[action.name] = after_failure(failures.get(action.name), taken)


def _take(step: Step, world: World, now: Callable[[], datetime]) -> Taken:
    started = now()
    try:
        world.act(step)
    except EventstackError as error:
        final = isinstance(error, Final | Refused | ConfigError | NotOffered)
        after = timedelta(seconds=error.after_s) if isinstance(error, Retryable) else None
        return Taken(step, started, now(), ok=False, detail=str(error), final=final, after=after)
    return Taken(step, started, now(), ok=True)


def after_failure(before: Failure | None, taken: Taken) -> Failure:
    """The history of a step with one more failure: the delay doubles from a second unless the error names it."""
    attempts = (before.attempts if before else 0) + 1
    delay = LONGEST_DELAY if attempts > DOUBLINGS else timedelta(seconds=2 ** (attempts - 1))
    detail = taken.detail.splitlines()[0] if taken.detail else ""
    return Failure(attempts, detail, taken.ended, taken.after or delay, taken.final)
