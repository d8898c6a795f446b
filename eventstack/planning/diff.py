"""Two plans compared by what they mean: moved, a rung added, another scheme; and what it would take to go from one to
the other. `eventstack diff` words it.

What follows from something else is not said again: the epoch of a moved event, the peak of a rung whose bit rate
changed, the tags of another occurrence. Where values come from (`sources`), and the texts that explain a plan, are no
difference.
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Literal

import msgspec

from eventstack.planning.parts import Build
from eventstack.planning.plan import StackPlan

Kind = Literal["moved", "added", "removed", "changed"]
Effect = Literal["plan-only", "update", "replace"]


@dataclass(frozen=True)
class Change:
    """One difference: the field as a user knows it, both values as JSON has them (None for none), and the effect.

    `part` is the place in the plan. The effect is `plan-only` where nothing that is built changes, `update` where a
    resource does, and `replace` where it would be another stack.
    """

    kind: Kind
    field: str
    before: Any
    after: Any
    effect: Effect
    part: str


IDENTITY = ("layer", "owner", "occurrence", "incarnation", "cloud", "region", "project", "stack")
"""Parts of a build that say which stack it is, and where."""

ROLES: Mapping[str, tuple[str, ...]] = {
    "epoch": ("encoder", "packager"),
    "segment": ("encoder", "packager"),
    "contribution": ("contribution",),
    "encoder": ("encoder",),
    "packager": ("packager",),
    "drm": ("drm", "packager"),
    "cdn": ("cdn",),
    "archive": ("archive",),
    "monitor": ("monitor",),
    "capacity": ("encoder", "packager"),
    "paths": ("contribution", "encoder", "packager"),
}
"""The roles that read each part of a build."""


def changes(before: StackPlan, after: StackPlan) -> tuple[Change, ...]:
    """Every difference, the identity's first; none for plans that mean the same."""
    old, new = _meant(before), _meant(after)
    if before.build.cloud != after.build.cloud:
        old["creates"] = new["creates"] = {}  # another cloud's resources have other types, all of them
    found = [
        *_identity(before.build, after.build),
        *_parents(before.build, after.build),
        *_times(before, after),
        *_lists(old, new),
        *_leaves(old, new),
        *_audience(before, after),
        *_cost(before, after),
    ]
    if not any(change.effect != "plan-only" for change in found) and before.build_hash != after.build_hash:
        found += _raw(before.build, after.build)
    return tuple(one for one in found if not any(_says_more(other, one) for other in found))


def _says_more(one: Change, other: Change) -> bool:
    """Whether it is the same said of what is built, and not of the plan alone."""
    same = (one.field, one.before, one.after) == (other.field, other.before, other.after)
    return same and one.effect == "update" and other.effect == "plan-only"


def effect(found: Sequence[Change]) -> Effect | None:
    """What it takes altogether; None without differences."""
    seen = {change.effect for change in found}
    return next((one for one in ("replace", "update", "plan-only") if one in seen), None)


def touched(found: Sequence[Change]) -> tuple[str, ...]:
    """The roles that an `up` would update, in the order of the chain."""
    parts = {change.part.split(".")[1].partition("[")[0] for change in found if change.part.startswith("build.")}
    roles = {role for part in parts for role in ROLES.get(part, ())}
    order = ("contribution", "encoder", "packager", "drm", "cdn", "archive", "monitor")
    return tuple(role for role in order if role in roles)


def _identity(before: Build, after: Build) -> Iterator[Change]:
    for name in IDENTITY:
        old, new = getattr(before, name), getattr(after, name)
        derived = name in ("project", "stack") and any(
            getattr(before, one) != getattr(after, one) for one in ("layer", "occurrence", "incarnation")
        )
        if old != new and not derived:
            yield Change("changed", "id" if name == "occurrence" else name, old, new, "replace", f"build.{name}")


def _parents(before: Build, after: Build) -> Iterator[Change]:
    old = {parent.layer: parent for parent in before.parents}
    new = {parent.layer: parent for parent in after.parents}
    for layer in dict.fromkeys((*old, *new)):
        one, other = old.get(layer), new.get(layer)
        stacks = one.stack if one else None, other.stack if other else None
        if stacks[0] != stacks[1]:
            kind: Kind = "changed" if one and other else "added" if other else "removed"
            yield Change(kind, layer, *stacks, "replace", "build.parents")
        elif one and other and one.outputs_hash != other.outputs_hash:
            hashes = one.outputs_hash, other.outputs_hash
            yield Change("changed", f"{layer}.outputs", *hashes, "update", "build.parents")


