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
    assert str(error) == (
        "up of p/s: create of feed failed: feed: bad key [secret]. Call the same again: it goes on from what the"
        " engine's books hold"
    )


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
    assert isinstance(verdict(books, result), kind)


def test_a_deadline_is_named(books: FileBooks) -> None:
    error = verdict(books, Result(exit=1, ok=False), asked="deadline", killed=True)
    assert isinstance(error, Retryable)
    assert "passed its deadline, did not end in time and was killed" in str(error)


def test_an_interruption_says_what_stands_and_what_failed_and_nothing_of_the_engines_noise(books: FileBooks) -> None:
    protected_books(books, "urn::vault", "urn::feed")
    tally = failing("urn::origin")
    for text in (
        "expected resource operations for urn::edge but none were seen",
        "update canceled",
        "if you press ^C again the engine is killed",
    ):
        tally.add(Event(kind="message", severity="error", text=text))
    tally.add(Event(kind="message", severity="error", urn="urn::edge", text="expected resource operations for edge"))
    tally.add(Event(kind="failed", urn="urn::edge", op="create"))
    error = verdict(books, Result(exit=1, ok=False, error="a wall of noise"), tally, asked="request")
    assert str(error) == (
        "up of p/s: it was asked to end and ended; 2 resources stand; create of origin: bad key [secret]. " + LATER
    )


def protected_books(books: FileBooks, *urns: str) -> None:
    books.file.parent.mkdir(parents=True)
    latest = {"resources": [{"urn": urn, "protect": True} for urn in urns]}
    books.file.write_text(json.dumps({"version": 3, "checkpoint": {"latest": latest}}))


def test_what_is_protected_is_final_only_where_nothing_else_failed(books: FileBooks) -> None:
    protected_books(books, "urn::vault")
    ended = Ended(exit=1, asked="", killed=False, duration_s=1.0)
    alone, beside = failing("urn::vault"), failing("urn::vault", "urn::feed")
    result, redact = Result(exit=1, ok=False), Redactor([])
    assert isinstance(judge("destroy", ended, result, alone, books, redact), Final)
    assert isinstance(judge("destroy", ended, result, beside, books, redact), Retryable)


LATER = "Call the same again: it goes on from what the engine's books hold"
ROOM = "See that the disk has room, then call again: what was done stands in the engine's books"
MEND = "Mend the program, then preview again; `eventstack logs` shows where it was"
TEXTS: list[tuple[Result | None, dict[str, Any], str]] = [
    (None, {"exit": -9}, f"its process was killed. {LATER}"),
    (None, {"exit": 74}, f"its result could not be written. {ROOM}"),
    (
        None,
        {"exit": 3},
        (
            "the program ended its own process (exit code 3). Mend the program, then preview again: what was built"
            " until then stands in the engine's books"
        ),
    ),
    (Result(exit=0, ok=False, error="/x: full"), {}, f"the engine's events could not be written (/x: full). {ROOM}"),
    (Result(exit=1, ok=False), {"asked": "request"}, f"it was asked to end and ended. {LATER}"),
    (
        Result(exit=1, ok=False, error="update canceled"),
        {"asked": "deadline"},
        f"it passed its deadline and ended. EVENTSTACK_DEADLINE_S gives it longer. {LATER}",
    ),
    (
        None,
        {"exit": -9, "asked": "lease", "killed": True},
        f"its stack was taken over, did not end in time and was killed. {LATER}",
    ),
    (
        Result(exit=1, ok=False, program_error='Traceback\n  File "x", line 1\nValueError: no rung'),
        {},
        f"the program raised: ValueError: no rung. {MEND}",
    ),
    (
        Result(exit=127, ok=False, error="no such file"),
        {},
        "the engine could not be started: no such file. `eventstack doctor` looks for it",
    ),
    (
        Result(exit=2, ok=False),
        {},
        (
            "the engine stopped (exit code 2): it printed nothing. `eventstack logs` shows all it said, `eventstack"
            " doctor` how the stack is"
        ),
    ),
]


@pytest.mark.parametrize(("result", "ended", "text"), TEXTS)
def test_an_end_is_told_in_one_line_with_a_way_out(
    books: FileBooks, result: Result | None, ended: dict[str, Any], text: str
) -> None:
    assert str(verdict(books, result, **ended)) == f"up of p/s: {text}"


def test_a_lock_is_told_with_its_owner_or_that_it_cannot_be_read(books: FileBooks) -> None:
    lock = a_lock(books, 4711, "2026-11-22T16:48:23Z")
    failed = Result(exit=255, ok=False)
    assert str(verdict(books, failed)) == (
        f"up of p/s: locked by pid 4711 on {liveness.host()} (4711.json). Call again when that engine has ended; of a"
        " host that is gone for good, remove exactly that file"
    )
    lock.write_text("")
    assert str(verdict(books, failed)) == (
        "up of p/s: locked: its lock file 4711.json can't be read. `eventstack recover` removes a torn one"
    )


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


@pytest.mark.parametrize(
    ("end", "words"),
    [
        ("KeyError: 'rung'", "KeyError: 'rung'"),
        ("ValueError: no rung\n  to do: name one", "ValueError: no rung; to do: name one"),
        (
            "m.ValidationError: 2 errors for X\nsize\n  too big\n    see here\nzone\n  missing",
            "m.ValidationError: 2 errors for X; size; too big; see here; zone; missing",
        ),
        ('Exception: rpc: Invoke callback 1-2 error: no rung:\n  File "p.py", line 1, in f\n    raise', "no rung"),
    ],
)
def test_of_a_program_that_raised_the_exception_is_told_in_one_line(books: FileBooks, end: str, words: str) -> None:
    traceback = f'Traceback (most recent call last):\n  File "p.py", line 3, in build\n    raise it\n{end}'
    error = verdict(books, Result(exit=1, ok=False, program_error=traceback))
    assert f"the program raised: {words}. Mend" in str(error)
