"""A plan with its cost: the one place that reads a plan as a `Chain`. Called once a plan is resolved."""

from datetime import datetime
from fractions import Fraction
from functools import lru_cache

import msgspec

from eventstack.cost.prices import PriceTable
from eventstack.cost.quantities import HOUR, NOBODY_FAR, Chain, Far, Machines, Rendition, cost, far
from eventstack.models import countries
from eventstack.planning.parts import Build
from eventstack.planning.plan import StackPlan, Timeline

FEED = 2
"""How much above the ladder's top a feed is taken to be that nobody described."""

FLOW = "AWS::MediaConnect::Flow"
"""What a plan that makes flows calls them in `creates`."""


def costed(plan: StackPlan, table: PriceTable) -> StackPlan:
    """The plan with its estimate; the same plan for a foundation, and for an event with an open end."""
    line = plan.timeline
    if line is None or line.on_air_until is None or plan.build.encoder is None:
        return plan
    on_air = _hours(line.on_air_from, line.on_air_until)
    return msgspec.structs.replace(plan, cost=cost(_chain(plan, line, on_air), table, on_air))


def _chain(plan: StackPlan, line: Timeline, on_air: Fraction) -> Chain:
    build, seen = plan.build, plan.viewers
    assert build.encoder
    rungs = tuple(
        Rendition(rung.height, Fraction(rung.frame_rate), rung.bitrate, rung.codec, rung.width)
        for rung in build.encoder.renditions
    )
    audio_bps = sum(track.bitrate for track in build.encoder.audio)
    hours_on = on_air + Fraction(line.tail_s, HOUR) + _hours(line.line_up_from, line.on_air_from)
    total = sum(rung.bps for rung in rungs) + audio_bps
    feed = build.contribution.expected if build.contribution else None
    return Chain(
        cloud=build.cloud,
        paths=build.paths,
        hours_on=hours_on,
        renditions=rungs,
        input_bps=feed.bitrate
        if feed and feed.bitrate
        else FEED * max((rung.bps for rung in rungs), default=audio_bps),
        egress_gb=Fraction(seen.egress_gb or 0) if seen else None,
        requests=int(Fraction(seen.requests or 0)) if seen else 0,
        archive_gb=total * on_air * HOUR / (8 * 10**9),
        drm=build.drm is not None,
        machines=_machines(build),
        audio_bps=audio_bps,
        hours_idle=_hours(line.up_from, line.line_up_from) + Fraction(line.keep_s, HOUR),
        inputs=_inputs(build),
        flows=sum(made.count for made in plan.creates if made.type == FLOW),
        push_inputs=_pushed(build),
        origin_gb=Fraction(seen.origin_gb) if seen and seen.origin_gb is not None else None,
        input_height=feed.height or None if feed else None,
        input_codec=feed.codec or "avc" if feed else "avc",
        input_width=feed.width if feed else 0,
        far=_far(tuple(seen.countries.items())) if seen else NOBODY_FAR,
    )


@lru_cache(maxsize=1024)
def _far(said: tuple[tuple[str, str], ...]) -> Far:
    """The viewers outside of where the tables' prices of a CDN hold; of what is missing to 1 no country is said."""
    near = countries.members("north-america") | countries.members("europe")
    shares = {code: Fraction(share) for code, share in said}
    elsewhere = sum((share for code, share in shares.items() if code not in near), Fraction(0))
    return far(elsewhere, 1 - sum(shares.values(), Fraction(0)))


def _machines(build: Build) -> tuple[Machines, ...]:
    """Machines of ours; there are none where the vendor keeps them."""
    size = build.capacity
    if size is None or not size.encoders:
        return ()
    return (Machines("encoder", size.encoders, size.machine), Machines("packager", size.packagers, size.machine))


def _inputs(build: Build) -> int:
    feed = build.contribution
    return 2 if feed and feed.backup else 1


def _pushed(build: Build) -> int:
    feed = build.contribution
    ways = [way for way in (feed, feed.backup) if way] if feed else []
    # Over SRT it is MediaConnect that listens or calls; the encoder's own input is pushed to either way.
    return sum(way.mode == "listener" or way.protocol == "srt" for way in ways)


def _hours(since: str, until: str) -> Fraction:
    return Fraction(int((datetime.fromisoformat(until) - datetime.fromisoformat(since)).total_seconds()), HOUR)
