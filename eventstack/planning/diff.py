"""Two plans compared by what they mean: moved, a rung added, another scheme; and what it would take to go from one to
the other. `eventstack diff` words it.

Every place that is different is held until a change speaks for it, so that none of what is built is ever passed over.
What follows from something else is not said again: the epoch of a moved event, the peak of a rung whose bit rate
changed, the tags of another occurrence. Where values come from (`sources`) is no difference; texts that explain a plan
and figures that follow from others are told where nothing else is.
"""

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Literal

import msgspec

from eventstack.planning import readers
from eventstack.planning.plan import StackPlan, Timeline, canonical
from eventstack.planning.readers import Path

Kind = Literal["moved", "added", "removed", "changed"]
Effect = Literal["plan-only", "update", "below", "replace"]


@dataclass(frozen=True)
class Change:
    """One difference: the field as a user knows it, both values as JSON has them (None for none), and the effect.

    `part` is the place in the plan. The effect is `plan-only` where no resource is another, `update` where some are,
    `below` where it asks for another layer below, which an event never updates, and `replace` where it would be
    another stack. `roles` are those with other resources, `covers` the places of the build that it speaks for.
    """

    kind: Kind
    field: str
    before: Any
    after: Any
    effect: Effect
    part: str
    roles: tuple[str, ...] = ()
    covers: tuple[str, ...] = ()


def changes(before: StackPlan, after: StackPlan) -> tuple[Change, ...]:
    """Every difference, the identity's first; none for plans that are the same but for where values come from."""
    telling = _Telling(before, after)
    telling.identity()
    if before.build.layer == after.build.layer:
        telling.parents()
        telling.times()
        telling.ladder()
        telling.rest()
    found = [telling.change(draft) for draft in telling.drafts]
    return tuple(one for one in found if not any(_says_more(other, one) for other in found))


def effect(found: Sequence[Change]) -> Effect | None:
    """What it takes altogether; None without differences."""
    seen = {change.effect for change in found}
    every: tuple[Effect, ...] = ("replace", "below", "update", "plan-only")
    return next((one for one in every if one in seen), None)


def touched(found: Sequence[Change]) -> tuple[str, ...]:
    """The roles that an `up` would update, in the order of the chain; none where it would be another stack."""
    if any(change.effect == "replace" for change in found):
        return ()
    roles = {role for change in found if change.effect == "update" for role in change.roles}
    if roles:  # a resource more or less is an update of its role
        roles |= {change.field.split(".")[1].split(" ")[0] for change in found if change.part == "creates"}
    return tuple(role for role in readers.ORDER if role in roles)


def _says_more(one: Change, other: Change) -> bool:
    """Whether it is the same said of what is built, and not of the plan alone."""
    same = (one.field, one.before, one.after) == (other.field, other.before, other.after)
    return same and bool(one.covers) and not other.covers


IDENTITY: Mapping[str, tuple[Path, ...]] = {
    "layer": (("build",),),
    "occurrence": (
        ("build", "stack"),
        ("build", "tags", "eventstack-occurrence"),
        ("build", "drm", "content_id"),
        ("build", "cdn", "path"),
        ("build", "archive", "path"),
    ),
    "incarnation": (
        ("build", "stack"),
        ("build", "tags", "eventstack-incarnation"),
        ("build", "drm", "content_id"),
        ("build", "archive", "path"),
    ),
    "owner": (("build", "tags", "eventstack-owner"),),
    "cloud": (("creates",),),  # another cloud's resources have other types, all of them
    "region": (),
    "series": (),
    "project": (),
    "stack": (),
}
"""Parts of a build that say which stack it is, where, and beside which; and what follows from each."""

_SILENT: tuple[Path, ...] = (
    ("timeline", "up_from"),
    ("timeline", "line_up_from"),
    ("timeline", "announce_by"),
    ("timeline", "steps"),
    ("placed",),
    ("viewers",),
    ("cost",),
    ("shares of",),
    ("left out why",),
)
"""What explains a plan or follows from the rest of it: told alone, where there is nothing else to tell."""

_MISSING: Any = type("Missing", (), {"__repr__": lambda _: "missing"})()
"""In place of a value where one of the two has no such key, which is not the same as none."""

_ENTRIES = "(order)"
"""The key under which a list that is compared by its entries has their order."""


