"""Which processes an operation has, whether they are still there, and how a whole session is ended.

An identity (`node.processes`) is a pid with its start in ticks since boot, on one boot of one host: no step of the wall
clock moves it. The engine puts each plugin into a process group of its own but keeps it in the operation's session, so
a session is what is counted and ended.
"""

import signal
import socket

from eventstack.node import processes
from eventstack.node.processes import Identity as Identity  # noqa: PLC0414 - the word of the journal's protocol
from eventstack.node.processes import alive as alive  # noqa: PLC0414
from eventstack.node.processes import boot as boot  # noqa: PLC0414


def host() -> str:
    """The name of this machine."""
    return socket.gethostname()


def identify(pid: int) -> Identity:
    """Identify a process that runs now; raises ProcessLookupError when there is none."""
    seen = processes.look(pid)
    if seen is None:
        raise ProcessLookupError(f"no process {pid}")
    return seen.identity


def session_members(session: int) -> list[Identity]:
    """The living processes of a session; one that is stopped lives."""
    return [seen.identity for seen in processes.members(session)]


def marked(mark: str, name: str = "EVENTSTACK_OP") -> list[Identity]:
    """The living processes whose environment carries a mark of ours, as far as it may be read."""
    return [
        seen.identity
        for seen in processes.everything()
        if processes.environment(seen.identity.pid, [name]).get(name) == mark
    ]


def end_session(session: int, *, within_s: float = 10.0) -> bool:
    """Kill every process of a session, by identity, until none is left; False when some survive `within_s`."""

    def none_left() -> bool:
        left = session_members(session)
        for member in left:
            processes.send(member, signal.SIGKILL)
        return not left

    return processes.wait_until(none_left, within_s)


def running(pid: int) -> bool:
    """Whether a living process, whoever it is, has that pid."""
    seen = processes.look(pid)
    return seen is not None and seen.state not in "ZX"
