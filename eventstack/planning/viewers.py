"""What an event's audience asks of its chain, as a plan shows it: `planning.audience` put into numbers."""

from fractions import Fraction

from eventstack.models.event import Event
from eventstack.models.units import rational
from eventstack.planning import audience
from eventstack.planning.plan import Assumed, Viewers
from eventstack.planning.prepared import Prepared


def of(event: Event, ready: Prepared) -> Viewers | None:
    """The audience's load; None for an event that says nothing of one."""
    who = event.audience
    if who is None:
        return None
    window = event.window
    load = audience.model(
        who.expected,
        who.expected if who.peak is None else who.peak,
        int(who.ramp),
        ready.ladder_bps,
        Fraction(ready.profile.packaging.segment),
        ready.profile.packaging.formats,
        renditions_per_viewer=2 if ready.encoder.renditions else 1,
        drm=ready.profile.drm is not None,
        paths=ready.paths,
        origin_bps=ready.origin_bps,
        origin_rps=ready.origin_rps,
    )
    on_air_s = int((window.end - window.start).total_seconds()) if window.end else None
    return Viewers(
        expected=load.expected,
        peak=load.peak,
        ramp_s=int(who.ramp),
        countries={code: rational(Fraction(share)) for code, share in who.countries.items()},
        edge_bps=rational(load.edge_bps),
        average_bps=rational(load.average_bps),
        origin_bps=rational(load.origin_bps),
        edge_rps=rational(load.edge_rps),
        origin_rps=rational(load.origin_rps),
        joins_rps=rational(load.joins_rps),
        licences_rps=rational(load.licences_rps),
        egress_gb=None if on_air_s is None else rational(load.egress_gb(on_air_s)),
        origin_gb=None if on_air_s is None else rational(load.origin_gb(on_air_s)),
        requests=None if on_air_s is None else rational(load.edge_requests(on_air_s)),
        packagers=load.packagers,
        assumptions=_ASSUMED | _headroom(ready),
    )


def _headroom(ready: Prepared) -> dict[str, Assumed]:
    """What machines of ours are larger by than the peak; a vendor's are its own matter."""
    if ready.facts.machine is None:
        return {}
    share = rational(Fraction(ready.profile.capacity.headroom))
    return {"headroom": Assumed(value=share, unit="of the peak", source="the profile: capacity.headroom")}


_ASSUMED = {
    name: Assumed(value=known.value, unit=known.unit, source=known.source)
    for name, known in audience.ASSUMPTIONS._asdict().items()
}
