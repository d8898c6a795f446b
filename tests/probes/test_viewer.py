"""The viewer over a chain whose cells come out one by one, by a clock that passes only when somebody waits."""

import asyncio
from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest

from eventstack.probes.viewer import POLL_S, Observation, Viewer, ViewerSummary
from tests.probes.chain import EPOCH, Chain, Clock, newest_at, serving
from tests.probes.material import END, FIRST, SEGMENT_S, Material

pytestmark = pytest.mark.chain

Get = Callable[..., Material]
Step = Callable[[Chain, float], Any]


def playable_at(cell: int) -> float:
    """Seconds since the epoch at which a cell is published."""
    return (cell + 1) * SEGMENT_S + 0.6


async def watch(
    material: Material, step: Step, *, seconds: float, from_s: float = FIRST * SEGMENT_S, **options: Any
) -> tuple[list[Observation], ViewerSummary]:
    """Watch for `seconds`; `step(chain, seconds since the epoch)` plays the chain before each look."""
    clock = Clock(EPOCH + timedelta(seconds=from_s))
    stop = asyncio.Event()
    end = clock.now() + timedelta(seconds=seconds)

    async def pause(wait_s: float) -> None:
        await clock.pause(wait_s)
        play()
        if clock.now() >= end:
            stop.set()

    def play() -> None:
        now = clock.now()
        chain.newest = min(newest_at(now), END - 1)
        step(chain, (now - EPOCH).total_seconds())

    chain = Chain(material, clock.now)
    async with serving(chain):
        play()
        viewer = Viewer(chain.public, clock.now, pause=pause, **{"licence": None, **options})
        await viewer.run(stop)
    return viewer.observations, viewer.summary()


def untouched(_: Chain, __: float) -> None:
    """A programme without a fault that ends with the material."""


def ending(chain: Chain, _: float) -> None:
    chain.ended = chain.newest == END - 1


def kinds(seen: list[Observation]) -> list[str]:
    return [one.kind for one in seen]


async def test_a_whole_programme_is_seen_from_the_first_segment_to_the_end(material: Get) -> None:
    seen, summary = await watch(material(), ending, seconds=20)
    assert kinds(seen) == ["on-air", "first-playable", "ended", "off-air"]
    assert summary.cells == END - FIRST
    assert summary.media_s == pytest.approx((END - FIRST) * SEGMENT_S, abs=0.001)
    assert summary.gaps == summary.stalls == summary.discontinuities == summary.errors == 0
    assert seen[0].programme_time == EPOCH + timedelta(seconds=FIRST * SEGMENT_S)
    assert seen[-1].programme_time == EPOCH + timedelta(seconds=END * SEGMENT_S)


async def test_the_time_to_first_playable_counts_from_the_beginning_of_the_watch(material: Get) -> None:
    _, summary = await watch(material(), ending, seconds=20)
    wanted = playable_at(FIRST) - FIRST * SEGMENT_S
    assert summary.first_playable_s is not None
    assert wanted <= summary.first_playable_s <= wanted + POLL_S


async def test_what_is_not_published_is_not_on_air(material: Get) -> None:
    def later(chain: Chain, at_s: float) -> None:
        chain.published = at_s > playable_at(FIRST + 1)
        ending(chain, at_s)

    seen, summary = await watch(material(), later, seconds=20)
    assert summary.on_air_at is not None
    assert (summary.on_air_at - EPOCH).total_seconds() >= playable_at(FIRST + 1)
    assert kinds(seen)[0] == "on-air"


async def test_an_address_that_is_gone_again_is_off_air_from_its_first_404(material: Get) -> None:
    gone_s = playable_at(FIRST + 2)

    def unpublished(chain: Chain, at_s: float) -> None:
        chain.published = at_s < gone_s

    seen, summary = await watch(material(), unpublished, seconds=15)
    assert kinds(seen) == ["on-air", "first-playable", "off-air"]
    assert summary.off_air_at is not None
    assert gone_s <= (summary.off_air_at - EPOCH).total_seconds() <= gone_s + POLL_S


async def test_one_404_alone_is_not_off_air(material: Get) -> None:
    looks = iter(range(1000))

    def stumble(chain: Chain, at_s: float) -> None:
        chain.published = next(looks) != 12
        ending(chain, at_s)

    seen, _ = await watch(material(), stumble, seconds=20)
    assert kinds(seen) == ["on-air", "first-playable", "ended", "off-air"]


async def test_an_event_published_again_is_on_air_again(material: Get) -> None:
    def pause(chain: Chain, at_s: float) -> None:
        chain.published = not playable_at(FIRST + 1) < at_s < playable_at(FIRST + 3)
        ending(chain, at_s)

    seen, summary = await watch(material(), pause, seconds=20)
    assert kinds(seen) == ["on-air", "first-playable", "off-air", "on-air", "ended", "off-air"]
    assert summary.gaps == 0


