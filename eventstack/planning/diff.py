"""Two plans compared by what they mean: moved, a rung added, another scheme; and what it would take to go from one to
the other. `eventstack diff` words it.

Every place that is different is held until a change speaks for it, so that none of what is built is ever passed over.
What follows from something else is not said again: the epoch of a moved event, the peak of a rung whose bit rate
changed, the tags of another occurrence. Where values come from (`sources`) is no difference; texts that explain a plan
and figures that follow from others are told where nothing else is.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Literal

from eventstack.planning import meaning, readers
from eventstack.planning.plan import StackPlan, Timeline
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
        self.old, self.new = meaning.meant(before), meaning.meant(after)
        self.left = dict(meaning.differences(self.old, self.new, ()))
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
            tuple(name for path in draft.paths if path[0] == "build" for name in meaning.places(path)),
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
            if layer == meaning.ENTRIES:
                continue
            if one is None or other is None or (*path, "stack") in self.left:
                kind: Kind = "changed" if one and other else "added" if other else "removed"
                stacks = one["stack"] if one else None, other["stack"] if other else None
                self.tell(
                    _Draft(kind, layer or "parent", *stacks, "build.parents", replaces=True),
                    path,
                    (*around, meaning.ENTRIES),
                )
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
        old, new = (meaning.inside(meant, around) for meant in (self.old, self.new))
        both = [key for key in old if key in new and key != meaning.ENTRIES]
        for key in both:
            if (*around, key, "bitrate") in self.left:
                self._plain((*around, key, "bitrate"))
                follows = (name for name in ("buffer_bits", "max_bitrate") if _follows(old[key], new[key], name))
                self.drafts[-1].paths += self.take(*((*around, key, name) for name in follows))
        for name in ("frame_rate", "codec", "profile", "preset", "quality"):
            paths = [(*around, key, name) for key in both]
            values = {self.left.get(path, meaning.MISSING) for path in paths}
            if len(both) > 1 and len(values) == 1 and meaning.MISSING not in values:
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
        lists = [path for path in self.left if path[:3] in meaning.LISTS or path[:1] in meaning.LISTS]
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
                    _Draft(
                        "changed",
                        f"audience.{meaning.unitless(name)}",
                        one[name],
                        other[name],
                        f"viewers.{name}",
                        found,
                    )
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
        if path[-1] == meaning.ENTRIES:
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
        old, new = (None if value is meaning.MISSING else value for value in (old, new))
        self.tell(_Draft(_kind(old, new), meaning.field_of(path_field), old, new, meaning.part_of(path)), path)


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


def _follows(one: dict[str, Any], other: dict[str, Any], name: str) -> bool:
    """Whether a rate of a rung is as far above its bit rate as it was, but for rounding."""
    off = abs(one[name] * other["bitrate"] - other[name] * one["bitrate"])
    return bool(off <= max(one["bitrate"], other["bitrate"]))


def _ends(plan: StackPlan) -> dict[str, int] | None:
    return {"low": plan.cost.low, "high": plan.cost.high} if plan.cost else None


def _kind(old: Any, new: Any) -> Kind:
    return "added" if old is None else "removed" if new is None else "changed"
