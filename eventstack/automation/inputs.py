"""From files that a caller names to a plan; faults that planning finds get the place of the value."""

import dataclasses
import json
import re
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from eventstack import clouds
from eventstack.errors import ConfigError, Fault
from eventstack.models.event import Event
from eventstack.models.load import Loaded, load_profile
from eventstack.models.profile import Profile
from eventstack.models.yaml_reader import Document
from eventstack.planning.plan import Parent, StackPlan
from eventstack.planning.resolve import recorded, resolve


def planned(
    event: Loaded[Event],
    search: Sequence[Path],
    owner: str,
    parents: Sequence[Parent] = (),
    *,
    incarnation: int = 1,
) -> tuple[Profile, StackPlan]:
    """The event's profile (looked for in `search`, beside the event, then among the shipped ones) and its plan."""
    beside = Path(event.document.file).absolute().parent
    try:
        facts = clouds.facts(event.model.cloud)
        profile = load_profile(event.model.profile, (*search, beside))
        others = [clouds.facts(name) for name in clouds.CLOUDS]
        return profile, resolve(
            event.model, profile, facts, parents, owner=owner, incarnation=incarnation, others=others
        )
    except ConfigError as error:
        raise ConfigError(*(_placed(fault, event.document) for fault in error.faults)) from error


def read_parent(path: Path) -> Parent:
    """A layer's outputs as `pulumi stack output --json` writes them; raises ConfigError for anything else."""
    try:
        outputs: Any = json.loads(path.read_text())
    except (OSError, ValueError) as cause:
        raise ConfigError(Fault(f"can't be read as JSON: {cause}", file=str(path))) from cause
    if not isinstance(outputs, dict):
        raise ConfigError(Fault("not the outputs of a stack", file=str(path), allowed="a JSON object"))
    try:
        return recorded(outputs)
    except ConfigError as error:
        raise ConfigError(*(dataclasses.replace(fault, file=str(path)) for fault in error.faults)) from error


def _placed(fault: Fault, document: Document) -> Fault:
    if fault.file or not fault.field:
        return fault
    path = tuple(int(part) if part.isdigit() else part for part in re.findall(r"[^.\[\]]+", fault.field))
    line, column = document.mark(path)
    return dataclasses.replace(fault, file=document.file, line=line, column=column)
