"""Making a stack whole again after something died: what `diagnose` judges is seen here, what it advises is done here.

Every call of the deployer mends what is certain before it goes on (cut-off creates, by the inventory); what needs a
person's consent (restoring lost books, removing a lock that can't be read) only `recover` does, step by step.
"""

from collections.abc import Callable, Collection, Mapping
from datetime import datetime

from eventstack.deploy import adoption, claims, commands, guards, previewed, private
from eventstack.deploy.checkpoint import Checkpoint
from eventstack.deploy.claims import Held
from eventstack.deploy.condition import REVIVE, TORN_S, Condition, Holder, Seen, diagnose, lost, unbooked
from eventstack.deploy.deployer import OnStep
from eventstack.deploy.engine import Engine
from eventstack.deploy.events import decode
from eventstack.deploy.journal import Journal, Operation, StackKey, last_change
from eventstack.deploy.operation import Lines
from eventstack.deploy.request import EVENTS
from eventstack.deploy.running import Runner
from eventstack.deploy.workspace import Workspace
from eventstack.errors import Retryable
from eventstack.planning.found import Found, Silence
from eventstack.planning.instants import told
from eventstack.planning.plan import StackPlan
from eventstack.settings import Settings

Answers = Callable[[StackPlan], Silence | None]
"""Asks the cloud why what was built does not answer; None when it does."""

Revive = Callable[[StackPlan], None]
"""Makes what was built answer again; safe to repeat."""


