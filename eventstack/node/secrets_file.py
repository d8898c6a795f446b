"""Private files: how secrets, tokens and records reach a part without ever being an argument or a variable.

Directories are 0700 and files 0600 from their first instant; a file is replaced whole or not at all, so that a
reader, also one after a crash, sees the old or the new content.
"""

import contextlib
import os
import secrets
from collections.abc import Callable
from pathlib import Path


def private_directory(path: Path) -> Path:
    """Make the directory (0700) unless it is there; its parents too."""
    path.mkdir(mode=0o700, parents=True, exist_ok=True)
    return path


def write_private(path: Path, text: str) -> None:
    """Replace the file (0600) by `text` in one step that survives a power cut."""
    draft = _draft(path, text)
    try:
        draft.replace(path)
    except OSError:
        draft.unlink(missing_ok=True)
        raise


def keep_secret(path: Path, make: Callable[[], str] = lambda: secrets.token_urlsafe(32)) -> Path:
    """Make the secret's file (0600) once; whoever comes later, or at the same time, gets the first one's.

    `make` gives the text, 32 random bytes as base64url unless said otherwise.
    """
    if not path.exists():
        private_directory(path.parent)
        draft = _draft(path, make())
        try:
            with contextlib.suppress(FileExistsError):
                os.link(draft, path)
        finally:
            draft.unlink(missing_ok=True)
    return path


def read_secret(path: Path) -> str:
    """The secret's text; raises OSError when it can't be read."""
    return path.read_text(encoding="utf-8").strip()


def _draft(path: Path, text: str) -> Path:
    draft = path.with_name(f".{path.name}.{secrets.token_hex(6)}")
    descriptor = os.open(draft, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    with os.fdopen(descriptor, "w", encoding="utf-8") as file:
        file.write(text)
        file.flush()
        os.fsync(descriptor)
    return draft
