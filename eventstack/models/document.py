"""What is known of a document beside its data: where every value was written, by which file, and in which line.

The YAML reader makes one of each file, `compose` makes one of several; whoever finds a fault asks it for the place.
"""

from dataclasses import dataclass, field
from functools import cached_property
from typing import Any, NamedTuple

from eventstack.errors import Fault
from eventstack.models.quoting import MASK, Page, Quote, is_reference, secretive, shown

Path = tuple[str | int, ...]
"""Where a value stands: keys and list indices from the top."""


class Mark(NamedTuple):
    """A place in a file; both count from 1."""

    line: int
    column: int


@dataclass(frozen=True, eq=False)
class Document:
    """One file's content as plain data, with the place of each key and value and the text that was written.

    A document that was composed of several files is a `compose.Composed`: its `source` says which of them wrote what.
    """

    file: str
    data: dict[str, Any]
    keys: dict[Path, Mark] = field(default_factory=dict, repr=False)
    values: dict[Path, Mark] = field(default_factory=dict, repr=False)
    written: dict[Path, str] = field(default_factory=dict, repr=False)
    spans: dict[Mark, int] = field(default_factory=dict, repr=False)
    """How many characters the key or value at a place has, where it ends on its line."""

    page: Page = field(default_factory=lambda: Page(""), repr=False)
    faults: tuple[Fault, ...] = field(default=(), repr=False)
    """What was wrong with putting it together; reported with what is wrong with its values."""

    def source(self, path: Path) -> "tuple[Document, Path]":
        """The file that wrote what stands at `path`, or else what stands around it; and its path there."""
        return self, path

    def removal(self, path: Path) -> "tuple[Document, Path] | None":
        """The file, and the path there, whose null took away what would stand at `path` or around it."""
        del path
        return None

    def origin(self, path: Path) -> tuple[str, int] | None:
        """The file and the line that wrote the value at `path`; None when nobody did."""
        if not _stands(self.data, path):
            return None
        document, at = self.source(path)
        return document.file, document.mark(at, key=at in document.keys).line

    def label(self, path: Path) -> str | None:
        """Who wrote the value at `path`, as `profile talk-720p25` or `event derby`; None when nobody did."""
        return self.source(path)[0].title if _stands(self.data, path) else None

    @property
    def title(self) -> str:
        """What the document is, by its own word."""
        for kind, key in (("event", "id"), ("profile", "name")):
            if isinstance(self.data.get(key), str):
                return f"{kind} {shown(self.data[key])}"
        return shown(self.file)

    def mark(self, path: Path, *, key: bool = False) -> Mark:
        """The place of the value (or of its key) at `path`, or of the nearest thing around it that was written."""
        document, path = self.source(path)
        for length in range(len(path), 0, -1):
            place = path[:length]
            exact = length == len(path)
            mark = document.keys.get(place) if key or not exact else None
            mark = mark or document.values.get(place) or document.keys.get(place)
            if mark:
                return mark
        return document.values.get((), Mark(1, 1))

    def fault(
        self,
        path: Path,
        message: str,
        *,
        key: bool = False,
        given: str | None = None,
        allowed: str | None = None,
        hint: str | None = None,
        hide: bool = False,
    ) -> Fault:
        """A fault at `path`, in the file that wrote it; `hide` keeps the value out of the quoted line."""
        document, at = self.source(path)
        place = document.mark(at, key=key)
        span = document.spans.get(place)
        secret = document.is_secret(at[:-1] if key else at)
        quote = document.page.quote(*place, span, hide=(hide and not key) or secret, secrets=document.secrets)
        given = None if secret else given
        return found(document.file, place, quote, message, field=dotted(at), given=given, allowed=allowed, hint=hint)

    def is_secret(self, path: Path) -> bool:
        """Whether what stands at `path` may be a secret: its name says so, or one around it, and it is no reference."""
        return any(isinstance(part, str) and secretive(part) for part in path) and not is_reference(
            self.written.get(path, "")
        )

    @cached_property
    def secrets(self) -> frozenset[str]:
        """Texts of the file that stand under a secret's name, so that no quoted line has one of them."""
        under = (path for path in self.written if any(isinstance(part, str) and secretive(part) for part in path))
        texts = (str(_at(self.data, path)) for path in under if _stands(self.data, path))
        lines = (line.strip() for text in texts if not is_reference(text) for line in text.splitlines())
        return frozenset(line for line in lines if len(line) > 3)


def _at(data: Any, path: Path) -> Any:
    for part in path:
        data = data[part]
    return data


def _stands(data: Any, path: Path) -> bool:
    try:
        _at(data, path)
    except (KeyError, IndexError, TypeError):
        return False
    return True


def dotted(path: Path) -> str | None:
    """A path as people write it: `ladder.renditions[1].bitrate`; None for the top.

    A long key is cut, and what stands under a secret's name has none.
    """
    text = ""
    for index, part in enumerate(path):
        if isinstance(part, str) and any(isinstance(name, str) and secretive(name) for name in path[:index]):
            return f"{text}.{MASK}".removeprefix(".")
        text += f"[{part}]" if isinstance(part, int) else f".{shown(part)}"
    return text.removeprefix(".") or None


def found(file: str, place: Mark, quote: Quote | None, message: str, **details: Any) -> Fault:
    """A fault at a place of a file, with the line that is there."""
    quoted, marked, span = quote or (None, None, None)
    return Fault(
        message, file=file, line=place.line, column=place.column, quoted=quoted, marked=marked, span=span, **details
    )