@dataclass
class _Draft:
    kind: Kind
    field: str
    before: Any
    after: Any
    part: str
    paths: tuple[Path, ...] = ()
    replaces: bool = False


class _Telling:
    """One comparison at work: what is different and not told yet (`left`), and what is told (`drafts`)."""

    def __init__(self, before: StackPlan, after: StackPlan) -> None:
        self.before, self.after = before, after
        self.old, self.new = _meant(before), _meant(after)
        self.left = dict(_differences(self.old, self.new, ()))
        self.drafts: list[_Draft] = []

    def change(self, draft: _Draft) -> Change:
        places = [path[1:] for path in draft.paths if path[0] == "build"]
        reading = {role for place in places for role in readers.roles(place, self.before, self.after)}
        told: Effect = "update" if reading else "plan-only"
        if any(readers.below(place, self.after) for place in places):
            told = "below"
        return Change(
            draft.kind,
            draft.field,
            draft.before,
            draft.after,
            "replace" if draft.replaces else told,
            draft.part,
            tuple(role for role in readers.ORDER if role in reading),
            tuple(name for path in draft.paths if path[0] == "build" for name in _spelt(path)),
        )

    def take(self, *around: Path) -> tuple[Path, ...]:
        """What is different inside of these places, from now on spoken for."""
        taken = tuple(path for path in self.left if any(path[: len(one)] == one for one in around))
        for path in taken:
            del self.left[path]
        return taken

    def tell(self, draft: _Draft, *around: Path) -> None:
        draft.paths += self.take(*around)
        self.drafts.append(draft)

    def identity(self) -> None:
        """Which stack it is; what follows from that is spoken for by the first that it follows from."""
        for name, follows in IDENTITY.items():
            path = ("build", name)
            if path in self.left:
                old, new = self.left[path]
                spelt = "id" if name == "occurrence" else name
                self.tell(_Draft("changed", spelt, old, new, f"build.{name}", replaces=True), path, *follows)

    def parents(self) -> None:
        """The layers below: another stack of one, or other outputs of the same."""
        around = ("build", "parents")
        old, new = (meant["build"]["parents"] for meant in (self.old, self.new))
        for layer in dict.fromkeys((*old, *new)):
            path = (*around, layer)
            one, other = old.get(layer), new.get(layer)
            if layer == _ENTRIES:
                continue
            if one is None or other is None or (*path, "stack") in self.left:
                kind: Kind = "changed" if one and other else "added" if other else "removed"
                stacks = one["stack"] if one else None, other["stack"] if other else None
                self.tell(_Draft(kind, layer, *stacks, "build.parents", replaces=True), path, (*around, _ENTRIES))
            for name in ("project", "incarnation"):
                if (*path, name) in self.left:
                    self.tell(
                        _Draft("changed", f"{layer}.{name}", one[name], other[name], "build.parents", replaces=True),
                        (*path, name),
                    )
            if inside := [found for found in self.left if found[:4] == (*path, "outputs")]:
                for found in inside:
                    self._plain(found)
                self.drafts[-1].paths += self.take((*path, "outputs_hash"))
            elif (*path, "outputs_hash") in self.left:
                hashes = one["outputs_hash"], other["outputs_hash"]
                self.tell(_Draft("changed", f"{layer}.outputs", *hashes, "build.parents"), (*path, "outputs_hash"))

    def times(self) -> None:
        """The window and the line-up; all other instants follow from them, the epoch too."""
        one, other = _instants(self.before.timeline), _instants(self.after.timeline)
        if one is None or other is None:
            return
        epoch = ("build", "epoch")
        rebuilt = epoch in self.left
        later, ends = other.start - one.start, (one.end, other.end)
        starts = ("timeline", "on_air_from"), ("timeline", "on_air_until")
        texts = [self.left.get(path, (None, None)) for path in starts]
        if later and ends[0] and ends[1] and ends[1] - ends[0] == later:
            old, new = ({"start": texts[0][at], "end": texts[1][at]} for at in (0, 1))
            self.tell(_Draft("moved", "window", old, new, "build.epoch" if rebuilt else "timeline"), *starts, epoch)
        else:
            if later:
                part = "build.epoch" if rebuilt else "timeline.on_air_from"
                self.tell(_Draft("moved", "window.start", *texts[0], part), starts[0], epoch)
            if ends[0] != ends[1]:
                self.tell(_Draft("moved", "window.end", *texts[1], "timeline.on_air_until"), starts[1])
        line_ups = tuple(int((known.start - known.line_up).total_seconds()) for known in (one, other))
        if line_ups[0] != line_ups[1]:
            part = "build.epoch" if epoch in self.left else "timeline.line_up_from"
            told = _Draft("changed", "timing.line_up", line_ups[0], line_ups[1], part)
            self.tell(told, ("timeline", "line_up_from"), epoch)

    def ladder(self) -> None:
        """Rungs: what is the same for all of them once, and what follows from a bit rate or from the ladder not."""
        around = ("build", "encoder", "renditions")
        told = len(self.drafts)
        old, new = (_inside(meant, around) for meant in (self.old, self.new))
        both = [key for key in old if key in new and key != _ENTRIES]
        for key in both:
            if (*around, key, "bitrate") in self.left:
                self._plain((*around, key, "bitrate"))
                follows = (name for name in ("buffer_bits", "max_bitrate") if _follows(old[key], new[key], name))
                self.drafts[-1].paths += self.take(*((*around, key, name) for name in follows))
        for name in ("frame_rate", "codec", "profile", "preset", "quality"):
            paths = [(*around, key, name) for key in both]
            values = {self.left.get(path, _MISSING) for path in paths}
            if len(both) > 1 and len(values) == 1 and _MISSING not in values:
                one = self.left[paths[0]]
                self.tell(_Draft("changed", f"ladder.{name}", *one, f"build.encoder.renditions.{name}"), *paths)
        for path in [path for path in self.left if path[:3] == around]:
            self._plain(path)
        if len(self.drafts) > told:  # the stand-in sends the picture of the top rung
            source = ("build", "contribution", "source")
            self.drafts[told].paths += self.take(*((*source, name) for name in ("width", "height", "frame_rate")))

    def rest(self) -> None:
        """Whatever is left, list by list, then field by field; what only explains, where there is nothing else."""
        self._segment()
        lists = [path for path in self.left if path[:3] in _LISTS or path[:1] in _LISTS]
        for path in (*lists, *(path for path in self.left if path not in lists)):
            if not self._is_silent(path):
                self._plain(path)
        self._audience()
        old, new = _ends(self.before), _ends(self.after)
        if old != new:
            self.tell(_Draft(_kind(old, new), "cost", old, new, "cost"), ("cost",))
        if not self.drafts:
            for path in list(self.left):
                self._plain(path)

    def _segment(self) -> None:
        path = ("build", "segment")
        if (*path, "duration") in self.left:
            old, new = self.left[*path, "duration"]
            self.tell(_Draft("changed", "packaging.segment", old, new, "build.segment"), path)

    def _audience(self) -> None:
        """Who looks; what they load follows, but for the machines that it asks for."""
        one, other = self.old["viewers"], self.new["viewers"]
        if ("viewers",) in self.left:
            old, new = (known and {name: known[name] for name in _AUDIENCE} for known in (one, other))
            self.tell(_Draft(_kind(old, new), "audience", old, new, "viewers"), ("viewers",))
            return
        for name in _AUDIENCE:
            if found := self.take(("viewers", name)):
                self.drafts.append(
                    _Draft("changed", f"audience.{_unitless(name)}", one[name], other[name], f"viewers.{name}", found)
                )
        if ("viewers", "packagers") in self.left and self.before.build.capacity == self.after.build.capacity:
            self._plain(("viewers", "packagers"))

    def _is_silent(self, path: Path) -> bool:
        assumed = path[:2] == ("viewers", "assumptions") and (len(path) == 3 or path[3] == "value")
        return not assumed and any(path[: len(one)] == one for one in _SILENT)

    def _plain(self, path: Path) -> None:
        """One place as it is, the order of a list only where it is another order."""
        if path not in self.left:
            return
        old, new = self.left[path]
        if path[-1] == _ENTRIES:
            there = [one for one in old if one in new], [one for one in new if one in old]
            first = next(
                (one for one in self.drafts if any(at[: len(path) - 1] == path[:-1] for at in one.paths)), None
            )
            if first and there[0] == there[1]:
                first.paths += self.take(path)
                return
            path_field = (*path[:-1], "order")
        else:
            path_field = path
        old, new = (None if value is _MISSING else value for value in (old, new))
        self.tell(_Draft(_kind(old, new), _field(path_field), old, new, _part(path)), path)


