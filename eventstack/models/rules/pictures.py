"""The ladder and the grid that it is cut on: sizes, rates, levels, key pictures, segments.

The reasons are measured: see the segment grid and the picture shapes of the local chain's media notes.
"""

from collections.abc import Iterator, Sequence
from fractions import Fraction
from itertools import pairwise
from math import gcd, lcm

from eventstack.models import levels
from eventstack.models.delivery import Packaging
from eventstack.models.faults import Rule
from eventstack.models.ladder import Ladder, Rendition, WholeRendition
from eventstack.models.units import Bitrate, Duration, FrameRate, Resolution
from eventstack.models.yaml_reader import Path

AAC_FRAME = Fraction(1024, 48_000)
"""Seconds of one AAC frame at 48 kHz."""

SEGMENT_RANGE = (Fraction(1, 2), Fraction(10))
"""Seconds: shorter ones cost requests without end, longer ones make every viewer late."""

RATES = tuple(
    map(
        Fraction,
        ("24000/1001", "24", "25", "30000/1001", "30", "48", "50", "60000/1001", "60", "100", "120000/1001", "120"),
    )
)
"""Frame rates of film and television (SMPTE ST 2036-1 and ST 274 have them)."""

FEWEST_BITS = Fraction(1, 500)
"""Bits a pixel below which no codec leaves a picture; ladders of broadcasters have some 0.05 and more."""

SHORTEST_GOP = Fraction(1, 4)
"""Seconds from key picture to key picture: shorter ones spend their bits on key pictures."""

INTERLACED = tuple(map(Fraction, ("25", "30000/1001", "30", "50", "60000/1001", "60")))
"""Frame rates that interlaced television has, and those of its fields."""

PROFILES = {"avc": ("baseline", "main", "high", "high10", "high422"), "hevc": ("main", "main10")}
"""The profiles of each codec that encoders for broadcasts offer."""

_LADDER: Path = ("ladder",)


def check(ladder: Ladder | None, packaging: Packaging) -> Iterator[Rule]:
    """Everything about pictures, and the segments that they are cut into."""
    if ladder is None:
        yield from segment(Fraction(packaging.segment), (), Fraction(packaging.window))
        return
    rungs = [ladder.whole(rung) for rung in ladder.renditions]
    yield from order(rungs, ladder.aspect)
    yield from _rates(ladder)
    rates = sorted({Fraction(rung.frame_rate) for rung in rungs})
    yield from segment(Fraction(packaging.segment), rates, Fraction(packaging.window))
    yield from _gop(ladder, Fraction(packaging.segment), rates)
    for index, rung in enumerate(rungs):
        yield from _codec((*_LADDER, "renditions", index), ladder.renditions[index], rung)
        yield from _control((*_LADDER, "renditions", index), ladder, ladder.renditions[index], rung)
    if packaging.container == "ts" and any(rung.codec == "hevc" for rung in rungs):
        hint = "HLS has HEVC in fragmented MP4 alone (HLS Authoring Specification for Apple Devices, 1.5)"
        yield Rule(("packaging", "container"), "HEVC in transport stream segments", "cmaf", hint)
    if packaging.low_latency:
        yield from _parts(Fraction(packaging.low_latency.part), Fraction(packaging.segment), rates)


def order(rungs: Sequence[WholeRendition], aspect: str) -> Iterator[Rule]:
    """Sizes and bit rates grow together; pictures have one shape with square, even pixels; peaks are above averages."""
    for index, rung in enumerate(rungs):
        place: Path = (*_LADDER, "renditions", index)
        yield from picture((*place, "size"), rung.size, aspect)
        if not rung.bitrate <= rung.max_bitrate <= 4 * rung.bitrate:
            span = f"{rung.bitrate} to {Bitrate(4 * rung.bitrate)}"
            yield Rule((*place, "max_bitrate"), "the peak does not fit the average", span)
        yield from _bits((*place, "bitrate"), rung)
    for codec in sorted({rung.codec for rung in rungs}):
        yield from _growth(rungs, [index for index, rung in enumerate(rungs) if rung.codec == codec])


