"""What a chain uses of each cloud's services: the amounts that the estimate prices, from a plain description.

A plan is described as a `Chain`; `event` gives the amounts of one event, `kept_on` those of the same chain on for a
month without viewers. The assumptions are listed in docs/cost.md.
"""

from fractions import Fraction
from functools import lru_cache
from typing import NamedTuple

from eventstack.cost.estimate import Priced, Quantity, estimate, priced
from eventstack.cost.prices import AS_RUN, HOURS_A_MONTH, Billing, PriceTable
from eventstack.planning.plan import Estimate

GIGABYTE_BITS = 8 * 10**9
HOUR = 3600
MBPS = 10**6


class Rendition(NamedTuple):
    """One rung: height in pixels, frames and bits a second."""

    height: int
    frame_rate: Fraction
    bps: int
    codec: str = "avc"


class Machines(NamedTuple):
    """Machines of one role; `kind` is the cloud's name for the size, empty for the price table's own choice."""

    role: str
    number: int
    kind: str = ""


class Chain(NamedTuple):
    """A plan, as far as its cost depends on it."""

    cloud: str
    paths: int
    """1, or 2 for a redundant chain."""

    hours_on: Fraction
    """Hours that the chain runs: line-up, the show and the tail."""

    renditions: tuple[Rendition, ...]
    input_bps: int
    egress_gb: Fraction
    """To viewers, in GB of 10^9 bytes."""

    requests: int
    """Of viewers at the edge."""

    archive_gb: Fraction = Fraction(0)
    """What the recording takes, kept for a month."""

    formats: int = 1
    """Packagings that the CDN fetches separately."""

    drm: bool = False
    machines: tuple[Machines, ...] = ()
    """On AWS, machines of the role encoder or packager stand in for MediaLive or MediaPackage."""

    audio_bps: int = 0
    """All audio renditions together."""

    hours_idle: Fraction = Fraction(0)
    """Hours that the chain stands and does not run: built, before line-up."""

    push_inputs: int = 0
    """Inputs that a managed encoder listens on: they are charged while idle."""

    origin_gb: Fraction | None = None
    """From the origin to the CDN; None: each segment of each packaging once."""

    input_height: int | None = None
    """Of the contribution's picture; None: that of the tallest rung."""

    input_codec: str = "avc"


class _Use(NamedTuple):
    """What an hour of the chain uses, whoever watches."""

    role: str
    item: str
    unit: str
    why: str
    running: int | Fraction
    """For each hour that the chain runs."""

    standing: int = 0
    """For each hour that it stands before that."""


def event(chain: Chain, table: PriceTable) -> list[Quantity]:
    """The amounts of one event; nothing of which there is none. `table` is that of the chain's cloud."""
    return _amounts(chain, table, _uses(chain, table))


def kept_on(chain: Chain, table: PriceTable) -> list[Quantity]:
    """The amounts of the same chain on for a month (730 h) without viewers and without recording."""
    return _month(_uses(chain, table))


def cost(chain: Chain, table: PriceTable, hours: Fraction) -> Estimate:
    """The estimate of an event that is `hours` on air, with its comparison; raises as `estimate` does."""
    uses = _uses(chain, table)
    return estimate(_amounts(chain, table, uses), table, always_on=_priced_month(uses, table), hours=hours)


def _amounts(chain: Chain, table: PriceTable, uses: tuple[_Use, ...]) -> list[Quantity]:
    idle = chain.hours_idle
    billed: dict[Billing, Fraction] = {AS_RUN: chain.hours_on}
    quantities = _viewers(chain)
    for use in uses:
        billing = table.billing(use.item)
        hours = billed.get(billing) or billed.setdefault(billing, billing.hours(chain.hours_on))
        amount = _product(hours, use.running)
        if use.standing and idle:
            amount += _product(idle, use.standing)
        if amount:
            quantities.append(Quantity(use.role, use.item, amount, use.unit, use.why))
    if chain.archive_gb:
        quantities.append(
            Quantity("archive", "archive.storage", chain.archive_gb, "GB-month", "the recording, kept for a month")
        )
    return quantities


def _month(uses: tuple[_Use, ...]) -> list[Quantity]:
    return [
        Quantity(use.role, use.item, _product(_MONTH, use.running), use.unit, use.why) for use in uses if use.running
    ]


@lru_cache(maxsize=1024)
def _priced_month(uses: tuple[_Use, ...], table: PriceTable) -> Priced:
    return priced(_month(uses), table)


_MONTH = Fraction(HOURS_A_MONTH)


def _product(hours: Fraction, amount: int | Fraction) -> Fraction:
    return Fraction(hours.numerator * amount.numerator, hours.denominator * amount.denominator)


def _viewers(chain: Chain) -> list[Quantity]:
    """What depends on who watches."""
    quantities = []
    if chain.egress_gb:
        quantities.append(Quantity("cdn", "cdn.egress", chain.egress_gb, "GB", "data to viewers"))
    if chain.cloud == "local":
        return quantities
    if chain.requests:
        quantities.append(Quantity("cdn", "cdn.requests", Fraction(chain.requests), "requests", "requests of viewers"))
    role, item, why = _FROM_ORIGIN.get(chain.cloud, ("", "", ""))
    if role and all(one.role != role for one in chain.machines):
        amount = chain.origin_gb
        if amount is None:
            amount = _product(chain.hours_on, _ladder_gb(chain.renditions, chain.audio_bps) * chain.formats)
        if amount:
            quantities.append(Quantity(role, item, amount, "GB", why))
    return quantities


