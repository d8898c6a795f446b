"""Rules across a profile's fields: each says what is wrong, why, and what would do.

The reasons are measured: see the segment grid, the picture shapes and the DRM matrix of the local chain's media notes.
"""

from collections.abc import Iterator, Sequence
from fractions import Fraction
from itertools import pairwise
from math import gcd, lcm

from eventstack.models.faults import Rule
from eventstack.models.units import Bitrate, Duration, Resolution
from eventstack.models.yaml_reader import Path

AAC_FRAME = Fraction(1024, 48_000)
"""Seconds of one AAC frame at 48 kHz."""

SEGMENT_RANGE = (Fraction(1, 2), Fraction(10))
"""Seconds: shorter ones cost requests without end, longer ones make every viewer late."""


def rungs(ladder: Sequence[tuple[Resolution, Bitrate, Bitrate | None]]) -> Iterator[Rule]:
    """Sizes and bit rates grow together; pictures are 16:9 with square, even pixels; peaks are above averages."""
    for index, (size, bitrate, peak) in enumerate(ladder):
        place: Path = ("ladder", "renditions", index)
        yield from _picture((*place, "size"), size)
        if peak is not None and not bitrate <= peak <= 4 * bitrate:
            yield Rule(
                (*place, "max_bitrate"), "the peak does not fit the average", f"{bitrate} to {Bitrate(4 * bitrate)}"
            )
    order = sorted(range(len(ladder)), key=lambda index: (ladder[index][0].height, ladder[index][0].width))
    for lower, upper in pairwise(order):
        small, large = ladder[lower], ladder[upper]
        place = ("ladder", "renditions", upper)
        if small[0].height == large[0].height:
            later = max(lower, upper)
            yield Rule(
                ("ladder", "renditions", later, "size"), "two rungs of one height", "a different size for each rung"
            )
        elif small[1] >= large[1]:
            yield Rule(
                (*place, "bitrate"),
                f"not above the {small[1]} of the smaller {small[0]}",
                f"more than {small[1]}",
                "a larger picture needs a higher bit rate",
            )


def _picture(path: Path, size: Resolution) -> Iterator[Rule]:
    if not (128 <= size.width <= 4096 and 72 <= size.height <= 2304):
        yield Rule(path, "out of range", "128x72 to 4096x2304")
    elif size.width * 9 != size.height * 16:
        below = max(4, size.width // 32)
        fits = " or ".join(f"{32 * step}x{18 * step}" for step in (below, below + 1))
        yield Rule(path, "not 16:9 with square pixels", fits, "packagers and players refuse rungs of different shapes")
    elif size.width % 2 or size.height % 2:
        yield Rule(path, "an odd width or height", "even numbers: colour is kept for blocks of two by two")


def one_cadence(ladder: Fraction, rungs: Sequence[Fraction | None]) -> Iterator[Rule]:
    """All rungs run at the ladder's frame rate, else their segments would not begin on the same picture."""
    for index, rate in enumerate(rungs):
        if rate is not None and rate != ladder:
            path = ("ladder", "renditions", index, "frame_rate")
            yield Rule(path, "not the ladder's frame rate", f"{ladder}fps", "leave it out")


def grid(frame_rate: Fraction) -> Fraction:
    """The shortest length that is a whole number of pictures and of AAC frames, in seconds: 8/25 at 25 fps."""
    picture = 1 / frame_rate
    return Fraction(
        lcm(picture.numerator, AAC_FRAME.numerator),
        gcd(picture.denominator, AAC_FRAME.denominator),
    )


def segment(length: Fraction, frame_rate: Fraction, window: Fraction) -> Iterator[Rule]:
    """A segment lies on the common grid of pictures and audio frames, and several fit the window."""
    path: Path = ("packaging", "segment")
    low, high = SEGMENT_RANGE
    if not low <= length <= high:
        yield Rule(path, "a segment of an unusual length", f"{Duration(low)} to {Duration(high)}")
        return
    step = grid(frame_rate)
    if length % step:
        yield _off_grid(path, length, frame_rate, step)
    if window < 3 * length:
        least = -(-3 * length // 1)
        yield Rule(("packaging", "window"), "shorter than three segments", f"at least {Duration(least)}")


def _off_grid(path: Path, length: Fraction, frame_rate: Fraction, step: Fraction) -> Rule:
    low, high = SEGMENT_RANGE
    below = length // step
    good = [Duration(step * count) for count in (below, below + 1) if low <= step * count <= high]
    pictures = length * frame_rate
    if pictures.denominator != 1:
        off = f"{float(pictures):.2f} pictures at {frame_rate}fps"
    else:
        frames = length / AAC_FRAME
        late = (-(-frames // 1) * AAC_FRAME - length) * 1000
        off = f"{float(frames):.2f} AAC frames: audio segments end up to {float(late):.1f} ms late"
    message = f"not a whole number of pictures and of audio frames ({off})"
    if good:
        return Rule(path, message, " or ".join(str(length) for length in good))
    return Rule(
        path,
        message,
        f"a multiple of {Duration(step)}, which is beyond {Duration(high)} at {frame_rate}fps",
        "choose a frame rate that shares a grid with 48 kHz audio: 24, 25, 30, 50 or 60fps",
    )


def twice(path: Path, items: Sequence[str]) -> Iterator[Rule]:
    """Nothing stands in a list of names twice."""
    for index, item in enumerate(items):
        if item in items[:index]:
            yield Rule((*path, index), "listed twice", hint="remove one")


def timing(line_up: Fraction) -> Iterator[Rule]:
    """The line-up takes some time: nothing is published before it was looked at."""
    if line_up <= 0:
        yield Rule(
            ("timing", "line_up"), "no line-up", "more than 0s", "probes must see the chain run before the public does"
        )


def gates(hops: Sequence[str] | None, *, drm: bool) -> Iterator[Rule]:
    """Gates name hops that the profile has, each once."""
    path: Path = ("monitoring", "gates", "hops")
    if hops is None:
        return
    yield from twice(path, hops)
    if "licence" in hops and not drm:
        yield Rule(
            (*path, hops.index("licence")), "a clear profile has no licences", hint="remove it, or switch drm on"
        )


def drm(scheme: str, systems: Sequence[str], *, hls: bool, rotates: bool) -> Iterator[Rule]:
    """What our packager and the players can do together."""
    yield from twice(("drm", "systems"), systems)
    if rotates:
        yield Rule(
            ("drm", "rotation"),
            "our packager can't rotate keys: it would only shuffle the bytes of one key",
            "off",
        )
    if scheme == "cbcs" and hls and "clearkey" in systems:
        yield Rule(
            ("drm", "scheme"),
            "cbcs with ClearKey has no HLS playlist that both hls.js and Shaka Player can play",
            "cenc, or dash alone in packaging.formats",
        )
