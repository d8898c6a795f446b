"""From what a profile says of media to the parts of a plan: bits, ticks and names."""

from collections.abc import Sequence
from fractions import Fraction

from eventstack.models import levels, units
from eventstack.models.event import Event, Rights
from eventstack.models.feed import LATENCY, Feed, Input
from eventstack.models.ladder import Ladder, WholeRendition
from eventstack.models.profile import Profile
from eventstack.models.references import SecretReference
from eventstack.models.sound import Track
from eventstack.planning import naming, parts
from eventstack.planning.timeline import text

TIMESCALE = 90_000
"""Ticks a second of video, as transport streams count."""

SAMPLE_RATE = 48_000
"""Hz of all audio."""

SYNTHETIC = units.Resolution(1280, 720)
"""The synthetic picture's size, unless the ladder's top is larger."""

_UNSAID = Feed()

CLASSES = (("sd", 1024 * 576), ("hd", 1920 * 1080), ("uhd", 1 << 40))
"""Classes of picture sizes that get a key each, by their most pixels (SPEKE preset VIDEO-3)."""


def segment(profile: Profile) -> parts.Segment:
    """The grid that everything is cut on."""
    length = profile.packaging.segment
    return parts.Segment(duration=length.rational, timescale=TIMESCALE, ticks=int(length * TIMESCALE))


def source(profile: Profile) -> parts.Source:
    """The picture that a stand-in for the venue sends, if the event has one."""
    size = max(profile.ladder.rungs()[-1].size, SYNTHETIC) if profile.ladder else SYNTHETIC
    rate = profile.ladder.frame_rate.rational if profile.ladder else "25"
    return parts.Source(kind="none", width=size.width, height=size.height, frame_rate=rate)


def contribution(event: Event, picture: parts.Source) -> parts.Contribution:
    """How the feed comes in, with the stand-in for a venue if the event has one, which sends `picture`."""
    feed = event.contribution
    return parts.Contribution(
        protocol=feed.protocol,
        mode=_mode(feed),
        latency_ms=_latency(feed),
        passphrase=_secret(feed.secret),
        address=feed.address or "",
        allow=feed.allow,
        source=parts.Source(
            kind=feed.source.kind,  # type: ignore[arg-type]  # the reference knows the same three kinds
            path=feed.source.name,
            width=picture.width,
            height=picture.height,
            frame_rate=picture.frame_rate,
        ),
        backup=_backup(feed.backup, feed) if feed.backup else None,
        expected=_expected(feed.expected),
    )


def _backup(feed: Input, first: Input) -> parts.Input:
    """The second way in; what it says of no buffer of its own is the first one's."""
    return parts.Input(
        protocol=feed.protocol,
        mode=_mode(feed),
        latency_ms=_latency(feed, first.latency),
        passphrase=_secret(feed.secret),
        address=feed.address or "",
        allow=feed.allow,
    )


def _mode(feed: Input) -> parts.Mode:
    return "caller" if feed.calls else "listener"


def _latency(feed: Input, otherwise: units.Duration | None = None) -> int:
    return int((feed.latency or otherwise or LATENCY) * 1000) if feed.protocol in ("srt", "rist") else 0


def _secret(reference: SecretReference) -> parts.SecretRef | None:
    if reference.kind == "none":
        return None
    return parts.SecretRef(source=reference.kind, name=reference.name)  # type: ignore[arg-type]  # the same kinds but none


def _expected(feed: Feed) -> parts.Feed | None:
    if feed == _UNSAID:
        return None
    return parts.Feed(
        codec=feed.codec or "",
        width=feed.size.width if feed.size else 0,
        height=feed.size.height if feed.size else 0,
        frame_rate=feed.frame_rate.rational if feed.frame_rate else "",
        scan=feed.scan or "",
        bitrate=int(feed.bitrate or 0),
        channels=-1 if feed.channels is None else feed.channels,
    )


def encoder(profile: Profile) -> parts.Encoder:
    """The ladder, smallest rung first."""
    ladder, loudness, slate = profile.ladder, profile.audio.loudness, profile.slate
    tracks = profile.audio.tracks
    return parts.Encoder(
        renditions=_renditions(ladder) if ladder else (),
        audio=tuple(_track(track, tracks[:index]) for index, track in enumerate(tracks)),
        slate=slate is not None,
        rate_control=ladder.rate_control if ladder else "vbr",
        gop=ladder.gop.rational if ladder and ladder.gop else "",
        scan=ladder.scan if ladder else "progressive",
        loudness=parts.Loudness(target=loudness.target.rational, true_peak=loudness.true_peak.rational)
        if loudness
        else None,
        captions=tuple(
            parts.Caption(
                language=caption.language,
                label=caption.label or caption.language,
                format=caption.format,
                service=caption.service or 0,
            )
            for caption in profile.captions
        ),
        scte35=profile.scte35 == "passthrough",
        slate_image=(slate.image or "").removeprefix("file:") if slate else "",
        slate_size=str(slate.size or "") if slate else "",
    )


