"""What an event and a profile ask of a cloud: each value that a cloud may lack, as a word of `planning.features`, and
each that it may bound, as a measure. `planning.carried` holds them against the cloud's facts.
"""

from collections.abc import Iterator
from typing import NamedTuple

from eventstack.models.care import Capacity
from eventstack.models.event import Event
from eventstack.models.faults import Rule
from eventstack.models.feed import Input
from eventstack.models.ladder import Ladder
from eventstack.models.profile import Profile
from eventstack.models.rules import pictures
from eventstack.models.sound import Audio
from eventstack.models.units import Duration
from eventstack.models.yaml_reader import Path


class Want(NamedTuple):
    """One value that asks for one feature: where it stands, what it says, and what falls back when it is left out.

    `undo` is the field whose default takes its place where a cloud leaves the feature out; () where it is the field
    itself. `better` is what would do without the feature, where that is known.
    """

    feature: str
    path: Path
    given: str
    undo: Path = ()
    better: str = ""


class Measure(NamedTuple):
    """One amount that a cloud may bound: its name, where it stands, and how it is written."""

    name: str
    amount: int
    path: Path
    given: str


def of_event(event: Event) -> Iterator[Want]:
    """What the event alone asks for."""
    yield from _input(("contribution",), event.contribution)
    backup = event.contribution.backup
    if backup:
        yield Want("contribution/backup", ("contribution", "backup"), backup.way)
        yield from (
            want._replace(undo=("contribution", "backup")) for want in _input(("contribution", "backup"), backup)
        )
    for name in type(event.contribution.expected).model_fields:
        value = getattr(event.contribution.expected, name)
        if value is not None:
            yield Want("feed/expected", ("contribution", "expected", name), str(value))
    source = event.contribution.source
    yield Want(f"source/{source.kind}", ("contribution", "source"), str(source))
    if event.region is not None:
        yield Want("region/named", ("region",), event.region)
    if event.placement.within is not None:
        yield Want("placement/rule", ("placement", "within"), ", ".join(event.placement.within))
    if event.placement.near is not None:
        yield Want("placement/rule", ("placement", "near"), event.placement.near)
    rights = event.rights
    if rights.territories is not None:
        yield Want("rights/territories", ("rights", "territories"), ", ".join(rights.territories))
    if rights.except_in:
        yield Want("rights/territories", ("rights", "except_in"), ", ".join(rights.except_in))
    if rights.blackouts:
        given = ", ".join(sorted({place for item in rights.blackouts for place in item.territories}))
        yield Want("rights/blackouts", ("rights", "blackouts"), given)


def _input(path: Path, way_in: Input) -> Iterator[Want]:
    called = way_in.mode == "caller" and way_in.protocol != "pull"
    yield Want(f"contribution/{way_in.way}", (*path, "mode" if called else "protocol"), way_in.way)
    if way_in.allow:
        yield Want("contribution/allow", (*path, "allow"), ", ".join(way_in.allow))
    if way_in.secret.kind != "none":
        yield Want(f"secret/{way_in.secret.kind}", (*path, "passphrase"), way_in.secret.kind)


def of_profile(profile: Profile) -> Iterator[Want]:
    """What the profile alone asks for."""
    if profile.ladder is None:
        yield Want("programme/audio-only", ("ladder",), "off")
    else:
        yield from _ladder(profile.ladder)
    yield from _audio(profile.audio)
    for index, caption in enumerate(profile.captions):
        path = ("captions", index, "format")
        yield Want(f"captions/{caption.format}", path, caption.format, undo=("captions",))
    if profile.scte35 != "off":
        yield Want("markers/scte35", ("scte35",), profile.scte35)
    yield from _packaging(profile)
    yield from _drm(profile)
    yield from _edge(profile)
    yield Want(f"redundancy/{profile.redundancy}", ("redundancy",), profile.redundancy)
    yield from _slate(profile)
    archive = profile.archive
    if archive.vod and archive.route != "copy":
        yield Want(f"vod/{archive.route}", ("archive", "route"), archive.route)
    else:
        yield Want("vod/copy" if archive.vod else "vod/none", ("archive", "vod"), "true" if archive.vod else "false")
    if archive.keep is not None:
        yield Want("archive/keep", ("archive", "keep"), str(archive.keep))
    yield from _thresholds(profile)
    yield from _care(profile)


