"""For every field of an event and a profile another valid value: what tests of all fields change, cloud by cloud."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

GONE = "(left out)"
"""In place of a value: the key is not written."""

CLOUDS = ("aws", "azure", "gcp", "local")
OWNER = "sports"


@dataclass(frozen=True)
class Change:
    """Another value of one field.

    `needs` are other values that both files have, the changed and the unchanged one; `also` those that only the changed
    one has; `named` is a field whose fault answers for this one, with the reason beside it. Keys are paths, those of
    the event with `event:` before them.
    """

    to: Any
    needs: Mapping[str, Any] = field(default_factory=dict)
    also: Mapping[str, Any] = field(default_factory=dict)
    named: str = ""


Table = Mapping[str, Change | Mapping[str, Change]]
"""A change for every field; one for each cloud where they need others."""


def event(cloud: str) -> dict[str, Any]:
    """An event that every cloud takes."""
    return {
        "id": "cup",
        "title": "Cup final",
        "window": {"start": "2027-05-22T20:00", "end": "2027-05-22T22:00", "zone": "Europe/Berlin"},
        "contribution": {"protocol": "srt", "latency": "200ms", "passphrase": SECRET[cloud], "source": SOURCE[cloud]},
        "audience": {"expected": 20_000, "peak": 50_000, "ramp": "5m", "countries": {"DE": "70%"}},
        "profile": "wide",
        "cloud": cloud,
    }


def profile(cloud: str) -> dict[str, Any]:
    """A profile that every cloud takes, but for its keys."""
    return {
        "name": "wide",
        "description": "What all of them can do",
        "ladder": {
            "frame_rate": "25fps",
            "profile": "high",
            "renditions": [{"size": "640x360", "bitrate": "800kbps"}, {"size": "1280x720", "bitrate": "3Mbps"}],
        },
        "audio": {"tracks": [{"language": "en", "label": "English"}, {"language": "de"}]},
        "packaging": {"formats": ["hls", "dash"], "segment": "1.92s", "window": "60s"},
        "drm": DRM[cloud],
        "slate": True,
        "archive": {"vod": True},
        "timing": {"line_up": "15m", "tail": "30s"},
        "monitoring": {"gates": {"in_a_row": 2, "give_up": "60s"}},
    }


SECRET = {"local": "env:FEED", **dict.fromkeys(("aws", "azure", "gcp"), "store:feeds/hall-4")}
SOURCE = {"local": "synthetic", **dict.fromkeys(("aws", "azure", "gcp"), "none")}
_OURS = {"scheme": "cenc", "systems": ["clearkey"]}
_SPEKE = {"systems": ["widevine"], "key_source": "speke", "speke": {"url": "https://keys.example.org/speke"}}
DRM = {"aws": _SPEKE, **dict.fromkeys(("azure", "gcp", "local"), _OURS)}

_CALLS = {"contribution.mode": "caller", "contribution.address": "venue.example.org:9000"}
_BACKUP = {"contribution.backup": {"protocol": "srt", "latency": "300ms", "passphrase": "store:feeds/hall-5"}}
_BACKUP_CALLS = {"contribution.backup.mode": "caller", "contribution.backup.address": "b.example.org:9000"}
_BLACKOUT = {"start": "2027-05-22T20:30", "end": "2027-05-22T21:00", "zone": "Europe/Berlin", "territories": ["DE"]}
_BLACKOUTS = {"rights.blackouts": [_BLACKOUT]}
_CONTACTS = {"contacts": [{"name": "Ann", "phone": "+49 30 1234567"}]}

EVENT: Table = {
    "id": Change("derby"),
    "title": Change("Derby"),
    "window.zone": Change("Europe/London"),
    "window.start": Change("2027-05-22T20:15"),
    "window.end": Change("2027-05-22T22:15"),
    "contribution.protocol": Change("rist"),
    "contribution.mode": Change("caller", also={"contribution.address": "venue.example.org:9000"}),
    "contribution.address": Change("other.example.org:9000", _CALLS),
    "contribution.latency": Change("250ms"),
    "contribution.passphrase": {
        "local": Change("generated"),
        **dict.fromkeys(("aws", "azure", "gcp"), Change("store:feeds/hall-9")),
    },
    "contribution.allow": Change(["203.0.113.0/24"]),
    "contribution.backup": Change(_BACKUP["contribution.backup"]),
    "contribution.backup.protocol": Change("rist", _BACKUP),
    "contribution.backup.mode": Change("caller", _BACKUP, also={"contribution.backup.address": "b.example.org:9000"}),
    "contribution.backup.address": Change("c.example.org:9000", {**_BACKUP, **_BACKUP_CALLS}),
    "contribution.backup.latency": Change("400ms", _BACKUP),
    "contribution.backup.passphrase": Change("store:feeds/hall-6", _BACKUP),
    "contribution.backup.allow": Change(["203.0.113.0/24"], _BACKUP),
    "contribution.expected.codec": Change("avc"),
    "contribution.expected.size": Change("1920x1080"),
    "contribution.expected.frame_rate": Change("25fps"),
    "contribution.expected.scan": Change("progressive"),
    "contribution.expected.bitrate": Change("20Mbps"),
    "contribution.expected.channels": Change(8),
    "contribution.source": {
        "local": Change("none"),
        **dict.fromkeys(("aws", "azure", "gcp"), Change("synthetic")),
    },
    "audience": Change(GONE),
    "audience.expected": Change(30_000),
    "audience.peak": Change(60_000),
    "audience.ramp": Change("10m"),
    "audience.countries": Change({"FR": "70%"}),
    "profile": Change("narrow"),
    "overrides": Change({"timing": {"line_up": "20m"}}),
    "cloud": {name: Change(CLOUDS[at - 1]) for at, name in enumerate(CLOUDS)},
    "region": {
        "aws": Change("eu-west-1"),
        "azure": Change("northeurope"),
        "gcp": Change("europe-west1"),
        "local": Change("eu-west-1"),
    },
    "placement.within": Change(["EU"]),
    "placement.near": Change("FR"),
    "rights.territories": Change(["DE", "AT"]),
    "rights.except_in": Change(["US"]),
    "rights.blackouts": Change([_BLACKOUT]),
    "rights.blackouts[0].zone": Change("Europe/London", _BLACKOUTS),
    "rights.blackouts[0].start": Change("2027-05-22T20:15", _BLACKOUTS),
    "rights.blackouts[0].end": Change("2027-05-22T21:15", _BLACKOUTS),
    "rights.blackouts[0].territories": Change(["AT"], _BLACKOUTS),
    "importance": Change("high"),
    "series": Change("season-2027"),
    "owner": Change("news"),
    "contacts": Change(_CONTACTS["contacts"]),
    "contacts[0].name": Change("Bob", _CONTACTS),
    "contacts[0].role": Change("producer", _CONTACTS),
    "contacts[0].phone": Change("+49 30 7654321", _CONTACTS),
    "contacts[0].email": Change("ann@example.org", _CONTACTS),
    "labels": Change({"department": "sports"}),
}
"""Every field of an event."""

_QVBR = {
    "ladder.rate_control": "qvbr",
    "ladder.renditions[0].quality": 7,
    "ladder.renditions[1].quality": 7,
}
_LOUD = {"audio.loudness": {"target": "-23LUFS"}}
_CAPTIONS = {"captions": [{"language": "en", "format": "cea-608", "service": 1}]}
_ARN = "arn:aws:acm:eu-central-1:123456789012:certificate/1234"
_IMAGE = {"slate": {"image": "file:a.png", "size": "1280x720"}}

PROFILE: Table = {
    "name": Change("narrow"),
    "ladder": Change("off", {"slate": False}),
    "ladder.frame_rate": Change("50fps"),
    "ladder.codec": Change("hevc", {"ladder.profile": "main"}),
    "ladder.profile": Change("main"),
    "ladder.preset": Change("slow"),
    "ladder.rate_control": Change("cbr"),
    "ladder.gop": Change("0.96s"),
    # The shape is a rule on the sizes, and has no place of its own in a plan: the sizes that break it are named.
    "ladder.aspect": Change("4:3", named="ladder.renditions[0].size"),
    "ladder.scan": Change("interlaced"),
    "ladder.renditions": Change([{"size": "1280x720", "bitrate": "3Mbps"}]),
    "ladder.renditions[0].size": Change("416x234"),
    "ladder.renditions[0].bitrate": Change("700kbps"),
    "ladder.renditions[0].max_bitrate": Change("1Mbps"),
    "ladder.renditions[0].codec": Change("hevc", {"ladder.profile": "main"}),
    "ladder.renditions[0].profile": Change("main"),
    "ladder.renditions[0].level": Change("4.0"),
    "ladder.renditions[0].frame_rate": Change("25/2fps"),
    "ladder.renditions[0].preset": Change("slow"),
    "ladder.renditions[0].quality": Change(8, _QVBR),
    "audio.tracks": Change([{"language": "en", "label": "English"}]),
    "audio.tracks[0].language": Change("fr"),
    "audio.tracks[0].label": Change("Anglais"),
    "audio.tracks[0].role": Change("commentary"),
    "audio.tracks[0].codec": Change("ac3"),
    "audio.tracks[0].bitrate": Change("192kbps"),
    "audio.tracks[0].channels": Change(1),
    "audio.tracks[0].take": Change([3, 4]),
    "audio.loudness": Change(_LOUD["audio.loudness"]),
    "audio.loudness.target": Change("-24LUFS", _LOUD),
    "audio.loudness.true_peak": Change("-2dBTP", _LOUD),
    "captions": Change(_CAPTIONS["captions"]),
    "captions[0].language": Change("de", _CAPTIONS),
    "captions[0].label": Change("Text", _CAPTIONS),
    "captions[0].format": Change("cea-708", _CAPTIONS),
    "captions[0].service": Change(2, _CAPTIONS),
    "scte35": Change("passthrough"),
    "packaging.formats": Change(["hls"]),
    "packaging.container": Change("ts", {"packaging.formats": ["hls"], "drm": "off"}),
    "packaging.segment": Change("3.84s"),
    "packaging.window": Change("90s"),
    "packaging.start_over": Change("2h"),
    "packaging.low_latency": Change({"part": "0.96s"}),
    "packaging.low_latency.part": Change("0.48s", {"packaging.low_latency": {"part": "0.96s"}}),
    "drm": Change("off"),
    "drm.scheme": Change("cbcs"),
    "drm.systems": {
        "aws": Change(["widevine", "playready"]),
        **dict.fromkeys(("azure", "gcp", "local"), Change(["clearkey", "widevine"])),
    },
    "drm.keys": Change("one"),
    "drm.rotation": Change("30m", {"archive.vod": False}),
    "drm.key_source": {
        "aws": Change("local", also={"drm": _OURS}),
        **dict.fromkeys(("azure", "gcp", "local"), Change("speke", also={"drm": _SPEKE})),
    },
    "drm.speke": {
        "aws": Change(GONE),
        **dict.fromkeys(("azure", "gcp", "local"), Change(_SPEKE["speke"])),
    },
    "drm.speke.url": Change("https://other.example.org/speke", {"drm": _SPEKE}),
    "drm.speke.version": Change("2.1", {"drm": _SPEKE}),
    "drm.speke.role": Change("arn:aws:iam::123456789012:role/SpekeAccess", {"drm": _SPEKE}),
    "drm.speke.certificate": Change(_ARN, {"drm": _SPEKE}),
    "drm.policy": Change("uhd-hardware-only"),
    "cdn.access": Change("signed"),
    "cdn.domain": Change("live.example.org"),
    "cdn.cors": Change(["https://www.example.org"]),
    "redundancy": Change("two-path"),
    "slate": Change(False),
    "slate.image": Change("file:b.png", _IMAGE),
    "slate.size": Change("1920x1080", _IMAGE),
    "archive.vod": Change(False),
    "archive.route": Change("repackage", {"drm": "off"}),
    "archive.clear_origin": Change(True),
    "archive.all_keys": Change(True),
    "archive.keep": Change("30d"),
    "timing.line_up": Change("20m"),
    "timing.tail": Change("60s"),
    "timing.overrun": Change("keep-durations"),
    "timing.turn_round": Change("10m"),
    "monitoring.gates.hops": Change(["edge"]),
    "monitoring.gates.in_a_row": Change(3),
    "monitoring.gates.give_up": Change("90s"),
    "monitoring.thresholds.black": Change("3s"),
    "monitoring.thresholds.freeze": Change("5s"),
    "monitoring.thresholds.silence": Change("5s"),
    "monitoring.thresholds.stale": Change("8s"),
    "monitoring.thresholds.latency": Change("30s"),
    "monitoring.thresholds.low_bitrate": Change("50%"),
    "capacity.machine": Change("c7i.4xlarge"),
    "capacity.packagers": Change(9),
    "capacity.headroom": Change("31%"),
    "capacity.spot": Change("spare", {"redundancy": "two-path"}),
    "capacity.warm": Change(True),
    "layers": Change("single"),
    "teardown.settle": Change("10s"),
    "teardown.keep": Change("1h"),
    "teardown.confirm": Change("person"),
}
"""Every field of a profile that a plan is made from."""

UNPLANNED = {"description": "what lists of profiles show; no plan is made from it"}
"""Fields of a profile that may change and leave a plan as it is, and why."""
