"""What a run needs of a machine, as pure judgements over measured values; `checkup` measures, `doctor` shows them.

Each function takes what was found and returns one Check with what is wanted and, if that differs, what to do.
"""

from dataclasses import dataclass
from datetime import datetime, timedelta
from pathlib import Path
from typing import Literal

from eventstack.deploy.passphrase import Inspection
from eventstack.deploy.redact import shown

MIB = 1 << 20
GIB = 1 << 30

OPEN_FILES = 1024
"""Files that one process may have open: the engine holds a connection per resource in flight, nginx one per viewer."""

UDP_BUFFER = 4 * MIB
"""Bytes that a socket may buffer. At the usual 208 KiB a transport stream of 10 Mbit/s overruns within 0.2 s."""

DISK = 1 * GIB
"""Bytes free for state, archive and records of some rehearsals."""

DISK_TO_BUILD = 2 * GIB
"""Bytes free in the cache while the engine is not there yet."""

PORTS = 24
"""Loopback ports that one rehearsal listens on, generously."""

Status = Literal["ok", "warn", "missing"]


@dataclass(frozen=True)
class Check:
    """One thing that a run needs: `missing` means that it can't work, `warn` that it may not work well.

    `place` is the path of what was found, if it has one.
    """

    name: str
    found: str
    wanted: str
    status: Status
    remedy: str = ""
    place: str = ""


def python(version: tuple[int, int, int], executable: str) -> Check:
    """The interpreter."""
    found = ".".join(map(str, version))
    if version >= (3, 11, 0):
        return Check("Python", found, "3.11 or newer", "ok", place=executable)
    return Check("Python", found, "3.11 or newer", "missing", "make the environment with a newer Python", executable)


def program(name: str, path: Path | None, says: str, problem: str, remedy: str) -> Check:
    """An executable that parts are made of: `says` is its own word on its version, empty if it did not run."""
    place = str(path or "")
    if path and says:
        return Check(name, says, "it runs", "ok", place=place)
    return Check(name, problem, "it runs", "missing", remedy, place)


def packages(absent: tuple[str, ...]) -> Check:
    """The Python packages of the local cloud."""
    wanted = "those of eventstack[local]"
    if not absent:
        return Check("packages", "all there", wanted, "ok")
    return Check("packages", f"not there: {', '.join(absent)}", wanted, "missing", "pip install 'eventstack[local]'")


def plugin(importable: bool, script: str | None) -> Check:
    """The provider through which the engine manages the local cloud."""
    wanted = "the one that comes with eventstack"
    if not importable:
        return Check("plugin", "its module is not there", wanted, "missing", "install eventstack again")
    return Check("plugin", "its console script" if script else "its module", wanted, "ok", place=script or "")


def ports(wanted: int, refused: str) -> Check:
    """Listening on the loopback; `refused` is the system's word when it did not allow it, else empty."""
    want = f"{wanted} TCP and UDP on 127.0.0.1"
    if refused:
        return Check("ports", refused, want, "missing", "allow listening on the loopback interface")
    return Check("ports", "free", want, "ok")


def disk(name: str, folder: Path, free: int, wanted: int) -> Check:
    """Free space, in bytes, where `folder` is or would be made."""
    found = f"{_size(free)} free"
    if free >= wanted:
        return Check(f"disk: {name}", found, _size(wanted), "ok", place=str(folder))
    remedy = "free some space, or set EVENTSTACK_HOME to another disk"
    return Check(f"disk: {name}", found, _size(wanted), "missing", remedy, str(folder))


def private(folder: Path, writable: bool, mode: int | None) -> Check:
    """The state directory: `mode` is its permission bits, none while it does not exist."""
    wanted, place = "writable, private", str(folder)
    if not writable:
        return Check("state", "not writable", wanted, "missing", "mend its owner, or set EVENTSTACK_HOME", place)
    if mode is None:
        return Check("state", "will be made", wanted, "ok", place=place)
    if mode & 0o077:
        return Check("state", f"open to others (mode {mode:04o})", wanted, "warn", f"chmod 700 {folder}", place)
    return Check("state", "private", wanted, "ok", place=place)


def passphrase(seen: Inspection) -> Check:
    """What locks the stacks' secrets, as `deploy.passphrase.inspect` found it."""
    wanted = "there, private, the one that was used"
    return Check("passphrase", seen.found, wanted, seen.status, seen.remedy, seen.place)


def backend(address: str, folder: Path | None) -> Check:
    """Where the engine keeps its state: `folder` when that is plain files; a backend elsewhere is named, not asked."""
    if folder is not None:
        return Check("backend", "files", "any Pulumi backend", "ok", place=str(folder))
    return Check("backend", f"{shown(address)}, not asked", "any Pulumi backend", "ok")


def clock(now: datetime, installed: datetime, drift_s: float, synchronised: bool | None) -> Check:
    """The wall clock: against the time at which this package was installed, against the monotonic clock over a moment
    (`drift_s`, seconds), and what the kernel says of its synchronisation (none if it does not say).
    """
    wanted = "steady, synchronised"
    remedy = "start a time service: timedatectl set-ntp true"
    if now < installed - timedelta(days=1):
        return Check("clock", f"{now:%Y-%m-%d %H:%M} UTC, before this was installed", wanted, "missing", remedy)
    if abs(drift_s) > 0.05:
        return Check("clock", f"jumped by {drift_s:+.3f} s while it was watched", wanted, "warn", remedy)
    if synchronised is None:
        return Check("clock", f"{now:%H:%M:%S} UTC; whether synchronised is not known", wanted, "ok")
    if not synchronised:
        return Check("clock", f"{now:%H:%M:%S} UTC, not synchronised", wanted, "warn", remedy)
    return Check("clock", f"{now:%H:%M:%S} UTC, synchronised", wanted, "ok")


def open_files(soft: int, hard: int) -> Check:
    """Limits of open files per process; -1 is no limit."""
    wanted = f"{OPEN_FILES} or more"
    if soft < 0 or soft >= OPEN_FILES:
        return Check("open files", "no limit" if soft < 0 else str(soft), wanted, "ok")
    if hard < 0 or hard >= OPEN_FILES:
        return Check("open files", str(soft), wanted, "warn", f"ulimit -n {OPEN_FILES}")
    return Check("open files", f"{soft}, at most {hard}", wanted, "missing", "raise nofile in the system's limits")


def udp_buffers(limit: int | None) -> Check:
    """The largest receive buffer that a socket may ask for, in bytes; none where the system does not say."""
    wanted = f"{_size(UDP_BUFFER)} or more"
    if limit is None:
        return Check("UDP buffers", "the system does not say", wanted, "ok")
    if limit >= UDP_BUFFER:
        return Check("UDP buffers", _size(limit), wanted, "ok")
    return Check("UDP buffers", _size(limit), wanted, "warn", f"sysctl -w net.core.rmem_max={UDP_BUFFER}")


def user(uid: int) -> Check:
    """Who runs this: both are fine, and a reader of the table wants to know."""
    return Check("user", "root" if uid == 0 else f"an ordinary user (uid {uid})", "any", "ok")


def _size(count: int) -> str:
    for unit, size in (("GiB", GIB), ("MiB", MIB)):
        if count >= size:
            return f"{count / size:.1f} {unit}".replace(".0 ", " ")
    return f"{count / 1024:.0f} KiB"
