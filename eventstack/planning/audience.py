"""What an audience asks of a chain: bits, requests, machines and licences, each from a stated assumption.

`resolve` calls `model` for every event; the answer and the assumptions under it stand in the plan, so that whoever
doubts a figure sees what to change. The load test that the request and bit rates were held against: 500 virtual viewers
of HLS on the top rung (1.896 Mbit/s with audio, segments of 1.92 s) made 994 requests and 950 Mbit a second at one
edge, of which 2.3 requests a second reached the origin.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from fractions import Fraction
from functools import lru_cache
from typing import NamedTuple

MANIFESTS = {"hls": None, "dash": 1}
"""Manifests that a player reloads each segment length: one for each rendition it plays (None), or one for all.

HLS: RFC 8216, section 6.3.4, a media playlist again after its target duration. DASH: ISO/IEC 23009-1, one MPD.
"""


class Assumption(NamedTuple):
    """One figure that the model takes for granted."""

    value: str
    """An integer or a rational, `4989/5000`."""

    unit: str
    """What it counts."""

    source: str
    """Where it comes from: a measurement, a standard, or "assumption"."""


class Assumptions(NamedTuple):
    """All that the model takes for granted, by name; `_replace` makes others."""

    top_share_at_peak: Assumption = Assumption(
        "1", "of viewers", "assumption: at the peak everybody plays the top rung, the most that can be asked"
    )
    """The share on the top rung when capacity is reckoned; the rest is spread evenly over the other rungs."""

    top_share: Assumption = Assumption(
        "7/10", "of viewers", "assumption: the rest is spread evenly over the other rungs"
    )
    """The share on the top rung on average, when the bill is reckoned."""

    concurrency: Assumption = Assumption(
        "1", "of the expected viewers", "assumption: they watch from the first second on air to the last"
    )
    """How many of the expected viewers watch at a time, on average."""

    hit_ratio: Assumption = Assumption(
        "4989/5000", "of requests at the edge", "measurement: 99.78 % with 500 viewers at one edge, manifests kept 1 s"
    )
    """The share of requests, and of bits, that the edge answers by itself."""

    fills: Assumption = Assumption(
        "1", "caches", "assumption: one edge or shield stands before the origin and fetches each object once"
    )
    """How many caches fetch each object from the origin for themselves."""

    manifest_ttl_s: Assumption = Assumption(
        "1", "s", "measurement: with 1 s, 145 thousand requests for manifests made 5 at the origin"
    )
    """For how long an edge keeps a manifest."""

    licences_per_join: Assumption = Assumption(
        "1", "requests", "measurement: one licence request carries the key ids of picture and sound"
    )
    """Licence requests of a viewer who joins an encrypted event."""

    joins: Assumption = Assumption(
        "1", "of the mean rate", "assumption: viewers join evenly over the ramp; above 1 for a rush within it"
    )
    """The highest rate of joining against the mean one."""


ASSUMPTIONS = Assumptions()
"""What the model takes for granted unless told otherwise."""


@dataclass(frozen=True)
class Audience:
    """What the viewers of one event ask of its chain. Rates are exact; `egress_gb` makes an amount of them."""

    expected: int
    """Viewers at a time, on average."""

    peak: int
    """Viewers at a time, at most."""

    edge_bps: Fraction
    """Bits a second that the edge sends at the peak."""

    average_bps: Fraction
    """Bits a second that the edge sends on average."""

    edge_rps: Fraction
    """Requests a second at the edge at the peak: segments of every rendition played, and manifests."""

    average_rps: Fraction
    """Requests a second at the edge on average."""

    origin_bps: Fraction
    """Bits a second that the origin sends at the peak, after the caches."""

    average_origin_bps: Fraction
    """Bits a second that the origin sends on average: what passes the caches of what the edge sends on average."""

    origin_rps: Fraction
    """Requests a second at the origin at the peak, after the caches."""

    joins_rps: Fraction
    """Viewers who join in a second while the audience arrives."""

    licences_rps: Fraction
    """Licence requests a second while the audience arrives; 0 without DRM."""

    packagers: int
    """Machines that serve the origin's load, on all paths; 0 where the cloud keeps the origin."""

    encoders: int
    """Machines that encode the ladder, on all paths; 0 where the cloud keeps the encoder."""

    assumptions: Assumptions
    """What all this stands on."""

    def egress_gb(self, on_air_s: int) -> Fraction:
        """Gigabytes (10^9 bytes) that the edge sends in so many seconds on air."""
        return self.average_bps * on_air_s / 8_000_000_000

    def origin_gb(self, on_air_s: int) -> Fraction:
        """Gigabytes (10^9 bytes) that the origin sends in so many seconds on air."""
        return self.average_origin_bps * on_air_s / 8_000_000_000

    def edge_requests(self, on_air_s: int) -> Fraction:
        """Requests that the edge answers in so many seconds on air."""
        return self.average_rps * on_air_s


