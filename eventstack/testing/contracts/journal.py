"""What every `Journal` does. Inherit `JournalContract` and give the fixture `journal` your implementation, whose
clock the fixture `clock` holds.
"""

from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime, timedelta

from eventstack.deploy import liveness
from eventstack.deploy.journal import ASLEEP_S, Hold, Intent, Journal, StackKey, Ticket
from eventstack.deploy.liveness import Identity
from eventstack.planning.naming import identity_tags
from eventstack.planning.parts import Build, Parent
from eventstack.planning.plan import StackPlan

NOW = datetime(2026, 11, 22, 18, 0, tzinfo=UTC)
KEY = StackKey("local", "eventstack-event", "talk-i1")


class Clock:
    """A journal's clock in a test's hands, in seconds."""

    def __init__(self) -> None:
        self.now = 1000.0

    def __call__(self) -> float:
        """The time."""
        return self.now


def an_intent(id_: str, key: StackKey = KEY, ticket: str = "") -> Intent:
    """An intent of this boot."""
    caller = Identity(1, 2)
    return Intent(id_, key, "talk", 1, "up", "hash", liveness.host(), liveness.boot(), caller, NOW, ticket=ticket)


def a_ticket(id_: str, urgency: int = 2) -> Ticket:
    """A ticket of this boot."""
    return Ticket(id_, urgency, "up talk-i1", liveness.host(), liveness.boot(), Identity(1, 2))


def a_plan(*, parent: StackKey | None = None) -> StackPlan:
    """A small plan of the stack `KEY`."""
    parents = (Parent("foundation", parent.project, parent.stack, 1, {}, "-"),) if parent else ()
    build = Build(
        format=1,
        layer="event",
        owner=KEY.owner,
        occurrence="talk",
        incarnation=1,
        cloud="fake",
        project=KEY.project,
        stack=KEY.stack,
        tags=identity_tags(KEY.owner, "talk", 1, "event"),
        parents=parents,
    )
    return StackPlan(build=build, title="talk", profile="test")


