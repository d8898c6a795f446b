"""The processes of an operation: deadline, one SIGINT, an empty session. With scripts in place of an engine."""

import os
import subprocess
import sys
import threading
import time
from pathlib import Path

import psutil
import pytest

from eventstack.deploy import liveness, operation
from eventstack.deploy.events import Event, decode, encode
from eventstack.deploy.liveness import Identity
from eventstack.deploy.operation import Command, Ended, Lines, Patience
from tests.deploy.conftest import wait_until

STUBBORN = """
import os, signal, subprocess, sys
signals = open("signals", "ab", buffering=0)
signal.signal(signal.SIGINT, lambda *_: signals.write(b"int\\n"))
child = subprocess.Popen([sys.executable, "-c", "import time; time.sleep(600)"], process_group=0)
open("ready", "w").write(str(child.pid))
while True:
    signal.pause()
"""

POLITE = """
import signal, sys
def end(*_):
    open("signals", "ab").write(b"int\\n")
    sys.exit(1)
signal.signal(signal.SIGINT, end)
open("ready", "w").close()
while True:
    signal.pause()
"""


def start(
    folder: Path,
    script: str,
    patience: Patience,
    interrupt: threading.Event | None = None,
    lost: threading.Event | None = None,
) -> tuple[Ended, int]:
    (folder / "script.py").write_text(script)
    command = Command(
        (sys.executable, str(folder / "script.py")),
        folder,
        os.environ,
        folder,
        folder / "log",
        folder / "events",
        decode,
    )
    leaders: list[Identity] = []
    ended = operation.run(
        command,
        patience,
        interrupt=interrupt or threading.Event(),
        lost=lost or threading.Event(),
        on_started=leaders.append,
        on_event=lambda _: None,
    )
    return ended, leaders[0].pid


def test_past_its_deadline_an_operation_gets_one_sigint_and_then_its_session_is_emptied(tmp_path: Path) -> None:
    ended, session = start(tmp_path, STUBBORN, Patience(deadline_s=1.5, grace_s=1.0))
    assert (ended.asked, ended.killed, ended.exit) == ("deadline", True, -9)
    assert (tmp_path / "signals").read_text() == "int\n"
    assert liveness.session_members(session) == []
    child = int((tmp_path / "ready").read_text())
    assert not psutil.pid_exists(child) or psutil.Process(child).status() == psutil.STATUS_ZOMBIE


def test_an_operation_that_ends_when_asked_is_not_killed(tmp_path: Path) -> None:
    ended, _ = start(tmp_path, POLITE, Patience(deadline_s=1.0, grace_s=60.0))
    assert (ended.asked, ended.killed, ended.exit) == ("deadline", False, 1)
    assert ended.duration_s < 30


def test_a_request_from_another_thread_ends_it(tmp_path: Path) -> None:
    interrupt = threading.Event()

    def ask() -> None:
        deadline = time.monotonic() + 20
        while not (tmp_path / "ready").exists() and time.monotonic() < deadline:
            threading.Event().wait(0.02)
        interrupt.set()

    thread = threading.Thread(target=ask)
    thread.start()
    ended, _ = start(tmp_path, POLITE, Patience(60.0, 60.0), interrupt)
    thread.join()
    assert (ended.asked, ended.killed) == ("request", False)


def test_a_callback_that_raises_ends_the_operation_and_is_heard(tmp_path: Path) -> None:
    (tmp_path / "script.py").write_text(POLITE)
    (tmp_path / "events").write_bytes(encode(Event(kind="done")))
    command = Command(
        (sys.executable, str(tmp_path / "script.py")),
        tmp_path,
        os.environ,
        tmp_path,
        tmp_path / "log",
        tmp_path / "events",
        decode,
    )
    leaders: list[Identity] = []

    def on_event(_: Event) -> None:
        raise LookupError("in a callback")

    with pytest.raises(LookupError):
        operation.run(
            command,
            Patience(60.0, 60.0),
            interrupt=threading.Event(),
            lost=threading.Event(),
            on_started=leaders.append,
            on_event=on_event,
        )
    assert not liveness.alive(leaders[0])


def test_a_line_is_read_when_it_is_whole(tmp_path: Path) -> None:
    path, lines = tmp_path / "f", Lines(tmp_path / "f")
    assert lines.read() == []
    path.write_bytes(b"one\ntw")
    assert lines.read() == [b"one"]
    path.write_bytes(b"one\ntwo\n")
    assert lines.read() == [b"two"]


def test_whoever_lost_the_stack_ends_what_it_started(tmp_path: Path) -> None:
    lost = threading.Event()
    lost.set()
    ended, _ = start(tmp_path, POLITE, Patience(60.0, 60.0), lost=lost)
    assert ended.asked == "lease"


CALLER = """
import os, sys, threading
from pathlib import Path
from eventstack.deploy import operation
from eventstack.deploy.operation import Command, Patience
folder = Path(sys.argv[1])
script = (sys.executable, str(folder / "script.py"))
command = Command(script, folder, os.environ, folder, folder / "log", folder / "events", lambda line: None)
operation.LATER_S = 0.5
operation.run(command, Patience(2.0, 1.0), interrupt=threading.Event(), lost=threading.Event(),
              on_started=lambda leader: (folder / "leader").write_text(str(leader.pid)), on_event=lambda event: None)
"""


def test_the_deadline_holds_when_the_caller_is_dead(tmp_path: Path) -> None:
    (tmp_path / "script.py").write_text(STUBBORN)
    caller = subprocess.Popen([sys.executable, "-c", CALLER, str(tmp_path)], start_new_session=True)
    with caller:
        wait_until(lambda: (tmp_path / "ready").exists() and (tmp_path / "leader").exists())
        caller.kill()
    leader = int((tmp_path / "leader").read_text())
    wait_until(lambda: not liveness.running(leader))
    assert (tmp_path / "signals").read_text() == "int\n"
    liveness.end_session(leader)