def model(
    expected: int,
    peak: int,
    ramp_s: int,
    ladder_bps: Sequence[int],
    segment: Fraction,
    formats: Sequence[str],
    *,
    renditions_per_viewer: int = 2,
    drm: bool = False,
    paths: int = 1,
    origin_bps: int | None = None,
    origin_rps: int | None = None,
    rungs_per_encoder: int | None = None,
    assumptions: Assumptions = ASSUMPTIONS,
) -> Audience:
    """Reckon what `expected` viewers on average and `peak` at most ask of a chain.

    `ramp_s`: seconds from nobody to the peak (0: all within one second). `ladder_bps`: bits a second of each rung with
    its audio, ascending, at least one. `segment`: seconds. `formats`: `hls`, `dash`; the one that asks for more counts.
    `renditions_per_viewer`: what a player fetches side by side, 2 for picture and sound, 1 for sound alone.
    `paths`: how often the chain is built. Capacities of one machine: `origin_bps` and `origin_rps` of a packager with
    its origin, `rungs_per_encoder` of an encoder; None where the cloud keeps that machine itself.

    Raises ValueError for what no profile can hold: a negative count, an empty ladder, an unknown format.
    """
    if min(expected, peak, ramp_s) < 0:
        raise ValueError("viewers and ramp are 0 or more")
    each = _viewer(tuple(ladder_bps), segment.as_integer_ratio(), tuple(formats), renditions_per_viewer, assumptions)
    return _model(
        expected,
        peak,
        ramp_s,
        each,
        len(ladder_bps),
        drm,
        paths,
        origin_bps,
        origin_rps,
        rungs_per_encoder,
        assumptions,
    )


class _Viewer(NamedTuple):
    """What one viewer of a ladder asks for, and what a cache asks for whoever looks; reckoned once for a profile."""

    peak_bps: Fraction
    mean_bps: Fraction
    rps: Fraction
    once_bps: Fraction
    once_rps: Fraction
    mean_rps: Fraction
    misses: Fraction
    joins: Fraction
    licences: Fraction


@lru_cache(maxsize=4096)
def _viewer(
    ladder: tuple[int, ...],
    segment: tuple[int, int],
    formats: tuple[str, ...],
    renditions: int,
    assumptions: Assumptions,
) -> _Viewer:
    if not ladder or not formats or min(segment) <= 0:
        raise ValueError("there is a ladder, a format and a segment length")
    if unknown := set(formats) - MANIFESTS.keys():
        raise ValueError(f"no known format: {', '.join(sorted(unknown))}")
    assumed = {name: Fraction(each.value) for name, each in assumptions._asdict().items()}
    length, fills = Fraction(*segment), assumed["fills"]
    rps = (renditions + max(MANIFESTS[name] or renditions for name in formats)) / length
    return _Viewer(
        peak_bps=_bps_a_viewer(ladder, assumed["top_share_at_peak"]),
        mean_bps=_bps_a_viewer(ladder, assumed["top_share"]) * assumed["concurrency"],
        rps=rps,
        mean_rps=rps * assumed["concurrency"],
        once_bps=sum(ladder) * fills,
        once_rps=_objects_rps(len(ladder), renditions, formats, length, assumed["manifest_ttl_s"]) * fills,
        misses=1 - assumed["hit_ratio"],
        joins=assumed["joins"],
        licences=assumed["licences_per_join"],
    )


def _model(
    expected: int,
    peak: int,
    ramp_s: int,
    each: _Viewer,
    rungs: int,
    drm: bool,
    paths: int,
    machine_bps: int | None,
    machine_rps: int | None,
    rungs_per_encoder: int | None,
    assumptions: Assumptions,
) -> Audience:
    edge_bps, edge_rps = _times(peak, each.peak_bps), _times(peak, each.rps)
    average_bps = _times(expected, each.mean_bps)
    origin_bps = _behind_caches(edge_bps, each.once_bps, each.misses)
    origin_rps = _behind_caches(edge_rps, each.once_rps, each.misses)
    joins = Fraction(peak * each.joins.numerator, max(ramp_s, 1) * each.joins.denominator)
    return Audience(
        expected=expected,
        peak=peak,
        edge_bps=edge_bps,
        average_bps=average_bps,
        edge_rps=edge_rps,
        average_rps=_times(expected, each.mean_rps),
        origin_bps=origin_bps,
        average_origin_bps=_behind_caches(average_bps, each.once_bps, each.misses),
        origin_rps=origin_rps,
        joins_rps=joins,
        licences_rps=joins * each.licences if drm else Fraction(),
        packagers=paths * max(_machines(origin_bps, machine_bps), _machines(origin_rps, machine_rps)),
        encoders=paths * _machines(Fraction(rungs), rungs_per_encoder),
        assumptions=assumptions,
    )


def _bps_a_viewer(ladder: Sequence[int], top_share: Fraction) -> Fraction:
    *lower, top = ladder
    return top * top_share + sum(lower) * (1 - top_share) / len(lower) if lower else Fraction(top)


def _objects_rps(rungs: int, renditions: int, formats: Sequence[str], length: Fraction, ttl_s: Fraction) -> Fraction:
    """Requests a second with which one cache keeps itself full: each segment once, each manifest once a lifetime."""
    parts = rungs + renditions - 1
    manifests = sum(MANIFESTS[name] or parts for name in set(formats))
    return parts / length + manifests / ttl_s


def _behind_caches(edge: Fraction, once: Fraction, misses: Fraction) -> Fraction:
    """What passes the caches: the misses or every object once a cache, whichever is more, and never more than asked."""
    return min(edge, max(edge * misses, once))


def _machines(load: Fraction, capacity: int | None) -> int:
    return 0 if capacity is None else max(1, -(-load.numerator // (load.denominator * capacity)))


def _times(count: int, each: Fraction) -> Fraction:
    """Their product; the quicker way, for what is reckoned anew for every event."""
    return Fraction(count * each.numerator, each.denominator)
