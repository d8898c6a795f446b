"""The form of a price table as it is written: what a file may say, and each fault with its place.

`prices` turns it into what the estimate counts with. A price is decimal text in quotes, so that it stays exact.
"""

import re
from datetime import date
from typing import Annotated, Any, Literal, Self

from pydantic import Field, PlainValidator, StrictInt, ValidationError, model_validator

from eventstack.errors import ConfigError
from eventstack.models.faults import Rule, broken, nearest, translate, unfit
from eventstack.models.shape import Line, Shape
from eventstack.models.units import Duration
from eventstack.models.yaml_reader import Document

Unit = Literal["GB", "GiB", "GB-month", "GiB-month", "hour", "month", "10k requests"]
Confidence = Literal["documented", "secondary", "estimate", "own"]


_DOLLARS = re.compile(r"([0-9]{1,9})(?:\.([0-9]{1,6}))?")


def _micro(value: Any) -> int:
    match = _DOLLARS.fullmatch(value) if isinstance(value, str) else None
    if not match:
        raise unfit("not exact decimal text", allowed='US dollars in quotes, up to six decimals, as "0.085"')
    return int(match[1]) * 10**6 + int((match[2] or "").ljust(6, "0"))


_DAY = re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2}")


def _day(value: Any) -> str:
    if isinstance(value, str) and _DAY.fullmatch(value):
        try:
            date.fromisoformat(value)
        except ValueError:
            raise unfit("not a day of the calendar", allowed='a day that there is, as "2026-11-22"') from None
        return value
    raise unfit("not a day", allowed='year, month and day in quotes, as "2026-11-22"')


Day = Annotated[str, PlainValidator(_day)]

Dollars = Annotated[int, PlainValidator(_micro)]


class Range(Shape):
    """A price, or the two ends of one that is uncertain."""

    price: Dollars | None = None
    """The price of a unit in US dollars, in quotes, as "0.085"."""

    low: Dollars | None = None
    """The lower end of an uncertain price."""

    high: Dollars | None = None
    """The upper end of an uncertain price."""

    def ends(self) -> tuple[int, int] | None:
        """Both ends in micro-dollars; None without a price."""
        if self.price is not None:
            return self.price, self.price
        return None if self.low is None or self.high is None else (self.low, self.high)

    def misfits(self) -> list[Rule]:
        """What does not go together."""
        if self.price is not None and (self.low is not None or self.high is not None):
            return [Rule(("price",), "a price and a range", allowed="price, or low and high")]
        if (self.low is None) != (self.high is None):
            there = "high" if self.low is None else "low"
            return [Rule((there,), "one end without the other", allowed="low and high, or price")]
        if self.low is not None and self.high is not None and self.low > self.high:
            return [Rule(("low",), "above the upper end")]
        return []


class Sure(Range):
    """A price that has to be there."""

    @model_validator(mode="after")
    def _fits(self) -> Self:
        rules = self.misfits()
        if self.ends() is None and not rules:
            rules.append(Rule((), "no price", allowed="price, or low and high"))
        if rules:
            raise broken(rules)
        return self


class WrittenTier(Sure):
    """One tier of a month's amount."""

    up_to: Annotated[StrictInt, Field(gt=0)] | None = None
    """Units a month up to which the tier holds; left out in the last one."""

    note: Line | None = None
    """What an estimate that reaches the tier has to say."""


class Entry(Range):
    """One item: its price, tiers, or why there is none; where the figure comes from and how old it is."""

    id: Annotated[Line, Field(max_length=80)]
    """The item, as cdn.egress."""

    service: Line | None = None
    """The vendor's name of the service."""

    what: Line | None = None
    """What is charged."""

    unit: Unit
    """What the price is for one of."""

    tiers: tuple[WrittenTier, ...] = ()
    """Prices by a month's amount, smallest first."""

    unknown: Line | None = None
    """Why there is no price."""

    note: Line | None = None
    """What an estimate that uses the price has to say."""

    region: Line | None = None
    """The region whose price it is; left out where it does not depend on one."""

    elsewhere: Sure | None = None
    """The price in other regions."""

    billed: Line | None = None
    """The name of the billing rule that rounds its hours."""

    source: Line | None = None
    """The document that the figure was read in."""

    date: Day | None = None
    """The day of the figure, in quotes, as "2026-11-22"."""

    confidence: Confidence | None = None
    """documented by the vendor, secondary, an estimate, or your own."""

    @model_validator(mode="after")
    def _fits(self) -> Self:
        rules = self.misfits()
        ways = (self.ends() is not None, bool(self.tiers), self.unknown is not None)
        if sum(ways) != 1 and not rules:
            rules.append(
                Rule(("id",), "not exactly one kind of price", allowed="one of: price; low and high; tiers; unknown")
            )
        bounds = [tier.up_to for tier in self.tiers]
        for index, bound in enumerate(bounds):
            last = index == len(bounds) - 1
            place = ("tiers", index, "up_to") if bound is not None else ("tiers", index)
            if (bound is None) != last:
                rules.append(Rule(place, "not where the tiers end", allowed="up_to in every tier but the last"))
            elif not last and index and (bound or 0) <= (bounds[index - 1] or 0):
                rules.append(Rule(place, "not above the tier before it"))
        if rules:
            raise broken(rules)
        return self


class WrittenBilling(Shape):
    """How a service rounds the hours of a run."""

    name: Line
    """What items call it in billed."""

    step: Duration | None = None
    """Hours are rounded up to whole steps, as 1m; left out: charged as run."""

    minimum: Duration | None = None
    """The least that a run is charged for, as 10m."""

    source: Line | None = None
    """The document that says so."""


class WrittenTable(Shape):
    """A price table as it is written."""

    cloud: Literal["aws", "azure", "gcp", "local"]
    """The cloud whose prices they are."""

    region: Line | None = None
    """The region that the table is meant for."""

    machine: Line | None = None
    """The kind of machine that is counted where a chain names none."""

    source: Line
    """The document that figures were read in, unless an item says another."""

    date: Day
    """The day of the figures, in quotes, as "2026-11-22", unless an item says another."""

    confidence: Confidence = "own"
    """How far the figures are to be trusted, unless an item says otherwise."""

    billing: tuple[WrittenBilling, ...] = ()
    """Rules by which hours are rounded."""

    items: tuple[Entry, ...]
    """The prices."""

    @model_validator(mode="after")
    def _fits(self) -> Self:
        rules = []
        names = {rule.name for rule in self.billing}
        seen: set[str] = set()
        for index, entry in enumerate(self.items):
            if entry.id in seen:
                rules.append(Rule(("items", index, "id"), "an item that the table has already"))
            seen.add(entry.id)
            if entry.billed is not None and entry.billed not in names:
                meant = nearest(entry.billed, names)
                rules.append(
                    Rule(
                        ("items", index, "billed"),
                        "no such billing rule",
                        allowed=", ".join(sorted(names)) or "a rule of the table's billing",
                        hint=f"did you mean {meant}?" if meant else None,
                    )
                )
        if rules:
            raise broken(rules)
        return self


def checked(document: Document) -> WrittenTable:
    """The document as a price table; raises ConfigError with every fault."""
    try:
        return WrittenTable.model_validate(document.data)
    except ValidationError as cause:
        raise ConfigError(*translate(cause, document, WrittenTable)) from cause
