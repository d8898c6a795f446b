"""What is left on this machine of a stack that is proven gone: its logs go to the records, the rest goes away."""

import shutil
from pathlib import Path

from eventstack.deploy import private
from eventstack.deploy.commands import decode_engine
from eventstack.deploy.events import encode
from eventstack.deploy.redact import Redactor
from eventstack.deploy.request import ENGINE_EVENTS, EVENTS
from eventstack.deploy.workspace import Workspace

LOG_SUFFIXES = frozenset({".log", ".json", ".jsonl"})
"""What of an operation's folder is worth keeping."""


def keep_logs(workspace: Workspace, logs: Path, redact: Redactor) -> None:
    """Copy every operation's files to `logs`/<project>/<stack>/<operation>, without the secrets that we know."""
    if not workspace.operations.is_dir():
        return
    for place in sorted(workspace.operations.iterdir()):
        target = logs / workspace.project / workspace.stack / place.name
        target.mkdir(parents=True, exist_ok=True)
        for file in sorted(place.iterdir()):
            if file.name == ENGINE_EVENTS:
                events = [decode_engine(line) for line in file.read_bytes().splitlines()]
                text = b"".join(encode(event) for event in events if event is not None).decode()
                private.write(target / EVENTS, redact(text), lasting=False)
            elif file.suffix in LOG_SUFFIXES:
                private.write(target / file.name, redact(file.read_text(errors="replace")), lasting=False)


def clear(workspace: Workspace) -> None:
    """Remove what the engine keeps of a removed stack (backups, history, sidecars) and all our folders of it."""
    for path in workspace.books.remains():
        if path.is_dir():
            shutil.rmtree(path)
        else:
            path.unlink(missing_ok=True)
    if workspace.root.exists():
        shutil.rmtree(workspace.root)
    for folder in (workspace.root.parent, workspace.root.parent.parent):
        if folder.is_dir() and not any(folder.iterdir()):
            folder.rmdir()
