"""A recording as it was fetched: facts about every segment, and the few of them whose media are kept to be decoded."""

import asyncio
from collections.abc import Mapping
from dataclasses import dataclass
from fractions import Fraction
from urllib.parse import urljoin

import msgspec

from eventstack.errors import Unplayable
from eventstack.media import recording as form
from eventstack.media.fmp4 import Fragment, Init
from eventstack.playback.client import Client, at_once
from eventstack.playback.lists import Cell, MediaList, Rendition
from eventstack.playback.pieces import is_encrypted, read_fragment, read_init
from eventstack.playback.presentation import Presentation, read_presentation

AT_ONCE = 8
"""Segments fetched at the same time; a player on a fast line asks for fewer."""


@dataclass(frozen=True)
class FetchedTrack:
    """One rendition. `kid` is "" for a clear one, `size` in bytes; `samples` counts them by cell; `kept` maps first and
    last cell to init and segment joined; `problems` says what is wrong with it, in one line each.
    """

    name: str
    kind: str
    first_cell: int
    cells: tuple[int, ...]
    urls: tuple[str, ...]
    duration_s: float
    size: int
    kid: str
    listed_kids: tuple[str, ...]
    clear_cells: tuple[int, ...]
    samples: Mapping[int, int]
    kept: Mapping[int, bytes]
    problems: tuple[str, ...]


@dataclass(frozen=True)
class Fetched:
    """Every track, video first and the smallest first; `off_air_s` is the time that its record declares off air."""

    tracks: tuple[FetchedTrack, ...]
    off_air_s: float = 0.0

    @property
    def duration_s(self) -> float:
        """Seconds of the shortest track: what can be watched with sound."""
        return min(track.duration_s for track in self.tracks)

    def samples(self) -> tuple[FetchedTrack, ...]:
        """The first track of each kind: enough to try keys and decoders on."""
        first = {track.kind: track for track in reversed(self.tracks)}
        return tuple(track for track in self.tracks if first[track.kind] is track)


async def fetch_recording(client: Client, vod_hls: str) -> Fetched:
    """Fetch all of a recording; raises Unplayable when a list, an init or a segment can't be fetched or read."""
    presentation = await read_presentation(client, vod_hls)
    gate = asyncio.Semaphore(AT_ONCE)
    off_air, off_air_s = await _off_air(client, vod_hls)
    tracks = [await _track(client, presentation, rendition, gate, off_air) for rendition in presentation.renditions]
    return Fetched(tuple(tracks), off_air_s)


async def _off_air(client: Client, vod_hls: str) -> tuple[frozenset[int], float]:
    """The cells that the recording's own record declares off air, and their time; none where there is no record."""
    answer = await client.ask(urljoin(vod_hls, form.FILE))
    try:
        record = form.decode(answer.body) if answer.status == 200 else None
    except msgspec.DecodeError as cause:
        raise Unplayable(f"{form.FILE} is not a recording's record: {cause}") from cause
    if record is None:
        return frozenset(), 0.0
    return frozenset(record.off_air), float(len(record.off_air) * Fraction(record.segment))


async def clear_answer(client: Client, url: str) -> str | None:
    """What is wrong with an address that should not give anything that plays without a key; None for nothing."""
    answer = await client.ask(url)
    if answer.status != 200:
        return None
    try:
        encrypted = bool(read_init(answer.body, url).kid)
    except Unplayable:
        encrypted = is_encrypted(answer.body) or b"#EXT-X-KEY" in answer.body or b"ContentProtection" in answer.body
    return None if encrypted else f"{url} answers, and shows no protection"


async def _track(
    client: Client,
    presentation: Presentation,
    rendition: Rendition,
    gate: asyncio.Semaphore,
    off_air: frozenset[int],
) -> FetchedTrack:
    listed = presentation.lists[rendition.name]
    if not listed.cells:
        raise Unplayable(f"{rendition.name}: the list is empty")
    there = [cell for cell in listed.cells if not cell.gap]
    init_url = listed.cells[0].init_url
    raw = await client.fetch(init_url)
    init = read_init(raw, init_url)
    ends = {there[0].number, there[-1].number} if there else set()
    facts = await at_once(_segment(client, cell, init, gate, keep=cell.number in ends) for cell in there)
    fragments = [fact.fragment for fact in facts]
    return FetchedTrack(
        name=rendition.name,
        kind=rendition.kind,
        first_cell=listed.sequence,
        cells=tuple(cell.number for cell in there),
        urls=tuple(cell.url for cell in there),
        duration_s=sum(fragment.duration for fragment in fragments) / init.timescale,
        size=sum(fragment.size for fragment in fragments),
        kid=init.kid or "",
        listed_kids=listed.kids,
        clear_cells=tuple(cell.number for cell, fact in zip(there, facts, strict=True) if not fact.encrypted),
        samples={cell.number: fact.fragment.samples for cell, fact in zip(there, facts, strict=True)},
        kept={cell.number: raw + fact.media for cell, fact in zip(there, facts, strict=True) if fact.media},
        problems=tuple(_problems(rendition.name, listed, there, fragments, off_air)),
    )


@dataclass(frozen=True)
class _Fact:
    fragment: Fragment
    encrypted: bool
    media: bytes


async def _segment(client: Client, cell: Cell, init: Init, gate: asyncio.Semaphore, *, keep: bool) -> _Fact:
    async with gate:
        media = await client.fetch(cell.url)
    return _Fact(read_fragment(media, init, cell.url), is_encrypted(media), media if keep else b"")


def _problems(
    name: str, listed: MediaList, there: list[Cell], fragments: list[Fragment], off_air: frozenset[int]
) -> list[str]:
    problems = []
    if not listed.ended:
        problems.append(f"{name}: the list has no end")
    if not listed.vod:
        problems.append(f"{name}: the list is not of type VOD")
    problems += [
        f"{name}: cell {cell.number} is missing" for cell in listed.cells if cell.gap and cell.number not in off_air
    ]
    at = None
    for cell, fragment in zip(there, fragments, strict=True):
        if at is not None and fragment.start != at and cell.number - 1 not in off_air:
            problems.append(f"{name}: cell {cell.number} does not follow on ({fragment.start - at:+d} ticks)")
        at = fragment.start + fragment.duration
    return problems
