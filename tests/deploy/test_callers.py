"""Many callers in processes of their own: for one event, for more events than may be worked on at once, and dead ones.

On the real engine and the fake cloud.
"""

import dataclasses
from collections.abc import Iterator
from pathlib import Path

import pytest

from eventstack.deploy.engine import Engine
from eventstack.deploy.journal import StackKey
from eventstack.deploy.journal_sqlite import SqliteJournal
from eventstack.settings import Settings
from eventstack.testing.fake_cloud import FakeCloud
from tests.deploy.callers import Calls, Census
from tests.deploy.conftest import a_plan, wait_until

pytestmark = pytest.mark.engine

LONG_S = 120.0
"""More than a loaded machine needs."""


@pytest.fixture
def settings(settings: Settings) -> Settings:
    return dataclasses.replace(settings, deadline_s=2 * LONG_S)


@pytest.fixture
def calls(tmp_path: Path, settings: Settings, real_engine: Engine, provider: FakeCloud) -> Iterator[Calls]:
    calls = Calls(tmp_path / "calls", settings, real_engine, provider)
    yield calls
    calls.end()


@pytest.fixture
def journal(settings: Settings) -> SqliteJournal:
    return SqliteJournal(settings.state / "journal.sqlite3")


@pytest.mark.parametrize(("patient", "others"), [(1, 1), (6, 4)], ids=["two", "ten"])
def test_of_callers_at_once_one_works_the_patient_follow_it_and_the_others_are_told_who_works(
    calls: Calls, provider: FakeCloud, journal: SqliteJournal, patient: int, others: int
) -> None:
    plan = a_plan()
    gate = provider.hold("create", "archive")
    worker = calls(plan)
    gate.wait_reached(LONG_S)
    following = [calls(plan, patience_s=LONG_S) for _ in range(patient - 1)]
    refused = [calls(plan) for _ in range(others)]
    told = [one.result() for one in refused]
    wait_until(lambda: all(one.hears("archive") for one in following), LONG_S)
    gate.release()
    [operation] = journal.operations(StackKey.of(plan))
    assert {(one["error"], one["holder"]) for one in told} == {("Busy", operation.intent.id)}
    assert {one.result()["operation"] for one in (worker, *following)} == {operation.intent.id}
    assert (len(provider.world()), provider.count("create"), provider.doubled()) == (3, 3, {})


def test_callers_that_come_in_the_same_instant_build_once_and_remove_once(
    calls: Calls, provider: FakeCloud, journal: SqliteJournal
) -> None:
    plan = a_plan()
    built = [one.result() for one in [calls(plan, patience_s=LONG_S) for _ in range(4)]]
    assert len({one["operation"] for one in built}) == 1
    assert (len(provider.world()), provider.count("create")) == (3, 3)
    gone = [one.result() for one in [calls(plan, "destroy", patience_s=LONG_S) for _ in range(3)]]
    assert {one.get("error") for one in gone} == {None}
    assert (provider.world(), provider.count("delete")) == ([], 3)
    assert journal.line() == []


def test_a_caller_that_is_killed_while_it_waits_in_line_holds_nobody_up(
    calls: Calls, provider: FakeCloud, journal: SqliteJournal
) -> None:
    gate = provider.hold("create", "feed")
    first = calls(a_plan("one"), operations=1)
    gate.wait_reached(LONG_S)
    dead = calls(a_plan("two"), operations=1, patience_s=LONG_S)
    wait_until(lambda: len(journal.line()) == 2, LONG_S)
    last = calls(a_plan("three"), operations=1, patience_s=LONG_S)
    wait_until(lambda: len(journal.line()) == 3, LONG_S)
    dead.kill()
    gate.release()
    assert "operation" in first.result()
    assert "operation" in last.result()
    assert {thing.urn.split(":")[2] for thing in provider.world()} == {"one-i1", "three-i1"}
    assert journal.line() == []


def test_no_more_engines_run_than_may_but_an_emergency_passes_at_once_and_all_finish(
    calls: Calls, provider: FakeCloud, journal: SqliteJournal, settings: Settings, real_engine: Engine
) -> None:
    wrong = a_plan("wrong")
    calls(wrong).result()
    gates = [provider.hold("create", "feed"), provider.hold("create", "feed")]
    with Census(settings, real_engine) as held:
        season = [calls(a_plan(f"match-{number}"), operations=2, patience_s=LONG_S) for number in range(6)]
        for gate in gates:
            gate.wait_reached(LONG_S)
        wait_until(lambda: len(journal.line()) == 6, LONG_S)
        routine = calls(wrong, "destroy", operations=2).result()
        assert (routine["error"], routine["holder"]) == ("Busy", "")
    assert held.most == 2
    assert "operation" in calls(wrong, "destroy", operations=2, emergency=True).result()
    assert [ticket.admitted for ticket in journal.line()] == [True, True, False, False, False, False]
    with Census(settings, real_engine) as running:
        for gate in gates:
            gate.release()
        assert {one.result().get("error") for one in season} == {None}
    assert running.most == 2
    assert len(provider.world()) == 6 * 3
    assert provider.doubled() == {}
