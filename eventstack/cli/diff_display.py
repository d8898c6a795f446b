"""Differences between plans in words: one line each, then what it would take. `eventstack diff` prints them."""

import re
from collections.abc import Callable, Iterator, Mapping, Sequence
from datetime import datetime, tzinfo
from decimal import Decimal
from fractions import Fraction
from typing import Any

import click

from eventstack.cli.plan_display import lasting, number
from eventstack.cost.told import TO, money
from eventstack.models.units import Bitrate, Duration
from eventstack.planning.diff import Change, effect, touched
from eventstack.planning.parts import AudioTrack, Caption, Rendition

ARROW = "\N{RIGHTWARDS ARROW}"
_UNIT = re.compile("_(ms|s)$")

_FOLLOWS = ("build.capacity", "creates", "cost", "viewers.packagers")
"""Parts that follow from the audience, where nothing else is different."""

_NOTHING: tuple[Any, ...] = (None, "", [], (), {})
"""Values that say nothing."""

_STYLES = {"added": "green", "removed": "red", "moved": "yellow", "changed": "yellow"}


def lines(found: Sequence[Change], zone: tzinfo, *, on_air: bool | None = False) -> Iterator[str]:
    """Every line that a person reads, styled."""
    if not found:
        yield "no difference"
        return
    causes = [change for change in found if not change.part.startswith(_FOLLOWS)]
    if causes and all(change.field.startswith("audience.") for change in causes):
        follows = [change for change in found if change not in causes]
        told = ", ".join(words(change, zone).removeprefix("audience: ") for change in causes)
        yield click.style(_with(f"audience: {told}", follows, zone), fg="yellow")
    else:
        for change in found:
            yield click.style(words(change, zone), fg=_STYLES[change.kind])
    yield from (click.style(line, bold=True) for line in _verdict(found, on_air))


def _with(told: str, follows: Sequence[Change], zone: tzinfo) -> str:
    return f"{told}: {', '.join(_unnamed(change, zone) for change in follows)}" if follows else told


def _unnamed(change: Change, zone: tzinfo) -> str:
    """What follows, without the name of the group that it is in."""
    if change.part == "cost":
        return words(change, zone).replace(": ", " ", 1)
    return words(change, zone).partition(": ")[2] if change.part != "creates" else words(change, zone)


def _verdict(found: Sequence[Change], on_air: bool | None) -> Iterator[str]:
    takes = effect(found)
    if takes == "plan-only":
        yield "only the plan changes: nothing is rebuilt"
        return
    if takes == "replace":
        names = _names(found, "replace")
        yield f"replacement needed ({names}): it would be another stack beside the one that stands"
    else:
        if takes == "below":
            names = _names(found, "below")
            yield f"another layer below needed ({names}): an event never updates what it stands on"
        if roles := touched(found):
            yield f"the build changes: `up` would update {', '.join(roles)}"
    if on_air:
        yield "on air: refused (an event on air is never updated; it can be once it is off air)"
    elif on_air is None:
        yield "whether it is on air can't be told: refused until it can"


def _names(found: Sequence[Change], takes: str) -> str:
    return ", ".join(dict.fromkeys(change.field for change in found if change.effect == takes))


def words(change: Change, zone: tzinfo) -> str:
    """One difference as a line, with times on the clocks of `zone`."""
    if change.kind == "moved":
        return _moved(change, zone)
    group, _, rest = change.field.partition(".")
    if group == "cost":
        return f"cost: {_costs(change.before, change.after)}"
    if group == "labels" and rest:
        return f"label {_changing(change, rest)}"
    if group == "creates" and rest:
        return f"creates: {rest} {change.before or 0} {ARROW} {change.after or 0}"
    if change.field == "format":
        return f"plan: format {change.before} {ARROW} {change.after}"
    if group == "notes" and change.kind != "changed" and rest:
        return f"note {change.kind}: {rest}"
    if change.field == "drm.keys":
        return _keyed(change.before, change.after)
    if change.part in _PARTS_OF_LISTS and rest and rest != "order":
        return _entry(change, group, rest)
    what = f"{_spaced(group)}: {_spaced(rest)}" if rest and change.kind == "changed" else _head(group, rest)
    return _changing(change, what, ":" if not rest else "")


