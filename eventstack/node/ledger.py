"""What a node has started, written down before it is started: the mark that needs no look at the processes.

One JSON object a line, forced to the disk before the call returns. `intent` comes before a start, `started` right
after it with pid, session and start time, `ended` once the session is seen empty. A torn line (a crash in the
middle of a write) is skipped by readers and closed by the next write.
"""

import os
from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import msgspec

from eventstack.node import processes
from eventstack.node.processes import Identity

SUPERVISOR = ""
"""The name under which a supervisor writes down itself; no part can have it."""


class Started(msgspec.Struct, frozen=True, kw_only=True, tag="started", tag_field="event"):
    """One process that was started, with all that ending it properly takes, also for a successor."""

    at: str
    part: str
    tag: str
    boot: str
    pid: int
    started: int
    stop_signals: tuple[int, ...] = (15,)
    stop_wait_s: float = 3.0
    restart: str = "always"
    restart_delay_s: float = 0.5
    log: str = "log.txt"

    @property
    def identity(self) -> Identity:
        """The process, which leads the session of the same number."""
        return Identity(self.pid, self.started)

    @property
    def alive(self) -> bool:
        """Whether exactly this process still runs."""
        return self.boot == processes.boot() and processes.alive(self.identity)


def utc_now() -> str:
    """The instant, RFC 3339 in UTC."""
    return datetime.now(UTC).isoformat(timespec="milliseconds").replace("+00:00", "Z")


class Ledger:
    """The ledger file of one node; `clock` gives RFC 3339 instants."""

    def __init__(self, path: Path, clock: Callable[[], str] = utc_now) -> None:
        self._path = path
        self._clock = clock

    def intent(self, part: str, tag: str) -> None:
        """A process of this part is about to be started."""
        self._write({"event": "intent", "at": self._clock(), "part": part, "tag": tag, "boot": processes.boot()})

    def started(self, part: str, tag: str, identity: Identity, **how: Any) -> Started:
        """It runs; `how` are the fields of `Started` about stopping and restarting."""
        entry = Started(
            at=self._clock(),
            part=part,
            tag=tag,
            boot=processes.boot(),
            pid=identity.pid,
            started=identity.started,
            **how,
        )
        self._write({**msgspec.to_builtins(entry), "session": identity.pid})
        return entry

    def ended(self, entry: Started, code: int | None) -> None:
        """Its session is empty; `code` is the leader's exit code where that is known."""
        self._write(
            {
                "event": "ended",
                "at": self._clock(),
                "part": entry.part,
                "pid": entry.pid,
                "started": entry.started,
                "code": code,
            }
        )

    def live(self) -> list[Started]:
        """Who should be alive and is, by pid and start time; empty for a ledger that is not there."""
        return [entry for entry in self._entries() if entry.alive]

    def _entries(self) -> list[Started]:
        try:
            lines = self._path.read_bytes().splitlines()
        except OSError:
            return []
        latest: dict[Identity, Started] = {}
        for line in lines:
            try:
                entry = msgspec.json.decode(line, type=Started)
            except (msgspec.ValidationError, msgspec.DecodeError):
                continue
            latest[entry.identity] = entry
        return list(latest.values())

    def _write(self, line: dict[str, Any]) -> None:
        descriptor = os.open(self._path, os.O_RDWR | os.O_CREAT | os.O_APPEND, 0o600)
        try:
            size = os.fstat(descriptor).st_size
            torn = size > 0 and os.pread(descriptor, 1, size - 1) != b"\n"
            os.write(descriptor, (b"\n" if torn else b"") + msgspec.json.encode(line) + b"\n")
            os.fsync(descriptor)
        finally:
            os.close(descriptor)
