"""What really happened, in one file: the programme as it was observed, and the operations as they were taken.

The programme's lines come from looking (a viewer at the edge, probes), never from what was commanded; the
operations' lines come from the loop. Instants are RFC 3339 in UTC with milliseconds; `programme_time` is an instant
on the programme's own timeline, as the stream dates itself.
"""

import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

FORMAT = 1
"""Version of the as-run's JSON form."""


def instant(moment: datetime) -> str:
    """RFC 3339 in UTC, milliseconds, `Z`."""
    return moment.astimezone(UTC).isoformat(timespec="milliseconds").replace("+00:00", "Z")


@dataclass(frozen=True)
class Operation:
    """One step: when it was planned, when it was taken, who wanted it and why, how it ended."""

    step: str
    planned: datetime | None
    started: datetime
    ended: datetime
    by: str
    why: str
    ok: bool
    detail: str = ""

    def plain(self) -> dict[str, Any]:
        """The operation as JSON values."""
        return {
            "step": self.step,
            "planned": instant(self.planned) if self.planned else None,
            "started": instant(self.started),
            "ended": instant(self.ended),
            "by": self.by,
            "why": self.why,
            "ok": self.ok,
            "detail": self.detail,
        }


@dataclass(frozen=True)
class Mark:
    """One thing seen of the programme: on and off air, slate in and out, a gap, a broken hop and its return."""

    kind: str
    at: datetime
    programme_time: datetime | None = None
    detail: str = ""

    def plain(self) -> dict[str, Any]:
        """The mark as JSON values."""
        return {
            "kind": self.kind,
            "at": instant(self.at),
            "programme_time": instant(self.programme_time) if self.programme_time else None,
            "detail": self.detail,
        }


@dataclass
class AsRun:
    """The record of one occurrence, filled as it runs and written after every change, so that a crash loses nothing."""

    path: Path
    head: dict[str, Any]
    programme: list[Mark] = field(default_factory=list)
    operations: list[Operation] = field(default_factory=list)
    result: Mapping[str, Any] = field(default_factory=dict)

    def plain(self) -> dict[str, Any]:
        """The whole record as JSON values; the programme in the order of its instants."""
        return {
            "format": FORMAT,
            **self.head,
            "programme": [mark.plain() for mark in sorted(self.programme, key=lambda mark: mark.at)],
            "operations": [operation.plain() for operation in self.operations],
            "result": dict(self.result),
        }

    def write(self) -> None:
        """Write the record, whole or not at all."""
        self.path.parent.mkdir(parents=True, exist_ok=True)
        draft = self.path.with_suffix(".tmp")
        draft.write_text(json.dumps(self.plain(), indent=2, ensure_ascii=False) + "\n", encoding="utf-8")
        draft.replace(self.path)