_AUDIENCE = ("expected", "peak", "ramp_s", "countries")


@dataclass(frozen=True)
class _Instants:
    start: datetime
    end: datetime | None
    line_up: datetime


def _instants(line: Timeline | None) -> _Instants | None:
    """The moments of a timeline; None without one, or where they are none."""
    if line is None:
        return None
    texts = line.on_air_from, line.on_air_until, line.line_up_from
    try:
        start, end, line_up = (None if text is None else datetime.fromisoformat(text) for text in texts)
    except ValueError:
        return None
    if start is None or line_up is None or any(at is not None and at.tzinfo is None for at in (start, end, line_up)):
        return None
    return _Instants(start, end, line_up)


def _meant(plan: StackPlan) -> dict[str, Any]:
    """The plan as plain values: lists as mappings by what each entry is, references as a user writes them."""
    whole: dict[str, Any] = msgspec.to_builtins(plan)
    build = whole["build"]
    build["parents"] = _by(build["parents"], lambda parent: parent["layer"])
    if packager := build["packager"]:
        packager["formats"] = [name for name in ("hls", "dash") if packager.pop(name)]
    if encoder := build["encoder"]:
        for name, key in _KEYED.items():
            encoder[name] = _by(encoder[name], key)
    if feed := build["contribution"]:
        _referring(feed)
    if about := whole["about"]:
        about["contacts"] = _by(about["contacts"], lambda contact: contact["name"])
    made, shared, left = (whole[name] for name in ("creates", "shares", "left_out"))
    whole["creates"] = _counted(made)
    whole["shares"] = {
        name: one["layer"] for name, one in _by(shared, lambda one: one["role"]).items() if name != _ENTRIES
    }
    whole["shares of"] = shared
    whole["left_out"] = {
        key: one["given"] for key, one in _by(left, lambda one: one["field"]).items() if key != _ENTRIES
    }
    whole["left out why"] = [(one["field"], one["why"]) for one in left]
    whole["notes"] = _by(whole["notes"], lambda note: f"{note['field']}: {note['text']}")
    del whole["sources"]
    return whole


