"""What a user's program says about each role: plain dictionaries whose leaves may be Outputs of other resources.

Each mirrors the structure of the same word in `eventstack.planning.plan` field by field, with its units, so that
a plan's part is already a valid spec; `eventstack.components.inputs` checks values against that structure.
"""

from collections.abc import Sequence
from typing import NotRequired, TypedDict

from pulumi import Input


class SegmentSpec(TypedDict):
    """The segment grid: `duration` in seconds as a rational ("48/25"), `ticks` the same in units of 1/`timescale` s."""

    duration: Input[str]
    timescale: Input[int]
    ticks: Input[int]


class RenditionSpec(TypedDict):
    """One rung of the ladder; bit rates in bit/s, `frame_rate` in frames per second as a rational.

    `level` is the codec's ("" for the encoder's choice), `quality` that of qvbr.
    """

    name: Input[str]
    codec: Input[str]
    profile: Input[str]
    width: Input[int]
    height: Input[int]
    frame_rate: Input[str]
    bitrate: Input[int]
    max_bitrate: Input[int]
    buffer_bits: Input[int]
    preset: Input[str]
    level: NotRequired[Input[str]]
    quality: NotRequired[Input[int]]


class AudioTrackSpec(TypedDict):
    """One audio rendition; `bitrate` in bit/s, `sample_rate` in Hz, `language` BCP 47, `take` the feed's channels."""

    name: Input[str]
    codec: Input[str]
    language: Input[str]
    label: Input[str]
    bitrate: Input[int]
    sample_rate: Input[int]
    channels: Input[int]
    role: NotRequired[Input[str]]
    take: NotRequired[Sequence[Input[int]]]


class CaptionSpec(TypedDict):
    """One caption track of the feed: `format` as cea-608, `service` its channel, service or page."""

    language: Input[str]
    label: Input[str]
    format: Input[str]
    service: NotRequired[Input[int]]


class LoudnessSpec(TypedDict):
    """How loud the programme is made: `target` in LUFS, `true_peak` in dBTP, rationals."""

    target: Input[str]
    true_peak: Input[str]


class SecretSpec(TypedDict):
    """Where a secret is found: `source` is generated, env, file or store; `name` the variable, path or entry."""

    source: Input[str]
    name: NotRequired[Input[str]]


class SourceSpec(TypedDict):
    """The stand-in for a venue that the local cloud offers: `kind` is none, synthetic or file (then `path`)."""

    kind: Input[str]
    path: NotRequired[Input[str]]
    width: NotRequired[Input[int]]
    height: NotRequired[Input[int]]
    frame_rate: NotRequired[Input[str]]


class FeedSpec(TypedDict):
    """What the venue is expected to send; "" and 0 for what was not said."""

    codec: NotRequired[Input[str]]
    width: NotRequired[Input[int]]
    height: NotRequired[Input[int]]
    frame_rate: NotRequired[Input[str]]
    scan: NotRequired[Input[str]]
    bitrate: NotRequired[Input[int]]
    channels: NotRequired[Input[int]]


class InputSpec(TypedDict):
    """A second way in, as `ContributionSpec` has the first."""

    protocol: Input[str]
    mode: Input[str]
    latency_ms: Input[int]
    passphrase: SecretSpec | None
    address: NotRequired[Input[str]]
    allow: NotRequired[Sequence[Input[str]]]


class ContributionSpec(TypedDict):
    """How the feed reaches us: `protocol`, `mode` listener or caller, `latency_ms` the receiver's buffer.

    `address` is whom a caller calls, `allow` the networks that may send to a listener.
    """

    protocol: Input[str]
    mode: Input[str]
    latency_ms: Input[int]
    passphrase: SecretSpec | None
    source: SourceSpec
    address: NotRequired[Input[str]]
    allow: NotRequired[Sequence[Input[str]]]
    backup: NotRequired[InputSpec | None]
    expected: NotRequired[FeedSpec | None]


class EncoderSpec(TypedDict):
    """The ladder; every rendition closes its GOP on the segment grid."""

    renditions: Sequence[RenditionSpec]
    audio: Sequence[AudioTrackSpec]
    slate: Input[bool]
    rate_control: NotRequired[Input[str]]
    gop: NotRequired[Input[str]]
    scan: NotRequired[Input[str]]
    loudness: NotRequired[LoudnessSpec | None]
    captions: NotRequired[Sequence[CaptionSpec]]
    scte35: NotRequired[Input[bool]]
    slate_image: NotRequired[Input[str]]
    slate_size: NotRequired[Input[str]]


class PackagerSpec(TypedDict):
    """Formats, and `window_s`: how far a viewer may rewind, in whole seconds."""

    hls: Input[bool]
    dash: Input[bool]
    window_s: Input[int]
    container: NotRequired[Input[str]]
    start_over_s: NotRequired[Input[int]]
    part: NotRequired[Input[str]]


class SpekeSpec(TypedDict):
    """The key server that is asked by SPEKE; `role` and `certificate` are ARNs."""

    url: Input[str]
    version: Input[str]
    role: NotRequired[Input[str]]
    certificate: NotRequired[Input[str]]


class DrmSpec(TypedDict):
    """Common encryption: `scheme` cenc or cbcs, `systems` signalled, one content key per label."""

    scheme: Input[str]
    systems: Sequence[Input[str]]
    content_id: Input[str]
    labels: Sequence[Input[str]]
    key_source: Input[str]
    speke: NotRequired[SpekeSpec | None]
    rotation_s: NotRequired[Input[int]]
    policy: NotRequired[Input[str]]


class BlackoutSpec(TypedDict):
    """A time, in UTC, in which some countries see nothing."""

    territories: Sequence[Input[str]]
    since: Input[str]
    until: Input[str]


class CdnSpec(TypedDict):
    """The event's own place on the edge: `path` is the first segment of its addresses.

    `territories` are the only countries that may see it (empty: all), `except_in` those that may not.
    """

    path: NotRequired[Input[str]]
    access: NotRequired[Input[str]]
    domain: NotRequired[Input[str]]
    cors: NotRequired[Sequence[Input[str]]]
    territories: NotRequired[Sequence[Input[str]]]
    except_in: NotRequired[Sequence[Input[str]]]
    blackouts: NotRequired[Sequence[BlackoutSpec]]


class ArchiveSpec(TypedDict):
    """Where the recording goes, and whether it becomes video on demand."""

    path: NotRequired[Input[str]]
    vod: NotRequired[Input[bool]]
    route: NotRequired[Input[str]]
    clear_origin: NotRequired[Input[bool]]
    all_keys: NotRequired[Input[bool]]
    keep_s: NotRequired[Input[int]]


class FoundationOutputs(TypedDict):
    """What an event needs of its foundation: the outputs of `Foundation`, live or as a plan recorded them.

    `control` and `control_token_file` reach the foundation's machine, `edge` and `preview` are addresses of the
    edge, `preview_credential_file` opens the second, `keys` and `keys_credential_file` reach the key service
    (empty without one), `archive` is the store of recordings.
    """

    control: Input[str]
    control_token_file: Input[str]
    edge: Input[str]
    preview: Input[str]
    preview_credential_file: Input[str]
    keys: Input[str]
    keys_credential_file: Input[str]
    archive: Input[str]
