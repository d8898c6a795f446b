"""How an operation looks: a table of resources on a terminal, a line a change elsewhere; both on standard error."""

import sys
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Protocol

from rich.console import Console, Group, RenderableType
from rich.live import Live
from rich.table import Table
from rich.text import Text

from eventstack.cli.listeners import listened
from eventstack.deploy.deployer import Progress

MARKS = {"planned": "·", "running": "…", "done": "✓", "failed": "✗"}
STYLES = {"planned": "dim", "running": "yellow", "done": "green", "failed": "red"}

PAPER = 160
"""Columns of lines that go to a file or a pipe."""

KEPT = 6
"""Lines of a terminal that the table leaves free."""


class Display(Protocol):
    """What an operation tells whoever shows it; calls come from any thread."""

    def moved(self, progress: Progress) -> None:
        """A resource moved."""
        ...

    def note(self, text: str) -> None:
        """A line that a person should read."""
        ...


def console() -> Console:
    """Standard error, safe to write to whether somebody reads it or not."""
    return Console(file=listened(sys.stderr), width=None if sys.stderr.isatty() else PAPER, highlight=False)


@contextmanager
def display(on: Console) -> Iterator[Display]:
    """The display that fits the console."""
    if not on.is_terminal:
        yield Lines(on)
        return
    picture = Picture(on)
    with picture.live:
        yield picture


class Lines:
    """One line a resource, when it is done, has failed or, in a preview, is planned."""

    def __init__(self, on: Console) -> None:
        self._console = on

    def moved(self, progress: Progress) -> None:
        """Say what a person would want to know of it."""
        if is_shown(progress) and progress.state != "running":
            self.note(f"{MARKS[progress.state]} {_row(progress)}")

    def note(self, text: str) -> None:
        """Print the line."""
        self._console.print(text, markup=False, soft_wrap=True)


class Picture:
    """A table that is redrawn as resources move; what failed stays in sight, what is done gives way first."""

    def __init__(self, on: Console) -> None:
        self._console = on
        self._moves: dict[str, Progress] = {}
        self._lock = threading.Lock()
        self.live = Live(console=on, get_renderable=self._draw, refresh_per_second=6, transient=True)

    def moved(self, progress: Progress) -> None:
        """Remember the latest of each resource."""
        if is_shown(progress):
            with self._lock:
                self._moves[progress.urn] = progress

    def note(self, text: str) -> None:
        """Print the line above the table."""
        self._console.print(text, markup=False, soft_wrap=True)

    def _draw(self) -> RenderableType:
        with self._lock:
            return draw(list(self._moves.values()), self._console.height - KEPT)


def draw(moves: list[Progress], rows: int) -> RenderableType:
    """The table, of at most that many rows."""
    table = Table(box=None, show_header=False, pad_edge=False)
    weight = {"failed": 0, "running": 1, "done": 2, "planned": 3}
    first = sorted(moves, key=lambda move: weight[move.state])
    for move in first[: max(1, rows)]:
        style = STYLES[move.state]
        span = f"{move.duration_s:.1f} s" if move.duration_s is not None else ""
        table.add_row(Text(MARKS[move.state], style), Text(move.op, style), move.name, span, Text(move.detail, "red"))
    counts = {state: sum(move.state == state for move in moves) for state in weight}
    said = ", ".join(f"{count} {state}" for state, count in counts.items() if count)
    return Group(table, Text(said, "dim"))


def is_shown(progress: Progress) -> bool:
    """Whether a person would want to see it: what changes, and is no part of the engine itself."""
    return progress.op not in ("same", "read") and not progress.type.startswith("pulumi:")


def _row(progress: Progress) -> str:
    span = f" {progress.duration_s:.1f} s" if progress.duration_s is not None else ""
    return f"{progress.op} {progress.name}{span} {progress.detail}".rstrip()
