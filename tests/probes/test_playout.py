"""The buffer of a player, by the clock."""

from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from eventstack.probes.playout import Playout

T0 = datetime(2026, 11, 22, tzinfo=UTC)


def at(seconds: float) -> datetime:
    return T0 + timedelta(seconds=seconds)


def test_it_waits_for_three_segments_before_the_picture_moves() -> None:
    playout = Playout(segment_s=2)
    playout.advance(at(0))
    playout.arrive(4)
    assert not playout.playing
    playout.arrive(6)
    assert playout.playing
    assert playout.stalls == 0


def test_a_buffer_run_dry_is_one_stall_until_media_come() -> None:
    playout = Playout(segment_s=2)
    playout.advance(at(0))
    playout.arrive(6)
    playout.advance(at(8))
    assert not playout.playing
    playout.advance(at(9))
    playout.arrive(8)
    playout.advance(at(10))
    assert playout.stalls == 1
    assert playout.stalled_s == pytest.approx(3)
    assert playout.played_s == pytest.approx(7)


def test_the_end_of_the_programme_is_no_stall() -> None:
    playout = Playout(segment_s=2)
    playout.advance(at(0))
    playout.arrive(6)
    playout.end()
    playout.advance(at(60))
    assert playout.stalls == 0
    assert playout.buffered_s == 0


@given(st.lists(st.tuples(st.floats(0, 5), st.floats(0, 5)), max_size=40))
def test_nothing_is_played_that_has_not_come_and_no_second_counts_twice(steps: list[tuple[float, float]]) -> None:
    playout = Playout(segment_s=2)
    clock = media = 0.0
    playout.advance(at(0))
    for passed, came in steps:
        clock, media = clock + passed, media + came
        playout.advance(at(clock))
        playout.arrive(media)
        assert playout.buffered_s >= -1e-6
        assert playout.played_s + playout.stalled_s <= clock + 1e-3
