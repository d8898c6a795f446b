"""Judge a live presentation behind an address, the same at the origin and at the edge: fresh, aligned, fetchable."""

import asyncio
from datetime import datetime
from typing import Any

from eventstack.errors import Unplayable
from eventstack.playback.client import Client, at_once
from eventstack.playback.lists import MediaList
from eventstack.playback.pieces import is_encrypted, read_fragment, read_init
from eventstack.playback.presentation import Presentation, read_presentation

STALE_SEGMENTS = 3
"""A newest segment that ended longer ago than this many segments is one too many: a cell takes one to fill,
up to one to be encoded, packaged and published, and the edge keeps a list for a second."""

AHEAD_S = 2.0
"""A label this far in the future means that two clocks disagree."""

TICK_SLACK_S = 0.002
"""Decode times that differ by less are the same (a video frame at 120 frames/s lasts four times as long)."""


async def aligned(client: Client, url: str, skew: int) -> Presentation:
    """The presentation, read again while its lists end more than `skew` cells apart: they are written one by one."""
    presentation = await read_presentation(client, url)
    for _ in range(3):
        if _spread(presentation) <= skew:
            break
        await asyncio.sleep(0.25)
        presentation = await read_presentation(client, url)
    return presentation


def expected_tracks(presentation: Presentation, renditions: tuple[str, ...], audio: tuple[str, ...]) -> None:
    """Raises Unplayable when a rendition of the plan is not in the master."""
    missing = sorted({*renditions, *audio} - {rendition.name for rendition in presentation.renditions})
    if missing:
        raise Unplayable(f"the master does not name {', '.join(missing)}")


def judge(presentation: Presentation, now: datetime, segment_s: float, skew: int) -> dict[str, Any]:
    """What its lists say, measured; raises Unplayable for an empty, stale, misaligned or mislabelled one.

    A list that has ended is not stale: its end is the programme's.
    """
    for name, listed in presentation.lists.items():
        if listed.newest is None:
            raise Unplayable(f"{name}: no segment yet")
    if _spread(presentation) > skew:
        ends = ", ".join(f"{name} {listed.end}" for name, listed in presentation.lists.items())
        raise Unplayable(f"renditions end apart: {ends}")
    ages = {name: age_s(listed, now) for name, listed in presentation.lists.items()}
    oldest = max(ages, key=lambda name: ages[name])
    if ages[oldest] > STALE_SEGMENTS * segment_s and not presentation.lists[oldest].ended:
        raise Unplayable(f"{oldest}: newest segment is {ages[oldest]:.1f} s old")
    if min(ages.values()) < -AHEAD_S:
        raise Unplayable(f"labelled {-min(ages.values()):.1f} s in the future: clocks disagree")
    gaps = {cell.number for listed in presentation.lists.values() for cell in listed.cells if cell.gap}
    return {
        "age_s": round(ages[oldest], 3),
        "end_cell": max(listed.end for listed in presentation.lists.values()),
        "gaps": len(gaps),
        "tracks": len(presentation.lists),
        "ended": all(listed.ended for listed in presentation.lists.values()),
    }


def age_s(listed: MediaList, now: datetime) -> float:
    """Seconds since the last frame of the newest cell was taken, by its PROGRAM-DATE-TIME."""
    ends_at = listed.newest.ends_at if listed.newest else None
    if ends_at is None:
        raise Unplayable(f"{listed.url}: no PROGRAM-DATE-TIME")
    return (now - ends_at).total_seconds()


async def fetch_newest(client: Client, presentation: Presentation, segment_s: float) -> None:
    """Fetch and read the newest cell that every rendition has; raises Unplayable when its label is not its number."""
    number = min(listed.newest.number for listed in presentation.lists.values() if listed.newest)
    await at_once(_fetch_cell(client, listed, number, segment_s) for listed in presentation.lists.values())


async def _fetch_cell(client: Client, listed: MediaList, number: int, segment_s: float) -> None:
    cell = listed.cell(number)
    if cell is None:
        raise Unplayable(f"{listed.url}: cell {number} is not listed")
    init = read_init(await client.fetch(cell.init_url), cell.init_url)
    media = await client.fetch(cell.url)
    starts_s = read_fragment(media, init, cell.url).start / init.timescale
    if abs(starts_s - number * segment_s) > TICK_SLACK_S:
        raise Unplayable(f"{cell.url}: begins at {starts_s:.3f} s, cell {number} at {number * segment_s:.3f} s")
    if listed.encrypted != bool(init.kid) or listed.encrypted != is_encrypted(media):
        raise Unplayable(f"{cell.url}: {'clear' if listed.encrypted else 'encrypted'} where its list says otherwise")


def _spread(presentation: Presentation) -> int:
    ends = [listed.end for listed in presentation.lists.values()]
    return max(ends) - min(ends)
