"""The seam to this machine's disks: what a full or closed one answers, in words of ours."""

import contextlib
import errno
from collections.abc import Iterator
from pathlib import Path

from eventstack.errors import StoreError
from eventstack.settings import Settings

REMEDIES = {
    errno.ENOSPC: "free some space there",
    errno.EDQUOT: "free some space there, or have the quota raised",
    errno.EROFS: "mount it writable",
    errno.EACCES: "mend its owner and mode",
    errno.EPERM: "mend its owner and mode",
    errno.EIO: "see what ails the disk",
}
"""What a person can do about the common answers."""


@contextlib.contextmanager
def in_words(settings: Settings, stack: str, operation: str) -> Iterator[None]:
    """Translate what a file of this installation answers; other errors, such as a callback's, pass as they are.

    Raises:
        StoreError: when a file in the state, data or cache directory can't be read or written.
    """
    try:
        yield
    except OSError as error:
        place = _ours(settings, error)
        if place is None:
            raise
        raise StoreError(
            f"{operation} of {stack}: {place} can't be used: {way_out(error)}, then call again: what was done so far is"
            " known"
        ) from error


def way_out(error: OSError) -> str:
    """What the disk said, and what a person can do about it."""
    return f"{error.strerror}; {REMEDIES.get(error.errno or 0, 'see that it is there and yours')}"


def _ours(settings: Settings, error: OSError) -> Path | None:
    """The file of ours that an error is about."""
    if not isinstance(error.filename, str | Path):
        return None
    path = Path(error.filename)
    return path if any(path.is_relative_to(home) for home in (settings.state, settings.data, settings.cache)) else None
