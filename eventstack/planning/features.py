"""The vocabulary of what an event or a profile may ask of a cloud: words `kind/value`.

Every cloud's facts decide on every word: carried out, left out with a reason, or refused with a reason. Pure data;
read by whatever turns fields into words, by the facts' tests and by the page of clouds.
"""

from collections.abc import Mapping
from typing import NamedTuple


class Kind(NamedTuple):
    """A kind of feature: what it is about, and its values."""

    means: str
    values: tuple[str, ...]


_SYSTEMS = ("clearkey", "widevine", "playready", "fairplay")

KINDS: Mapping[str, Kind] = {
    "contribution": Kind(
        "how the feed comes in, who may send, and whether there are two of it",
        (
            "srt-listener",
            "srt-caller",
            "rtmp-listener",
            "rtmp-caller",
            "rtp-listener",
            "rist-listener",
            "rist-caller",
            "pull",
            "backup",
            "allow",
        ),
    ),
    "feed": Kind("whether the feed is compared with what was announced", ("expected",)),
    "source": Kind("the stand-in for a venue", ("none", "synthetic", "file")),
    "secret": Kind("where a passphrase is found", ("generated", "env", "file", "store")),
    "scan": Kind("pictures of two fields", ("interlaced",)),
    "codec": Kind("video codecs", ("avc", "hevc")),
    "profile": Kind("profiles of the codecs", ("baseline", "main", "high", "high10", "high422", "main10")),
    "level": Kind("a level that is written down", ("pinned",)),
    "rate-control": Kind("how bits are spent", ("vbr", "hevc-vbr", "cbr", "qvbr")),
    "rate": Kind("rungs at half the ladder's rate; rates over 1001", ("mixed", "fractional")),
    "gop": Kind("several groups of pictures in one segment", ("short",)),
    "preset": Kind("how much work goes into a picture", ("any",)),
    "programme": Kind("no picture at all", ("audio-only",)),
    "audio": Kind("audio codecs", ("aac", "ac3", "eac3")),
    "channels": Kind("channels of an audio track", ("1", "2", "6", "8")),
    "loudness": Kind("a loudness that sound is brought to", ("target",)),
    "audio-role": Kind("what a track is for", ("main", "commentary", "description", "clean", "dub")),
    "audio-input": Kind("which of the feed's sounds a track takes", ("any",)),
    "captions": Kind("captions", ("cea-608", "cea-708", "teletext", "dvb-sub", "webvtt")),
    "markers": Kind("marks for breaks", ("scte35",)),
    "format": Kind("manifests", ("hls", "dash")),
    "container": Kind("segments", ("cmaf", "ts")),
    "latency": Kind("parts of segments, for low latency", ("low",)),
    "start-over": Kind("from the beginning while the event is on air", ("any",)),
    "grid": Kind("segments that are no whole number of audio frames", ("inexact",)),
    "scheme": Kind("how samples are encrypted", ("cenc", "cbcs")),
    "system": Kind("key systems that manifests signal", _SYSTEMS),
    "licence": Kind("key systems whose licences can be had", _SYSTEMS),
    "keys": Kind("how many content keys there are", ("one", "per-label", "per-resolution")),
    "key-source": Kind("where content keys come from", ("local", "speke")),
    "rotation": Kind("keys that change during the event", ("any",)),
    "policy": Kind("a licence policy by name", ("named",)),
    "access": Kind("who may read the edge", ("open", "signed")),
    "domain": Kind("a host name of one's own", ("own",)),
    "cors": Kind("which pages may play it", ("any",)),
    "redundancy": Kind("paths", ("single", "two-path")),
    "vod": Kind("on demand afterwards: nothing, the aired segments, or packaged anew", ("none", "copy", "repackage")),
    "archive": Kind("how long a recording is kept", ("keep",)),
    "slate": Kind("what a slate shows: a generated card, an image", ("card", "image")),
    "verb": Kind("verbs beside start, stop, publish and unpublish", ("slate",)),
    "thresholds": Kind("alarms on black, freeze, silence and the like", ("any",)),
    "capacity": Kind("machines of one's own choice", ("machine", "spot", "headroom", "warm")),
    "layers": Kind("where slow things live", ("split", "series", "single")),
    "teardown": Kind("how the end is proven, and when it may come", ("settle", "keep", "person")),
    "region": Kind("a region by name", ("named",)),
    "placement": Kind("a region by rule", ("rule",)),
    "rights": Kind("where it may be seen, and when not", ("territories", "blackouts")),
}
"""Every kind, in the order of the chain."""

FEATURES: Mapping[str, tuple[str, ...]] = {name: kind.values for name, kind in KINDS.items()}
"""The values of every kind."""

WORDS: frozenset[str] = frozenset(f"{name}/{value}" for name, kind in KINDS.items() for value in kind.values)
"""Every word."""


def words(kind: str, *values: str) -> frozenset[str]:
    """Words of one kind: those of `values`, or all of them. Raises ValueError for one that there is not."""
    found = frozenset(f"{kind}/{value}" for value in values or FEATURES.get(kind, ("",)))
    if unknown := found - WORDS:
        raise ValueError(f"no feature {', '.join(sorted(unknown))}")
    return found
