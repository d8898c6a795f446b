"""Documents as files hold them: other values at their paths, and every value that stands in one."""

import copy
import re
from collections.abc import Iterator, Mapping
from typing import Any

from tests.planning.changes import GONE

PARTS = re.compile(r"[^.\[\]]+")
"""The parts of a path."""


def written(document: dict[str, Any], values: Mapping[str, Any]) -> dict[str, Any]:
    """The document with other values at these paths."""
    document = copy.deepcopy(document)
    for path, value in values.items():
        *around, last = [int(part) if part.isdigit() else part for part in PARTS.findall(path)]
        holder: Any = document
        for part in around:
            holder = holder.setdefault(part, {}) if isinstance(holder, dict) else holder[part]
        if value == GONE:
            holder.pop(last, None)
        else:
            holder[last] = copy.deepcopy(value)
    return document


def leaves(value: Any, path: tuple[str, ...]) -> Iterator[tuple[str, ...]]:
    """The path of each value that holds no others."""
    inner = value.items() if isinstance(value, dict) else enumerate(value) if isinstance(value, (list, tuple)) else ()
    found = False
    for name, item in inner:
        found = True
        yield from leaves(item, (*path, str(name)))
    if not found:
        yield path
