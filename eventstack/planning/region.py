"""Where to build: one choice of a region for every cloud, from who watches and from where data may lie.

`resolve` calls it with the regions of a cloud's facts; its answer stands in the plan, reasons included. Distances are
great circles from a country's people (`models.countries`) to the region's city, in whole kilometres before they are
weighed, so that the comparison is exact and the same everywhere.
"""

import math
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from fractions import Fraction
from functools import lru_cache
from typing import NamedTuple

from eventstack.errors import ConfigError, Fault
from eventstack.models import countries

EARTH_KM = 6371.0088
"""Mean radius of the earth (IUGG; H. Moritz, Geodetic Reference System 1980)."""


@dataclass(frozen=True)
class Region:
    """One region of a cloud."""

    name: str
    """The vendor's name for it, unique within the cloud: `eu-central-1`."""

    place: str
    """City or area, for people."""

    country: str
    """ISO 3166-1 alpha-2: whose law its disks are under."""

    latitude: int
    """Hundredths of a degree, north positive."""

    longitude: int
    """Hundredths of a degree, east positive."""

    offers: frozenset[str] | None = None
    """What it has of that which not every region has; None for everything."""


class Choice(NamedTuple):
    """A region, how far it is, and how the others did."""

    region: str
    """The chosen region's name."""

    km: int
    """Mean distance in kilometres: to the audience, to the country it was to be near, or to the default region."""

    why: str
    """One sentence for people."""

    others: tuple[tuple[str, int, str], ...]
    """Name, mean distance and, if it was refused, why (else ""): allowed ones first, near before far."""


class _Regions(tuple[Region, ...]):
    """A cloud's regions as a key of what was chosen before: hashed by little, since every plan looks it up."""

    __slots__ = ()

    def __hash__(self) -> int:
        return hash((len(self), self[0].name)) if self else 0


class _Aim(NamedTuple):
    """What to be near to: weighted points, in words for the reason, and who wins among equals."""

    points: tuple[tuple[int, int, int], ...]
    words: str
    measure: str = ""
    first: str = ""


def choose(
    regions: Mapping[str, Region],
    audience: Mapping[str, Fraction],
    *,
    within: Iterable[str] = (),
    near: str | None = None,
    needs: frozenset[str] = frozenset(),
    default: str | None = None,
) -> Choice:
    """Choose the allowed region with the least mean distance to the audience; of equals the first by name.

    `audience` gives countries their shares (0 to 1, at most 1 together; who is unaccounted for weighs nothing);
    `near` is a country to be near to instead. With neither, the region next to `default`: itself, when it is allowed.
    `within` holds countries and jurisdictions (`countries.jurisdictions`) in which data may lie, all when empty;
    `needs` what the region must offer.

    Raises ConfigError at `placement.within` when no region is allowed, and at the field that names an unknown country
    or holds impossible shares; ValueError when `regions` is empty or lacks `default`.
    """
    shares = tuple(sorted([(code, *share.as_integer_ratio()) for code, share in audience.items()]))
    return _choose(_Regions(regions.values()), shares, tuple(sorted(set(within))), near, needs, default)


def refusal(region: Region, within: Iterable[str] = (), needs: frozenset[str] = frozenset()) -> str:
    """Why a region may not be used, or "": also for one that a user named. KeyError for an unknown jurisdiction."""
    return _refusal(region, tuple(within), _lawful(tuple(within)), needs)


def distance_km(from_latitude: int, from_longitude: int, to_latitude: int, to_longitude: int) -> int:
    """Great-circle distance in whole kilometres of two places in hundredths of a degree."""
    return _apart(_vector(from_latitude, from_longitude), _vector(to_latitude, to_longitude))


@lru_cache(maxsize=4096)
def _vector(latitude: int, longitude: int) -> tuple[float, float, float]:
    north, east = math.radians(latitude / 100), math.radians(longitude / 100)
    return math.cos(north) * math.cos(east), math.cos(north) * math.sin(east), math.sin(north)


