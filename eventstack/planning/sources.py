"""Where each value of a plan comes from: the field of the event or profile that says it, and who wrote that field.

A name of an event or a profile, never a file or a line: the same plan has the same bytes wherever its files lie.
`eventstack profile show --origin` tells files and lines.
"""

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from typing import TYPE_CHECKING, Any

from eventstack.models.event import Event
from eventstack.models.profile import Profile
from eventstack.models.shape import Shape
from eventstack.models.yaml_reader import Path, dotted
from eventstack.planning.facts import CloudFacts

if TYPE_CHECKING:
    from eventstack.planning.prepared import Prepared

Origin = Callable[[Path], str | None]
"""Who wrote a field of the profile, as `profile sports-base`; None when nobody did, and its default holds."""

Fields = Mapping[str, Path]
"""Parts of a plan, and the fields that say them."""

_RUNG = ("codec", "profile", "preset", "frame_rate")
"""What a rung that says nothing takes from the ladder."""

_EVENT: Fields = {
    "title": ("title",),
    "build.occurrence": ("id",),
    "build.owner": ("owner",),
    "build.cloud": ("cloud",),
    "build.epoch": ("window", "start"),
    "build.region": ("region",),
    "build.series": ("series",),
    "build.contribution.protocol": ("contribution", "protocol"),
    "build.contribution.mode": ("contribution", "mode"),
    "build.contribution.latency_ms": ("contribution", "latency"),
    "build.contribution.passphrase": ("contribution", "passphrase"),
    "build.contribution.address": ("contribution", "address"),
    "build.contribution.allow": ("contribution", "allow"),
    "build.contribution.backup": ("contribution", "backup"),
    "build.contribution.expected": ("contribution", "expected"),
    "build.contribution.source": ("contribution", "source"),
    "build.cdn.path": ("id",),
    "build.cdn.territories": ("rights", "territories"),
    "build.cdn.except_in": ("rights", "except_in"),
    "build.cdn.blackouts": ("rights", "blackouts"),
    "build.archive.path": ("id",),
    "timeline": ("window",),
    "viewers": ("audience",),
    "about": (),
    "profile": ("profile",),
}

_DEFAULTS = {part: f"{dotted(path)}: default" for part, path in _EVENT.items()}

_AROUND: dict[Path, dict[str, list[tuple[str, str]]]] = {}
"""The event's fields by the mapping that they stand in: the parts of a plan that each says."""

for _part, _path in _EVENT.items():
    if _path:
        _fields_of = _AROUND.setdefault(_path[:-1], {})
        _fields_of.setdefault(str(_path[-1]), []).append((_part, dotted(_path) or ""))

_PROFILE: Fields = {
    "build.segment": ("packaging", "segment"),
    "build.encoder.slate": ("slate",),
    "build.encoder.slate_image": ("slate", "image"),
    "build.encoder.slate_size": ("slate", "size"),
    "build.encoder.rate_control": ("ladder", "rate_control"),
    "build.encoder.gop": ("ladder", "gop"),
    "build.encoder.scan": ("ladder", "scan"),
    "build.encoder.loudness": ("audio", "loudness"),
    "build.encoder.captions": ("captions",),
    "build.encoder.scte35": ("scte35",),
    "build.packager.hls": ("packaging", "formats"),
    "build.packager.dash": ("packaging", "formats"),
    "build.packager.window_s": ("packaging", "window"),
    "build.packager.container": ("packaging", "container"),
    "build.packager.start_over_s": ("packaging", "start_over"),
    "build.packager.part": ("packaging", "low_latency", "part"),
    "build.cdn.access": ("cdn", "access"),
    "build.cdn.domain": ("cdn", "domain"),
    "build.cdn.cors": ("cdn", "cors"),
    "build.archive.vod": ("archive", "vod"),
    "build.archive.route": ("archive", "route"),
    "build.archive.clear_origin": ("archive", "clear_origin"),
    "build.archive.all_keys": ("archive", "all_keys"),
    "build.archive.keep_s": ("archive", "keep"),
    "build.paths": ("redundancy",),
    "build.monitor": ("monitoring", "thresholds"),
    "build.capacity": ("capacity",),
    "gates.hops": ("monitoring", "gates", "hops"),
    "gates.in_a_row": ("monitoring", "gates", "in_a_row"),
    "gates.give_up_s": ("monitoring", "gates", "give_up"),
    "shares": ("layers",),
    "timeline.line_up_from": ("timing", "line_up"),
    "timeline.tail_s": ("timing", "tail"),
    "timeline.overrun": ("timing", "overrun"),
    "timeline.turn_round_s": ("timing", "turn_round"),
    "timeline.keep_s": ("teardown", "keep"),
    "timeline.confirm": ("teardown", "confirm"),
}

_RATE = "derived: all sound is at 48 kHz"

_IDENTITY = {
    "build.format": "derived: this form of plans",
    "build.layer": "derived: an event's stack",
    "build.incarnation": "derived: which building of the stack it is",
    "build.project": "derived: the layer",
    "build.stack": "derived: the id and the incarnation",
    "build.tags": "derived: owner, id, incarnation, layer",
}

