"""From what a schedule says to an instant: wall-clock time and zone, the two nights a year included.

A time that the clocks jump over is refused; one that they show twice is refused until an offset says which is meant.
"""

import re
from datetime import UTC, date, datetime, timedelta, timezone
from typing import Any
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError, available_timezones

from eventstack.models import zone_slips
from eventstack.models.faults import unfit

ALLOWED = "2026-11-22T18:00 with a zone, or with an offset: 2026-11-22T18:00+01:00, 2026-11-22T17:00Z"

_TIME = re.compile(r"([0-9]{4}-[0-9]{2}-[0-9]{2})[T ]([0-9]{2}:[0-9]{2}(?::[0-9]{2})?)(Z|[+-][0-9]{2}:[0-9]{2})?")
_ZONE = re.compile(r"(?!Etc/)[A-Z][A-Za-z0-9_+-]*(/[A-Za-z0-9_+-]+){1,2}|(Etc/)?UTC")
"""Names of places, and UTC; the zone database's abbreviations and offsets are refused, for they follow no place."""


def zone(name: Any) -> str:
    """A name of the IANA zone database; raises a fault for anything else."""
    allowed = "a name of the IANA zone database, as Europe/Berlin or UTC"
    if not isinstance(name, str):
        raise unfit("not a time zone", allowed=allowed)
    if _exists(name):
        return name
    known = available_timezones()
    if not known:
        raise unfit("this machine has no zone database", hint="pip install tzdata")
    reason = "not a time zone that goes by its place" if name in known else "not a time zone"
    raise unfit(reason, allowed=allowed, hint=zone_slips.hint(name, known))


def _exists(name: str) -> bool:
    if not _ZONE.fullmatch(name):
        return False
    try:
        ZoneInfo(name)
    # A folder's name (Europe) surfaces as an error of the file system.
    except (ZoneInfoNotFoundError, ValueError, OSError):
        return False
    return True


def instant(value: Any, zone_name: str | None, *, within: str = "the window", day: date | None = None) -> datetime:
    """The instant that is meant, as local time with a fixed offset; raises a fault that says what is unclear.

    `within` is what the fault calls the span that lacks a zone; `day` is that of a start, for an end without one.
    """
    if isinstance(value, datetime):
        if value.tzinfo is None:
            raise unfit("a time without offset", allowed=ALLOWED)
        return _placed(value.astimezone(UTC), zone_name)
    match = _TIME.fullmatch(value) if isinstance(value, str) else None
    if not match:
        meant = _meant(value, day) if isinstance(value, str) else None
        raise unfit("not a time", allowed=ALLOWED, hint=f"did you mean {meant}?" if meant else None)
    written, clock, offset = match.groups()
    try:
        wall = datetime.fromisoformat(f"{written}T{clock}")
        shift = _offset(offset) if offset else None
    except ValueError as cause:
        raise unfit(f"no such time: {cause}", allowed=ALLOWED) from None
    if not 2000 <= wall.year < 2200:
        raise unfit("a year out of range", allowed="2000 to 2199")
    if shift is not None:
        return _checked(wall, shift, zone_name, zulu=offset == "Z")
    if zone_name is None:
        raise unfit("a wall-clock time without a zone", allowed=ALLOWED, hint=f"add a zone to {within}")
    return _local(wall, zone_name)


_LOOSE = re.compile(
    r"(?:([0-9]{4})[-/.]([0-9]{1,2})[-/.]([0-9]{1,2})|([0-9]{1,2})\.\s?([0-9]{1,2})\.\s?([0-9]{4}))?(?:,?\s*[Tt]?\s*)"
    r"([0-9]{1,2})[:.]([0-9]{2})(?::[0-9]{2})?(?:\s?(?:Uhr|h))?\s?(Z|[+-][0-9]{1,2}(?::?[0-9]{2})?)?"
)


def _meant(text: str, day: date | None) -> str | None:
    """A time that is written in another way, as `instant` takes it; one without a day is on `day`."""
    found = _LOOSE.fullmatch(text.strip())
    if not found:
        return None
    year, month, number = found.group(1, 2, 3) if found[1] else found.group(6, 5, 4)
    if not year and not day:
        return None
    shift = found[9] or ""
    if shift and shift != "Z":
        digits = shift[1:].replace(":", "")
        digits = digits.zfill(2) + "00" if len(digits) <= 2 else digits.zfill(4)
        shift = f"{shift[0]}{digits[:2]}:{digits[2:]}"
    on = f"{year}-{month:0>2}-{number:0>2}" if year else str(day)
    meant = f"{on}T{found[7]:0>2}:{found[8]}{shift}"
    try:
        datetime.fromisoformat(meant)
    except ValueError:
        return None
    return meant


def _offset(text: str) -> timedelta:
    if text == "Z":
        return timedelta()
    hours, minutes = int(text[1:3]), int(text[4:6])
    if hours > 14 or minutes > 59:
        raise ValueError("an offset beyond 14 hours")
    shift = timedelta(hours=hours, minutes=minutes)
    return -shift if text[0] == "-" else shift


def _placed(at: datetime, zone_name: str | None) -> datetime:
    """An instant with the offset that its zone has then; the offset is fixed, so that arithmetic is on instants."""
    local = at.astimezone(ZoneInfo(zone_name)) if zone_name else at
    return at.astimezone(timezone(local.utcoffset() or timedelta()))


def _checked(wall: datetime, shift: timedelta, zone_name: str | None, *, zulu: bool) -> datetime:
    at = (wall - shift).replace(tzinfo=UTC)
    placed = _placed(at, zone_name)
    if zone_name and not zulu and placed.utcoffset() != shift:
        right = sorted({_written(wall, known) for known in _offsets(wall, zone_name)})
        raise unfit(f"not the offset of {zone_name} at that time", allowed=" or ".join(right))
    return placed if zone_name else at.astimezone(timezone(shift))


def _local(wall: datetime, zone_name: str) -> datetime:
    place = ZoneInfo(zone_name)
    early, late = _offsets(wall, zone_name)
    at = wall.replace(tzinfo=place).astimezone(UTC)
    if early == late:
        return _placed(at, zone_name)
    if at.astimezone(place).replace(tzinfo=None) != wall:
        before, after = wall - (late - early), wall + (late - early)
        if before > after:
            before, after = after, before
        raise unfit(
            f"no such time in {zone_name}: the clocks go forward over it",
            allowed=f"{before:%Y-%m-%dT%H:%M} or {after:%Y-%m-%dT%H:%M}",
        )
    raise unfit(
        f"{zone_name} has this time twice: the clocks go back",
        allowed=f"{_written(wall, early)} or {_written(wall, late)}",
        hint="write the offset that is meant",
    )


def _offsets(wall: datetime, zone_name: str) -> tuple[timedelta, timedelta]:
    """The offsets before and after a change of the clocks at that time; equal on any other day."""
    place = ZoneInfo(zone_name)
    early, late = (wall.replace(tzinfo=place, fold=fold).utcoffset() for fold in (0, 1))
    return early or timedelta(), late or timedelta()


def _written(wall: datetime, shift: timedelta) -> str:
    return wall.replace(tzinfo=timezone(shift)).isoformat()