def _apart(here: tuple[float, float, float], there: tuple[float, float, float]) -> int:
    # by the chord: exact for neighbours, where the cosine of the angle is not
    return round(2 * EARTH_KM * math.asin(min(1.0, math.dist(here, there) / 2)))


class _Atlas:
    """The distances of one cloud's regions to the places that were asked for so far: at most one for each country."""

    def __init__(self, regions: _Regions) -> None:
        self._vectors = [_vector(region.latitude, region.longitude) for region in regions]
        self._rows: dict[tuple[int, int], list[int]] = {}

    def row(self, latitude: int, longitude: int) -> list[int]:
        """Kilometres to each region, in the regions' order."""
        row = self._rows.get((latitude, longitude))
        if row is None:
            here = _vector(latitude, longitude)
            row = self._rows[latitude, longitude] = [_apart(here, there) for there in self._vectors]
        return row


_atlas = lru_cache(maxsize=64)(_Atlas)


@lru_cache(maxsize=1024)
def _lawful(within: tuple[str, ...]) -> frozenset[str]:
    return frozenset().union(*(countries.members(each) for each in within))


def _refusal(region: Region, within: tuple[str, ...], lawful: frozenset[str], needs: frozenset[str]) -> str:
    if within and region.country not in lawful:
        return f"lies in {region.country}, outside {', '.join(within)}"
    if region.offers is not None and (missing := needs - region.offers):
        return f"offers no {', '.join(sorted(missing))}"
    return ""


