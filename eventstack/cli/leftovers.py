"""What of ours should not be on this machine: found by the inventory, told apart from what somebody still drives.

A thing is a leftover when the process that drove its stack is gone. What may have an audience is none until a person
says so by name and reason, and what can't be looked up is none either.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from eventstack import automation
from eventstack.clouds.local.inventory import by_tags, inventory, remove
from eventstack.deploy import engine, liveness
from eventstack.deploy.journal import Known, StackKey
from eventstack.deploy.journal_sqlite import SqliteJournal
from eventstack.errors import EventstackError, Final
from eventstack.planning import naming
from eventstack.planning.found import Found
from eventstack.settings import Settings


@dataclass(frozen=True)
class Leftover:
    """A thing that is there; `kept` says why it must not be touched, "" when it may be removed."""

    found: Found
    kept: str = ""

    @property
    def plain(self) -> dict[str, Any]:
        """As JSON values."""
        found = self.found
        return {
            "kind": found.kind,
            "identity": found.identity,
            "tag": found.tag,
            "detail": found.detail,
            "marks": list(found.marks),
            "on_air": found.on_air,
            "kept": self.kept,
        }


def look(settings: Settings, *, only: str | None = None, on_air_too: bool = False) -> list[Leftover]:
    """Everything of this owner here, in the order of removal; `only` one occurrence.

    `on_air_too` is a person's word that neither an audience nor a driver protects it. Raises StoreError when the
    journal is there and can't be read: it can't be told then what is still driven.
    """
    things = inventory(settings, **({"occurrence": only} if only else {}))
    if on_air_too:
        return [Leftover(found) for found in things]
    journal = _journal(settings)
    drivers = {stack: _driver(journal, settings.owner, *stack) for stack in {_stack(found) for found in things}}
    return [Leftover(found, _protection(found, drivers[_stack(found)])) for found in things]


def clear(leftovers: Sequence[Leftover]) -> list[str]:
    """Remove what may be removed, each by its identity; what withstood, in words."""
    withstood = []
    for leftover in leftovers:
        if not leftover.kept:
            try:
                remove(leftover.found)
            except (EventstackError, OSError) as fault:
                withstood.append(f"{leftover.found.detail}: {fault}")
    return withstood


def books(settings: Settings, *, only: str | None = None) -> list[Known]:
    """Stacks that stand in the engine's books, that nobody drives and of which nothing is on this machine any more;
    children before what they stand on.
    """
    journal = _journal(settings)
    known = journal.stacks(settings.owner) if journal else []
    orphans = [
        one
        for one in known
        if one.living
        and one.plan
        and only in (None, one.plan.build.occurrence)
        and not _driver_of(journal, one.key)
        and not by_tags(settings, one.plan.build.tags)
    ]
    return sorted(orphans, key=lambda one: one.key.project == naming.PROJECTS["foundation"])


def close(settings: Settings, known: Known) -> str:
    """Bring the engine's books of a stack that is gone to their end: destroyed, proven, forgotten. Why not, else ""."""
    found, _ = engine.find(settings)
    if found is None or known.plan is None:
        return "the engine is not here: `eventstack doctor` says how to get it"
    deployer = automation.deployer(settings, known.plan.build.cloud, found=found)
    cut = ""
    try:
        try:
            deployer.destroy(known.plan, reason="swept")
        except Final as fault:
            cut = str(fault)  # a create that was cut off leaves a doubt in the books, which the inventories settle
        if not deployer.evidence(known.plan).clean:
            return cut or "two inventories still show something of it"
        deployer.forget(known.plan)
    except EventstackError as fault:
        return str(fault)
    return ""


def _journal(settings: Settings) -> SqliteJournal | None:
    path = settings.state / "journal.sqlite3"
    return SqliteJournal(path) if path.exists() else None


def _stack(found: Found) -> tuple[str, str, str]:
    keys = ("eventstack-occurrence", "eventstack-incarnation", "eventstack-layer")
    occurrence, incarnation, layer = (found.tag.get(key, "") for key in keys)
    return occurrence, incarnation, layer


def _driver(journal: SqliteJournal | None, owner: str, occurrence: str, incarnation: str, layer: str) -> int | None:
    project = naming.PROJECTS.get(layer)
    if journal is None or project is None or not incarnation.isdigit():
        return None
    return _driver_of(journal, StackKey(owner, project, naming.stack_name(occurrence, int(incarnation))))


def _driver_of(journal: SqliteJournal | None, key: StackKey) -> int | None:
    """A process that works on a stack, or has worked on it, and still runs; the latest of them."""
    for operation in reversed(journal.operations(key) if journal else []):
        if operation.intent.boot != liveness.boot():
            continue
        for process in (operation.intent.caller, operation.process):
            if process and liveness.alive(process):
                return process.pid
    return None


def _protection(found: Found, driver: int | None) -> str:
    if found.on_air:
        return "on air"
    return f"driven by process {driver}" if driver else ""
