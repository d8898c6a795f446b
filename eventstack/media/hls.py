"""Writes HLS playlists (RFC 8216 and its successor draft rfc8216bis).

Ours because the packager's program date time is broken for live (its media sequence jumps at the first slide of
the window) and because it signals no key that a ClearKey player can use; the playlist library of PyPI keeps only
one of several key tags, so it reads our playlists in tests and never writes them.
"""

import base64
import math

from eventstack.media import pssh
from eventstack.media.grid import rfc3339
from eventstack.media.presentation import Entry, Presentation, Protection, Stream

VERSION = 7
"""Playlist version: 6 brings EXT-X-MAP without I-frame playlists, 7 is what players of SAMPLE-AES-CTR expect."""

CLEARKEY_FORMAT = "org.w3.clearkey"
_AUDIO_GROUP = "audio"


def master(presentation: Presentation) -> str:
    """The multivariant playlist: one variant per video stream, the audio streams in one group.

    Without video each audio stream is a variant. Playlists are named `<track>.m3u8`.
    """
    videos, audios = presentation.of_kind("video"), presentation.of_kind("audio")
    lines = ["#EXTM3U", f"#EXT-X-VERSION:{VERSION}", "#EXT-X-INDEPENDENT-SEGMENTS"]
    if videos:
        lines += [_rendition(stream, default=index == 0) for index, stream in enumerate(audios)]
    for stream in videos or audios:
        lines += [_variant(stream, audios if videos else ()), f"{stream.name}.m3u8"]
    return "\n".join(lines) + "\n"


def media(presentation: Presentation, stream: Stream, *, ended: bool = False, vod: bool = False) -> str:
    """One stream's playlist; `ended` closes it, `vod` closes it and says that it never changes.

    The media sequence number is that of the first cell, so it never depends on which process wrote the playlist.
    A missing cell keeps its place as an EXT-X-GAP.
    """
    duration = presentation.grid.duration
    lines = ["#EXTM3U", f"#EXT-X-VERSION:{VERSION}", f"#EXT-X-TARGETDURATION:{math.ceil(duration)}"]
    first = presentation.entries[0].number if presentation.entries else 0
    lines.append(f"#EXT-X-MEDIA-SEQUENCE:{first}")
    if vod:
        lines.append("#EXT-X-PLAYLIST-TYPE:VOD")
    lines.append("#EXT-X-INDEPENDENT-SEGMENTS")
    if presentation.protection and stream.kid:
        lines += key_tags(presentation.protection, stream.kid, presentation.keys)
    folder = f"{presentation.cells}{stream.name}/"
    lines.append(f'#EXT-X-MAP:URI="{folder}init.mp4"')
    for entry in presentation.entries:
        lines += _segment(entry, f"{float(duration):.5f}", folder)
    if ended or vod:
        lines.append("#EXT-X-ENDLIST")
    return "\n".join(lines) + "\n"


def key_tags(protection: Protection, kid: str, keys: str) -> list[str]:
    """The key tags of one key: two for ClearKey where it is signalled, then those of the vendors' systems.

    Both of the two are needed: shaka-player takes ClearKey's (its `data:` URI holds the key id), hls.js the
    identity one (its URI leads to the 16 bytes of the key); each plays with the other's tag beside its own.
    """
    method = "SAMPLE-AES" if protection.scheme == "cbcs" else "SAMPLE-AES-CTR"
    clear = _data_uri(bytes.fromhex(kid))
    raw = f"{keys}{kid}"
    tags = [_key(method, clear, CLEARKEY_FORMAT), _key(method, raw, "identity")] if protection.clearkey else []
    for name in protection.vendors:
        header = pssh.header(name, kid, protection.scheme)
        if header.system == pssh.WIDEVINE and header.box:
            tags.append(_key(method, _data_uri(header.box), f"urn:uuid:{pssh.WIDEVINE}"))
        elif header.playready_object:
            uri = _data_uri(header.playready_object, ";charset=UTF-16")
            tags.append(_key(method, uri, "com.microsoft.playready"))
    return tags


def _key(method: str, uri: str, key_format: str) -> str:
    return f'#EXT-X-KEY:METHOD={method},URI="{uri}",KEYFORMAT="{key_format}",KEYFORMATVERSIONS="1"'


def _data_uri(octets: bytes, charset: str = "") -> str:
    return f"data:text/plain{charset};base64,{base64.b64encode(octets).decode()}"


def _segment(entry: Entry, duration: str, folder: str) -> list[str]:
    lines = [f"#EXT-X-PROGRAM-DATE-TIME:{rfc3339(entry.instant)}", f"#EXTINF:{duration},"]
    if entry.missing:
        lines.append("#EXT-X-GAP")
    return [*lines, f"{folder}{entry.number}.m4s"]


def _rendition(stream: Stream, *, default: bool) -> str:
    name = (stream.title or stream.name).replace('"', "'")
    chosen = "YES" if default else "NO"
    return (
        f'#EXT-X-MEDIA:TYPE=AUDIO,GROUP-ID="{_AUDIO_GROUP}",NAME="{name}",LANGUAGE="{stream.language}",'
        f'DEFAULT={chosen},AUTOSELECT=YES,CHANNELS="{stream.channels}",URI="{stream.name}.m3u8"'
    )


def _variant(stream: Stream, audios: tuple[Stream, ...]) -> str:
    codecs = ",".join(dict.fromkeys([stream.codec, *(audio.codec for audio in audios)]))
    peak = stream.bandwidth + max((audio.bandwidth for audio in audios), default=0)
    average = stream.average_bandwidth + max((audio.average_bandwidth for audio in audios), default=0)
    fields = [f"BANDWIDTH={peak}", f"AVERAGE-BANDWIDTH={average}", f'CODECS="{codecs}"']
    if stream.kind == "video":
        fields += [f"RESOLUTION={stream.width}x{stream.height}", f"FRAME-RATE={float(stream.frame_rate):.3f}"]
    if audios:
        fields.append(f'AUDIO="{_AUDIO_GROUP}"')
    return f"#EXT-X-STREAM-INF:{','.join(fields)},CLOSED-CAPTIONS=NONE"
