"""Do viewers get it? The same questions as at the origin, through the edge, whose cache may trail by one cell."""

from eventstack.errors import Unplayable
from eventstack.playback.client import Client
from eventstack.playback.mpd import read_mpd
from eventstack.probes import streaming
from eventstack.probes.hop import HopProbe, World
from eventstack.probes.probe import ProbeResult, Targets

HOP = "edge"

SKEW = 1
"""Lists are cached one by one for a second, so two of them may be one cell apart."""


async def inspect(targets: Targets, world: World) -> ProbeResult:
    """Broken when the edge does not answer, or gives old, unequal or wrong media, in HLS or in DASH."""
    client = world.client(targets)
    presentation = await streaming.aligned(client, targets.hls, SKEW)
    streaming.expected_tracks(presentation, targets.renditions, targets.audio)
    values = streaming.judge(presentation, world.now(), targets.segment_s, SKEW)
    await streaming.fetch_newest(client, presentation, targets.segment_s)
    if targets.dash:
        values["dash_tracks"] = await _dash_tracks(client, targets.dash, len(presentation.renditions))
    values["cache"] = dict(sorted(client.caches.items()))
    if client.hit_ratio is not None:
        values["hit_ratio"] = client.hit_ratio
    detail = f"cell {values['end_cell'] - 1} of {values['tracks']} tracks, {values['age_s']:.1f} s old"
    return ProbeResult(HOP, ok=True, detail=detail, measured=values)


async def _dash_tracks(client: Client, url: str, wanted: int) -> int:
    """How many representations the MPD has; raises Unplayable when it is none or has others than HLS."""
    tracks = len(read_mpd((await client.fetch(url)).decode(errors="replace"), url).tracks)
    if tracks != wanted:
        raise Unplayable(f"{url}: {tracks} representations, HLS has {wanted}")
    return tracks


PROBE = HopProbe(HOP, inspect)
