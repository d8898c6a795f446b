"""Content keys at rest: born here, sealed as an encrypted JWK Set (RFC 7517, 7; RFC 7516), never in clear on a disk.

The key service keeps its store this way, and the same form lies beside each recording, so that a programme on
demand can be opened after the service is gone, by whoever holds the machine's seal key.
"""

import base64
import binascii
import re
import secrets
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from pathlib import Path
from uuid import uuid4

import msgspec
from joserfc import jwe
from joserfc.errors import JoseError
from joserfc.jwk import OctKey

from eventstack.errors import StoreError
from eventstack.media.clearkey import encoded
from eventstack.node.secrets_file import read_secret, write_private

CONTENT_ID = re.compile(r"[A-Za-z0-9][A-Za-z0-9._-]{0,127}")
LABEL = re.compile(r"[a-z0-9][a-z0-9-]{0,31}")
MAX_LABELS = 16
_HEADER = {"alg": "dir", "enc": "A256GCM", "cty": "jwk-set+json"}
_KEY_BYTES = 16


@dataclass(frozen=True)
class ContentKey:
    """One key of one content: `kid` is 32 hex digits, `key` 16 bytes; its text never shows the key."""

    content_id: str
    label: str
    kid: str
    key: bytes

    def __repr__(self) -> str:
        return f"ContentKey({self.content_id!r}, {self.label!r}, kid={self.kid!r})"

    @classmethod
    def born(cls, content_id: str, label: str) -> "ContentKey":
        """A new random key under a random key id."""
        return cls(content_id, label, uuid4().hex, secrets.token_bytes(_KEY_BYTES))


def read_seal_key(path: Path) -> bytes:
    """The 32 bytes of a seal key file (base64url); raises StoreError when it can't be read or is no such key."""
    try:
        text = read_secret(path)
        octets = base64.b64decode(text + "=" * (-len(text) % 4), altchars=b"-_", validate=True)
    except (OSError, UnicodeDecodeError, binascii.Error, ValueError) as cause:
        raise StoreError(f"{path}: the seal key can't be read") from cause
    if len(octets) != 32:
        raise StoreError(f"{path}: a seal key has 32 bytes, this one {len(octets)}")
    return octets


def seal(keys: Iterable[ContentKey], seal_key: bytes) -> str:
    """The keys as a compact JWE of a JWK Set; each key carries its content id and label."""
    entries = [
        {"kty": "oct", "kid": key.kid, "k": encoded(key.key), "content_id": key.content_id, "label": key.label}
        for key in keys
    ]
    return jwe.encrypt_compact(_HEADER, msgspec.json.encode({"keys": entries}), OctKey.import_key(seal_key))


def unseal(record: str, seal_key: bytes) -> tuple[ContentKey, ...]:
    """The keys of a sealed record; raises StoreError for a wrong seal key or a record that was changed."""
    try:
        plain = jwe.decrypt_compact(record.strip(), OctKey.import_key(seal_key)).plaintext
        entries = msgspec.json.decode(plain or b"")["keys"]
        return tuple(
            ContentKey(entry["content_id"], entry["label"], entry["kid"], _key(entry["k"])) for entry in entries
        )
    except (JoseError, msgspec.DecodeError, KeyError, TypeError, ValueError) as cause:
        raise StoreError("the sealed keys can't be opened: another seal key, or the record was changed") from cause


def open_record(path: Path, seal_key: Path) -> tuple[ContentKey, ...]:
    """The keys sealed in a file, opened with the key in another; raises StoreError when either is unusable."""
    try:
        record = path.read_text(encoding="ascii")
    except (OSError, UnicodeDecodeError) as cause:
        raise StoreError(f"{path}: the sealed keys can't be read") from cause
    return unseal(record, read_seal_key(seal_key))


class Keystore:
    """The keys of every content, on disk after each change. Raises StoreError when the store can't be opened.

    `born` makes a key; the seal key is read at each use and not kept.
    """

    def __init__(self, file: Path, seal_key: Path, born: Callable[[str, str], ContentKey] = ContentKey.born) -> None:
        self._file = file
        self._seal_key = seal_key
        self._born = born
        found = open_record(file, seal_key) if file.exists() else ()
        self._keys = {(key.content_id, key.label): key for key in found}

    def ensure(self, content_id: str, labels: Iterable[str]) -> dict[str, ContentKey]:
        """The content's key for each label, made where there was none; those there are never change."""
        wanted = [(content_id, label) for label in labels]
        fresh = {place: self._born(*place) for place in wanted if place not in self._keys}
        if fresh:
            self._save({**self._keys, **fresh})
        return {label: self._keys[content_id, label] for _, label in wanted}

    def content(self, content_id: str) -> dict[str, ContentKey]:
        """The content's keys by label, empty for an unknown one."""
        return {label: key for (owner, label), key in self._keys.items() if owner == content_id}

    def find(self, kid: str) -> bytes | None:
        """The key of a key id (hex), None for an unknown one."""
        return next((key.key for key in self._keys.values() if key.kid == kid), None)

    def seal_to(self, content_id: str, path: Path) -> None:
        """Write the content's keys, sealed, to a file (0600)."""
        write_private(path, seal(self.content(content_id).values(), read_seal_key(self._seal_key)))

    def forget(self, content_id: str) -> None:
        """Delete the content's keys; nothing happens for an unknown one."""
        kept = {place: key for place, key in self._keys.items() if place[0] != content_id}
        if len(kept) != len(self._keys):
            self._save(kept)

    def _save(self, keys: dict[tuple[str, str], ContentKey]) -> None:
        # disk first: a key that was told to a packager must not be lost
        write_private(self._file, seal(keys.values(), read_seal_key(self._seal_key)))
        self._keys = keys


def _key(text: str) -> bytes:
    return base64.b64decode(text + "=" * (-len(text) % 4), altchars=b"-_", validate=True)