def _bits(path: Path, rung: WholeRendition) -> Iterator[Rule]:
    least = -(-FEWEST_BITS * rung.size.width * rung.size.height * Fraction(rung.frame_rate) // 1000) * 1000
    if rung.bitrate < least:
        message = f"too few bits for {rung.size} at {rung.frame_rate}: nothing could be made out"
        yield Rule(path, message, f"{Bitrate(least)} or more")


def _growth(rungs: Sequence[WholeRendition], of_codec: Sequence[int]) -> Iterator[Rule]:
    """In one codec a larger picture has more bits, and of one size each rung has its own bit rate."""
    order = sorted(
        of_codec, key=lambda index: (rungs[index].size.height, rungs[index].size.width, rungs[index].bitrate)
    )
    for lower, upper in pairwise(order):
        small, large = rungs[lower], rungs[upper]
        place: Path = (*_LADDER, "renditions", upper)
        if small.size == large.size and small.bitrate == large.bitrate:
            place = (*_LADDER, "renditions", max(lower, upper), "bitrate")
            yield Rule(place, "two rungs of one size and bit rate", "another size, or another bit rate")
        elif small.size != large.size and small.bitrate >= large.bitrate:
            yield Rule(
                (*place, "bitrate"),
                f"not above the {small.bitrate} of the smaller {small.size}",
                f"more than {small.bitrate}",
                "a larger picture needs a higher bit rate",
            )
        if small.frame_rate > large.frame_rate:
            place = (*_LADDER, "renditions", lower, "frame_rate")
            yield Rule(place, f"more frames than the larger {large.size}", f"{large.frame_rate} or less")


def picture(path: Path, size: Resolution, aspect: str) -> Iterator[Rule]:
    """A picture has the shape that it is said to have, with square pixels and even sides."""
    wide, high = map(int, aspect.split(":"))
    if not (128 <= size.width <= 4096 and 72 <= size.height <= 4096):
        yield Rule(path, "out of range", "128x72 to 4096x4096")
    elif size.width * high != size.height * wide:
        step = 2 * wide
        below = max(128 // step, size.width // step)
        fits = " or ".join(f"{step * count}x{2 * high * count}" for count in (below, below + 1))
        message = f"not {aspect} with square pixels"
        yield Rule(path, message, fits, "packagers and players refuse rungs of different shapes")
    elif size.width % 2 or size.height % 2:
        yield Rule(path, "an odd width or height", "even numbers: colour is kept for blocks of two by two")


def _rates(ladder: Ladder) -> Iterator[Rule]:
    full = Fraction(ladder.frame_rate)
    if full not in RATES:
        near = min(RATES, key=lambda rate: abs(rate - full))
        hint = f"did you mean {FrameRate(near)}?"
        yield Rule((*_LADDER, "frame_rate"), "not a frame rate of film or television", _listed(RATES), hint)
    elif ladder.scan == "interlaced" and full not in INTERLACED:
        yield Rule(
            (*_LADDER, "frame_rate"), "no interlaced source has this rate, or twice as many fields", _listed(INTERLACED)
        )
    for index, rung in enumerate(ladder.renditions):
        if rung.frame_rate is not None and Fraction(rung.frame_rate) not in (full, full / 2):
            path = (*_LADDER, "renditions", index, "frame_rate")
            allowed = f"{FrameRate(full)}, or the half of it: {FrameRate(full / 2)}"
            hint = "leave it out: segments of all rungs begin on the same picture"
            yield Rule(path, "not the ladder's frame rate, nor half of it", allowed, hint)


def _listed(rates: Sequence[Fraction]) -> str:
    return ", ".join(str(FrameRate(rate)) for rate in rates)


def grid(frame_rate: Fraction) -> Fraction:
    """The shortest length that is a whole number of pictures and of AAC frames, in seconds: 8/25 at 25 fps."""
    picture = 1 / frame_rate
    return Fraction(
        lcm(picture.numerator, AAC_FRAME.numerator),
        gcd(picture.denominator, AAC_FRAME.denominator),
    )


def segment(length: Fraction, rates: Sequence[Fraction], window: Fraction) -> Iterator[Rule]:
    """A segment is a whole number of pictures of every rung, and several fit the window.

    That it is also a whole number of audio frames is better, and not possible at every rate: `deviation` says it.
    """
    path: Path = ("packaging", "segment")
    low, high = SEGMENT_RANGE
    if not low <= length <= high:
        yield Rule(path, "a segment of an unusual length", f"{Duration(low)} to {Duration(high)}")
        return
    for rate in rates[:1]:
        pictures = length * rate
        if pictures.denominator != 1:
            message = f"not a whole number of pictures ({float(pictures):.2f} at {FrameRate(rate)})"
            yield Rule(path, message, " or ".join(map(str, _near(length, 1 / rate, grid(rate)))))
    if window < 3 * length:
        least = -(-3 * length // 1)
        yield Rule(("packaging", "window"), "shorter than three segments", f"at least {Duration(least)}")


def _near(length: Fraction, picture: Fraction, both: Fraction) -> list[Duration]:
    """The good lengths around one: on the common grid of pictures and audio if it has any in range."""
    low, high = SEGMENT_RANGE
    for step in (both, picture):
        below = length // step
        good = [Duration(step * count) for count in (below, below + 1) if low <= step * count <= high]
        if good:
            return good
    return []


def deviation(length: Fraction, frame_rate: Fraction | None) -> Rule | None:
    """What is said of a segment that is no whole number of audio frames, with the nearest good length."""
    frames = length / AAC_FRAME
    if frames.denominator == 1:
        return None
    late = (-(-frames // 1) * AAC_FRAME - length) * 1000
    message = f"{float(frames):.2f} AAC frames: audio segments end up to {float(late):.1f} ms late"
    step = grid(frame_rate) if frame_rate else AAC_FRAME
    low, high = SEGMENT_RANGE
    below = length // step
    good = [Duration(step * count) for count in (below, below + 1) if low <= step * count <= high]
    if good:
        return Rule(("packaging", "segment"), message, " or ".join(map(str, good)))
    hint = f"{FrameRate(frame_rate)} shares no segment up to {Duration(high)} with 48 kHz audio" if frame_rate else None
    return Rule(("packaging", "segment"), message, None, hint)


def _gop(ladder: Ladder, length: Fraction, rates: Sequence[Fraction]) -> Iterator[Rule]:
    if ladder.gop is None:
        return
    path, gop, slowest = (*_LADDER, "gop"), Fraction(ladder.gop), rates[0]
    if 0 < gop < SHORTEST_GOP:
        yield Rule(path, "so short that all bits go into key pictures", f"{Duration(SHORTEST_GOP)} or more")
        return
    if gop <= 0 or length % gop or (gop * slowest).denominator != 1:
        pictures = int(length * slowest) if (length * slowest).denominator == 1 else 0
        fits = [Duration(length / parts) for parts in range(1, 9) if pictures and pictures % parts == 0]
        allowed = ", ".join(map(str, fits)) or None
        yield Rule(path, f"does not divide the segment of {Duration(length)} into whole pictures", allowed)


def _codec(place: Path, written: Rendition, rung: WholeRendition) -> Iterator[Rule]:
    """The profile is one of the codec's, and profile and level permit the size and the rates."""
    if rung.profile not in PROFILES[rung.codec]:
        owner = place if written.profile or written.codec else _LADDER
        field = "profile" if written.profile or not written.codec else "codec"
        allowed = ", ".join(PROFILES[rung.codec]) if field == "profile" else None
        yield Rule((*owner, field), f"{rung.codec} has no profile {rung.profile}", allowed)
        return
    rate = Fraction(rung.frame_rate)
    known = levels.levels(rung.codec, rung.profile)
    lowest = levels.lowest(rung.codec, rung.profile, rung.size, rate, rung.max_bitrate)
    if rung.level is None:
        if lowest is None:
            highest = known[-1]
            why = levels.exceeds(rung.codec, rung.profile, highest, rung.size, rate, rung.max_bitrate)
            yield Rule((*place, "max_bitrate" if written.max_bitrate else "bitrate"), f"no level permits it: {why}")
    elif rung.level not in known:
        yield Rule((*place, "level"), f"not a level of {rung.codec}", ", ".join(known))
    elif why := levels.exceeds(rung.codec, rung.profile, rung.level, rung.size, rate, rung.max_bitrate):
        yield Rule(
            (*place, "level"), why, f"{lowest} or higher" if lowest else None, "leave it out: the lowest is taken"
        )


def _control(place: Path, ladder: Ladder, written: Rendition, rung: WholeRendition) -> Iterator[Rule]:
    control = ladder.rate_control
    if control == "cbr" and written.max_bitrate is not None and written.max_bitrate != rung.bitrate:
        yield Rule((*place, "max_bitrate"), "cbr has no peak above its bit rate", str(rung.bitrate), "leave it out")
    if control == "qvbr" and written.quality is None:
        yield Rule((*place, "quality"), "qvbr needs the quality to keep", "1 to 10", "add a line quality: 7")
    if control != "qvbr" and written.quality is not None:
        yield Rule((*place, "quality"), f"{control} keeps no quality", hint="remove it, or write rate_control: qvbr")


def _parts(part: Fraction, length: Fraction, rates: Sequence[Fraction]) -> Iterator[Rule]:
    path: Path = ("packaging", "low_latency", "part")
    slowest = rates[0]
    if part <= 0 or length % part or (part * slowest).denominator != 1 or part > length / 2:
        pictures = int(length * slowest) if (length * slowest).denominator == 1 else 0
        fits = [Duration(length / parts) for parts in range(2, 13) if pictures and pictures % parts == 0]
        message = f"does not divide the segment of {Duration(length)} into two or more parts of whole pictures"
        yield Rule(path, message, ", ".join(map(str, fits)) or None)
