"""One operation's processes: started in a session of their own, followed by their files, ended by deadline or request.

The end of a deadline is one SIGINT (the engine finishes what is in flight, saves and unlocks), then patience for the
slowest create, then SIGKILL to everything of the session. There is no second SIGINT: it would orphan what is in flight.

The session's leader is the system's `timeout`, so that the deadline holds also when whoever started the operation is
dead. It is told to leave the process group alone: else it would send a second SIGINT to the engine.
"""

import shutil
import signal
import subprocess
import threading
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Literal

from eventstack.deploy import private
from eventstack.deploy.events import Decode, Event
from eventstack.deploy.liveness import Identity, end_session, identify, session_members
from eventstack.deploy.request import RESULT
from eventstack.node import processes

POLL_S = 0.05
"""How often files and processes are looked at, in seconds."""

LATER_S = 5.0
"""How long after the caller's own deadline `timeout` acts: only where there is no caller any more."""

LINGER_S = 6.0
"""How long what an operation started may outlive its work; the engine itself gives a plugin 5 s to end."""

KILL_S = 15.0
"""How long a killed session may take to be seen empty, at most."""

Asked = Literal["", "deadline", "request", "lease"]
"""What an operation was asked to end for: its deadline, somebody's request, or a lease that was lost."""


@dataclass(frozen=True)
class Command:
    """What to start and where. `log` takes stdout and stderr; `events` is the file that `decode` reads;
    `is_engine` says that the process is the engine itself and not a worker that starts it.
    """

    arguments: tuple[str, ...]
    work: Path
    environment: Mapping[str, str]
    place: Path
    log: Path
    events: Path
    decode: Decode
    is_engine: bool = False

    def done(self, exit_code: int) -> bool:
        """Whether its work is over though its session is not empty: the engine ended by itself, or the worker did."""
        return exit_code >= 0 if self.is_engine else (self.place / RESULT).exists()


@dataclass(frozen=True)
class Patience:
    """Seconds until the one SIGINT, and from it until the session is killed."""

    deadline_s: float
    grace_s: float

    @property
    def over_s(self) -> float:
        """Seconds after its start at which an operation has ended, whoever still watches it."""
        return self.deadline_s + LATER_S + self.grace_s + KILL_S


@dataclass(frozen=True)
class Ended:
    """How the processes ended: the first one's exit code, what they were asked to end for, whether they were killed;
    `lingered` counts those that outlived the work and were ended then.
    """

    exit: int
    asked: Asked
    killed: bool
    duration_s: float
    lingered: int = 0


def run(
    command: Command,
    patience: Patience,
    *,
    interrupt: threading.Event,
    lost: threading.Event,
    on_started: Callable[[Identity], None],
    on_event: Callable[[Event], None],
) -> Ended:
    """Start the processes and follow them until their session is empty.

    `interrupt` asks them to end, and so does `lost`, when somebody else has taken the stack. An exception out of a
    callback, or a KeyboardInterrupt, asks the operation to end and is raised once it has ended.
    """
    began = time.monotonic()
    private.write(command.log, "", lasting=False)
    with command.log.open("ab") as log:
        process = subprocess.Popen(
            [*_held_to(patience), *command.arguments],
            stdin=subprocess.DEVNULL,
            stdout=log,
            stderr=log,
            cwd=command.work,
            env=dict(command.environment),
            start_new_session=True,
            umask=0o077,
        )
    following = _Following(command, process, patience, interrupt, lost, began)
    try:
        on_started(identify(process.pid))
        following.until_empty(on_event)
    except BaseException:
        interrupt.set()
        following.until_empty(lambda _: None)
        raise
    took_s = time.monotonic() - began
    return Ended(process.returncode, following.asked, following.killed, took_s, following.lingered)


def _held_to(patience: Patience) -> tuple[str, ...]:
    """The command that holds what follows it to the deadline; nothing where the system has none."""
    found = shutil.which("timeout", path="/usr/bin:/bin:/usr/local/bin")
    if found is None:
        return ()
    after = ("--kill-after", f"{patience.grace_s + LATER_S:.3f}", f"{patience.deadline_s + LATER_S:.3f}")
    return found, "--foreground", "--signal", "INT", *after


class _Following:
    """The loop over one session's processes and event file."""

    def __init__(
        self,
        command: Command,
        process: "subprocess.Popen[bytes]",
        patience: Patience,
        interrupt: threading.Event,
        lost: threading.Event,
        began: float,
    ) -> None:
        self.asked: Asked = ""
        self.killed = False
        self.lingered = 0
        self._done_at: float | None = None
        self._command = command
        self._process = process
        self._interrupt = interrupt
        self._lost = lost
        self._deadline = began + patience.deadline_s
        self._grace_s = patience.grace_s
        self._lines = Lines(command.events)

    def until_empty(self, on_event: Callable[[Event], None]) -> None:
        while self._process.poll() is None or session_members(self._process.pid):
            self._read(on_event)
            now = time.monotonic()
            if self._process.returncode is not None and self._command.done(self._process.returncode):
                self._clear(now)
            else:
                self._press(now)
            self._rest()
        self._read(on_event)

    def _read(self, on_event: Callable[[Event], None]) -> None:
        for line in self._lines.read():
            event = self._command.decode(line)
            if event is not None:
                on_event(event)

    def _clear(self, now: float) -> None:
        """End what outlives the work: a plugin that ignores its engine's end, a child that a program left."""
        self._done_at = self._done_at or now
        if now > self._done_at + LINGER_S:
            self.lingered += len(session_members(self._process.pid))
            end_session(self._process.pid)

    def _press(self, now: float) -> None:
        if not self.asked:
            self.asked = self._reason(now)
            if self.asked:
                self._deadline = now + self._grace_s
                self._ask()
        elif now > self._deadline and not self.killed:
            self.killed = True
            end_session(self._process.pid)

    def _reason(self, now: float) -> Asked:
        if self._lost.is_set():
            return "lease"
        if self._interrupt.is_set():
            return "request"
        return "deadline" if now > self._deadline else ""

    def _ask(self) -> None:
        """One SIGINT: to the leader, which hands it on, or to whoever has outlived all above it (an engine)."""
        if self._process.poll() is None:
            self._process.send_signal(signal.SIGINT)
            return
        members = processes.members(self._process.pid)
        pids = {member.identity.pid for member in members}
        for member in members:
            if member.parent not in pids:
                processes.send(member.identity, signal.SIGINT)

    def _rest(self) -> None:
        if self._process.poll() is None:
            try:
                self._process.wait(POLL_S)
            except subprocess.TimeoutExpired:
                return
        else:
            time.sleep(POLL_S)


class Lines:
    """Reads the whole lines that a file has gained since the last look."""

    def __init__(self, path: Path) -> None:
        self._path = path
        self._position = 0

    def read(self) -> list[bytes]:
        """The new lines; a line still being written waits for its end."""
        try:
            with self._path.open("rb") as file:
                file.seek(self._position)
                text = file.read()
        except FileNotFoundError:  # not begun, or cleared away with its stack
            return []
        whole = text[: text.rfind(b"\n") + 1]
        self._position += len(whole)
        return whole.splitlines()
