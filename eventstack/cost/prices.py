"""Price tables: dated, sourced list prices of each cloud, and the user's own in the same form.

The estimate reads nothing else. A table is YAML (`data/<cloud>.yaml`); a price is exact decimal text in US dollars and
becomes whole micro-dollars. What has no sourced price says so, and shows in every estimate that needs it.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from fractions import Fraction
from functools import cache, cached_property
from pathlib import Path
from typing import NamedTuple

from eventstack.cost.form import Entry, WrittenTable, checked
from eventstack.errors import ConfigError, Fault
from eventstack.models.faults import in_order, nearest
from eventstack.models.load import read_file
from eventstack.models.yaml_reader import Document

CLOUDS = ("aws", "azure", "gcp", "local")

HOURS_A_MONTH = 730
"""Hours that a monthly charge covers: 365 days of 24 hours in 12 months."""

UNITS: Mapping[str, tuple[str, int]] = {
    "GB": ("volume", 10**9),
    "GiB": ("volume", 2**30),
    "GB-month": ("kept volume", 10**9),
    "GiB-month": ("kept volume", 2**30),
    "hour": ("time", 1),
    "month": ("time", HOURS_A_MONTH),
    "requests": ("requests", 1),
    "10k requests": ("requests", 10**4),
}
"""What each unit measures, and how much of it one unit is: amounts and prices may differ in unit, not in kind."""

OPEN = {"encoder.": "hour", "vm.": "hour"}
"""Items beyond the shipped tables that a chain may ask for: other classes of MediaLive, other machines."""

INSTEAD = {"cdn.egress.elsewhere": "cdn.egress"}
"""Items that are counted at another one's price while they have none of their own; the estimate says so."""


class Tier(NamedTuple):
    """The price of a month's amount up to `up_to` units, counted from the tier before; None: without end."""

    up_to: int | None
    low_micro: int
    high_micro: int
    note: str = ""


