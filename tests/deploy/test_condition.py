import dataclasses
import os
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

from eventstack.deploy import liveness
from eventstack.deploy.checkpoint import Checkpoint, Copy, Lock
from eventstack.deploy.condition import Condition, Finding, Seen, diagnose
from eventstack.deploy.journal import Hold, Known, Operation, Work
from eventstack.planning import naming
from eventstack.planning.found import Found, Silence
from eventstack.testing.contracts.journal import KEY, an_intent

NOW = datetime(2026, 11, 22, 18, 0, tzinfo=UTC)
URN = "urn:pulumi:talk-i1::eventstack-event::aws:s3:Bucket::films"
BUILT = Known(KEY, epoch=3, created="yes")
BOOKS = Checkpoint("present", (URN,), ids={URN: frozenset({"films-1"})})


def seen(**changed: Any) -> Seen:
    values: dict[str, Any] = {"known": BUILT, "books": BOOKS, "locks": (), "now": NOW, "things": (), **changed}
    return Seen(**values)


def only(condition: Condition) -> Finding:
    [finding] = condition.findings
    return finding


def thing(urn: str, resource: str = "films-1") -> Found:
    return Found("bucket", resource, {"eventstack-urn": naming.urn_hash(urn)}, resource=resource)


def test_a_built_stack_is_well() -> None:
    condition = diagnose(seen(things=(thing(URN),)))
    assert condition.healthy
    assert only(condition).text == "1 resources in the engine's books, nothing is pending"
    assert condition.steps == ()


@pytest.mark.parametrize(
    ("known", "books", "kind"),
    [
        (Known(KEY), Checkpoint("absent"), "unknown"),
        (Known(KEY, created="yes"), Checkpoint("present"), "empty"),
        (Known(KEY, created="yes", forgotten=NOW), Checkpoint("absent"), "gone"),
    ],
)
def test_what_is_not_built_is_said_without_alarm(known: Known, books: Checkpoint, kind: str) -> None:
    finding = only(diagnose(seen(known=known, books=books)))
    assert (finding.kind, finding.severity) == (kind, "ok")


def test_an_operation_at_work_is_a_note_and_a_dead_one_is_taken_over() -> None:
    operation = Operation(an_intent("0001-up-x"), 1, session=77)
    at_work = diagnose(seen(operation=operation, holder="alive"))
    assert at_work.healthy
    assert at_work.steps == ()
    dead = only(diagnose(seen(operation=operation, holder="dead")))
    assert dead.step == "take the stack over from 0001-up-x"
    overdue = only(diagnose(seen(operation=operation, holder="overdue")))
    assert overdue.step == "end what is left of session 77, by identity"


def test_a_lock_of_a_dead_engine_is_removed_and_one_of_another_host_never() -> None:
    dead = Lock(Path("a.json"), 2**22 + 1, liveness.host(), NOW)
    assert only(diagnose(seen(locks=(dead,)))).step == "remove the lock file a.json"
    elsewhere = only(diagnose(seen(locks=(Lock(Path("b.json"), 5, "elsewhere", NOW),))))
    assert (elsewhere.severity, elsewhere.step) == ("alarm", None)
    assert "pulumi cancel" in elsewhere.remedy


def test_a_lock_of_an_engine_that_somebody_runs_by_hand_is_left_to_them() -> None:
    mine = Lock(Path("a.json"), os.getpid(), liveness.host(), datetime(2099, 1, 1, tzinfo=UTC))
    assert only(diagnose(seen(locks=(mine,)))).step is None


@pytest.mark.parametrize(("age_s", "step"), [(2.0, None), (60.0, "remove the torn lock file a.json")])
def test_a_torn_lock_is_removed_once_nobody_can_be_writing_it(age_s: float, step: str | None) -> None:
    assert only(diagnose(seen(locks=(Lock(Path("a.json"), None, "", None, age_s),)))).step == step


def test_a_cut_off_create_is_asked_of_the_inventory_and_other_pending_steps_are_the_engines() -> None:
    books = Checkpoint("present", (), (f"creating {URN}", f"updating {URN}"), (URN,))
    pending, other = diagnose(seen(books=books)).findings
    assert (pending.kind, pending.severity) == ("pending-create", "alarm")
    assert pending.step == "ask the inventory for films: adopt it into the books if it is there, else strike it out"
    assert (other.kind, other.severity, other.step) == ("pending-other", "note", None)


@pytest.mark.parametrize("books", [Checkpoint("absent"), Checkpoint("unknown", detail="torn")])
def test_lost_books_are_an_alarm_with_the_newest_copy_as_the_way_out(books: Checkpoint) -> None:
    copies = (Copy(Path("talk-i1.json.bak"), NOW, 3, 0), Copy(Path("old.json"), NOW - timedelta(hours=1), 1, 0))
    finding = only(diagnose(seen(books=books, copies=copies)))
    assert finding.severity == "alarm"
    assert finding.step == "restore the books from talk-i1.json.bak (2026-11-22 18:00:00 UTC, 3 resources)"
    without = only(diagnose(seen(books=books)))
    assert without.step is None
    assert "from a backup" in without.remedy