def _edge(profile: Profile) -> Iterator[Want]:
    cdn = profile.cdn
    yield Want(f"access/{cdn.access}", ("cdn", "access"), cdn.access)
    if cdn.domain is not None:
        yield Want("domain/own", ("cdn", "domain"), cdn.domain)
    if cdn.cors != ("*",):
        yield Want("cors/any", ("cdn", "cors"), ", ".join(cdn.cors))


def _slate(profile: Profile) -> Iterator[Want]:
    if profile.slate:
        yield Want("verb/slate", ("slate",), "true")
        if profile.slate.image is None:
            yield Want("slate/card", ("slate",), "true")
        for name in ("image", "size"):
            value = getattr(profile.slate, name)
            if value is not None:
                yield Want("slate/image", ("slate", name), str(value))


def _thresholds(profile: Profile) -> Iterator[Want]:
    for name in type(profile.monitoring.thresholds).model_fields:
        value = getattr(profile.monitoring.thresholds, name)
        if value is not None:
            yield Want("thresholds/any", ("monitoring", "thresholds", name), str(value))


def _care(profile: Profile) -> Iterator[Want]:
    capacity, teardown = profile.capacity, profile.teardown
    if capacity.machine is not None:
        yield Want("capacity/machine", ("capacity", "machine"), capacity.machine)
    if capacity.packagers is not None:
        yield Want("capacity/machine", ("capacity", "packagers"), str(capacity.packagers))
    if capacity.headroom != Capacity.model_fields["headroom"].default:
        yield Want("capacity/headroom", ("capacity", "headroom"), str(capacity.headroom))
    if capacity.spot != "never":
        yield Want("capacity/spot", ("capacity", "spot"), capacity.spot)
    if capacity.warm:
        yield Want("capacity/warm", ("capacity", "warm"), "true")
    yield Want(f"layers/{profile.layers}", ("layers",), profile.layers)
    if teardown.settle is not None:
        yield Want("teardown/settle", ("teardown", "settle"), str(teardown.settle))
    if teardown.keep:
        yield Want("teardown/keep", ("teardown", "keep"), str(teardown.keep))
    if teardown.confirm == "person":
        yield Want("teardown/person", ("teardown", "confirm"), teardown.confirm)


def _ladder(ladder: Ladder) -> Iterator[Want]:
    place: Path = ("ladder",)
    if ladder.scan == "interlaced":
        yield Want("scan/interlaced", (*place, "scan"), ladder.scan)
    yield Want(f"rate-control/{ladder.rate_control}", (*place, "rate_control"), ladder.rate_control)
    if ladder.gop is not None:
        yield Want("gop/short", (*place, "gop"), str(ladder.gop))
    if ladder.frame_rate.denominator != 1:
        yield Want("rate/fractional", (*place, "frame_rate"), str(ladder.frame_rate))
    if ladder.preset != Ladder.model_fields["preset"].default:
        yield Want("preset/any", (*place, "preset"), ladder.preset)
    for index in range(len(ladder.renditions)):
        yield from _rung(ladder, index)


def _rung(ladder: Ladder, index: int) -> Iterator[Want]:
    rung, own = ladder.renditions[index], ("ladder", "renditions", index)
    whole = ladder.whole(rung)
    codec: Path = (*own, "codec") if rung.codec else ("ladder", "codec")
    yield Want(f"codec/{whole.codec}", codec, whole.codec)
    if whole.codec == "hevc" and ladder.rate_control == "vbr":
        yield Want("rate-control/hevc-vbr", codec, whole.codec)
    profile: Path = (*own, "profile") if rung.profile else ("ladder", "profile")
    yield Want(f"profile/{whole.profile}", profile, whole.profile)
    if rung.quality is not None:
        yield Want("rate-control/qvbr", (*own, "quality"), str(rung.quality))
    if rung.level is not None:
        yield Want("level/pinned", (*own, "level"), rung.level)
    if rung.preset is not None:
        yield Want("preset/any", (*own, "preset"), rung.preset)
    if rung.frame_rate is not None and rung.frame_rate != ladder.frame_rate:
        yield Want("rate/mixed", (*own, "frame_rate"), str(rung.frame_rate))


def _audio(audio: Audio) -> Iterator[Want]:
    for index, track in enumerate(audio.tracks):
        place: Path = ("audio", "tracks", index)
        yield Want(f"audio/{track.codec}", (*place, "codec"), track.codec)
        yield Want(f"channels/{track.channels}", (*place, "channels"), str(track.channels))
        yield Want(f"audio-role/{track.role}", (*place, "role"), track.role)
        if track.take is not None:
            yield Want("audio-input/any", (*place, "take"), ", ".join(map(str, track.take)))
    if audio.loudness is not None:
        place = ("audio", "loudness")
        yield Want("loudness/target", (*place, "target"), str(audio.loudness.target), undo=place)
        yield Want("loudness/target", (*place, "true_peak"), str(audio.loudness.true_peak), undo=place)


