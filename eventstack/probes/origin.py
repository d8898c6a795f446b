"""Does the origin have the newest of every rendition? Asked at its own address, no cache between."""

from eventstack.playback.client import Client
from eventstack.probes import streaming
from eventstack.probes.hop import HopProbe, World
from eventstack.probes.probe import ProbeResult, Targets

HOP = "origin"

MASTER = "lineup/master.m3u8"
"""The view that has everything from the first cell on, before and while the event is public."""


async def inspect(targets: Targets, world: World) -> ProbeResult:
    """Broken when a list is missing, stale or apart from the others, or its newest segment is not what it is named."""
    client = Client(world.session)
    presentation = await streaming.aligned(client, f"{targets.origin.rstrip('/')}/{MASTER}", skew=0)
    streaming.expected_tracks(presentation, targets.renditions, targets.audio)
    values = streaming.judge(presentation, world.now(), targets.segment_s, skew=0)
    await streaming.fetch_newest(client, presentation, targets.segment_s)
    detail = f"cell {values['end_cell'] - 1} of {values['tracks']} tracks, {values['age_s']:.1f} s old"
    return ProbeResult(HOP, ok=True, detail=detail, measured=values)


PROBE = HopProbe(HOP, inspect)
