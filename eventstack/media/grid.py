"""Cell arithmetic: the event's timeline cut into cells of one segment, counted from the event's epoch.

A cell's number is its start divided by the segment's duration, so any encoder, packager or path that labels
its media in seconds since the epoch lands on the same numbers. Everything is exact: rationals, no floats.
"""

import math
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from fractions import Fraction

from eventstack.planning.parts import Segment

AAC_FRAME = 1024
"""Samples in one frame of AAC-LC (ISO/IEC 14496-3, 4.5.1.1)."""


@dataclass(frozen=True)
class Grid:
    """The timeline of one event: `epoch` (UTC) is the start of cell 0, `duration` that of every cell in seconds."""

    epoch: datetime
    duration: Fraction

    @classmethod
    def of(cls, epoch: str, segment: Segment) -> "Grid":
        """The grid of a plan's epoch (RFC 3339) and segment; raises ValueError when either contradicts itself."""
        duration = Fraction(segment.duration)
        if duration <= 0 or duration * segment.timescale != segment.ticks:
            raise ValueError(
                f"a segment of {segment.duration} s is not {segment.ticks} ticks of 1/{segment.timescale} s"
            )
        start = datetime.fromisoformat(epoch)
        if start.tzinfo is None:
            raise ValueError(f"the epoch {epoch!r} names no time zone")
        return cls(start.astimezone(UTC), duration)

    def cell(self, start: int, timescale: int) -> int | None:
        """The number of the cell that starts at `start` ticks of 1/`timescale` s, or None off the grid."""
        number = Fraction(start, timescale) / self.duration
        return int(number) if number.denominator == 1 else None

    def ticks(self, cells: int, timescale: int) -> int:
        """`cells` cells in ticks of 1/`timescale` s; raises ValueError when a cell is no whole number of ticks."""
        return _whole(self.duration * timescale, f"ticks of 1/{timescale} s") * cells

    def pictures(self, frame_rate: str) -> int:
        """Pictures in one cell at a rational frame rate; raises ValueError when they don't fill it exactly."""
        return _whole(self.duration * Fraction(frame_rate), f"pictures at {frame_rate}/s")

    def audio_frames(self, sample_rate: int, frame: int = AAC_FRAME) -> int:
        """Audio frames of `frame` samples in one cell; raises ValueError when they don't fill it exactly."""
        return _whole(self.duration * sample_rate / frame, f"audio frames of {frame} samples at {sample_rate} Hz")

    def instant(self, number: int, lag_s: Fraction = Fraction(0)) -> datetime:
        """When cell `number` begins, in UTC to the microsecond; `lag_s` is how far its labels trail the clock."""
        seconds = number * self.duration + lag_s
        return self.epoch + timedelta(microseconds=round(seconds * 1_000_000))

    def boundary(self, now: datetime, lag_s: Fraction = Fraction(0)) -> int:
        """The number of the cell whose beginning is nearest to `now`: where a mark set at that moment falls.

        Two marks so set span the time between them within one cell, and each is off by half a cell at most.
        """
        elapsed = Fraction((now - self.epoch) // timedelta(microseconds=1), 1_000_000) - lag_s
        return math.floor(elapsed / self.duration + Fraction(1, 2))

    def cells_in(self, seconds: int | Fraction) -> int:
        """How many cells cover that many seconds, at least one."""
        return max(1, math.ceil(Fraction(seconds) / self.duration))


def rfc3339(instant: datetime) -> str:
    """An instant in UTC with milliseconds, as HLS and DASH write it: `2026-11-22T18:00:01.920Z`."""
    moment = instant.astimezone(UTC) + timedelta(microseconds=500)
    return f"{moment:%Y-%m-%dT%H:%M:%S}.{moment.microsecond // 1000:03d}Z"


def _whole(value: Fraction, what: str) -> int:
    if value.denominator != 1:
        raise ValueError(f"a cell holds {value} {what}, not a whole number")
    return value.numerator
