"""HLS playlists (RFC 8216) as frozen values with absolute addresses. Reading only: m3u8 can't write two keys back."""

import base64
import binascii
import re
from dataclasses import dataclass
from datetime import datetime, timedelta
from pathlib import PurePosixPath
from typing import Any
from urllib.parse import urlsplit

import m3u8

from eventstack.errors import Unplayable

CLEARKEY = "org.w3.clearkey"
IDENTITY = "identity"


@dataclass(frozen=True)
class Rendition:
    """One media playlist of a master; `name` is its file's stem, `bandwidth` in bit/s (0 for audio)."""

    name: str
    url: str
    kind: str
    bandwidth: int = 0


@dataclass(frozen=True)
class Cell:
    """One segment as listed; `number` is its media sequence number, `at` its PROGRAM-DATE-TIME."""

    number: int
    url: str
    init_url: str
    duration_s: float
    at: datetime | None
    gap: bool
    discontinuity: bool

    @property
    def ends_at(self) -> datetime | None:
        """When its last frame was, by its PROGRAM-DATE-TIME."""
        return self.at + timedelta(seconds=self.duration_s) if self.at else None


@dataclass(frozen=True)
class MediaList:
    """A media playlist. `kids` are key ids (32 lower-case hex digits), `key_urls` where raw keys are to be had."""

    url: str
    sequence: int
    cells: tuple[Cell, ...]
    ended: bool
    vod: bool
    kids: tuple[str, ...]
    key_urls: tuple[str, ...]
    encrypted: bool

    @property
    def end(self) -> int:
        """The number after the last listed cell."""
        return self.sequence + len(self.cells)

    @property
    def newest(self) -> Cell | None:
        """The last listed cell that has media."""
        return next((cell for cell in reversed(self.cells) if not cell.gap), None)

    def cell(self, number: int) -> Cell | None:
        """The listed cell of that number, if it has media."""
        return next((cell for cell in self.cells if cell.number == number and not cell.gap), None)


def read_master(text: str, url: str) -> tuple[Rendition, ...]:
    """The renditions, video first and smallest bandwidth first; raises Unplayable for anything else than a master."""
    document = _parse(text, url)
    if not document.is_variant:
        raise Unplayable(f"{url}: not a master playlist")
    video = {
        entry.absolute_uri: Rendition(
            _stem(entry.absolute_uri), entry.absolute_uri, "video", entry.stream_info.bandwidth or 0
        )
        for entry in document.playlists
    }
    audio = {
        entry.absolute_uri: Rendition(_stem(entry.absolute_uri), entry.absolute_uri, "audio")
        for entry in document.media
        if entry.type == "AUDIO" and entry.uri
    }
    if not video and not audio:
        raise Unplayable(f"{url}: names no rendition")
    return (*sorted(video.values(), key=lambda rendition: rendition.bandwidth), *audio.values())


def read_list(text: str, url: str) -> MediaList:
    """A media playlist, also one without a segment yet; raises Unplayable for anything else."""
    document = _parse(text, url)
    if document.is_variant:
        raise Unplayable(f"{url}: a master where a media playlist was named")
    keys = [key for key in document.keys if key and key.method != "NONE"]
    kids = [kid for key in keys for kid in [_kid(key.keyformat, key.uri or "")] if kid]
    cells = tuple(
        Cell(
            number=document.media_sequence + index,
            url=segment.absolute_uri,
            init_url=segment.init_section.absolute_uri if segment.init_section else "",
            duration_s=segment.duration or 0.0,
            at=segment.current_program_date_time,
            gap=bool(segment.gap_tag),
            discontinuity=segment.discontinuity,
        )
        for index, segment in enumerate(document.segments)
    )
    return MediaList(
        url=url,
        sequence=document.media_sequence,
        cells=cells,
        ended=document.is_endlist,
        vod=(document.playlist_type or "").upper() == "VOD",
        kids=tuple(dict.fromkeys(kids)),
        key_urls=tuple(
            dict.fromkeys(key.absolute_uri for key in keys if (key.keyformat or IDENTITY) == IDENTITY and key.uri)
        ),
        encrypted=bool(keys),
    )


def _parse(text: str, url: str) -> Any:
    if not text.lstrip("\ufeff").startswith("#EXTM3U"):
        raise Unplayable(f"{url}: not an HLS playlist")
    try:
        return m3u8.loads(text, uri=url)  # type: ignore[no-untyped-call]  # the library has no types
    except (m3u8.ParseError, ValueError, KeyError) as cause:
        raise Unplayable(f"{url}: unreadable playlist ({cause})") from cause


def _stem(url: str) -> str:
    return PurePosixPath(urlsplit(url).path).stem


def _kid(key_format: str | None, uri: str) -> str | None:
    """The key id that a key tag shows: in base64 for ClearKey, as the last word of an identity key's address."""
    if key_format == CLEARKEY and uri.startswith("data:"):
        try:
            raw = base64.b64decode(uri.partition(",")[2], validate=True)
        except binascii.Error:
            return None
        return raw.hex() if len(raw) == 16 else None
    found = re.search(r"[0-9a-fA-F]{32}$", uri.replace("-", ""))
    return found.group().lower() if found else None
