"""How an end is read: by exit codes, events and files."""

import json
import os
import shutil
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

from eventstack.deploy import liveness
from eventstack.deploy.checkpoint import FileBooks
from eventstack.deploy.events import Event, Tally
from eventstack.deploy.operation import Ended
from eventstack.deploy.redact import Redactor
from eventstack.deploy.request import Result
from eventstack.deploy.verdict import judge
from eventstack.errors import EventstackError, Final, Refused, Retryable
from tests.deploy.conftest import wait_until


@pytest.fixture
def books(tmp_path: Path) -> FileBooks:
    return FileBooks(tmp_path, "p", "s")


def verdict(
    books: FileBooks, result: Result | None, tally: Tally | None = None, **ended: Any
) -> EventstackError | None:
    how = Ended(**{"exit": 0, "asked": "", "killed": False, "duration_s": 1.0, **ended})
    return judge("up", how, result, tally or Tally(), books, Redactor(["hunter22"]))


def failing(*urns: str) -> Tally:
    tally = Tally()
    for urn in urns:
        tally.add(Event(kind="message", severity="error", urn=urn, text="bad key hunter22"))
        tally.add(Event(kind="failed", urn=urn, op="create"))
    return tally


def a_lock(books: FileBooks, pid: int, since: str) -> Path:
    folder = books.backend / ".pulumi" / "locks" / "organization" / "p" / "s"
    folder.mkdir(parents=True, exist_ok=True)
    path = folder / f"{pid}.json"
    path.write_text(json.dumps({"pid": pid, "hostname": liveness.host(), "username": "u", "timestamp": since}))
    return path


def test_an_end_without_a_fault_is_no_error(books: FileBooks) -> None:
    assert verdict(books, Result(exit=0, ok=True)) is None


def test_a_provider_that_failed_may_be_tried_again_and_its_text_is_redacted(books: FileBooks) -> None:
    error = verdict(books, Result(exit=1, ok=False), failing("urn::feed"))
    assert isinstance(error, Retryable)
    assert str(error) == "up of p/s: create of feed failed: feed: bad key [secret]"


def test_a_lock_of_somebody_else_may_go_away(books: FileBooks) -> None:
    a_lock(books, 4711, "2026-11-22T16:48:23.712338664Z")
    error = verdict(books, Result(exit=255, ok=False, error="locked"))
    assert isinstance(error, Retryable)
    assert "locked by pid 4711" in str(error)


@pytest.mark.parametrize(
    ("result", "kind"),
    [
        (None, Final),
        (Result(exit=-9, ok=False), Retryable),
        (Result(exit=8, ok=False), Retryable),
        (Result(exit=None, ok=False, interrupted=True), Retryable),
        (Result(exit=None, ok=False, error="no module"), Final),
        (Result(exit=6, ok=False), Final),
        (Result(exit=2, ok=False), Final),
        (Result(exit=1, ok=False, program_error="ValueError: x"), Final),
        (Result(exit=0, ok=False, refused=("replace urn::x",)), Refused),
    ],
)
def test_ends_are_told_apart(books: FileBooks, result: Result | None, kind: type[EventstackError]) -> None:
    assert type(verdict(books, result)) is kind


def test_a_deadline_is_named(books: FileBooks) -> None:
    error = verdict(books, Result(exit=1, ok=False), asked="deadline", killed=True)
    assert isinstance(error, Retryable)
    assert "passed its deadline, did not end in time and was killed" in str(error)


def test_exactly_the_locks_of_dead_engines_are_removed(books: FileBooks) -> None:
    process = subprocess.Popen([sys.executable, "-c", "input()"], stdin=subprocess.PIPE)
    with process:
        lock = a_lock(books, process.pid, "2099-01-01T00:00:00Z")
        dead = a_lock(books, 2**22 + 1, "2026-11-22T16:48:23Z")
        elsewhere = a_lock(books, 2**22 + 2, "2026-11-22T16:48:23Z")
        elsewhere.write_text(elsewhere.read_text().replace(liveness.host(), "another-host"))
        assert books.unlock() == [dead]
        process.kill()
    assert books.unlock() == [lock]
    assert elsewhere.exists()


def test_a_lock_whose_pid_was_given_away_since_is_removed(books: FileBooks) -> None:
    lock = a_lock(books, os.getpid(), "1999-01-01T00:00:00Z")
    assert books.unlock() == [lock]


def test_the_lock_of_a_living_engine_stays_though_a_stepped_clock_makes_the_engine_look_younger(
    books: FileBooks, tmp_path: Path
) -> None:
    engine = shutil.copy(sys.executable, tmp_path / "pulumi")
    process = subprocess.Popen(
        [engine, "-S", "-c", "input()"], stdin=subprocess.PIPE, env={"PYTHONHOME": sys.base_prefix}
    )
    with process:
        wait_until(lambda: Path(f"/proc/{process.pid}/comm").read_text() == "pulumi\n")
        lock = a_lock(books, process.pid, "1999-01-01T00:00:00Z")
        assert books.unlock() == []
        process.kill()
    assert books.unlock() == [lock]


def test_a_lock_that_cannot_be_read_is_left_alone(books: FileBooks) -> None:
    a_lock(books, 1, "2026-11-22T16:48:23Z").write_text("")
    assert books.unlock() == []
