"""The passphrase of the state's secrets: made once, kept in a private file, handed to the engine by its path."""

import contextlib
import secrets
from pathlib import Path

from eventstack.deploy import private
from eventstack.errors import Final

BYTES = 32
"""Randomness in a passphrase that we make."""


def ensure(path: Path) -> Path:
    """Make the passphrase file (mode 0600) if there is none; of two makers at once the first wins.

    Raises:
        Final: when the file is empty; a new passphrase would make every stack unreadable.
    """
    if not path.exists():
        private.folder(path.parent)
        draft = path.with_name(f".{path.name}.{secrets.token_hex(4)}")
        private.write(draft, secrets.token_urlsafe(BYTES))
        with contextlib.suppress(FileExistsError):
            path.hardlink_to(draft)
        draft.unlink()
    if not path.read_text().strip():
        raise Final(f"the passphrase file {path} is empty; restore it, the stacks can't be read without it")
    return path
