"""Runs one program that may take minutes: in a session of its own, watched, and ended as a whole at its deadline."""

import os
import selectors
import subprocess
import time
from collections import deque
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from eventstack.deploy import liveness

_TICK_S = 0.5
_SETTLE_S = 0.01  # a killed process is gone a moment later
_TAIL = 8


@dataclass(frozen=True)
class Ended:
    """How a program ended: its exit code (none at the deadline, negative for a signal) and its last lines."""

    code: int | None
    tail: tuple[str, ...]
    deadline_s: float

    @property
    def ok(self) -> bool:
        """Whether it ended by itself with code 0."""
        return self.code == 0

    @property
    def why(self) -> str:
        """The reason of a failure, as one line."""
        said = " | ".join(self.tail[-3:])[-600:] or "it printed nothing"
        if self.code is None:
            return f"ended after its deadline of {self.deadline_s:g} s ({said})"
        return f"exit code {self.code}: {said}"


class Pace:
    """Passes a text on with the elapsed seconds, at most once in `every_s`, the first time after `first_s`."""

    def __init__(self, say: Callable[[str], None], *, every_s: float = 10.0, first_s: float = 10.0) -> None:
        self._say = say
        self._every_s = every_s
        self._next_s = first_s

    def __call__(self, elapsed_s: float, text: str) -> None:
        """Say the text if it is time."""
        if elapsed_s >= self._next_s:
            self._next_s = elapsed_s + self._every_s
            self._say(f"{text} ({elapsed_s:.0f} s)")


def run(
    argv: Sequence[str],
    *,
    cwd: Path,
    env: Mapping[str, str],
    deadline_s: float,
    on_line: Callable[[str], None] = lambda _: None,
    on_tick: Callable[[float], None] = lambda _: None,
) -> Ended:
    """Run a program to its end or its deadline; `on_tick` gets the elapsed seconds about twice a second.

    Whatever is left of its session when this returns, or is left by an exception, has been killed. A program that can't
    be started is an Ended with code 127.
    """
    tail: deque[str] = deque(maxlen=_TAIL)

    def hear(line: str) -> None:
        tail.append(line)
        on_line(line)

    began = time.monotonic()
    try:
        process = subprocess.Popen(
            list(argv),
            cwd=cwd,
            env=dict(env),
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            start_new_session=True,
        )
    except OSError as error:
        return Ended(127, (f"{argv[0]}: {error.strerror or error}",), deadline_s)
    assert process.stdout is not None
    lines = _Lines(process.stdout.fileno(), hear)
    late = False
    try:
        while not (late or _has_exited(process.pid)):
            elapsed_s = time.monotonic() - began
            on_tick(elapsed_s)
            lines.read(min(_TICK_S, max(deadline_s - elapsed_s, 0.0)))
            late = elapsed_s >= deadline_s
        lines.rest()
    finally:
        liveness.end_session(process.pid)
        process.wait()
        lines.close()
        process.stdout.close()
    return Ended(None if late else process.returncode, tuple(tail), deadline_s)


def _has_exited(pid: int) -> bool:
    # WNOWAIT leaves the process unreaped, so that its session's number stays taken until the session is ended.
    return os.waitid(os.P_PID, pid, os.WEXITED | os.WNOHANG | os.WNOWAIT) is not None


class _Lines:
    """Reads a pipe without ever waiting for its end, which a grandchild may hold open."""

    def __init__(self, descriptor: int, hear: Callable[[str], None]) -> None:
        os.set_blocking(descriptor, False)
        self._descriptor = descriptor
        self._hear = hear
        self._pending = b""
        self._open = True
        self._selector = selectors.DefaultSelector()
        self._selector.register(descriptor, selectors.EVENT_READ)

    def read(self, timeout_s: float) -> bool:
        """Wait for output and pass its lines on; False when there was none."""
        if not self._open:
            time.sleep(min(timeout_s, _SETTLE_S))
            return False
        if not self._selector.select(timeout_s):
            return False
        data = os.read(self._descriptor, 1 << 16)
        self._open = bool(data)
        *lines, self._pending = (self._pending + data).split(b"\n")
        for line in lines:
            self._tell(line)
        return self._open

    def rest(self) -> None:
        """Pass on what is there already, and the last line though it has no end."""
        while self.read(0):
            pass
        self._tell(self._pending)
        self._pending = b""

    def close(self) -> None:
        self._selector.close()

    def _tell(self, line: bytes) -> None:
        text = line.decode(errors="replace").rstrip()
        if text:
            self._hear(text)
