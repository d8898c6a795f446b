"""What a program wants to outlive its stack (`retain_on_delete`): noted before an operation could forget it.

The engine drops such a resource from its books without a word to the cloud. From then on only this note tells it from
a stray, which evidence would remove.
"""

import json
from collections.abc import Collection
from pathlib import Path

from eventstack.deploy import private
from eventstack.deploy.workspace import Workspace

NOTE = "retained.json"
"""The file in an operation's folder: URNs."""


def note(workspace: Workspace, operation: str, urns: Collection[str]) -> None:
    """Write down what the books call retained, before the operation starts."""
    if urns:
        private.replace(private.folder(workspace.operations / operation) / NOTE, json.dumps(sorted(urns)))


def noted(workspace: Workspace) -> frozenset[str]:
    """The URNs that any operation on the stack has noted."""
    return frozenset(urn for path in _notes(workspace) for urn in json.loads(path.read_text()))


def _notes(workspace: Workspace) -> list[Path]:
    return sorted(workspace.operations.glob(f"*/{NOTE}"))
