"""Files and folders that only their owner may read, written so that a crash leaves the old text or the new one."""

import contextlib
import os
import secrets
from pathlib import Path


def folder(path: Path) -> Path:
    """Make a folder, and those above it that are missing, with mode 0700.

    One that is there already keeps its mode, it may be the system's; what we put there is private by itself.
    """
    for missing in reversed([place for place in (path, *path.parents) if not place.exists()]):
        missing.mkdir(exist_ok=True, mode=0o700)
    return path


def write(path: Path, text: str, *, lasting: bool = True) -> None:
    """Write a file with mode 0600 from its first byte on, and see it on the disk; an OSError names the file.

    What is not `lasting` may be lost with the machine: it is made again before it is read, or nobody would miss it.
    """
    descriptor = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600)
    try:
        with os.fdopen(descriptor, "w", encoding="utf-8") as file:
            os.fchmod(file.fileno(), 0o600)
            file.write(text)
            if lasting:
                file.flush()
                os.fsync(file.fileno())
    except OSError as error:
        raise OSError(error.errno, error.strerror, str(path)) from error


def replace(path: Path, text: str, *, lasting: bool = True) -> None:
    """Put a private file in place in one step: a reader sees the old text or the new one."""
    draft = path.with_name(f".{path.name}.{secrets.token_hex(4)}")
    try:
        write(draft, text, lasting=lasting)
        draft.replace(path)
    except OSError:
        draft.unlink(missing_ok=True)
        raise


def ensure(path: Path, text: str) -> None:
    """Put a private file in place unless exactly this one is there."""
    if not path.is_file() or path.read_text(encoding="utf-8") != text:
        replace(path, text)


def create(path: Path, text: str) -> None:
    """Put a private file in place whole, unless there is one: of two makers at once the first wins."""
    draft = path.with_name(f".{path.name}.{secrets.token_hex(4)}")
    try:
        write(draft, text)
        with contextlib.suppress(FileExistsError):
            path.hardlink_to(draft)
    finally:
        draft.unlink(missing_ok=True)
