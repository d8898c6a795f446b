from datetime import UTC, datetime, timedelta
from fractions import Fraction

import pytest
from hypothesis import given
from hypothesis import strategies as st

from eventstack.media.grid import Grid, rfc3339
from eventstack.planning.parts import Segment

EPOCH = "2026-11-22T18:00:00Z"
SEGMENT = Segment(duration="48/25", timescale=90000, ticks=172800)
GRID = Grid.of(EPOCH, SEGMENT)

numbers = st.integers(0, 10**6)
durations = st.sampled_from([Fraction(48, 25), Fraction(24, 25), Fraction(32, 15), Fraction(8, 3)])


def test_a_cell_of_48_pictures_holds_90_audio_frames() -> None:
    assert GRID.pictures("25") == 48
    assert GRID.audio_frames(48000) == 90
    assert GRID.ticks(1, 90000) == 172800


@pytest.mark.parametrize("frame_rate", ["24000/1001", "30000/1001", "30"])
def test_a_frame_rate_that_does_not_fill_a_cell_is_refused(frame_rate: str) -> None:
    with pytest.raises(ValueError, match="not a whole number"):
        GRID.pictures(frame_rate)


def test_a_segment_whose_ticks_contradict_its_duration_is_refused() -> None:
    with pytest.raises(ValueError, match="172800 ticks"):
        Grid.of(EPOCH, Segment(duration="2", timescale=90000, ticks=172800))


def test_an_epoch_without_a_time_zone_is_refused() -> None:
    with pytest.raises(ValueError, match="time zone"):
        Grid.of("2026-11-22T18:00:00", SEGMENT)


@given(number=numbers, duration=durations, timescale=st.sampled_from([90000, 48000, 12800, 600]))
def test_a_cell_is_found_by_its_start_in_any_timescale(number: int, duration: Fraction, timescale: int) -> None:
    grid = Grid(GRID.epoch, duration)
    start = number * duration * timescale
    if start.denominator == 1:
        assert grid.cell(int(start), timescale) == number
        if (duration * timescale).denominator == 1:
            assert grid.cell(int(start) + 1, timescale) is None


@given(first=numbers, length=st.integers(0, 10**10), lag_ms=st.integers(0, 10_000))
def test_two_marks_span_the_time_between_them_within_one_cell(first: int, length: int, lag_ms: int) -> None:
    lag = Fraction(lag_ms, 1000)
    start = GRID.instant(first, lag) + timedelta(microseconds=length % 1_920_000)
    end = start + timedelta(microseconds=length)
    cells = GRID.boundary(end, lag) - GRID.boundary(start, lag)
    assert abs(cells * GRID.duration - Fraction(length, 1_000_000)) <= GRID.duration


@given(number=numbers, lag_ms=st.integers(0, 10_000))
def test_the_nearest_boundary_of_a_cells_own_beginning_is_the_cell(number: int, lag_ms: int) -> None:
    lag = Fraction(lag_ms, 1000)
    assert GRID.boundary(GRID.instant(number, lag), lag) == number


def test_instants_are_written_to_the_nearest_millisecond() -> None:
    assert rfc3339(GRID.instant(1)) == "2026-11-22T18:00:01.920Z"
    assert rfc3339(datetime(2026, 11, 22, 18, 0, 59, 999_600, UTC)) == "2026-11-22T18:01:00.000Z"
