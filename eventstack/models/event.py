"""One live broadcast as its owner describes it: when, from where, for whom, with which profile, on which cloud."""

import os
from collections.abc import Mapping
from datetime import datetime, timedelta, tzinfo
from fractions import Fraction
from pathlib import Path
from typing import Annotated, Any, ClassVar, Literal, Self
from zoneinfo import ZoneInfo

from pydantic import AfterValidator, BeforeValidator, Field, ValidationInfo, field_validator, model_validator

from eventstack.models import wall_clock
from eventstack.models.faults import Rule, broken, twice, unfit
from eventstack.models.feed import Contribution
from eventstack.models.quoting import secretive
from eventstack.models.shape import Country, Id, Jurisdiction, Line, Shape, WholeSeconds
from eventstack.models.units import Duration, Share

LONGEST = timedelta(hours=24)
"""An event's media labels run from its epoch and wrap after 26.5 hours; a longer broadcast is several events."""


class Span(Shape):
    """A time from `start` until just before `end`."""

    longest: ClassVar[timedelta] = timedelta(days=400)
    called: ClassVar[str] = "the window"
    beyond: ClassVar[str] = "no span of an event is that long"

    zone: Annotated[str, BeforeValidator(wall_clock.zone)] | None = Field(
        default=None, examples=["Europe/Berlin", "UTC"]
    )
    """The IANA time zone that times without an offset are in, as Europe/Berlin."""

    start: datetime = Field(examples=["2027-11-22T18:00", "2027-11-22T18:00+01:00"])
    """When it begins, as 2026-11-22T18:00 (with a zone) or 2026-11-22T18:00+01:00."""

    end: datetime | None = Field(default=None, examples=["2027-11-22T19:30"])
    """When it ends."""

    @property
    def clocks(self) -> tzinfo | None:
        """The wall clocks that its times are read on: those of its zone, or the offset that was written."""
        return ZoneInfo(self.zone) if self.zone else self.start.tzinfo

    @field_validator("start", "end", mode="before")
    @classmethod
    def _instant(cls, value: Any, info: ValidationInfo) -> datetime | None:
        if info.field_name == "end" and value is None:
            return None
        if "zone" not in info.data:
            # The zone has a fault of its own; any zone does to find further ones, a missing one would be said twice.
            start = info.data.get("start")
            return wall_clock.instant(value, "UTC", day=start and start.date())
        start = info.data.get("start")
        at = wall_clock.instant(value, info.data["zone"], within=cls.called, day=start and start.date())
        if info.field_name == "end" and start is not None:
            if at <= start:
                raise unfit("the end is not after the start", allowed=f"later than {start.isoformat()}")
            if at - start > cls.longest:
                raise unfit(
                    "longer than a day" if cls.longest == LONGEST else "too long",
                    allowed=_hours(cls.longest),
                    hint=cls.beyond,
                )
        return at


def _hours(span: timedelta) -> str:
    return f"up to {span // timedelta(hours=1)} hours"


class Window(Span):
    """When the event is on air: half-open, from `start` until just before `end`."""

    longest = LONGEST
    beyond = "make several events of it"

    start: datetime = Field(examples=["2027-11-22T18:00", "2027-11-22T18:00+01:00"])
    """When the programme begins, as 2026-11-22T18:00 (with a zone) or 2026-11-22T18:00+01:00."""

    end: datetime | None = Field(default=None, examples=["2027-11-22T19:30"])
    """When it ends; left out for an open end, which a person or the overrun rule decides."""


class Blackout(Span):
    """A time during which some territories may not see the event."""

    called = "the blackout, as the window has one"

    territories: Annotated[tuple[Country, ...], Field(min_length=1)] = Field(examples=[["DE", "AT"]])
    """Where it is not shown: countries as ISO 3166-1 has them, as [DE, AT]."""

    start: datetime = Field(examples=["2027-11-22T18:00"])
    """From when on nothing is shown there, as 2026-11-22T18:00 (with a zone) or 2026-11-22T18:00+01:00."""

    end: datetime | None = Field(default=None, examples=["2027-11-22T20:00"])
    """Until when; a blackout has an end."""


