"""From what a profile says of media to the parts of a plan: bits, ticks and names."""

from collections.abc import Sequence

from eventstack.models import units
from eventstack.models.event import Event
from eventstack.models.profile import Profile, Track, WholeRendition
from eventstack.models.references import SecretReference
from eventstack.planning import naming
from eventstack.planning.plan import (
    Archive,
    AudioTrack,
    Contribution,
    Drm,
    Encoder,
    Packager,
    Rendition,
    SecretRef,
    Segment,
    Source,
)

TIMESCALE = 90_000
"""Ticks a second of video, as transport streams count."""

SAMPLE_RATE = 48_000
"""Hz of all audio."""

SYNTHETIC = units.Resolution(1280, 720)
"""The synthetic picture's size, unless the ladder's top is larger."""


def segment(profile: Profile) -> Segment:
    """The grid that everything is cut on."""
    length = profile.packaging.segment
    return Segment(duration=length.rational, timescale=TIMESCALE, ticks=int(length * TIMESCALE))


def contribution(event: Event, profile: Profile) -> Contribution:
    """How the feed comes in, with the stand-in for a venue if the event has one."""
    feed = event.contribution
    top = profile.ladder.rungs()[-1]
    size = max(top.size, SYNTHETIC)
    return Contribution(
        protocol=feed.protocol,
        mode=feed.mode,
        latency_ms=int(feed.latency * 1000),
        passphrase=_secret(feed.passphrase),
        source=Source(
            kind=feed.source.kind,  # type: ignore[arg-type]  # the reference knows the same three kinds
            path=feed.source.name,
            width=size.width,
            height=size.height,
            frame_rate=profile.ladder.frame_rate.rational,
        ),
    )


def _secret(reference: SecretReference) -> SecretRef | None:
    if reference.kind == "none":
        return None
    return SecretRef(source=reference.kind, name=reference.name)  # type: ignore[arg-type]  # the same kinds but none


def encoder(profile: Profile) -> Encoder:
    """The ladder, smallest rung first."""
    return Encoder(
        renditions=tuple(_rendition(rung) for rung in profile.ladder.rungs()),
        audio=tuple(_track(track, profile.audio.tracks[:index]) for index, track in enumerate(profile.audio.tracks)),
        slate=profile.slate,
    )


def _rendition(rung: WholeRendition) -> Rendition:
    return Rendition(
        name=f"v{rung.size.height}",
        codec=rung.codec,
        profile=rung.profile,
        width=rung.size.width,
        height=rung.size.height,
        frame_rate=rung.frame_rate.rational,
        bitrate=int(rung.bitrate),
        max_bitrate=int(rung.max_bitrate),
        # A buffer of one second at the average rate keeps segments near their declared size (measured).
        buffer_bits=int(rung.bitrate),
        preset=rung.preset,
    )


def _track(track: Track, earlier: Sequence[Track]) -> AudioTrack:
    """A track; the second and later ones of a language are numbered."""
    language = track.language.lower()
    same = sum(other.language.lower() == language for other in earlier)
    return AudioTrack(
        name=f"a-{language}" + (f"-{same + 1}" if same else ""),
        codec="aac",
        language=track.language,
        label=track.label or track.language,
        bitrate=int(track.bitrate),
        sample_rate=SAMPLE_RATE,
        channels=track.channels,
    )


def packager(profile: Profile) -> Packager:
    """Formats and window."""
    formats = profile.packaging.formats
    return Packager(hls="hls" in formats, dash="dash" in formats, window_s=int(profile.packaging.window))


def drm(profile: Profile, content_id: str) -> Drm | None:
    """Encryption of this content, None in the clear."""
    if profile.drm is None:
        return None
    return Drm(
        scheme=profile.drm.scheme,
        systems=profile.drm.systems,
        content_id=content_id,
        labels=("video", "audio") if profile.drm.keys == "per-label" else ("content",),
        key_source="local",
    )


def archive(profile: Profile, occurrence: str, incarnation: int) -> Archive:
    """Where the recording goes: a folder of this incarnation's own."""
    return Archive(path=naming.recording_name(occurrence, incarnation), vod=profile.archive.vod)
