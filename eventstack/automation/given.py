"""Which stack a caller means: by an event file, a plan, an occurrence's id or a stack's name."""

import re
from collections.abc import Sequence
from difflib import get_close_matches
from pathlib import Path

from eventstack.deploy.journal import Known, StackKey
from eventstack.errors import ConfigError, Fault
from eventstack.planning import naming
from eventstack.planning.plan import StackPlan

Event = str | Path | StackPlan
"""An event file (`.yaml`), a plan's file (`.json`), a `StackPlan`, or the name of what the journal knows: an occurrence
or a foundation, a stack, or `project/stack`."""

SHOWN = 12
"""How many names a message lists."""

_STACK = re.compile(r"(.+)-i([1-9][0-9]*)")


def is_file(event: Event) -> bool:
    """Whether a file is meant, by how it is spelt: by its ending, or as a path from a folder that is named."""
    if isinstance(event, StackPlan):
        return False
    return isinstance(event, Path) or event.endswith((".yaml", ".yml", ".json")) or event.startswith((".", "/"))


def is_plan_file(event: Event) -> bool:
    """Whether a plan's JSON is meant."""
    return is_file(event) and str(event).endswith(".json")


def read_plan(path: str | Path) -> StackPlan:
    """Read a plan as `eventstack plan --json` writes it; raises ConfigError for anything else."""
    import msgspec

    try:
        return StackPlan.from_json(Path(path).read_bytes())
    except (OSError, msgspec.DecodeError) as cause:
        hint = "write it with: eventstack plan EVENT.yaml --json"
        raise ConfigError(Fault(f"not a plan: {cause}", file=str(path), hint=hint)) from cause


def occurrence_of(known: Known) -> str:
    """The occurrence, or the foundation's name, that a stack was made for."""
    if known.plan:
        return known.plan.build.occurrence
    match = _STACK.fullmatch(known.key.stack)
    return match[1] if match else known.key.stack


def incarnation_of(known: Known) -> int:
    """Which building of its occurrence a stack is."""
    match = _STACK.fullmatch(known.key.stack)
    return int(match[2]) if match else 1


def of_occurrence(known: Sequence[Known], project: str, occurrence: str) -> list[Known]:
    """Every stack that an occurrence had, the latest last."""
    theirs = [one for one in known if one.key.project == project and occurrence_of(one) == occurrence]
    return sorted(theirs, key=incarnation_of)


def next_incarnation(known: Sequence[Known], project: str, occurrence: str) -> int:
    """The incarnation to build: that of a stack which is not forgotten, else the one after the last."""
    theirs = of_occurrence(known, project, occurrence)
    if not theirs:
        return 1
    latest = theirs[-1]
    return incarnation_of(latest) + (latest.forgotten is not None)


def latest(known: Sequence[Known], owner: str, project: str, occurrence: str) -> Known:
    """The latest stack of an occurrence; a fresh value under the first one's name when it never had any."""
    theirs = of_occurrence(known, project, occurrence)
    return theirs[-1] if theirs else Known(StackKey(owner, project, naming.stack_name(occurrence, 1)))


def by_name(known: Sequence[Known], name: str) -> Known:
    """The stack of that name; of an occurrence's, the latest.

    Raises ConfigError when there is none, or when an event and a foundation share the name.
    """
    exact = [one for one in known if name in (str(one.key), one.key.stack)]
    meant = exact or [one for one in known if occurrence_of(one) == name]
    projects = sorted({one.key.project for one in meant})
    if len(projects) > 1:
        living = sorted({one.key.project for one in meant if one.living})
        if len(living) != 1:
            stacks = ", ".join(str(max(_in(meant, project), key=incarnation_of).key) for project in projects)
            raise ConfigError(Fault("more than one stack has that name", field="EVENT", given=name, allowed=stacks))
        projects = living
    if not meant:
        raise ConfigError(_unknown(known, name))
    return max(_in(meant, projects[0]), key=incarnation_of)


def _in(known: Sequence[Known], project: str) -> list[Known]:
    return [one for one in known if one.key.project == project]


def _unknown(known: Sequence[Known], name: str) -> Fault:
    names = sorted({occurrence_of(one) for one in known if one.living})
    near = get_close_matches(name, names, n=1)
    more = f" and {len(names) - SHOWN} more" if len(names) > SHOWN else ""
    hint = f"did you mean {near[0]}?" if near else "an event's file is named with its ending, as talk.yaml"
    allowed = f"{', '.join(names[:SHOWN])}{more}" if names else "none: no stack stands here"
    return Fault("no stack of that name", field="EVENT", given=name, allowed=allowed, hint=hint)


def shown(event: Event) -> str:
    """What was given, as a message may quote it."""
    return event.build.stack if isinstance(event, StackPlan) else str(event)
