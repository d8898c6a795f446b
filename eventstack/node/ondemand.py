"""Closes a recording: what was on air stays, with manifests of its own, the same keys and no re-encoding."""

from dataclasses import dataclass
from fractions import Fraction
from pathlib import Path

import msgspec

from eventstack.media import dash, hls
from eventstack.media import recording as form
from eventstack.media.fmp4 import Init, read_init
from eventstack.media.grid import Grid, rfc3339
from eventstack.media.presentation import Entry, Presentation
from eventstack.media.recording import RecordedTrack, VodRecord
from eventstack.node import shelf, streams
from eventstack.node.config import Publisher, Track
from eventstack.node.programme import Marks
from eventstack.node.streams import Measured


@dataclass(frozen=True)
class _Recorded:
    track: Track
    init: Init
    measured: Measured


def close(
    directory: Path, config: Publisher, grid: Grid, marks: Marks, *, end: int, lag_s: Fraction = Fraction(0)
) -> VodRecord | None:
    """Write the manifests of a finished programme and remove what was not on air; what it now says of itself.

    The programme ends before cell `end` at the latest; `lag_s` is how far its first label trails the clock. What is
    older than its first mark is a former programme's, whose marks are gone: it stays, and what its record names stays
    on demand. Does nothing and returns None when nothing of the programme was recorded. Repeating it gives the same
    files.
    """
    folders = [directory / track.name for track in config.tracks]
    found = [shelf.numbers(folder) for folder in folders]
    whole = set.intersection(*found)
    programme = {number for number in whole if marks.on_air(number) and number < end}
    if marks.start is None or not programme:
        return None
    former = {number for number in _recorded(directory) & whole if number < marks.start}
    wanted = sorted(programme | former)
    shelf.remove(folders, {number for number in set.union(*found) if number >= marks.start} - programme)
    first, behind = wanted[0], wanted[-1] + 1
    absent = sorted(set(range(first, behind)) - set(wanted))
    recorded = [_Recorded(track, *_measure(directory / track.name, wanted)) for track in config.tracks]
    record = VodRecord(
        occurrence=config.occurrence,
        title=config.title,
        tracks=tuple(_track(one, grid) for one in recorded),
        first_cell=first,
        end_cell=behind,
        cells=len(wanted),
        missing=tuple(number for number in absent if marks.on_air(number)),
        off_air=tuple(number for number in absent if not marks.on_air(number)),
        segment=str(grid.duration),
        epoch=config.epoch,
        programme_start=rfc3339(grid.instant(first, lag_s)),
        duration=str((behind - first) * grid.duration),
        kids=dict(config.drm.kids) if config.drm else {},
        scheme=config.drm.scheme if config.drm else "",
    )
    _write_manifests(directory, config, grid, recorded, record, lag_s)
    shelf.write_whole(directory / form.FILE, form.encode(record))
    return record


def _recorded(directory: Path) -> set[int]:
    """The cells that are on demand so far; none where no recording was closed yet."""
    try:
        return set(form.decode((directory / form.FILE).read_bytes()).numbers())
    except (OSError, msgspec.DecodeError):
        return set()


def _measure(folder: Path, numbers: list[int]) -> tuple[Init, Measured]:
    measured = Measured()
    for number in numbers:
        measured.add((folder / f"{number}.m4s").stat().st_size)
    return read_init((folder / "init.mp4").read_bytes()), measured


def _track(one: _Recorded, grid: Grid) -> RecordedTrack:
    return RecordedTrack(
        name=one.track.name,
        kind="video" if one.track.rendition else "audio",
        label=one.track.label,
        codec=one.init.codec,
        timescale=one.init.timescale,
        bandwidth=one.measured.peak(grid),
        size=one.measured.size,
    )


def _write_manifests(
    directory: Path, config: Publisher, grid: Grid, recorded: list[_Recorded], record: VodRecord, lag_s: Fraction
) -> None:
    there = set(record.numbers())
    view = Presentation(
        grid=grid,
        streams=tuple(streams.stream(one.track, one.init, one.measured, grid, declared=False) for one in recorded),
        entries=tuple(
            Entry(number, grid.instant(number, lag_s), number not in there)
            for number in range(record.first_cell, record.end_cell)
        ),
        protection=streams.protection(config.drm),
        cells="",
    )
    if config.hls:
        for stream in view.streams:
            shelf.write_whole(directory / f"{stream.name}.m3u8", hls.media(view, stream, vod=True))
        shelf.write_whole(directory / "master.m3u8", hls.master(view))
    if config.dash:
        shelf.write_whole(directory / "manifest.mpd", dash.manifest(view))
