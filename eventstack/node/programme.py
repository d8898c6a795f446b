"""The programme's marks: which cells are on air. The verbs write them, the publisher acts on them.

A mark falls on the cell boundary nearest to the moment it is set, so a programme is as long as the time between
its marks, within one cell. A programme that was taken off air and put back has several spans.
"""

from collections.abc import Iterable
from pathlib import Path

import msgspec

from eventstack.node.secrets_file import write_private
from eventstack.planning.parts import Plain

FILE = "marks.json"


class Span(Plain, frozen=True):
    """Cells on air from `start` up to, not including, `end`; None while it is open."""

    start: int
    end: int | None = None

    def holds(self, number: int) -> bool:
        """Whether the cell belongs to it."""
        return self.start <= number and (self.end is None or number < self.end)


class Marks(Plain, frozen=True):
    """The spans in order; `finish_by_ms` (Unix time in ms) is when the programme has to be finished at the latest."""

    spans: tuple[Span, ...] = ()
    finish_by_ms: int | None = None

    def on_air(self, number: int) -> bool:
        """Whether the cell belongs to the programme."""
        return any(span.holds(number) for span in self.spans)

    @property
    def start(self) -> int | None:
        """The programme's first cell, None before it."""
        return self.spans[0].start if self.spans else None

    @property
    def end(self) -> int | None:
        """The cell behind the programme's last, None while it is on air or before it."""
        return self.spans[-1].end if self.spans else None

    @property
    def open(self) -> bool:
        """Whether the programme is on air."""
        return bool(self.spans) and self.spans[-1].end is None

    def opened(self, number: int) -> "Marks":
        """On air from this cell on; unchanged when it is on air already."""
        if self.open:
            return Marks(spans=self.spans)
        start = max([number, *_ends(self.spans)])
        return Marks(spans=(*self.spans, Span(start=start)))

    def closed(self, number: int) -> "Marks":
        """Off air from this cell on; a span keeps one cell at least. Unchanged when it is off air already."""
        if not self.open:
            return self
        last = self.spans[-1]
        closed = Span(start=last.start, end=max(number, last.start + 1))
        return Marks(spans=(*self.spans[:-1], closed), finish_by_ms=self.finish_by_ms)

    def finishing(self, by_ms: int) -> "Marks":
        """To be finished by then, unless an earlier order stands."""
        return self if self.finish_by_ms is not None else Marks(spans=self.spans, finish_by_ms=by_ms)


def _ends(spans: Iterable[Span]) -> list[int]:
    return [span.end for span in spans if span.end is not None]


def read(directory: Path) -> Marks:
    """The marks kept in a part's directory, none before the first; raises `msgspec.DecodeError` for a torn file."""
    try:
        return msgspec.json.decode((directory / FILE).read_bytes(), type=Marks)
    except FileNotFoundError:
        return Marks()


def write(directory: Path, marks: Marks) -> None:
    """Replace the marks in one step."""
    write_private(directory / FILE, msgspec.json.encode(marks).decode())
