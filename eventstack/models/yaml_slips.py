"""What a text that is no YAML probably lacks: the parser's problem in a user's words, at the place where it began.

The parser reports where it gave up, which is often lines below the slip: an unclosed quote at the end of the file, a
missing space after a colon on the line that follows. The YAML reader asks here when it can't go on.
"""

import re
import unicodedata
from collections.abc import Sequence
from typing import NamedTuple

from ruamel.yaml.error import MarkedYAMLError

from eventstack.models.document import Mark
from eventstack.models.quoting import printable

PLAIN = "key: value on a line, what belongs under a key indented below it with spaces"


class Slip(NamedTuple):
    """Where it is, what is wrong, what is there, what would do, and what to do; `given` never repeats a value."""

    place: Mark
    message: str
    allowed: str
    hint: str
    given: str | None = None


def slip(cause: MarkedYAMLError, lines: Sequence[str]) -> Slip:
    """The slip behind the parser's error."""
    problem = " ".join(str(cause.problem or cause.context or "can't be read").split())
    here, began = _place(cause.problem_mark or cause.context_mark), _place(cause.context_mark or cause.problem_mark)
    return (
        _odd_space(here, lines)
        or _tab(problem, here)
        or _unclosed(str(cause.context), problem, began, here, lines)
        or _joined(here, lines)
        or _colon(problem, here, lines)
        or _indented(problem, here, lines)
        or _started(problem, here, began, lines)
        or Slip(
            here, f"not YAML: {printable(problem)}", PLAIN, "put a text with any of : # { } [ ] , & * ! | > in quotes"
        )
    )


def _place(mark: object) -> Mark:
    line, column = getattr(mark, "line", 0), getattr(mark, "column", 0)
    return Mark(line + 1, column + 1)


def _line(lines: Sequence[str], number: int) -> str:
    return lines[number - 1] if 1 <= number <= len(lines) else ""


def _above(lines: Sequence[str], number: int) -> int:
    """The number of the nearest line above that says something; 0 without one."""
    return next(
        (n for n in range(number - 1, 0, -1) if (text := _line(lines, n).strip()) and not text.startswith("#")), 0
    )


def _indent(text: str) -> int:
    return len(text) - len(text.lstrip(" "))


_ODD_SPACE = re.compile(r"(?:^[ -]*|^[^#'\"]*?[:\-])([^\S \t\r\n]|[\u200b-\u200d\u2060\ufeff])")


def _odd_space(here: Mark, lines: Sequence[str]) -> Slip | None:
    """A space that is none for YAML: in the indentation, or behind a colon or a dash, of this line or the one above."""
    for number in (here.line, _above(lines, here.line)):
        if found := _ODD_SPACE.match(_line(lines, number)):
            char = found[1]
            name = unicodedata.name(char, "space").lower()
            given = f"U+{ord(char):04X} ({name})"
            hint = "type the space anew; such ones come with text that is copied from a page"
            return Slip(Mark(number, found.start(1) + 1), "a space that is none", "plain spaces", hint, given)
    return None


def _tab(problem: str, here: Mark) -> Slip | None:
    if "'\\t'" not in problem:
        return None
    return Slip(here, "a tab in the indentation", "spaces", "put two spaces where the tab is", "a tab")


_OPENED = re.compile(r"(?:^|[:\-,\[{])\s+([\"'])")


def _unclosed(context: str, problem: str, began: Mark, here: Mark, lines: Sequence[str]) -> Slip | None:
    """A quote or a bracket that is not closed, at the place where it was opened."""
    if "quoted scalar" in context and "end of stream" in problem:
        return _quote(began, lines)
    if found := re.match(r"expected ',' or '([\]}])'", problem):
        close, opening = found[1], "{" if found[1] == "}" else "["
        inside = here.line > began.line and _indent(_line(lines, here.line)) > _indent(_line(lines, began.line))
        if re.search("got '(<stream end>|[]}])'", problem) or (here.line > began.line and not inside):
            hint = f"write {close} where it ends"
            return Slip(began, f"a {opening} that is never closed", f"{opening} … {close}", hint, opening)
        message = f"neither a comma nor {close} after a value"
        return Slip(here, message, f"values between commas, then {close}", "put a text with : or , in quotes")
    # A quote left open ends at the next one, lines below, where the parser stumbles.
    for number in range(here.line, 0, -1):
        text = _line(lines, number)
        if (
            "<scalar>" in problem
            and (opened := _OPENED.search(text))
            and number < here.line
            and text.count(opened[1], opened.start(1)) % 2
        ):
            return _quote(Mark(number, opened.start(1) + 1), lines)
    return None


