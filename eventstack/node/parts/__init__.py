"""Every kind of part by name, each loaded when it is first asked for: a node runs only what it was given."""

from collections.abc import Iterator, Mapping
from importlib import import_module
from typing import Any

from eventstack.node.part import Part

_MODULES = {
    "receiver": "receiver:Receiver",
    "sender": "sender:Sender",
    "encoder": "encoder:Encoder",
    "packager": "packager:Packager",
    "publisher": "publisher:Publisher",
    "origin": "origin:Origin",
    "keys": "keys:Keys",
    "content-key": "content_key:ContentKey",
    "archive": "archive:Archive",
    "recording": "recording:Recording",
    "edge": "edge:Edge",
    "edge-entry": "edge_entry:EdgeEntry",
}


class _Parts(Mapping[str, Part[Any]]):
    """The table; `PARTS[kind]` raises KeyError for a kind that nobody has written."""

    def __init__(self) -> None:
        self._loaded: dict[str, Part[Any]] = {}

    def __getitem__(self, kind: str) -> Part[Any]:
        if kind not in self._loaded:
            module, _, name = _MODULES[kind].partition(":")
            self._loaded[kind] = getattr(import_module(f"{__name__}.{module}"), name)()
        return self._loaded[kind]

    def __iter__(self) -> Iterator[str]:
        return iter(_MODULES)

    def __len__(self) -> int:
        return len(_MODULES)


PARTS: Mapping[str, Part[Any]] = _Parts()
