"""What the loop knows of one occurrence, and what it can decide: plain frozen values, read by `decide`.

Nothing here says how a thing is observed or done: that is the `World` that the loop is handed.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from enum import StrEnum
from typing import Literal

Sight = Literal["absent", "present", "unknown"]
"""What looking at a stack says; `unknown` means that looking failed, and is never taken for `absent`."""


class State(StrEnum):
    """The states of an occurrence, in the order of its life; each working one may carry a failure beside it."""

    PLANNED = "planned"
    RESOLVED = "resolved"
    DEPLOYING = "deploying"
    READY = "ready"
    LINE_UP = "line-up"
    LIVE = "live"
    HELD = "held"
    ENDED = "ended"
    VERIFYING = "verifying"
    DESTROYING = "destroying"
    CLEAN = "clean"


@dataclass(frozen=True)
class Wanted:
    """What the calendar asks for, as instants in UTC.

    `on_air_until` is None for an open end. `overrun` says what reaching it does: "stay-up" waits for a human or an
    end signal, the two others end the event. `owns_parent` is true for an occurrence with a foundation of its own.
    `gate_in_a_row` good looks open the line-up; `give_up` after the planned start without them it is called off.
    """

    up_from: datetime
    line_up_from: datetime
    on_air_from: datetime
    on_air_until: datetime | None
    tail: timedelta
    overrun: Literal["stay-up", "keep-start-times", "keep-durations"] = "stay-up"
    gate_in_a_row: int = 2
    give_up: timedelta = timedelta(seconds=30)
    owns_parent: bool = False
    verify: bool = True
    teardown_tries: int | None = None
    """How often a failing teardown is tried before it is left to a sweep; None, the rule for real events: for ever."""


@dataclass(frozen=True)
class Intent:
    """What a human, or who acts for one, wants now: `end` the programme, `abort` everything, `hold` on to it."""

    kind: Literal["none", "end", "abort", "hold"] = "none"
    by: str = ""
    reason: str = ""


@dataclass(frozen=True)
class Failure:
    """What went wrong with one kind of action so far; `final` failures are not tried again."""

    attempts: int
    detail: str
    last: datetime
    after: timedelta = timedelta(seconds=1)
    final: bool = False


@dataclass(frozen=True)
class Observed:
    """What looking says at one moment.

    `started`: the chain runs; `on_air`: the public is served; both None when they can't be read: counts as on air.
    `ended`: the programme was finished, its recording closed. `ended_at` is when that was first seen.
    `good_looks` counts line-up looks without a broken hop in a row; `broken` names the first broken hop.
    `checked` holds the results of verifications by stage ("recording" before, "replay" after the stack is gone).
    `called_off` is why the event will not happen, once that was decided: it is not taken back by a stack half gone.
    `proven` says of "stack" and "parent" whether two inventories showed nothing of them.
    """

    parent: Sight = "absent"
    stack: Sight = "absent"
    resolved: bool = False
    started: bool | None = False
    on_air: bool | None = False
    ended: bool = False
    ended_at: datetime | None = None
    good_looks: int = 0
    broken: str | None = None
    called_off: str | None = None
    checked: Mapping[str, bool] = field(default_factory=dict)
    proven: Mapping[str, bool] = field(default_factory=dict)
    failures: Mapping[str, Failure] = field(default_factory=dict)
    intent: Intent = field(default_factory=Intent)


@dataclass(frozen=True)
class Wait:
    """Nothing to do before `until`, or before something changes."""

    why: str
    until: datetime | None = None
    name: str = "wait"


@dataclass(frozen=True)
class Step:
    """One thing to do now; `name` is one of `STEPS`."""

    name: str
    why: str


@dataclass(frozen=True)
class Finish:
    """The occurrence is over and nothing is left to do; `ok` says whether it went as wanted."""

    ok: bool
    why: str
    name: str = "finish"


Action = Wait | Step | Finish

STEPS: Mapping[str, State] = {
    "build-parent": State.PLANNED,
    "resolve": State.PLANNED,
    "build": State.DEPLOYING,
    "start": State.LINE_UP,
    "publish": State.LIVE,
    "stop": State.ENDED,
    "unpublish": State.ENDED,
    "verify-recording": State.VERIFYING,
    "destroy": State.DESTROYING,
    "verify-replay": State.VERIFYING,
    "destroy-parent": State.DESTROYING,
}
"""Every step, and the state that an occurrence is in while it is taken."""
