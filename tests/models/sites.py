"""Where models and planning refuse something, and which of these places some run reaches: for tests that show all."""

import ast
import sys
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from functools import cache
from pathlib import Path
from types import FrameType
from typing import Any, NamedTuple

from eventstack import models

MODELS = Path(models.__file__).parent
RULES = {"Rule", "unfit", "of_event", "of_profile"}
"""What a refusal is made with; in the files of `WORDS` by a ValueError too, whose text becomes the refusal's."""

WORDS = {"units.py", "references.py", "wall_clock.py"}

NOTES = {"of", "notes", "deviation"}
"""Functions that refuse nothing: what they make are notes."""

UNREACHED = {
    "this machine has no zone database": "a machine without tzdata can't be had in a test",
    "a time without offset": "files hold text; a program that gives such a time is tested beside the clock",
    "ValueError(text)": "every kind of quantity has a reader of its own",
}
"""Refusals that no document reaches, and why."""


class Site(NamedTuple):
    """A call that refuses something."""

    file: str
    line: int
    text: str

    def __str__(self) -> str:
        return f"{Path(self.file).stem}:{self.text}"


@cache
def refusals(place: Path) -> tuple[Site, ...]:
    """Every refusal in a file, or in those of a folder."""
    return tuple(site for site, function in _all(place) if function not in NOTES)


@cache
def notes(place: Path) -> tuple[Site, ...]:
    """Every note in a file, or in those of a folder."""
    return tuple(site for site, function in _all(place) if function in NOTES)


def _all(place: Path) -> Iterator[tuple[Site, str]]:
    for file in sorted(place.rglob("*.py")) if place.is_dir() else [place]:
        tree = ast.parse(file.read_text(encoding="utf-8"))
        functions = [node for node in ast.walk(tree) if isinstance(node, ast.FunctionDef)]
        for node in ast.walk(tree):
            name = node.func.id if isinstance(node, ast.Call) and isinstance(node.func, ast.Name) else ""
            if name not in RULES and not (name == "ValueError" and file.name in WORDS):
                continue
            assert isinstance(node, ast.Call)
            if any(reason in ast.unparse(node) for reason in UNREACHED):
                continue
            around = [one.name for one in functions if one.lineno <= node.lineno <= (one.end_lineno or 0)]
            text = ast.unparse(node.args[0 if name in ("unfit", "ValueError") else 1])
            yield Site(str(file), node.lineno, text[:60]), around[-1]


@contextmanager
def reached(sites: Iterable[Site]) -> Iterator[set[Site]]:
    """Those of `sites` whose lines run meanwhile."""
    known = {(site.file, site.line): site for site in sites}
    files, found, before = {site.file for site in sites}, set[Site](), sys.gettrace()

    def follow(frame: FrameType, event: str, argument: Any) -> Any:
        if event == "call":
            return follow if frame.f_code.co_filename in files else None
        if event == "line" and (site := known.get((frame.f_code.co_filename, frame.f_lineno))):
            found.add(site)
        return follow

    sys.settrace(follow)
    try:
        yield found
    finally:
        sys.settrace(before)
