"""What the engine's own books say of a stack, read from its file backend without starting an engine.

The file is replaced in one step by the engine, and its secrets are encrypted. Anything that can't be read is `unknown`,
which is never `absent`; whether `absent` is an alarm, the journal knows. A `pending_operations` entry of type
`creating` is the only trace of a create that was cut off: the thing may exist.
"""

import contextlib
import json
import os
import time
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, Literal

from eventstack.deploy import private
from eventstack.deploy.liveness import host
from eventstack.node import processes

ORGANIZATION = "organization"
"""The one organization of a file backend."""

REMAINS = frozenset({".bak", ".attrs", ".pulumi-tags", ".unreadable"})
"""Suffixes of what stays beside a removed checkpoint."""

TOLERANCE_S = 2.0
"""Start times in wall time are as exact as the clock was steady since."""


@dataclass(frozen=True)
class Checkpoint:
    """A look at the books: `resources` are URNs, the stack's own included; `creating` those of cut-off creates;
    `unready` those that were made and reported as failed, which the next `up` updates; `retained` those that the engine
    will drop without deleting them, `protected` those that it refuses to delete; `ids` maps URNs to the ids that the
    books hold under them (several, while a thing is being replaced).
    """

    existence: Literal["absent", "present", "unknown"]
    resources: tuple[str, ...] = ()
    pending: tuple[str, ...] = ()
    creating: tuple[str, ...] = ()
    detail: str = ""
    unready: tuple[str, ...] = ()
    retained: tuple[str, ...] = ()
    protected: tuple[str, ...] = ()
    ids: Mapping[str, frozenset[str]] = field(default_factory=dict)


@dataclass(frozen=True)
class Lock:
    """One lock file of a stack; `pid` is None when it can't be read, `age_s` its age as a file."""

    path: Path
    pid: int | None
    host: str
    since: datetime | None
    age_s: float = 0.0

    @property
    def dead(self) -> bool:
        """Whether its maker can be proven dead: of this host, and no engine has its pid, nor a process of that age."""
        if self.pid is None or self.host != host():
            return False
        seen = processes.look(self.pid)
        if seen is None or seen.state in "ZX":
            return True
        # A step of the wall clock makes a living engine look younger than its lock: that alone proves no engine dead.
        younger = self.since is not None and self.since.timestamp() < processes.started_at(seen.identity) - TOLERANCE_S
        return younger and not _is_engine(self.pid)


@dataclass(frozen=True)
class Copy:
    """An older form of a stack's books that can be read: of when, with how many resources and pending operations."""

    path: Path
    at: datetime
    resources: int
    pending: int


