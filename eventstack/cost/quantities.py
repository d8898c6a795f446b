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
    width: int = 0
    """0: that of a picture of 16:9."""


class Machines(NamedTuple):
    """Machines of one role; `kind` is the cloud's name for the size, empty for the price table's own choice."""

    role: str
    number: int
    kind: str = ""


class Far(NamedTuple):
    """Viewers for whom a CDN's prices in North America and Europe are not made."""

    share: Fraction
    near: Fraction
    """The share of all others."""

    why: str
    """Who they are, in words."""


NOBODY_FAR = Far(Fraction(0), Fraction(1), "")


class Chain(NamedTuple):
    """A plan, as far as its cost depends on it."""

    cloud: str
    paths: int
    """1, or 2 for a redundant chain."""

    hours_on: Fraction
    """Hours that the chain runs: line-up, the show and the tail."""

    renditions: tuple[Rendition, ...]
    input_bps: int
    egress_gb: Fraction | None
    """To viewers, in GB of 10^9 bytes; None where nobody says who watches: then they are a gap."""

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
    """Hours that the chain stands and does not run: built, before line-up, and kept, after the tail."""

    inputs: int = 1
    """Ways in that a managed encoder takes, each charged while it runs: 2 with a backup."""

    flows: int | None = None
    """MediaConnect flows; None: one for each path."""

    push_inputs: int = 0
    """Inputs that a managed encoder listens on: they are charged while idle."""

    origin_gb: Fraction | None = None
    """From the origin to the CDN; None: each segment of each packaging once."""

    input_height: int | None = None
    """Of the contribution's picture; None: that of the tallest rung."""

    input_codec: str = "avc"

    input_width: int = 0
    """0: that of a picture of 16:9."""

    far: Far = NOBODY_FAR


UNCOUNTED = "viewers are not counted: the event says nothing of its audience"


class _Source(NamedTuple):
    """What comes in, as far as its price depends on it."""

    bps: int
    codec: str
    height: int | None
    width: int
    inputs: int
    push_inputs: int
    flows: int


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
        why = "the recording, kept for a month"
        quantities.append(Quantity("archive", "archive.storage", chain.archive_gb, "GB-month", why, True))
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
    if chain.cloud == "local":
        return [_to_viewers("cdn.egress", chain.egress_gb, "data to viewers")] if chain.egress_gb else []
    quantities = []
    if chain.egress_gb is None:
        quantities.append(_to_viewers("cdn.egress", Fraction(0), "data to viewers")._replace(uncounted=UNCOUNTED))
    elif chain.egress_gb:
        share, near, why = chain.far
        if near:
            amount = _product(chain.egress_gb, near) if share else chain.egress_gb
            quantities.append(_to_viewers("cdn.egress", amount, "data to viewers"))
        if share:
            amount = _product(chain.egress_gb, share) if near else chain.egress_gb
            quantities.append(_to_viewers("cdn.egress.elsewhere", amount, why))
    if chain.requests:
        requests = Fraction(chain.requests)
        quantities.append(Quantity("cdn", "cdn.requests", requests, "requests", "requests of viewers", True))
    role, item, why = _FROM_ORIGIN.get(chain.cloud, ("", "", ""))
    if role and all(one.role != role for one in chain.machines):
        fetched = chain.origin_gb
        if fetched is None:
            fetched = _product(chain.hours_on, _ladder_gb(chain.renditions, chain.audio_bps) * chain.formats)
        if fetched:
            quantities.append(Quantity(role, item, fetched, "GB", why, True))
    return quantities


def _to_viewers(item: str, amount: Fraction, why: str) -> Quantity:
    return Quantity("cdn", item, amount, "GB", why, True)


