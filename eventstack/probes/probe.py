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
    `origin` is the origin's own address; `hls` and `dash` are manifests at the edge; `licence` is None for a clear
    event. `renditions` and `audio` are the track names that must be there.
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

    @property
    def hop(self) -> str:
        """The one of `HOPS` that it looks at."""
        ...

    async def __call__(self, targets: Targets) -> ProbeResult:
        """Look once; never raises for what it finds, and ends within 5 s."""
        ...


def first_broken(results: "list[ProbeResult] | tuple[ProbeResult, ...]") -> ProbeResult | None:
    """The broken hop nearest to the contribution, or None.

    A hop that could not be looked at because another stands before it says so in `measured["behind"]`; it is passed
    over when that other one is broken too.
    """
    broken = {result.hop: result for result in results if not result.ok}
    own = [result for result in broken.values() if result.measured.get("behind") not in broken]
    return min(own or broken.values(), key=lambda result: HOPS.index(result.hop), default=None)