_FROM_ORIGIN = {
    "aws": ("packager", "packager.egress", "MediaPackage, media given to the CDN"),
    "gcp": ("cdn", "cdn.fill", "from the origin into the CDN"),
}
"""Clouds that charge for what the CDN fetches."""


def _uses(chain: Chain, table: PriceTable) -> tuple[_Use, ...]:
    # Events of one profile share it: worked out once, found again by what it depends on.
    return _worked_out(
        chain.cloud,
        chain.paths,
        chain.renditions,
        chain.audio_bps,
        (chain.input_height, chain.input_codec, chain.input_bps, chain.push_inputs),
        chain.machines,
        chain.drm,
        table.machine,
    )


@lru_cache(maxsize=1024)
def _worked_out(
    cloud: str,
    paths: int,
    renditions: tuple[Rendition, ...],
    audio_bps: int,
    source: tuple[int | None, str, int, int],
    machines: tuple[Machines, ...],
    drm: bool,
    machine: str,
) -> tuple[_Use, ...]:
    if cloud == "local" and not machines:
        machines = (Machines("encoder", paths),)
    uses = [
        _Use(role, f"vm.{kind or machine}", "hour", f"machine {kind or machine}", number, number)
        for role, number, kind in machines
    ]
    roles = {one.role for one in machines}
    match cloud:
        case "aws":
            if "encoder" not in roles:
                uses += _medialive(paths, renditions, source)
            if "packager" not in roles:
                uses.append(_ingest(paths, renditions, audio_bps))
            uses += _mediaconnect(paths, source[2])
        case "azure":
            uses.append(_Use("cdn", "cdn.base", "hour", "Front Door, its profile while the chain stands", 1, 1))
            uses.append(_Use("contribution", "network.balancer", "hour", "balancer and public addresses", 1, 1))
        case "gcp":
            uses.append(_Use("contribution", "network.balancer", "hour", "forwarding rules and addresses", 1, 1))
    if drm and cloud != "local":
        uses.append(_Use("drm", "drm.secret", "hour", "keys, kept as one secret", 1, 1))
        uses.append(_Use("drm", "drm.licences", "hour", "licences for players", 1))
    return tuple(uses)


def _ladder_gb(renditions: tuple[Rendition, ...], audio_bps: int) -> Fraction:
    """An hour of all renditions of one path."""
    return Fraction((sum([rung.bps for rung in renditions]) + audio_bps) * HOUR, GIGABYTE_BITS)


def _ingest(paths: int, renditions: tuple[Rendition, ...], audio_bps: int) -> _Use:
    amount = _ladder_gb(renditions, audio_bps) * paths
    return _Use("packager", "packager.ingest", "GB", "MediaPackage, media taken in on each path", amount)


def _mediaconnect(paths: int, input_bps: int) -> list[_Use]:
    band = "under-20mbps" if input_bps <= 20 * MBPS else "over-20mbps"
    return [
        _Use("contribution", "contribution.flow", "hour", "MediaConnect, a flow for each path", paths),
        _Use("contribution", f"contribution.input.{band}", "hour", f"MediaConnect, inputs {band}", paths),
        _Use("contribution", f"contribution.output.{band}", "hour", f"MediaConnect, outputs {band}", paths),
    ]


def _medialive(paths: int, renditions: tuple[Rendition, ...], source: tuple[int | None, str, int, int]) -> list[_Use]:
    pipelines = "standard" if paths > 1 else "single"
    height, codec, bps, push_inputs = source
    height = height or max([rung.height for rung in renditions], default=0)
    counts = {f"encoder.{pipelines}.in.{_size(height)}.{codec}.{_input_band(bps)}": 1}
    for rung in renditions:
        output = f"{_size(rung.height)}.{rung.codec}.{_pace(rung.frame_rate)}.{_output_band(rung.bps)}"
        item = f"encoder.{pipelines}.out.{output}"
        counts[item] = counts.get(item, 0) + 1
    uses = [_Use("encoder", item, "hour", f"MediaLive, {_spelt(item)}", count) for item, count in counts.items()]
    return [*uses, _Use("encoder", "encoder.idle", "hour", "MediaLive, standing and not running", 0, 1 + push_inputs)]


def _spelt(item: str) -> str:
    """`encoder.standard.out.hd.avc.60fps.under-10mbps` in words."""
    pipelines, way, *rest = item.split(".")[1:]
    return f"{'two pipelines' if pipelines == 'standard' else 'one pipeline'}, {way}put {' '.join(rest)}"


def _size(height: int) -> str:
    """MediaLive's classes of picture, told from its height."""
    return "sd" if height < 720 else "hd" if height <= 1080 else "uhd"


def _pace(frame_rate: Fraction) -> str:
    return "30fps" if frame_rate <= 30 else "60fps" if frame_rate <= 60 else "over-60fps"


def _input_band(bps: int) -> str:
    return "under-10mbps" if bps < 10 * MBPS else "10-20mbps" if bps <= 20 * MBPS else "over-20mbps"


def _output_band(bps: int) -> str:
    return "under-10mbps" if bps < 10 * MBPS else "over-10mbps"
