"""Both supervisors are killed on air: the programme goes on, and everything is taken down as planned."""

import os
import signal
from pathlib import Path

import pytest

from eventstack.errors import Retryable
from eventstack.node.ledger import SUPERVISOR, Ledger
from tests.rehearsal.conftest import Run

SMALL = str(Path(__file__).parent / "one-rung-234p25.yaml")

pytestmark = [pytest.mark.chain, pytest.mark.timeout(300)]


def pids(run: Run) -> dict[str, int | None] | None:
    """The parts as both supervisors know them, once both answer."""
    try:
        return run.pids()
    except Retryable:
        return None


def test_the_supervisors_of_both_machines_come_back_and_nothing_else_changes(stage) -> None:
    run = stage.rehearse("--duration", "20s", "--profile", SMALL)
    run.until(run.on_air)
    before = run.pids()
    for layer in ("event", "foundation"):
        ledger = Ledger(run.node(layer) / "ledger.jsonl")
        [supervisor] = [entry for entry in ledger.live() if entry.part == SUPERVISOR]
        os.kill(supervisor.pid, signal.SIGKILL)
        run.saying(f"the {layer}'s node does not answer")
    assert run.until(lambda: pids(run)) == before
    run.end()
    assert run.as_run()["result"]["viewer"]["gaps"] == 0
    assert run.left() == []
