from pathlib import Path

import pytest

from eventstack.deploy.journal import Journal
from eventstack.deploy.journal_memory import MemoryJournal
from eventstack.deploy.journal_sqlite import SqliteJournal
from eventstack.testing.contracts.journal import Clock, JournalContract


@pytest.fixture
def clock() -> Clock:
    return Clock()


class TestSqlite(JournalContract):
    @pytest.fixture
    def journal(self, tmp_path: Path, clock: Clock) -> Journal:
        return SqliteJournal(tmp_path / "journal.sqlite3", clock)


class TestMemory(JournalContract):
    @pytest.fixture
    def journal(self, clock: Clock) -> Journal:
        return MemoryJournal(clock)
