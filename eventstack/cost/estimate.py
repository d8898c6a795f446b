"""What the amounts of one event cost, role by role, and when keeping the same chain always on would be cheaper.

The plan's price is made here, of amounts (`quantities`) and a price table (`prices`); nothing is read or asked for.
Money is whole micro-dollars, rounded item by item, half up; what has no price is left out of the sums and said.
"""

from collections.abc import Iterable, Sequence
from fractions import Fraction
from typing import NamedTuple

from eventstack.cost.prices import HOURS_A_MONTH, UNITS, Price, PriceTable, Tier
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


class _Costed(NamedTuple):
    quantity: Quantity
    low: int
    high: int
    price: Price | None
    gap: str = ""
    """Why it has no price."""

    note: str = ""
    """Where the price stops being sure."""


class Priced(NamedTuple):
    """Amounts with their cost in micro-dollars; what many events share is priced once and kept."""

    costed: tuple[_Costed, ...]
    low: int
    high: int
    items: frozenset[str]


def priced(quantities: Sequence[Quantity], table: PriceTable) -> Priced:
    """The cost of each amount; raises ValueError for a unit of another kind than its price's."""
    used: dict[str, Fraction] = {}
    items, costed = table.items, []
    for quantity in quantities:
        price = items.get(quantity.item)
        if price is None or not price.tiers:
            reason = price.unknown if price else "no sourced figure"
            costed.append(_Costed(quantity, 0, 0, price, f"{quantity.why}: {reason}"))
            continue
        tiers = price.tiers
        above, below = _scaled(quantity, price)
        if len(tiers) > 1:
            amount = Fraction(above, below)
            start = used.get(price.id)
            used[price.id] = amount + start if start else amount
            low, high, note = _tiered(tiers, amount, start)
        else:
            _, low_micro, high_micro, note = tiers[0]
            low = _rounded(above * low_micro, below)
            high = low if low_micro == high_micro else _rounded(above * high_micro, below)
        costed.append(_Costed(quantity, low, high, price, "", note))
    return Priced(
        tuple(costed),
        sum([one.low for one in costed]),
        sum([one.high for one in costed]),
        frozenset([one.quantity.item for one in costed]),
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


def _tiered(tiers: Sequence[Tier], amount: Fraction, start: Fraction | None) -> tuple[int, int, str]:
    """The cost of an amount that goes on where the item's earlier ones ended, and what the last tier has to say."""
    if not start:
        low, high, note = _from_nothing(tiers, amount.numerator, amount.denominator)
        return _rounded(low, amount.denominator), _rounded(high, amount.denominator), note
    end = start + amount
    low, high, note = _from_nothing(tiers, end.numerator, end.denominator)
    before_low, before_high, _ = _from_nothing(tiers, start.numerator, start.denominator)
    cost = Fraction(low, end.denominator) - Fraction(before_low, start.denominator)
    top_cost = Fraction(high, end.denominator) - Fraction(before_high, start.denominator)
    return _rounded(cost.numerator, cost.denominator), _rounded(top_cost.numerator, top_cost.denominator), note


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
    for quantity, low, high, _, gap, _ in event.costed:
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
    a_month = month.low + month.high
    an_event = sum([one.low + one.high for one in event.costed if one.quantity.item in month.items])
    unpriced = any(one.gap for one in month.costed)
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
        if said := one.gap or one.note:
            gaps[said] = None
        price = one.price
        if price and price.stands_in:
            elsewhere.setdefault(price.region, {})[price.service] = None
    for region, services in elsewhere.items():
        instead = f", not in {table.region}" if table.region else ""
        gaps[f"{' and '.join(services)}: priced as in {region}{instead}"] = None
    return tuple(gaps)
