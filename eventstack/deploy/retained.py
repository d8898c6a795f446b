"""What a program wants to outlive its stack (`retain_on_delete`): noted before an operation could forget it.

The engine drops such a resource from its books without a word to the cloud. From then on only this note tells it from
a stray, which evidence would remove.
"""

import json
from collections.abc import Collection
from pathlib import Path

import msgspec

from eventstack.deploy import private
from eventstack.deploy.workspace import Workspace
from eventstack.errors import StoreError

NOTE = "retained.json"
"""The file in an operation's folder: URNs."""


def note(workspace: Workspace, operation: str, urns: Collection[str]) -> None:
    """Write down what the books call retained, before the operation starts."""
    if urns:
        private.replace(private.folder(workspace.operations / operation) / NOTE, json.dumps(sorted(urns)))


def noted(workspace: Workspace) -> frozenset[str]:
    """The URNs that any operation on the stack has noted.

    Raises:
        StoreError: when a note can't be read: what it keeps would be taken for strays.
    """
    return frozenset(urn for path in _notes(workspace) for urn in _read(path))


def _read(path: Path) -> list[str]:
    try:
        return msgspec.json.decode(path.read_bytes(), type=list[str])
    except (OSError, msgspec.DecodeError) as error:
        raise StoreError(
            f"the note {path} of what outlives its stack can't be read ({error}): write there the URNs of what is"
            " retained, as a JSON list, or remove it if nothing is; then call again"
        ) from error


def _notes(workspace: Workspace) -> list[Path]:
    return sorted(workspace.operations.glob(f"*/{NOTE}"))
