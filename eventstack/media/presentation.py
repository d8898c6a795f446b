"""What a manifest is made from: streams, cells and their protection, the same for HLS and DASH.

The publisher fills it from running media, the recording from what is on disk; the writers in `hls` and `dash`
only put it into words.
"""

from dataclasses import dataclass
from datetime import datetime
from fractions import Fraction
from typing import Literal

from eventstack.media.grid import Grid


@dataclass(frozen=True)
class Stream:
    """One track as viewers choose it; bit rates in bit/s (`bandwidth` the peak, over any one cell).

    `kid` is the key id (32 hex digits) of a protected track. `frame_rate` in 1/s, `sample_rate` in Hz.
    """

    name: str
    kind: Literal["video", "audio"]
    codec: str
    timescale: int
    bandwidth: int
    average_bandwidth: int
    kid: str | None = None
    width: int = 0
    height: int = 0
    frame_rate: Fraction = Fraction(25)
    language: str = "und"
    title: str = ""
    channels: int = 2
    sample_rate: int = 48000


@dataclass(frozen=True)
class Protection:
    """Common encryption as manifests say it: scheme, systems by name (`pssh.SYSTEMS`), where ClearKey licences are.

    ClearKey is signalled like any other system: only where it is named.
    """

    scheme: str
    systems: tuple[str, ...]
    licence_url: str

    @property
    def clearkey(self) -> bool:
        """Whether ClearKey licences are signalled."""
        return "clearkey" in self._names

    @property
    def vendors(self) -> tuple[str, ...]:
        """The systems whose header is a box of their own."""
        return tuple(name for name in self._names if name != "clearkey")

    @property
    def _names(self) -> tuple[str, ...]:
        """The systems in lower case: their vendors write them in many ways."""
        return tuple(name.lower() for name in self.systems)


@dataclass(frozen=True)
class Entry:
    """One cell's line in a manifest: its number, when it begins (UTC), whether its media are missing."""

    number: int
    instant: datetime
    missing: bool = False


@dataclass(frozen=True)
class Presentation:
    """Everything that the manifests of one moment say; entries are consecutive numbers, oldest first.

    `cells` and `keys` are what goes before `<track>/<number>.m4s` and `<key id>`, relative to the manifest.
    """

    grid: Grid
    streams: tuple[Stream, ...]
    entries: tuple[Entry, ...]
    protection: Protection | None = None
    cells: str = "../cells/"
    keys: str = "../../keys/"

    def of_kind(self, kind: Literal["video", "audio"]) -> tuple[Stream, ...]:
        """The streams of one kind, in their order."""
        return tuple(stream for stream in self.streams if stream.kind == kind)

    def runs(self) -> tuple[tuple[Entry, ...], ...]:
        """The entries with media, one tuple for each stretch without a hole."""
        runs: list[list[Entry]] = [[]]
        for entry in self.entries:
            if entry.missing:
                runs.append([])
            else:
                runs[-1].append(entry)
        return tuple(tuple(run) for run in runs if run)
