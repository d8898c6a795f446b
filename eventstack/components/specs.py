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
    """One rung of the ladder; bit rates in bit/s, `frame_rate` in frames per second as a rational."""

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


class AudioTrackSpec(TypedDict):
    """One audio rendition; `bitrate` in bit/s, `sample_rate` in Hz, `language` BCP 47."""

    name: Input[str]
    codec: Input[str]
    language: Input[str]
    label: Input[str]
    bitrate: Input[int]
    sample_rate: Input[int]
    channels: Input[int]


class SecretSpec(TypedDict):
    """Where a secret is found: `source` is generated, env or file; `name` the variable or the path."""

    source: Input[str]
    name: NotRequired[Input[str]]


class SourceSpec(TypedDict):
    """The stand-in for a venue that the local cloud offers: `kind` is none, synthetic or file (then `path`)."""

    kind: Input[str]
    path: NotRequired[Input[str]]
    width: NotRequired[Input[int]]
    height: NotRequired[Input[int]]
    frame_rate: NotRequired[Input[str]]


class ContributionSpec(TypedDict):
    """How the feed reaches us: `protocol` srt, `mode` listener, `latency_ms` the receiver's buffer."""

    protocol: Input[str]
    mode: Input[str]
    latency_ms: Input[int]
    passphrase: SecretSpec | None
    source: SourceSpec


class EncoderSpec(TypedDict):
    """The ladder; every rendition closes its GOP on the segment grid."""

    renditions: Sequence[RenditionSpec]
    audio: Sequence[AudioTrackSpec]
    slate: Input[bool]


class PackagerSpec(TypedDict):
    """Formats, and `window_s`: how far a viewer may rewind, in whole seconds."""

    hls: Input[bool]
    dash: Input[bool]
    window_s: Input[int]


class DrmSpec(TypedDict):
    """Common encryption: `scheme` cenc or cbcs, `systems` signalled, one content key per label."""

    scheme: Input[str]
    systems: Sequence[Input[str]]
    content_id: Input[str]
    labels: Sequence[Input[str]]
    key_source: Input[str]


class CdnSpec(TypedDict):
    """The event's own place on the edge: `path` is the first segment of its addresses."""

    path: NotRequired[Input[str]]


class ArchiveSpec(TypedDict):
    """Where the recording goes, and whether it becomes video on demand."""

    path: NotRequired[Input[str]]
    vod: NotRequired[Input[bool]]


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
