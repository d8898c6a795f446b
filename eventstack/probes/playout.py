"""A player's buffer as arithmetic: media arrive, a clock runs, and the picture stands still when they don't match."""

from dataclasses import dataclass
from datetime import datetime

START_SEGMENTS = 3
"""Segments that hls.js and shaka-player keep between themselves and the live edge by default."""


@dataclass
class Playout:
    """Seconds of media `arrived` and `played`; told of each arrival, and of the time as it goes on.

    `stalls` counts how often the picture stood still after it had begun to move, `stalled_s` for how long.
    """

    segment_s: float = 1.92
    arrived_s: float = 0.0
    played_s: float = 0.0
    stalls: int = 0
    stalled_s: float = 0.0
    playing: bool = False
    begun: bool = False
    ended: bool = False
    seen_at: datetime | None = None

    @property
    def buffered_s(self) -> float:
        """Seconds of media that are there and not yet played."""
        return self.arrived_s - self.played_s

    def advance(self, now: datetime) -> None:
        """Let the clock run to `now`: play what there is, stand still without."""
        passed_s = max((now - self.seen_at).total_seconds(), 0.0) if self.seen_at else 0.0
        self.seen_at = now
        if self.playing:
            moved_s = min(passed_s, self.buffered_s)
            self.played_s += moved_s
            if passed_s > moved_s and not self.ended:
                self.playing, self.stalls = False, self.stalls + 1
                self.stalled_s += passed_s - moved_s
        elif self.begun and not self.ended:
            self.stalled_s += passed_s
        self._resume()

    def arrive(self, arrived_s: float) -> None:
        """So many seconds of media are there in all, of every track."""
        self.arrived_s = max(self.arrived_s, arrived_s)
        self._resume()

    def end(self) -> None:
        """No more will come: standing still at the end is no stall."""
        self.ended = True
        self._resume()

    def _resume(self) -> None:
        wanted_s = self.segment_s * (1 if self.begun else START_SEGMENTS)
        if not self.playing and (self.buffered_s >= wanted_s - 1e-6 or (self.ended and self.buffered_s > 0)):
            self.playing = self.begun = True