def test_books_that_the_journal_never_made_are_an_alarm() -> None:
    assert only(diagnose(seen(known=Known(KEY)))).kind == "journal-lost"


def test_what_the_cloud_holds_and_the_books_do_not_is_an_alarm() -> None:
    finding = only(diagnose(seen(things=(thing(URN), thing("urn::other", "stray-7")))))
    assert (finding.kind, finding.step) == ("unbooked", None)
    assert "bucket stray-7" in finding.text


def test_a_second_thing_under_the_urn_of_a_booked_one_is_an_alarm() -> None:
    finding = only(diagnose(seen(things=(thing(URN), thing(URN, "films-2")))))
    assert (finding.kind, finding.severity) == ("unbooked", "alarm")
    assert "films-2" in finding.text


def test_both_things_of_a_replacement_at_work_are_booked() -> None:
    books = Checkpoint("present", (URN, URN), ids={URN: frozenset({"films-1", "films-2"})})
    assert diagnose(seen(books=books, things=(thing(URN), thing(URN, "films-2")))).healthy


def test_a_stack_that_is_proven_gone_and_not_forgotten_has_no_lost_books() -> None:
    known = Known(KEY, created="yes", evidence={"clean": True})
    condition = diagnose(
        seen(known=known, books=Checkpoint("absent"), copies=(Copy(Path("talk-i1.json.bak"), NOW, 3, 0),))
    )
    assert condition.healthy
    assert condition.steps == ()
    assert "destroy it once more" in condition.findings[0].remedy


def test_a_silent_inventory_concludes_nothing() -> None:
    silent, well = diagnose(seen(things=None)).findings
    assert (silent.kind, silent.severity) == ("inventory-silent", "note")
    assert well.kind == "built"


def test_an_empty_sidecar_is_removed_before_anything_else() -> None:
    finding, *_ = diagnose(seen(sidecar=Path("talk-i1.json.attrs"))).findings
    assert finding.step == "remove the empty talk-i1.json.attrs"


def test_a_hold_is_told_while_it_holds() -> None:
    hold = Hold("Ada", "a replay", NOW, NOW + timedelta(hours=1))
    kinds = [finding.kind for finding in diagnose(seen(known=Known(KEY, created="yes", hold=hold))).findings]
    assert kinds == ["hold", "built"]
    later = diagnose(seen(known=Known(KEY, created="yes", hold=hold), now=NOW + timedelta(hours=2)))
    assert [finding.kind for finding in later.findings] == ["built"]


def ended(kind: Work, *, ok: bool, **outcome: Any) -> Operation:
    intent = dataclasses.replace(an_intent(f"0002-{kind}-x"), kind=kind)
    return Operation(intent, 2, session=77, outcome={"ok": ok, **outcome}, ended=NOW)


def test_what_an_up_left_unfinished_names_the_up_that_goes_on_and_is_nothing_to_recover() -> None:
    condition = diagnose(seen(last=ended("up", ok=False, error="throttled\nand more")))
    finding = only(condition)
    assert (finding.kind, finding.remedy) == ("unfinished", "`eventstack up talk-i1` goes on")
    assert finding.text == "the last up, 0002-up-x, did not end well, 1 resources stand: throttled"
    assert (condition.healthy, condition.mended, condition.steps) == (False, True, ())


@pytest.mark.parametrize(
    ("last", "text"),
    [
        (ended("up", ok=True), "0002-up-x built it, and the engine's books hold nothing: it was removed by hand"),
        (ended("destroy", ok=True), "its resources are gone, and it is not yet proven and forgotten"),
    ],
)
def test_a_stack_without_resources_names_the_destroy_that_forgets_it(last: Operation, text: str) -> None:
    finding = only(diagnose(seen(books=Checkpoint("present"), last=last)))
    assert (finding.kind, finding.text) == ("emptied", text)
    assert "`eventstack destroy talk-i1` proves that it is gone, and forgets it" in finding.remedy


def test_what_an_operation_works_on_is_not_called_unfinished() -> None:
    running = Operation(an_intent("0003-up-x"), 3, session=77)
    last = ended("up", ok=False, error="throttled")
    kinds = [one.kind for one in diagnose(seen(operation=running, holder="alive", last=last)).findings]
    assert kinds == ["running", "built"]


def test_a_machine_that_does_not_answer_is_an_alarm_that_recover_mends() -> None:
    finding = only(diagnose(seen(silence=Silence("its machine does not answer"))))
    assert (finding.kind, finding.severity, finding.text) == ("silent", "alarm", "its machine does not answer")
    assert finding.step


def test_a_machine_that_is_gone_is_an_alarm_for_a_person() -> None:
    finding = only(diagnose(seen(silence=Silence("its machine is gone", revivable=False))))
    assert (finding.severity, finding.step) == ("alarm", None)
    assert "destroy" in finding.remedy


def test_what_an_operation_works_on_need_not_answer() -> None:
    operation = Operation(an_intent("0001-up-x"), 1, session=77)
    at_work = diagnose(seen(operation=operation, holder="alive", silence=Silence("its machine does not answer")))
    assert [finding.kind for finding in at_work.findings if finding.severity == "alarm"] == []
