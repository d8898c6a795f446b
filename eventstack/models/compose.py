"""Put a profile together from the files it extends, and an event's overrides over it; `models.load` calls it.

Maps merge, lists replace, a key with a trailing plus (`renditions+`) appends to the base's list, `null` removes the
base's value, and whatever else is said replaces what the base says. What a composed document knows of places is which
file wrote which value, so that a fault points there.

`compose` is associative, so that a chain of files can be put together from either end. For that a removal and an
appending stand in its result until `settled` carries them out, and a map that has replaced something else is marked
as sealed: no base merges into it any more.
"""

from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass, field, replace
from typing import Any

from eventstack.errors import ConfigError, Fault
from eventstack.models.document import Document, Path
from eventstack.models.faults import bounded
from eventstack.models.quoting import printable
from eventstack.models.yaml_reader import MAX_FAULTS

FIXED = ("name", "extends", "abstract")
"""What says which profile a file is; no event overrides it."""

Source = tuple[Document, Path]


@dataclass(frozen=True, eq=False)
class Composed(Document):
    """Data that several files wrote; `sources` has the file, and the path there, of whatever stands apart."""

    sources: Mapping[Path, Source] = field(default_factory=dict, repr=False)
    sealed: frozenset[Path] = field(default=frozenset(), repr=False)
    removed: frozenset[Path] = field(default=frozenset(), repr=False)
    shipped: frozenset[str] = field(default=frozenset(), repr=False)
    """Files that came with eventstack, which nobody changes in place."""

    def source(self, path: Path) -> Source:
        """The file that wrote what stands at `path`, or else what stands around it; and its path there."""
        for length in range(len(path), 0, -1):
            if found := self.sources.get(path[:length]):
                return found[0], found[1] + path[length:]
        document, at = self.sources[()]
        return document, at + path

    def removal(self, path: Path) -> Source | None:
        """The file, and the path there, whose null took away what would stand at `path` or around it."""
        return next((self.sources[path[:n]] for n in range(len(path), 0, -1) if path[:n] in self.removed), None)

    def fault(self, path: Path, message: str, **details: Any) -> Fault:
        """A fault at `path`, in the file that wrote it; of a base's value it says where it can be changed too."""
        found = super().fault(path, message, **details)
        document, at = self.source(path)
        if at != path or (document is self.source(())[0] and document.file not in self.shipped):
            return found
        here = f"say it in {printable(self.file)}, which extends this"
        if self.file in self.shipped:
            here = f"say it in the event, as {_override(path)}, or in a profile of your own that extends this one"
        return replace(found, hint=f"{found.hint}; or {here}" if found.hint else here)


def _override(path: Path) -> str:
    """How an event says what stands at a profile's path, to the list that it is in."""
    names = [str(part) for part in path[: next((n for n, part in enumerate(path) if isinstance(part, int)), None)]]
    return f"{': {'.join(['overrides', *names])}: …{'}' * len(names)}"


def compose(child: Document, base: Document) -> Composed:
    """The child over the base: neither is changed. It never fails; what does not fit is told by `settled`.

    Laws: associative; a document without keys changes nothing; over itself a document without appendings is itself;
    whatever the child says as a scalar or a list is in the result; the order of keys has no effect.
    """
    weaving = _Weaving(entered(child), entered(base))
    data = weaving.map(weaving.child.data, weaving.base.data, ())
    weaving.sources[()] = weaving.child.source(())
    removed = weaving.child.removed | weaving.base.removed
    for at in removed:
        weaving.sources.setdefault(at, (weaving.child.removal(at) or weaving.base.sources[at]))
    return Composed(
        child.file,
        data,
        faults=(*weaving.child.faults, *weaving.base.faults),
        sources=weaving.sources,
        sealed=frozenset(weaving.sealed),
        removed=removed,
    )


