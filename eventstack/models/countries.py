"""Countries: where their people live, and under which law data there lies.

Region choice measures distances to them, models check what a user writes against `known`, and messages offer `nearest`.
Places and names are GeoNames' (https://www.geonames.org, CC BY 4.0; `tools/countries.py` writes the data file and says
how). Codes are ISO 3166-1 alpha-2, and XK for Kosovo, which ISO leaves to its users.
"""

import json
from difflib import get_close_matches
from functools import cache
from importlib.resources import files
from typing import NamedTuple

_EU_STATES = frozenset(
    "AT BE BG CY CZ DE DK EE ES FI FR GR HR HU IE IT LT LU LV MT NL PL PT RO SE SI SK".split()  # noqa: SIM905
)
_EU_BEYOND = frozenset({"AX", "GF", "GP", "MF", "MQ", "RE", "YT"})
_EFTA = frozenset({"CH", "IS", "LI", "NO"})

_UNIONS = {
    "EU": _EU_STATES | _EU_BEYOND,
    "EEA": _EU_STATES | _EU_BEYOND | (_EFTA - {"CH"}),
    "EFTA": _EFTA,
}
"""Unions of states by name.

EU: the members (TEU article 52) and the places with a code of their own where the treaties apply in full (TFEU articles
349 and 355: the outermost regions; Åland). EEA: EEA Agreement, article 126; Svalbard stays outside by its protocol 40.
EFTA: EFTA Convention. The United Kingdom is in none of them: write GB.
"""

_ALIASES = {
    "uk": "GB",
    "great britain": "GB",
    "england": "GB",
    "el": "GR",
    "america": "US",
    "holland": "NL",
    "türkiye": "TR",
    "czech republic": "CZ",
    "korea": "KR",
}
"""What people write for a country beside its code and GeoNames' name; UK and EL are the EU institutions' codes."""


class Place(NamedTuple):
    """A country and the centre of its people."""

    code: str
    """ISO 3166-1 alpha-2."""

    name: str
    """In English."""

    alpha3: str
    """ISO 3166-1 alpha-3."""

    latitude: int
    """Hundredths of a degree, north positive."""

    longitude: int
    """Hundredths of a degree, east positive, -18000 to 18000."""

    continent: str
    """As a jurisdiction names it: `north-america`."""


def known() -> frozenset[str]:
    """Every country's code."""
    return _codes()


def place(code: str) -> Place:
    """A country's centre; KeyError for a code that is none (`nearest` may know what was meant)."""
    return _places()[code]


def jurisdictions() -> tuple[str, ...]:
    """The names that hold several countries: unions in capitals, then continents as `north-america`."""
    return tuple(_members())


def within(code: str, jurisdiction: str) -> bool:
    """Whether a country lies in a jurisdiction: a union, a continent, or a country's code, which holds itself alone.

    KeyError for a jurisdiction or a country that nobody knows: a rule on where data may lie is never guessed.
    """
    return _places()[code].code in members(jurisdiction)


def members(jurisdiction: str) -> frozenset[str]:
    """The countries of a jurisdiction; KeyError for an unknown one."""
    if jurisdiction in _places():
        return frozenset({jurisdiction})
    return _members()[jurisdiction]


def nearest(text: str, *, unions: bool = False) -> str | None:
    """The code that somebody probably meant by `text` (`uk`, `deu`, `Germny`), for messages; None when unclear.

    `unions` also offers the names of jurisdictions.
    """
    meant = _meant(unions)
    wanted = text.strip().casefold().replace("_", "-")
    if wanted in meant:
        return meant[wanted]
    # between codes of two or three letters every other one is close, and a wrong guess misleads
    close = get_close_matches(wanted, [name for name in meant if len(name) > 3], n=1, cutoff=0.75)
    return meant[close[0]] if close else None


@cache
def _places() -> dict[str, Place]:
    rows = json.loads((files(__package__) / "data" / "countries.json").read_text(encoding="utf-8"))
    return {code: Place(code, *row) for code, row in rows.items()}


@cache
def _codes() -> frozenset[str]:
    return frozenset(_places())


@cache
def _members() -> dict[str, frozenset[str]]:
    continents = sorted({each.continent for each in _places().values()})
    return _UNIONS | {
        continent: frozenset(code for code, each in _places().items() if each.continent == continent)
        for continent in continents
    }


@cache
def _meant(unions: bool) -> dict[str, str]:
    meant = {name.casefold(): name for name in jurisdictions()} if unions else {}
    meant |= _ALIASES
    for code, each in _places().items():
        meant |= {each.name.casefold(): code, each.alpha3.casefold(): code}
    return meant | {code.casefold(): code for code in _places()}
