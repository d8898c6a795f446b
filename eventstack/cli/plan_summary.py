"""A plan in five lines, for whoever reads no further: what, by when, for how much, how wholly, whether it can be built.

`eventstack plan` puts them on top; it has a clock, which a plan has not.
"""

from collections.abc import Iterator
from datetime import UTC, datetime, tzinfo

from eventstack.cli.files import count
from eventstack.cli.plan_display import lasting, moment
from eventstack.clouds import BUILT
from eventstack.cost.told import money
from eventstack.planning.plan import Estimate, StackPlan, Timeline


def summary(plan: StackPlan, zone: tzinfo | None, now: datetime) -> Iterator[tuple[str, str]]:
    """The lines of an event's plan, none for a foundation; `zone` is the event's own, UTC where it has none."""
    if plan.timeline is None:
        return
    zone = zone or UTC
    place = f"{plan.build.cloud} {plan.build.region}".rstrip()
    yield "in short", f"{plan.build.occurrence} on {place}, {_on_air(plan.timeline, zone)}"
    yield "announce by", _announce(plan, plan.timeline, zone, now)
    yield "cost", _cost(plan.cost) if plan.cost else "not estimated: the end is open"
    yield "carried", _carried(plan)
    yield "to be built", _buildable(plan)


def late(timeline: Timeline, now: datetime) -> str:
    """Why an event that does not stand yet can't be on time any more; empty while it can."""
    if timeline.on_air_until and datetime.fromisoformat(timeline.on_air_until) <= now:
        return "over"
    return "too late" if datetime.fromisoformat(timeline.announce_by) < now else ""


def _on_air(timeline: Timeline, zone: tzinfo) -> str:
    since = moment(timeline.on_air_from, zone)
    if timeline.on_air_until is None:
        return f"{since} {zone}, with an open end"
    until = moment(timeline.on_air_until, zone)
    return f"{since} to {until[11:] if until[:10] == since[:10] else until} {zone}"


def _announce(plan: StackPlan, timeline: Timeline, zone: tzinfo, now: datetime) -> str:
    at = f"{moment(timeline.announce_by, zone)} {zone}, {lasting(plan.lead_s)} before its line-up"
    match late(timeline, now):
        case "over":
            return f"{at}: the event is over"
        case "too late":
            return f"{at}: that has passed; what does not stand yet would be late"
        case _:
            return at


def _cost(estimate: Estimate) -> str:
    unpriced = [line.role for line in estimate.lines if line.gaps]
    but = f"; not wholly priced: {', '.join(unpriced)}" if unpriced else ""
    if not estimate.high:
        return f"nothing that has a price{but}"
    return f"{money(estimate.low, estimate.high)}, the CDN's share {_share(estimate)} of what has a price{but}"


def _share(estimate: Estimate) -> str:
    """The permille in per cent; what is rounded to the whole, and is not, is said as less."""
    whole, tenth = divmod(estimate.cdn_permille, 10)
    others = any(line.high for line in estimate.lines if line.role != "cdn")
    return "over 99.9 %" if whole == 100 and others else f"{whole}.{tenth} %"


def _carried(plan: StackPlan) -> str:
    left, notes = len(plan.left_out), len(plan.notes)
    said = f"all but {count(left, 'value')} that {plan.build.cloud} leaves out" if left else "all of it"
    return f"{said}; {count(notes, 'note')}" if notes else said


def _buildable(plan: StackPlan) -> str:
    if plan.build.cloud not in BUILT:
        return f"not yet: it can be planned on {plan.build.cloud}; stacks are built on {', '.join(BUILT)}"
    if plan.shares and not plan.build.parents:
        return "not yet: no foundation is chosen (--foundation NAME)"
    return "yes"
