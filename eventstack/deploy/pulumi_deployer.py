"""The `Deployer` on the Pulumi engine.

Each call reads top to bottom: claim the stack, see that no promise forbids it, write down what begins, run one process
in a session of its own, judge its end by exit code, events and the engine's books, write down what came of it.
"""

import dataclasses
import os
import time
from collections.abc import Callable, Mapping
from contextlib import AbstractContextManager
from datetime import UTC, datetime

from eventstack.deploy import cards, claims, commands, evidence, forget, guards, passphrase, previewed
from eventstack.deploy.cards import Card
from eventstack.deploy.claims import Held
from eventstack.deploy.deployer import Evidence, OnProgress, Outcome, Override, StackState
from eventstack.deploy.engine import Engine
from eventstack.deploy.journal import Journal, StackKey, Work
from eventstack.deploy.journal_sqlite import SqliteJournal
from eventstack.deploy.operation import Command
from eventstack.deploy.redact import redactor
from eventstack.deploy.running import Runner, nothing_to_do
from eventstack.deploy.workspace import Workspace
from eventstack.errors import Refused
from eventstack.planning.plan import StackPlan
from eventstack.settings import Settings

PROGRAM = "eventstack.program:build"
"""The program of every stack: a function of `StackPlan.build`."""


def utc_now() -> datetime:
    """The time of this machine, in UTC."""
    return datetime.now(UTC)


