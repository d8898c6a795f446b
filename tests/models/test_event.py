"""An event's window: wall clock and zone, the two nights a year included."""

from datetime import UTC, datetime, timedelta, timezone
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pydantic import ValidationError

from eventstack.models.event import Event, Window
from eventstack.models.yaml_reader import read
from tests.models.documents import EVENT

JANUARY = datetime.fromisoformat("2020-01-01T00:00")


def event(**changes: object) -> Event:
    return Event.model_validate({**read(EVENT.encode(), "event.yaml").data, **changes})


def start(zone: str | None, text: str) -> datetime:
    return Window.model_validate({"zone": zone, "start": text}).start


def refusal(zone: str | None, text: str) -> str:
    with pytest.raises(ValidationError) as caught:
        start(zone, text)
    context = caught.value.errors()[0]["ctx"]
    return f"{context['reason']} | {context['allowed']}"


def test_a_wall_clock_time_is_in_its_zone() -> None:
    assert event().window.start == datetime(2026, 11, 22, 17, tzinfo=UTC)


def test_an_offset_says_it_without_a_zone() -> None:
    assert start(None, "2026-11-22T18:00+01:00") == start(None, "2026-11-22T17:00Z")


def test_a_zulu_time_is_an_instant_in_any_zone() -> None:
    assert start("Europe/Berlin", "2026-11-22T17:00Z") == start("Europe/Berlin", "2026-11-22T18:00")


def test_a_wall_clock_time_without_a_zone_is_refused() -> None:
    assert "without a zone" in refusal(None, "2026-11-22T18:00")


def test_a_time_that_the_clocks_jump_over_is_refused_with_its_neighbours() -> None:
    text = refusal("Europe/Berlin", "2026-03-29T02:30")
    assert "clocks go forward" in text
    assert "2026-03-29T01:30 or 2026-03-29T03:30" in text


def test_a_time_that_is_there_twice_needs_its_offset() -> None:
    assert "2026-10-25T02:30:00+02:00 or 2026-10-25T02:30:00+01:00" in refusal("Europe/Berlin", "2026-10-25T02:30")
    early, late = (start("Europe/Berlin", f"2026-10-25T02:30+0{hours}:00") for hours in (2, 1))
    assert late - early == timedelta(hours=1)


def test_an_offset_that_the_zone_does_not_have_then_is_refused() -> None:
    assert "2026-11-22T18:00:00+01:00" in refusal("Europe/Berlin", "2026-11-22T18:00+02:00")


def test_a_window_over_a_change_of_the_clocks_has_its_real_length() -> None:
    window = Window.model_validate({"zone": "Europe/Berlin", "start": "2026-10-24T22:00", "end": "2026-10-25T06:00"})
    assert window.end is not None
    assert window.end - window.start == timedelta(hours=9)


@pytest.mark.parametrize(
    "text", ["18:00", "2026-11-22", "2026-13-01T18:00", "2026-02-30T18:00", "2026-11-22T24:00", "1200-01-01T00:00"]
)
def test_what_is_no_time_is_refused(text: str) -> None:
    refusal("UTC", text)


@pytest.mark.parametrize("zone", ["Berlin", "Europe", "CEST", "../etc/passwd", "localtime", "Europe/Berln", ""])
def test_what_is_no_zone_is_refused(zone: str) -> None:
    with pytest.raises(ValidationError, match="not a time zone"):
        start(zone, "2026-11-22T18:00")


@given(
    st.integers(0, 15 * 366 * 24 * 4).map(lambda quarters: JANUARY + timedelta(minutes=15 * quarters)),
    st.sampled_from(
        ["Europe/Berlin", "America/New_York", "Australia/Lord_Howe", "Asia/Kathmandu", "Africa/Casablanca", "UTC"]
    ),
)
def test_a_local_time_is_taken_as_its_zone_shows_it_or_refused(wall: datetime, zone: str) -> None:
    text = f"{wall:%Y-%m-%dT%H:%M}"
    place = ZoneInfo(zone)
    offsets = {wall.replace(tzinfo=place, fold=fold).utcoffset() for fold in (0, 1)}
    if len(offsets) == 1:
        at = start(zone, text)
        assert at.astimezone(place).replace(tzinfo=None) == wall
        assert isinstance(at.tzinfo, timezone)
    else:
        assert "clocks go" in refusal(zone, text)


def test_an_event_survives_its_own_json() -> None:
    assert Event.model_validate_json(event().model_dump_json()) == event()


def test_an_end_may_be_left_open() -> None:
    assert event(window={"start": "2026-11-22T17:00Z"}).window.end is None


def test_a_program_may_give_instants() -> None:
    at = datetime(2026, 11, 22, 17, tzinfo=UTC)
    assert Window(start=at, end=at + timedelta(seconds=30)).start == at
