"""What the amounts of one event cost, role by role, and when keeping the same chain always on would be cheaper.

The plan's price is made here, of amounts (`quantities`) and a price table (`prices`); nothing is read or asked for.
Money is whole micro-dollars, rounded item by item, half up; what has no price is left out of the sums and said.
"""

from collections.abc import Iterable, Sequence
from fractions import Fraction
from typing import NamedTuple

from eventstack.cost.prices import HOURS_A_MONTH, INSTEAD, UNITS, Price, PriceTable, Tier
from eventstack.models.units import rational
from eventstack.planning.plan import CostLine, Estimate


class Quantity(NamedTuple):
    """An amount of one item that a role uses."""

    role: str
    item: str
    """The price table's item, as `cdn.egress`."""

    amount: Fraction
    unit: str
    """The amount's unit, one of `prices.UNITS`; the price may be for another one of the same kind."""

    why: str
    """What is counted, in words."""

    either_way: bool = False
    """Whether it costs the same where the chain is always on: viewers, and the recording."""

    uncounted: str = ""
    """Why the amount is not known; it is then a gap, whatever its price."""


class _Costed(NamedTuple):
    quantity: Quantity
    low: int
    high: int
    price: Price | None
    gap: str = ""
    """Why it has no price."""

    note: str = ""
    """Where the price stops being sure."""

    instead: str = ""
    """That another item's price was taken, for want of its own."""


class Priced(NamedTuple):
    """Amounts with their cost in micro-dollars; what many events share is priced once and kept."""

    costed: tuple[_Costed, ...]
    low: int
    high: int


def priced(quantities: Sequence[Quantity], table: PriceTable) -> Priced:
    """The cost of each amount; raises ValueError for a unit of another kind than its price's."""
    used: dict[str, tuple[int, int]] = {}
    items, costed = table.items, []
    for quantity in quantities:
        price, instead = items.get(quantity.item), ""
        if quantity.uncounted:
            costed.append(_Costed(quantity, 0, 0, price, quantity.uncounted))
            continue
        if price is None or not price.tiers:
            reason = f"{quantity.why}: {price.unknown if price else 'no sourced figure'}"
            price = items.get(INSTEAD.get(quantity.item, ""))
            if price is None or not price.tiers:
                costed.append(_Costed(quantity, 0, 0, price, reason))
                continue
            instead = f"{reason}, counted as {price.what}"
        tiers = price.tiers
        above, below = _scaled(quantity, price)
        if len(tiers) > 1:
            start, part = used.get(price.id, _NONE_USED)
            above, below = (above * part + start * below, below * part) if start else (above, below)
            used[price.id] = above, below
            low, high, note = _tiered(tiers, above, below, start, part)
        else:
            _, low_micro, high_micro, note = tiers[0]
            low = _rounded(above * low_micro, below)
            high = low if low_micro == high_micro else _rounded(above * high_micro, below)
        costed.append(_Costed(quantity, low, high, price, "", note, instead))
    return Priced(
        tuple(costed),
        sum([one.low for one in costed]),
        sum([one.high for one in costed]),
    )


def estimate(
    quantities: Sequence[Quantity], table: PriceTable, *, always_on: Sequence[Quantity] | Priced = (), hours: Fraction
) -> Estimate:
    """Price one event's amounts, and those of a month of the same chain (730 h) without viewers.

    `hours` are those on air; the quantities cover line-up and tail too, which is what always on saves.
    Tiers are counted as if the event were all of the month's traffic. Raises ValueError for hours of 0 or less and for
    an amount whose unit is of another kind than its price's.
    """
    if hours <= 0:
        raise ValueError(f"hours on air must be above 0, not {hours}")
    event = priced(quantities, table)
    month = always_on if isinstance(always_on, Priced) else priced(always_on, table)
    lines = _lines(event)
    cdn = lines[0].low + lines[0].high if lines and lines[0].role == "cdn" else 0
    total = event.low + event.high
    hours_a_month, reason = _break_even(event, month, hours)
    return Estimate(
        cloud=table.cloud,
        basis=table.basis,
        cdn_permille=_rounded(cdn * 1000, total) if total else 0,
        lines=lines,
        low=event.low,
        high=event.high,
        month_low=month.low,
        month_high=month.high,
        hours_a_month=hours_a_month,
        hours_reason=reason,
        gaps=_gaps((*event.costed, *month.costed), table),
    )