def overlay(profile: Document, event: Document, path: Path = ("overrides",)) -> Document:
    """The profile with what an event says at `path` over it, settled; the profile itself where it says nothing.

    Raises ConfigError when an event overrides what it can't.
    """
    own: Any = event.data
    for part in path:
        own = own.get(part) if isinstance(own, dict) else None
    if not isinstance(own, dict) or not own:
        return profile
    if fixed := _fixed(own, event, path):
        raise ConfigError(*fixed)
    over = Composed(event.file, own, sources={(): (event, path)})
    faults: list[Fault] = []
    data = _plausible(over, own, (), faults)
    whole = compose(replace(over, data=data, faults=tuple(faults)), profile)
    sources = {**whole.sources, (): profile.source(())}
    shipped = entered(profile).shipped
    return settled(replace(whole, file=profile.file, sources=sources, shipped=shipped), (event,))


def alone(event: Document, key: str = "overrides") -> Composed:
    """What an event says under `key` as a document of its own: what removes or appends stands for what it would change.

    For the faults that its values have whatever profile they go over.
    """
    own: dict[str, Any] = event.data[key]
    over = Composed(event.file, own, sources={(): (event, (key,))})
    faults = _fixed(own, event, (key,))
    data = {name: value for name, value in _plausible(over, own, (), faults).items() if name not in FIXED}
    return replace(settled(replace(over, data=data), (event,)), faults=tuple(faults))


def _fixed(own: dict[str, Any], event: Document, path: Path) -> list[Fault]:
    message = "not for an event to say"
    return [event.fault((*path, key), message, key=True, hint="remove it") for key in FIXED if key in own]


def without(document: Document, keys: Collection[str]) -> Composed:
    """The document without some of its top keys."""
    whole = entered(document)
    return replace(whole, data={key: value for key, value in whole.data.items() if key not in keys})


def settled(document: Composed, over: Iterable[Document], *, unfinished: bool = False) -> Composed:
    """The document with its removals carried out: a null in one of the files `over` a base stands for nothing.

    What is appended to no list is a fault of it, as are all that were found before; not of an `unfinished` one, whose
    base could not be found and may have the list.
    """
    settling = _Settling(document, tuple(over))
    data = settling.map(document.data, ())
    return replace(
        document,
        data=data,
        faults=document.faults if unfinished else tuple(bounded((*document.faults, *settling.faults), settling.untold)),
        sources=settling.sources,
        removed=document.removed | settling.removed,
    )


def entered(document: Document) -> Composed:
    """One file, ready to be composed: an appending that can't be one is taken out, and a fault of it."""
    if isinstance(document, Composed):
        return document if document.sources else replace(document, sources={(): (document, ())})
    faults: list[Fault] = []
    data = _plausible(document, document.data, (), faults)
    return Composed(document.file, data, faults=(*document.faults, *faults), sources={(): (document, ())})


def appended(key: str) -> str | None:
    """The list that a key appends to; None for a key that says all of its value."""
    return key[:-1] if len(key) > 1 and key.endswith("+") else None


def _plausible(document: Document, data: dict[str, Any], path: Path, faults: list[Fault]) -> dict[str, Any]:
    kept: dict[str, Any] = {}
    for key, value in data.items():
        here = (*path, key)
        name = appended(key)
        if isinstance(value, dict) and name is None:
            kept[key] = _plausible(document, value, here, faults)
        elif name is None:
            kept[key] = value
        elif len(faults) >= MAX_FAULTS:
            continue
        elif not isinstance(value, list):
            faults.append(document.fault(here, "not a list to append", allowed="a list", hint=f"or say {name}: …"))
        elif name in data:
            faults.append(
                document.fault(here, f"{name} is said here too", key=True, hint="say the whole list, or what to append")
            )
        else:
            kept[key] = value
    return kept


