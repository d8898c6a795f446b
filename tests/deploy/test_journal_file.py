"""The journal's file: whole between turns, and not folded after every call of one."""

from pathlib import Path

from eventstack.deploy import line
from eventstack.deploy.journal_sqlite import SqliteJournal


def test_the_log_is_folded_back_into_the_file_once_a_turn(tmp_path: Path) -> None:
    journal, log = SqliteJournal(tmp_path / "journal.sqlite3"), tmp_path / "journal.sqlite3-wal"
    assert not log.exists()
    ticket = line.a_ticket("up of talk", "scheduled")
    journal.enqueue(ticket)
    before = log.stat().st_size
    journal.admit(ticket.id, most=1, gone=())
    assert log.stat().st_size > before
    journal.dequeue(ticket.id)
    assert not log.exists()


def test_a_journal_that_is_let_go_in_a_turn_leaves_no_log(tmp_path: Path) -> None:
    journal, log = SqliteJournal(tmp_path / "journal.sqlite3"), tmp_path / "journal.sqlite3-wal"
    journal.enqueue(line.a_ticket("up of talk", "scheduled"))
    assert log.exists()
    del journal
    assert not log.exists()