_KEYED: Mapping[str, Callable[[dict[str, Any]], str]] = {
    "renditions": lambda rung: f"{rung['width']}x{rung['height']}",
    "audio": lambda track: track["language"],
    "captions": lambda caption: f"{caption['language']} {caption['format']}",
}
"""What an entry of a list is."""


def _referring(feed: dict[str, Any]) -> None:
    for way_in in (feed, feed["backup"] or {}):
        if secret := way_in.get("passphrase"):
            way_in["passphrase"] = ":".join(filter(None, (secret["source"], secret["name"])))
    source = feed["source"]
    feed["source"] = {**source, "kind": ":".join(filter(None, (source["kind"], source.pop("path"))))}


def _by(items: Sequence[dict[str, Any]], key: Callable[[dict[str, Any]], str]) -> dict[str, Any]:
    """Entries by what they are, those of one key numbered, and their order."""
    found: dict[str, Any] = {}
    for item in items:
        name = key(item)
        same = sum(1 for other in found if other == name or other.startswith(f"{name} #"))
        found[f"{name} #{same + 1}" if same else name] = item
    return found | {_ENTRIES: list(found)}


def _counted(made: Iterable[dict[str, Any]]) -> dict[str, int]:
    counts: dict[str, int] = {}
    for one in made:
        name = f"{one['role']} {one['type']}" + ("" if one["layer"] == "event" else f" ({one['layer']})")
        counts[name] = counts.get(name, 0) + one["count"]
    return counts


def _differences(old: Any, new: Any, path: Path) -> Iterator[tuple[Path, tuple[Any, Any]]]:
    """Every place with another value, told apart as JSON tells it: true is not 1."""
    if isinstance(old, dict) and isinstance(new, dict):
        for name in sorted(dict.fromkeys((*old, *new)), key=lambda name: name == _ENTRIES):
            yield from _differences(old.get(name, _MISSING), new.get(name, _MISSING), (*path, name))
    elif old is _MISSING or new is _MISSING or canonical(old) != canonical(new):
        yield path, (old, new)


