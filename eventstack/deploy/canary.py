"""Knows the right passphrase again: sealed with it once, beside the state, and tried before any operation.

The engine would refuse a wrong passphrase too, but only stack by stack and after it was started; a new stack it would
lock with whatever it is given. The seal is a hash made slow by scrypt, so that it is no easier to guess from than the
salt that the engine keeps with every stack (PBKDF2, 1 000 000 rounds).
"""

import hashlib
import hmac
import secrets
from pathlib import Path

import msgspec

from eventstack.deploy import private
from eventstack.errors import Final

NAME = "passphrase.canary"
"""The file's name in the state directory."""

COST, BLOCK, LANES = 1 << 15, 8, 1
"""scrypt's n, r, p: 32 MiB and about 0.1 s a try."""


_tried: dict[tuple[bytes, str], bool] = {}


class Canary(msgspec.Struct, frozen=True, kw_only=True):
    """The file: scrypt's parameters and salt, and the seal; `salt` and `seal` are hexadecimal."""

    format: int
    n: int
    r: int
    p: int
    salt: str
    seal: str


def opens(path: Path, passphrase: str) -> bool | None:
    """Whether the passphrase is the one that was sealed; None when none was.

    Raises:
        Final: when the canary is there and can't be read.
    """
    try:
        return _opens(path.read_bytes(), passphrase)
    except FileNotFoundError:
        return None
    except (OSError, msgspec.MsgspecError, ValueError) as error:
        raise Final(
            f"the passphrase's canary {path} can't be read ({type(error).__name__}). Restore it from a backup; or, if"
            " you are sure of the passphrase, remove it: it is made again"
        ) from error


def seal(path: Path, passphrase: str) -> bool:
    """Seal the passphrase unless one was sealed meanwhile; whether it is the one that is sealed now."""
    private.folder(path.parent)
    salt = secrets.token_hex(16)
    made = _seal(passphrase, n=COST, r=BLOCK, p=LANES, salt=salt)
    canary = Canary(format=1, n=COST, r=BLOCK, p=LANES, salt=salt, seal=made)
    text = msgspec.json.encode(canary)
    _tried[text, passphrase] = True
    private.create(path, text.decode())
    return bool(opens(path, passphrase))


def _opens(text: bytes, passphrase: str) -> bool:
    if (text, passphrase) not in _tried:
        canary = msgspec.json.decode(text, type=Canary)
        made = _seal(passphrase, n=canary.n, r=canary.r, p=canary.p, salt=canary.salt)
        _tried[text, passphrase] = hmac.compare_digest(made, canary.seal)
    return _tried[text, passphrase]


def _seal(passphrase: str, *, n: int, r: int, p: int, salt: str) -> str:
    room = 132 * n * r  # what scrypt needs is 128 n r and a little
    key = hashlib.scrypt(passphrase.encode(), salt=bytes.fromhex(salt), n=n, r=r, p=p, maxmem=room, dklen=32)
    return hmac.new(key, b"eventstack canary", hashlib.sha256).hexdigest()
