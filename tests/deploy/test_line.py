import os
import subprocess
import sys
import threading
from dataclasses import replace

import pytest

from eventstack.deploy import claims, line, liveness
from eventstack.deploy.journal import Journal, Ticket
from eventstack.deploy.journal_memory import MemoryJournal
from eventstack.deploy.liveness import Identity
from eventstack.errors import Busy
from eventstack.testing.contracts.journal import Clock, an_intent
from tests.deploy.conftest import wait_until

GONE = Identity(2**22 + 1, 1)


@pytest.fixture
def journal() -> Journal:
    return MemoryJournal()


class Place(threading.Thread):
    """Somebody in the line, until `leave` is set."""

    def __init__(self, journal: Journal, ticket: Ticket, *, most: int = 1, patience_s: float = 20.0) -> None:
        super().__init__(daemon=True)
        self.journal, self.ticket, self.most, self.patience_s = journal, ticket, most, patience_s
        self.passed, self.leave = threading.Event(), threading.Event()
        self.before: list[int] = []
        self.error: Busy | None = None
        self.start()

    def run(self) -> None:
        over = line.over_by(self.journal, "local", claims.provably_dead)
        try:
            with line.place(
                self.journal,
                self.ticket,
                most=self.most,
                patience_s=self.patience_s,
                over=over,
                give_up=self.leave,
                on_wait=self.before.append,
            ):
                self.passed.set()
                self.leave.wait(20)
        except Busy as error:
            self.error = error


def test_no_more_than_the_most_pass_and_the_next_passes_when_one_leaves(journal: Journal) -> None:
    first = Place(journal, line.a_ticket("one", "scheduled"))
    assert first.passed.wait(10)
    second = Place(journal, line.a_ticket("two", "scheduled"))
    wait_until(lambda: second.before)
    assert not second.passed.is_set()
    first.leave.set()
    assert second.passed.wait(10)
    second.leave.set()
    second.join(10)
    assert journal.line() == []


def test_an_emergency_passes_though_as_many_run_as_may(journal: Journal) -> None:
    routine = Place(journal, line.a_ticket("one", "scheduled"))
    assert routine.passed.wait(10)
    emergency = Place(journal, line.a_ticket("two", "emergency"))
    assert emergency.passed.wait(10)
    for one in (routine, emergency):
        one.leave.set()
        one.join(10)


def test_who_has_no_patience_is_told_to_come_again(journal: Journal) -> None:
    first = Place(journal, line.a_ticket("one", "scheduled"))
    assert first.passed.wait(10)
    second = Place(journal, line.a_ticket("two", "interactive"), patience_s=0.0)
    second.join(10)
    assert second.error is not None
    assert str(second.error) == (
        "two: 1 operations run already, which is the most at once here; waited 0 s in line. Call again later, or let"
        " more run by EVENTSTACK_OPERATIONS"
    )
    first.leave.set()
    first.join(10)


def test_the_place_of_a_dead_caller_is_free_when_its_operation_is_dead_too(journal: Journal) -> None:
    child = subprocess.Popen([sys.executable, "-c", "input()"], stdin=subprocess.PIPE, start_new_session=True)
    with child:
        identity = liveness.identify(child.pid)
        dead = replace(line.a_ticket("up", "scheduled"), caller=GONE)
        journal.enqueue(dead)
        assert journal.admit(dead.id, most=1, gone=())
        intent = replace(an_intent("one", ticket=dead.id), caller=GONE)
        journal.claim(intent, epoch=0, lease_s=30, over_s=60)
        journal.started("one", session=identity.pid, process=identity, at=intent.at)
        waiting = Place(journal, line.a_ticket("two", "scheduled"))
        wait_until(lambda: len(waiting.before) > 2)
        assert not waiting.passed.is_set()
        child.kill()
        child.wait()
        assert waiting.passed.wait(10)
        waiting.leave.set()
        waiting.join(10)


def test_a_place_that_a_living_caller_could_not_give_back_is_free_after_a_while_unless_it_works() -> None:
    clock = Clock()
    journal = MemoryJournal(clock)
    over = line.over_by(journal, "local", claims.provably_dead)
    idle, working = line.a_ticket("one", "scheduled"), line.a_ticket("two", "scheduled")
    for ticket in (idle, working):
        journal.enqueue(ticket)
        assert journal.admit(ticket.id, most=2, gone=())
    parent = liveness.identify(os.getppid())
    journal.claim(replace(an_intent("two", ticket=working.id), caller=parent), epoch=0, lease_s=30, over_s=60)
    clock.now += line.IDLE_S - 1
    assert [over(ticket) for ticket in journal.line()] == [False, False]
    clock.now += 2
    assert {ticket.id: over(ticket) for ticket in journal.line()} == {idle.id: True, working.id: False}


def test_tickets_of_an_earlier_boot_are_worth_nothing(journal: Journal) -> None:
    over = line.over_by(journal, "local", claims.provably_dead)
    mine = line.a_ticket("up", "scheduled")
    assert not over(mine)
    assert over(replace(mine, boot="earlier"))
    assert not over(replace(mine, boot="another", host="another"))


def test_the_most_follows_cores_and_memory() -> None:
    assert line.most_at_once(cores=2, memory_bytes=24 << 30) == 8
    assert line.most_at_once(cores=64, memory_bytes=8 << 30) == 20
    assert line.most_at_once(cores=1, memory_bytes=1 << 29) == 2
    assert line.most_at_once() >= 2
    assert os.cpu_count()