class Recovery:
    """Looks at stacks and mends them, for one deployer."""

    def __init__(
        self,
        settings: Settings,
        engine: Engine,
        journal: Journal,
        runner: Runner,
        inventory: guards.Inventory,
        *,
        sleep: Callable[[float], None],
        extra: Mapping[str, str],
        silent: Answers = lambda _: None,
        revive: Revive = lambda _: None,
    ) -> None:
        self._settings = settings
        self._engine = engine
        self._journal = journal
        self._runner = runner
        self._inventory = inventory
        self._sleep = sleep
        self._extra = extra
        self._silent = silent
        self._revive = revive

    def diagnose(self, plan: StackPlan, now: datetime) -> Condition:
        """What is wrong with a stack; changes nothing."""
        known = self._journal.stack(StackKey.of(plan))
        operation = self._journal.operation(known.holder) if known.holder else None
        books = self._workspace(plan).books
        return diagnose(
            Seen(
                known=known,
                books=books.look(),
                locks=tuple(books.locks()),
                now=now,
                operation=operation,
                holder=_holder(operation),
                copies=tuple(books.copies()),
                sidecar=books.sidecar(),
                things=self._things(plan),
                planned=tuple(previewed.goals(self._workspace(plan).previewed)),
                last=last_change(self._journal.operations(known.key)),
                silence=self._silence(plan),
            )
        )

    def mend(self, plan: StackPlan, held: Held, *, compare: bool = False) -> None:
        """Settle what creates without an end left: take it into the books, or strike it out of them.

        With `compare`, after an operation that did not end well, the whole books are held against the cloud too: what a
        cut-off delete removed is in them still, and an `up` would take it for built.

        Raises:
            Retryable: when the inventory can't be read.
            Final: when it contradicts itself.
        """
        workspace = self._workspace(plan)
        goals, operation = previewed.goals(workspace.previewed), held.operation
        earlier = self._earlier(plan, operation.intent.id)
        suspects = self._failed_creates(plan, earlier) if earlier else ()
        books = workspace.books.look()
        settled: list[float] = []

        def settle(seconds: float) -> None:
            settled.append(seconds)
            self._sleep(seconds)

        def look() -> adoption.Verdict:
            return adoption.settle(plan, books, self._inventory, settle, goals=goals, suspects=suspects)

        verdict = look()
        if verdict.ids and earlier is not None and earlier.intent.kind == "destroy" and not settled:
            settle(plan.settle_s)  # a lagging cloud still shows what the destroy removed
            verdict = look()
        unsure = compare and bool(books.resources) and earlier is not None and not (earlier.outcome or {}).get("ok")
        if not (verdict.anything or unsure):
            return
        if unsure and not settled:  # what a lagging cloud does not show yet would be taken for gone, and made twice
            settle(plan.settle_s)
        workspace.prepare()
        if verdict.anything:
            self._runner.run(plan, held, commands.export(workspace, self._engine, operation, extra=self._extra))
            file = commands.deployment(workspace, operation)
            private.replace(file, adoption.edited(file.read_text(encoding="utf-8"), verdict, goals))
            self._runner.run(plan, held, commands.put_back(workspace, self._engine, operation, extra=self._extra))
            file.unlink()
        if verdict.ids or unsure:
            targets = _to_compare(books, verdict.ids) if unsure else tuple(verdict.ids)
            refresh = commands.refresh(workspace, self._engine, operation, targets, extra=self._extra)
            self._runner.run(plan, held, refresh)
        held.outcome["recovered"] = [*held.outcome.get("recovered", []), *verdict.lines]

    def _earlier(self, plan: StackPlan, current: str) -> Operation | None:
        """The last operation before this one that may have changed anything: one that got to running a process."""
        kinds = ("up", "destroy", "recover")
        operations = self._journal.operations(StackKey.of(plan))
        ran = [one for one in operations if one.session is not None and not one.refused]
        return next((one for one in reversed(ran) if one.intent.kind in kinds and one.intent.id != current), None)

    def _failed_creates(self, plan: StackPlan, earlier: Operation) -> tuple[str, ...]:
        """The URNs whose creation failed in an operation, as far as its events say."""
        lines = Lines(self._workspace(plan).operations / earlier.intent.id / EVENTS).read()
        seen = [event for line in lines if (event := decode(line))]
        return tuple(event.urn for event in seen if event.kind == "failed" and event.op == "create")

    def recover(self, plan: StackPlan, held: Held, now: datetime, on_step: OnStep) -> None:
        """Do every step that `diagnose` advised, in its order; a dead operation was taken over with the claim."""
        books = self._workspace(plan).books
        for lock in books.locks():
            if lock.pid is None and lock.age_s > TORN_S:
                on_step(f"removing the torn lock file {lock.path.name}")
                lock.path.unlink(missing_ok=True)
        sidecar = books.sidecar()
        if sidecar is not None:
            on_step(f"removing the empty {sidecar.name}")
            sidecar.unlink()
        known, seen, copies = self._journal.stack(StackKey.of(plan)), books.look(), books.copies()
        if copies and (lost(known, seen) or seen.existence == "unknown"):
            on_step(f"restoring the books from {copies[0].path.name} of {told(copies[0].at)}")
            books.restore(copies[0])
            held.outcome["recovered"] = [f"restored the books from {copies[0].path.name}"]
            seen = books.look()
        for urn in seen.creating:
            on_step(f"asking the inventory for {urn}")
        for thing in unbooked(seen, self._things(plan) or ()):
            on_step(f"looking for the place of {thing.resource} in the books")
        self.revive(plan, held, on_step)
        self.mend(plan, held, compare=True)
        held.outcome |= {"ok": True, "at": now.isoformat()}

    def revive(self, plan: StackPlan, held: Held, on_step: OnStep = lambda _: None) -> None:
        """Make what was built answer again, where it does not and can; raises Retryable when it does not come up."""
        silence = self._silence(plan)
        if silence and silence.revivable:
            on_step(REVIVE)
            self._revive(plan)
            held.outcome["recovered"] = [*held.outcome.get("recovered", []), f"{silence.text}: it was started again"]

    def _silence(self, plan: StackPlan) -> Silence | None:
        known = self._journal.stack(StackKey.of(plan))
        built = known.living and known.outputs is not None and bool(self._workspace(plan).books.look().resources)
        return self._silent(plan) if built else None

    def _things(self, plan: StackPlan) -> tuple[Found, ...] | None:
        try:
            return tuple(guards.look(self._inventory, plan.build.tags, plan.build.stack))
        except Retryable:
            return None

    def _workspace(self, plan: StackPlan) -> Workspace:
        return Workspace(self._settings, plan.build.project, plan.build.stack)


def _to_compare(books: Checkpoint, adopted: Collection[str]) -> tuple[str, ...]:
    """All resources, named only where some are left out: what was reported as failed would be taken for whole."""
    return tuple(urn for urn in (*books.resources, *adopted) if urn not in books.unready) if books.unready else ()


def _holder(operation: Operation | None) -> Holder:
    if operation is None or claims.provably_dead(operation):
        return "dead"
    return "overdue" if claims.overdue(operation) else "alive"
