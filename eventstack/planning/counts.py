"""What a plan makes, counted by layer, role and type, and what it uses of the layers below."""

from collections import Counter
from collections.abc import Sequence
from functools import lru_cache
from math import prod

from eventstack.models.event import Event
from eventstack.planning.parts import Capacity, Parent
from eventstack.planning.plan import Created, Shared
from eventstack.planning.prepared import Prepared


def created(event: Event, ready: Prepared, asked: frozenset[str], capacity: Capacity) -> tuple[Created, ...]:
    """The resources of the event's own stack."""
    feed = event.contribution
    ways = tuple(f"contribution/{way_in.way}" for way_in in (feed, feed.backup) if way_in)
    return _created(ready, asked, ways, capacity.encoders, capacity.packagers)


@lru_cache(maxsize=4096)
def _created(
    ready: Prepared, asked: frozenset[str], ways: tuple[str, ...], encoders: int, packagers: int
) -> tuple[Created, ...]:
    single = ready.profile.layers == "single"
    wanted = asked | ready.carried
    encoder = ready.encoder
    counts = {
        "paths": ready.paths,
        "renditions": len(encoder.renditions),
        "tracks": len(encoder.audio),
        "formats": len(ready.profile.packaging.formats),
        "endpoints": _endpoints(ready),
        "alarms": _alarms(ready),
        "machines": encoders,
        "packagers": packagers,
    }
    made: Counter[tuple[str, str]] = Counter()
    for kind in ready.facts.creates:
        here = (kind.layer == "event" or single) and kind.role in (*ready.roles, "site")
        if here and (not kind.when or kind.when in wanted):
            # What is made for one way of coming in is made for the inputs that come in that way.
            counts["inputs"] = ways.count(kind.when) or len(ways)
            made[kind.role, kind.type] += prod(counts[name] for name in kind.per)
    return tuple(
        Created(layer="event", role=role, type=type_, count=count) for (role, type_), count in made.items() if count
    )


def _endpoints(ready: Prepared) -> int:
    """One for each way in which segments are encrypted: manifests of all formats share it."""
    return 1 + ready.profile.archive.clear_origin


def _alarms(ready: Prepared) -> int:
    told = ready.profile.monitoring.thresholds
    return sum(getattr(told, name) is not None for name in type(told).model_fields)


def shared(ready: Prepared, parents: Sequence[Parent]) -> tuple[Shared, ...]:
    """What the event stands on: each role's part in a layer below, and the stack that was chosen for it."""
    if ready.profile.layers == "single":
        return ()
    stacks = {parent.layer: parent.stack for parent in parents}
    return tuple(Shared(role=role, layer=layer, stack=stacks.get(layer, "")) for role, layer in _below(ready))


@lru_cache(maxsize=512)
def _below(ready: Prepared) -> tuple[tuple[str, str], ...]:
    there, series = (*ready.roles, "site"), ready.profile.layers == "series"
    kinds = (kind for kind in ready.facts.creates if kind.layer != "event" and kind.role in there)
    return tuple(dict.fromkeys((kind.role, kind.layer if series else "foundation") for kind in kinds))
