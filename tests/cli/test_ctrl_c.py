"""Ctrl-C at the terminal: one polite wish to end, and a way to leave."""

import json
import os
import signal
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

PROGRAM = Path(__file__).parent / "programs" / "slow_up.py"
ROOT = Path(__file__).parents[2]


@contextmanager
def started(home: Path, manner: str) -> Iterator["subprocess.Popen[str]"]:
    """The command, once its operation runs."""
    words = [sys.executable, str(PROGRAM), manner, "up", "--new-foundation", "season", "--json"]
    environment = {**os.environ, "PYTHONPATH": os.pathsep.join([str(ROOT), os.environ.get("PYTHONPATH", "")])}
    with subprocess.Popen(words, env=environment, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True) as process:
        assert process.stderr
        try:
            while process.stderr.readline() != "running\n":
                assert process.poll() is None
            yield process
        finally:
            if process.poll() is None:
                process.kill()


def test_one_interrupt_asks_the_operation_to_end_and_waits_for_it(home: Path) -> None:
    with started(home, "polite") as process:
        process.send_signal(signal.SIGINT)
        out, err = process.communicate(timeout=20)
    assert process.returncode == 130
    assert "SIGINT: asked to end, what is in flight is completed first; again to leave" in err
    assert "interrupted: it was asked to end and ended" in err
    assert json.loads(out)["error"] == "Retryable"


def test_a_second_interrupt_leaves_and_says_what_goes_on(home: Path) -> None:
    with started(home, "stubborn") as process:
        assert process.stderr
        process.send_signal(signal.SIGINT)
        while "again to leave" not in process.stderr.readline():
            assert process.poll() is None
        process.send_signal(signal.SIGINT)
        out, err = process.communicate(timeout=20)
    assert (process.returncode, json.loads(out)["error"]) == (130, "Interrupted")
    assert "left: what was asked to end goes on to its end by itself; to follow it: eventstack list" in err
