"""Taking turns: a place in the line, the stack in our hands, or the patience to follow whoever has it."""

import contextlib
import threading
import time
from collections.abc import Callable, Iterator, Sequence
from datetime import datetime

from eventstack.deploy import claims, following, guards, line, passphrase, storage
from eventstack.deploy.claims import Held
from eventstack.deploy.deployer import Kind, OnProgress, Outcome
from eventstack.deploy.journal import Journal, Operation, StackKey, Work
from eventstack.deploy.line import Urgency
from eventstack.deploy.operation import Patience
from eventstack.deploy.running import Runner
from eventstack.deploy.workspace import Workspace
from eventstack.errors import Busy
from eventstack.planning.plan import StackPlan
from eventstack.settings import Settings

DRIVEN = "driven by its caller"
"""The detail of an `up` whose stack is to go with its caller: when that dies before it has removed it, nobody will."""


def goes_with_its_driver(operations: Sequence[Operation]) -> bool:
    """Whether a stack, by all operations on it, was last built to go with its caller, as a rehearsal's, and not to
    stand.
    """
    built = [one.intent.detail for one in operations if one.intent.kind in ("preview", "up")]
    return bool(built) and built[-1] == DRIVEN


class Turns:
    """One deployer's turns; safe between threads."""

    def __init__(
        self,
        settings: Settings,
        journal: Journal,
        runner: Runner,
        clock: Callable[[], datetime],
        *,
        urgency: Urgency,
        patience_s: float,
    ) -> None:
        self._settings = settings
        self._journal = journal
        self._runner = runner
        self._clock = clock
        self._urgency: Urgency = urgency
        self._patience_s = patience_s

    @contextlib.contextmanager
    def take(self, plan: StackPlan, kind: Work, *, detail: str = "", urgency: Urgency | None = None) -> Iterator[Held]:
        """A place in the line and the stack in our hands, until the block ends."""
        guards.ours(plan, self._settings.owner)
        if kind != "evidence":
            passphrase.ready(self._settings)
        ticket = line.a_ticket(f"{kind} of {plan.build.stack}", urgency or self._urgency)
        over = line.over_by(self._journal, self._settings.owner, claims.provably_dead)
        most = self._settings.operations or line.most_at_once()
        patience = Patience(self._settings.deadline_s, self._settings.grace_s)
        terms = claims.Terms(self._settings.lease_s, patience.over_s + plan.settle_s)
        with (
            self._runner.interruptible() as wish,
            line.place(self._journal, ticket, most=most, patience_s=self._patience_s, over=over, give_up=wish),
            claims.hold(
                self._journal,
                plan,
                kind,
                terms,
                clock=self._clock,
                wish=wish,
                detail=detail,
                ticket=ticket.id,
            ) as held,
            storage.in_words(self._settings, f"{plan.build.project}/{plan.build.stack}", kind),
        ):
            # of whoever held the stack before us, and of an engine that was run by hand, exactly the dead ones' locks
            if removed := Workspace(self._settings, plan.build.project, plan.build.stack).books.unlock():
                held.outcome["unlocked"] = [path.name for path in removed]
            yield held

    def or_follow(self, plan: StackPlan, kind: Kind, on_progress: OnProgress, work: Callable[[], Outcome]) -> Outcome:
        """Work, or follow whoever does; what they did for the same build is what we would have done."""
        end = time.monotonic() + self._patience_s
        with self._runner.interruptible() as wish:
            while True:
                try:
                    return work()
                except Busy as busy:
                    left_s = end - time.monotonic()
                    if left_s <= 0 or not busy.holder or wish.is_set():
                        raise
                    done = self._follow(plan, kind, busy.holder, on_progress, left_s, wish)
                if done is not None:
                    return done

    def _follow(
        self, plan: StackPlan, kind: Kind, holder: str, on_progress: OnProgress, left_s: float, wish: threading.Event
    ) -> Outcome | None:
        operation = self._journal.operation(holder)
        same = operation is not None and (operation.intent.kind, operation.intent.build_hash) == (kind, plan.build_hash)
        place = Workspace(self._settings, plan.build.project, plan.build.stack).operations / holder
        followed = following.follow(
            self._journal,
            holder,
            place,
            on_progress if same else lambda _: None,
            patience_s=left_s,
            give_up=wish,
            over=lambda one: claims.provably_dead(one) or claims.overdue(one),
        )
        if not same or followed is None or not (followed.outcome or {}).get("ok"):
            return None
        known = self._journal.stack(StackKey.of(plan))
        return Outcome(
            kind=kind,
            ok=True,
            build_hash=plan.build_hash,
            outputs=dict(known.outputs or {}) if kind == "up" else {},
            changes=dict((followed.outcome or {}).get("changes") or {}),
            operation=holder,
            log=str(place),
            followed=True,
        )