def _inside(whole: Any, path: Path) -> dict[str, Any]:
    for name in path:
        whole = (whole or {}).get(name)
    return whole or {}


def _follows(one: dict[str, Any], other: dict[str, Any], name: str) -> bool:
    """Whether a rate of a rung is as far above its bit rate as it was, but for rounding."""
    off = abs(one[name] * other["bitrate"] - other[name] * one["bitrate"])
    return bool(off <= max(one["bitrate"], other["bitrate"]))


def _ends(plan: StackPlan) -> dict[str, int] | None:
    return {"low": plan.cost.low, "high": plan.cost.high} if plan.cost else None


def _kind(old: Any, new: Any) -> Kind:
    return "added" if old is None else "removed" if new is None else "changed"


_LISTS: Mapping[Path, str] = {
    ("build", "encoder", "renditions"): "ladder",
    ("build", "encoder", "audio"): "audio",
    ("build", "encoder", "captions"): "captions",
    ("creates",): "creates",
    ("shares",): "shares",
    ("left_out",): "left out",
    ("notes",): "notes",
}
"""What is compared entry by entry, in the order of telling."""

_FIELDS: Mapping[Path, str] = {
    **_LISTS,
    ("build", "parents"): "",
    ("build", "segment"): "packaging.segment",
    ("build", "packager"): "packaging",
    ("build", "contribution", "source", "kind"): "contribution.source",
    ("build", "encoder", "loudness"): "audio.loudness",
    ("build", "encoder", "slate"): "slate",
    ("build", "encoder", "slate_image"): "slate.image",
    ("build", "encoder", "slate_size"): "slate.size",
    ("build", "encoder", "scte35"): "scte35",
    ("build", "encoder"): "ladder",
    ("build", "cdn", "territories"): "rights.territories",
    ("build", "cdn", "except_in"): "rights.except_in",
    ("build", "cdn", "blackouts"): "rights.blackouts",
    ("build", "paths"): "redundancy",
    ("build", "drm", "labels"): "drm.keys",
    ("build", "monitor"): "monitoring.thresholds",
    ("build",): "",
    ("gates",): "monitoring.gates",
    ("timeline", "keep_s"): "teardown.keep",
    ("timeline", "confirm"): "teardown.confirm",
    ("timeline", "tail_s"): "timing.tail",
    ("timeline", "overrun"): "timing.overrun",
    ("timeline", "turn_round_s"): "timing.turn_round",
    ("about",): "",
    ("settle_s",): "teardown.settle",
    ("lead_s",): "lead",
    ("viewers", "packagers"): "audience.packagers",
    ("viewers", "assumptions", "headroom", "value"): "capacity.headroom",
    ("viewers", "assumptions"): "assumptions",
    ("shares of",): "shares",
    ("left out why",): "left out",
}
"""A part of a plan as the field that a user writes; the longest that fits counts."""

_NAMED_BY_USERS: tuple[Path, ...] = (("about", "labels"), ("build", "tags"), ("build", "parents"))
"""Mappings whose keys are somebody's own."""


def _field(path: Path) -> str:
    own = any(path[: len(one)] == one for one in _NAMED_BY_USERS)
    for length in range(len(path), 0, -1):
        known = _FIELDS.get(path[:length])
        if known is not None:
            rest = ".".join(name if own else _unitless(name) for name in path[length:])
            return ".".join(filter(None, (known, rest))) or ".".join(path)
    return ".".join(name if own else _unitless(name) for name in path)


def _unitless(name: str) -> str:
    return name.removesuffix("_ms").removesuffix("_s")


def _part(path: Path) -> str:
    """The place in the plan, without what an entry of a list is."""
    listed = next((one for one in _LISTS if path[: len(one)] == one), None)
    if listed is None:
        return ".".join(path)
    return ".".join((*listed, *path[len(listed) + 1 :]))


def _spelt(path: Path) -> Iterator[str]:
    """A place of a build as the plan has it, an entry of a list by what it is."""
    *around, last = path
    match path:
        case ("build", "packager", "formats"):
            yield from ("build.packager.hls", "build.packager.dash")
        case ("build", "contribution", "source", "kind"):
            yield from ("build.contribution.source.kind", "build.contribution.source.path")
        case _:
            yield ".".join(around if last == _ENTRIES else path)
