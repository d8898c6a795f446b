"""Plan parts in, part configurations out: the whole of what the local cloud decides, without Pulumi and without I/O."""

from collections.abc import Mapping

from eventstack.errors import ConfigError, Fault
from eventstack.node import config
from eventstack.planning import naming, parts


def part_on_foundation(tags: Mapping[str, str], kind: str) -> str:
    """What an event's part is called on the foundation's machine, where every event has one of its kind."""
    return f"{naming.stack_name(tags['eventstack-occurrence'], int(tags['eventstack-incarnation']))}-{kind}"


def recording(tags: Mapping[str, str]) -> str:
    """The archive's folder of an event's recording."""
    return naming.recording_name(tags["eventstack-occurrence"], int(tags["eventstack-incarnation"]))


def tracks(ladder: parts.Encoder, labels: tuple[str, ...] = ()) -> tuple[config.Track, ...]:
    """What is in the encoder's transport stream, in its order: pictures as on the ladder, then sound.

    `labels` are those of the content keys: a single one is every track's, of several each track takes that of its
    kind. Raises ConfigError for a track that is left without.
    """
    video = [(rendition.name, "video", rendition, None) for rendition in ladder.renditions]
    audio = [(track.name, "audio", None, track) for track in ladder.audio]
    return tuple(
        config.Track(index=index, name=name, kind=kind, label=_label(kind, labels), rendition=rendition, audio=track)
        for index, (name, kind, rendition, track) in enumerate([*video, *audio])
    )


def _label(kind: str, labels: tuple[str, ...]) -> str:
    if not labels or kind in labels:
        return kind
    if len(labels) == 1:
        return labels[0]
    raise ConfigError(
        Fault(
            f"no content key for {kind}",
            field="drm.labels",
            given=", ".join(labels),
            allowed="one label, or one per kind",
        )
    )


def receiver(epoch: str, contribution: parts.Contribution) -> config.Receiver:
    """The SRT listener."""
    return config.Receiver(epoch=epoch, latency_ms=contribution.latency_ms, passphrase=contribution.passphrase)


def sender(ingest: str, passphrase_file: str, contribution: parts.Contribution) -> config.Sender:
    """The stand-in for a venue."""
    return config.Sender(
        ingest=ingest,
        passphrase_file=passphrase_file,
        latency_ms=contribution.latency_ms,
        source=contribution.source,
    )


def encoder(feed: str, epoch: str, segment: parts.Segment, ladder: parts.Encoder) -> config.Encoder:
    """The ladder's encoder."""
    return config.Encoder(
        feed=feed,
        epoch=epoch,
        segment=segment,
        renditions=ladder.renditions,
        audio=ladder.audio,
        slate=ladder.slate,
    )


def content_key(keys: str, credential_file: str, recording: str, drm: parts.Drm) -> config.ContentKey:
    """The event's keys, born in the foundation's key service."""
    return config.ContentKey(
        keys=keys,
        credential_file=credential_file,
        content_id=drm.content_id,
        labels=drm.labels,
        recording=recording,
    )


def packager_drm(keys: str, credential_file: str, drm: parts.Drm) -> config.PackagerDrm:
    """How the packager gets at the keys."""
    return config.PackagerDrm(
        scheme=drm.scheme,
        systems=drm.systems,
        content_id=drm.content_id,
        keys=keys,
        credential_file=credential_file,
    )


def publisher_drm(kids: dict[str, str], licence: str, drm: parts.Drm) -> config.PublisherDrm:
    """What playlists say about keys."""
    return config.PublisherDrm(scheme=drm.scheme, systems=drm.systems, kids=kids, licence_url=licence)


def packager(
    stream: str, segment: parts.Segment, listed: tuple[config.Track, ...], drm: config.PackagerDrm | None
) -> config.Packager:
    """The packager."""
    return config.Packager(stream=stream, segment=segment, tracks=listed, drm=drm)


def publisher(
    occurrence: str,
    directory: str,
    recording: str,
    epoch: str,
    segment: parts.Segment,
    listed: tuple[config.Track, ...],
    formats: parts.Packager,
    vod: bool,
    drm: config.PublisherDrm | None,
) -> config.Publisher:
    """The manifest layer over what the packager leaves in `directory`."""
    return config.Publisher(
        occurrence=occurrence,
        packager_directory=directory,
        recording=recording,
        epoch=epoch,
        segment=segment,
        tracks=listed,
        window_s=formats.window_s,
        hls=formats.hls,
        dash=formats.dash,
        vod=vod,
        title=occurrence,
        drm=drm,
    )


def licence_address(edge: str) -> str:
    """Where players ask for a licence: the edge forwards it to the key service, uncached."""
    return f"{edge.rstrip('/')}/licence"


def verbs_address(control: str, part: str) -> str:
    """Where the verbs of one part are reached on its machine."""
    return f"{control.rstrip('/')}/v1/parts/{part}"
