"""What the engine's own books say of a stack, read from its file backend without starting an engine.

The file is replaced in one step by the engine, and its secrets are encrypted. Anything that can't be read is `unknown`,
which is never `absent`; whether `absent` is an alarm, the journal knows. A `pending_operations` entry of type
`creating` is the only trace of a create that was cut off: the thing may exist.
"""

import json
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Any, Literal

from eventstack.deploy.liveness import START_TOLERANCE_S, Identity, host

ORGANIZATION = "organization"
"""The one organization of a file backend."""


@dataclass(frozen=True)
class Checkpoint:
    """A look at the books: `resources` are URNs, the stack's own included; `creating` those of cut-off creates."""

    existence: Literal["absent", "present", "unknown"]
    resources: tuple[str, ...] = ()
    pending: tuple[str, ...] = ()
    creating: tuple[str, ...] = ()
    detail: str = ""


@dataclass(frozen=True)
class Lock:
    """One lock file of a stack; `pid` is None when it can't be read."""

    path: Path
    pid: int | None
    host: str
    since: datetime | None


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
        """Read the checkpoint."""
        try:
            return read(json.loads(self.file.read_bytes())["checkpoint"].get("latest") or {})
        except FileNotFoundError:
            return Checkpoint("absent")
        except (OSError, ValueError, KeyError, TypeError, AttributeError) as error:
            return Checkpoint("unknown", detail=f"{self.file} can't be read: {error}")

    def locks(self) -> list[Lock]:
        """The lock files that stand on the stack now."""
        folder = self._under("locks", ORGANIZATION) / self.stack
        return [_lock(path) for path in sorted(folder.glob("*.json"))] if folder.is_dir() else []

    def unlock(self, dead: Identity) -> list[Path]:
        """Remove exactly the lock files that a dead engine process of this host left in its lifetime."""
        removed = []
        for lock in self.locks():
            since = lock.since.timestamp() if lock.since else 0.0
            theirs = lock.pid == dead.pid and lock.host == host() and since > dead.started - START_TOLERANCE_S
            if theirs and not dead.alive():
                lock.path.unlink(missing_ok=True)
                removed.append(lock.path)
        return removed

    def remains(self) -> list[Path]:
        """Files about the stack that the engine keeps after it was removed: sidecars, backups, history, locks."""
        stacks = self._under("stacks")
        files = [path for path in stacks.glob(f"{self.stack}.*") if path.suffix in {".bak", ".attrs", ".pulumi-tags"}]
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
    return Checkpoint(
        "present",
        tuple(resource["urn"] for resource in deployment.get("resources") or []),
        tuple(f"{kind} {urn}" for kind, urn in pending),
        tuple(urn for kind, urn in pending if kind == "creating"),
    )


def _lock(path: Path) -> Lock:
    try:
        content: dict[str, Any] = json.loads(path.read_bytes())
        return Lock(path, int(content["pid"]), str(content["hostname"]), datetime.fromisoformat(content["timestamp"]))
    except (OSError, ValueError, KeyError, TypeError):
        return Lock(path, None, "", None)
