import json
import subprocess
from collections.abc import Iterator
from pathlib import Path

import pytest

from eventstack.node import processes
from eventstack.node.ledger import Ledger
from eventstack.node.processes import Identity


@pytest.fixture
def sleeper() -> Iterator[Identity]:
    child = subprocess.Popen(["sleep", "60"], start_new_session=True)
    seen = processes.look(child.pid)
    assert seen
    yield seen.identity
    child.kill()
    child.wait()


@pytest.fixture
def ledger(tmp_path: Path) -> Ledger:
    return Ledger(tmp_path / "ledger.jsonl", clock=lambda: "2026-11-22T18:00:00Z")


def test_a_ledger_that_is_not_there_knows_nobody(ledger: Ledger) -> None:
    assert ledger.live() == []


def test_an_intent_stands_before_anything_was_started(ledger: Ledger, tmp_path: Path) -> None:
    ledger.intent("encoder", "a/tag")
    line = json.loads((tmp_path / "ledger.jsonl").read_text())
    assert (line["event"], line["part"], line["tag"]) == ("intent", "encoder", "a/tag")
    assert ledger.live() == []


def test_who_was_started_and_still_lives_is_told_by_pid_and_start_time(ledger: Ledger, sleeper: Identity) -> None:
    entry = ledger.started("encoder", "a/tag", sleeper, stop_signals=(2, 15))
    assert ledger.live() == [entry]
    assert entry.identity == sleeper


def test_another_process_under_the_same_pid_is_not_taken_for_ours(ledger: Ledger, sleeper: Identity) -> None:
    ledger.started("encoder", "a/tag", Identity(sleeper.pid, sleeper.started - 1))
    assert ledger.live() == []


def test_a_process_of_another_boot_is_not_taken_for_ours(ledger: Ledger, sleeper: Identity, tmp_path: Path) -> None:
    ledger.started("encoder", "a/tag", sleeper)
    path = tmp_path / "ledger.jsonl"
    path.write_text(path.read_text().replace(processes.boot(), "another"))
    assert ledger.live() == []


def test_a_torn_line_hides_neither_what_came_before_nor_what_comes_after(
    ledger: Ledger, sleeper: Identity, tmp_path: Path
) -> None:
    with (tmp_path / "ledger.jsonl").open("a") as file:
        file.write('{"event":"started","pi')
    entry = ledger.started("encoder", "a/tag", sleeper)
    assert ledger.live() == [entry]


def test_a_wrong_start_time_is_never_signalled(sleeper: Identity) -> None:
    stranger = Identity(sleeper.pid, sleeper.started + 1)
    assert not processes.send(stranger, 9)
    assert processes.end_session(stranger, lambda _: True, wait_s=0.1)
    assert processes.alive(sleeper)


def test_an_identity_survives_its_text(sleeper: Identity) -> None:
    assert Identity.parse(str(sleeper)) == sleeper