class JournalContract:
    """The claims, leases, notes and the line of a journal."""

    def test_a_stack_never_heard_of_is_known_as_such(self, journal: Journal) -> None:
        known = journal.stack(KEY)
        assert (known.epoch, known.created, known.living, known.holder) == (0, "no", False, None)

    def test_an_intent_is_written_before_anything_starts(self, journal: Journal) -> None:
        journal.claim(an_intent("one"), epoch=0, lease_s=30, over_s=60)
        operation = journal.operation("one")
        assert operation is not None
        assert (operation.intent, operation.epoch, operation.session) == (an_intent("one"), 1, None)
        assert operation.mark == "talk/1/one"
        assert journal.stack(KEY).holder == "one"

    def test_a_held_stack_cannot_be_claimed(self, journal: Journal) -> None:
        journal.claim(an_intent("one"), epoch=0, lease_s=30, over_s=60)
        assert journal.claim(an_intent("two"), epoch=1, lease_s=30, over_s=60) is None
        assert journal.operation("two") is None

    def test_a_claim_of_an_older_epoch_fails(self, journal: Journal) -> None:
        journal.claim(an_intent("one"), epoch=0, lease_s=30, over_s=60)
        journal.finish("one", {"ok": True}, at=NOW)
        assert journal.claim(an_intent("two"), epoch=0, lease_s=30, over_s=60) is None
        assert journal.claim(an_intent("three"), epoch=1, lease_s=30, over_s=60) is not None

    def test_of_many_claims_at_once_one_succeeds(self, journal: Journal) -> None:
        def claim(number: int) -> bool:
            return journal.claim(an_intent(f"c{number}"), epoch=0, lease_s=30, over_s=60) is not None

        with ThreadPoolExecutor(8) as pool:
            assert sum(pool.map(claim, range(16))) == 1

    def test_a_lease_runs_out_on_the_journals_own_clock(self, journal: Journal, clock: Clock) -> None:
        journal.claim(an_intent("one"), epoch=0, lease_s=30, over_s=60)
        clock.now += 40
        operation = journal.operation("one")
        assert operation is not None
        assert (operation.lease_left_s, operation.over_in_s, operation.age_s) == (-10, 20, 40)

    def test_a_lease_is_renewed_from_now_on(self, journal: Journal, clock: Clock) -> None:
        journal.claim(an_intent("one"), epoch=0, lease_s=30, over_s=60)
        clock.now += 20
        assert journal.renew("one", lease_s=30)
        operation = journal.operation("one")
        assert operation is not None
        assert (operation.lease_left_s, operation.over_in_s) == (30, 40)

    def test_whose_operation_was_ended_by_another_loses_its_lease(self, journal: Journal) -> None:
        journal.claim(an_intent("one"), epoch=0, lease_s=30, over_s=60)
        journal.finish("one", {"ok": False}, at=NOW)
        assert not journal.renew("one", lease_s=30)
        assert not journal.renew("never", lease_s=30)

    def test_the_first_note_of_an_end_stands(self, journal: Journal) -> None:
        journal.claim(an_intent("one"), epoch=0, lease_s=30, over_s=60)
        journal.started("one", session=7, process=Identity(7, 3), at=NOW)
        journal.finish("one", {"ok": False}, at=NOW)
        journal.finish("one", {"ok": True}, at=NOW + timedelta(seconds=1))
        operation = journal.operation("one")
        assert operation is not None
        assert (operation.outcome, operation.session, operation.ended) == ({"ok": False}, 7, NOW)
        assert operation.process == Identity(7, 3)
        assert journal.stack(KEY).holder is None

    def test_a_late_end_does_not_free_the_successors_stack(self, journal: Journal) -> None:
        journal.claim(an_intent("one"), epoch=0, lease_s=30, over_s=60)
        journal.finish("one", {"ok": False}, at=NOW)
        journal.claim(an_intent("two"), epoch=1, lease_s=30, over_s=60)
        journal.finish("one", {"ok": True}, at=NOW)
        assert journal.stack(KEY).holder == "two"

    def test_operations_are_told_in_the_order_of_their_claims(self, journal: Journal) -> None:
        for epoch, id_ in enumerate(("b", "a", "c")):
            journal.claim(an_intent(id_), epoch=epoch, lease_s=30, over_s=60)
            journal.finish(id_, {"ok": True}, at=NOW)
        assert [one.intent.id for one in journal.operations(KEY)] == ["b", "a", "c"]

    def test_the_unended_are_those_whose_end_nobody_noted(self, journal: Journal) -> None:
        other = StackKey("local", "eventstack-event", "race-i1")
        journal.claim(an_intent("one"), epoch=0, lease_s=30, over_s=60)
        journal.claim(an_intent("two", other), epoch=0, lease_s=30, over_s=60)
        journal.finish("one", {"ok": True}, at=NOW)
        assert [one.intent.id for one in journal.unended("local")] == ["two"]
        assert journal.unended("somebody") == []

    def test_a_plan_voids_older_evidence_and_names_its_parents(self, journal: Journal) -> None:
        foundation = StackKey("local", "eventstack-foundation", "season-i1")
        plan = a_plan(parent=foundation)
        journal.claim(an_intent("one"), epoch=0, lease_s=30, over_s=60)
        journal.proved(KEY, {"clean": True})
        journal.planned(plan)
        known = journal.stack(KEY)
        assert (known.plan, known.evidence) == (plan, None)
        assert [child.key for child in journal.children(foundation)] == [KEY]

    def test_what_was_built_created_and_forgotten_is_kept(self, journal: Journal) -> None:
        journal.claim(an_intent("one"), epoch=0, lease_s=30, over_s=60)
        journal.created(KEY, "yes")
        journal.built(KEY, {"ingest": "srt://…", "port": 9000})
        journal.proved(KEY, {"clean": True})
        known = journal.stack(KEY)
        assert known.living
        assert (known.outputs, known.evidence) == ({"ingest": "srt://…", "port": 9000}, {"clean": True})
        journal.forgot(KEY, at=NOW)
        assert (journal.stack(KEY).forgotten, journal.stack(KEY).living) == (NOW, False)
        assert [one.key for one in journal.stacks("local")] == [KEY]

    def test_a_hold_stands_until_it_is_released(self, journal: Journal) -> None:
        hold = Hold("Ada", "the match may be replayed", NOW, NOW + timedelta(hours=1))
        journal.hold(KEY, hold)
        assert journal.stack(KEY).hold == hold
        journal.hold(KEY, None)
        assert journal.stack(KEY).hold is None

    def test_a_hold_ends_at_its_expiry(self) -> None:
        hold = Hold("Ada", "why", NOW, NOW + timedelta(hours=1))
        assert hold.holds(NOW + timedelta(minutes=59))
        assert not hold.holds(NOW + timedelta(hours=1))

    def test_who_came_first_passes_first(self, journal: Journal) -> None:
        for id_ in ("one", "two", "three"):
            journal.enqueue(a_ticket(id_))
        assert not journal.admit("two", most=1, gone=())
        assert journal.admit("one", most=1, gone=())
        assert not journal.admit("three", most=2, gone=())
        assert journal.admit("two", most=2, gone=())
        assert not journal.admit("three", most=2, gone=())
        journal.dequeue("one")
        assert journal.admit("three", most=2, gone=())

    def test_who_has_room_with_all_before_it_need_not_wait_for_them_to_ask(self, journal: Journal) -> None:
        for id_ in ("one", "two", "three"):
            journal.enqueue(a_ticket(id_))
        assert journal.admit("two", most=2, gone=())
        assert not journal.admit("three", most=2, gone=())
        assert journal.admit("one", most=2, gone=())

    def test_who_is_urgent_passes_before_those_who_wait(self, journal: Journal) -> None:
        journal.enqueue(a_ticket("routine", 2))
        journal.enqueue(a_ticket("emergency", 0))
        assert not journal.admit("routine", most=1, gone=())
        assert journal.admit("emergency", most=1, gone=())
        assert [ticket.id for ticket in journal.line()] == ["emergency", "routine"]

    def test_who_is_gone_holds_nobody_up(self, journal: Journal) -> None:
        journal.enqueue(a_ticket("dead"))
        journal.admit("dead", most=1, gone=())
        journal.enqueue(a_ticket("also dead"))
        journal.enqueue(a_ticket("next"))
        assert not journal.admit("next", most=1, gone=())
        assert journal.admit("next", most=1, gone={"dead", "also dead"})

    def test_who_asks_no_more_is_passed_over_and_keeps_its_place(self, journal: Journal, clock: Clock) -> None:
        journal.enqueue(a_ticket("stopped"))
        journal.enqueue(a_ticket("next"))
        clock.now += ASLEEP_S + 1
        assert journal.admit("next", most=2, gone=())
        assert journal.admit("stopped", most=2, gone=())

    def test_who_has_passed_passes_again_and_a_stranger_never(self, journal: Journal) -> None:
        journal.enqueue(a_ticket("one"))
        assert journal.admit("one", most=1, gone=())
        assert journal.admit("one", most=1, gone=())
        assert not journal.admit("stranger", most=9, gone=())

    def test_coming_twice_keeps_the_first_place(self, journal: Journal) -> None:
        journal.enqueue(a_ticket("one"))
        journal.enqueue(a_ticket("two"))
        journal.enqueue(a_ticket("one"))
        assert [ticket.id for ticket in journal.line()] == ["one", "two"]
