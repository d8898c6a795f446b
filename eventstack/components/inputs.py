"""Checks of what a program hands to a component: what is known is checked at once, so that the traceback points at
the line that wrote it; what another resource still has to tell is checked inside its Output, before it is used.

The structures of `eventstack.planning.plan` give names and types; `RULES` adds what a type can't say.
"""

import re
from collections.abc import Callable, Mapping
from fractions import Fraction
from typing import Any, NamedTuple, TypeVar, get_args

import msgspec
import pulumi

from eventstack.errors import ConfigError, Fault
from eventstack.planning import parts

T = TypeVar("T")


class Rule(NamedTuple):
    """What a value must be: a test, and the words for it."""

    accepts: Callable[[Any], bool]
    allowed: str


def _is_rational(value: Any) -> bool:
    return isinstance(value, str) and bool(re.fullmatch(r"\d+(/[1-9]\d*)?", value)) and Fraction(value) > 0


RATIONAL = Rule(_is_rational, 'a rational above 0, such as "48/25"')
COUNT = Rule(lambda value: value > 0, "a whole number above 0")
AMOUNT = Rule(lambda value: value >= 0, "a whole number, 0 or more")
SOME = Rule(lambda value: len(value) > 0, "at least one")
TEXT = Rule(lambda value: isinstance(value, str) and value != "", "a text that is not empty")
INSTANT = Rule(
    lambda value: isinstance(value, str) and bool(re.fullmatch(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d+)?Z", value)),
    'an instant in UTC, such as "2026-11-22T18:00:00Z"',
)
ADDRESS = Rule(
    lambda value: isinstance(value, str) and bool(re.match(r"[a-z][a-z0-9+]*://[^\s/]+", value)),
    "an address with scheme and host, such as http://127.0.0.1:8080",
)

RULES: Mapping[type, Mapping[str, Rule]] = {
    parts.Segment: {"duration": RATIONAL, "timescale": COUNT, "ticks": COUNT},
    parts.Rendition: {
        "name": TEXT,
        "width": COUNT,
        "height": COUNT,
        "frame_rate": RATIONAL,
        "bitrate": COUNT,
        "max_bitrate": COUNT,
        "buffer_bits": COUNT,
    },
    parts.AudioTrack: {"name": TEXT, "bitrate": COUNT, "sample_rate": COUNT, "channels": COUNT},
    parts.Source: {"width": COUNT, "height": COUNT, "frame_rate": RATIONAL},
    parts.Contribution: {"latency_ms": AMOUNT},
    parts.Input: {"latency_ms": AMOUNT},
    parts.Encoder: {"renditions": SOME},
    parts.Packager: {"window_s": COUNT},
    parts.Drm: {"systems": SOME, "labels": SOME, "content_id": TEXT},
}
"""By structure and field."""


def is_open(value: Any) -> bool:
    """Whether the value is one that only the running program will know."""
    return isinstance(value, pulumi.Output) or hasattr(value, "__await__")


def structure(value: Any, kind: type[T], field: str) -> pulumi.Output[T]:
    """The plan's structure behind a spec whose leaves may be Outputs.

    Raises ConfigError, with every fault, for what is known to be wrong; for what turns out wrong later the Output
    fails with the same error.
    """
    _refuse(_faults(value, kind, field))
    return pulumi.Output.from_input(value).apply(lambda known: _convert(known, kind, field))


def scalar(value: pulumi.Input[T], rule: Rule, field: str) -> pulumi.Output[T]:
    """A single value under one rule, checked now or as soon as it is known; raises ConfigError likewise."""

    def check(known: T) -> T:
        _refuse(_broken(known, rule, field))
        return known

    return pulumi.Output.from_input(value if is_open(value) else check(value)).apply(check)  # type: ignore[arg-type]


def _convert(known: Any, kind: type[T], field: str) -> T:
    whole = _whole(known)
    _refuse(_faults(whole, kind, field))
    return msgspec.convert(whole, kind)


def _whole(value: Any) -> Any:
    """The value with its integral floats made integers: the engine hands every number over as a float."""
    if isinstance(value, dict):
        return {key: _whole(item) for key, item in value.items()}
    if isinstance(value, list | tuple):
        return [_whole(item) for item in value]
    return int(value) if isinstance(value, float) and value.is_integer() else value


def _refuse(faults: list[Fault]) -> None:
    if faults:
        raise ConfigError(*faults)


def _faults(value: Any, kind: Any, field: str) -> list[Fault]:
    """Everything wrong with the known leaves of a value of a structure's type."""
    if is_open(value):
        return []
    inner = [option for option in get_args(kind) if isinstance(option, type) and issubclass(option, msgspec.Struct)]
    if isinstance(kind, type) and issubclass(kind, msgspec.Struct):
        return _struct_faults(value, kind, field)
    if inner and isinstance(value, list | tuple):
        return [fault for at, item in enumerate(value) for fault in _faults(item, inner[0], f"{field}[{at}]")]
    if inner and value is not None:
        return _faults(value, inner[0], field)
    if isinstance(value, list | tuple) and any(map(is_open, value)):
        return []
    try:
        msgspec.convert(value, kind)
    except msgspec.ValidationError as wrong:
        return [Fault(str(wrong), field=field, given=repr(value))]
    return []


def _struct_faults(value: Any, kind: type[msgspec.Struct], field: str) -> list[Fault]:
    if not isinstance(value, Mapping):
        return [Fault("not a dictionary", field=field, given=repr(value))]
    fields = {known.name: known for known in msgspec.structs.fields(kind)}
    faults = [
        Fault("unknown field", field=f"{field}.{name}", allowed=", ".join(fields))
        for name in value
        if name not in fields
    ]
    for name, known in fields.items():
        path = f"{field}.{name}"
        if name not in value:
            if known.required:
                faults.append(Fault("missing", field=path))
            continue
        wrong = _faults(value[name], known.type, path)
        rule = RULES.get(kind, {}).get(name)
        if rule and not wrong and not is_open(value[name]):
            wrong = _broken(value[name], rule, path)
        faults += wrong
    return faults


def _broken(value: Any, rule: Rule, field: str) -> list[Fault]:
    if rule.accepts(value):
        return []
    return [Fault("not usable", field=field, given=repr(value), allowed=rule.allowed)]
