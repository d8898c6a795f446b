"""What is said of a profile that is not wrong: a deviation and what it means, or a habit that costs."""

from collections.abc import Iterator
from fractions import Fraction
from typing import TYPE_CHECKING

from eventstack.models.faults import Rule
from eventstack.models.rules.pictures import deviation
from eventstack.models.yaml_reader import Path

if TYPE_CHECKING:
    from eventstack.models.profile import Profile


def of(profile: "Profile") -> Iterator[Rule]:
    """Every note on a profile, in the order of its fields."""
    rate = Fraction(profile.ladder.frame_rate) if profile.ladder else None
    if off_grid := deviation(Fraction(profile.packaging.segment), rate):
        yield off_grid
    if profile.ladder:
        for index, rung in enumerate(profile.ladder.renditions):
            whole = profile.ladder.whole(rung)
            if whole.profile in ("high10", "high422"):
                own: Path = ("ladder", "renditions", index, "profile")
                place: Path = own if rung.profile else ("ladder", "profile")
                yield Rule(place, f"hardly any player of viewers decodes {whole.profile}", "high")
                break
    drm = profile.drm
    if drm and drm.scheme == "cbcs" and "playready" in drm.systems:
        system: Path = ("drm", "systems", drm.systems.index("playready"))
        yield Rule(system, "PlayReady plays cbcs from version 4 on: older televisions stay dark")
    if drm and drm.key_source == "local":
        vendors = [system for system in drm.systems if system != "clearkey"]
        if vendors:
            message = f"the local key service serves ClearKey licences; {', '.join(vendors)} would only be signalled"
            yield Rule(("drm", "key_source"), message)
    if profile.timing.tail < 3 * profile.packaging.segment:
        yield Rule(("timing", "tail"), "shorter than three segments: the last viewers miss the end")
    if profile.redundancy == "two-path" and profile.capacity.headroom == 0:
        yield Rule(("capacity", "headroom"), "two paths without room to spare")
