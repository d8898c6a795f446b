"""The time zone that somebody probably meant by what is none: an abbreviation, an offset, a country, a misspelt city.

An abbreviation names no place: the clocks of CET differ by country and by year, and CST is three of them. `wall_clock`
refuses all of them and asks here what to say instead.
"""

import re
from collections.abc import Iterable

from eventstack.models import countries
from eventstack.models.faults import nearest

_ABBREVIATIONS = {
    "Europe/Berlin, Europe/Vienna or Europe/Zurich": "MEZ MESZ CET CEST MET MEST",
    "Europe/Berlin": "DEUTSCHLAND",
    "Europe/Vienna": "ÖSTERREICH",
    "Europe/Zurich": "SCHWEIZ SUISSE SVIZZERA",
    "Europe/London or UTC": "GMT BST GB",
    "Europe/Lisbon": "WET WEST",
    "Europe/Helsinki or Europe/Athens": "EET EEST OEZ OESZ",
    "Europe/Moscow": "MSK W-SU",
    "America/New_York": "EST EDT ET EST5EDT",
    "America/Chicago": "CST CDT CT CST6CDT",
    "America/Denver or America/Phoenix": "MST MDT MT MST7MDT",
    "America/Los_Angeles": "PST PDT PT PST8PDT",
    "Pacific/Honolulu": "HST",
    "Asia/Tokyo": "JST",
    "Asia/Seoul": "KST ROK",
    "Asia/Shanghai": "PRC",
    "Asia/Taipei": "ROC",
    "Asia/Kolkata or Asia/Jerusalem": "IST",
    "Australia/Sydney or Australia/Brisbane": "AEST AEDT",
    "Pacific/Auckland": "NZ NZST NZDT",
    "UTC": "Z ZULU UCT UNIVERSAL GREENWICH ETC/GMT ETC/UCT",
}
_PLACES = {name: places for places, names in _ABBREVIATIONS.items() for name in names.split()}
_CAPITALS = {
    "AT": "Europe/Vienna",
    "BE": "Europe/Brussels",
    "CH": "Europe/Zurich",
    "CZ": "Europe/Prague",
    "DE": "Europe/Berlin",
    "DK": "Europe/Copenhagen",
    "EG": "Africa/Cairo",
    "ES": "Europe/Madrid",
    "FI": "Europe/Helsinki",
    "FR": "Europe/Paris",
    "GB": "Europe/London",
    "IE": "Europe/Dublin",
    "IN": "Asia/Kolkata",
    "IT": "Europe/Rome",
    "JP": "Asia/Tokyo",
    "NL": "Europe/Amsterdam",
    "NO": "Europe/Oslo",
    "PL": "Europe/Warsaw",
    "SE": "Europe/Stockholm",
    "TR": "Europe/Istanbul",
}
"""Countries that have one clock, and its name in the IANA zone database."""

_OFFSET = re.compile(r"(?:UTC|GMT|Etc/GMT|Etc/UTC)?\s?[+-]?[0-9]{1,2}(?::?[0-9]{2})?", re.IGNORECASE)


def hint(name: str, known: Iterable[str]) -> str | None:
    """What to do about a name that is no time zone; `known` are the names of the zone database."""
    text = name.strip()
    if places := _PLACES.get(text.upper()):
        return f"did you mean {places}?"
    if _OFFSET.fullmatch(text):
        return "an offset has no summer time: name the place, as Europe/Berlin, or UTC"
    zones = [each for each in known if "/" in each and not each.startswith("Etc/")]
    spelt = text.replace(" ", "_")
    if (meant := nearest(spelt, zones)) or (meant := _city(spelt, zones)):
        return f"did you mean {meant}?"
    country = countries.nearest(text)
    return f"did you mean {_CAPITALS[country]}?" if country in _CAPITALS else None


def _city(text: str, places: list[str]) -> str | None:
    """The zone of a city that stands without its continent; of several the one that is written shortest."""
    by_city = {place.rpartition("/")[2]: place for place in sorted(places, key=lambda each: (-len(each), each))}
    meant = nearest(text, by_city)
    return by_city[meant] if meant else None
