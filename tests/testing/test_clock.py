from datetime import UTC, datetime, timedelta

import pytest

from eventstack.testing.clock import BEGIN, FakeClock


def test_time_passes_only_when_it_is_told_to() -> None:
    clock = FakeClock()
    assert (clock.now(), clock.now(), clock.monotonic()) == (BEGIN, BEGIN, 0.0)
    clock.advance(1.5)
    clock.sleep(3)
    assert (clock.now() - BEGIN, clock.monotonic(), clock.slept) == (timedelta(seconds=4.5), 4.5, [3])
    assert clock.now().tzinfo is UTC


def test_a_step_moves_the_wall_clock_alone() -> None:
    clock = FakeClock(datetime.fromisoformat("2026-11-22T18:00:00+01:00"))
    clock.step(-3600)
    assert (clock.now(), clock.monotonic()) == (datetime(2026, 11, 22, 16, tzinfo=UTC), 0.0)
    assert clock.time() == clock.now().timestamp()


def test_it_refuses_what_no_clock_does() -> None:
    with pytest.raises(ValueError, match="backwards"):
        FakeClock().advance(-1)
    with pytest.raises(ValueError, match="time zone"):
        FakeClock(datetime(2026, 11, 22))  # noqa: DTZ001


async def test_a_pause_takes_no_time() -> None:
    clock = FakeClock()
    await clock.pause(3600)
    assert (clock.monotonic(), clock.slept) == (3600, [3600])
