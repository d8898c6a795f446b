"""The engine's events in our words: what may be written down, followed and counted.

The engine's own stream carries secrets in clear in its debug diagnostics, so it is reduced here, where it enters:
debug is dropped, everything else becomes an `Event`. Stamps are `time.monotonic()` of this boot, since the engine's
are whole seconds.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any, Literal

import msgspec

from eventstack.deploy.deployer import Progress
from eventstack.deploy.redact import MASK

STACK_TYPE = "pulumi:pulumi:Stack"
"""Type of a stack's root resource, which carries the stack's outputs."""

SECRET_SIGNATURE = "4dabf18193072939515e22adb298388d"  # noqa: S105 - the marker of a secret, not one
"""Key that marks a wrapped special value in the engine's JSON."""

QUIET = frozenset({"same", "read", "refresh"})
"""Steps that change nothing."""


class Event(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """One event of an operation; `at` is monotonic seconds, `op` the engine's step."""

    kind: Literal["planned", "started", "done", "failed", "message", "summary"]
    at: float = 0.0
    urn: str = ""
    type: str = ""
    op: str = ""
    severity: str = ""
    text: str = ""
    outputs: dict[str, Any] | None = None
    changes: dict[str, int] = {}


def reduce(raw: dict[str, Any], *, at: float) -> Event | None:
    """An event from the engine's JSON; None for what nobody needs and for what nobody may see."""
    if diagnostic := raw.get("diagnosticEvent"):
        if diagnostic.get("severity", "debug") == "debug":
            return None
        return Event(
            kind="message",
            at=at,
            urn=diagnostic.get("urn", ""),
            severity=diagnostic["severity"],
            text=diagnostic.get("message", "").strip(),
        )
    if summary := raw.get("summaryEvent"):
        return Event(kind="summary", at=at, changes=dict(summary.get("resourceChanges") or {}))
    for name, kind in (("resourcePreEvent", "started"), ("resOutputsEvent", "done"), ("resOpFailedEvent", "failed")):
        if name in raw:
            return _step(kind, raw[name], at)
    return None


def _step(kind: Any, raw: dict[str, Any], at: float) -> Event:
    metadata = raw.get("metadata", {})
    outputs = None
    if raw.get("planning"):
        kind = "planned"
    elif metadata.get("type") == STACK_TYPE and kind == "done":
        outputs = masked((metadata.get("new") or {}).get("outputs") or {})
    return Event(
        kind=kind,
        at=at,
        urn=metadata.get("urn", ""),
        type=metadata.get("type", ""),
        op=metadata.get("op", ""),
        outputs=outputs,
    )


def masked(value: Any) -> Any:
    """The value with every secret in it replaced by the mask, and whole floats (the engine's integers) by integers."""
    if isinstance(value, dict):
        return MASK if SECRET_SIGNATURE in value else {key: masked(item) for key, item in value.items()}
    if isinstance(value, list):
        return [masked(item) for item in value]
    return int(value) if isinstance(value, float) and value.is_integer() else value


@dataclass
class Tally:
    """What the events of one operation add up to; `needs` maps URNs to those that they wait for."""

    needs: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    steps: dict[str, str] = field(default_factory=dict)
    outputs: dict[str, Any] = field(default_factory=dict)
    changes: dict[str, int] = field(default_factory=dict)
    failed: list[tuple[str, str]] = field(default_factory=list)
    errors: list[str] = field(default_factory=list)
    _since: dict[str, float] = field(default_factory=dict)
    _said: dict[str, str] = field(default_factory=dict)
    _took: dict[str, float] = field(default_factory=dict)

    def add(self, event: Event) -> Progress | None:
        """Count an event; what moved, if a resource did."""
        if event.kind == "message":
            if event.severity == "error":
                self.errors.append(f"{name_of(event.urn)}: {event.text}" if event.urn else event.text)
                self._said[event.urn] = event.text
            return None
        if event.kind == "summary":
            self.changes = dict(event.changes)
            return None
        return self._moved(event)

    def failures(self) -> list[str]:
        """What each failed resource said, a text each."""
        return [f"{op} of {name_of(urn)}: {self._said.get(urn) or 'it failed'}" for urn, op in self.failed]

    def _moved(self, event: Event) -> Progress | None:
        detail, duration = "", None
        self.steps[event.urn] = event.op
        if event.kind == "planned" and event.urn in self._since:
            return None
        if event.kind in ("started", "planned"):
            self._since[event.urn] = event.at
        elif event.urn in self._since:
            duration = max(0.0, event.at - self._since[event.urn])
            self._took[event.urn] = duration
        if event.outputs is not None:
            self.outputs = event.outputs
        if event.kind == "failed":
            detail = self._said.get(event.urn, "")
            self.failed.append((event.urn, event.op))
        states: dict[str, Literal["planned", "running", "done", "failed"]] = {
            "started": "running",
            "planned": "planned",
            "done": "done",
        }
        return Progress(
            event.urn,
            name_of(event.urn),
            event.type,
            event.op,
            states.get(event.kind, "failed"),
            duration,
            detail,
            None if duration is None else sum(took for _, took in self.critical_path(event.urn)),
        )

    def critical_path(self, last: str | None = None) -> tuple[tuple[str, float], ...]:
        """The chain of resources that decided how long it took up to `last` (else to the end), with their seconds.

        By the dependencies of `needs`; the resources that these don't know count as independent.
        """
        ends: dict[str, tuple[float, str]] = {}

        def end_of(urn: str) -> float:
            if urn not in ends:
                ends[urn] = (0.0, "")  # a circle in what is wrong ends here
                before = max(((end_of(need), need) for need in self.needs.get(urn, ())), default=(0.0, ""))
                ends[urn] = (before[0] + self._took.get(urn, 0.0), before[1])
            return ends[urn][0]

        urn = last or max(self._took, key=end_of, default="")
        end_of(urn)
        path = []
        while urn:
            if urn in self._took:
                path.append((name_of(urn), self._took[urn]))
            urn = ends[urn][1]
        return tuple(reversed(path))


def name_of(urn: str) -> str:
    """The last part of a URN: the resource's name in the program."""
    return urn.rsplit("::", 1)[-1]


Decode = Callable[[bytes], Event | None]
"""Reads one line of an event file."""


def decode(line: bytes) -> Event | None:
    """Read a line that our worker wrote; None for one that a full disk cut off."""
    try:
        return msgspec.json.decode(line, type=Event)
    except msgspec.DecodeError:
        return None


def encode(event: Event) -> bytes:
    """One line of our worker's event file."""
    return msgspec.json.encode(event) + b"\n"
