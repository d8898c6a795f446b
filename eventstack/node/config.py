"""What each part of a node is told: the same JSON reaches it from the local cloud's engine plugin and,
on a machine of ours in a vendor's cloud, from cloud-init.

A part's address-like inputs are outputs of the part before it (receiver → encoder → packager → publisher →
origin → edge entry). Private files are named by path and never carried by value. Media units are those of
`eventstack.planning.plan`; instants are RFC 3339 in UTC.
"""

import msgspec

from eventstack.planning.parts import AudioTrack, Plain, Rendition, SecretRef, Segment, Source


class Receiver(Plain, frozen=True, tag="receiver"):
    """Takes the contribution feed and stamps it with the event's timeline. Outputs: `ingest` (address for the
    sender), `passphrase_file` (path or ""), `feed` (address that the encoder reads).
    """

    epoch: str
    latency_ms: int
    passphrase: SecretRef | None = None


class Sender(Plain, frozen=True, tag="sender"):
    """The stand-in for a venue: sends a synthetic picture or a file in a loop to `ingest`. No outputs."""

    ingest: str
    passphrase_file: str
    latency_ms: int
    source: Source


class Encoder(Plain, frozen=True, tag="encoder"):
    """One feed in, one transport stream with every rendition out. Outputs: `stream` (address for the packager)."""

    feed: str
    epoch: str
    segment: Segment
    renditions: tuple[Rendition, ...]
    audio: tuple[AudioTrack, ...]
    slate: bool


class PackagerDrm(Plain, frozen=True):
    """`keys` is the key service's private address, `credential_file` the path of the token that opens it."""

    scheme: str
    systems: tuple[str, ...]
    content_id: str
    keys: str
    credential_file: str


class Track(Plain, frozen=True):
    """One elementary stream of the encoder's output: its place in it, its name, what it carries, its key label."""

    index: int
    name: str
    kind: str
    label: str
    rendition: Rendition | None = None
    audio: AudioTrack | None = None


class Packager(Plain, frozen=True, tag="packager"):
    """Cuts and encrypts. Outputs: `directory` (where each run's segments appear, one folder a run)."""

    stream: str
    segment: Segment
    tracks: tuple[Track, ...]
    drm: PackagerDrm | None = None


class PublisherDrm(Plain, frozen=True):
    """What playlists say about keys: `kids` maps label to key id (32 hex digits)."""

    scheme: str
    systems: tuple[str, ...]
    kids: dict[str, str]
    licence_url: str


class Publisher(Plain, frozen=True, tag="publisher"):
    """Our manifest layer: publishes complete cells once, writes HLS and DASH, keeps the recording.
    Outputs: `root` (the folder that the origin serves).
    """

    occurrence: str
    packager_directory: str
    recording: str
    epoch: str
    segment: Segment
    tracks: tuple[Track, ...]
    window_s: int
    hls: bool
    dash: bool
    vod: bool
    title: str = ""
    drm: PublisherDrm | None = None


class Origin(Plain, frozen=True, tag="origin"):
    """Serves the publisher's folder. Outputs: `address`."""

    root: str


class Keys(Plain, frozen=True, tag="keys"):
    """Key and ClearKey licence service. Outputs: `address`, `credential_file`."""


class ContentKey(Plain, frozen=True, tag="content-key"):
    """One event's content keys in the key service on the same node, one per label, and their sealed record
    beside the recording. Outputs: `kids` (label → key id), `record` (path of the sealed record).
    """

    keys: str
    credential_file: str
    content_id: str
    labels: tuple[str, ...]
    recording: str


class Archive(Plain, frozen=True, tag="archive"):
    """The server that the edge reads recordings from; the store itself is the machine's (`Place.archive`).
    Outputs: `address`, `directory`.
    """


class Recording(Plain, frozen=True, tag="recording"):
    """One event's place in the archive; removed from the engine's books at destroy, its files kept.
    Outputs: `directory`.
    """

    archive: str
    occurrence: str
    folder: str = ""
    """The recording's name in the archive; the occurrence unless given."""


class Edge(Plain, frozen=True, tag="edge"):
    """The caching edge. Outputs: `address` (public), `preview_address` and `preview_credential_file` (line-up)."""

    keys: str
    archive: str


class EdgeEntry(Plain, frozen=True, tag="edge-entry"):
    """One event's own entry on the edge, unpublished until the verb says so. Outputs: `hls`, `dash`,
    `preview_hls`, `preview_dash`, `vod_hls`, `vod_dash` (addresses), `credential_file` (opens its verbs).
    """

    edge: str
    occurrence: str
    origin: str
    recording: str = ""
    """The recording's name in the archive; the occurrence unless given."""


PartConfig = (
    Receiver
    | Sender
    | Encoder
    | Packager
    | Publisher
    | Origin
    | Keys
    | ContentKey
    | Archive
    | Recording
    | Edge
    | EdgeEntry
)
"""Every kind of part; the JSON carries its kind in `type`."""


def decode(document: bytes | str) -> PartConfig:
    """Read one part's configuration; raises `msgspec.ValidationError` with the path of what is wrong."""
    config: PartConfig = msgspec.json.decode(document, type=PartConfig)
    return config


def encode(config: PartConfig) -> bytes:
    """The JSON of one part's configuration, keys sorted."""
    return msgspec.json.encode(config, order="sorted")
