"""Judges segments: a cell is published once and only when it is complete.

A killed encoder leaves a short segment under a regular name; to serve it would be a jump for every viewer, so
each segment is held against the grid and the track before it is believed.
"""

from dataclasses import dataclass

from eventstack.media.fmp4 import Fragment, Init
from eventstack.media.grid import Grid


@dataclass(frozen=True)
class Cell:
    """One track's media of one cell; `start` and `duration` in the track's timescale, `size` in bytes.

    `flaw` says why it may not be published, and is empty for a complete one.
    """

    track: str
    number: int
    start: int
    duration: int
    samples: int
    sync: bool
    size: int
    flaw: str = ""

    @property
    def complete(self) -> bool:
        """Whether it may be published."""
        return not self.flaw


def judge(track: str, fragment: Fragment, init: Init, grid: Grid, samples: int) -> Cell:
    """Hold a segment against its cell: on the grid, as long as a cell, with `samples` samples, the first one sync.

    The number of a segment off the grid is that of the cell in which it starts.
    """
    number = grid.cell(fragment.start, init.timescale)
    ticks = grid.ticks(1, init.timescale)
    flaw = ""
    if number is None:
        flaw = f"starts at {fragment.start}, {fragment.start % ticks} ticks off the grid"
    elif fragment.samples != samples:
        flaw = f"{fragment.samples} of {samples} samples"
    elif fragment.duration != ticks:
        flaw = f"lasts {fragment.duration} of {ticks} ticks"
    elif not fragment.sync:
        flaw = "does not open with a sync sample"
    return Cell(
        track=track,
        number=fragment.start // ticks if number is None else number,
        start=fragment.start,
        duration=fragment.duration,
        samples=fragment.samples,
        sync=fragment.sync,
        size=fragment.size,
        flaw=flaw,
    )
