"""The `Deployer` on the Pulumi engine.

Each call reads top to bottom: take a place in the line, claim the stack, mend what an earlier operation left, see that
no promise forbids it, write down what begins, run one process in a session of its own, judge its end by exit code,
events and the engine's books, write down what came of it. A call for a stack that somebody works on follows that work.
"""

import dataclasses
import os
import time
from collections.abc import Callable, Mapping
from datetime import UTC, datetime

from eventstack.deploy import (
    cards,
    claims,
    commands,
    evidence,
    forget,
    guards,
    incarnations,
    previewed,
    retained,
)
from eventstack.deploy.cards import Card
from eventstack.deploy.claims import Held
from eventstack.deploy.condition import Condition, lost
from eventstack.deploy.deployer import Evidence, OnProgress, OnStep, Outcome, Override, StackState
from eventstack.deploy.engine import Engine
from eventstack.deploy.journal import Hold, Journal, Known, Operation, StackKey
from eventstack.deploy.journal_sqlite import SqliteJournal
from eventstack.deploy.line import Urgency
from eventstack.deploy.operation import Command
from eventstack.deploy.recovery import Answers, Recovery, Revive
from eventstack.deploy.redact import redactor
from eventstack.deploy.running import Runner, nothing_to_do
from eventstack.deploy.turns import DRIVEN, Turns
from eventstack.deploy.verdict import Beyond
from eventstack.deploy.workspace import Workspace
from eventstack.errors import Refused
from eventstack.planning.found import Found
from eventstack.planning.plan import StackPlan
from eventstack.settings import Settings

PROGRAM = "eventstack.program:build"
"""The program of every stack: a function of `StackPlan.build`."""


def utc_now() -> datetime:
    """The time of this machine, in UTC."""
    return datetime.now(UTC)


