"""ClearKey licences: the JSON that a player's Encrypted Media Extensions send and understand.

Form: W3C Encrypted Media Extensions, 9.1.3 (request) and 9.1.4 (a JWK set). Key ids and keys are base64url
without padding there and hex or bytes here.
"""

import base64
import json
import re
from collections.abc import Mapping

MAX_KEYS = 64
"""More key ids than any presentation of ours has; beyond it a request is nonsense."""

_SIXTEEN_BYTES = re.compile("[A-Za-z0-9_-]{22}")


def parse_request(body: bytes | str) -> tuple[str, ...]:
    """The key ids (32 hex digits each) that a licence request asks for; raises ValueError when malformed."""
    try:
        document = json.loads(body)
    except (json.JSONDecodeError, UnicodeDecodeError) as broken:
        raise ValueError("not JSON") from broken
    if not isinstance(document, dict) or document.get("type", "temporary") != "temporary":
        raise ValueError('not an object of "type" "temporary"')
    kids = document.get("kids")
    if not isinstance(kids, list) or not 0 < len(kids) <= MAX_KEYS or not all(isinstance(kid, str) for kid in kids):
        raise ValueError('"kids" is no list of key ids')
    return tuple(_decoded(kid).hex() for kid in kids)


def request(kids: tuple[str, ...]) -> bytes:
    """What a player sends for these key ids (hex)."""
    return json.dumps({"kids": [encoded(bytes.fromhex(kid)) for kid in kids], "type": "temporary"}).encode()


def licence(keys: Mapping[str, bytes]) -> dict[str, object]:
    """The licence for keys by key id (hex), as JSON values."""
    return {
        "keys": [{"kty": "oct", "kid": encoded(bytes.fromhex(kid)), "k": encoded(key)} for kid, key in keys.items()],
        "type": "temporary",
    }


def parse_licence(body: bytes | str) -> dict[str, bytes]:
    """Keys by key id (hex) from a licence; raises ValueError when malformed."""
    try:
        return {_decoded(key["kid"]).hex(): _decoded(key["k"]) for key in json.loads(body)["keys"]}
    except (json.JSONDecodeError, UnicodeDecodeError, KeyError, TypeError) as broken:
        raise ValueError("not a ClearKey licence") from broken


def encoded(octets: bytes) -> str:
    """Base64url without padding."""
    return base64.urlsafe_b64encode(octets).rstrip(b"=").decode()


def _decoded(text: str) -> bytes:
    if not _SIXTEEN_BYTES.fullmatch(text):
        raise ValueError("not 16 bytes in base64url")
    return base64.urlsafe_b64decode(text + "==")
