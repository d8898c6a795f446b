import os
import subprocess
import sys
from collections.abc import Iterator
from datetime import UTC, datetime

import pytest

from eventstack.deploy import claims, liveness
from eventstack.deploy.journal import Intent, Operation, StackKey
from eventstack.deploy.journal_sqlite import SqliteJournal
from eventstack.deploy.liveness import Identity
from eventstack.deploy.workspace import Workspace
from eventstack.errors import Retryable
from eventstack.settings import Settings
from tests.deploy.conftest import a_plan, wait_until

NOW = datetime(2026, 11, 22, 18, 0, tzinfo=UTC)
GONE = Identity(2**22 + 1, 1.0)


@pytest.fixture
def sleeper() -> Iterator[subprocess.Popen[bytes]]:
    process = subprocess.Popen([sys.executable, "-c", "input()"], stdin=subprocess.PIPE, start_new_session=True)
    with process:
        yield process
        process.kill()


def an_operation(
    *, caller: Identity = GONE, boot: str | None = None, host: str | None = None, process: Identity | None = None
) -> Operation:
    intent = Intent(
        "0001-up-x",
        StackKey.of(a_plan()),
        "talk",
        1,
        "up",
        "hash",
        host or liveness.host(),
        boot or liveness.boot(),
        caller,
        NOW,
    )
    return Operation(intent, 1, session=process.pid if process else None, process=process)


def test_an_operation_whose_session_lives_is_not_dead(sleeper: subprocess.Popen[bytes]) -> None:
    assert not claims.provably_dead(an_operation(process=Identity.of(sleeper.pid)))


def test_an_operation_whose_session_is_empty_is_dead(sleeper: subprocess.Popen[bytes]) -> None:
    identity = Identity.of(sleeper.pid)
    sleeper.kill()
    sleeper.wait()
    assert claims.provably_dead(an_operation(process=identity))


def test_a_pid_that_was_given_away_proves_death(sleeper: subprocess.Popen[bytes]) -> None:
    assert claims.provably_dead(an_operation(process=Identity(sleeper.pid, 1.0)))


def test_an_operation_whose_caller_lives_is_not_dead(sleeper: subprocess.Popen[bytes]) -> None:
    assert not claims.provably_dead(an_operation(caller=Identity.of(sleeper.pid), process=GONE))


def test_nothing_survives_a_boot() -> None:
    assert claims.provably_dead(an_operation(caller=Identity.of(os.getpid()), boot="another"))


def test_of_another_host_nothing_can_be_proven() -> None:
    assert not claims.provably_dead(an_operation(host="elsewhere", boot="another"))


def test_an_intent_whose_marked_process_lives_is_not_dead() -> None:
    operation = an_operation()
    environment = {**os.environ, "EVENTSTACK_OP": operation.mark}
    process = subprocess.Popen([sys.executable, "-c", "input()"], stdin=subprocess.PIPE, env=environment)
    with process:
        wait_until(lambda: liveness.marked(operation.mark))
        assert not claims.provably_dead(operation)
        process.kill()
    assert claims.provably_dead(operation)


def test_a_dead_holder_is_taken_over_and_a_living_one_is_not(settings: Settings) -> None:
    journal, plan = SqliteJournal(settings.state / "journal.sqlite3"), a_plan()
    workspace = Workspace(settings, plan.build.project, plan.build.stack)
    journal.claim(an_operation().intent, epoch=0)
    with claims.hold(journal, workspace, plan, "up", clock=lambda: NOW) as held:
        assert held.operation.epoch == 2
        with (
            pytest.raises(Retryable, match="holds the stack"),
            claims.hold(journal, workspace, plan, "destroy", clock=lambda: NOW),
        ):
            pytest.fail("two held one stack")
    [lost, good] = journal.operations(StackKey.of(plan))
    assert lost.outcome is not None
    assert lost.outcome["error"] == "its processes died"
    assert good.outcome == {"ok": True}


def test_what_raised_in_our_hands_is_freed_with_its_error(settings: Settings) -> None:
    journal, plan = SqliteJournal(settings.state / "journal.sqlite3"), a_plan()
    workspace = Workspace(settings, plan.build.project, plan.build.stack)
    with pytest.raises(KeyError), claims.hold(journal, workspace, plan, "up", clock=lambda: NOW):
        raise KeyError("x")
    assert journal.stack(StackKey.of(plan)).holder is None
    assert journal.operations(StackKey.of(plan))[0].outcome == {"ok": False, "error": "KeyError"}