_PARTS_OF_LISTS = {
    f"build.encoder.{name}{inner}"
    for name, kind in (("renditions", Rendition), ("audio", AudioTrack), ("captions", Caption))
    for inner in ("", *(f".{field}" for field in kind.__struct_fields__))
}


def _entry(change: Change, group: str, rest: str) -> str:
    """A rung, an audio track, a caption: come, gone, or with another value of a field."""
    name = change.part.removeprefix("build.encoder.").partition(".")[2]
    key = rest.removesuffix(f".{name}") if name else rest
    if name and key == name:
        return _changing(change, f"{group}: every rung {_spaced(name)}")
    noun = {"ladder": "rung", "audio": "audio track", "captions": "caption"}[group]
    head = f"{group}: {noun} {key}" if group == "ladder" else f"{noun} {key}"
    if name == "bitrate":
        return f"{head} from {Bitrate(change.before)} to {Bitrate(change.after)}"
    if name:
        return _changing(change, f"{head} {_spaced(name)}" if group == "ladder" else f"{head}: {_spaced(name)}")
    entry = change.after or change.before
    if group == "captions":
        return f"{head} {change.kind}"
    label = f" ({entry['label']})" if entry.get("label") not in (None, key) else ""
    return f"{head}{label} at {Bitrate(entry['bitrate'])} {change.kind}"


def _changing(change: Change, what: str, mark: str = "") -> str:
    """A value that comes, goes, or becomes another."""
    if change.kind == "added" and isinstance(change.after, dict | str) and change.after not in _NOTHING:
        return f"{what} added: {_value(change, change.after)}"
    if change.kind == "removed" and isinstance(change.before, dict | str) and change.before not in _NOTHING:
        return f"{what} removed: {_value(change, change.before)}"
    values = f"{_value(change, change.before)} {ARROW} {_value(change, change.after)}"
    return f"{what}{mark} {values}"


def _head(group: str, rest: str) -> str:
    return f"{_spaced(group)}: {_spaced(rest)}" if rest else _spaced(group)


def _spaced(field: str) -> str:
    return field.replace("_", " ").replace(".", " ")


def _costs(before: dict[str, int] | None, after: dict[str, int] | None) -> str:
    """Both costs, to the cent where they read the same otherwise."""
    if before is None or after is None:
        return f" {ARROW} ".join(money(cost["low"], cost["high"]) if cost else "none" for cost in (before, after))
    told = [money(cost["low"], cost["high"]) for cost in (before, after)]
    if told[0] == told[1]:
        told = [_exact(cost) for cost in (before, after)]
    return f" {ARROW} ".join(told) if told[0] != told[1] else f"{told[0]} as before, to the cent"


def _exact(cost: dict[str, int]) -> str:
    """Micro-dollars to the cent: `$3 948.32`."""
    ends = [f"{Decimal(cost[end]) / 10**6:,.2f}".replace(",", " ") for end in ("low", "high")]
    return f"${TO.join(dict.fromkeys(ends))}"


def _moved(change: Change, zone: tzinfo) -> str:
    before, after = change.before, change.after
    if isinstance(before, dict):
        return f"moved {_shift(before['start'], after['start'])} {_clocks(before['start'], after['start'], zone)}"
    word = "starts" if change.field == "window.start" else "ends"
    if before and after:
        return f"{word} {_shift(before, after)} {_clocks(before, after, zone)}"
    if after is None:
        return f"the end is open now (it was {_clock(before, zone)} {zone})"
    return f"ends at {_clock(after, zone)} {zone} (it was open)"


def _shift(before: str, after: str) -> str:
    seconds = int((datetime.fromisoformat(after) - datetime.fromisoformat(before)).total_seconds())
    return f"{_said(abs(seconds))} {'later' if seconds > 0 else 'earlier'}"


def _said(seconds: int) -> str:
    """A span of time as one says it: `20 minutes`, `1 day 2 hours`."""
    parts = []
    for name, length in (("day", 86400), ("hour", 3600), ("minute", 60), ("second", 1)):
        count, seconds = divmod(seconds, length)
        if count:
            parts.append(f"{count} {name}{'' if count == 1 else 's'}")
    return " ".join(parts)


