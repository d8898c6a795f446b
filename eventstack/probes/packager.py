"""Is every rendition packaged, in step? The packager must run; the publisher counts complete cells per track."""

from collections.abc import Mapping
from typing import Any

from eventstack.probes.control import known, measured, node_parts, trouble
from eventstack.probes.hop import HopProbe, World
from eventstack.probes.probe import ProbeResult, Targets

HOP = "packager"

STALE_SEGMENTS = 3
"""A track whose newest complete cell is older than this many segments has stopped."""

BEHIND_CELLS = 3
"""How far publication may trail what is complete: a missing cell is waited for while two later ones come."""


async def inspect(targets: Targets, world: World) -> ProbeResult:
    """Broken when packager or publisher is down, or a track is absent, old, apart from the others or out of order."""
    parts = await node_parts(targets, world)
    publisher = parts.get("publisher")
    ends, ages = _ends(publisher), _ages(publisher)
    values = known(
        tracks=len(ends),
        newest_cell=max(ends.values(), default=None),
        published_cell=measured(publisher, "last_cell"),
        age_s=max(ages.values(), default=None),
        publish_lag_s=measured(publisher, "publish_lag_s"),
        gaps=measured(publisher, "gap_count"),
        late=measured(publisher, "late"),
        refused=measured(publisher, "refused"),
        restarts=(parts.get("packager") or {}).get("restarts"),
    )
    problem = (
        trouble(parts.get("packager"), "packager")
        or trouble(publisher, "publisher")
        or _absent(ends, {*targets.renditions, *targets.audio})
        or _stale(ages, targets.segment_s)
        or _apart(ends)
        or _behind(max(ends.values()), measured(publisher, "last_cell"))
    )
    detail = problem or f"cell {values['newest_cell']} of {len(ends)} tracks"
    return ProbeResult(HOP, ok=problem is None, detail=detail, measured=values)


def _ends(publisher: Mapping[str, Any] | None) -> dict[str, int]:
    """The newest complete cell of each track."""
    tracks = ((publisher or {}).get("measured") or {}).get("tracks")
    if not isinstance(tracks, Mapping):
        return {}
    return {name: int(track["last_cell"]) for name, track in tracks.items() if isinstance(track.get("last_cell"), int)}


def _ages(publisher: Mapping[str, Any] | None) -> dict[str, float]:
    """Seconds since the newest complete cell of each track came."""
    ages = ((publisher or {}).get("measured") or {}).get("age_s")
    return {name: float(age) for name, age in ages.items()} if isinstance(ages, Mapping) else {}


def _absent(ends: Mapping[str, int], wanted: set[str]) -> str | None:
    missing = sorted(wanted - set(ends))
    if missing:
        return f"no complete cell of {', '.join(missing)}"
    return None if ends else "no complete cell yet"


def _stale(ages: Mapping[str, float], segment_s: float) -> str | None:
    for name, age_s in ages.items():
        if age_s > STALE_SEGMENTS * segment_s:
            return f"{name}: newest complete cell came {age_s:.1f} s ago"
    return None


def _apart(ends: Mapping[str, int]) -> str | None:
    """Tracks fill one after the other, so one may be a cell ahead for a moment, never two."""
    if max(ends.values()) - min(ends.values()) <= 1:
        return None
    return "tracks end apart: " + ", ".join(f"{name} {end}" for name, end in ends.items())


def _behind(newest: int, published: float | None) -> str | None:
    """Cells go out in order and at once; one that is held back waits for its place, two at most."""
    if published is None:
        return "no cell published yet"
    return f"cell {newest} is there, published is {published:.0f}" if newest - published > BEHIND_CELLS else None


PROBE = HopProbe(HOP, inspect)