def _times(before: StackPlan, after: StackPlan) -> Iterator[Change]:
    """The window and the line-up; all other instants follow from them."""
    one, other = before.timeline, after.timeline
    if one is None or other is None:
        return
    told: Effect = "update" if before.build.epoch != after.build.epoch else "plan-only"
    starts, ends = (one.on_air_from, other.on_air_from), (one.on_air_until, other.on_air_until)
    later = _seconds(*starts)
    if ends[0] and ends[1] and later and _seconds(ends[0], ends[1]) == later:
        old, new = ({"start": start, "end": end} for start, end in zip(starts, ends, strict=True))
        yield Change("moved", "window", old, new, told, "build.epoch" if told == "update" else "timeline")
    else:
        if later:
            part = "build.epoch" if told == "update" else "timeline.on_air_from"
            yield Change("moved", "window.start", *starts, told, part)
        if ends[0] != ends[1]:
            yield Change("moved", "window.end", *ends, "plan-only", "timeline.on_air_until")
    line_up = _seconds(one.line_up_from, one.on_air_from), _seconds(other.line_up_from, other.on_air_from)
    if line_up[0] != line_up[1]:
        moves: Effect = told if not later else "plan-only"
        yield Change("changed", "timing.line_up", *line_up, moves, "build.epoch" if moves == "update" else "line_up_s")


def _seconds(since: str, until: str) -> int:
    return int((datetime.fromisoformat(until) - datetime.fromisoformat(since)).total_seconds())


def _meant(plan: StackPlan) -> dict[str, Any]:
    """The plan as plain values without what `changes` tells of itself, lists as mappings by what each item is."""
    whole: dict[str, Any] = msgspec.to_builtins(plan)
    build = whole["build"]
    for name in (*IDENTITY, "parents", "tags", "epoch", "format"):
        del build[name]
    for part, name in (("drm", "content_id"), ("cdn", "path"), ("archive", "path")):
        if build[part]:
            del build[part][name]
    if build["segment"]:
        build["segment"] = build["segment"]["duration"]
    if packager := build["packager"]:
        packager["formats"] = [name for name in ("hls", "dash") if packager.pop(name)]
    encoder = build["encoder"] or {}
    whole["ladder"] = _by(encoder.pop("renditions", ()), lambda rung: f"{rung['width']}x{rung['height']}")
    whole["tracks"] = _by(encoder.pop("audio", ()), lambda track: track["name"])
    whole["captions"] = _by(encoder.pop("captions", ()), lambda one: f"{one['language']} {one['format']}")
    whole["creates"] = {f"{one['role']} {one['type']}": one["count"] for one in whole["creates"]}
    whole["shares"] = {one["role"]: one["layer"] for one in whole["shares"]}
    whole["left_out"] = {one["field"]: one["given"] for one in whole["left_out"]}
    whole["notes"] = {f"{one['field']}: {one['text']}": one["better"] for one in whole["notes"]}
    if line := whole["timeline"]:
        for name in ("up_from", "line_up_from", "on_air_from", "on_air_until", "announce_by", "steps"):
            del line[name]
    for name in ("sources", "placed", "viewers", "cost"):
        del whole[name]
    return whole


def _by(items: Sequence[dict[str, Any]], key: Any) -> dict[str, dict[str, Any]]:
    """Items by what they are; those of one key apart by their place."""
    found: dict[str, dict[str, Any]] = {}
    for item in items:
        name = key(item)
        found[name if name not in found else f"{name} #{len(found) + 1}"] = item
    return found


_LISTS = {
    "ladder": ("ladder", "build.encoder.renditions"),
    "tracks": ("audio", "build.encoder.audio"),
    "captions": ("captions", "build.encoder.captions"),
    "creates": ("creates", "creates"),
    "shares": ("shares", "shares"),
    "left_out": ("left out", "left_out"),
    "notes": ("notes", "notes"),
}
"""What is compared item by item: its field, and its place in the plan."""


def _lists(old: dict[str, Any], new: dict[str, Any]) -> Iterator[Change]:
    for name, (field, part) in _LISTS.items():
        one, other = old.pop(name), new.pop(name)
        told: Effect = "update" if part.startswith("build.") else "plan-only"
        for key in dict.fromkeys((*one, *other)):
            if key not in one:
                yield Change("added", f"{field}.{key}", None, other[key], told, part)
            elif key not in other:
                yield Change("removed", f"{field}.{key}", one[key], None, told, part)
            elif isinstance(one[key], dict):
                yield from _item(f"{field}.{key}", one[key], other[key], told, part)
            elif one[key] != other[key]:
                yield Change("changed", f"{field}.{key}", one[key], other[key], told, part)