def _clocks(before: str, after: str, zone: tzinfo) -> str:
    one, other = (datetime.fromisoformat(at).astimezone(zone) for at in (before, after))
    dated = one.date() != other.date()
    return f"({_clock(before, zone, dated=dated)} {ARROW} {_clock(after, zone, dated=dated)} {zone})"


def _clock(at: str, zone: tzinfo, *, dated: bool = True) -> str:
    local = datetime.fromisoformat(at).astimezone(zone)
    time = f"{local:%H:%M:%S}" if local.second else f"{local:%H:%M}"
    return f"{local:%Y-%m-%d} {time}" if dated else time


_LIKE = {"timing.line_up": "line_up_s", "capacity.headroom": "headroom", "packaging.segment": "segment"}
"""Fields whose part is named otherwise than what it holds."""


def _value(change: Change, value: Any) -> str:
    named_by_users = change.part.startswith(("about.labels", "build.tags", "build.parents"))
    return _said_of("" if named_by_users else _LIKE.get(change.field) or change.part.rpartition(".")[2], value)


def _said_of(name: str, value: Any) -> str:
    """A value under a plan's name of it: with its unit, and as people of the field say it."""
    if isinstance(value, bool) and name != "scte35":
        return "yes" if value else "no"
    if value in _NOTHING:
        return "none"
    match value:
        case dict():
            told = ((key, item) for key, item in value.items() if not _says_nothing(key, item))
            return ", ".join(_pair(key, item, share=name == "countries") for key, item in told) or "nothing"
        case list() | tuple() if name != "labels":
            return ", ".join(f"({_said_of('', item)})" if isinstance(item, dict) else str(item) for item in value)
    unit = _UNIT.search(name)
    said = _SAID.get(unit[1] if unit else name, number if isinstance(value, int) else str)
    return said(value)


def _says_nothing(name: str, value: Any) -> bool:
    """Whether it is what a plan holds where nothing was said, or follows from the stack's name."""
    unsaid = -1 if name == "channels" else 0
    return value in _NOTHING or value == unsaid or name == "content_id"


def _pair(name: str, value: Any, *, share: bool) -> str:
    if value is True:
        return _spaced(name)
    said = _percent(value) if share else _said_of(name, value)
    name = {"labels": "keys"}.get(name, _UNIT.sub("", name)) if not isinstance(value, dict) else name
    return f"{_spaced(name)} {f'({said})' if isinstance(value, dict) else said}"


def _keys(labels: Sequence[str]) -> str:
    """What the labels of content keys mean: how many keys there are."""
    if list(labels) == ["content"]:
        return "one"
    if any(label.startswith("video-") for label in labels):
        return f"one per resolution ({', '.join(labels)})"
    return "one per label"


def _keyed(before: Sequence[str], after: Sequence[str]) -> str:
    told = [_keys(labels) for labels in (before, after)]
    if told[0] == told[1]:
        told = [f"{told[0]} ({', '.join(labels)})" for labels in (before, after)]
    return f"keys: {told[0]} {ARROW} {told[1]}"


def _percent(share: str) -> str:
    try:
        return f"{number(Fraction(share) * 100)}%"
    except (ValueError, ZeroDivisionError):
        return share


def _length(seconds: str) -> str:
    try:
        return str(Duration(seconds))
    except (ValueError, ZeroDivisionError):
        return seconds


def _lasting(seconds: int) -> str:
    days, rest = divmod(seconds, 86400)
    return f"{days}d" if days and not rest else lasting(seconds) if seconds else "none"


def _bitrate(bps: int) -> str:
    return str(Bitrate(bps)) if bps > 0 else "none"


_SAID: Mapping[str, Callable[[Any], str]] = {
    "paths": lambda count: {1: "single", 2: "two paths"}.get(count, number(count)),
    "labels": _keys,
    "scte35": lambda passed: "passthrough" if passed else "off",
    **dict.fromkeys(("bitrate", "max_bitrate", "buffer_bits"), _bitrate),
    **dict.fromkeys(("segment", "duration", "part", "gop"), _length),
    **dict.fromkeys(("low_bitrate", "headroom"), _percent),
    "frame_rate": lambda rate: f"{rate} fps",
    "target": lambda loudness: f"{loudness} LUFS",
    "true_peak": lambda peak: f"{peak} dBTP",
    "ms": lambda length: f"{length} ms",
    "s": _lasting,
}
"""How a plan's value is said, by its name or its unit."""
