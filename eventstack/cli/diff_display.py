"""Differences between plans in words: one line each, then what it would take. `eventstack diff` prints them."""

from collections.abc import Iterator, Sequence
from datetime import datetime, tzinfo
from typing import Any

import click

from eventstack.cli.plan_display import lasting, number
from eventstack.cost.told import money
from eventstack.models.units import Bitrate, Duration
from eventstack.planning.diff import Change, effect, touched

ARROW = "\N{RIGHTWARDS ARROW}"

_RATES = ("bitrate", "max_bitrate", "buffer_bits")
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
    if causes and all(change.part.startswith("viewers") for change in causes):
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
        names = ", ".join(dict.fromkeys(change.field for change in found if change.effect == "replace"))
        yield f"replacement needed ({names}): it would be another stack beside the one that stands"
    else:
        yield f"the build changes: `up` would update {', '.join(touched(found)) or 'what stands'}"
    if on_air:
        yield "on air: refused (an event on air is never updated; it can be once it is off air)"
    elif on_air is None:
        yield "whether it is on air can't be told: refused until it can"


def words(change: Change, zone: tzinfo) -> str:
    """One difference as a line, with times on the clocks of `zone`."""
    if change.kind == "moved":
        return _moved(change, zone)
    group, _, rest = change.field.partition(".")
    if change.part == "build.encoder.renditions" and change.kind != "changed":
        rung = change.after or change.before
        return f"ladder: rung {rest} at {Bitrate(rung['bitrate'])} {change.kind}"
    if group == "ladder" and rest.endswith(".bitrate"):
        size = rest.removesuffix(".bitrate")
        return f"ladder: {size} from {Bitrate(change.before)} to {Bitrate(change.after)}"
    if change.kind == "added" and isinstance(change.after, dict | str):
        return f"{_head(group, rest)} added: {_value(change, change.after)}"
    if change.kind == "removed" and isinstance(change.before, dict | str):
        return f"{_head(group, rest)} removed: {_value(change, change.before)}"
    values = f"{_value(change, change.before)} {ARROW} {_value(change, change.after)}"
    if group == "creates":
        return f"creates: {rest} {values}"
    return f"{group.replace('_', ' ')}: {_spaced(rest)} {values}" if rest else f"{_spaced(group)}: {values}"


def _head(group: str, rest: str) -> str:
    return f"{group}: {_spaced(rest)}" if rest else _spaced(group)


def _spaced(field: str) -> str:
    return field.replace("_", " ").replace(".", " ")


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


def _value(change: Change, value: Any) -> str:
    name = change.part.rpartition(".")[2]
    if value in _NOTHING:
        return "none"
    match value:
        case bool():
            return "yes" if value else "no"
        case {"low": low, "high": high} if change.part == "cost":
            return money(low, high)
        case dict():
            told = ((key, item) for key, item in value.items() if item not in _NOTHING and item != 0)
            return ", ".join(f"{_spaced(key)} {_plain(item)}" for key, item in told)
        case int() if name in _RATES:
            return str(Bitrate(value))
        case int() if name.endswith("_ms"):
            return f"{value} ms"
        case int() if name.endswith("_s") or change.field == "timing.line_up":
            return lasting(value)
        case int():
            return number(value)
        case str() if change.field in ("packaging.segment", "packaging.part", "ladder.gop"):
            return str(Duration(value))
        case _:
            return _plain(value)


def _plain(value: Any) -> str:
    match value:
        case list() | tuple():
            return ", ".join(_plain(item) for item in value)
        case dict():
            return "{" + ", ".join(f"{key}: {_plain(item)}" for key, item in value.items()) + "}"
        case _:
            return str(value)
