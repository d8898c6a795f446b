"""A viewer who has nothing but an address: joins when the event goes on air, plays to its end, and takes notes.

The as-run's programme times, its gaps and the time to first playable come from these notes, never from commands.
"""

import asyncio
import contextlib
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from datetime import UTC, datetime
from statistics import median
from typing import Literal

import aiohttp

from eventstack.errors import Unplayable
from eventstack.playback.client import Client, at_once
from eventstack.playback.licence import obtain
from eventstack.playback.lists import Cell, Rendition, read_list, read_master
from eventstack.probes.playout import Playout
from eventstack.probes.track import Note, Track

POLL_S = 0.5
"""Pause between two looks: publication is seen within it; players reload a list every half target duration."""

GONE_LOOKS = 2
"""Answers of 404 in a row that mean off air: one alone may be an edge that learns late."""

Kind = Literal["first-playable", "on-air", "gap-begin", "gap-end", "discontinuity", "ended", "off-air"]


@dataclass(frozen=True)
class Observation:
    """One thing seen at `at_utc`; `programme_time` is the PROGRAM-DATE-TIME of the media that it is about (UTC)."""

    at_utc: datetime
    kind: Kind
    programme_time: datetime | None
    detail: str


@dataclass(frozen=True)
class ViewerSummary:
    """What a viewer had of the event. Instants in UTC, None for what did not happen.

    `first_playable_s` counts from the beginning of the watch. `gap_cells` are the cell numbers that were missing on
    any track. `edge_latency_s` is the median age of the newest cell when it was first seen, `behind_live_s` how far
    the picture last was behind the clock. `hit_ratio` is 0 to 1, None when the edge does not tell.
    """

    began_at: datetime | None
    on_air_at: datetime | None
    first_playable_at: datetime | None
    first_playable_s: float | None
    ended_at: datetime | None
    off_air_at: datetime | None
    cells: int
    media_s: float
    bytes: int
    requests: int
    hit_ratio: float | None
    stalls: int
    stalled_s: float
    gaps: int
    gap_cells: tuple[int, ...]
    discontinuities: int
    edge_latency_s: float | None
    behind_live_s: float | None
    errors: int
    last_error: str


def utc_now() -> datetime:
    """The machine's clock."""
    return datetime.now(UTC)


