"""How faults look: place and message, the line with a mark under what is wrong, what is allowed, what to do.

Every command that shows a ConfigError to a person calls `render`; whoever prints it decides on colours with `colours`.
"""

import dataclasses
import json
import os
import shutil
from collections.abc import Iterable, Sequence
from typing import Any

import click

from eventstack.errors import Fault

_TAB = "    "


def render(faults: Sequence[Fault], *, width: int | None = None) -> str:
    """Faults in the order given, styled, and a count where there are several; `width` is the terminal's, in columns."""
    width = width or shutil.get_terminal_size((120, 24)).columns
    shown = [_one(fault, width) for fault in faults]
    return "\n".join([*shown, *([click.style(count(faults), bold=True)] if len(faults) > 1 else [])])


def count(faults: Iterable[Fault]) -> str:
    """How many there are of what, as `3 faults and 1 note in 2 files`."""
    listed = list(faults)
    notes = sum(fault.severity == "note" for fault in listed)
    files = len({fault.file for fault in listed if fault.file})
    numbers = ((len(listed) - notes, "fault"), (notes, "note"))
    words = " and ".join(_plural(number, word) for number, word in numbers if number)
    return f"{words} in {_plural(files, 'file')}" if files else words


def colours() -> bool | None:
    """Whether to colour: never with NO_COLOR or FORCE_COLOR=0, always with FORCE_COLOR, else (None) on a terminal."""
    if os.environ.get("NO_COLOR"):
        return False
    return os.environ["FORCE_COLOR"] != "0" if os.environ.get("FORCE_COLOR") else None


def as_json(value: Any) -> str:
    """JSON for people and machines; what a terminal would obey, or could not print, is escaped."""
    text = json.dumps(value, indent=2, ensure_ascii=False)
    if text.isascii() and "\x7f" not in text:
        return text
    return "".join(char if char == "\n" or char.isprintable() else _escaped(char) for char in text)


def _escaped(char: str) -> str:
    return "\\u007f" if char == "\x7f" else json.dumps(char)[1:-1]


def fields(fault: Fault) -> dict[str, Any]:
    """All that a fault knows, as JSON values."""
    return dataclasses.asdict(fault)


def _one(fault: Fault, width: int) -> str:
    note = fault.severity == "note"
    place = ":".join(str(part) for part in (fault.file, fault.line, fault.column) if part is not None)
    parts = (place, "note" if note else None, fault.field, fault.message)
    lines = [click.style(printable(": ".join(part for part in parts if part)), fg="cyan" if note else "red")]
    if fault.quoted is not None and fault.marked is not None:
        lines += _quotation(fault, fault.quoted, fault.marked, width)
    for label, value in (("given", fault.given), ("allowed", fault.allowed), ("to do", fault.hint)):
        if value:
            lines.append(f"  {click.style(label, bold=True)}: {printable(value)}")
    return "\n".join(lines)


def _quotation(fault: Fault, quoted: str, marked: int, width: int) -> list[str]:
    """The line behind its number, and below it the mark."""
    from rich.cells import cell_len

    number = str(fault.line or "")
    gutter = max(5, len(number))
    text = "".join(char if char.isprintable() else _TAB if char == "\t" else "\ufffd" for char in quoted)
    at = marked - 1 + quoted[: marked - 1].count("\t") * (len(_TAB) - 1)
    before, after = _window(text, at, max(width - gutter - 4, 40))
    inside = after[: (fault.span or 1) + quoted[marked - 1 : marked - 1 + (fault.span or 1)].count("\t") * 3]
    carets = "^" * max(1, cell_len(inside))
    bar = click.style("|", fg="blue")
    return [
        f"{click.style(number.rjust(gutter), fg='blue')} {bar} {before}{after}",
        f"{' ' * gutter} {bar} {' ' * cell_len(before)}{click.style(carets, fg='red', bold=True)}",
    ]


def _window(text: str, at: int, room: int) -> tuple[str, str]:
    """The text before and from `at` on, cut to `room` columns around it."""
    from rich.cells import cell_len

    before, after = text[:at], text[at:]
    if cell_len(text) <= room:
        return before, after
    left = room // 2
    if cell_len(before) > left:
        while cell_len(before) > left - 1:
            before = before[1:]
        before = f"…{before}"
    rest = room - cell_len(before)
    if cell_len(after) > rest:
        while cell_len(after) > rest - 1:
            after = after[:-1]
        after = f"{after}…"
    return before, after


def printable(text: str) -> str:
    """The text with everything that a terminal would obey, or not show, as an escape."""
    return "".join(char if char.isprintable() else f"\\u{ord(char):04x}" for char in text)


def _plural(number: int, word: str) -> str:
    return f"{number} {word}{'' if number == 1 else 's'}"