class PulumiDeployer:
    """Builds, observes and removes the stacks of one owner; safe to share between threads.

    `inventory`, `remove`, `on_air` and `accounted` are the cloud's answers; `card` makes the control card of a stack
    that was built; `record_of` names the occurrence under whose records a stack's evidence and logs are kept (a
    rehearsal keeps its foundation's beside its event's); `extra` is added to the environment of every engine.
    """

    def __init__(
        self,
        settings: Settings,
        engine: Engine,
        *,
        inventory: guards.Inventory,
        remove: evidence.Remove,
        on_air: guards.OnAir,
        accounted: evidence.Accounted = lambda _: [],
        card: Card | None = None,
        record_of: Callable[[StackPlan], str] = lambda plan: plan.build.occurrence,
        journal: Journal | None = None,
        program: str = PROGRAM,
        extra: Mapping[str, str] | None = None,
        clock: Callable[[], datetime] = utc_now,
        sleep: Callable[[float], None] = time.sleep,
    ) -> None:
        # The engine that was found is from here on the one that is set: it also reads the books where only it can.
        self.settings = dataclasses.replace(settings, engine=engine.path)
        self.engine = engine
        self.journal: Journal = journal or SqliteJournal(settings.state / "journal.sqlite3")
        self._inventory = inventory
        self._remove = remove
        self._on_air = on_air
        self._accounted = accounted
        self._card = card
        self._record_of = record_of
        self._program = program
        self._extra = dict(extra or {})
        self._clock = clock
        self._sleep = sleep
        self._runner = Runner(self.settings, self.journal, clock)

    def preview(self, plan: StackPlan, on_progress: OnProgress = lambda _: None) -> Outcome:
        """Say what `up` would do and keep the engine's saved plan for it; the first time, make the stack."""
        workspace = self._workspace(plan)
        with self._hold(plan, "preview") as held:
            known = self.journal.stack(StackKey.of(plan))
            guards.new_incarnation(known)
            workspace.prepare(plan.build)
            create = guards.must_create(known, workspace.books.look())
            if known.plan is None:
                self.journal.planned(plan)
            if create:
                self.journal.created(known.key, "intent")
            command = self._worker(held, plan, create=create)
            outcome, tally = self._runner.run(plan, held, command, on_progress)
            if known.created != "yes":
                self.journal.created(known.key, "yes")
            kept = previewed.Previewed(build_hash=plan.build_hash, build=plan.build, urns=tuple(sorted(tally.steps)))
            previewed.keep(workspace.previewed, kept)
        return outcome

    def up(self, plan: StackPlan, *, build_hash: str, on_progress: OnProgress = lambda _: None) -> Outcome:
        """Make the stack what the plan says, if exactly that was previewed; writes the control card.

        Repeated for the same build, it is previewed anew and accepted only if it completes what was previewed.
        """
        workspace = self._workspace(plan)
        with self._hold(plan, "up") as held:
            known = self.journal.stack(StackKey.of(plan))
            guards.new_incarnation(known)
            kept = previewed.demand(workspace.previewed, plan, build_hash)
            guards.same_parents(plan, self.journal)
            books = workspace.books.look()
            if books.resources and known.plan is not None and known.plan.build_hash != plan.build_hash:
                guards.off_air(plan, self._on_air, None)
            workspace.prepare(plan.build)
            if guards.must_create(known, books):
                raise Refused("nothing was previewed for this stack", rule=previewed.RULE, override="preview it first")
            guards.nothing_pending(books, str(known.key), "up")
            self.journal.planned(plan)
            previewed.begin(workspace.previewed, kept)
            command = self._worker(held, plan, again=kept.urns if kept.begun else None)
            outcome, tally = self._runner.run(plan, held, command, on_progress)
            guards.nothing_pending(workspace.books.look(), str(known.key), "up")
            self.journal.built(known.key, tally.outputs)
            card = self._card(plan, tally.outputs) if self._card else None
            if card is not None:
                cards.write(self.settings, plan.build.occurrence, card)
        return outcome

    def destroy(
        self,
        plan: StackPlan,
        *,
        reason: str,
        override: Override | None = None,
        on_progress: OnProgress = lambda _: None,
    ) -> Outcome:
        """Remove every resource of the stack; refuses on air (unless a person overrides it) and while a child lives."""
        workspace = self._workspace(plan)
        why = f"{reason} (override by {override.person}: {override.reason})" if override else reason
        with self._hold(plan, "destroy", detail=why) as held:
            known = self.journal.stack(StackKey.of(plan))
            books = workspace.books.look()
            never = known.forgotten is not None or known.created == "no"
            if books.existence == "absent" and never:
                return nothing_to_do(plan, held)
            guards.must_create(known, books)
            guards.childless(plan, self.journal, self._inventory)
            if books.resources:
                guards.off_air(plan, self._on_air, override)
                workspace.prepare()
                command = commands.destroy(
                    workspace, self.engine, held.operation, parallel=self.settings.parallel, extra=self._extra
                )
                outcome, _ = self._runner.run(plan, held, command, on_progress)
            else:
                outcome = nothing_to_do(plan, held)
            left = workspace.books.look()
            guards.nothing_pending(left, str(known.key), "destroy")
            guards.empty(left, str(known.key))
        return outcome

    def evidence(self, plan: StackPlan) -> Evidence:
        """Two inventories by tag, strays between them removed by identity; written to the occurrence's records."""
        with self._hold(plan, "evidence") as held:
            found, line = evidence.take(
                plan,
                self._workspace(plan).books.look(),
                inventory=self._inventory,
                remove=self._remove,
                accounted=self._accounted,
                clock=self._clock,
                sleep=self._sleep,
            )
            record = self._record_of(plan)
            path = self.settings.records / record / "evidence.json"
            evidence.write(path, record, line)
            verdict = {"clean": found.clean, "at": line["inventories"][1]["at"], "path": str(path)}
            self.journal.proved(StackKey.of(plan), verdict)
            held.outcome = {"ok": True, **verdict}
        return Evidence(found.clean, found.inventories, found.accounted, str(path))

    def forget(self, plan: StackPlan) -> None:
        """Remove the stack from the engine's books and this machine, its card last; its logs go to the records."""
        workspace = self._workspace(plan)
        key = StackKey.of(plan)
        if self.journal.stack(key).forgotten is not None:
            return
        with self._hold(plan, "forget") as held:
            known = self.journal.stack(key)
            if known.created != "no" and not (known.evidence or {}).get("clean"):
                raise Refused(
                    f"there is no clean evidence for {key}",
                    rule="a stack is forgotten last, when two inventories show nothing of it",
                    override="take the evidence again; remove what it names",
                )
            books = workspace.books.look()
            guards.empty(books, str(key))
            if books.existence == "present":
                workspace.prepare()
                command = commands.remove(workspace, self.engine, held.operation, extra=self._extra)
                self._runner.run(plan, held, command, lambda _: None)
            logs = self.settings.records / self._record_of(plan) / "logs"
            forget.keep_logs(workspace, logs, redactor(plan.build, workspace.passphrase, os.environ))
            forget.clear(workspace)
            cards.remove(self.settings, plan.build.occurrence)
            self.journal.forgot(key, at=self._clock())

    def observe(self, project: str, stack: str) -> StackState:
        """Look at one stack in the engine's books; what can't be read, or contradicts the journal, is `unknown`."""
        books = Workspace(self.settings, project, stack).books.look()
        known = self.journal.stack(StackKey(self.settings.owner, project, stack))
        if known.created == "yes" and known.living and books.existence == "absent":
            return StackState(
                project, stack, "unknown", detail="the journal knows this stack, the engine's books don't"
            )
        return StackState(project, stack, books.existence, len(books.resources), len(books.pending), books.detail)

    def cancel(self) -> None:
        """Interrupt every operation that this deployer runs now, once and politely; returns at once."""
        self._runner.interrupt()

    def next_incarnation(self, project: str, occurrence: str) -> int:
        """The number of the next building of an occurrence's stack, from 1."""
        used = [
            operation.intent.incarnation
            for known in self.journal.stacks(self.settings.owner)
            if known.key.project == project
            for operation in self.journal.operations(known.key)
            if operation.intent.occurrence == occurrence
        ]
        return max(used, default=0) + 1

    def _workspace(self, plan: StackPlan) -> Workspace:
        return Workspace(self.settings, plan.build.project, plan.build.stack)

    def _hold(self, plan: StackPlan, kind: Work, *, detail: str = "") -> AbstractContextManager[Held]:
        if kind != "evidence":
            passphrase.ready(self.settings)
        return claims.hold(self.journal, self._workspace(plan), plan, kind, clock=self._clock, detail=detail)

    def _worker(
        self, held: Held, plan: StackPlan, *, create: bool = False, again: tuple[str, ...] | None = None
    ) -> Command:
        return commands.worker(
            self._workspace(plan),
            self.engine,
            held.operation,
            plan.build,
            program=self._program,
            parallel=self.settings.parallel,
            extra=self._extra,
            create=create,
            again=again,
        )
