"""Read one YAML 1.2 document as plain data, and remember where every value was written.

Values follow the core schema of YAML 1.2.2 (section 10.3): `NO`, `off` and `20:45` are text, `0o17` is octal,
there are no dates and no merge keys. Keys are always text. What a hand-written file never needs is refused with
a place: tags, several documents, duplicate keys, aliases without measure, depth and size beyond the bounds below.
Nothing in a file is executed; time and memory are bounded by `MAX_BYTES` and `MAX_NODES`.
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from ruamel.yaml import YAML
from ruamel.yaml import events as ev
from ruamel.yaml.error import MarkedYAMLError, YAMLError

from eventstack.errors import ConfigError, Fault
from eventstack.models.core_schema import plain
from eventstack.models.document import Document, Mark, Path, dotted, found
from eventstack.models.quoting import LINE_ENDS, MASK, Page, printable, secretive, shown
from eventstack.models.yaml_slips import PLAIN, slip

__all__ = ["MAX_BYTES", "MAX_DEPTH", "MAX_FAULTS", "MAX_NODES", "Document", "Mark", "Path", "dotted", "read"]

MAX_BYTES = 1 << 20
"""A file longer than this was not written by hand."""

MAX_DEPTH = 64
"""Mappings and lists inside one another."""

MAX_NODES = 20_000
"""Keys, values, mappings and lists, those that an alias repeats counted each time."""

MAX_FAULTS = 100
"""More faults than this of one file help nobody."""


def read(content: bytes, file: str) -> Document:
    """Read one document; `file` is what faults call it. Raises ConfigError for anything but one plain mapping."""
    return _Reader(file).read(_text(content, file))


def _text(content: bytes, file: str) -> str:
    if len(content) > MAX_BYTES:
        raise ConfigError(
            Fault(
                "the file is too large",
                file=file,
                given=f"more than {MAX_BYTES} bytes",
                allowed=f"up to {MAX_BYTES}",
                hint="give the file that a person wrote",
            )
        )
    if content.startswith((b"\xff\xfe", b"\xfe\xff")):
        raise ConfigError(
            Fault("not UTF-8 but UTF-16", file=file, line=1, allowed="UTF-8", hint="save the file as UTF-8")
        )
    try:
        text = content.decode("utf-8-sig")
    except UnicodeDecodeError as cause:
        page = Page(content.decode("utf-8-sig", "replace"))
        place = _position(content[: cause.start].decode("utf-8-sig", "replace"))
        given = f"byte 0x{content[cause.start]:02x}"
        fault = found(
            file, place, page.quote(*place), "not UTF-8", given=given, allowed="UTF-8", hint="save it as UTF-8"
        )
        raise ConfigError(fault) from cause
    odd = _UNPRINTABLE.search(text)
    if odd:
        place = _position(text[: odd.start()])
        given = f"the control character U+{ord(odd.group()):04X}"
        quote = Page(text).quote(*place)
        raise ConfigError(found(file, place, quote, "binary, not text", given=given, allowed="YAML text"))
    return text


_UNPRINTABLE = re.compile("[^\t\n\r\x20-\x7e\x85\xa0-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")
"""What YAML 1.2.2 section 5.1 leaves out of its printable characters."""


_QUOTED = re.compile(r"'.*'|\".*\"")

_SURROGATE = re.compile("[\ud800-\udfff]")


def _position(before: str) -> Mark:
    lines = LINE_ENDS.split(before)
    return Mark(len(lines), len(lines[-1]) + 1)


@dataclass
class _Open:
    """A mapping or list that is being read."""

    value: dict[str, Any] | list[Any]
    path: Path
    anchor: str | None
    key: str | None = None
    """The key of a mapping whose value comes next."""

    first_node: int = 0


class _Reader:
    """Builds one document from the parser's events, without recursion."""

    def __init__(self, file: str) -> None:
        self.file = file
        self.page = Page("")
        self.spans: dict[Mark, int] = {}
        self.keys: dict[Path, Mark] = {}
        self.values: dict[Path, Mark] = {}
        self.written: dict[Path, str] = {}
        self.anchors: dict[str, tuple[Any, int]] = {}
        self.stack: list[_Open] = []
        self.nodes = 0
        self.documents = 0
        self.top: Any = None
        self.faults: list[Fault] = []

    def read(self, text: str) -> Document:
        self.page = Page(text)
        for event in self._events(text):
            self._take(event)
        if self.documents == 0 or (self.top is None and not self.faults):
            raise ConfigError(Fault("the file is empty", file=self.file, line=1, allowed="a mapping of keys to values"))
        if not isinstance(self.top, dict):
            given = "a list" if isinstance(self.top, list) else shown(self.written.get((), ""))
            self._note(self.values[()], "not a mapping", given=given, allowed="a mapping of keys to values")
        if self.faults:
            raise ConfigError(*self.faults)
        return Document(self.file, self.top, self.keys, self.values, self.written, self.spans, self.page)

    def _events(self, text: str) -> Iterator[Any]:
        try:
            yield from YAML(typ="safe", pure=True).parse(text)
        except MarkedYAMLError as cause:
            found = slip(cause, self.page.lines)
            said = found.message[:200]
            if self.page.secretive(found.place.line):
                said = _QUOTED.sub(MASK, said)
            self._note(found.place, said, given=found.given, allowed=found.allowed, hint=found.hint)
            raise ConfigError(*self.faults) from cause
        # The scanner turns \U escapes and %YAML numbers into values before it checks them, and asserts the version.
        except (YAMLError, ValueError, OverflowError, AssertionError) as cause:
            problem = printable(next(iter(str(cause).splitlines()), "") or "can't be read")
            fault = Fault(f"not YAML: {problem}", file=self.file, allowed=PLAIN, hint="remove the escape or directive")
            raise ConfigError(*self.faults, fault) from cause

    def _take(self, event: Any) -> None:
        match event:
            case ev.DocumentStartEvent():
                self._document(event)
            case ev.AliasEvent():
                self._alias(event)
            case ev.ScalarEvent():
                self._scalar(event)
            case ev.MappingStartEvent() | ev.SequenceStartEvent():
                self._open(event)
            case ev.MappingEndEvent() | ev.SequenceEndEvent():
                self._close(event)

    def _document(self, event: Any) -> None:
        self.documents += 1
        if self.documents > 1:
            self._stop(
                event,
                "several documents in one file",
                allowed="one document",
                hint="put the rest into a file of its own",
            )
        if event.version and tuple(event.version) != (1, 2):
            given = ".".join(str(number) for number in event.version)
            self._stop(event, "another version of YAML", given=given, allowed="1.2", hint="remove the %YAML line")

    def _open(self, event: Any) -> None:
        self._tag(event)
        self._count(event, 1)
        if len(self.stack) >= MAX_DEPTH:
            self._stop(event, "nested too deeply", allowed=f"up to {MAX_DEPTH} levels")
        path = self._path(event)
        self.values.setdefault(path, _mark(event))
        value: dict[str, Any] | list[Any] = {} if isinstance(event, ev.MappingStartEvent) else []
        self.stack.append(_Open(value, path, event.anchor, first_node=self.nodes))

    def _close(self, event: Any) -> None:
        done = self.stack.pop()
        self._span(event, self.values[done.path])
        if done.anchor:
            self.anchors[done.anchor] = (done.value, self.nodes - done.first_node + 1)
        self._put(done.value)

    def _scalar(self, event: Any) -> None:
        self._tag(event)
        self._count(event, 1)
        self._span(event, _mark(event))
        if _SURROGATE.search(event.value):
            self._stop(event, "half a character (a lone surrogate)", allowed="whole characters")
        holder = self.stack[-1] if self.stack else None
        if holder and isinstance(holder.value, dict) and holder.key is None:
            self._key(holder, event)
            if event.anchor:
                self.anchors[event.anchor] = (event.value, 1)
            return
        path = self._path(event)
        if event.value or not event.implicit[0] or path not in self.keys:
            self.values.setdefault(path, _mark(event))  # an empty value's mark is on a line below: its key has a better
        self.written.setdefault(path, event.value)
        value = plain(event.value) if event.implicit[0] else event.value
        if event.anchor:
            self.anchors[event.anchor] = (value, 1)
        self._put(value)

    def _key(self, holder: _Open, event: Any) -> None:
        path = (*holder.path, event.value)
        if path in self.keys:
            earlier = self.keys[path].line
            hint = f"it stands in line {earlier} already: remove one of the two"
            self._fault(event, "duplicate key", path=path, given=shown(event.value), hint=hint)
        self.keys.setdefault(path, _mark(event))
        holder.key = event.value

    def _alias(self, event: Any) -> None:
        if any(item.anchor == event.anchor for item in self.stack):
            self._stop(event, "an alias inside the value that it repeats", given=shown(f"*{event.anchor}"))
        if event.anchor not in self.anchors:
            given = shown(f"*{event.anchor}")
            self._stop(event, "an alias to nothing", given=given, allowed="a name that an & gave before")
        value, nodes = self.anchors[event.anchor]
        self._span(event, _mark(event))
        self._count(event, nodes)
        path = self._path(event)
        self.values.setdefault(path, _mark(event))
        self.written.setdefault(path, f"*{event.anchor}")
        self._put(value)

    def _path(self, event: Any) -> Path:
        """Where the value of this event goes; a mapping that waits for a key can't take it."""
        if not self.stack:
            return ()
        holder = self.stack[-1]
        if isinstance(holder.value, list):
            return (*holder.path, len(holder.value))
        if holder.key is None:
            self._stop(event, "a key that is not plain text", path=holder.path, allowed="text")
        return (*holder.path, holder.key or "")

    def _put(self, value: Any) -> None:
        if not self.stack:
            self.top = value
            return
        holder = self.stack[-1]
        if isinstance(holder.value, list):
            holder.value.append(value)
        elif holder.key is not None:
            holder.value.setdefault(holder.key, value)
            holder.key = None

    def _count(self, event: Any, nodes: int) -> None:
        self.nodes += nodes
        if self.nodes > MAX_NODES:
            self._stop(
                event, "too much content", allowed=f"up to {MAX_NODES} keys and values, aliases counted each time"
            )

    def _tag(self, event: Any) -> None:
        if event.tag and not (event.tag == "!" and event.implicit):
            self._fault(event, "a tag", given=f"!<{event.tag}>"[:80], allowed="plain values", hint="remove the tag")

    def _span(self, event: Any, start: Mark) -> None:
        end = event.end_mark
        if end.line + 1 == start.line and end.column + 1 > start.column:
            self.spans[start] = end.column + 1 - start.column

    def _fault(self, event: Any, message: str, *, path: Path | None = None, **details: str) -> None:
        if path is None:
            path = self.stack[-1].path if self.stack else ()
            path = (*path, self.stack[-1].key) if self.stack and self.stack[-1].key else path
        self._span(event, _mark(event))
        named = path[:-1] if message == "duplicate key" else path
        secret = any(isinstance(part, str) and secretive(part) for part in named)
        if secret:
            details.pop("given", None)
        self._note(_mark(event), message, hide=secret, field=dotted(path), **details)
        if len(self.faults) >= MAX_FAULTS:
            raise ConfigError(*self.faults)

    def _note(self, place: Mark, message: str, *, hide: bool = False, **details: Any) -> None:
        quote = self.page.quote(*place, self.spans.get(place), hide=hide)
        self.faults.append(found(self.file, place, quote, message, **details))

    def _stop(self, event: Any, message: str, *, path: Path | None = None, **details: str) -> None:
        self._fault(event, message, path=path, **details)
        raise ConfigError(*self.faults)


def _mark(event: Any) -> Mark:
    return Mark(event.start_mark.line + 1, event.start_mark.column + 1)
