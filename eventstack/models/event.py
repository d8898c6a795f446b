"""One live broadcast as its owner describes it: when, from where, with which profile, on which cloud."""

from datetime import datetime, timedelta
from pathlib import Path
from typing import Annotated, Any, Literal

from pydantic import AfterValidator, BeforeValidator, ValidationInfo, field_validator

from eventstack.models import wall_clock
from eventstack.models.faults import unfit
from eventstack.models.references import SecretReference, SourceReference
from eventstack.models.shape import Id, Line, Shape
from eventstack.models.units import Duration

LONGEST = timedelta(hours=24)
"""An event's media labels run from its epoch and wrap after 26.5 hours; a longer broadcast is several events."""


class Window(Shape):
    """When the event is on air: half-open, from `start` until just before `end`."""

    zone: Annotated[str, BeforeValidator(wall_clock.zone)] | None = None
    """The IANA time zone that times without an offset are in, as Europe/Berlin."""

    start: datetime
    """When the programme begins, as 2026-11-22T18:00 (with a zone) or 2026-11-22T18:00+01:00."""

    end: datetime | None = None
    """When it ends; left out for an open end, which a person or the overrun rule decides."""

    @field_validator("start", "end", mode="before")
    @classmethod
    def _instant(cls, value: Any, info: ValidationInfo) -> datetime | None:
        if info.field_name == "end" and value is None:
            return None
        if "zone" not in info.data:
            # The zone has a fault of its own; any zone does to find further ones, a missing one would be said twice.
            return wall_clock.instant(value, "UTC")
        at = wall_clock.instant(value, info.data["zone"])
        start = info.data.get("start")
        if info.field_name == "end" and start is not None:
            if at <= start:
                raise unfit("the end is not after the start", allowed=f"later than {start.isoformat()}")
            if at - start > LONGEST:
                raise unfit("longer than a day", allowed="up to 24 hours", hint="make several events of it")
        return at


def _latency(value: Duration) -> Duration:
    if (value * 1000).denominator != 1 or not Duration.parse("20ms") <= value <= Duration.parse("8s"):
        raise unfit("not a latency that SRT can keep", allowed="20ms to 8s, in whole milliseconds")
    return value


class Contribution(Shape):
    """How the venue's feed reaches us."""

    protocol: Literal["srt"] = "srt"
    """The transport: srt."""

    mode: Literal["listener"] = "listener"
    """Who calls whom: as listener we wait for the venue's call."""

    latency: Annotated[Duration, AfterValidator(_latency)] = Duration("0.12")
    """The receiver's buffer, about four round trips to the venue; 20ms to 8s."""

    passphrase: SecretReference = SecretReference("generated", "")
    """Where the passphrase is found: generated (on the receiving machine), env:NAME, file:PATH, or none."""

    source: SourceReference = SourceReference("none", "")
    """A stand-in for the venue: none (a real one will call), synthetic, or file:PATH in a loop."""


class Event(Shape):
    """One live broadcast."""

    id: Id
    """What the event is called in names and addresses: lower-case letters, digits and inner hyphens, up to 48."""

    title: Line
    """What people call it, on one line."""

    window: Window
    """When it is on air: start, end and zone."""

    contribution: Contribution = Contribution()
    """How the venue's feed reaches us."""

    profile: Id
    """The name of the profile that says what is built, as talk-720p25."""

    cloud: Id
    """Where it is built, as local."""

    owner: Id | None = None
    """Whose event it is; left out for the owner of the installation that runs it."""

    def located(self, directory: Path) -> "Event":
        """The same event with relative paths taken from `directory`, that of the file it was written in."""
        feed = self.contribution
        changes = {
            name: type(reference)("file", str(directory / reference.name))
            for name, reference in (("passphrase", feed.passphrase), ("source", feed.source))
            if reference.kind == "file"
        }
        return self.model_copy(update={"contribution": feed.model_copy(update=changes)}) if changes else self
