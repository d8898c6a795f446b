"""What is built of one stack: frozen data that `program.build` reads, and nothing else.

Every part is plain and survives JSON unchanged; `planning.plan` puts a plan around them and tells the canonical form.
"""

from typing import Any, Literal

import msgspec

Protocol = Literal["srt", "rtmp", "rtp", "rist", "pull"]
Mode = Literal["listener", "caller"]


class Plain(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Frozen plain data that survives JSON unchanged."""


class SecretRef(Plain, frozen=True):
    """Where a secret is to be found, never what it is.

    `generated` is made on the machine that needs it and never leaves it; `env` and `file` are read by the
    process that hands it over (`name` is the variable or the path); `store` is the cloud's own secret store.
    """

    source: Literal["generated", "env", "file", "store"]
    name: str = ""


class Segment(Plain, frozen=True):
    """The segment grid: `duration` in seconds as a rational, `ticks` = duration * `timescale`."""

    duration: str
    timescale: int
    ticks: int


class Rendition(Plain, frozen=True):
    """One rung of the ladder; bit rates in bit/s, `frame_rate` in frames per second as a rational.

    `level` is the codec's, as "4.2"; `quality` (1 to 10) is that of qvbr, 0 without.
    """

    name: str
    codec: Literal["avc", "hevc"]
    profile: str
    width: int
    height: int
    frame_rate: str
    bitrate: int
    max_bitrate: int
    buffer_bits: int
    preset: str
    level: str = ""
    quality: int = 0


class AudioTrack(Plain, frozen=True):
    """One audio rendition; `bitrate` in bit/s, `sample_rate` in Hz, `language` BCP 47.

    `take` names the feed's channels that it is made of, counted from 1; empty for the first ones.
    """

    name: str
    codec: Literal["aac", "ac3", "eac3"]
    language: str
    label: str
    bitrate: int
    sample_rate: int
    channels: int
    role: str = "main"
    take: tuple[int, ...] = ()


class Caption(Plain, frozen=True):
    """One caption track of the feed: `format` as cea-608, `service` its channel, service or page (0 without)."""

    language: str
    label: str
    format: str
    service: int = 0


class Loudness(Plain, frozen=True):
    """How loud the programme is made: `target` in LUFS, `true_peak` in dBTP, rationals."""

    target: str
    true_peak: str


class Source(Plain, frozen=True):
    """The stand-in for a venue that the local cloud offers: a synthetic picture, or a file in a loop."""

    kind: Literal["none", "synthetic", "file"]
    path: str = ""
    width: int = 1280
    height: int = 720
    frame_rate: str = "25"


class Feed(Plain, frozen=True):
    """What the venue is expected to send; "" and 0 for what was not said. `bitrate` in bit/s."""

    codec: str = ""
    width: int = 0
    height: int = 0
    frame_rate: str = ""
    scan: str = ""
    bitrate: int = 0
    channels: int = -1


class Input(Plain, frozen=True):
    """A second way in, as `Contribution` has the first."""

    protocol: Protocol
    mode: Mode
    latency_ms: int
    passphrase: SecretRef | None
    address: str = ""
    allow: tuple[str, ...] = ()


class Contribution(Plain, frozen=True):
    """How the feed reaches us; `latency_ms` is the receiver's buffer (0 where the protocol has none).

    `address` is whom a caller calls, `allow` the networks (CIDR) that may send to a listener.
    """

    protocol: Protocol
    mode: Mode
    latency_ms: int
    passphrase: SecretRef | None
    source: Source
    address: str = ""
    allow: tuple[str, ...] = ()
    backup: Input | None = None
    expected: Feed | None = None


class Encoder(Plain, frozen=True):
    """One ladder from one feed; every rendition closes its GOP on the segment grid.

    `gop` is seconds from key picture to key picture as a rational, "" for a segment; `slate_image` a path, "" for a
    plain card.
    """

    renditions: tuple[Rendition, ...]
    audio: tuple[AudioTrack, ...]
    slate: bool
    rate_control: str = "vbr"
    gop: str = ""
    scan: str = "progressive"
    loudness: Loudness | None = None
    captions: tuple[Caption, ...] = ()
    scte35: bool = False
    slate_image: str = ""
    slate_size: str = ""


class Packager(Plain, frozen=True):
    """Formats and live window; `window_s` is what a viewer may rewind, in whole seconds.

    `start_over_s` is how far back a late viewer may start (0: not beyond the window), `part` the length of a part of
    a segment in seconds as a rational, "" without low latency.
    """

    hls: bool
    dash: bool
    window_s: int
    container: str = "cmaf"
    start_over_s: int = 0
    part: str = ""


class Speke(Plain, frozen=True):
    """The key server that is asked by SPEKE; `role` and `certificate` are ARNs, "" without."""

    url: str
    version: str
    role: str = ""
    certificate: str = ""


class Drm(Plain, frozen=True):
    """Common encryption: scheme, systems signalled, one content key per label.

    In a foundation it means the key service, and names no content: `content_id` is "" and `labels` is empty.
    `rotation_s` is how long a key lasts, 0 for the whole event.
    """

    scheme: Literal["cenc", "cbcs"]
    systems: tuple[str, ...]
    content_id: str
    labels: tuple[str, ...]
    key_source: Literal["local", "speke"]
    speke: Speke | None = None
    rotation_s: int = 0
    policy: str = ""


class Blackout(Plain, frozen=True):
    """A time, in UTC, in which some countries see nothing."""

    territories: tuple[str, ...]
    since: str
    until: str


class Cdn(Plain, frozen=True):
    """What viewers reach. In a foundation the edge itself, in an event its own entry on it (`path`).

    `territories` are the only countries that may see it (empty: all), `except_in` those that may not.
    """

    path: str = ""
    access: str = "open"
    domain: str = ""
    cors: tuple[str, ...] = ("*",)
    territories: tuple[str, ...] = ()
    except_in: tuple[str, ...] = ()
    blackouts: tuple[Blackout, ...] = ()


class Archive(Plain, frozen=True):
    """Where the recording goes and whether it becomes video on demand; `keep_s` 0 for until somebody removes it."""

    path: str = ""
    vod: bool = True
    route: str = "copy"
    clear_origin: bool = False
    all_keys: bool = False
    keep_s: int = 0


class Monitor(Plain, frozen=True):
    """When somebody is told: seconds of black, freeze, silence, staleness, lateness; 0 for never.

    `low_bitrate` is a share of the rendition's bit rate as a rational, "" for never.
    """

    black_s: int = 0
    freeze_s: int = 0
    silence_s: int = 0
    stale_s: int = 0
    latency_s: int = 0
    low_bitrate: str = ""


class Capacity(Plain, frozen=True):
    """The size of what is built: a machine type ("" for the cloud's default) and how many machines of ours.

    None are counted where the vendor keeps encoders and packagers, or where all is one machine.
    """

    machine: str = ""
    packagers: int = 0
    encoders: int = 0
    spot: str = "never"
    warm: bool = False


class Parent(Plain, frozen=True):
    """The outputs of a layer below, recorded: `outputs_hash` is over their canonical JSON."""

    layer: str
    project: str
    stack: str
    incarnation: int
    outputs: dict[str, Any]
    outputs_hash: str


class Build(Plain, frozen=True):
    """Everything that `program.build` reads, and nothing else."""

    format: int
    layer: Literal["foundation", "series", "event"]
    owner: str
    occurrence: str
    incarnation: int
    cloud: str
    project: str
    stack: str
    tags: dict[str, str]
    parents: tuple[Parent, ...] = ()
    epoch: str = ""
    segment: Segment | None = None
    contribution: Contribution | None = None
    encoder: Encoder | None = None
    packager: Packager | None = None
    drm: Drm | None = None
    cdn: Cdn | None = None
    archive: Archive | None = None
    region: str = ""
    paths: int = 1
    monitor: Monitor | None = None
    capacity: Capacity | None = None
    series: str = ""
