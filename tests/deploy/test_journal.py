import contextlib
import os
import sqlite3
import subprocess
import sys
import threading
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime
from pathlib import Path

import pytest

from eventstack.deploy import journal_sqlite
from eventstack.deploy.journal_sqlite import SqliteJournal
from eventstack.errors import StoreError
from eventstack.node import processes
from eventstack.testing.contracts.journal import KEY, an_intent
from tests.deploy.conftest import wait_until

NOW = datetime(2026, 11, 22, 18, 0, tzinfo=UTC)


@pytest.fixture
def journal(tmp_path: Path) -> SqliteJournal:
    return SqliteJournal(tmp_path / "journal.sqlite3")


def test_of_many_claims_through_connections_of_their_own_one_succeeds(journal: SqliteJournal) -> None:
    def claim(number: int) -> bool:
        intent = an_intent(f"c{number}")
        return SqliteJournal(journal.path).claim(intent, epoch=0, lease_s=30, over_s=60) is not None

    with ThreadPoolExecutor(8) as pool:
        assert sum(pool.map(claim, range(8))) == 1


def test_the_file_is_private(journal: SqliteJournal) -> None:
    journal.claim(an_intent("one"), epoch=0, lease_s=30, over_s=60)
    assert {path.stat().st_mode & 0o077 for path in journal.path.parent.iterdir()} == {0}


def test_a_file_of_a_newer_form_is_refused(journal: SqliteJournal) -> None:
    with contextlib.closing(sqlite3.connect(journal.path)) as db:
        db.execute("PRAGMA user_version = 99")
    with pytest.raises(StoreError, match="newer"):
        SqliteJournal(journal.path)


def test_a_file_of_the_first_form_is_brought_up_to_date_with_what_it_holds(tmp_path: Path) -> None:
    path = tmp_path / "journal.sqlite3"
    with contextlib.closing(sqlite3.connect(path)) as db:
        db.executescript(journal_sqlite.MIGRATIONS[0])
        db.execute("PRAGMA user_version = 1")
        db.execute(
            "INSERT INTO stacks (owner, project, stack, epoch, created) VALUES (?, ?, ?, 3, 'yes')",
            (KEY.owner, KEY.project, KEY.stack),
        )
        db.commit()
    known = SqliteJournal(path).stack(KEY)
    assert (known.epoch, known.created, known.hold) == (3, "yes", None)