class PulumiDeployer:
    """Builds, observes and removes the stacks of one owner; safe to share between threads.

    `inventory`, `remove`, `on_air` and `accounted` are the cloud's answers; `silent` tells why what stands does not
    answer, `revive` makes it; `card` makes the control card of a stack that was built; `record_of` names the occurrence
    under whose records a stack's evidence and logs are kept (a rehearsal keeps its foundation's beside its event's);
    `extra` is added to the environment of every engine. `urgency` is its place in the line; `patience_s` how long a
    call waits there, or follows somebody else's operation, before it raises `Busy`. `driven` says that its caller stays
    with what it builds until it has removed it, so that what is left of it when that caller is dead is nobody's (a
    rehearsal).
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
        silent: Answers = lambda _: None,
        revive: Revive = lambda _: None,
        card: Card | None = None,
        record_of: Callable[[StackPlan], str] = lambda plan: plan.build.occurrence,
        journal: Journal | None = None,
        program: str = PROGRAM,
        extra: Mapping[str, str] | None = None,
        clock: Callable[[], datetime] = utc_now,
        sleep: Callable[[float], None] = time.sleep,
        urgency: Urgency = "scheduled",
        patience_s: float = 0.0,
        driven: bool = False,
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
        self._urgency: Urgency = urgency
        self._driven = DRIVEN if driven else ""
        self._runner = Runner(self.settings, self.journal, clock)
        self._turns = Turns(self.settings, self.journal, self._runner, clock, urgency=urgency, patience_s=patience_s)
        self._recovery = Recovery(
            self.settings,
            self.engine,
            self.journal,
            self._runner,
            inventory,
            sleep=sleep,
            extra=self._extra,
            silent=silent,
            revive=revive,
        )

    def preview(self, plan: StackPlan, on_progress: OnProgress = lambda _: None) -> Outcome:
        """Say what `up` would do and keep the engine's saved plan for it; the first time, make the stack."""
        return self._turns.or_follow(plan, "preview", on_progress, lambda: self._preview(plan, on_progress))

    def _preview(self, plan: StackPlan, on_progress: OnProgress) -> Outcome:
        workspace = self._workspace(plan)
        with self._turns.take(plan, "preview", detail=self._driven) as held:
            known = self.journal.stack(StackKey.of(plan))
            guards.new_incarnation(known)
            workspace.prepare(plan.build)
            create = guards.must_create(known, workspace.books.look())
            guards.parents_stand(plan, self.journal)
            if known.plan is None:
                self.journal.planned(plan)
            if create:
                self.journal.created(known.key, "intent")
            else:
                self._recovery.mend(plan, held)
            guards.parents_stand(plan, self.journal)
            outcome, tally = self._runner.run(plan, held, self._worker(held, plan, create=create), on_progress)
            if known.created != "yes":
                self.journal.created(known.key, "yes")
            previewed.keep(workspace.previewed, previewed.of(workspace.previewed, plan, sorted(tally.steps)))
        return outcome

    def up(
        self,
        plan: StackPlan,
        *,
        build_hash: str,
        unpreviewed: bool = False,
        on_progress: OnProgress = lambda _: None,
    ) -> Outcome:
        """Make the stack what the plan says, if exactly that was previewed; writes the control card.

        Repeated for the same build, it is previewed anew and accepted only if it completes what was previewed.
        With `unpreviewed` the build hash alone says what runs, and a stack that is not there is made first.
        """
        begin = lambda: self._up(plan, build_hash, on_progress, unpreviewed=unpreviewed)  # noqa: E731
        return self._turns.or_follow(plan, "up", on_progress, begin)

    def _up(self, plan: StackPlan, build_hash: str, on_progress: OnProgress, *, unpreviewed: bool) -> Outcome:
        workspace = self._workspace(plan)
        with self._turns.take(plan, "up", detail=self._driven) as held:
            known = self.journal.stack(StackKey.of(plan))
            guards.new_incarnation(known)
            previewed.same_build(plan, build_hash)
            kept = None if unpreviewed else previewed.demand(workspace.previewed, plan)
            guards.same_parents(plan, self.journal)
            guards.parents_stand(plan, self.journal)
            books = workspace.books.look()
            if books.resources and known.plan is not None and known.plan.build_hash != plan.build_hash:
                guards.off_air(plan, self._on_air, None)
            workspace.prepare(plan.build)
            create = guards.must_create(known, books)
            if create and not unpreviewed:
                raise Refused("nothing was previewed for this stack", rule=previewed.RULE, override="preview it first")
            self._recovery.mend(plan, held, compare=True)
            self._recovery.revive(plan, held)
            books = workspace.books.look()
            guards.booked(plan, books, self._inventory)
            airing = guards.airs(plan, self._on_air) if books.resources else ""
            retained.note(workspace, held.operation.intent.id, books.retained)
            self.journal.planned(plan)
            if create:
                self.journal.created(known.key, "intent")
            guards.parents_stand(plan, self.journal)
            if airing:  # nothing that changes may run: the engine looks first, whatever was previewed
                command = self._worker(held, plan, again=())
            elif kept is None:
                previewed.drop(workspace.previewed)
                command = self._worker(held, plan, create=create, saved_plan=False)
            else:
                previewed.begin(workspace.previewed, kept)
                command = self._worker(held, plan, again=kept.urns if kept.begun else None)
            needs = previewed.needs(workspace.previewed)
            try:
                outcome, tally = self._runner.run(plan, held, command, on_progress, needs=needs)
            except Beyond as beyond:
                if airing:
                    raise guards.unchanged_on_air(plan, airing, beyond.steps) from beyond
                raise
            if known.created != "yes":
                self.journal.created(known.key, "yes")
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
        revision: str | None = None,
        on_progress: OnProgress = lambda _: None,
    ) -> Outcome:
        """Remove every resource of the stack.

        Refuses on air and on hold (unless a person overrides it), while a child lives, and, where a schedule decided it
        on a `revision` (a `plan_hash`), when that is no longer in force or the wall clock was stepped.
        """
        why = f"{reason} (override by {override.person}: {override.reason})" if override else reason
        guard = lambda known, earlier: guards.same_schedule(known, earlier, revision, self._clock())  # noqa: E731
        return self._turns.or_follow(
            plan, "destroy", on_progress, lambda: self._destroy(plan, why, override, guard, on_progress)
        )

    def _destroy(
        self,
        plan: StackPlan,
        why: str,
        override: Override | None,
        guard: Callable[[Known, list[Operation]], None],
        on_progress: OnProgress,
    ) -> Outcome:
        workspace = self._workspace(plan)
        urgency: Urgency = "emergency" if override else self._urgency
        with self._turns.take(plan, "destroy", detail=why, urgency=urgency) as held:
            known = self.journal.stack(StackKey.of(plan))
            books = workspace.books.look()
            gone = known.forgotten is not None or known.created == "no" or known.proven
            if books.existence == "absent" and gone:
                return nothing_to_do(plan, held)
            guards.must_create(known, books)
            guards.not_held(known, self._clock(), override)
            earlier = [one for one in self.journal.operations(known.key) if one.intent.id != held.operation.intent.id]
            guard(known, earlier)
            guards.childless(plan, self.journal, self._inventory)
            guards.off_air(plan, self._on_air, override)
            if books.resources or books.pending:
                workspace.prepare()
                self._recovery.mend(plan, held)
                # Mending takes its time (a settle time, two engines): what was true before it is asked for once more.
                guards.off_air(plan, self._on_air, override)
                guards.not_held(self.journal.stack(known.key), self._clock(), override)
                retained.note(workspace, held.operation.intent.id, workspace.books.look().retained)
                command = commands.destroy(
                    workspace, self.engine, held.operation, parallel=self.settings.parallel, extra=self._extra
                )
                outcome, _ = self._runner.run(plan, held, command, on_progress)
            else:
                outcome = nothing_to_do(plan, held)
            left = workspace.books.look()
            guards.nothing_pending(left, str(known.key), "destroy")
            guards.empty(left, str(known.key))
            if override and known.hold:
                self.journal.hold(known.key, None)
        return outcome

    def evidence(self, plan: StackPlan, *, override: Override | None = None) -> Evidence:
        """Two inventories by tag, strays between them removed by identity; written to the occurrence's records.

        Of what is on air or held it removes nothing, unless a person overrides that.
        """
        with self._turns.take(plan, "evidence") as held:
            key = StackKey.of(plan)

            def spared() -> str:
                known = self.journal.stack(key)
                return "" if override else guards.airs(plan, self._on_air) or guards.held(known, self._clock())

            def remove(thing: Found) -> None:
                guards.not_held(self.journal.stack(key), self._clock(), override)
                claims.confirm(self.journal, held, self.settings.lease_s)
                self._remove(thing)

            found, verdict = evidence.take(
                plan,
                self._workspace(plan).books.look(),
                inventory=self._inventory,
                remove=remove,
                accounted=self._accounted,
                retained=retained.noted(self._workspace(plan)),
                spared=spared,
                lifted=override is not None,
                clock=self._clock,
                sleep=self._sleep,
            )
            record = self._record_of(plan)
            path = self.settings.records / record / "evidence.json"
            evidence.write(path, record, verdict)
            short = {"clean": found.clean, "at": verdict["inventories"][1]["at"], "path": str(path)}
            self.journal.proved(key, short)
            held.outcome = {"ok": True, **short}
        return dataclasses.replace(found, path=str(path))

    def forget(self, plan: StackPlan) -> None:
        """Remove the stack from the engine's books and this machine, its card last; its logs go to the records."""
        workspace = self._workspace(plan)
        key = StackKey.of(plan)
        if self.journal.stack(key).forgotten is not None:
            return
        with self._turns.take(plan, "forget") as held:
            known = self.journal.stack(key)
            guards.not_held(known, self._clock(), None)
            guards.childless(plan, self.journal, self._inventory)
            if known.created != "no" and not known.proven:
                raise Refused(
                    f"there is no clean evidence for {key}",
                    rule="a stack is forgotten last, when two inventories show nothing of it",
                    override="take the evidence again; remove what it names",
                )
            books = workspace.books.look()
            guards.empty(books, str(key))
            claims.confirm(self.journal, held, self.settings.lease_s)
            if books.existence == "present" and not workspace.books.strike():
                workspace.prepare()  # the engine's own removal says what stands in the way
                command = commands.remove(workspace, self.engine, held.operation, extra=self._extra)
                self._runner.run(plan, held, command)
            claims.confirm(self.journal, held, self.settings.lease_s)
            if known.created != "no":  # of what was never here, these would be another's
                logs = self.settings.records / self._record_of(plan) / "logs"
                forget.keep_logs(workspace, logs, redactor(plan.build, workspace.passphrase, os.environ))
                forget.clear(workspace)
                if not incarnations.others(self.journal, plan):  # whose card it is
                    cards.remove(self.settings, plan.build.occurrence)
            self.journal.forgot(key, at=self._clock())

    def observe(self, project: str, stack: str) -> StackState:
        """Look at one stack in the engine's books; what can't be read, or contradicts the journal, is `unknown`."""
        books = Workspace(self.settings, project, stack).books.look()
        known = self.journal.stack(StackKey(self.settings.owner, project, stack))
        if lost(known, books):
            return StackState(
                project, stack, "unknown", detail="the journal knows this stack, the engine's books don't"
            )
        return StackState(project, stack, books.existence, len(books.resources), len(books.pending), books.detail)

    def diagnose(self, plan: StackPlan) -> Condition:
        """Say in words what is wrong with a stack, and what `recover` would do about it; changes nothing."""
        return self._recovery.diagnose(plan, self._clock())

    def recover(self, plan: StackPlan, on_step: OnStep = lambda _: None) -> Condition:
        """Do what `diagnose` says can be done, each step told to `on_step` before it; what is then left to say."""
        if self.diagnose(plan).steps:
            with self._turns.take(plan, "recover") as held:
                self._recovery.recover(plan, held, self._clock(), on_step)
        return self.diagnose(plan)

    def hold(self, plan: StackPlan, hold: Hold | None) -> None:
        """Keep a stack from being destroyed until the hold ends; None releases it."""
        self.journal.hold(StackKey.of(plan), hold)

    def cancel(self) -> None:
        """Interrupt every operation that this deployer runs now, once and politely; returns at once."""
        self._runner.interrupt()

    def next_incarnation(self, project: str, occurrence: str) -> int:
        """The number of the next building of an occurrence's stack, from 1."""
        return incarnations.following(self.journal, self.settings.owner, project, occurrence)

    def _workspace(self, plan: StackPlan) -> Workspace:
        return Workspace(self.settings, plan.build.project, plan.build.stack)

    def _worker(
        self,
        held: Held,
        plan: StackPlan,
        *,
        create: bool = False,
        again: tuple[str, ...] | None = None,
        saved_plan: bool = True,
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
            saved_plan=saved_plan,
        )
