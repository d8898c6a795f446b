"""Is there sound? The newest audio cell, licensed, decrypted, decoded, and its loudness taken."""

import math
import operator
import sys
from array import array

from eventstack.playback.decoding import PCM_RATE, sound
from eventstack.probes.hop import HopProbe, World
from eventstack.probes.newest import take
from eventstack.probes.probe import ProbeResult, Targets

HOP = "sound"

SILENT_DBFS = -50.0
"""RMS of a whole cell below which it is silence, the level at which silencedetect is set, too."""


async def inspect(targets: Targets, world: World) -> ProbeResult:
    """Broken when nothing can be decoded, or it is silence."""
    taken = await take(targets, world, "audio")
    decoded = await sound(taken.media, taken.key)
    if not decoded.clean:
        return ProbeResult(HOP, ok=False, detail=f"{taken.rendition} cell {taken.number}: {decoded.complaint}")
    samples = array("h", decoded.data[: len(decoded.data) // 2 * 2])
    if sys.byteorder == "big":
        samples.byteswap()
    level = rms_dbfs(samples)
    silent = level < SILENT_DBFS
    values = {
        "rms_dbfs": round(level, 1),
        "duration_s": round(len(samples) / PCM_RATE, 3),
        "encrypted": taken.key is not None,
        "cell": taken.number,
    }
    detail = f"{taken.rendition} cell {taken.number}: {'silent' if silent else 'sound'} at {level:.0f} dBFS"
    return ProbeResult(HOP, ok=not silent, detail=detail, measured=values)


def rms_dbfs(samples: "array[int]") -> float:
    """Root mean square of 16-bit samples against full scale, in dB; -120 for digital silence."""
    if not samples:
        return -120.0
    mean = sum(map(operator.mul, samples, samples)) / len(samples)
    return max(10 * math.log10(mean / 32768**2), -120.0) if mean else -120.0


PROBE = HopProbe(HOP, inspect)
