"""From a track's configuration and its initialisation segment to what manifests say of it."""

from dataclasses import dataclass
from fractions import Fraction

from eventstack.media.fmp4 import Init
from eventstack.media.grid import Grid
from eventstack.media.presentation import Protection, Stream
from eventstack.node.config import PublisherDrm, Track


@dataclass
class Measured:
    """Bytes seen of one track: in all, and in its largest cell."""

    cells: int = 0
    size: int = 0
    largest: int = 0

    def add(self, size: int) -> None:
        """Count one more cell of `size` bytes."""
        self.cells += 1
        self.size += size
        self.largest = max(self.largest, size)

    def peak(self, grid: Grid) -> int:
        """Bit/s of the largest cell."""
        return _rate(self.largest, grid.duration)

    def average(self, grid: Grid) -> int:
        """Bit/s over all cells."""
        return _rate(self.size, grid.duration * max(1, self.cells))


def stream(track: Track, init: Init, measured: Measured, grid: Grid, *, declared: bool) -> Stream:
    """The stream of a track. With `declared` its peak is at least what the encoder may send: more is to come."""
    promised = track.rendition.max_bitrate if track.rendition else track.audio.bitrate if track.audio else 0
    peak = measured.peak(grid)
    rendition, audio = track.rendition, track.audio
    return Stream(
        name=track.name,
        kind="video" if rendition else "audio",
        codec=init.codec,
        timescale=init.timescale,
        bandwidth=max(1, peak, promised) if declared else max(1, peak),
        average_bandwidth=max(1, measured.average(grid)),
        kid=init.kid,
        width=init.width,
        height=init.height,
        frame_rate=Fraction(rendition.frame_rate) if rendition else Fraction(25),
        language=audio.language if audio else "und",
        title=audio.label if audio else "",
        channels=audio.channels if audio else 2,
        sample_rate=audio.sample_rate if audio else 48000,
    )


def protection(drm: PublisherDrm | None) -> Protection | None:
    """What manifests say of the keys, None for a clear programme."""
    return Protection(drm.scheme, drm.systems, drm.licence_url) if drm else None


def _rate(size: int, seconds: Fraction) -> int:
    return int(size * 8 / seconds)
