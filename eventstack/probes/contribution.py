"""Is a feed coming in? The receiver's own progress says so; a sender of ours, if there is one, must run too."""

from eventstack.probes.control import MOVING, flow, known, measured, node_parts, trouble
from eventstack.probes.hop import HopProbe, World
from eventstack.probes.probe import ProbeResult, Targets

HOP = "contribution"


async def inspect(targets: Targets, world: World) -> ProbeResult:
    """Broken when a part is down, or nothing moves through the receiver."""
    parts = await node_parts(targets, world)
    sender_down = trouble(parts["sender"], "sender") if "sender" in parts else None
    receiver = await flow(targets, world, "receiver", enough=MOVING)
    bitrate = measured(receiver.part, "bitrate_bps")
    values = known(
        bitrate_bps=bitrate,
        speed=receiver.speed,
        out_time_s=measured(receiver.part, "out_time_s"),
        label_lag_s=measured(receiver.part, "lag_s"),
        restarts=(receiver.part or {}).get("restarts"),
    )
    problem = sender_down or receiver.trouble
    if not problem and receiver.speed is None:
        problem = "no feed has come in"
    elif not problem and receiver.speed is not None and receiver.speed < MOVING:
        problem = "no feed comes in any more"
    rate = f" at {bitrate / 1e6:.1f} Mbit/s" if bitrate else ""
    return ProbeResult(HOP, ok=problem is None, detail=problem or f"feed comes in{rate}", measured=values)


PROBE = HopProbe(HOP, inspect)
