"""Timing, gates, thresholds, slate and redundancy against the rest of the profile."""

from collections.abc import Iterator
from typing import TYPE_CHECKING, Any

from eventstack.models.faults import Rule, twice
from eventstack.models.rules.pictures import picture
from eventstack.models.units import Duration, Resolution
from eventstack.models.yaml_reader import Path

DAY = Duration(86_400)

MOST: tuple[tuple[Path, Duration], ...] = (
    (("timing", "tail"), DAY),
    (("timing", "turn_round"), DAY),
    (("monitoring", "gates", "give_up"), DAY),
    (("monitoring", "thresholds", "black"), Duration(3600)),
    (("monitoring", "thresholds", "freeze"), Duration(3600)),
    (("monitoring", "thresholds", "silence"), Duration(3600)),
    (("monitoring", "thresholds", "stale"), Duration(3600)),
    (("monitoring", "thresholds", "latency"), Duration(3600)),
    (("teardown", "settle"), DAY),
    (("teardown", "keep"), Duration(30 * DAY)),
    (("packaging", "window"), DAY),
    (("packaging", "start_over"), Duration(14 * DAY)),
    (("archive", "keep"), Duration(36_500 * DAY)),
)
"""How long what lasts may last at all: beyond, somebody wrote another unit than they meant."""

if TYPE_CHECKING:
    from eventstack.models.profile import Profile


def durations(profile: "Profile") -> Iterator[Rule]:
    """Nothing lasts longer than anybody can mean."""
    for path, most in MOST:
        value: Any = profile
        for part in path:
            value = getattr(value, str(part))
        if value is not None and value > most:
            yield Rule(path, "longer than anybody can mean", f"up to {Duration(most)}")


def timing(profile: "Profile") -> Iterator[Rule]:
    """A line-up takes some time, and not hours."""
    if profile.timing.line_up <= 0:
        hint = "probes must see the chain run before the public does"
        yield Rule(("timing", "line_up"), "no line-up", "more than 0s", hint)
    elif profile.timing.line_up > Duration(6 * 3600):
        yield Rule(("timing", "line_up"), "a line-up of hours: everything that bills runs from there", "up to 6h")


def gates(profile: "Profile") -> Iterator[Rule]:
    """Gates name hops that the profile has, each once."""
    hops = profile.monitoring.gates.hops
    path = ("monitoring", "gates", "hops")
    if hops is None:
        return
    yield from twice(path, hops)
    if "licence" in hops and profile.drm is None:
        place = (*path, hops.index("licence"))
        yield Rule(place, "a clear profile has no licences", hint="remove it, or switch drm on")
    if "picture" in hops and profile.ladder is None:
        yield Rule((*path, hops.index("picture")), "a programme of sound has no picture", hint="remove it")


def thresholds(profile: "Profile") -> Iterator[Rule]:
    """What alarms can be false at all, and is about something that is there."""
    limits, segment = profile.monitoring.thresholds, profile.packaging.segment
    path = ("monitoring", "thresholds")
    for name, count in (("stale", 2), ("latency", 3)):
        value = getattr(limits, name)
        if value is not None and value < count * segment:
            least = Duration(-(-count * segment // 1))
            yield Rule((*path, name), f"shorter than {count} segments of {segment}: always true", f"{least} or more")
    if _alarm(limits.low_bitrate):
        yield Rule((*path, "low_bitrate"), "an alarm that is always true, or never", "more than 0%, less than 100%")
    if profile.ladder is None:
        for name in ("black", "freeze"):
            if getattr(limits, name) is not None:
                yield Rule((*path, name), "a programme of sound has no picture", hint="remove it")


def _alarm(share: Any) -> bool:
    return share is not None and not 0 < share < 1


def slate(profile: "Profile") -> Iterator[Rule]:
    """A slate has the ladder's shape, and is as large as its top."""
    slate, ladder = profile.slate, profile.ladder
    if slate is None:
        return
    if ladder is None:
        yield Rule(("slate",), "a slate for a programme of sound", "false")
        return
    top = max((rung.size for rung in ladder.renditions), default=Resolution(0, 0))
    if slate.image is not None and slate.size is None:
        yield Rule(("slate", "size"), "an image of unknown size", f"{top} or larger", f"add size: {top}")
    if slate.size is not None:
        if slate.image is None:
            yield Rule(("slate", "size"), "a size without an image", hint="remove it, or add an image")
        shape = list(picture(("slate", "size"), slate.size, ladder.aspect))
        yield from (rule._replace(hint="a slate has the ladder's shape") for rule in shape)
        if not shape and slate.size.width < top.width:
            yield Rule(("slate", "size"), f"smaller than the ladder's top of {top}", f"{top} or larger")


def capacity(profile: "Profile") -> Iterator[Rule]:
    """Spare machines stand beside a pair."""
    if profile.capacity.spot == "spare" and profile.redundancy == "single":
        place = ("capacity", "spot")
        yield Rule(place, "spare machines beside a pair, and there is no pair", "never", "or redundancy: two-path")