def test_a_migration_that_fails_leaves_the_file_as_it_was(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    path = tmp_path / "journal.sqlite3"
    SqliteJournal(path)
    broken = (*journal_sqlite.MIGRATIONS, "CREATE TABLE extra (x); CREATE TABLE stacks (x)")
    with monkeypatch.context() as patch:
        patch.setattr(journal_sqlite, "MIGRATIONS", broken)
        with pytest.raises(StoreError, match="already exists"):
            SqliteJournal(path)
    with contextlib.closing(sqlite3.connect(path)) as db:
        assert db.execute("PRAGMA user_version").fetchone() == (len(journal_sqlite.MIGRATIONS),)
        assert db.execute("SELECT name FROM sqlite_master WHERE name = 'extra'").fetchone() is None


def test_a_file_that_is_no_journal_is_an_error_of_the_store(tmp_path: Path) -> None:
    (tmp_path / "journal.sqlite3").write_text("not a database, but longer than its header is")
    with pytest.raises(StoreError):
        SqliteJournal(tmp_path / "journal.sqlite3")


@pytest.mark.parametrize("column", ["plan", "outputs", "evidence", "parents", "hold"])
@pytest.mark.parametrize("nonsense", ["", "{", "[1]", '"text"'])
def test_a_row_of_nonsense_is_an_error_of_the_store_with_a_way_out(
    journal: SqliteJournal, column: str, nonsense: str
) -> None:
    assert journal.claim(an_intent("0001-up-x"), epoch=0, lease_s=30, over_s=60)
    with contextlib.closing(sqlite3.connect(journal.path)) as db:
        db.execute(f"UPDATE stacks SET {column} = ?", (nonsense,))
        db.commit()
    with pytest.raises(StoreError, match="restore the journal from a backup"):
        journal.stack(KEY)


def test_an_operation_of_nonsense_is_an_error_of_the_store_with_a_way_out(journal: SqliteJournal) -> None:
    assert journal.claim(an_intent("0001-up-x"), epoch=0, lease_s=30, over_s=60)
    with contextlib.closing(sqlite3.connect(journal.path)) as db:
        db.execute("UPDATE operations SET outcome = '[]', started = 'noon'")
        db.commit()
    with pytest.raises(StoreError, match="restore the journal from a backup"):
        journal.operations(KEY)


def test_openers_at_once_migrate_once(tmp_path: Path) -> None:
    make: Callable[[int], SqliteJournal] = lambda _: SqliteJournal(tmp_path / "j.sqlite3")  # noqa: E731
    with ThreadPoolExecutor(8) as pool:
        assert len(list(pool.map(make, range(8)))) == 8


def test_a_place_that_cannot_be_written_to_is_said_in_words(tmp_path: Path) -> None:
    (tmp_path / "state").write_text("a file")
    with pytest.raises(StoreError, match="can't be used"):
        SqliteJournal(tmp_path / "state" / "journal.sqlite3")


def test_a_full_disk_is_said_as_such_and_loses_nothing(journal: SqliteJournal, monkeypatch: pytest.MonkeyPatch) -> None:
    journal.claim(an_intent("one"), epoch=0, lease_s=30, over_s=60)
    connect = journal._connect

    def full() -> sqlite3.Connection:
        db = connect()
        db.execute(f"PRAGMA max_page_count = {db.execute('PRAGMA page_count').fetchone()[0]}")
        return db

    with monkeypatch.context() as filled:
        filled.setattr(journal, "_connect", full)
        with pytest.raises(StoreError) as caught:
            journal.finish("one", {"ok": True, "long": "x" * 100_000}, at=NOW)
    assert str(caught.value) == (
        f"the journal {journal.path} can't be used: database or disk is full; free some space there, then call again"
    )
    assert journal.stack(KEY).holder == "one"
    journal.finish("one", {"ok": True}, at=NOW)
    assert journal.stack(KEY).holder is None


def test_an_operation_of_an_earlier_boot_has_nothing_left(journal: SqliteJournal) -> None:
    with contextlib.closing(sqlite3.connect(journal.path)) as db:
        journal.claim(an_intent("one"), epoch=0, lease_s=30, over_s=60)
        db.execute("UPDATE operations SET boot = 'earlier'")
        db.commit()
    operation = journal.operation("one")
    assert operation is not None
    assert (operation.lease_left_s, operation.over_in_s) == (0.0, 0.0)


CLOSER = (
    "import sqlite3, sys; db = sqlite3.connect(sys.argv[1]); db.execute('SELECT * FROM stacks').fetchall(); db.close()"
)


def test_opening_a_journal_takes_no_lock_from_another_thread_of_the_process(journal: SqliteJournal) -> None:
    opening = threading.Thread(target=SqliteJournal, args=(journal.path,), daemon=True)
    with contextlib.closing(sqlite3.connect(journal.path, isolation_level=None)) as db:
        db.execute("BEGIN IMMEDIATE")
        opening.start()
        wait_until(lambda: processes.open_files(os.getpid()).count(str(journal.path.resolve())) > 1)
        # a process that closes the last connection it knows of folds the log and removes it, unless we hold our lock
        subprocess.run([sys.executable, "-c", CLOSER, str(journal.path)], check=True)
        assert journal.path.with_name("journal.sqlite3-wal").exists()
        db.execute("ROLLBACK")
    opening.join(20)
    assert not opening.is_alive()
