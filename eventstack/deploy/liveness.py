"""Who a process is, whether it is still there, and how a whole session is ended.

A pid alone proves nothing: an identity is a pid with its start time, on one boot of one host. The engine puts each
plugin into a process group of its own but keeps it in the operation's session, so a session is what is counted and
ended.
"""

import os
import signal
import socket
import time
from dataclasses import dataclass
from pathlib import Path

import psutil

START_TOLERANCE_S = 2.0
"""Start times are computed from the boot time, which a stepped clock shifts; users of one pid lie further apart."""

POLL_S = 0.02
"""How often a dying session is looked at, in seconds."""


@dataclass(frozen=True)
class Identity:
    """One process of one boot: enough to know it again. `started` is seconds since 1970."""

    pid: int
    started: float

    @classmethod
    def of(cls, pid: int) -> "Identity":
        """Identify a process that runs now; raises `psutil.NoSuchProcess`."""
        return cls(pid, psutil.Process(pid).create_time())

    def alive(self) -> bool:
        """Whether exactly this process still runs; a zombie doesn't."""
        try:
            process = psutil.Process(self.pid)
            return (
                process.status() != psutil.STATUS_ZOMBIE
                and abs(process.create_time() - self.started) < START_TOLERANCE_S
            )
        except psutil.NoSuchProcess:
            return False


def host() -> str:
    """The name of this machine."""
    return socket.gethostname()


def boot() -> str:
    """What tells this boot of the machine from any other."""
    path = Path("/proc/sys/kernel/random/boot_id")
    return path.read_text().strip() if path.exists() else f"boot-{psutil.boot_time():.0f}"


def session_members(session: int) -> list[Identity]:
    """The living processes of a session."""
    members = []
    for pid in psutil.pids():
        try:
            if os.getsid(pid) == session:
                member = Identity.of(pid)
                if member.alive():
                    members.append(member)
        except (ProcessLookupError, PermissionError, psutil.NoSuchProcess):
            continue
    return members


def marked(mark: str, name: str = "EVENTSTACK_OP") -> list[Identity]:
    """The living processes whose environment carries a mark of ours."""
    found = []
    for process in psutil.process_iter():
        try:
            if process.environ().get(name) == mark and process.status() != psutil.STATUS_ZOMBIE:
                found.append(Identity(process.pid, process.create_time()))
        except (psutil.NoSuchProcess, psutil.AccessDenied, psutil.ZombieProcess):
            continue
    return found


def end_session(session: int, *, within_s: float = 10.0) -> bool:
    """Kill every process of a session, by identity, until none is left; False when some survive `within_s`."""
    deadline = time.monotonic() + within_s
    while members := session_members(session):
        for member in members:
            if member.alive():
                try:
                    os.kill(member.pid, signal.SIGKILL)
                except ProcessLookupError:
                    continue
        if time.monotonic() > deadline:
            return False
        time.sleep(POLL_S)
    return True