def _packaging(profile: Profile) -> Iterator[Want]:
    packaging = profile.packaging
    for index, item in enumerate(packaging.formats):
        yield Want(f"format/{item}", ("packaging", "formats", index), item)
    yield Want(f"container/{packaging.container}", ("packaging", "container"), packaging.container)
    if packaging.low_latency:
        path = ("packaging", "low_latency", "part")
        yield Want("latency/low", path, str(packaging.low_latency.part), undo=("packaging", "low_latency"))
    if packaging.start_over is not None:
        yield Want("start-over/any", ("packaging", "start_over"), str(packaging.start_over))
    if said := off_grid(profile):
        yield Want("grid/inexact", ("packaging", "segment"), str(packaging.segment), better=said.allowed or "")


def off_grid(profile: Profile) -> Rule | None:
    """What is said of a segment that is no whole number of audio frames; None of one that is."""
    return pictures.deviation(profile.packaging.segment, profile.ladder.frame_rate if profile.ladder else None)


def _drm(profile: Profile) -> Iterator[Want]:
    drm = profile.drm
    if drm is None:
        return
    yield Want(f"scheme/{drm.scheme}", ("drm", "scheme"), drm.scheme)
    yield Want(f"keys/{drm.keys}", ("drm", "keys"), drm.keys)
    yield Want(f"key-source/{drm.key_source}", ("drm", "key_source"), drm.key_source)
    for index, system in enumerate(drm.systems):
        yield Want(f"system/{system}", ("drm", "systems", index), system)
    if drm.rotation is not None:
        yield Want("rotation/any", ("drm", "rotation"), str(drm.rotation))
    if drm.policy is not None:
        yield Want("policy/named", ("drm", "policy"), drm.policy)


def measures(profile: Profile) -> Iterator[Measure]:
    """The profile's amounts that a cloud may bound."""
    packaging, ladder = profile.packaging, profile.ladder
    if ladder is not None:
        rungs = ladder.rungs()
        yield Measure("renditions", len(rungs), ("ladder", "renditions"), str(len(rungs)))
        top = max(rungs, key=lambda rung: rung.size.width * rung.size.height)
        index = next(at for at, rung in enumerate(ladder.renditions) if rung.size == top.size)
        pixels = top.size.width * top.size.height
        yield Measure("pixels", pixels, ("ladder", "renditions", index, "size"), str(top.size))
    yield Measure("tracks", len(profile.audio.tracks), ("audio", "tracks"), str(len(profile.audio.tracks)))
    yield Measure("captions", len(profile.captions), ("captions",), str(len(profile.captions)))
    yield Measure("formats", len(packaging.formats), ("packaging", "formats"), str(len(packaging.formats)))
    yield _seconds("window_s", packaging.window, ("packaging", "window"))
    yield Measure("segment_ms", int(packaging.segment * 1000), ("packaging", "segment"), str(packaging.segment))
    if packaging.start_over is not None:
        yield _seconds("start_over_s", packaging.start_over, ("packaging", "start_over"))
    if profile.drm and profile.drm.rotation is not None:
        yield _seconds("rotation_s", profile.drm.rotation, ("drm", "rotation"))


def of_feed(event: Event) -> Iterator[Measure]:
    """The event's amounts that a cloud may bound."""
    feed = event.contribution
    place: Path = ("contribution",)
    for path, way_in in ((place, feed), ((*place, "backup"), feed.backup)):
        if way_in and way_in.allow:
            yield Measure("allowed_ranges", len(way_in.allow), (*path, "allow"), ", ".join(way_in.allow))
    yield Measure("inputs", 2 if feed.backup else 1, ("contribution",), "2" if feed.backup else "1")
    if feed.latency is not None:
        yield Measure("latency_ms", int(feed.latency * 1000), ("contribution", "latency"), str(feed.latency))
    if feed.backup and feed.backup.latency is not None:
        path = ("contribution", "backup", "latency")
        yield Measure("latency_ms", int(feed.backup.latency * 1000), path, str(feed.backup.latency))


def _seconds(name: str, value: Duration, path: Path) -> Measure:
    return Measure(name, int(value), path, str(value))
