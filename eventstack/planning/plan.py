"""The resolved execution plan of one stack: frozen data with one canonical JSON form.

`StackPlan.build` is all that `program.build` reads and alone feeds `build_hash`; everything around it
(timeline, gates, where values came from) feeds `plan_hash` only, so that an extension or a hold never
looks like a change of infrastructure.

Canonical JSON: UTF-8, keys sorted, no insignificant white space, integers or rational strings ("48/25"),
never floats (the engine turns every number into a float). Instants are RFC 3339 in UTC with a `Z`.
Secrets are references (`SecretRef`), never values.
"""

import hashlib
from typing import Any, Literal

import msgspec

FORMAT = 1
"""Version of the plan's JSON form."""


class Plain(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Frozen plain data that survives JSON unchanged."""


class SecretRef(Plain, frozen=True):
    """Where a secret is to be found, never what it is.

    `generated` is made on the machine that needs it and never leaves it; `env` and `file` are read by the
    process that hands it over (`name` is the variable or the path).
    """

    source: Literal["generated", "env", "file"]
    name: str = ""


class Segment(Plain, frozen=True):
    """The segment grid: `duration` in seconds as a rational, `ticks` = duration * `timescale`."""

    duration: str
    timescale: int
    ticks: int


class Rendition(Plain, frozen=True):
    """One rung of the ladder; bit rates in bit/s, `frame_rate` in frames per second as a rational."""

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


class AudioTrack(Plain, frozen=True):
    """One audio rendition; `bitrate` in bit/s, `sample_rate` in Hz, `language` BCP 47."""

    name: str
    codec: Literal["aac"]
    language: str
    label: str
    bitrate: int
    sample_rate: int
    channels: int


class Source(Plain, frozen=True):
    """The stand-in for a venue that the local cloud offers: a synthetic picture, or a file in a loop."""

    kind: Literal["none", "synthetic", "file"]
    path: str = ""
    width: int = 1280
    height: int = 720
    frame_rate: str = "25"


class Contribution(Plain, frozen=True):
    """How the feed reaches us: SRT, we listen; `latency_ms` is the receiver's buffer."""

    protocol: Literal["srt"]
    mode: Literal["listener"]
    latency_ms: int
    passphrase: SecretRef | None
    source: Source


class Encoder(Plain, frozen=True):
    """One ladder from one feed; every rendition closes its GOP on the segment grid."""

    renditions: tuple[Rendition, ...]
    audio: tuple[AudioTrack, ...]
    slate: bool


class Packager(Plain, frozen=True):
    """Formats and live window; `window_s` is what a viewer may rewind, in whole seconds."""

    hls: bool
    dash: bool
    window_s: int


class Drm(Plain, frozen=True):
    """Common encryption: scheme, systems signalled, one content key per label.

    In a foundation it means the key service, and names no content: `content_id` is "" and `labels` is empty.
    """

    scheme: Literal["cenc", "cbcs"]
    systems: tuple[str, ...]
    content_id: str
    labels: tuple[str, ...]
    key_source: Literal["local"]


class Cdn(Plain, frozen=True):
    """What viewers reach. In a foundation the edge itself, in an event its own entry on it (`path`)."""

    path: str = ""


class Archive(Plain, frozen=True):
    """Where the recording goes and whether it becomes video on demand."""

    path: str = ""
    vod: bool = True


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


class Timeline(Plain, frozen=True):
    """When what is wanted, as instants: the stack, the line-up, the air, the tail, the teardown.

    `on_air_until` is None for an event with an open end; `overrun` says what an overrun does.
    """

    up_from: str
    line_up_from: str
    on_air_from: str
    on_air_until: str | None
    tail_s: int
    overrun: Literal["stay-up", "keep-start-times", "keep-durations"] = "stay-up"


class Gates(Plain, frozen=True):
    """What the line-up demands before it opens to the public: hops that must be good, this many times in a row."""

    hops: tuple[str, ...]
    in_a_row: int
    give_up_s: int


class StackPlan(Plain, frozen=True):
    """One stack, wholly resolved. `timeline` and `gates` are None for a foundation."""

    build: Build
    title: str
    profile: str
    timeline: Timeline | None = None
    gates: Gates | None = None
    lead_s: int = 0
    settle_s: int = 2
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
        """Read a plan back; raises `msgspec.ValidationError` for anything else."""
        return msgspec.json.decode(text, type=cls)


def canonical(value: Any) -> str:
    """The one JSON text of a value; equal values give equal bytes on any machine."""
    return msgspec.json.encode(value, order="sorted").decode()


def sha256(value: Any) -> str:
    """SHA-256 (hex) of the canonical JSON of a value."""
    return hashlib.sha256(canonical(value).encode()).hexdigest()
