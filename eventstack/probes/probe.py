"""A probe looks at one hop of a running chain and returns a value; a hop that is broken is a result, not an error."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, Protocol

HOPS = ("contribution", "encoder", "packager", "origin", "licence", "edge", "picture", "sound")
"""Every hop in the order of the stream: the first broken one is where to look."""


@dataclass(frozen=True)
class ProbeResult:
    """`ok`, one line of `detail` for a human, and what was `measured` (plain JSON values, units in the names)."""

    hop: str
    ok: bool
    detail: str
    measured: Mapping[str, Any] = field(default_factory=dict)


@dataclass(frozen=True)
class Targets:
    """Where a running chain is to be looked at. Addresses are HTTP URLs; headers open the line-up view.

    `control` and `control_token` reach the event's node; `foundation_control`/`foundation_token` may be empty.
    `origin` is the origin's own address; `hls` and `dash` are manifests at the edge. `licence` is None for a clear event.
    """

    control: str
    control_token: str
    origin: str
    hls: str
    dash: str
    headers: Mapping[str, str] = field(default_factory=dict)
    licence: str | None = None
    segment_s: float = 1.92
    renditions: tuple[str, ...] = ()
    audio: tuple[str, ...] = ()


class Probe(Protocol):
    """One hop's probe."""

    hop: str

    async def __call__(self, targets: Targets) -> ProbeResult:
        """Look once; never raises for what it finds, and ends within 5 s."""
        ...


def first_broken(results: "list[ProbeResult] | tuple[ProbeResult, ...]") -> ProbeResult | None:
    """The broken hop nearest to the contribution, or None."""
    broken = [result for result in results if not result.ok]
    return min(broken, key=lambda result: HOPS.index(result.hop), default=None)
