"""One track as a viewer follows it: fetch each new cell once, and note what is missing or does not follow on."""

from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import datetime
from typing import Literal

from eventstack.errors import Unplayable
from eventstack.media.fmp4 import Init
from eventstack.playback.client import Client
from eventstack.playback.lists import Cell, MediaList, Rendition
from eventstack.playback.pieces import read_fragment, read_init
from eventstack.probes.playout import START_SEGMENTS

TRIES = 3
"""Looks in which a listed cell may fail to come before it counts as missing."""

SLACK_S = 0.002
"""Decode times that differ by less follow on from each other."""

DATE_SLACK_S = 0.05
"""Program dates may be rounded and carry a new session's label lag; beyond it they jump."""


@dataclass(frozen=True)
class Note:
    """A cell that came (`cell`), did not (`missing`), or came where it does not follow on (`jump`)."""

    track: str
    kind: Literal["cell", "missing", "jump"]
    number: int
    at: datetime | None
    detail: str = ""
    cell: Cell | None = None


@dataclass
class Track:
    """What has been fetched of one rendition; `listed` is its latest playlist, `next_number` the cell to fetch next."""

    rendition: Rendition
    listed: MediaList | None = None
    next_number: int = -1
    cells: int = 0
    media_s: float = 0.0
    first_at: datetime | None = None
    last_end: datetime | None = None
    _last_number: int = -1
    _last_end_s: float = 0.0
    _inits: dict[str, Init] = field(default_factory=dict)
    _failures: int = 0

    @property
    def finished(self) -> bool:
        """The playlist has ended and nothing of it is left to fetch."""
        return self.listed is not None and self.listed.ended and self.next_number >= self.listed.end > 0

    async def catch_up(self, client: Client) -> list[Note]:
        """Fetch what the playlist has beyond the last fetched cell; a viewer who joins begins near the live edge.

        A cell that fails to come is tried again in the next looks; raises Unplayable for an unreadable init.
        """
        listed = self.listed
        if listed is None or not listed.cells:
            return []
        if self.next_number < 0:
            self.next_number = max(listed.sequence, listed.end - START_SEGMENTS)
        notes = list(self._slid_away(listed))
        for cell in listed.cells[max(self.next_number - listed.sequence, 0) :]:
            notes += await self._fetch(client, cell)
            if self.next_number <= cell.number:
                break
        return notes

    def leave(self) -> None:
        """The event went off air: whoever comes back joins anew, and what was shown meanwhile is not missing."""
        self.listed, self.next_number = None, -1

    def _slid_away(self, listed: MediaList) -> Iterator[Note]:
        for number in range(self.next_number, listed.sequence):
            yield Note(self.rendition.name, "missing", number, self.last_end, "left the window before it was seen")
            self.next_number = number + 1

    async def _fetch(self, client: Client, cell: Cell) -> list[Note]:
        name = self.rendition.name
        if cell.gap:
            self.next_number = cell.number + 1
            return [Note(name, "missing", cell.number, cell.at, "listed as a gap")]
        try:
            init = await self._init(client, cell)
            fragment = read_fragment(await client.fetch(cell.url), init, cell.url)
        except Unplayable as error:
            self._failures += 1
            if self._failures < TRIES:
                return []
            self._failures, self.next_number = 0, cell.number + 1
            return [Note(name, "missing", cell.number, cell.at, str(error))]
        self._failures = 0
        begins_s, lasts_s = fragment.start / init.timescale, fragment.duration / init.timescale
        notes = [Note(name, "jump", cell.number, cell.at, jump) for jump in self._jumps(cell, begins_s)]
        self._advance(cell, begins_s, lasts_s)
        return [*notes, Note(name, "cell", cell.number, cell.at, cell=cell)]

    async def _init(self, client: Client, cell: Cell) -> Init:
        if cell.init_url not in self._inits:
            self._inits[cell.init_url] = read_init(await client.fetch(cell.init_url), cell.init_url)
        return self._inits[cell.init_url]

    def _jumps(self, cell: Cell, begins_s: float) -> Iterator[str]:
        """Why a cell does not follow on from the one before it; where one is missing between, nothing can be said."""
        if cell.number != self._last_number + 1 or not self.cells:
            return
        media_s = begins_s - self._last_end_s
        date_s = (cell.at - self.last_end).total_seconds() if cell.at and self.last_end else 0.0
        if abs(media_s) > SLACK_S:
            yield f"media time jumps by {media_s:+.3f} s"
        elif abs(date_s) > DATE_SLACK_S:
            yield f"program date jumps by {date_s:+.3f} s"
        elif cell.discontinuity:
            yield "announced by the playlist"

    def _advance(self, cell: Cell, begins_s: float, lasts_s: float) -> None:
        self.cells += 1
        self.media_s += lasts_s
        self.first_at = self.first_at or cell.at
        self.last_end = cell.ends_at
        self._last_number, self._last_end_s = cell.number, begins_s + lasts_s
        self.next_number = cell.number + 1