def _renditions(ladder: Ladder) -> tuple[parts.Rendition, ...]:
    rungs = ladder.rungs()
    return tuple(_rendition(rung, rungs[:index]) for index, rung in enumerate(rungs))


def _rendition(rung: WholeRendition, earlier: Sequence[WholeRendition]) -> parts.Rendition:
    """A rung; the second and later ones of a height are numbered."""
    same = sum(other.size.height == rung.size.height for other in earlier)
    lowest = levels.lowest(rung.codec, rung.profile, rung.size, Fraction(rung.frame_rate), rung.max_bitrate)
    return parts.Rendition(
        name=f"v{rung.size.height}" + (f"-{same + 1}" if same else ""),
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
        level=rung.level or lowest or "",
        quality=rung.quality or 0,
    )


def _track(track: Track, earlier: Sequence[Track]) -> parts.AudioTrack:
    """A track; the second and later ones of a language are numbered."""
    language = track.language.lower()
    same = sum(other.language.lower() == language for other in earlier)
    return parts.AudioTrack(
        name=f"a-{language}" + (f"-{same + 1}" if same else ""),
        codec=track.codec,
        language=track.language,
        label=track.label or track.language,
        bitrate=int(track.bitrate),
        sample_rate=SAMPLE_RATE,
        channels=track.channels,
        role=track.role,
        take=track.take or (),
    )


def packager(profile: Profile) -> parts.Packager:
    """Formats and window."""
    packaging = profile.packaging
    return parts.Packager(
        hls="hls" in packaging.formats,
        dash="dash" in packaging.formats,
        window_s=int(packaging.window),
        container=packaging.container,
        start_over_s=int(packaging.start_over or 0),
        part=packaging.low_latency.part.rational if packaging.low_latency else "",
    )


def drm(profile: Profile, content_id: str) -> parts.Drm | None:
    """Encryption of this content, None in the clear."""
    drm = profile.drm
    if drm is None:
        return None
    speke = drm.speke
    return parts.Drm(
        scheme=drm.scheme,
        systems=drm.systems,
        content_id=content_id,
        labels=_labels(profile),
        key_source=drm.key_source,
        speke=parts.Speke(
            url=speke.url, version=speke.version, role=speke.role or "", certificate=speke.certificate or ""
        )
        if speke
        else None,
        rotation_s=int(drm.rotation or 0),
        policy=drm.policy or "",
    )


def _labels(profile: Profile) -> tuple[str, ...]:
    assert profile.drm
    video: tuple[str, ...] = () if profile.ladder is None else ("video",)
    if profile.drm.keys == "one":
        return ("content",)
    if profile.drm.keys == "per-resolution" and profile.ladder:
        pixels = [rung.size.width * rung.size.height for rung in profile.ladder.rungs()]
        there = {next(name for name, most in CLASSES if size <= most) for size in pixels}
        video = tuple(f"video-{name}" for name, _ in CLASSES if name in there)
    return (*video, "audio")


def cdn(event_id: str, rights: Rights, profile: Profile) -> parts.Cdn:
    """The event's own entry on the edge."""
    edge = profile.cdn
    return parts.Cdn(
        path=event_id,
        access=edge.access,
        domain=edge.domain or "",
        cors=edge.cors,
        territories=rights.territories or (),
        except_in=rights.except_in,
        blackouts=tuple(
            parts.Blackout(territories=item.territories, since=text(item.start), until=text(item.end))
            for item in rights.blackouts
            if item.end
        ),
    )


def archive(profile: Profile, occurrence: str, incarnation: int) -> parts.Archive:
    """Where the recording goes: a folder of this incarnation's own."""
    archive = profile.archive
    return parts.Archive(
        path=naming.recording_name(occurrence, incarnation),
        vod=archive.vod,
        route=archive.route,
        clear_origin=archive.clear_origin,
        all_keys=archive.all_keys,
        keep_s=int(archive.keep or 0),
    )


def monitor(profile: Profile) -> parts.Monitor | None:
    """When somebody is told; None for never."""
    told = profile.monitoring.thresholds
    wanted = parts.Monitor(
        black_s=int(told.black or 0),
        freeze_s=int(told.freeze or 0),
        silence_s=int(told.silence or 0),
        stale_s=int(told.stale or 0),
        latency_s=int(told.latency or 0),
        low_bitrate=told.low_bitrate.rational if told.low_bitrate is not None else "",
    )
    return None if wanted == parts.Monitor() else wanted