@dataclass(frozen=True)
class FileBooks:
    """The engine's file backend of one owner, seen from one stack."""

    backend: Path
    project: str
    stack: str

    @property
    def file(self) -> Path:
        """The checkpoint."""
        return self._under("stacks") / f"{self.stack}.json"

    def look(self) -> Checkpoint:
        """Read the checkpoint; an empty sidecar makes it unreadable to the engine, and so to us."""
        if self.sidecar() is not None:
            return Checkpoint("unknown", detail=f"{self.file.name}.attrs beside it is empty")
        return _read(self.file)

    def sidecar(self) -> Path | None:
        """A sidecar of the checkpoint that was left empty by a kill, as can happen with `metadata` not skipped."""
        path = self.file.with_name(f"{self.file.name}.attrs")
        return path if path.exists() and path.stat().st_size == 0 else None

    def copies(self) -> list[Copy]:
        """Older forms of the books that can be read, the newest first: `.bak`, backups, history."""
        places = [
            self.file.with_name(f"{self.file.name}.bak"),
            *(self._under("backups") / self.stack).glob("*.json"),
            *(self._under("history") / self.stack).glob("*.checkpoint.json"),
        ]
        found = []
        for path in places:
            seen = _read(path)
            if seen.existence == "present":
                at = datetime.fromtimestamp(path.stat().st_mtime, UTC)
                found.append(Copy(path, at, len(seen.resources), len(seen.pending)))
        return sorted(found, key=lambda copy: copy.at, reverse=True)

    def restore(self, copy: Copy) -> None:
        """Put an older form in place; a file that is there is kept beside it, as `<stack>.json.unreadable`."""
        if self.file.exists():
            self.file.replace(self.file.with_name(f"{self.file.name}.unreadable"))
        private.replace(self.file, copy.path.read_text(encoding="utf-8"))

    def locks(self) -> list[Lock]:
        """The lock files that stand on the stack now."""
        folder = self._under("locks", ORGANIZATION) / self.stack
        return [_lock(path) for path in sorted(folder.glob("*.json"))] if folder.is_dir() else []

    def unlock(self) -> list[Path]:
        """Remove exactly the lock files whose engine, of this host, is provably dead; those of others stay."""
        removed = []
        for lock in self.locks():
            if lock.dead:
                lock.path.unlink(missing_ok=True)
                removed.append(lock.path)
        return removed

    def strike(self) -> bool:
        """Take an empty stack out of the books, as `stack rm` does; False, with the books as they were, if it can't be.

        It can't be while somebody holds a lock on it or it has resources. The checkpoint is put aside first and these
        are looked for afterwards: an engine that locks the stack later finds none, one that did earlier is seen.
        """
        aside = self.file.with_name(f"{self.file.name}.bak")
        if self.locks():
            return False
        self.file.replace(aside)
        left = _read(aside)
        if not self.locks() and left.existence == "present" and not left.resources:
            return True
        with contextlib.suppress(FileExistsError):
            os.link(aside, self.file)
        return False

    def remains(self) -> list[Path]:
        """Files about the stack that the engine keeps after it was removed: sidecars, backups, history, locks."""
        stacks = self._under("stacks")
        files = [path for path in stacks.glob(f"{self.stack}.*") if path.suffix in REMAINS]
        folders = [
            self._under("backups") / self.stack,
            self._under("history") / self.stack,
            self._under("locks", ORGANIZATION) / self.stack,
        ]
        return [*sorted(files), *(folder for folder in folders if folder.exists())]

    def _under(self, *names: str) -> Path:
        return self.backend.joinpath(".pulumi", *names, self.project)


def read(deployment: dict[str, Any]) -> Checkpoint:
    """A deployment in the engine's JSON; raises KeyError, TypeError or AttributeError when it is none."""
    pending = [(entry["type"], entry["resource"]["urn"]) for entry in deployment.get("pending_operations") or []]
    resources: list[dict[str, Any]] = deployment.get("resources") or []
    ids: dict[str, frozenset[str]] = {}
    for resource in resources:
        ids[resource["urn"]] = ids.get(resource["urn"], frozenset()) | {str(resource.get("id") or "")}
    return Checkpoint(
        "present",
        tuple(resource["urn"] for resource in resources),
        tuple(f"{kind} {urn}" for kind, urn in pending),
        tuple(urn for kind, urn in pending if kind == "creating"),
        unready=tuple(resource["urn"] for resource in resources if resource.get("initErrors")),
        retained=tuple(resource["urn"] for resource in resources if resource.get("retainOnDelete")),
        protected=tuple(resource["urn"] for resource in resources if resource.get("protect")),
        ids=ids,
    )


def _is_engine(pid: int) -> bool:
    """Whether a process goes by the engine's name; one that can't be looked at may."""
    try:
        return Path(f"/proc/{pid}/comm").read_text(encoding="utf-8", errors="replace").startswith("pulumi")
    except OSError:
        return True


def _lock(path: Path) -> Lock:
    try:
        content: dict[str, Any] = json.loads(path.read_bytes())
        since = datetime.fromisoformat(content["timestamp"])
        return Lock(path, int(content["pid"]), str(content["hostname"]), since, _age_s(path))
    except (OSError, ValueError, KeyError, TypeError):
        return Lock(path, None, "", None, _age_s(path))


def _age_s(path: Path) -> float:
    try:
        return time.time() - path.stat().st_mtime
    except OSError:
        return 0.0


def _read(path: Path) -> Checkpoint:
    try:
        latest = json.loads(path.read_bytes())["checkpoint"].get("latest")
        # The engine writes a manifest from `stack init` on, also of a stack with nothing in it: this is no such file.
        if not latest or not (latest.get("resources") or "manifest" in latest):
            return Checkpoint("unknown", detail=f"{path} holds no deployment")
        return read(latest)
    except FileNotFoundError:
        return Checkpoint("absent")
    except (OSError, ValueError, KeyError, TypeError, AttributeError) as error:
        return Checkpoint("unknown", detail=f"{path} can't be read: {error}")
