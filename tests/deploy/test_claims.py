import os
import subprocess
import sys
import threading
from collections.abc import Iterator
from contextlib import AbstractContextManager
from datetime import UTC, datetime

import pytest

from eventstack.deploy import claims, liveness
from eventstack.deploy.claims import Held, Terms
from eventstack.deploy.journal import Intent, Journal, Operation, StackKey, Work
from eventstack.deploy.journal_memory import MemoryJournal
from eventstack.deploy.journal_sqlite import SqliteJournal
from eventstack.deploy.liveness import Identity
from eventstack.errors import Busy, Retryable, StoreError
from eventstack.settings import Settings
from eventstack.testing.contracts.journal import Clock
from tests.deploy.conftest import a_plan, wait_until

NOW = datetime(2026, 11, 22, 18, 0, tzinfo=UTC)
GONE = Identity(2**22 + 1, 1)


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


def holding(journal: Journal, kind: Work, *, lease_s: float = 30.0) -> AbstractContextManager[Held]:
    terms = Terms(lease_s=lease_s, over_s=60)
    return claims.hold(journal, a_plan(), kind, terms, clock=lambda: NOW, wish=threading.Event())


def test_an_operation_whose_session_lives_is_not_dead(sleeper: subprocess.Popen[bytes]) -> None:
    assert not claims.provably_dead(an_operation(process=liveness.identify(sleeper.pid)))


def test_an_operation_whose_session_is_empty_is_dead(sleeper: subprocess.Popen[bytes]) -> None:
    identity = liveness.identify(sleeper.pid)
    sleeper.kill()
    sleeper.wait()
    assert claims.provably_dead(an_operation(process=identity))


def test_a_pid_that_was_given_away_proves_death(sleeper: subprocess.Popen[bytes]) -> None:
    assert claims.provably_dead(an_operation(process=Identity(sleeper.pid, 1)))


def test_an_operation_whose_caller_lives_is_not_dead(sleeper: subprocess.Popen[bytes]) -> None:
    assert not claims.provably_dead(an_operation(caller=liveness.identify(sleeper.pid), process=GONE))


def test_nothing_survives_a_boot() -> None:
    assert claims.provably_dead(an_operation(caller=liveness.identify(os.getpid()), boot="another"))


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
    journal.claim(an_operation().intent, epoch=0, lease_s=30, over_s=60)
    with holding(journal, "up") as held:
        assert held.operation.epoch == 2
        with pytest.raises(Busy, match="holds the stack") as caught, holding(journal, "destroy"):
            pytest.fail("two held one stack")
        assert caught.value.holder == held.operation.intent.id
    [lost, good] = journal.operations(StackKey.of(plan))
    assert lost.outcome is not None
    assert lost.outcome["error"] == "its processes died"
    assert good.outcome == {"ok": True}


def test_what_raised_in_our_hands_is_freed_with_its_error(settings: Settings) -> None:
    journal, plan = SqliteJournal(settings.state / "journal.sqlite3"), a_plan()
    with pytest.raises(KeyError), holding(journal, "up"):
        raise KeyError("x")
    assert journal.stack(StackKey.of(plan)).holder is None
    assert journal.operations(StackKey.of(plan))[0].outcome == {"ok": False, "error": "KeyError"}


def test_a_lease_is_renewed_while_the_stack_is_held_and_lost_when_another_has_taken_it() -> None:
    journal, plan = MemoryJournal(), a_plan()
    with holding(journal, "up", lease_s=0.06) as held:
        wait_until(lambda: journal.operations(StackKey.of(plan))[0].age_s > 0.2)
        assert journal.operations(StackKey.of(plan))[0].lease_left_s > 0
        assert not held.lost.is_set()
        journal.finish(held.operation.intent.id, {"ok": False}, at=NOW)
        assert held.lost.wait(10)
        with pytest.raises(Retryable, match="taken over"):
            claims.confirm(journal, held, 0.06)


def test_a_journal_that_is_silent_for_less_than_a_lease_loses_nothing(monkeypatch: pytest.MonkeyPatch) -> None:
    journal = MemoryJournal()
    silences = [StoreError("the disk is full")] * 2

    def renew(id_: str, *, lease_s: float) -> bool:
        if silences:
            raise silences.pop()
        return MemoryJournal.renew(journal, id_, lease_s=lease_s)

    monkeypatch.setattr(journal, "renew", renew)
    with holding(journal, "up", lease_s=0.15) as held:
        wait_until(lambda: not silences)
        before = journal.operations(StackKey.of(a_plan()))[0].age_s
        wait_until(lambda: journal.operations(StackKey.of(a_plan()))[0].age_s > before + 0.2)
        assert not held.lost.is_set()


def test_a_journal_that_is_silent_for_a_whole_lease_loses_the_stack(monkeypatch: pytest.MonkeyPatch) -> None:
    journal = MemoryJournal()

    def renew(id_: str, *, lease_s: float) -> bool:
        raise StoreError("the disk is full")

    monkeypatch.setattr(journal, "renew", renew)
    with holding(journal, "up", lease_s=0.05) as held:
        assert held.lost.wait(10)


def test_an_operation_that_has_passed_its_time_is_ended_by_its_session_and_taken_over(
    sleeper: subprocess.Popen[bytes],
) -> None:
    clock = Clock()
    journal, plan = MemoryJournal(clock), a_plan()
    identity = liveness.identify(sleeper.pid)
    stopped = an_operation(caller=liveness.identify(os.getppid()), process=identity)
    journal.claim(stopped.intent, epoch=0, lease_s=30, over_s=60)
    journal.started(stopped.intent.id, session=identity.pid, process=identity, at=NOW)
    clock.now += 59
    with pytest.raises(Busy), holding(journal, "up"):
        pytest.fail("it still has time")
    assert liveness.alive(identity)
    clock.now += 2
    with holding(journal, "up"):
        assert not liveness.alive(identity)
    first = journal.operations(StackKey.of(plan))[0]
    assert first.outcome is not None
    assert first.outcome["error"] == "it passed its time and was ended"


def test_an_operation_without_processes_is_never_taken_from_a_living_caller() -> None:
    clock = Clock()
    journal = MemoryJournal(clock)
    journal.claim(an_operation(caller=liveness.identify(os.getppid())).intent, epoch=0, lease_s=30, over_s=60)
    clock.now += 1000
    with pytest.raises(Busy), holding(journal, "up"):
        pytest.fail("its caller lives")
