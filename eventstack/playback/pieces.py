"""The boxes of what was fetched: `eventstack.media.fmp4` reads them, what it can't read stops a player."""

import struct

from eventstack.errors import Unplayable
from eventstack.media import fmp4
from eventstack.media.fmp4 import Fragment, Init


def read_init(data: bytes, url: str) -> Init:
    """An initialisation segment of one track; raises Unplayable for anything else."""
    try:
        return fmp4.read_init(data)
    except (ValueError, EOFError, IndexError, struct.error) as cause:
        raise Unplayable(f"{url}: not an init segment ({cause})") from cause


def read_fragment(data: bytes, init: Init, url: str) -> Fragment:
    """A media segment of one track; raises Unplayable for anything else, also for one cut short."""
    try:
        return fmp4.read_fragment(data, init)
    except (ValueError, EOFError, IndexError, struct.error) as cause:
        raise Unplayable(f"{url}: not a media segment ({cause})") from cause


def is_encrypted(data: bytes) -> bool:
    """Whether a media segment carries sample encryption data: a `senc` box (ISO/IEC 23001-7, 7.2) before its media.

    A clear segment behind an encrypted init plays without a key, so the init alone proves nothing.
    """
    return b"senc" in data.partition(b"mdat")[0]
