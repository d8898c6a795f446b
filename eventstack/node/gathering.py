"""Collects complete cells from the packager's runs: each file is judged once, the first complete one of a cell wins.

Every start of a packager has a folder of its own, `<run>/<track>/`, so several runs (a restarted packager, a
second path) may offer the same cell; they are interchangeable by the timeline's construction.
"""

import os
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path

from eventstack.media.cells import Cell, judge
from eventstack.media.fmp4 import Init, read_fragment, read_init
from eventstack.media.grid import Grid
from eventstack.node.config import Track

REFUSALS_KEPT = 20
"""Refused segments that the status shows, newest last."""


@dataclass(frozen=True)
class Refusal:
    """One segment that may not be published, and why."""

    file: str
    reason: str


@dataclass(frozen=True)
class Offer:
    """One complete cell with its bytes and those of the initialisation segment of its run."""

    cell: Cell
    data: bytes
    init_data: bytes


@dataclass
class Gatherer:
    """Reads what is new below one packager's `directory`, which holds the numbered runs; keeps no bytes.

    `kids` maps key label to the key id that media must be encrypted with, so that a clear copy is never published.
    `accepted` holds the first initialisation segment of each track: a later run must agree with it.
    """

    directory: Path
    tracks: tuple[Track, ...]
    grid: Grid
    kids: Mapping[str, str] = field(default_factory=dict)
    accepted: dict[str, Init] = field(default_factory=dict)
    refusals: list[Refusal] = field(default_factory=list)
    refused: int = 0
    _done: dict[str, set[str]] = field(default_factory=dict)
    _flawed: dict[str, tuple[int, int]] = field(default_factory=dict)
    _inits: dict[str, tuple[Init, bytes]] = field(default_factory=dict)

    def samples(self, track: Track) -> int:
        """Samples of a complete cell of a track, from its configuration; raises ValueError off the grid."""
        if track.rendition:
            return self.grid.pictures(track.rendition.frame_rate)
        if track.audio:
            return self.grid.audio_frames(track.audio.sample_rate)
        raise ValueError(f"the track {track.name!r} carries neither picture nor sound")

    def look(self) -> Iterator[Offer]:
        """Every complete cell that has appeared since the last look, run by run, in the order of their names."""
        for run in _runs(self.directory):
            for track in self.tracks:
                yield from self._look_into(run / track.name, track)

    def _look_into(self, folder: Path, track: Track) -> Iterator[Offer]:
        done = self._done.setdefault(str(folder), set())
        there = _segments(folder)
        done &= {entry.name for entry in there}
        # a segment that was no good is read again only if its file changed since: it may have been half written
        fresh = [
            entry.name
            for entry in there
            if entry.name not in done or (entry.path in self._flawed and self._flawed[entry.path] != _stat(entry))
        ]
        if not fresh:
            return
        init = self._init(folder, track)
        if init is None:
            return
        for name in sorted(fresh, key=lambda name: int(name[:-4])):
            done.add(name)
            offer = self._judged(folder / name, track, *init)
            if offer is not None:
                self._flawed.pop(str(folder / name), None)
                yield offer

    def _init(self, folder: Path, track: Track) -> tuple[Init, bytes] | None:
        """The run's initialisation segment, None until it is whole."""
        known = self._inits.get(str(folder))
        if known:
            return known
        try:
            data = (folder / "init.mp4").read_bytes()
            init = read_init(data)
        except (OSError, EOFError):
            return None
        except ValueError as broken:
            self._refuse(folder / "init.mp4", track, str(broken))
            return None
        wanted = self.kids.get(track.label)
        if init.kid != wanted:
            self._refuse(folder / "init.mp4", track, f"its key id is {init.kid or 'none'}, not {wanted or 'none'}")
            return None
        self._inits[str(folder)] = init, data
        return init, data

    def _judged(self, path: Path, track: Track, init: Init, init_data: bytes) -> Offer | None:
        """The segment if it is good; else it is remembered as it is now, and refused if it is whole."""
        version = (0, 0)
        try:
            version = _version(path.stat())
            data = path.read_bytes()
            cell = judge(track.name, read_fragment(data, init), init, self.grid, self.samples(track))
        except (OSError, EOFError):
            self._flawed[str(path)] = version
            return None
        except ValueError as broken:
            reason = str(broken)
        else:
            expected = self.accepted.setdefault(track.name, init) if cell.complete else init
            reason = cell.flaw or _difference(expected, init)
            if not reason:
                return Offer(cell, data, init_data)
        self._flawed[str(path)] = version
        self._refuse(path, track, reason)
        return None

    def _refuse(self, path: Path, track: Track, reason: str) -> None:
        refusal = Refusal(f"{path.parent.parent.name}/{track.name}/{path.name}", reason)
        if refusal not in self.refusals:
            self.refused += 1
            self.refusals = [*self.refusals, refusal][-REFUSALS_KEPT:]


def _difference(expected: Init, given: Init) -> str:
    """The first field in which two initialisation segments differ, in words; empty when they agree."""
    mine: Mapping[str, object] = vars(expected)
    other: Mapping[str, object] = vars(given)
    return next(
        (f"its {name} is {other[name]}, published is {mine[name]}" for name in mine if mine[name] != other[name]), ""
    )


def _runs(directory: Path) -> list[Path]:
    """The folders of runs, oldest first: those of a part's directory lie in its folder `runs`."""
    home = directory / "runs" if (directory / "runs").is_dir() else directory
    try:
        with os.scandir(home) as entries:
            runs = [Path(entry.path) for entry in entries if entry.name.isdecimal() and entry.is_dir()]
    except FileNotFoundError:
        return []
    return sorted(runs, key=lambda run: int(run.name))


def _segments(folder: Path) -> "list[os.DirEntry[str]]":
    try:
        with os.scandir(folder) as entries:
            return [entry for entry in entries if entry.name.endswith(".m4s") and entry.name[:-4].isdecimal()]
    except FileNotFoundError:
        return []


def _stat(entry: "os.DirEntry[str]") -> tuple[int, int]:
    try:
        return _version(entry.stat())
    except FileNotFoundError:
        return 0, 0


def _version(found: os.stat_result) -> tuple[int, int]:
    return found.st_size, found.st_mtime_ns
