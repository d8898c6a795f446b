"""Plain data as YAML 1.2 lines, each with the path of what it says; `eventstack profile show` adds origins."""

import json
import re
from collections.abc import Iterator
from typing import Any, NamedTuple

from eventstack.models.core_schema import plain
from eventstack.models.yaml_reader import Path

_PLAIN = re.compile(r"(?!-(?: |$))[A-Za-z0-9/+.-](?:[\w ./+%()'-]|:(?! |$))*")
"""Text that needs no quotes, here and in a list in brackets."""


class Line(NamedTuple):
    """One line; `said` where it has a value of its own, and is not only the name of what follows."""

    text: str
    path: Path
    said: bool = True


def lines(data: dict[str, Any], path: Path = (), indent: str = "") -> Iterator[Line]:
    """The lines of a mapping, in its own order: lists of plain values in brackets, all else in blocks."""
    for key, value in data.items():
        here = (*path, key)
        if isinstance(value, dict) and value:
            yield Line(f"{indent}{key}:", here, said=False)
            yield from lines(value, here, f"{indent}  ")
        elif isinstance(value, list) and any(isinstance(item, dict) for item in value):
            yield Line(f"{indent}{key}:", here, said=False)
            for index, item in enumerate(value):
                yield from _item(item, (*here, index), f"{indent}  ")
        else:
            yield Line(f"{indent}{key}: {scalar(value)}", here)


def _item(item: dict[str, Any], path: Path, indent: str) -> Iterator[Line]:
    for index, line in enumerate(lines(item, path, f"{indent}  ")):
        yield line if index else line._replace(text=f"{indent}- {line.text[len(indent) + 2 :]}")


def scalar(value: Any) -> str:
    """A value on one line; text that would be read as something else, or not at all, in quotes."""
    if isinstance(value, list | tuple):
        return f"[{', '.join(map(scalar, value))}]"
    if isinstance(value, dict):
        return f"{{{', '.join(f'{key}: {scalar(item)}' for key, item in value.items())}}}"
    if isinstance(value, str):
        bare = _PLAIN.fullmatch(value) and plain(value) == value and value == value.strip()
        return value if bare else "".join(map(_escaped, json.dumps(value, ensure_ascii=False)))
    return json.dumps(value)


def _escaped(char: str) -> str:
    """A character of a text in double quotes; one that is not printable as YAML 1.2.2 (section 5.7) escapes it."""
    if char.isprintable():
        return char
    return f"\\u{ord(char):04x}" if ord(char) <= 0xFFFF else f"\\U{ord(char):08x}"
