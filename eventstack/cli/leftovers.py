"""What of ours should not be on this machine: found by the inventory, told apart from what is in use.

A thing is a leftover when the journal does not know its stack, or calls it forgotten; or when the stack was to go with
the process that drove it (a rehearsal's), and that is gone. What was built to stand stands, whether or not its builder
lives. What may have an audience, or is held, is none until a person says so by name and reason; what can't be looked
up is none either.
"""

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

from eventstack import automation
from eventstack.clouds.local.inventory import by_tags, inventory, remove
from eventstack.deploy import engine, liveness
from eventstack.deploy.deployer import Override
from eventstack.deploy.journal import Journal, Known, Operation, StackKey
from eventstack.deploy.journal_sqlite import SqliteJournal
from eventstack.deploy.turns import goes_with_its_driver
from eventstack.errors import EventstackError, Final
from eventstack.planning import naming
from eventstack.planning.found import Found
from eventstack.settings import Settings


@dataclass(frozen=True)
class Lifted:
    """What a person lifts by name and reason: the protection of an audience and of a driver, and that of a hold."""

    on_air: bool = False
    held: bool = False


NOTHING = Lifted()


@dataclass(frozen=True)
class Use:
    """Why the things of one stack stay: a hold, a process at work, or that it was built to stand; "" for none."""

    held: str = ""
    driven: str = ""
    stands: str = ""

    def __bool__(self) -> bool:
        return bool(self.held or self.driven or self.stands)


@dataclass(frozen=True)
class Leftover:
    """A thing that is there; `kept` says why it must not be touched, "" when it may be removed; `used` says that it is
    no leftover at all.
    """

    found: Found
    kept: str = ""
    used: bool = False

    @property
    def stack(self) -> StackKey | None:
        """The stack that it belongs to, as far as its tags can name one."""
        return _key(self.found)

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


def look(settings: Settings, *, only: str | None = None, lifted: Lifted = NOTHING) -> list[Leftover]:
    """Everything of this owner here, in the order of removal; `only` one occurrence.

    What stands goes by a person's word only where that is named (`only`) or has an audience itself.
    Raises StoreError when the journal is there and can't be read: it can't be told then what is still in use.
    """
    things = inventory(settings, **({"occurrence": only} if only else {}))
    journal = _journal(settings)
    uses = {key: _use(journal, key) for key in {_key(found) for found in things}}
    return [_judged(found, uses[_key(found)], lifted, named=only is not None) for found in things]


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


def books(settings: Settings, *, only: str | None = None, swept: Collection[StackKey] = ()) -> list[Known]:
    """Stacks that stand in the engine's books, that nobody uses and of which nothing is on this machine any more;
    children before what they stand on. Of `swept` ones a person has said that they go.
    """
    journal = _journal(settings)
    known = journal.stacks(settings.owner) if journal else []
    orphans = [
        one
        for one in known
        if one.living
        and one.plan
        and only in (None, one.plan.build.occurrence)
        and (one.key in swept or not _use(journal, one.key))
        and not by_tags(settings, one.plan.build.tags)
    ]
    return sorted(orphans, key=lambda one: one.key.project == naming.PROJECTS["foundation"])


def close(settings: Settings, known: Known, override: Override | None = None) -> str:
    """Bring the engine's books of a stack that is gone to their end: destroyed, proven, forgotten. Why not, else ""."""
    found, _ = engine.find(settings)
    if found is None or known.plan is None:
        return "the engine is not here: `eventstack doctor` says how to get it"
    cut = ""
    try:
        deployer = automation.deployer(settings, known.plan.build.cloud, found=found)
        try:
            deployer.destroy(known.plan, reason="swept", override=override)
        except Final as fault:
            cut = str(fault)  # a create that was cut off leaves a doubt in the books, which the inventories settle
        if not deployer.evidence(known.plan, override=override).clean:
            return cut or "two inventories still show something of it"
        deployer.forget(known.plan)
    except EventstackError as fault:
        return str(fault)
    return ""


def _journal(settings: Settings) -> SqliteJournal | None:
    path = settings.state / "journal.sqlite3"
    return SqliteJournal(path) if path.exists() else None


def _key(found: Found) -> StackKey | None:
    keys = ("eventstack-owner", "eventstack-occurrence", "eventstack-incarnation", "eventstack-layer")
    owner, occurrence, incarnation, layer = (found.tag.get(key, "") for key in keys)
    project = naming.PROJECTS.get(layer)
    if project is None or not incarnation.isdigit():
        return None
    return StackKey(owner, project, naming.stack_name(occurrence, int(incarnation)))


def _use(journal: Journal | None, key: StackKey | None) -> Use:
    if journal is None or key is None:
        return Use()
    known, operations = journal.stack(key), journal.operations(key)
    driver = _driver(operations)
    return Use(
        held=known.hold.words if known.hold and known.hold.holds(datetime.now(UTC)) else "",
        driven=f"driven by process {driver}" if driver else "",
        stands=_stands(journal, known, operations),
    )


def _stands(journal: Journal, known: Known, operations: Sequence[Operation]) -> str:
    """That a stack was built to stand, or that one stands on it, in words; "" for neither."""
    if not known.living:
        return ""
    if not goes_with_its_driver(operations):
        name = known.plan.build.occurrence if known.plan else known.key.stack
        return f"stands, `eventstack destroy {name}` removes it"
    above = (child for child in journal.children(known.key) if child.living)
    standing = next((child for child in above if not goes_with_its_driver(journal.operations(child.key))), None)
    return f"{standing.key} stands on it" if standing else ""


def _driver(operations: Sequence[Operation]) -> int | None:
    """A process that works on a stack, or has worked on it, and still runs; the latest of them."""
    for operation in reversed(operations):
        if operation.intent.boot != liveness.boot():
            continue
        for process in (operation.intent.caller, operation.process):
            if process and liveness.alive(process):
                return process.pid
    return None


def _judged(found: Found, use: Use, lifted: Lifted, *, named: bool) -> Leftover:
    going = lifted.on_air and (named or (found.on_air and found.tag.get("eventstack-layer") == "event"))
    reasons = [
        "" if lifted.held else use.held,
        "on air" if found.on_air and not lifted.on_air else "",
        "" if going else use.stands,
        "" if lifted.on_air else use.driven,
    ]
    kept = next(filter(None, reasons), "")
    return Leftover(found, kept, used=bool(kept and use))