def far(elsewhere: Fraction, unsaid: Fraction) -> Far:
    """The shares of viewers outside North America and Europe, and of those of whom no country is said, as one."""
    share = elsewhere + unsaid
    away, silent = "outside North America and Europe", "of whom no country is said"
    if elsewhere and unsaid:
        who = f" ({_percent(elsewhere)} {away}, {_percent(unsaid)} {silent})"
    else:
        who = f", {away if elsewhere else silent}"
    return Far(share, 1 - share, f"data to {_percent(share)} of the viewers{who}") if share else NOBODY_FAR


def _percent(share: Fraction) -> str:
    """To a tenth; what is not nothing does not read as nothing, nor as all what is not all."""
    tenths = min(max(round(share * 1000), 1), 1000 if share == 1 else 999)
    whole, tenth = divmod(tenths, 10)
    return f"{whole}.{tenth} %" if tenth else f"{whole} %"


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
        _Source(
            chain.input_bps,
            chain.input_codec,
            chain.input_height,
            chain.input_width,
            chain.inputs,
            chain.push_inputs,
            chain.paths if chain.flows is None else chain.flows,
        ),
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
    source: _Source,
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
            if source.flows:
                uses += _mediaconnect(source)
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


def _mediaconnect(source: _Source) -> list[_Use]:
    band = "under-20mbps" if source.bps <= 20 * MBPS else "over-20mbps"
    flows = source.flows
    return [
        _Use("contribution", "contribution.flow", "hour", "MediaConnect, a flow for each way in and path", flows),
        _Use("contribution", f"contribution.input.{band}", "hour", f"MediaConnect, inputs {band}", flows),
        _Use("contribution", f"contribution.output.{band}", "hour", f"MediaConnect, outputs {band}", flows),
    ]


def _medialive(paths: int, renditions: tuple[Rendition, ...], source: _Source) -> list[_Use]:
    pipelines = "standard" if paths > 1 else "single"
    width, height = source.width, source.height
    if not height:
        width, height = max([(rung.width, rung.height) for rung in renditions], key=_class, default=(0, 0))
    counts = {f"encoder.{pipelines}.in.{_size(width, height)}.{source.codec}.{_input_band(source.bps)}": source.inputs}
    for rung in renditions:
        output = f"{_size(rung.width, rung.height)}.{rung.codec}.{_pace(rung.frame_rate)}.{_output_band(rung.bps)}"
        item = f"encoder.{pipelines}.out.{output}"
        counts[item] = counts.get(item, 0) + 1
    uses = [_Use("encoder", item, "hour", f"MediaLive, {_spelt(item)}", count) for item, count in counts.items()]
    standing = 1 + source.push_inputs
    return [*uses, _Use("encoder", "encoder.idle", "hour", "MediaLive, standing and not running", 0, standing)]


def _spelt(item: str) -> str:
    """`encoder.standard.out.hd.avc.60fps.under-10mbps` in words."""
    pipelines, way, *rest = item.split(".")[1:]
    return f"{'two pipelines' if pipelines == 'standard' else 'one pipeline'}, {way}put {' '.join(rest)}"


def _size(width: int, height: int) -> str:
    """MediaLive's classes of picture."""
    return ("sd", "hd", "uhd")[_class((width, height))]


def _class(size: tuple[int, int]) -> int:
    """SD below 1280x720, HD up to 1920x1080, UHD above, by the longer and the shorter side: 1080x1920 is HD."""
    width, height = size
    shorter, longer = sorted((width or height * 16 // 9, height))
    if longer < 1280 and shorter < 720:
        return 0
    return 1 if longer <= 1920 and shorter <= 1080 else 2


def _pace(frame_rate: Fraction) -> str:
    return "30fps" if frame_rate <= 30 else "60fps" if frame_rate <= 60 else "over-60fps"


def _input_band(bps: int) -> str:
    return "under-10mbps" if bps < 10 * MBPS else "10-20mbps" if bps <= 20 * MBPS else "over-20mbps"


def _output_band(bps: int) -> str:
    return "under-10mbps" if bps < 10 * MBPS else "over-10mbps"
