from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime
from pathlib import Path

import pytest

from eventstack.deploy import liveness
from eventstack.deploy.journal import Intent, StackKey
from eventstack.deploy.journal_sqlite import SqliteJournal
from eventstack.deploy.liveness import Identity
from eventstack.errors import StoreError
from tests.deploy.conftest import a_plan

NOW = datetime(2026, 11, 22, 18, 0, tzinfo=UTC)
KEY = StackKey("local", "eventstack-event", "talk-i1")


@pytest.fixture
def journal(tmp_path: Path) -> SqliteJournal:
    return SqliteJournal(tmp_path / "journal.sqlite3")


def an_intent(id_: str) -> Intent:
    caller = Identity(1, 2.0)
    return Intent(id_, KEY, "talk", 1, "up", "hash", liveness.host(), liveness.boot(), caller, NOW)


def test_an_intent_is_written_before_anything_starts(journal: SqliteJournal) -> None:
    operation = journal.claim(an_intent("one"), epoch=0)
    assert operation is not None
    assert journal.operation("one") == operation
    assert (operation.epoch, operation.session, operation.mark) == (1, None, "talk/1/one")
    assert journal.stack(KEY).holder == "one"


def test_a_held_stack_cannot_be_claimed(journal: SqliteJournal) -> None:
    journal.claim(an_intent("one"), epoch=0)
    assert journal.claim(an_intent("two"), epoch=1) is None
    assert journal.operation("two") is None


def test_a_claim_of_an_older_epoch_fails(journal: SqliteJournal) -> None:
    journal.claim(an_intent("one"), epoch=0)
    journal.finish("one", {"ok": True}, at=NOW)
    assert journal.claim(an_intent("two"), epoch=0) is None
    assert journal.claim(an_intent("three"), epoch=1) is not None


def test_of_many_claims_at_once_one_succeeds(journal: SqliteJournal) -> None:
    with ThreadPoolExecutor(8) as pool:
        claims = list(pool.map(lambda n: SqliteJournal(journal.path).claim(an_intent(f"c{n}"), epoch=0), range(8)))
    assert sum(claim is not None for claim in claims) == 1


def test_the_first_note_of_an_end_stands(journal: SqliteJournal) -> None:
    journal.claim(an_intent("one"), epoch=0)
    journal.started("one", session=7, process=Identity(7, 3.0), at=NOW)
    journal.finish("one", {"ok": False}, at=NOW)
    journal.finish("one", {"ok": True}, at=NOW)
    operation = journal.operation("one")
    assert operation is not None
    assert (operation.outcome, operation.session, operation.ended) == ({"ok": False}, 7, NOW)
    assert journal.stack(KEY).holder is None


def test_a_plan_voids_older_evidence(journal: SqliteJournal) -> None:
    plan = a_plan()
    journal.claim(an_intent("one"), epoch=0)
    journal.proved(KEY, {"clean": True})
    journal.planned(plan)
    known = journal.stack(KEY)
    assert (known.plan, known.evidence) == (plan, None)


def test_a_stack_never_heard_of_is_known_as_such(journal: SqliteJournal) -> None:
    known = journal.stack(KEY)
    assert (known.epoch, known.created, known.living) == (0, "no", False)


def test_the_file_is_private(journal: SqliteJournal) -> None:
    journal.claim(an_intent("one"), epoch=0)
    assert {path.stat().st_mode & 0o077 for path in journal.path.parent.iterdir()} == {0}


def test_a_file_of_a_newer_form_is_refused(journal: SqliteJournal, tmp_path: Path) -> None:
    import contextlib
    import sqlite3

    with contextlib.closing(sqlite3.connect(journal.path)) as db:
        db.execute("PRAGMA user_version = 99")
    with pytest.raises(StoreError, match="newer"):
        SqliteJournal(journal.path)


def test_a_file_that_is_no_journal_is_an_error_of_the_store(tmp_path: Path) -> None:
    (tmp_path / "journal.sqlite3").write_text("not a database, but longer than its header is")
    with pytest.raises(StoreError):
        SqliteJournal(tmp_path / "journal.sqlite3")


def test_openers_at_once_migrate_once(tmp_path: Path) -> None:
    make: Callable[[int], SqliteJournal] = lambda _: SqliteJournal(tmp_path / "j.sqlite3")  # noqa: E731
    with ThreadPoolExecutor(8) as pool:
        assert len(list(pool.map(make, range(8)))) == 8


def test_a_place_that_cannot_be_written_to_is_said_in_words(tmp_path: Path) -> None:
    (tmp_path / "state").write_text("a file")
    with pytest.raises(StoreError, match="can't be used"):
        SqliteJournal(tmp_path / "state" / "journal.sqlite3")
