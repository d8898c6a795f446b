"""What a repeated `up` would do that was not previewed: held against the engine's saved plan, step by step.

A saved plan can't be used twice: what it built already is no create any more. So a repeated `up` is previewed anew, and
the new plan may only do what is left of the old one: its resources, no other steps, no other values. What was not known
in the first preview may have become known, and a secret is sealed anew each time: these are not compared.
"""

from collections.abc import Collection
from typing import Any

from eventstack.deploy.events import QUIET
from eventstack.deploy.saved_plan import Diff, Planned, Plans

OPERATIONS = ("create", "update")
"""The changing steps that a repeated `up` may take."""

UNKNOWN = "04da6b54-80e4-46f7-96ec-b56ff0331ba9"
"""How the engine writes a value that it does not know yet (its sdk/go/common/resource/plugin/rpc.go)."""

SIGNED = "4dabf18193072939515e22adb298388d"
"""The key by which the engine marks a secret in JSON (its sdk/go/common/resource/sig/sig.go)."""


def surplus(steps: Collection[tuple[str, str]], urns: Collection[str], old: Plans, new: Plans) -> tuple[str, ...]:
    """The steps (URN and operation) that go beyond a preview of these `urns`, in words; empty where none does."""
    found = []
    for urn, op in sorted(steps):
        if op in QUIET:
            continue
        if op not in OPERATIONS or urn not in urns:
            found.append(f"{op} {urn}")
        elif others := _others(op, old.get(urn), new.get(urn)):
            found.append(f"{op} {urn} with another {', '.join(others)}")
    return tuple(found)


def _others(op: str, old: Planned | None, new: Planned | None) -> list[str]:
    """The inputs to which a step would give other values than were previewed."""
    if old is None:
        return []
    before, now = _diff(old), _diff(new)
    known = {**(before.adds or {}), **(before.updates or {})}
    given = {**(now.adds or {}), **(now.updates or {})}
    # Of what was to be created the preview knows every input; of the rest those that were to change. Where the thing
    # is gone since and is created anew, the others are as they were.
    whole = "create" in (old.steps or ())
    closed = whole or op == "update"
    others = [key for key, value in given.items() if (not _same(known[key], value) if key in known else closed)]
    dropped = [] if whole else [key for key in now.deletes or () if key not in (before.deletes or ())]
    return sorted({*others, *dropped})


def _diff(entry: Planned | None) -> Diff:
    return entry.goal.input_diff if entry and entry.goal else Diff()


def _same(one: Any, other: Any) -> bool:
    if UNKNOWN in (one, other) or _secret(one) or _secret(other):
        return True
    if isinstance(one, dict) and isinstance(other, dict):
        return one.keys() == other.keys() and all(_same(one[key], other[key]) for key in one)
    if isinstance(one, list) and isinstance(other, list):
        return len(one) == len(other) and all(map(_same, one, other))
    return bool(one == other)


def _secret(value: Any) -> bool:
    return isinstance(value, dict) and SIGNED in value