@dataclass(frozen=True, eq=False, slots=True)
class Billing:
    """How a service rounds the hours of one run: up to whole steps, and never less than the minimum (hours)."""

    step: Fraction
    minimum: Fraction

    def hours(self, run: Fraction) -> Fraction:
        """The hours charged for a run of so many hours."""
        if self.step:
            steps = -(-run.numerator * self.step.denominator // (run.denominator * self.step.numerator))
            run = Fraction(steps * self.step.numerator, self.step.denominator)
        return max(run, self.minimum)


AS_RUN = Billing(Fraction(0), Fraction(0))
"""Charged for exactly the hours of a run."""


@dataclass(frozen=True, slots=True)
class Price:
    """What one item costs; micro-dollars a unit, without tiers where `unknown` says why there is no price."""

    id: str
    service: str
    what: str
    unit: str
    tiers: tuple[Tier, ...]
    unknown: str
    source: str
    date: str
    confidence: str
    region: str = ""
    """The region whose price it is; empty where the price does not depend on one."""

    elsewhere: Tier | None = None
    """The price in other regions, where one is known."""

    stands_in: bool = False
    """Whether it is used for a region whose price is not known."""

    billing: Billing = AS_RUN

    @property
    def low(self) -> Fraction | None:
        """US dollars a unit in the first tier, the lower end; None without a price."""
        return Fraction(self.tiers[0].low_micro, 10**6) if self.tiers else None

    @property
    def high(self) -> Fraction | None:
        """The same, the upper end."""
        return Fraction(self.tiers[0].high_micro, 10**6) if self.tiers else None


@dataclass(frozen=True, eq=False)
class PriceTable:
    """The prices of one cloud in one region."""

    cloud: str
    region: str
    """The region that is asked for; empty where the table has no region of its own and none was asked for."""

    machine: str
    """The kind of machine that is counted where a chain names none."""

    items: Mapping[str, Price] = field(repr=False)

    def billing(self, item: str) -> Billing:
        """How the hours of a run are charged for an item."""
        price = self.items.get(item)
        return price.billing if price else AS_RUN

    @cached_property
    def basis(self) -> str:
        """Where the prices come from and how old they are, in one line."""
        known = [price for price in self.items.values() if price.tiers]
        dates = sorted(price.date for price in known if price.confidence != "own")
        own = ["your own prices"] if len(dates) < len(known) else []
        span = [f"list prices of {dates[0]}{f' to {dates[-1]}' if dates[0] != dates[-1] else ''}"] if dates else []
        return " and ".join([*span, *own]) or "no prices"


@cache
def table(cloud: str, region: str | None = None) -> PriceTable:
    """The shipped prices of a cloud (`aws`, `azure`, `gcp`, `local`), for a region or the table's own.

    A price of another region becomes the known range for other regions, or stands in and is told as a gap.
    Raises ValueError for an unknown cloud.
    """
    if cloud not in CLOUDS:
        raise ValueError(f"no prices of {cloud!r}; known: {', '.join(CLOUDS)}")
    document = read_file(Path(__file__).parent / "data" / f"{cloud}.yaml")
    return _table(checked(document), region)


def read(path: str | Path, region: str | None = None) -> PriceTable:
    """The user's own prices over the shipped ones of the same cloud; an item left out keeps its shipped price.

    Raises ConfigError with every fault of the file: its place, what is allowed, the nearest known item.
    """
    document = read_file(path)
    written = checked(document)
    shipped = table(written.cloud, region or written.region)
    strange = (_strange(document, index, entry, shipped) for index, entry in enumerate(written.items))
    if faults := [fault for fault in strange if fault]:
        raise ConfigError(*in_order(faults))
    own = _table(written, region)
    items = {name: _over(price, shipped.items.get(name)) for name, price in own.items.items()}
    return replace(shipped, machine=own.machine or shipped.machine, items={**shipped.items, **items})


def _over(own: Price, shipped: Price | None) -> Price:
    """The user's price, with what it does not say taken from the shipped one."""
    if shipped is None:
        return own
    billing = shipped.billing if own.billing is AS_RUN else own.billing
    return replace(own, service=shipped.service, what=own.what or shipped.what, billing=billing)


def _strange(document: Document, index: int, entry: Entry, shipped: PriceTable) -> Fault | None:
    """What is wrong with an item that no estimate would ask for, or not in this unit."""
    asked = shipped.items[entry.id].unit if entry.id in shipped.items else _open_unit(entry.id)
    if asked is None:
        meant = nearest(entry.id, shipped.items)
        return document.fault(
            ("items", index, "id"),
            "no such item",
            given=entry.id,
            allowed=", ".join([*shipped.items, *(f"{prefix}…" for prefix in OPEN)]),
            hint=f"did you mean {meant}?" if meant else None,
        )
    if UNITS[asked][0] == UNITS[entry.unit][0]:
        return None
    return document.fault(
        ("items", index, "unit"),
        f"not a unit of {entry.id}",
        given=entry.unit,
        allowed=", ".join(unit for unit, (kind, _) in UNITS.items() if kind == UNITS[asked][0]),
    )


def _open_unit(item: str) -> str | None:
    return next((unit for prefix, unit in OPEN.items() if item.startswith(prefix)), None)


def _table(written: WrittenTable, region: str | None) -> PriceTable:
    wanted = region or written.region or ""
    rules = {
        rule.name: Billing(Fraction(rule.step or 0) / 3600, Fraction(rule.minimum or 0) / 3600)
        for rule in written.billing
    }
    prices = (_price(entry, written, rules) for entry in written.items)
    items = {price.id: _placed(price, wanted) for price in prices}
    return PriceTable(written.cloud, wanted, written.machine or "", items)


def _price(entry: Entry, written: WrittenTable, rules: Mapping[str, Billing]) -> Price:
    ends = entry.ends()
    tiers = tuple(Tier(tier.up_to, *(tier.ends() or (0, 0)), tier.note or "") for tier in entry.tiers)
    elsewhere = entry.elsewhere.ends() if entry.elsewhere else None
    return Price(
        id=entry.id,
        service=entry.service or entry.id,
        what=entry.what or "",
        unit=entry.unit,
        tiers=(Tier(None, *ends, entry.note or ""),) if ends else tiers,
        unknown=entry.unknown or "",
        source=entry.source or written.source,
        date=entry.date or written.date,
        confidence=entry.confidence or written.confidence,
        region=entry.region or "",
        elsewhere=Tier(None, *elsewhere) if elsewhere else None,
        billing=rules[entry.billed] if entry.billed else AS_RUN,
    )


def _placed(price: Price, region: str) -> Price:
    """The price as it is in a region: its own, the range for others, or standing in."""
    if not price.region or price.region == region:
        return price
    if price.elsewhere:
        return replace(price, tiers=(price.elsewhere,))
    return replace(price, stands_in=bool(price.tiers))