class Viewer:
    """Follows the smallest rendition and its sound at a public master address; `observations` grows as it watches.

    `clock` gives the time in UTC, `pause` waits so many seconds by it. With `licence` a ClearKey licence is asked for
    there, else the keys are fetched where the playlist says (HLS identity keys).
    """

    def __init__(
        self,
        hls_url: str,
        clock: Callable[[], datetime] = utc_now,
        session_factory: Callable[[], aiohttp.ClientSession] = aiohttp.ClientSession,
        *,
        pause: Callable[[float], Awaitable[None]] = asyncio.sleep,
        licence: str | None = None,
        segment_s: float = 1.92,
        on_observation: Callable[[Observation], None] = lambda _: None,
    ) -> None:
        self.observations: list[Observation] = []
        self._url = hls_url
        self._clock = clock
        self._session_factory = session_factory
        self._pause = pause
        self._licence = licence
        self._on_observation = on_observation
        self._client: Client | None = None
        self._tracks: list[Track] = []
        self._playout = Playout(segment_s)
        self._keys: set[str] = set()
        self._gap_cells: set[int] = set()
        self._in_gap: set[str] = set()
        self._jumps: set[int] = set()
        self._ages_s: list[float] = []
        self._began_at: datetime | None = None
        self._gone_at: datetime | None = None
        self._gone_looks = 0
        self._on_air = self._ended = False
        self._errors = 0
        self._last_error = ""

    async def run(self, stop: asyncio.Event) -> None:
        """Watch until the programme has ended and was fetched wholly, or until `stop`; what it meets raises nothing."""
        self._began_at = self._clock()
        async with self._session_factory() as session:
            self._client = Client(session)
            while not stop.is_set() and not self._ended:
                try:
                    await self._look(self._client)
                except Unplayable as error:
                    self._errors += 1
                    self._last_error = str(error)
                self._playout.advance(self._clock())
                if not self._ended:
                    await self._wait(stop)

    def summary(self) -> ViewerSummary:
        """What was seen so far."""
        client, playout = self._client, self._playout
        first_playable_at = self._first("first-playable")
        return ViewerSummary(
            began_at=self._began_at,
            on_air_at=self._first("on-air"),
            first_playable_at=first_playable_at,
            first_playable_s=_seconds(self._began_at, first_playable_at),
            ended_at=self._first("ended"),
            off_air_at=self._last("off-air"),
            cells=min((track.cells for track in self._tracks), default=0),
            media_s=round(min((track.media_s for track in self._tracks), default=0.0), 3),
            bytes=client.received if client else 0,
            requests=client.requests if client else 0,
            hit_ratio=client.hit_ratio if client else None,
            stalls=playout.stalls,
            stalled_s=round(playout.stalled_s, 3),
            gaps=sum(seen.kind == "gap-begin" for seen in self.observations),
            gap_cells=tuple(sorted(self._gap_cells)),
            discontinuities=sum(seen.kind == "discontinuity" for seen in self.observations),
            edge_latency_s=round(median(self._ages_s), 3) if self._ages_s else None,
            behind_live_s=self._behind_live_s(),
            errors=self._errors,
            last_error=self._last_error,
        )

    async def _look(self, client: Client) -> None:
        if not self._tracks:
            text = await _text(client, self._url)
            if text is None:
                return
            self._tracks = [Track(rendition) for rendition in selected(read_master(text, self._url))]
        texts = [await _text(client, track.rendition.url) for track in self._tracks]
        if None in texts:
            self._see_gone()
            return
        self._gone_looks = 0
        for track, text in zip(self._tracks, texts, strict=True):
            track.listed = read_list(text or "", track.rendition.url)
        self._go_on_air()
        await self._licensed(client)
        for notes in await at_once(track.catch_up(client) for track in self._tracks):
            for note in notes:
                self._take(note)
        self._judge_playable()
        self._playout.advance(self._clock())
        self._playout.arrive(min(track.media_s for track in self._tracks))
        self._see_end()

    async def _licensed(self, client: Client) -> None:
        listed = [track.listed for track in self._tracks if track.listed]
        if self._licence is None:
            for url in {url for one in listed for url in one.key_urls} - self._keys:
                if len(await client.fetch(url)) != 16:
                    raise Unplayable(f"{url}: not a key of 16 bytes")
                self._keys.add(url)
        else:
            kids = {kid for one in listed for kid in one.kids} - self._keys
            given = await obtain(client, self._licence, sorted(kids)) if kids else {}
            if kids - set(given):
                raise Unplayable(f"{self._licence}: no key for {len(kids - set(given))} of {len(kids)} key ids")
            self._keys |= kids

    def _go_on_air(self) -> None:
        newest = [track.listed.newest for track in self._tracks if track.listed]
        if self._on_air or not newest or not all(newest):
            return
        self._on_air = True
        first = self._tracks[0].listed
        self._observe(
            "on-air", first.cells[0].at if first else None, f"first seen with cell {first.sequence if first else 0}"
        )

    def _judge_playable(self) -> None:
        if self._first("first-playable") is None and all(track.cells for track in self._tracks):
            names = " and ".join(track.rendition.name for track in self._tracks)
            self._observe("first-playable", self._tracks[0].first_at, f"a complete segment of {names}")

    def _take(self, note: Note) -> None:
        """One track's note; a gap is the viewer's as long as any track has one."""
        name, cell = note.track, note.cell
        if note.kind == "missing":
            self._gap_cells.add(note.number)
            if not self._in_gap:
                self._observe("gap-begin", note.at, f"cell {note.number} of {name}: {note.detail}")
            self._in_gap.add(name)
        elif note.kind == "jump" and note.number not in self._jumps:
            self._jumps.add(note.number)
            self._observe("discontinuity", note.at, f"cell {note.number} of {name}: {note.detail}")
        elif note.kind == "cell":
            self._see_age(name, cell)
            if name in self._in_gap:
                self._in_gap.discard(name)
                if not self._in_gap:
                    self._observe("gap-end", note.at, f"cell {note.number} of {name}")

    def _see_age(self, name: str, cell: Cell | None) -> None:
        listed = self._tracks[0].listed
        if (
            cell
            and cell.ends_at
            and listed
            and name == self._tracks[0].rendition.name
            and cell.number == listed.end - 1
        ):
            self._ages_s.append((self._clock() - cell.ends_at).total_seconds())

    def _see_end(self) -> None:
        if not all(track.finished for track in self._tracks):
            return
        self._ended = True
        self._playout.end()
        last = self._tracks[0].last_end
        self._observe("ended", last, f"the playlist ends after cell {self._tracks[0].next_number - 1}")
        self._observe("off-air", last, "the programme has ended")

    def _see_gone(self) -> None:
        if not self._on_air:
            return
        self._gone_at = self._gone_at if self._gone_looks else self._clock()
        self._gone_looks += 1
        if self._gone_looks >= GONE_LOOKS:
            self._observe("off-air", self._tracks[0].last_end, "no longer served", at=self._gone_at)
            self._on_air = False
            for track in self._tracks:
                track.leave()
            self._gone_looks = 0

    def _behind_live_s(self) -> float | None:
        last = self._tracks[0].last_end if self._tracks else None
        if last is None or self._playout.seen_at is None:
            return None
        return round((self._playout.seen_at - last).total_seconds() + self._playout.buffered_s, 3)

    def _observe(self, kind: Kind, programme_time: datetime | None, detail: str, at: datetime | None = None) -> None:
        seen = Observation(at or self._clock(), kind, programme_time, detail)
        self.observations.append(seen)
        self._on_observation(seen)

    def _first(self, kind: Kind) -> datetime | None:
        return next((seen.at_utc for seen in self.observations if seen.kind == kind), None)

    def _last(self, kind: Kind) -> datetime | None:
        return next((seen.at_utc for seen in reversed(self.observations) if seen.kind == kind), None)

    async def _wait(self, stop: asyncio.Event) -> None:
        """Pause, but not past `stop`."""
        tasks = [asyncio.ensure_future(self._pause(POLL_S)), asyncio.ensure_future(stop.wait())]
        try:
            await asyncio.wait(tasks, return_when=asyncio.FIRST_COMPLETED)
        finally:
            for task in tasks:
                task.cancel()
                with contextlib.suppress(asyncio.CancelledError):
                    await task


async def _text(client: Client, url: str) -> str | None:
    """The text at `url`; None when it is not there, or not any more."""
    answer = await client.ask(url)
    if answer.status == 404:
        return None
    if answer.status != 200:
        raise Unplayable(f"{url}: HTTP {answer.status}")
    return answer.text


def _seconds(begin: datetime | None, end: datetime | None) -> float | None:
    return round((end - begin).total_seconds(), 3) if begin and end else None


def selected(renditions: tuple[Rendition, ...]) -> tuple[Rendition, ...]:
    """What this viewer follows: the smallest video rendition and the first audio one, as far as there are any."""
    video = next((rendition for rendition in renditions if rendition.kind == "video"), None)
    audio = next((rendition for rendition in renditions if rendition.kind == "audio"), None)
    return tuple(rendition for rendition in (video, audio) if rendition)