_DRM: Fields = {
    "build.drm.scheme": ("drm", "scheme"),
    "build.drm.systems": ("drm", "systems"),
    "build.drm.labels": ("drm", "keys"),
    "build.drm.key_source": ("drm", "key_source"),
    "build.drm.speke": ("drm", "speke"),
    "build.drm.rotation_s": ("drm", "rotation"),
    "build.drm.policy": ("drm", "policy"),
}


def of(event: Event, ready: "Prepared", *, placed: bool) -> dict[str, str]:
    """Where each part of an event's plan comes from."""
    by_event = f"event {event.id}"
    found = dict(_DEFAULTS)
    for around, parts in _AROUND.items():
        for field in _written_in(event, around):
            for part, name in parts.get(field, ()):
                found[part] = f"{name}: {by_event}"
    found["about"] = by_event
    found["build.owner"] = by_event if event.owner else "the installation"
    if placed and event.region is None:
        found["build.region"] = "placed: the rule and the audience"
    if placed:
        found["placed"] = found["build.region"]
    if ready.profile.layers != "series":
        found["build.series"] = ready.sources["shares"]
    if event.audience and ready.facts.machine and ready.profile.capacity.packagers is None:
        found["build.capacity.packagers"] = f"audience: {by_event}"
    return ready.sources | _IDENTITY | found


def of_profile(
    written: Profile, carried: Profile, facts: CloudFacts, origin: Origin | None, undone: Sequence[Path] = ()
) -> dict[str, str]:
    """Where each part of a plan that a profile says comes from; what is `undone` holds its default."""
    wrote = origin or _own(written)

    def by(path: Path) -> str | None:
        return None if any(path[: len(left)] == left for left in undone) else wrote(path)

    fields: dict[str, Path] = {**_PROFILE, **dict(_rungs(carried)), **dict(_tracks(carried))}
    fields |= _DRM if carried.drm else {"build.drm": ("drm",)}
    found = {part: _told(path, by(path)) for part, path in fields.items()}
    cloud = f"cloud {facts.name}"
    longer = written.teardown.settle is not None and written.teardown.settle > facts.settle_s
    found |= {
        "lead_s": cloud,
        "creates": cloud,
        "left_out": cloud,
        "settle_s": _told(("teardown", "settle"), by(("teardown", "settle"))) if longer else cloud,
        "build.parents": "the layers below",
        "notes": "derived: rules that nothing breaks",
    }
    found |= {f"build.encoder.audio[{index}].sample_rate": _RATE for index, _ in enumerate(carried.audio.tracks)}
    if carried.drm:
        found["build.drm.content_id"] = "derived: the stack's name"
    return found


def _rungs(profile: Profile) -> Iterator[tuple[str, Path]]:
    ladder = profile.ladder
    if ladder is None:
        yield "build.encoder.renditions", ("ladder",)
        return
    order = sorted(
        range(len(ladder.renditions)),
        key=lambda index: (ladder.renditions[index].size, ladder.renditions[index].bitrate),
    )
    for rank, index in enumerate(order):
        rung, own = ladder.renditions[index], ("ladder", "renditions", index)
        place = f"build.encoder.renditions[{rank}]"
        for part, name in (
            ("width", "size"),
            ("height", "size"),
            ("name", "size"),
            ("bitrate", "bitrate"),
            ("buffer_bits", "bitrate"),
        ):
            yield f"{place}.{part}", (*own, name)
        for part in ("max_bitrate", "level", "quality"):
            yield f"{place}.{part}", (*own, part)
        for part in _RUNG:
            yield f"{place}.{part}", (*own, part) if getattr(rung, part) is not None else ("ladder", part)


def _tracks(profile: Profile) -> Iterator[tuple[str, Path]]:
    for index, _ in enumerate(profile.audio.tracks):
        for part in ("codec", "language", "label", "bitrate", "channels", "role", "take"):
            yield f"build.encoder.audio[{index}].{part}", ("audio", "tracks", index, part)
        yield f"build.encoder.audio[{index}].name", ("audio", "tracks", index, "language")


def _told(path: Path, by: str | None) -> str:
    return f"{dotted(path)}: {by or 'default'}"


def _written_in(model: Any, path: Path) -> set[str]:
    """The fields that a mapping says; none where it is not there itself."""
    for part in path:
        if part not in model.model_fields_set:
            return set()
        model = getattr(model, str(part))
    fields: set[str] = model.model_fields_set
    return fields


def _own(profile: Profile) -> Origin:
    """A profile that was written as one: what it says is its own."""
    written = _written(profile)
    return lambda path: f"profile {profile.name}" if path in written else None


def _written(model: Shape) -> frozenset[Path]:
    return frozenset(_fields((), model))


def _fields(path: Path, value: Any) -> Iterable[Path]:
    if path:
        yield path
    if isinstance(value, Shape):
        for name in value.model_fields_set:
            yield from _fields((*path, name), getattr(value, name))
    elif isinstance(value, tuple) and not hasattr(value, "_fields"):
        for index, item in enumerate(value):
            if isinstance(item, Shape):
                yield from _fields((*path, index), item)