class Rights(Shape):
    """Who may see it, where and when."""

    territories: Annotated[tuple[Country, ...], Field(min_length=1)] | None = Field(
        default=None, examples=[["DE", "AT", "CH"]]
    )
    """The only countries in which it may be seen, as [DE, AT, CH]; left out: everywhere."""

    except_in: tuple[Country, ...] = Field(default=(), examples=[["US"]])
    """Countries in which it may not be seen."""

    blackouts: Annotated[tuple[Blackout, ...], Field(max_length=50)] = ()
    """Times during which some territories see nothing."""

    @model_validator(mode="after")
    def _rules(self) -> Self:
        found = [*twice(("territories",), self.territories or ()), *twice(("except_in",), self.except_in)]
        allowed = frozenset(self.territories or ())
        found += [
            Rule(("except_in", index), "a territory that is allowed and excluded", hint="remove it from one of the two")
            for index, country in enumerate(self.except_in)
            if country in allowed
        ]
        found += [
            Rule(("blackouts", index, "end"), "a blackout without an end", "a time", "add a line end: …")
            for index, blackout in enumerate(self.blackouts)
            if blackout.end is None
        ]
        if found:
            raise broken(found)
        return self


class Audience(Shape):
    """Who is expected to look: it sizes the chain, chooses the region and makes up most of the cost."""

    expected: Annotated[int, Field(ge=0, le=1_000_000_000, strict=True)] = Field(examples=[20_000])
    """Viewers at one time, on average over the programme."""

    peak: Annotated[int, Field(ge=0, le=1_000_000_000, strict=True)] | None = Field(default=None, examples=[50_000])
    """Viewers at the busiest moment; left out: as many as expected."""

    ramp: WholeSeconds = Field(default=Duration(300), examples=["5m", "10m"])
    """How long it takes from the first viewer to the expected number, as 5m."""

    countries: dict[Country, Share] = Field(default={}, examples=[{"DE": "70%", "AT": "20%", "CH": "10%"}])
    """Where they are, as {DE: 70%, AT: 20%}; the rest, up to 100%, is anywhere."""

    @model_validator(mode="after")
    def _rules(self) -> Self:
        found = []
        if self.peak is not None and self.peak < self.expected:
            found.append(Rule(("peak",), "fewer at the peak than on average", f"{self.expected} or more"))
        if not 0 < self.ramp <= 86_400:
            found.append(Rule(("ramp",), "no time for anybody to come, or more than a day", "more than 0s, up to 24h"))
        total = sum(self.countries.values(), Fraction(0))
        if total > 1:
            found.append(Rule(("countries",), f"{float(total * 100):g}% together", "up to 100%"))
        if found:
            raise broken(found)
        return self


class Placement(Shape):
    """Where it may be built, when no region is named: the one nearest to its viewers that the rule allows."""

    within: Annotated[tuple[Jurisdiction, ...], Field(min_length=1)] | None = Field(
        default=None, examples=[["EU"], ["DE", "FR"]]
    )
    """Where data may lie: countries (DE) and jurisdictions (EU, EEA), as [EU, CH]."""

    near: Country | None = Field(default=None, examples=["DE"])
    """A country to be near to, instead of the audience."""


class Contact(Shape):
    """Whom to call."""

    name: Line
    """Who it is."""

    role: Line | None = Field(default=None, examples=["producer", "venue", "rights"])
    """What they do for this event, as producer."""

    phone: Annotated[str, Field(pattern=r"^\+[0-9][0-9 ()/-]{4,24}$")] | None = Field(
        default=None, examples=["+49 30 1234567"]
    )
    """A number with its country's code, as +49 30 1234567."""

    email: Annotated[str, Field(pattern=r"^[^@\s]{1,64}@[^@\s.]+(\.[^@\s.]+)+$")] | None = Field(
        default=None, examples=["desk@example.org"]
    )
    """An address, as desk@example.org."""

    @model_validator(mode="after")
    def _rules(self) -> Self:
        if self.phone is None and self.email is None:
            raise broken(
                [Rule(("name",), "no way to reach them", "a phone or an email", "add a line phone: … or email: …")]
            )
        return self


