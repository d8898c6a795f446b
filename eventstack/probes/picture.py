"""Is there a picture, and does it move? The newest cell of the smallest rendition, licensed, decrypted and decoded."""

import operator
from collections.abc import Sequence
from itertools import pairwise

from eventstack.media.slate import is_slate
from eventstack.playback.decoding import PICTURE, pictures
from eventstack.probes.hop import HopProbe, World
from eventstack.probes.newest import take
from eventstack.probes.probe import ProbeResult, Targets

HOP = "picture"

BLACK_LUMA = 12.0
"""Mean luma (BT.601, 0 to 255) below which a frame is black."""

BLACK_SHARE = 0.9
"""Share of black frames that makes a cell black: a cut through black is no fault."""

FROZEN_LEVELS = 8
"""Greatest change (0 to 255) of any one component between neighbours of a cell that stands still: an encoder that
repeats one picture changes it by up to 5, a clock in a corner by 100 (measured at 400 kbit/s)."""


async def inspect(targets: Targets, world: World) -> ProbeResult:
    """Broken when nothing can be decoded, or it is black or frozen; a slate stands still on purpose."""
    taken = await take(targets, world, "video")
    decoded, frames = await pictures(taken.media, taken.key)
    if not decoded.clean:
        return ProbeResult(HOP, ok=False, detail=f"{taken.rendition} cell {taken.number}: {decoded.complaint}")
    colour = mean_rgb(frames)
    luma = sum(luma_of(mean_rgb([frame])) for frame in frames) / len(frames)
    black = sum(luma_of(mean_rgb([frame])) < BLACK_LUMA for frame in frames) / len(frames)
    motion = greatest_change(frames)
    slate = is_slate(frames[-1], *PICTURE)
    problem = None
    if black >= BLACK_SHARE:
        problem = "black"
    elif motion < FROZEN_LEVELS and not slate:
        problem = "frozen"
    values = {
        "frames": len(frames),
        "luma_mean": round(luma, 1),
        "black_share": round(black, 3),
        "motion_levels": motion,
        "rgb_mean": [round(component, 1) for component in colour],
        "slate": slate,
        "encrypted": taken.key is not None,
        "cell": taken.number,
    }
    detail = f"{taken.rendition} cell {taken.number}: {problem or ('slate' if slate else 'a moving picture')}"
    return ProbeResult(HOP, ok=problem is None, detail=detail, measured=values)


def mean_rgb(frames: Sequence[bytes]) -> tuple[float, float, float]:
    """Mean red, green and blue (0 to 255) over whole frames of packed 8-bit RGB."""
    pixels = sum(len(frame) for frame in frames) // 3
    red, green, blue = (sum(sum(frame[at::3]) for frame in frames) / max(pixels, 1) for at in range(3))
    return red, green, blue


def luma_of(colour: tuple[float, float, float]) -> float:
    """BT.601 luma of a colour, 0 to 255."""
    red, green, blue = colour
    return 0.299 * red + 0.587 * green + 0.114 * blue


def change(first: bytes, second: bytes) -> int:
    """The greatest difference of any component of two frames of one size, 0 to 255."""
    return 0 if first == second else max(map(abs, map(operator.sub, first, second)))


def greatest_change(frames: Sequence[bytes]) -> int:
    """The greatest change between neighbours, and from the first to the last: a slow zoom is no still."""
    if len(frames) < 2:
        return 0
    return max(change(before, after) for before, after in [(frames[0], frames[-1]), *pairwise(frames)])


PROBE = HopProbe(HOP, inspect)
