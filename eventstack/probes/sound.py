"""Is there sound? The newest audio cell, licensed, decrypted, decoded, and its loudness taken."""

import math
import operator
import sys
from array import array

from eventstack.errors import Unplayable
from eventstack.media.slate import is_slate
from eventstack.playback.decoding import PCM_RATE, PICTURE, pictures, sound
from eventstack.probes.hop import HopProbe, World
from eventstack.probes.newest import take
from eventstack.probes.probe import ProbeResult, Targets

HOP = "sound"

SILENT_DBFS = -50.0
"""RMS of a whole cell below which it is silence, the level at which silencedetect is set, too."""


async def inspect(targets: Targets, world: World) -> ProbeResult:
    """Broken when nothing can be decoded, or it is silence; under a slate there is none on purpose."""
    taken = await take(targets, world, "audio")
    decoded = await sound(taken.media, taken.key)
    if not decoded.clean:
        return ProbeResult(HOP, ok=False, detail=f"{taken.rendition} cell {taken.number}: {decoded.complaint}")
    samples = array("h", decoded.data[: len(decoded.data) // 2 * 2])
    if sys.byteorder == "big":
        samples.byteswap()
    level = rms_dbfs(samples)
    silent = level < SILENT_DBFS
    slate = silent and await _under_slate(targets, world, taken.number)
    values = {
        "rms_dbfs": round(level, 1),
        "duration_s": round(len(samples) / PCM_RATE, 3),
        "slate": slate,
        "encrypted": taken.key is not None,
        "cell": taken.number,
    }
    heard = "silent under the slate" if slate else "silent" if silent else "sound"
    detail = f"{taken.rendition} cell {taken.number}: {heard} at {level:.0f} dBFS"
    return ProbeResult(HOP, ok=slate or not silent, detail=detail, measured=values)


async def _under_slate(targets: Targets, world: World, number: int) -> bool:
    """Whether the picture of the same cell is the slate: its head or tail may still be, or again be, the programme."""
    try:
        taken = await take(targets, world, "video", number)
    except Unplayable:
        return False
    _, frames = await pictures(taken.media, taken.key)
    return any(is_slate(frame, *PICTURE) for frame in frames)


def rms_dbfs(samples: "array[int]") -> float:
    """Root mean square of 16-bit samples against full scale, in dB; -120 for digital silence."""
    if not samples:
        return -120.0
    mean = sum(map(operator.mul, samples, samples)) / len(samples)
    return max(10 * math.log10(mean / 32768**2), -120.0) if mean else -120.0


PROBE = HopProbe(HOP, inspect)