class _Weaving:
    """One composition at work: the data comes out of `map`, the sources and seals are gathered on the way."""

    def __init__(self, child: Composed, base: Composed) -> None:
        self.child = child
        self.base = base
        self.sources: dict[Path, Source] = {}
        self.sealed: set[Path] = set()

    def map(self, child: dict[str, Any], base: dict[str, Any], path: Path) -> dict[str, Any]:
        woven: dict[str, Any] = {}
        for name in dict.fromkeys(appended(key) or key for key in (*base, *child)):
            self._value(name, child, base, path, woven)
            self._appending(name, child, base, path, woven)
        return woven

    def _value(self, name: str, child: dict[str, Any], base: dict[str, Any], path: Path, woven: dict[str, Any]) -> None:
        here = (*path, name)
        if name not in child:
            if name in base:
                woven[name] = base[name]
                self._take(self.base, here)
            return
        woven[name] = child[name]
        if not isinstance(child[name], dict) or here in self.child.sealed or name not in base:
            self._take(self.child, here)
        elif isinstance(base[name], dict):
            woven[name] = self.map(child[name], base[name], here)
            self.sources[here] = self.child.source(here)
            if here in self.base.sealed:
                self.sealed.add(here)
        else:
            self._take(self.child, here)
            self.sealed.add(here)

    def _appending(
        self, name: str, child: dict[str, Any], base: dict[str, Any], path: Path, woven: dict[str, Any]
    ) -> None:
        key = f"{name}+"
        below = [] if name in child else base.get(key, [])
        if key not in child:
            if key in base and name not in child:
                woven[key] = below
                self._take(self.base, (*path, key))
            return
        onto, under = (base[name], name) if name not in child and isinstance(base.get(name), list) else (below, key)
        woven[under] = [*onto, *child[key]]
        here, more = (*path, under), (*path, key)
        base_says = name not in child and under in base
        self.sources[here] = self.base.source(here) if base_says else self.child.source(more)
        for index in range(len(onto)):
            self.sources[(*here, index)] = self.base.source((*here, index))
        for index in range(len(child[key])):
            self.sources[(*here, len(onto) + index)] = self.child.source((*more, index))

    def _take(self, document: Composed, path: Path) -> None:
        """Whatever a document knows of a path and of what is inside."""
        self.sources[path] = document.source(path)
        inside = len(path)
        self.sources.update({at: source for at, source in document.sources.items() if at[:inside] == path})
        self.sealed.update(at for at in document.sealed if at[:inside] == path)


class _Settling:
    def __init__(self, document: Composed, over: tuple[Document, ...]) -> None:
        self.document = document
        self.over = over
        self.sources = dict(document.sources)
        self.removed: set[Path] = set()
        self.faults: list[Fault] = []
        self.untold = 0

    def map(self, data: dict[str, Any], path: Path) -> dict[str, Any]:
        kept: dict[str, Any] = {}
        for key, value in data.items():
            here = (*path, key)
            if appended(key):
                self._unappended(key, data, path, kept)
            elif value is None and any(self.document.source(here)[0] is one for one in self.over):
                self.removed.add(here)
                self.sources[here] = self.document.source(here)
            else:
                kept[key] = self.map(value, here) if isinstance(value, dict) else value
        return kept

    def _unappended(self, key: str, data: dict[str, Any], path: Path, kept: dict[str, Any]) -> None:
        if len(self.faults) >= MAX_FAULTS:
            self.untold += 1
            return
        name, here = key[:-1], (*path, key)
        if name in data:
            document, at = self.document.source((*path, name))
            stands = "is removed" if data[name] is None else "is no list"
            what = f"nothing to append to: {name} {stands} in {document.file}:{document.mark(at).line}"
        else:
            what = "nothing to append to: no base has such a list"
            kept[name] = data[key]
            for at, source in self.document.sources.items():
                if at[: len(here)] == here:
                    self.sources[(*path, name, *at[len(here) :])] = source
            self.sources[(*path, name)] = self.document.source(here)
        self.faults.append(self.document.fault(here, what, key=True, hint=f"say the whole list, as {name}: …"))
