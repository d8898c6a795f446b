"""Chains that the tests price."""

from fractions import Fraction

from eventstack.cost.quantities import Chain, Machines, Rendition

LADDER = tuple(
    Rendition(height, Fraction(25), bps)
    for height, bps in ((1080, 5_000_000), (720, 3_000_000), (540, 1_700_000), (360, 800_000))
)
"""10.5 Mbps in all."""


def chain(cloud="aws", **changes):
    """Two paths for one hour, H.264 at 25 frames a second, 10 000 viewers at 5 Mbps."""
    machines = () if cloud == "aws" else (Machines("encoder", 2), Machines("packager", 2))
    plain = Chain(
        cloud=cloud,
        paths=2,
        hours_on=Fraction(1),
        renditions=LADDER,
        input_bps=8_000_000,
        egress_gb=Fraction(22_500),
        requests=0,
        machines=machines,
    )
    return plain._replace(**changes)
