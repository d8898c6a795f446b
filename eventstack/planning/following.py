"""Whether events that share a series leave each other room: what they share is free a turn-round after each tail."""

from collections.abc import Iterable, Iterator
from datetime import datetime, timedelta
from itertools import pairwise
from typing import NamedTuple

from eventstack.models.units import Duration
from eventstack.planning.plan import StackPlan


class Clash(NamedTuple):
    """An event whose line-up begins before what it shares is free again: by how much, and after which event."""

    occurrence: str
    after: str
    free_from: str
    line_up_from: str
    short: Duration

    @property
    def text(self) -> str:
        """The clash in words."""
        return f"its line-up begins {self.short} before what it shares with {self.after} is free"


def clashes(plans: Iterable[StackPlan]) -> Iterator[Clash]:
    """The clashes among plans, by series; an event with an open end is followed by nothing that can be told."""
    shared: dict[tuple[str, str], list[StackPlan]] = {}
    for plan in plans:
        if plan.build.series and plan.timeline:
            shared.setdefault((plan.build.cloud, plan.build.series), []).append(plan)
    for events in shared.values():
        for one, following in pairwise(sorted(events, key=_start)):
            yield from _between(one, following)


def _start(plan: StackPlan) -> datetime:
    assert plan.timeline
    return datetime.fromisoformat(plan.timeline.on_air_from)


def _between(one: StackPlan, following: StackPlan) -> Iterator[Clash]:
    line, then = one.timeline, following.timeline
    assert line
    assert then
    if line.on_air_until is None:
        return
    free = datetime.fromisoformat(line.on_air_until) + timedelta(seconds=line.tail_s + line.turn_round_s)
    line_up = datetime.fromisoformat(then.line_up_from)
    if line_up < free:
        short = Duration(int((free - line_up).total_seconds()))
        text = free.isoformat().replace("+00:00", "Z")
        yield Clash(following.build.occurrence, one.build.occurrence, text, then.line_up_from, short)
