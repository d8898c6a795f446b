"""Processes as the machine itself knows them: who is alive, who belongs to whom, and how one is ended for certain.

A process is known by its pid and its start time, never by its name or its pid alone. The start time is in clock
ticks since boot (`man 5 proc_pid_stat`, field 22), which no step of the wall clock moves.
"""

import contextlib
import os
import signal
import time
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

_PROC = Path("/proc")
_DEAD = "ZX"
_POLL_S = 0.02


@dataclass(frozen=True, order=True)
class Identity:
    """One process for its whole life: `pid`, and `started` in clock ticks since boot."""

    pid: int
    started: int

    def __str__(self) -> str:
        return f"{self.pid}@{self.started}"

    @classmethod
    def parse(cls, text: str) -> "Identity":
        """Read back what `str()` wrote; raises ValueError for anything else."""
        pid, _, started = text.partition("@")
        return cls(int(pid), int(started))


@dataclass(frozen=True)
class Seen:
    """What one look at a process showed. `state` is the kernel's letter, `terminal` is 0 without one."""

    identity: Identity
    state: str
    parent: int
    session: int
    terminal: int


def look(pid: int) -> Seen | None:
    """Look at a process once; None when there is none."""
    try:
        text = (_PROC / str(pid) / "stat").read_text(encoding="utf-8", errors="replace")
    except OSError:
        return None
    # the name in parentheses may itself hold spaces and parentheses
    fields = text.rpartition(")")[2].split()
    return Seen(
        identity=Identity(pid, int(fields[19])),
        state=fields[0],
        parent=int(fields[1]),
        session=int(fields[3]),
        terminal=int(fields[4]),
    )


def started_at(identity: Identity) -> float:
    """When a process started, in seconds since 1970 by today's wall clock."""
    age_s = time.clock_gettime(time.CLOCK_BOOTTIME) - identity.started / os.sysconf("SC_CLK_TCK")
    return time.time() - age_s


def boot() -> str:
    """The name of this boot; ticks of another one mean nothing here."""
    return (_PROC / "sys/kernel/random/boot_id").read_text(encoding="ascii").strip()


def everything() -> Iterator[Seen]:
    """Every process of the machine that is not dead."""
    for entry in _PROC.iterdir():
        if entry.name.isdigit() and (seen := look(int(entry.name))) and seen.state not in _DEAD:
            yield seen


def alive(identity: Identity) -> bool:
    """Whether exactly this process still runs; a zombie does not."""
    seen = look(identity.pid)
    return seen is not None and seen.identity == identity and seen.state not in _DEAD


def members(session: int) -> list[Seen]:
    """The living processes of a session."""
    return [seen for seen in everything() if seen.session == session]


def send(identity: Identity, number: int) -> bool:
    """Signal exactly this process; False when it is gone, or is not ours to signal.

    The kernel's handle is taken before the identity is checked, so that a pid given away in between is never hit.
    """
    try:
        handle = os.pidfd_open(identity.pid)
    except OSError:
        return False
    try:
        if not alive(identity):
            return False
        signal.pidfd_send_signal(handle, number)
    except OSError:
        return False
    finally:
        os.close(handle)
    return True


def wait_until(condition: Callable[[], bool], deadline_s: float) -> bool:
    """Poll until the condition holds or the time is over; says which."""
    end = time.monotonic() + deadline_s
    while not condition():
        if time.monotonic() >= end:
            return False
        time.sleep(_POLL_S)
    return True


def remains(leader: Identity, ours: Callable[[Seen], bool]) -> list[Seen]:
    """Who of the session that `leader` opened is still alive.

    While the leader's entry stands (also as a zombie) the session can be no other. Once it is gone the number
    might have been given away, so only those that `ours` knows by another mark are counted.
    """
    seen = look(leader.pid)
    if seen is not None and seen.identity != leader:
        return []
    return [member for member in members(leader.pid) if seen is not None or ours(member)]


def end_session(
    leader: Identity,
    ours: Callable[[Seen], bool],
    *,
    signals: Sequence[int] = (signal.SIGTERM,),
    wait_s: float = 3.0,
    kill_wait_s: float = 5.0,
) -> bool:
    """End a session: `signals` to its leader in turn, `wait_s` seconds apart, then SIGKILL to whoever is left.

    Blocks; False when something survived `kill_wait_s` seconds of that (a process stuck in the kernel).
    """
    for number in signals:
        if not send(leader, number) or wait_until(lambda: not alive(leader), wait_s):
            break
    return wait_until(lambda: not _kill(remains(leader, ours)), kill_wait_s)


def end(identity: Identity, *, wait_s: float = 3.0, kill_wait_s: float = 5.0) -> bool:
    """End exactly one process, politely first; True when it is gone."""
    if send(identity, signal.SIGTERM) and not wait_until(lambda: not alive(identity), wait_s):
        send(identity, signal.SIGKILL)
    return wait_until(lambda: not alive(identity), kill_wait_s)


def environment(pid: int, names: Iterable[str]) -> dict[str, str]:
    """Those of the named variables that the process was started with, as far as they may be read."""
    try:
        raw = (_PROC / str(pid) / "environ").read_bytes()
    except OSError:
        return {}
    wanted = set(names)
    pairs = (item.partition(b"=") for item in raw.split(b"\0"))
    return {
        name.decode(): value.decode(errors="replace")
        for name, _, value in pairs
        if name.decode(errors="replace") in wanted
    }


def working_directory(pid: int) -> str:
    """The process's working directory, "" when it may not be read."""
    try:
        return str((_PROC / str(pid) / "cwd").readlink())
    except OSError:
        return ""


def open_files(pid: int) -> list[str]:
    """What the process's descriptors point to, as far as they may be read."""
    paths = []
    with contextlib.suppress(OSError):
        for entry in (_PROC / str(pid) / "fd").iterdir():
            with contextlib.suppress(OSError):
                paths.append(str(entry.readlink()))
    return paths


def written_files(pid: int) -> list[str]:
    """Those of the process's open files that it may write to (`man 5 proc_pid_fdinfo`: `flags`, in octal)."""
    paths = []
    with contextlib.suppress(OSError):
        for entry in (_PROC / str(pid) / "fd").iterdir():
            with contextlib.suppress(OSError, ValueError, StopIteration):
                path = str(entry.readlink())
                lines = (entry.parent.with_name("fdinfo") / entry.name).read_text(encoding="ascii").splitlines()
                flags = next(line.partition(":")[2] for line in lines if line.startswith("flags:"))
                if int(flags, 8) & os.O_ACCMODE != os.O_RDONLY:
                    paths.append(path)
    return paths


def _kill(left: list[Seen]) -> list[Seen]:
    for member in left:
        send(member.identity, signal.SIGKILL)
    return left
