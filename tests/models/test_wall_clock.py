"""Every change of every clock: a wall time that is none, one that is there twice, and all the others around them."""

from datetime import UTC, datetime, timedelta
from typing import NamedTuple
from zoneinfo import ZoneInfo, available_timezones

import pytest
from pydantic import ValidationError
from pydantic_core import PydanticCustomError

from eventstack.models import wall_clock
from eventstack.models.event import Window

SINCE, UNTIL = datetime(2026, 1, 1, tzinfo=UTC), datetime(2028, 1, 1, tzinfo=UTC)
MINUTE = timedelta(minutes=1)


class Turn(NamedTuple):
    """One change of the clocks of a zone: the first instant after it, and the offsets before and after."""

    zone: str
    at: datetime
    before: timedelta
    after: timedelta

    def wall(self, offset: timedelta, since: timedelta) -> datetime:
        """What a clock of that offset shows so long after the change."""
        return (self.at + offset + since).replace(tzinfo=None)


def turns(zone: str) -> list[Turn]:
    """The changes of two years, found by halving each week in which the offset is another at the end."""
    place, found = ZoneInfo(zone), []
    for week in range((UNTIL - SINCE).days // 7 + 1):
        low, high = SINCE + timedelta(days=7 * week), SINCE + timedelta(days=7 * week + 7)
        before, after = _offset(low, place), _offset(high, place)
        if before == after:
            continue
        while high - low > MINUTE:
            middle = low + (high - low) // (2 * MINUTE) * MINUTE
            low, high = (middle, high) if _offset(middle, place) == before else (low, middle)
        found.append(Turn(zone, high, before, after))
    return found


def _offset(at: datetime, place: ZoneInfo) -> timedelta:
    return at.astimezone(place).utcoffset() or timedelta()


ZONES = sorted(zone for zone in available_timezones() if zone[0].isupper() and zone != "Factory")
TURNS = [turn for zone in ZONES for turn in turns(zone)]


def test_there_are_many_changes() -> None:
    assert len(ZONES) > 400
    assert len({turn.zone for turn in TURNS}) > 100
    assert {turn.after > turn.before for turn in TURNS} == {True, False}


def said(wall: datetime) -> str:
    return f"{wall:%Y-%m-%dT%H:%M}"


def refused(wall: str, zone: str) -> str:
    with pytest.raises(PydanticCustomError) as caught:
        wall_clock.instant(wall, zone)
    context = caught.value.context or {}
    return f"{context['reason']} | {context['allowed']}"


def test_a_wall_time_in_a_gap_is_refused_everywhere() -> None:
    for turn in TURNS:
        if turn.after <= turn.before:
            continue
        for since in (timedelta(), turn.after - turn.before - MINUTE):
            text = refused(said(turn.wall(turn.before, since)), turn.zone)
            assert "the clocks go forward" in text, turn
            for offered in text.split(" | ")[1].split(" or "):
                wall_clock.instant(offered, turn.zone)


def test_a_wall_time_that_is_there_twice_needs_its_offset_everywhere() -> None:
    for turn in TURNS:
        if turn.after >= turn.before:
            continue
        for since in (timedelta(), turn.before - turn.after - MINUTE):
            wall = turn.wall(turn.after, since)
            text = refused(said(wall), turn.zone)
            assert "the clocks go back" in text, turn
            early, late = (wall_clock.instant(offered, turn.zone) for offered in text.split(" | ")[1].split(" or "))
            assert late - early == turn.before - turn.after, turn
            assert late == turn.at + since, turn


def test_the_minutes_around_a_change_are_the_right_instants_everywhere() -> None:
    for turn in TURNS:
        gap = max(turn.after, turn.before) - min(turn.after, turn.before)
        last, first = (-MINUTE, timedelta()) if turn.after > turn.before else (-gap - MINUTE, gap)
        assert wall_clock.instant(said(turn.wall(turn.before, last)), turn.zone) == turn.at + last, turn
        assert wall_clock.instant(said(turn.wall(turn.after, first)), turn.zone) == turn.at + first, turn


def test_an_offset_that_no_clock_there_shows_is_refused_everywhere() -> None:
    for turn in TURNS:
        wall = (turn.at + turn.after + timedelta(days=1)).replace(tzinfo=None)
        hours, minutes = divmod(int((turn.after + timedelta(minutes=15)).total_seconds()) // 60, 60)
        text = f"{said(wall)}{'+' if hours >= 0 else '-'}{abs(hours):02d}:{minutes:02d}"
        if hours < 0:
            continue
        assert "not the offset of" in refused(text, turn.zone), turn


def test_a_program_gives_instants_and_no_wall_times() -> None:
    with pytest.raises(ValidationError, match="a time without offset"):
        Window.model_validate({"start": datetime(2027, 5, 22, 20, 0)})  # noqa: DTZ001 - the fault that is meant
