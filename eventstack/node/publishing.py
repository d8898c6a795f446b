"""Publishes cells in order: each once, only when complete in all tracks, or given up as a gap; then writes manifests.

Driven by the publisher's process, which passes the time in. It can be stopped at any instruction: a successor
finds what is published in the origin's folder and goes on with the next cell.
"""

from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime
from fractions import Fraction
from pathlib import Path

from eventstack.media import dash, hls
from eventstack.media.fmp4 import Init, read_init
from eventstack.media.grid import Grid
from eventstack.media.presentation import Entry, Presentation
from eventstack.node import shelf, streams
from eventstack.node.config import Publisher
from eventstack.node.gathering import Gatherer, Offer
from eventstack.node.programme import Marks
from eventstack.node.streams import Measured

PATIENCE_CELLS = 2
"""How many cells later ones may be ahead, and how many cells' time they wait, before a cell is given up."""

FUTURE_CELLS = 30
"""Labels may lead the clock by that much; beyond it they are wrong, and would drag a long gap behind them."""


@dataclass
class Publication:
    """What is published of one event. `lag` gives how far the labels of a cell trail the clock, in seconds.

    `recording` is None where nothing is kept, or once the recording is closed.
    """

    config: Publisher
    grid: Grid
    root: Path
    recording: Path | None
    lag: Callable[[int], Fraction] = lambda _: Fraction(0)
    marks: Marks = field(default_factory=Marks)
    first: int | None = None
    last: int | None = None
    missing: set[int] = field(default_factory=set)
    late: int = 0
    published: int = 0
    behind_s: float = 0.0
    seen: dict[str, tuple[int, datetime]] = field(default_factory=dict)
    _pending: dict[int, dict[str, Offer]] = field(default_factory=dict)
    _complete: dict[int, datetime] = field(default_factory=dict)
    _measured: dict[str, Measured] = field(default_factory=dict)
    _inits: dict[str, Init] = field(default_factory=dict)
    _instants: dict[int, datetime] = field(default_factory=dict)

    def __post_init__(self) -> None:
        kids = self.config.drm.kids if self.config.drm else {}
        self.gatherer = Gatherer(Path(self.config.packager_directory), self.config.tracks, self.grid, kids)
        self._measured = {track.name: Measured() for track in self.config.tracks}
        self._resume()

    @property
    def window_cells(self) -> int:
        """Cells that a playlist lists."""
        return self.grid.cells_in(self.config.window_s)

    @property
    def ended(self) -> bool:
        """Whether the programme is over and its last cell is out."""
        return self.marks.end is not None and self.last is not None and self.last + 1 >= self.marks.end

    def step(self, now: datetime) -> bool:
        """Take what the packager has made and publish what is due; whether anything was published."""
        for offer in self.gatherer.look():
            self._hold(offer, now)
        before = self.published
        while self._advance(now):
            pass
        if self.published == before:
            return False
        self._trim()
        return True

    def write_manifests(self, now: datetime, *, ended: bool = False) -> None:
        """Write the line-up's manifests, and the programme's once it has a cell; `ended` closes the latter for good.

        A programme that is only taken off air may come back, and a player that has read an end does not.
        """
        if self.last is None:
            return
        self._write("lineup", self._entries(self.last, lambda number: number not in self.missing), now, ended=False)
        start, end = self.marks.start, self.marks.end
        if start is not None:
            newest = self.last if end is None else min(self.last, end - 1)
            entries = self._entries(newest, self._on_air, oldest=start)
            over = self.ended and self.marks.finish_by_ms is not None
            self._write("live", entries, now, ended=ended or over)

    def first_live_cell(self) -> int | None:
        """The oldest cell that the programme's playlists may list."""
        end = self.marks.end
        return None if self.marks.start is None or end is None else max(self.marks.start, end - self.window_cells)

    def _hold(self, offer: Offer, now: datetime) -> None:
        """Keep a complete cell until its fellows are there; the first of each track wins."""
        number = offer.cell.number
        if self.last is not None and number <= self.last:
            self.late += number in self.missing
            return
        if number > self.grid.boundary(now) + FUTURE_CELLS:
            self.late += 1
            return
        held = self._pending.setdefault(number, {})
        held.setdefault(offer.cell.track, offer)
        if len(held) == len(self.config.tracks):
            self._complete.setdefault(number, now)
        newest = self.seen.get(offer.cell.track, (-1, now))[0]
        self.seen[offer.cell.track] = max(newest, number), now

    def _advance(self, now: datetime) -> bool:
        """Publish the next cell or give it up; whether either was due."""
        if not self._complete:
            return False
        number = min(self._complete)
        due = number if self.last is None else self.last + 1
        if number == due:
            self._publish(number, now)
            return True
        waited = (now - self._complete[number]).total_seconds() > PATIENCE_CELLS * self.grid.duration
        if not waited and max(self._complete) - due <= PATIENCE_CELLS:
            return False
        self.missing.add(due)
        self.last = due
        self._pending.pop(due, None)
        return True

    def _publish(self, number: int, now: datetime) -> None:
        # What was never on air is nobody's recording: the line-up leaves nothing in the archive.
        airs = self.marks.on_air(number)
        for offer in self._pending.pop(number).values():
            shelf.put(self.root, self.recording if airs else None, offer)
            self._measured[offer.cell.track].add(offer.cell.size)
            self._inits.setdefault(offer.cell.track, read_init(offer.init_data))
        del self._complete[number]
        for stale in [held for held in self._pending if held < number]:
            del self._pending[stale]
        self.first = number if self.first is None else self.first
        self.last = number
        self.published += 1
        self.behind_s = (now - self._instant(number + 1)).total_seconds()

    def _instant(self, number: int) -> datetime:
        """When a cell begins; once said it stays, also if the lag is learnt anew."""
        if number not in self._instants:
            self._instants[number] = self.grid.instant(number, self.lag(number))
        return self._instants[number]

    def _on_air(self, number: int) -> bool:
        return number not in self.missing and self.marks.on_air(number)

    def _entries(
        self, newest: int, has: Callable[[int], bool], oldest: int = 0
    ) -> tuple[tuple[Entry, ...], int | None, Fraction]:
        """The window's entries up to `newest` with media at both ends, and where the oldest one's stretch begins, with
        the lag of its labels there.
        """
        assert self.first is not None
        floor = max(self.first, oldest)
        shown = [number for number in range(max(floor, newest - self.window_cells + 1), newest + 1) if has(number)]
        if not shown:
            return (), None, Fraction(0)
        anchor = shown[0]
        while anchor > floor and has(anchor - 1):
            anchor -= 1
        entries = tuple(
            Entry(number, self._instant(number), not has(number)) for number in range(shown[0], shown[-1] + 1)
        )
        return entries, anchor if anchor > floor else None, self.lag(anchor)

    def _write(
        self, folder: str, window: tuple[tuple[Entry, ...], int | None, Fraction], now: datetime, *, ended: bool
    ) -> None:
        entries, stretch, trail = window
        if not entries:
            return
        chosen = tuple(
            streams.stream(track, self._inits[track.name], self._measured[track.name], self.grid, declared=True)
            for track in self.config.tracks
        )
        view = Presentation(self.grid, chosen, entries, streams.protection(self.config.drm))
        home = self.root / folder
        if self.config.hls:
            for stream in chosen:
                shelf.write_whole(home / f"{stream.name}.m3u8", hls.media(view, stream, ended=ended))
            shelf.write_whole(home / "master.m3u8", hls.master(view))
        if self.config.dash:
            live = dash.Live(published=now, window=Fraction(self.config.window_s), ended=ended, trail=trail)
            shelf.write_whole(home / "manifest.mpd", dash.manifest(view, live, first_run=stretch))

    def _trim(self) -> None:
        """Delete cells that no playlist, nor a player that read the oldest one, may still ask for.

        A cell stays for the length of a playlist after it left the playlist (RFC 8216, 6.2.2).
        """
        assert self.last is not None
        floor = self.last - 2 * self.window_cells
        kept = self.first_live_cell()
        if kept is not None:
            floor = min(floor, kept)
        folders = [self.root / "cells" / track.name for track in self.config.tracks]
        shelf.remove(folders, {number for folder in folders for number in shelf.numbers(folder) if number < floor})
        self._instants = {number: instant for number, instant in self._instants.items() if number >= floor}

    def _resume(self) -> None:
        """Take up what a former process published: the origin's cells, and the recording's before them."""
        present: list[set[int]] = []
        for track in self.config.tracks:
            folder = self.root / "cells" / track.name
            found = shelf.numbers(folder)
            for number in found:
                self._measured[track.name].add((folder / f"{number}.m4s").stat().st_size)
            if self.recording:
                found |= shelf.numbers(self.recording / track.name)
            present.append(found)
            if (folder / "init.mp4").exists():
                self._inits[track.name] = read_init((folder / "init.mp4").read_bytes())
        self.gatherer.accepted.update(self._inits)
        whole = set.intersection(*present) if present else set()
        if whole:
            self.first, self.last = min(whole), max(whole)
            self.missing = set(range(self.first, self.last + 1)) - whole
            self.published = len(whole)
