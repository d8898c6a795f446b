"""A plan as plain values that can be compared: lists by what each entry is, references as a user writes them; and the
words that users have for its places. `planning.diff` tells what differs.
"""

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from typing import Any

import msgspec

from eventstack.planning.plan import StackPlan, canonical
from eventstack.planning.readers import Path

MISSING: Any = type("Missing", (), {"__repr__": lambda _: "missing"})()
"""In place of a value where one of the two has no such key, which is not the same as none."""

ENTRIES = "(order)"
"""The key under which a list that is compared by its entries has their order."""


def meant(plan: StackPlan) -> dict[str, Any]:
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
        name: one["layer"] for name, one in _by(shared, lambda one: one["role"]).items() if name != ENTRIES
    }
    whole["shares of"] = shared
    whole["left_out"] = {
        key: one["given"] for key, one in _by(left, lambda one: one["field"]).items() if key != ENTRIES
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
    return found | {ENTRIES: list(found)}


def _counted(made: Iterable[dict[str, Any]]) -> dict[str, int]:
    counts: dict[str, int] = {}
    for one in made:
        name = f"{one['role']} {one['type']}" + ("" if one["layer"] == "event" else f" ({one['layer']})")
        counts[name] = counts.get(name, 0) + one["count"]
    return counts


def differences(old: Any, new: Any, path: Path) -> Iterator[tuple[Path, tuple[Any, Any]]]:
    """Every place with another value, told apart as JSON tells it: true is not 1."""
    if isinstance(old, dict) and isinstance(new, dict):
        for name in sorted(dict.fromkeys((*old, *new)), key=lambda name: name == ENTRIES):
            yield from differences(old.get(name, MISSING), new.get(name, MISSING), (*path, name))
    elif old is MISSING or new is MISSING or canonical(old) != canonical(new):
        yield path, (old, new)


def inside(whole: Any, path: Path) -> dict[str, Any]:
    """The mapping at a place; an empty one where there is none."""
    for name in path:
        whole = (whole or {}).get(name)
    return whole or {}


LISTS: Mapping[Path, str] = {
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
    **LISTS,
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


def field_of(path: Path) -> str:
    """A place as the field that a user writes."""
    own = any(path[: len(one)] == one for one in _NAMED_BY_USERS)
    for length in range(len(path), 0, -1):
        known = _FIELDS.get(path[:length])
        if known is not None:
            rest = ".".join(name if own else unitless(name) for name in path[length:])
            return ".".join(filter(None, (known, rest))) or ".".join(path)
    return ".".join(name if own else unitless(name) for name in path)


def unitless(name: str) -> str:
    """A plan's name of an amount without its unit, as fields of files are named."""
    return name.removesuffix("_ms").removesuffix("_s")


def part_of(path: Path) -> str:
    """A place in the plan, without what an entry of a list is."""
    listed = next((one for one in LISTS if path[: len(one)] == one), None)
    if listed is None:
        return ".".join(path)
    return ".".join((*listed, *path[len(listed) + 1 :]))


def places(path: Path) -> Iterator[str]:
    """A place of a build as the plan has it, an entry of a list by what it is."""
    *around, last = path
    match path:
        case ("build", "packager", "formats"):
            yield from ("build.packager.hls", "build.packager.dash")
        case ("build", "contribution", "source", "kind"):
            yield from ("build.contribution.source.kind", "build.contribution.source.path")
        case _:
            yield ".".join(around if last == ENTRIES else path)
