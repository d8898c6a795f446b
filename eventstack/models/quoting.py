"""Quote a user's line in an error without repeating a secret; the YAML reader and its documents call it.

What counts as a secret: the value of a key that is named like one (passphrase, token, api_key, and near misspellings
of these), the credentials in an address, and what the caller says. A reference to a secret (`env:NAME`) is none.
"""

import difflib
import re
from collections.abc import Iterable
from functools import cached_property, lru_cache
from typing import NamedTuple

LONGEST = 240
"""Characters of one quoted line; a longer one is cut around its mark."""

MASK = "***"

LINE_ENDS = re.compile(r"\r\n|\n|\r")
"""Where the YAML reader counts a line."""

_NAMES = ("passphrase", "password", "secret", "token")
_SECRETIVE = re.compile(r"pass|secret|token|key$")
_NAMED = re.compile(r"(?<![\w-])([\w-]{1,64})[\"']?\s*([:=])\s*")
_REFERENCE = re.compile(r"(generated|none|env:\w+|file:[^\s,{}\[\]]+)(?=\s*(?:[,}\]#]|$))")
_LOGIN = re.compile(r"(?<=://)[^/@\s]+(?=@)")
_QUERIED = re.compile(r"(?i)((?:pass(?:phrase|word|wd)?|secret|token|key)[=:]\s*)[^&\s]+|(?<=://)[^/@\s]*(?=@)")
_VALUES = {
    "=": re.compile(r"[^&\s\"']+"),
    ":": re.compile(r"\"(?:[^\"\\]|\\.)*\"?|'(?:[^']|'')*'?|(?![\[{]).+?(?=\s+#|$)|.+"),
    "{": re.compile(r"\"(?:[^\"\\]|\\.)*\"?|'(?:[^']|'')*'?|(?![\[{])[^,}]+?(?=\s*[,}]|\s+#|$)|.+"),
}
"""How far a value reaches: in an address, in a block mapping, in a flow mapping."""


class Quote(NamedTuple):
    """A line fit to be shown: its text, the character that the mark begins at (from 1), and how many it covers."""

    text: str
    column: int
    span: int


@lru_cache(1024)
def secretive(name: str) -> bool:
    """Whether a key's name says that its value is a secret; misspelt ones count."""
    word = name[:64].lower()
    return bool(_SECRETIVE.search(word) or difflib.get_close_matches(word, _NAMES, n=1, cutoff=0.75))


def is_reference(text: str) -> bool:
    """Whether a secret's value only says where the secret is found."""
    return _REFERENCE.fullmatch(text) is not None


def printable(text: str) -> str:
    """The text with everything that a terminal would obey, or not show, as an escape."""
    return "".join(char if char.isprintable() else f"\\u{ord(char):04x}" for char in text)


def shown(text: str) -> str:
    """A user's text fit for one line of a terminal, without what looks like a secret in an address."""
    line = printable(_QUERIED.sub(lambda match: f"{match[1] or ''}{MASK}", text[:4096]))
    return line if len(line) <= 80 else f"{line[:77]}..."


class Page:
    """The text of one file, to quote lines from."""

    def __init__(self, text: str) -> None:
        self._text = text

    @cached_property
    def lines(self) -> list[str]:
        """The lines, as the YAML reader counts them."""
        return [line.replace("\ufeff", "") for line in LINE_ENDS.split(self._text)]

    def quote(
        self, line: int, column: int, span: int | None = None, *, hide: bool = False, secrets: Iterable[str] = ()
    ) -> Quote | None:
        """The line around a mark, both counted from 1; `hide` masks what is marked, to the line's end without a span.

        `secrets` are texts that are masked wherever the line has them. None where there is no such line, or an
        empty one.
        """
        if not 1 <= line <= len(self.lines) or not self.lines[line - 1].strip():
            return None
        text = self.lines[line - 1]
        start = min(column - 1, len(text))
        end = min(start + (span or 1), len(text))
        masked = list(_secret_spans(text))
        if hide:
            masked.append((start, end if span else len(text)))
        if self._inside_secret(line - 1):
            masked.append((len(text) - len(text.lstrip()), len(text)))
        for secret in secrets:
            masked += [found.span() for found in re.finditer(re.escape(secret), text)]
        return _windowed(*_masked(text, start, end, masked))

    def _inside_secret(self, index: int) -> bool:
        """Whether a line goes on with a value that a secret's key began on a line above."""
        indent = _indent(self.lines[index])
        for above in reversed(self.lines[:index]):
            if not above.strip():
                continue
            if _indent(above) < indent:
                indent = _indent(above)
                if any(secretive(found[1]) for found in _NAMED.finditer(above[:4096])):
                    return True
            if indent == 0:
                return False
        return False


def _indent(line: str) -> int:
    return len(line) - len(line.lstrip(" "))


def _secret_spans(text: str) -> Iterable[tuple[int, int]]:
    for found in _NAMED.finditer(text):
        if secretive(found[1]):
            context = "{" if found[2] == ":" and "{" in text[: found.start()] else found[2]
            value = _VALUES[context].match(text, found.end())
            if value and not _REFERENCE.match(text, found.end()):
                yield value.span()
    for found in _LOGIN.finditer(text):
        yield found.span()


def _masked(text: str, start: int, end: int, spans: list[tuple[int, int]]) -> tuple[str, int, int]:
    """The text with a mask for every span, and where the mark from `start` to `end` has moved to."""
    pieces: list[str] = []
    done = 0
    for low, high in _joined(spans):
        pieces += [text[done:low], MASK]
        done = high
    spots = [_moved(spot, spans, last=last) for spot, last in ((start, False), (end, True))]
    return "".join([*pieces, text[done:]]), spots[0], spots[1]


def _moved(spot: int, spans: list[tuple[int, int]], *, last: bool) -> int:
    """Where a spot of a line stands once spans are masked: one inside a mask at its begin, or at its end."""
    shift = 0
    for low, high in _joined(spans):
        if high <= spot:
            shift += len(MASK) - (high - low)
        elif low < spot or (low == spot and not last):
            return low + shift + (len(MASK) if last else 0)
    return spot + shift


def _joined(spans: list[tuple[int, int]]) -> list[tuple[int, int]]:
    whole: list[tuple[int, int]] = []
    for low, high in sorted(span for span in spans if span[0] < span[1]):
        if whole and low <= whole[-1][1]:
            whole[-1] = (whole[-1][0], max(high, whole[-1][1]))
        else:
            whole.append((low, high))
    return whole


def _windowed(text: str, start: int, end: int) -> Quote:
    text = "".join(char if char.isprintable() or char == "\t" else "\ufffd" for char in text.rstrip())
    start, end = min(start, len(text)), min(end, len(text))
    left = max(0, min(start - LONGEST // 2, len(text) - LONGEST))
    before = "…" if left else ""
    after = "…" if left + LONGEST < len(text) else ""
    window = f"{before}{text[left : left + LONGEST]}{after}"
    column = start - left + len(before) + 1
    return Quote(window, column, max(1, min(end - start, len(window) - column + 1)))
