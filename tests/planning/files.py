"""Documents as files hold them: other values at their paths, and every value that stands in one."""

import copy
import json
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from eventstack.automation.inputs import planned
from eventstack.errors import ConfigError, Fault, NotOffered
from eventstack.models.event import Event
from eventstack.models.load import read_event, read_profile
from eventstack.models.profile import Profile
from eventstack.models.yaml_reader import read
from eventstack.planning.plan import StackPlan
from tests.planning.changes import GONE, OWNER

PARTS = re.compile(r"[^.\[\]]+")
"""The parts of a path."""

Document = dict[str, Any]


@dataclass(frozen=True)
class Answer:
    """What comes of two files: a plan, or faults."""

    plan: StackPlan | None
    faults: tuple[Fault, ...] = ()

    @property
    def told(self) -> set[str]:
        """The fields that the faults name."""
        return {str(fault.field).removeprefix("overrides.") for fault in self.faults}


def answer(event: dict[str, Any], profile: dict[str, Any], folder: Path) -> Answer:
    """What files with this in them come to."""
    (folder / "wide.yaml").write_text(json.dumps(profile), encoding="utf-8")
    try:
        loaded = read_event(read(json.dumps(event).encode(), str(folder / "event.yaml")))
        _, plan = planned(loaded, [folder], OWNER)
    except (ConfigError, NotOffered) as error:
        return Answer(None, error.faults)
    return Answer(plan)


def written(document: dict[str, Any], values: Mapping[str, Any]) -> dict[str, Any]:
    """The document with other values at these paths."""
    document = copy.deepcopy(document)
    for path, value in values.items():
        *around, last = [int(part) if part.isdigit() else part for part in PARTS.findall(path)]
        holder: Any = document
        for part in around:
            holder = holder.setdefault(part, {}) if isinstance(holder, dict) else holder[part]
        if value == GONE:
            holder.pop(last, None)
        else:
            holder[last] = copy.deepcopy(value)
    return document


def leaves(value: Any, path: tuple[str, ...]) -> Iterator[tuple[str, ...]]:
    """The path of each value that holds no others."""
    inner = value.items() if isinstance(value, dict) else enumerate(value) if isinstance(value, (list, tuple)) else ()
    found = False
    for name, item in inner:
        found = True
        yield from leaves(item, (*path, str(name)))
    if not found:
        yield path


def event_of(document: Document) -> Event:
    """The event that a file with this in it holds; raises ConfigError as that would."""
    return read_event(read(json.dumps(document).encode(), "/files/event.yaml")).model


def profile_of(document: Document) -> Profile:
    """The profile that a file with this in it holds; raises ConfigError as that would."""
    return read_profile(read(json.dumps(document).encode(), "/files/wide.yaml")).model