def _item(field: str, one: dict[str, Any], other: dict[str, Any], told: Effect, part: str) -> Iterator[Change]:
    follows = _follows(one, other)
    for name, value in one.items():
        if value != other[name] and name not in follows:
            yield Change("changed", f"{field}.{name}", value, other[name], told, f"{part}.{name}")


def _follows(one: dict[str, Any], other: dict[str, Any]) -> tuple[str, ...]:
    """What of a rung only follows its bit rate: its buffer, and its peak where that is as far above as it was."""
    if one.get("bitrate") == other.get("bitrate") or "max_bitrate" not in one:
        return ()
    same = abs(one["max_bitrate"] * other["bitrate"] - other["max_bitrate"] * one["bitrate"]) <= one["bitrate"]
    return ("buffer_bits", "max_bitrate") if same else ("buffer_bits",)


_FIELDS = {
    "build.segment": "packaging.segment",
    "build.packager": "packaging",
    "build.encoder.loudness": "audio.loudness",
    "build.encoder.slate": "slate",
    "build.encoder.slate_image": "slate.image",
    "build.encoder.slate_size": "slate.size",
    "build.encoder.scte35": "scte35",
    "build.encoder": "ladder",
    "build.cdn.territories": "rights.territories",
    "build.cdn.except_in": "rights.except_in",
    "build.cdn.blackouts": "rights.blackouts",
    "build.paths": "redundancy",
    "build.drm.labels": "drm.keys",
    "build.monitor": "monitoring",
    "build": "",
    "gates": "monitoring.gates",
    "timeline.keep_s": "teardown.keep",
    "timeline.confirm": "teardown.confirm",
    "timeline": "timing",
    "about": "",
    "settle_s": "teardown.settle",
    "lead_s": "lead",
}
"""A part of a plan as the field that a user writes; the longest that fits counts."""


def _leaves(old: Any, new: Any, path: tuple[str, ...] = ()) -> Iterator[Change]:
    if isinstance(old, dict) and isinstance(new, dict):
        for name in dict.fromkeys((*old, *new)):
            yield from _leaves(old.get(name), new.get(name), (*path, name))
    elif old != new:
        part = ".".join(path)
        kind: Kind = "added" if old is None else "removed" if new is None else "changed"
        told: Effect = "update" if path[0] == "build" else "plan-only"
        yield Change(kind, _field(path), old, new, told, part)


def _field(path: tuple[str, ...]) -> str:
    for length in range(len(path), 0, -1):
        known = _FIELDS.get(".".join(path[:length]))
        if known is not None:
            rest = ".".join(_unitless(name) for name in path[length:])
            return f"{known}.{rest}" if known and rest else known or rest
    return ".".join(map(_unitless, path))


def _unitless(name: str) -> str:
    return name.removesuffix("_ms").removesuffix("_s")


def _audience(before: StackPlan, after: StackPlan) -> Iterator[Change]:
    """Who looks; what they load follows, but for the machines that it asks for."""
    one, other = before.viewers, after.viewers
    if one is None or other is None:
        if one is not other:
            values = msgspec.to_builtins(one), msgspec.to_builtins(other)
            yield Change("added" if one is None else "removed", "audience", *values, "plan-only", "viewers")
        return
    for name in ("expected", "peak", "ramp_s", "countries"):
        old, new = getattr(one, name), getattr(other, name)
        if old != new:
            yield Change("changed", f"audience.{_unitless(name)}", old, new, "plan-only", f"viewers.{name}")
    if one.packagers != other.packagers and before.build.capacity == after.build.capacity:
        counts = one.packagers, other.packagers
        yield Change("changed", "audience.packagers", *counts, "plan-only", "viewers.packagers")


def _cost(before: StackPlan, after: StackPlan) -> Iterator[Change]:
    old, new = ({"low": plan.cost.low, "high": plan.cost.high} if plan.cost else None for plan in (before, after))
    if old != new:
        kind: Kind = "added" if old is None else "removed" if new is None else "changed"
        yield Change(kind, "cost", old, new, "plan-only", "cost")


def _raw(before: Build, after: Build) -> Iterator[Change]:
    """A difference that is only in what else would have followed, as in a plan that was written by hand."""
    for change in _leaves(msgspec.to_builtins(before), msgspec.to_builtins(after), ("build",)):
        yield Change(change.kind, change.field or change.part, change.before, change.after, "update", change.part)
