"""The resolved execution plan of one stack: frozen data with one canonical JSON form.

`StackPlan.build` is all that `program.build` reads and alone feeds `build_hash`; everything around it
(timeline, gates, counts, cost, where values came from) feeds `plan_hash` only, so that an extension or a hold never
looks like a change of infrastructure.

Canonical JSON: UTF-8, keys sorted, no insignificant white space, integers or rational strings ("48/25"),
never floats (the engine turns every number into a float). Instants are RFC 3339 in UTC with a `Z`.
Secrets are references (`SecretRef`), never values. The form is told in docs/plans.md.
"""

import hashlib
from typing import Any, Literal

import msgspec

from eventstack.errors import ConfigError, Fault

FORMAT = 2
"""Version of the plan's JSON form. Format 1 held less; it is read as it is, with what it did not know left at its
default."""


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


class Step(Plain, frozen=True):
    """One step of an event: when (None where a person or the overrun rule decides), how long before, and why then."""

    name: str
    at: str | None
    lead_s: int
    why: str


class Timeline(Plain, frozen=True):
    """When what is wanted, as instants: the stack, the line-up, the air, the tail, the teardown.

    `on_air_until` is None for an event with an open end; `overrun` says what an overrun does. `announce_by` is the
    latest moment at which this event can still become known and be ready on time. `steps` are in order.
    """

    up_from: str
    line_up_from: str
    on_air_from: str
    on_air_until: str | None
    tail_s: int
    overrun: Literal["stay-up", "keep-start-times", "keep-durations"] = "stay-up"
    turn_round_s: int = 0
    keep_s: int = 0
    confirm: str = "auto"
    announce_by: str = ""
    steps: tuple[Step, ...] = ()


class Gates(Plain, frozen=True):
    """What the line-up demands before it opens to the public: hops that must be good, this many times in a row."""

    hops: tuple[str, ...]
    in_a_row: int
    give_up_s: int


class Contact(Plain, frozen=True):
    """Whom to call."""

    name: str
    role: str = ""
    phone: str = ""
    email: str = ""


class About(Plain, frozen=True):
    """What people and records want to know of an event, and nothing is built from."""

    importance: str = "normal"
    owner: str = ""
    series: str = ""
    placement: str = ""
    contacts: tuple[Contact, ...] = ()
    labels: dict[str, str] = {}


class Chosen(Plain, frozen=True):
    """Why it is built where it is; `others` are the regions that were not taken, with their distance and why."""

    region: str
    km: int
    why: str
    others: tuple[tuple[str, int, str], ...] = ()


class Assumed(Plain, frozen=True):
    """One figure that a model takes for granted: an integer or a rational, what it counts, and who says so."""

    value: str
    unit: str
    source: str


class Viewers(Plain, frozen=True):
    """What the audience asks of the chain: bit/s and requests a second as rationals, machines as counts.

    `egress_gb` and `requests` are the edge's over the whole programme, None for an open end.
    """

    expected: int
    peak: int
    ramp_s: int
    countries: dict[str, str]
    edge_bps: str
    average_bps: str
    origin_bps: str
    edge_rps: str
    origin_rps: str
    joins_rps: str
    egress_gb: str | None
    requests: str | None
    packagers: int
    assumptions: dict[str, Assumed]


class Created(Plain, frozen=True):
    """How many resources of one type a role makes, and in which layer's stack."""

    layer: str
    role: str
    type: str
    count: int


class Shared(Plain, frozen=True):
    """What the event uses and does not make: the role, the layer that has it, its stack ("" while none is chosen)."""

    role: str
    layer: str
    stack: str


class LeftOut(Plain, frozen=True):
    """A value that this cloud does not carry: the field, what it says, and why leaving it out does no harm."""

    field: str
    given: str
    why: str


class Note(Plain, frozen=True):
    """What is said of a plan that is not wrong."""

    field: str
    text: str
    better: str = ""


class CostLine(Plain, frozen=True, kw_only=False):
    """One role's share, in micro-dollars."""

    role: str
    low: int
    high: int
    gaps: tuple[str, ...] = ()
    """What of the role has no price."""


class Estimate(Plain, frozen=True):
    """The cost of one event, in micro-dollars; the lower and upper end differ where a price is uncertain."""

    cloud: str
    basis: str
    """Where the prices come from, and how old they are."""

    cdn_permille: int
    """The CDN's share of the total, from the middle of the range."""

    lines: tuple[CostLine, ...]
    """Role by role, the CDN first."""

    low: int
    high: int
    month_low: int
    month_high: int
    """A month of the same chain, always on and without viewers."""

    hours_a_month: str | None
    """Hours on air a month above which always on is cheaper, to the minute, as a rational; None: see `hours_reason`."""

    hours_reason: str
    """Why there is no such number, or what it leaves out; empty where there is nothing to say."""

    gaps: tuple[str, ...]
    """What has no price or another region's, and where a figure stops being sure."""


class StackPlan(Plain, frozen=True):
    """One stack, wholly resolved. What only an event has is None or empty for a foundation.

    `sources` says of each part of the plan where it comes from: the field, and who wrote it.
    """

    build: Build
    title: str
    profile: str
    timeline: Timeline | None = None
    gates: Gates | None = None
    lead_s: int = 0
    settle_s: int = 2
    about: About | None = None
    placed: Chosen | None = None
    viewers: Viewers | None = None
    creates: tuple[Created, ...] = ()
    shares: tuple[Shared, ...] = ()
    left_out: tuple[LeftOut, ...] = ()
    notes: tuple[Note, ...] = ()
    cost: Estimate | None = None
    sources: dict[str, str] = {}

    @property
    def build_hash(self) -> str:
        """SHA-256 (hex) over the canonical JSON of `build`."""
        return sha256(self.build)

    @property
    def plan_hash(self) -> str:
        """SHA-256 (hex) over the canonical JSON of the whole plan."""
        return sha256(self)

    def to_json(self) -> str:
        """The canonical JSON of the whole plan."""
        return canonical(self)

    @classmethod
    def from_json(cls, text: str | bytes) -> "StackPlan":
        """Read a plan of this format or an older one back; raises `msgspec.ValidationError` for anything else.

        Raises ConfigError for one of a newer format than this eventstack knows.
        """
        refuse_newer(msgspec.json.decode(text, type=_Whole).build.format)
        return msgspec.json.decode(text, type=cls)


class _Formatted(msgspec.Struct):
    format: int = FORMAT


class _Whole(msgspec.Struct):
    build: _Formatted


def refuse_newer(format_: int) -> None:
    """Raise ConfigError for a plan of a newer format: what it asks for may be more than can be seen here."""
    if format_ > FORMAT:
        raise ConfigError(
            Fault(
                "a plan of a newer format",
                field="build.format",
                given=str(format_),
                allowed=f"up to {FORMAT}",
                hint="use the eventstack that wrote it, or a newer one",
            )
        )


def canonical(value: Any) -> str:
    """The one JSON text of a value; equal values give equal bytes on any machine."""
    return msgspec.json.encode(value, order="sorted").decode()


def sha256(value: Any) -> str:
    """SHA-256 (hex) of the canonical JSON of a value."""
    return hashlib.sha256(canonical(value).encode()).hexdigest()
