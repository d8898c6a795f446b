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

SCANNED = 4096
"""Characters of a line that are looked at; of a longer one nothing is quoted but what is marked."""

_NAMES = ("passphrase", "password", "secret", "token")
_SECRETIVE = re.compile(
    r"pass(?!age|ing|enger|ive)|secret|token|kennwort|credential|psk|pwd|authori[sz]ation|signature|hdnts"
    r"|(?:^|[-_])(?:auth|sig)(?:$|[-_])|(?<!tur)(?<!hoc)(?<!joc)(?<!mon)key$"
)
_WORDS = re.compile(r"(?i)pass(?:phrase|word|wort|wd)|secret|token|kennwort|credential|\b(?:psk|pwd)\b|\bkey is\b")
"""Words that make a whole line suspect, wherever they stand in it."""

_NAMED = re.compile(r"(?<![\w-])([\w-]{1,64})[\"']?[ \t]{0,64}([:=])")
_OWN_KEY = re.compile(r"(?<=[{,\s])[\w-]{1,64}: {1,4}$")
_HEAD = re.compile(r"[ ]*(?:- +)*[\w-]{1,64}:(?=[ \t]|$)")
_REFERENCE = re.compile(r"(generated|none|env:[A-Za-z_]\w*|(?:file|store):[^\s,{}\[\]]+)(?=\s*(?:[,}\]#]|$))")
_REFERRED = re.compile(rf"[ \t]*{_REFERENCE.pattern}")
_ADDRESS = re.compile(
    r"(?<=://)[^/@\s]{1,500}(?=@)"  # a login
    r"|(?<=://)[^\s?\"']{1,500}\?(?P<query>[^\s\"']+)"
    r"|(?<=rtmp://|rtmps:/)/?[^/\s\"']{1,300}/[^/\s\"']{1,300}/(?P<stream>[^\s\"',}]+)"
)
_TOLD = re.compile(
    r"(?is)((?:pass(?:phrase|word|wort|wd)?|secret|token|(?<![a-z])key|kennwort|credentials?|psk|pwd)"
    r"[\"']?(?:\s{0,9}[:=]|\s{1,9}is\s)\s{0,9}).+"
    r"|(^(?:pass\w{0,9}|secret|token|kennwort|credentials?|psk|pwd)\s+).+"
    r"|(://\S{0,500}/(?:pass\w{0,9}|secret|token|key)/).+"
)
_LONG_SEGMENT = re.compile(r"(?<=/)(?=[^/\s]{0,500}[0-9])(?=[^/\s]{0,500}[A-Za-z])[\w.~%+=-]{20,}(?=/|$)")


class Quote(NamedTuple):
    """A line fit to be shown: its text, the character that the mark begins at (from 1), and how many it covers."""

    text: str
    column: int
    span: int


@lru_cache(1024)
def secretive(name: str) -> bool:
    """Whether a key's name says that its value is a secret; misspelt ones count."""
    word = name[:64].lower()
    if _SECRETIVE.search(word):
        return True
    return 3 < len(word) < 18 and bool(difflib.get_close_matches(word, _NAMES, n=1, cutoff=0.75))


def is_reference(text: str) -> bool:
    """Whether a secret's value only says where the secret is found."""
    return _REFERENCE.fullmatch(text) is not None


def printable(text: str) -> str:
    """The text with everything that a terminal would obey, or not show, as an escape."""
    return "".join(char if char.isprintable() else f"\\u{ord(char):04x}" for char in text)


def unsecret(text: str) -> str:
    """A user's text, of up to `SCANNED` characters, without what looks like a secret: what a sentence or an address
    says after a secret's name, a login, a query, a stream key, a segment of a path that nobody could have chosen.
    """
    text = _TOLD.sub(lambda match: f"{match[1] or match[2] or match[3]}{MASK}", text[:SCANNED])
    for low, high in reversed(_joined(list(_address_spans(text)))):
        text = f"{text[:low]}{MASK}{text[high:]}"
    return _LONG_SEGMENT.sub(MASK, text) if "://" in text else text