def _label(key: str) -> str:
    if key.startswith("eventstack"):
        raise unfit("a name that our own tags have", allowed="another name")
    if secretive(key):
        raise unfit("a secret's name: labels stand in plans and records", allowed="another name", hint="remove it")
    return key


LabelKey = Annotated[str, Field(pattern=r"^[a-z][a-z0-9_-]{0,62}$"), AfterValidator(_label)]


class Event(Shape):
    """One live broadcast."""

    id: Id = Field(examples=["cup-final-2027", "founders-talk"])
    """What the event is called in names and addresses: lower-case letters, digits and inner hyphens, up to 48."""

    title: Line = Field(examples=["Cup final", "Founders' talk"])
    """What people call it, on one line."""

    window: Window
    """When it is on air: start, end and zone."""

    contribution: Contribution = Contribution()
    """How the venue's feed reaches us."""

    audience: Audience | None = None
    """Who is expected to look: expected, peak, ramp, countries. Left out: nothing is sized or priced by viewers."""

    profile: Id = Field(examples=["sports-1080p50", "talk-720p25"])
    """The name of the profile that says what is built, as talk-720p25."""

    overrides: dict[str, Any] = Field(default={}, examples=[{"timing": {"line_up": "30m"}}])
    """Values of the profile that are others for this event, written as in the profile."""

    cloud: Id = Field(examples=["local", "aws", "azure", "gcp"])
    """Where it is built: local, aws, azure or gcp."""

    region: Annotated[str, Field(pattern=r"^[a-z][a-z0-9-]{1,40}$")] | None = Field(
        default=None, examples=["eu-central-1"]
    )
    """The cloud's region, as eu-central-1. Left out: chosen by placement and audience."""

    placement: Placement = Placement()
    """How a region is chosen: within (where data may lie), near (a country)."""

    rights: Rights = Rights()
    """Who may see it: territories, except_in, blackouts."""

    importance: Literal["low", "normal", "high", "critical"] = "normal"
    """How much depends on it: who goes first when not everything can."""

    series: Id | None = Field(default=None, examples=["season-2027"])
    """The series that it belongs to: events of one series share that layer."""

    owner: Id | None = Field(default=None, examples=["sports"])
    """Whose event it is; left out for the owner of the installation that runs it."""

    contacts: Annotated[tuple[Contact, ...], Field(max_length=20)] = ()
    """Whom to call: name, role, phone, email."""

    labels: Annotated[dict[LabelKey, Line], Field(max_length=20)] = Field(
        default={}, examples=[{"department": "sports"}]
    )
    """Words of your own, as {department: sports}; they stand in the plan and in records."""

    @model_validator(mode="after")
    def _rules(self) -> Self:
        if found := self.broken_by({"region": self.region, "placement": {"near": self.placement.near}}):
            raise broken(found)
        return self

    @classmethod
    def broken_by(cls, data: Mapping[str, Any]) -> list[Rule]:
        """The rules across fields that a document breaks, whatever else is wrong with it."""
        placement = data.get("placement")
        if data.get("region") is None or not isinstance(placement, dict) or placement.get("near") is None:
            return []
        return [Rule(("placement", "near"), "a region is named already", hint="leave out one of the two")]

    def located(self, directory: Path) -> "Event":
        """The same event with relative paths taken from `directory`, that of the file it was written in."""
        feed = self.contribution
        changes: dict[str, Any] = {
            name: type(reference)("file", os.path.normpath(directory / reference.name))
            for name, reference in (("passphrase", feed.passphrase), ("source", feed.source))
            if reference is not None and reference.kind == "file"
        }
        backup = feed.backup
        if backup and backup.passphrase and backup.passphrase.kind == "file":
            path = type(backup.passphrase)("file", os.path.normpath(directory / backup.passphrase.name))
            changes["backup"] = backup.model_copy(update={"passphrase": path})
        return self.model_copy(update={"contribution": feed.model_copy(update=changes)}) if changes else self
