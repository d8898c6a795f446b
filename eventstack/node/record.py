"""What a node keeps on disk about itself, so that a successor of its supervisor, an inventory and a client can read it.

node.json    who it is and where it is reached (0600)
token        opens its control endpoint (0600)
state.json   what is wanted of it and whether it is on air
ledger.jsonl what it started
node.log     what it did, one JSON object a line
parts/<name>/  config.json, part.json (tags, outputs, starts so far), token, and what the part itself keeps
"""

from pathlib import Path
from typing import Any, TypeVar

import msgspec

from eventstack.errors import StoreError
from eventstack.node.ports import HOST
from eventstack.node.secrets_file import keep_secret, write_private


class NodeRecord(msgspec.Struct, frozen=True, kw_only=True):
    """`node.json`: the node's tags, the machine's paths, and the control port once it is chosen (else 0)."""

    format: int = 1
    tags: dict[str, str]
    archive: str
    seal_key: str
    port: int = 0

    @property
    def address(self) -> str:
        """Where the control endpoint listens."""
        return f"http://{HOST}:{self.port}"


class NodeState(msgspec.Struct, kw_only=True):
    """`state.json`: `wanted` maps part names to "started" or "stopped"; `public` names the parts that were told to
    publish on their own (an entry on the edge).
    """

    format: int = 1
    on_air: bool = False
    started: bool = False
    slate: bool = False
    public: list[str] = []
    wanted: dict[str, str] = {}

    @property
    def live(self) -> bool:
        """Whether an audience may be watching: the node as a whole or one of its parts is published."""
        return self.on_air or bool(self.public)


class PartRecord(msgspec.Struct, kw_only=True):
    """`parts/<name>/part.json`: `outputs` is None until the part was prepared, `runs` counts its starts."""

    format: int = 1
    kind: str
    tags: dict[str, str]
    outputs: dict[str, Any] | None = None
    runs: int = 0


_Record = TypeVar("_Record", NodeRecord, NodeState, PartRecord)


def read_node(directory: Path) -> NodeRecord:
    """Read `node.json`; raises StoreError when it can't be read."""
    return _read(directory / "node.json", NodeRecord)


def read_state(directory: Path) -> NodeState:
    """Read `state.json`; raises StoreError when it can't be read, which never means "off air"."""
    return _read(directory / "state.json", NodeState)


def read_part(directory: Path) -> PartRecord:
    """Read a part directory's `part.json`; raises StoreError when it can't be read."""
    return _read(directory / "part.json", PartRecord)


def write(directory: Path, record: NodeRecord | NodeState | PartRecord) -> None:
    """Replace the record's file in `directory` in one step."""
    names: dict[type, str] = {NodeRecord: "node.json", NodeState: "state.json", PartRecord: "part.json"}
    write_private(directory / names[type(record)], msgspec.json.encode(record).decode() + "\n")


def write_first(directory: Path, record: NodeRecord | NodeState) -> None:
    """Write the record's file unless it is there: of two writers at once the first one's stays."""
    name = "node.json" if isinstance(record, NodeRecord) else "state.json"
    keep_secret(directory / name, lambda: msgspec.json.encode(record).decode() + "\n")


def _read(path: Path, kind: type[_Record]) -> _Record:
    try:
        return msgspec.json.decode(path.read_bytes(), type=kind)
    except (OSError, msgspec.ValidationError, msgspec.DecodeError) as fault:
        raise StoreError(f"{path.name} of {path.parent.name} can't be read: {fault}") from fault