def shown(text: str, width: int = 80) -> str:
    """A user's text fit for one line of a terminal, without what looks like a secret in it."""
    line = printable(unsecret(text))
    return line if len(line) <= width else f"{line[: width - 3]}..."


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
        around = ("", "")
        if len(text) > SCANNED:
            around = ("…" if start else "", "…" if end < len(text) else "")
            text = text[start : min(end, start + SCANNED)]
            start, end = 0, len(text)
        masked = _secret_spans(text, start, end if span and not hide else start)
        if hide:
            masked.append((start, end if span else len(text)))
        if self._inside_secret(line - 1):
            masked.append((len(text) - len(text.lstrip()), len(text)))
        for secret in secrets:
            if secret in text:
                masked += [found.span() for found in re.finditer(re.escape(secret), text)]
        return _windowed(*_masked(text, start, end, masked), *around)

    def secretive(self, line: int) -> bool:
        """Whether a line, counted from 1, has a word for a secret, or is inside one."""
        if not 1 <= line <= len(self.lines):
            return False
        return bool(_secrets_named(self.lines[line - 1][:SCANNED])) or self._inside_secret(line - 1)

    def _inside_secret(self, index: int) -> bool:
        """Whether a line goes on with a value that a secret's key began on a line above."""
        above = self._above[index]
        while above is not None:
            if self._names_a_secret(above):
                return True
            above = self._above[above]
        return False

    def _names_a_secret(self, index: int) -> bool:
        known = self._named.get(index)
        if known is None:
            names = _NAMED.finditer(self.lines[index][:SCANNED])
            known = self._named[index] = any(secretive(found[1]) for found in names)
        return known

    @cached_property
    def _named(self) -> dict[int, bool]:
        return {}

    @cached_property
    def _above(self) -> list[int | None]:
        """For each line the nearest one above that is indented less."""
        above: list[int | None] = []
        open_: list[tuple[int, int]] = []
        for index, line in enumerate(self.lines):
            indent = _indent(line)
            while line.strip() and open_ and open_[-1][0] >= indent:
                open_.pop()
            above.append(open_[-1][1] if open_ else None)
            if line.strip():
                open_.append((indent, index))
        return above


def _indent(line: str) -> int:
    return len(line) - len(line.lstrip(" "))


def _secret_spans(text: str, start: int, end: int) -> list[tuple[int, int]]:
    """What of a line is not to be shown, for a mark from `start` to `end`.

    Of a line with a word for a secret everything is masked but the key that it begins with, the names of secrets with
    references after them, and what is marked with the key before it, where that has no such word itself.
    """
    names = _secrets_named(text)
    if not names:
        return list(_address_spans(text))
    kept = [span for span in names if span[0] < span[1]]
    if head := _HEAD.match(text):
        kept.append(head.span())
    if start < end and not _secrets_named(text[start:end]):
        own = _OWN_KEY.search(text[:start][-72:])
        kept.append((start - (len(own[0]) if own else 0), end))
    masked, done = [], 0
    for low, high in [*_joined(kept), (len(text), len(text))]:
        between = text[done:low]
        inner = between.strip(" \t,{}[]\"'")
        if inner:
            first = done + between.index(inner)
            masked.append((first, first + len(inner)))
        done = high
    return masked + list(_address_spans(text))


def _secrets_named(text: str) -> list[tuple[int, int]]:
    """Where a suspect line has the names of secrets; nothing of a line that only refers to secrets, or has none.

    An empty span stands for a word that is no name.
    """
    names: list[tuple[int, int]] = []
    bare, rest, done = "#" in text, [], 0
    for found in _NAMED.finditer(text):
        if not secretive(found[1]):
            continue
        refers = _REFERRED.match(text, found.end())
        bare = bare or not refers
        names.append((found.start(1), refers.end() if refers else found.end()))
        rest.append(text[done : found.start(1)])
        done = max(done, names[-1][1])
    rest.append(text[done:])
    if _WORDS.search("\n".join(rest)):
        return [*names, (0, 0)]
    return names if bare else []


def _address_spans(text: str) -> Iterable[tuple[int, int]]:
    for found in _ADDRESS.finditer(text):
        yield found.span(found.lastgroup or 0)


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


def _windowed(text: str, start: int, end: int, before: str = "", after: str = "") -> Quote:
    text = "".join(char if char.isprintable() or char == "\t" else "\ufffd" for char in text.rstrip())
    start, end = min(start, len(text)), min(end, len(text))
    left = max(0, min(start - LONGEST // 2, len(text) - LONGEST))
    before = "…" if left else before
    after = "…" if left + LONGEST < len(text) else after
    window = f"{before}{text[left : left + LONGEST]}{after}"
    column = start - left + len(before) + 1
    return Quote(window, column, max(1, min(end - start, len(window) - column + 1)))
