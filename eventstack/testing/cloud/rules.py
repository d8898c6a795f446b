"""Rules of state: what a vendor refuses because of what exists. Each is a pure function under a name.

A test lays one on a thing's name, its type or "*", with the values that it takes:

| rule | refuses | takes |
|---|---|---|
| `in-use` | the delete of a thing that another existing thing names in its inputs, by id or arn | |
| `needs` | the create of a thing that names, in the field, an id or arn that does not exist | `field` |
| `unique-name` | the create of a thing whose field has the value of another of its type | `field` (`name`) |
| `limit` | the create of one more than so many of its type | `count` |
| `idle-first` | the update or delete of a thing in that state | `state` (`running`) |
| `fixed` | the update that changes the field | `field` |
"""

from collections.abc import Callable, Iterator, Mapping
from typing import Any

from eventstack.testing.cloud.records import ARN, Asked, Existing

World = Mapping[str, Existing]
Check = Callable[[World, Asked, Mapping[str, Any]], str]
"""What a rule says against a request; "" when it has nothing against it."""


def _in_use(world: World, asked: Asked, _values: Mapping[str, Any]) -> str:
    users = [one.id for one in world.values() if one.id != asked.id and _names(one.inputs, asked.id)]
    return f"{asked.id} is in use by {', '.join(sorted(users))}" if asked.op == "delete" and users else ""


def _needs(world: World, asked: Asked, values: Mapping[str, Any]) -> str:
    wanted = str(asked.inputs.get(values["field"], ""))
    missing = asked.op == "create" and wanted.removeprefix(ARN) not in world
    return f"{asked.name} needs {values['field']}, and {wanted or 'nothing'} does not exist" if missing else ""


def _unique_name(world: World, asked: Asked, values: Mapping[str, Any]) -> str:
    name = values.get("field", "name")
    value = asked.inputs.get(name)
    taken = [one.id for one in world.values() if one.type == asked.type and one.inputs.get(name) == value]
    return f"{name} is taken by {taken[0]}" if asked.op == "create" and value is not None and taken else ""


def _limit(world: World, asked: Asked, values: Mapping[str, Any]) -> str:
    there = sum(1 for one in world.values() if one.type == asked.type)
    over = asked.op == "create" and there >= values["count"]
    return f"the limit of {values['count']} {asked.type} is reached" if over else ""


def _idle_first(world: World, asked: Asked, values: Mapping[str, Any]) -> str:
    state = values.get("state", "running")
    busy = asked.op in ("update", "delete") and asked.id in world and world[asked.id].state == state
    return f"{asked.id} is {state}: it must be stopped first" if busy else ""


def _fixed(world: World, asked: Asked, values: Mapping[str, Any]) -> str:
    name = values["field"]
    changed = asked.op == "update" and world[asked.id].inputs.get(name) != asked.inputs.get(name)
    return f"{name} of {asked.id} can't be changed" if changed else ""


RULES: Mapping[str, tuple[Check, frozenset[str], frozenset[str]]] = {
    "in-use": (_in_use, frozenset(), frozenset()),
    "needs": (_needs, frozenset({"field"}), frozenset({"field"})),
    "unique-name": (_unique_name, frozenset(), frozenset({"field"})),
    "limit": (_limit, frozenset({"count"}), frozenset({"count"})),
    "idle-first": (_idle_first, frozenset(), frozenset({"state"})),
    "fixed": (_fixed, frozenset({"field"}), frozenset({"field"})),
}
"""Every rule: its check, the values that it must be given, and those that it may be given."""


def _names(value: Any, identity: str) -> bool:
    return any(text in (identity, ARN + identity) for text in _texts(value))


def _texts(value: Any) -> Iterator[str]:
    match value:
        case str():
            yield value
        case dict():
            for inner in value.values():
                yield from _texts(inner)
        case list():
            for inner in value:
                yield from _texts(inner)