_NONE_USED = (0, 1)


def _tiered(tiers: Sequence[Tier], above: int, below: int, start: int, part: int) -> tuple[int, int, str]:
    """The cost from `start` / `part` to `above` / `below` units, and what the last tier has to say.

    `below` is a multiple of `part` where `start` is not 0.
    """
    low, high, note = _from_nothing(tiers, above, below)
    if start:
        before_low, before_high, _ = _from_nothing(tiers, start, part)
        times = below // part
        low, high = low - before_low * times, high - before_high * times
    return _rounded(low, below), _rounded(high, below), note


def _from_nothing(tiers: Sequence[Tier], above: int, below: int) -> tuple[int, int, str]:
    """The cost of `above` / `below` units from the first tier on, in micro-dollars / `below`."""
    low = high = floor = 0
    note = ""
    for tier in tiers:
        top = above if tier.up_to is None else min(above, tier.up_to * below)
        if top <= floor:
            break
        low += (top - floor) * tier.low_micro
        high += (top - floor) * tier.high_micro
        floor, note = top, tier.note
    return low, high, note


def _scaled(quantity: Quantity, price: Price) -> tuple[int, int]:
    """The amount in the price's unit, as numerator and denominator."""
    amount = quantity.amount
    if quantity.unit == price.unit:
        return amount.numerator, amount.denominator
    kind, size = UNITS[quantity.unit]
    priced_kind, priced_size = UNITS[price.unit]
    if kind != priced_kind:
        raise ValueError(f"{quantity.item} is priced by the {price.unit}, which says nothing of {quantity.unit}")
    return amount.numerator * size, amount.denominator * priced_size


def _rounded(above: int, below: int) -> int:
    return (2 * above + below) // (2 * below)


def _lines(event: Priced) -> tuple[CostLine, ...]:
    roles: dict[str, tuple[int, int, tuple[str, ...]]] = {}
    for quantity, low, high, _, gap, _, _ in event.costed:
        before_low, before_high, gaps = roles.get(quantity.role, _NOTHING)
        roles[quantity.role] = (before_low + low, before_high + high, (*gaps, gap) if gap else gaps)
    order = ["cdn", *[role for role in roles if role != "cdn"]] if "cdn" in roles else roles
    return tuple(
        [CostLine(role=role, low=low, high=high, gaps=gaps) for role in order for low, high, gaps in [roles[role]]]
    )


_NOTHING: tuple[int, int, tuple[str, ...]] = (0, 0, ())


def _break_even(event: Priced, month: Priced, hours: Fraction) -> tuple[str | None, str]:
    """Hours on air a month at which building the chain for each event costs as much as keeping it on."""
    if not month.costed:
        return None, "nothing is kept on"
    built = [one for one in event.costed if not one.quantity.either_way]
    a_month, an_event = month.low + month.high, sum([one.low + one.high for one in built])
    unpriced = any(one.gap for one in (*month.costed, *built))
    if not a_month or not an_event:
        return None, "not known: nothing that is kept on has a price" if unpriced else "none: neither costs anything"
    minutes = _rounded(a_month * hours.numerator * 60, an_event * hours.denominator)
    if minutes >= HOURS_A_MONTH * 60:
        return None, f"never: a month has {HOURS_A_MONTH} hours"
    return rational(Fraction(minutes, 60)), "without what has no price" if unpriced else ""


def _gaps(costed: Iterable[_Costed], table: PriceTable) -> tuple[str, ...]:
    gaps: dict[str, None] = {}
    elsewhere: dict[str, dict[str, None]] = {}
    for one in costed:
        for said in (one.gap, one.note, one.instead):
            if said:
                gaps[said] = None
        price = one.price
        if price and price.stands_in:
            elsewhere.setdefault(price.region, {})[price.service] = None
    for region, services in elsewhere.items():
        instead = f", not in {table.region}" if table.region else ""
        gaps[f"{' and '.join(services)}: priced as in {region}{instead}"] = None
    return tuple(gaps)
