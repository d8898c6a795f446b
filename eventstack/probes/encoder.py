"""Does the encoder keep up? Its own progress says so."""

from eventstack.probes.control import MOVING, flow, known, measured
from eventstack.probes.hop import HopProbe, World
from eventstack.probes.probe import ProbeResult, Targets

HOP = "encoder"

SLOWEST_SPEED = 0.9
"""Below this share of real time the stream falls behind for good."""


async def inspect(targets: Targets, world: World) -> ProbeResult:
    """Broken when it is down, stands still, or is slower than real time now and since its start.

    ffmpeg's own figure counts from its start, waiting for the first cell included, so it is low at first; the speed
    between two reports is rough, because media come in bursts. One of them good is good.
    """
    encoder = await flow(targets, world, HOP, enough=SLOWEST_SPEED)
    average, fps = measured(encoder.part, "speed"), measured(encoder.part, "fps")
    values = known(
        fps=fps,
        speed=encoder.speed,
        average_speed=average,
        dropped_frames=measured(encoder.part, "drop"),
        duplicated_frames=measured(encoder.part, "dup"),
        restarts=(encoder.part or {}).get("restarts"),
    )
    problem = encoder.trouble or _pace(encoder.speed, average)
    at = f" at {fps:.0f} frames/s" if fps else ""
    return ProbeResult(HOP, ok=problem is None, detail=problem or f"encodes{at}", measured=values)


def _pace(speed: float | None, average: float | None) -> str | None:
    if speed is None:
        return "the encoder has put nothing out"
    if speed < MOVING:
        return "the encoder stands still"
    if max(speed, average or 0.0) < SLOWEST_SPEED:
        return f"encodes at {speed:.2f} of real time"
    return None


PROBE = HopProbe(HOP, inspect)