def _quote(place: Mark, lines: Sequence[str]) -> Slip:
    mark = _line(lines, place.line)[place.column - 1 : place.column]
    return Slip(place, "a quote that is never closed", f"{mark}text{mark}", f"write {mark} where the text ends", mark)


_NO_SPACE = re.compile(r"^(?:[ ]*(?:- +)*)([A-Za-z_][\w-]*):(?=[^\s:])(?!//)(?!.*: )")


def _joined(here: Mark, lines: Sequence[str]) -> Slip | None:
    """No space between a key's colon and its value, which makes text of both."""
    for number in (here.line, _above(lines, here.line)):
        if found := _NO_SPACE.match(_line(lines, number)):
            key = found[1]
            place = Mark(number, found.end())
            return Slip(place, "no space after the colon", f"{key}: value", "put a space behind the colon", f"{key}:…")
    return None


def _colon(problem: str, here: Mark, lines: Sequence[str]) -> Slip | None:
    """A colon inside a text, which begins on the same line as the key."""
    if "mapping values are not allowed" not in problem:
        return None
    text = _line(lines, here.line)
    before = text[: here.column - 1]
    if found := re.match(r"[ ]*(?:- +)*[\"']?([\w.+-]+)[\"']?:\s+", before):
        mark = "'" if '"' in text else '"'
        hint = f"put the whole text in quotes: {found[1]}: {mark}…{mark}"
        return Slip(here, "a colon inside a text", "text in quotes", hint, "a colon and a space")
    above = _above(lines, here.line)
    if above and _indent(text) > _indent(_line(lines, above)):
        return _too_deep(here.line, above, lines)
    if above and ":" not in _line(lines, above):
        return _bare(above, lines)
    return None


def _too_deep(number: int, above: int, lines: Sequence[str]) -> Slip:
    wanted, given = _indent(_line(lines, above)), _indent(_line(lines, number))
    hint = "begin it in the column of the line above, or move that line's value below its key"
    place = Mark(number, given + 1)
    return Slip(
        place, "indented further than the line above, which has its value", _spaces(wanted), hint, _spaces(given)
    )


def _bare(number: int, lines: Sequence[str]) -> Slip:
    place = Mark(number, _indent(_line(lines, number)) + 1)
    return Slip(place, "a line without a colon", "key: value", "write the key's name, a colon and a space before it")


def _spaces(count: int) -> str:
    return "no space" if count == 0 else "1 space" if count == 1 else f"{count} spaces"


def _indented(problem: str, here: Mark, lines: Sequence[str]) -> Slip | None:
    """A line that begins where no line above does."""
    text = _line(lines, here.line)
    if not re.search(r"found '(<block mapping start>|<block sequence start>|\?|-)'|<document start>", problem):
        return None
    if here.column - 1 > _indent(text):
        return None
    given, fits, around = _indent(text), list[int](), 1 << 30
    number = here.line
    while number := _above(lines, number):
        line = _line(lines, number)
        if (indent := _indent(line)) < around:
            around = indent
            fits.append(indent)
        if item := re.match(r" *- +", line):
            fits.append(item.end())
    wanted = [_spaces(indent) for indent in sorted(set(fits)) if indent != given]
    if not wanted:
        return None
    if given in fits:
        message, hint = "a key among the entries of a list, or an entry among keys", "indent it with what it belongs to"
    else:
        message, hint = "indented like no line above", "begin it exactly below what it belongs to"
    return Slip(here, message, " or ".join(wanted), hint, _spaces(given))


_STARTERS = "@`%&*!|>"


def _started(problem: str, here: Mark, began: Mark, lines: Sequence[str]) -> Slip | None:
    """What can't begin or follow a value."""
    if "could not find expected ':'" in problem:
        return _bare(began.line, lines)
    if "escape" in problem:
        hint = "write \\\\, or put the text in single quotes"
        return Slip(here, "a backslash in a text in double quotes", '\\n, \\", \\\\ and their like', hint, "\\")
    if "sequence entries are not allowed" in problem:
        hint = "write it on a line below, or as [one, two]"
        return Slip(here, "an entry of a list behind its key", "- on a line of its own", hint, "-")
    if "found '<scalar>'" in problem:
        hint = "put the whole text in one pair of quotes; a quote inside stands twice ('it''s')"
        return Slip(here, "text behind a closing quote", "one text in quotes", hint)
    for place in (began, here):
        char = _line(lines, place.line)[place.column - 1 : place.column]
        if char and char in _STARTERS:
            hint = "put the text in quotes"
            return Slip(place, f"a text that begins with {char}", 'text in quotes, as "…"', hint, char)
    char = _line(lines, here.line)[here.column - 1 : here.column]
    if char and char in "]},":
        return Slip(here, f"a {char} that nothing before asks for", PLAIN, "remove it, or put the text in quotes", char)
    return None