async def test_a_listed_gap_begins_and_ends_once_for_all_tracks(material: Get) -> None:
    def gap(chain: Chain, at_s: float) -> None:
        chain.gaps = {FIRST + 2, FIRST + 3}
        ending(chain, at_s)

    seen, summary = await watch(material(), gap, seconds=20)
    assert kinds(seen) == ["on-air", "first-playable", "gap-begin", "gap-end", "ended", "off-air"]
    assert summary.gap_cells == (FIRST + 2, FIRST + 3)
    assert summary.gaps == 1
    assert seen[2].programme_time == EPOCH + timedelta(seconds=(FIRST + 2) * SEGMENT_S)
    assert seen[3].programme_time == EPOCH + timedelta(seconds=(FIRST + 4) * SEGMENT_S)


async def test_a_listed_segment_that_never_comes_is_a_gap(material: Get) -> None:
    def hole(chain: Chain, at_s: float) -> None:
        chain.absent = {f"sound/{FIRST + 2}.m4s"}
        ending(chain, at_s)

    seen, summary = await watch(material(), hole, seconds=20)
    assert summary.gap_cells == (FIRST + 2,)
    assert "sound" in next(one.detail for one in seen if one.kind == "gap-begin")


async def test_a_segment_that_comes_late_is_no_gap(material: Get) -> None:
    def late(chain: Chain, at_s: float) -> None:
        chain.absent = {f"sound/{FIRST + 2}.m4s"} if at_s < playable_at(FIRST + 2) + 0.8 else set()
        ending(chain, at_s)

    _, summary = await watch(material(), late, seconds=20)
    assert summary.gaps == 0
    assert summary.cells == END - FIRST


async def test_segments_that_left_the_window_unseen_are_a_gap(material: Get) -> None:
    def slide(chain: Chain, at_s: float) -> None:
        outage = playable_at(FIRST + 1) + POLL_S < at_s < playable_at(FIRST + 4)
        chain.down = {"edge"} if outage else set()
        chain.first = FIRST + 4 if at_s >= playable_at(FIRST + 4) else FIRST
        ending(chain, at_s)

    seen, summary = await watch(material(), slide, seconds=20)
    assert summary.gap_cells == (FIRST + 2, FIRST + 3)
    assert summary.errors > 0
    assert "502" in summary.last_error
    assert "off-air" not in kinds(seen)[:-1]


async def test_a_chain_that_stops_stalls_the_picture(material: Get) -> None:
    def stop(chain: Chain, _: float) -> None:
        chain.newest = min(chain.newest, FIRST + 3)

    _, summary = await watch(material(), stop, seconds=20)
    assert summary.stalls == 1
    assert summary.stalled_s > 5
    assert summary.ended_at is None


async def test_media_that_do_not_follow_on_are_a_discontinuity(material: Get) -> None:
    def swap(chain: Chain, at_s: float) -> None:
        chain.swapped = {FIRST + 3: FIRST}
        ending(chain, at_s)

    seen, summary = await watch(material(), swap, seconds=20)
    first = next(one for one in seen if one.kind == "discontinuity")
    assert "-5.760 s" in first.detail
    assert summary.discontinuities == 2


async def test_an_encrypted_programme_is_playable_with_its_keys_only(material: Get) -> None:
    def no_keys(chain: Chain, at_s: float) -> None:
        chain.key_service = at_s > playable_at(FIRST + 2)
        ending(chain, at_s)

    seen, summary = await watch(material(protected=True), no_keys, seconds=20)
    assert summary.first_playable_at is not None
    assert (summary.first_playable_at - EPOCH).total_seconds() > playable_at(FIRST + 2)
    assert kinds(seen) == ["on-air", "first-playable", "ended", "off-air"]


async def test_who_joins_late_begins_near_the_live_edge(material: Get) -> None:
    _, summary = await watch(material(), ending, seconds=10, from_s=playable_at(END - 1) + 0.1)
    assert summary.cells == 3
    assert summary.gaps == 0


async def test_the_edge_is_measured(material: Get) -> None:
    _, summary = await watch(material(), ending, seconds=20)
    assert summary.edge_latency_s == pytest.approx(0.6 + POLL_S / 2, abs=POLL_S)
    assert summary.hit_ratio is not None
    assert 0 < summary.hit_ratio < 1
    assert summary.bytes > 100_000


async def test_a_viewer_leaves_when_told_to(material: Get) -> None:
    seen, summary = await watch(material(), untouched, seconds=5)
    assert "ended" not in kinds(seen)
    assert summary.cells > 0
