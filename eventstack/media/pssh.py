"""Protection system headers: the `pssh` boxes and the PlayReady object that manifests carry.

Sources: W3C "cenc" Initialization Data Format (box form), Widevine's public protobuf, Microsoft's
PlayReady Header Specification. Key ids are 32 hex digits, in the byte order of `tenc`.
"""

import base64
import struct
from dataclasses import dataclass

CLEARKEY = "e2719d58-a985-b3c9-781a-b030af78d30e"
WIDEVINE = "edef8ba9-79d6-4ace-a3c8-27dcd51d21ed"
PLAYREADY = "9a04f079-9840-4286-ab92-e65be0885f95"

SYSTEMS = ("clearkey", "widevine", "playready")
"""The systems that we can signal without their vendor's help; ClearKey by addresses, the others by a header."""


@dataclass(frozen=True)
class Header:
    """One system's header for one key: its `pssh` box and, for PlayReady, its object."""

    system: str
    box: bytes
    playready_object: bytes | None = None


def header(system: str, kid: str, scheme: str) -> Header:
    """The header of a system by name; raises ValueError for one that only its vendor can make."""
    if system == "widevine":
        return Header(WIDEVINE, box(WIDEVINE, widevine_data(kid, scheme)))
    if system == "playready":
        data = playready_object(kid, scheme)
        return Header(PLAYREADY, box(PLAYREADY, data), data)
    raise ValueError(f"no header of ours for the protection system {system!r}; known: {', '.join(SYSTEMS)}")


def box(system_id: str, data: bytes) -> bytes:
    """A `pssh` box of version 0: the key ids are in the system's own data."""
    body = bytes.fromhex(system_id.replace("-", "")) + struct.pack(">I", len(data)) + data
    return struct.pack(">I4sI", len(body) + 12, b"pssh", 0) + body


def widevine_data(kid: str, scheme: str) -> bytes:
    """Widevine's protobuf with the fields 2 (key id) and 9 (protection scheme, its four letters as a number)."""
    number = int.from_bytes(scheme.encode("ascii"), "big")
    return b"\x12\x10" + bytes.fromhex(kid) + b"\x48" + _varint(number)


def playready_object(kid: str, scheme: str) -> bytes:
    """A PlayReady object with one header record: 4.0 for AES-CTR, 4.3 for AES-CBC, as Shaka Packager writes it.

    The optional checksum of AES-CTR is left out: it needs the key, and a manifest writer has none.
    """
    value = base64.b64encode(_guid(kid)).decode()
    if scheme.startswith("cbc"):
        protect = f'<KIDS><KID ALGID="AESCBC" VALUE="{value}"></KID></KIDS>'
        version, rest = "4.3.0.0", ""
    else:
        protect = "<KEYLEN>16</KEYLEN><ALGID>AESCTR</ALGID>"
        version, rest = "4.0.0.0", f"<KID>{value}</KID>"
    xml = (
        f'<WRMHEADER xmlns="http://schemas.microsoft.com/DRM/2007/03/PlayReadyHeader" version="{version}">'
        f"<DATA><PROTECTINFO>{protect}</PROTECTINFO>{rest}</DATA></WRMHEADER>"
    ).encode("utf-16-le")
    return struct.pack("<IHHH", len(xml) + 10, 1, 1, len(xml)) + xml


def _guid(kid: str) -> bytes:
    """The key id in Microsoft's byte order."""
    octets = bytes.fromhex(kid)
    return octets[3::-1] + octets[5:3:-1] + octets[7:5:-1] + octets[8:]


def _varint(number: int) -> bytes:
    out = bytearray()
    while number > 0x7F:
        out.append(number & 0x7F | 0x80)
        number >>= 7
    return bytes([*out, number])
