"""Look at every hop of a running chain at once: one value each, in the order of the stream."""

import asyncio
from collections.abc import Callable, Iterable, Mapping
from datetime import UTC, datetime

import aiohttp

from eventstack.probes import contribution, edge, encoder, licence, origin, packager, picture, sound
from eventstack.probes.hop import HopProbe, World
from eventstack.probes.probe import HOPS, ProbeResult, Targets

PROBES: Mapping[str, HopProbe] = {
    probe.hop: probe
    for probe in (
        contribution.PROBE,
        encoder.PROBE,
        packager.PROBE,
        origin.PROBE,
        licence.PROBE,
        edge.PROBE,
        picture.PROBE,
        sound.PROBE,
    )
}
"""One probe per hop of `HOPS`."""


async def look(
    targets: Targets, hops: Iterable[str] = HOPS, *, now: Callable[[], datetime] = lambda: datetime.now(UTC)
) -> tuple[ProbeResult, ...]:
    """Look at `hops` at the same time over one session; the results come in the order of the stream.

    Ends within 5 s and never raises for what it finds; raises KeyError for a hop that nobody knows.
    """
    wanted = sorted((PROBES[hop] for hop in set(hops)), key=lambda probe: HOPS.index(probe.hop))
    async with aiohttp.ClientSession() as session:
        world = World(session, now)
        return tuple(await asyncio.gather(*(probe(targets, world) for probe in wanted)))