@lru_cache(maxsize=4096)
def _choose(
    regions: _Regions,
    shares: tuple[tuple[str, int, int], ...],
    within: tuple[str, ...],
    near: str | None,
    needs: frozenset[str],
    default: str | None,
) -> Choice:
    if faults := _faults(shares, within, near):
        raise ConfigError(*faults)
    lawful = _lawful(within)
    refused = {region.name: _refusal(region, within, lawful, needs) for region in regions}
    allowed = {region.name: region for region in regions if not refused[region.name]}
    if not allowed:
        raise ConfigError(_nowhere(regions, within, needs))
    aim = _aim(shares, near, default, regions, allowed, refused)
    totals = _totals(regions, aim.points)
    order = sorted(totals, key=lambda name: (refused[name] != "", totals[name], name != aim.first, name))
    weight = sum([point[0] for point in aim.points])
    means = {name: (2 * total + weight) // (2 * weight) for name, total in totals.items()}
    return Choice(
        order[0],
        means[order[0]],
        _sentence(allowed, order, means, aim, within, needs),
        tuple([(name, means[name], refused[name]) for name in order[1:]]),
    )


def _totals(regions: _Regions, points: Iterable[tuple[int, int, int]]) -> dict[str, int]:
    """Distances times weights, summed for each region."""
    atlas = _atlas(regions)
    rows = [[weight * km for km in atlas.row(latitude, longitude)] for weight, latitude, longitude in points]
    return {region.name: sum(column) for region, column in zip(regions, zip(*rows, strict=True), strict=True)}


def _aim(
    shares: Sequence[tuple[str, int, int]],
    near: str | None,
    default: str | None,
    regions: Sequence[Region],
    allowed: Mapping[str, Region],
    refused: Mapping[str, str],
) -> _Aim:
    if near is not None:
        country = countries.place(near)
        return _Aim(((1, country.latitude, country.longitude),), f"{country.name}, as placement.near asks")
    common = math.lcm(*(denominator for _, _, denominator in shares))
    weighed = [(code, share * (common // denominator)) for code, share, denominator in shares if share]
    if weighed:
        places = [(weight, countries.place(code)) for code, weight in weighed]
        return _Aim(
            tuple((weight, each.latitude, each.longitude) for weight, each in places), "the audience", " on average"
        )
    if default is None and len(allowed) > 1:
        raise ConfigError(_aimless(len(allowed)))
    home = _named(regions, default) if default is not None else next(iter(allowed.values()))
    words = f"the default region {home.name}" + (f" ({reason})" if (reason := refused[home.name]) else "")
    return _Aim(((1, home.latitude, home.longitude),), words, first=home.name)


def _named(regions: Sequence[Region], name: str) -> Region:
    for region in regions:
        if region.name == name:
            return region
    raise ValueError(f"the default region {name!r} is none of the regions")


def _sentence(
    allowed: Mapping[str, Region],
    order: Sequence[str],
    means: Mapping[str, int],
    aim: _Aim,
    within: Sequence[str],
    needs: Collection[str],
) -> str:
    best = f"{order[0]} ({allowed[order[0]].place})"
    rules = [f"within {', '.join(within)}"] if within else []
    rules += [f"that offer{'s' if len(allowed) == 1 else ''} {', '.join(sorted(needs))}"] if needs else []
    ruled = " ".join(["", *rules])
    if len(allowed) == 1:
        return f"{best} is the only region{ruled}."
    if order[0] == aim.first:
        return (
            f"{best} is the cloud's default region, and neither audience.countries nor placement.near says otherwise."
        )
    following = f"the next is {order[1]} ({allowed[order[1]].place}) with {means[order[1]]} km"
    among = f"Of the regions{ruled}, " if rules else ""
    return f"{among}{best} is nearest to {aim.words}: {means[order[0]]} km{aim.measure}; {following}."


def _faults(shares: Iterable[tuple[str, int, int]], within: Iterable[str], near: str | None) -> list[Fault]:
    known = countries.known()
    beyond = [name for name in within if name not in known]
    unions = countries.jurisdictions() if beyond else ()
    faults = [_unknown("placement.within", name, unions=True) for name in beyond if name not in unions]
    if near is not None and near not in known:
        faults.append(_unknown("placement.near", near))
    faults += [_unknown(f"audience.countries.{code}", code) for code, _, _ in shares if code not in known]
    faults += [
        Fault("a share below 0", field=f"audience.countries.{code}", given=f"{share}/{whole}", allowed="0 to 1")
        for code, share, whole in shares
        if share < 0
    ]
    common = math.lcm(*[whole for _, _, whole in shares])
    if (total := sum([share * (common // whole) for _, share, whole in shares])) > common:
        given = str(Fraction(total, common))
        faults.append(
            Fault("more than the whole audience", field="audience.countries", given=given, allowed="at most 1")
        )
    return faults


def _unknown(field: str, given: str, *, unions: bool = False) -> Fault:
    meant = countries.nearest(given, unions=unions)
    names = f", or one of {', '.join(countries.jurisdictions())}" if unions else ""
    return Fault(
        "no known country" + (" or jurisdiction" if unions else ""),
        field=field,
        given=given,
        allowed=f"an ISO 3166-1 code of two letters, as DE{names}",
        hint=f"did you mean {meant}?" if meant else None,
    )


def _nowhere(regions: Sequence[Region], within: Sequence[str], needs: frozenset[str]) -> Fault:
    if not regions:
        raise ValueError("a cloud without regions")
    fit = sorted({region.country for region in regions if not refusal(region, (), needs)})
    offering = f" that offers {', '.join(sorted(needs))}" if needs else ""
    if not fit:
        return Fault(f"the cloud has no region{offering}", field="placement.within", hint="take another cloud")
    return Fault(
        f"the cloud has no region{offering} where data may lie",
        field="placement.within",
        given=", ".join(within),
        allowed=f"{', '.join(fit)}, or a jurisdiction that holds one of them",
        hint="widen the rule, or take a cloud with a region there",
    )


def _aimless(count: int) -> Fault:
    return Fault(
        f"nothing says which of {count} regions to take",
        field="placement",
        allowed="audience.countries by country, placement.near with a country, or a region's name",
        hint="say where the audience is",
    )
