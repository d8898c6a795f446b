"""Countries: their places against what an atlas says, and who belongs to which jurisdiction."""

import json
from importlib.resources import files

import pytest

from eventstack.models import countries
from eventstack.planning.region import distance_km


@pytest.mark.parametrize(
    ("code", "city", "latitude", "longitude", "within_km"),
    [
        ("DE", "Kassel", 5132, 950, 150),
        ("FR", "Bourges", 4708, 240, 150),
        ("GB", "Birmingham", 5248, -190, 100),
        ("US", "Missouri", 3857, -9260, 200),
        ("BR", "Belo Horizonte", -1992, -4394, 400),
        ("JP", "Nagoya", 3518, 13690, 200),
        ("AU", "Canberra", -3531, 14912, 500),
        ("NL", "Utrecht", 5209, 512, 50),
        ("EG", "Cairo", 3005, 3124, 150),
        ("SG", "Singapore", 129, 10385, 20),
        ("FJ", "Suva", -1814, 17844, 150),
        ("KI", "Tarawa", 133, 17298, 700),
    ],
)
def test_a_country_is_where_its_people_are(code: str, city: str, latitude: int, longitude: int, within_km: int) -> None:
    place = countries.place(code)
    assert distance_km(place.latitude, place.longitude, latitude, longitude) <= within_km, city


def test_every_code_of_the_standard_is_known() -> None:
    assert len(countries.known() - {"XK"}) == 249  # ISO 3166-1 has 249; Kosovo's is the users' own
    assert all(len(code) == 2 and code.isalpha() and code.isupper() for code in countries.known())
    assert {"NO", "AQ", "UM", "XK"} <= countries.known()
    assert not {"UK", "EU", "AN", "CS", "no"} & countries.known()


def test_every_place_is_on_the_globe_in_whole_hundredths() -> None:
    for code in countries.known():
        place = countries.place(code)
        assert (place.code, type(place.latitude), type(place.longitude)) == (code, int, int)
        assert -9000 <= place.latitude <= 9000
        assert -18000 <= place.longitude <= 18000
        assert place.name
        assert len(place.alpha3) == 3
        assert countries.within(code, place.continent)


def test_an_unknown_code_has_no_place() -> None:
    with pytest.raises(KeyError):
        countries.place("UK")


def test_the_file_is_sorted_and_holds_a_country_a_line() -> None:
    text = (files("eventstack.models") / "data" / "countries.json").read_text(encoding="utf-8")
    codes = list(json.loads(text))
    assert codes == sorted(codes)
    assert text.splitlines() == ["{", *text.splitlines()[1:-1], "}"]
    assert len(text.splitlines()) == len(codes) + 2


def test_the_unions_have_as_many_members_as_their_treaties_say() -> None:
    beyond = {"AX", "GF", "GP", "MF", "MQ", "RE", "YT"}
    assert len(countries.members("EU") - beyond) == 27
    assert countries.members("EEA") - countries.members("EU") == {"IS", "LI", "NO"}
    assert countries.members("EFTA") == {"CH", "IS", "LI", "NO"}


@pytest.mark.parametrize(
    ("code", "jurisdiction", "inside"),
    [
        ("DE", "EU", True),
        ("GB", "EU", False),
        ("GB", "europe", True),
        ("GB", "GB", True),
        ("CH", "EEA", False),
        ("CH", "EFTA", True),
        ("NO", "EU", False),
        ("NO", "EEA", True),
        ("SJ", "EEA", False),
        ("RE", "EU", True),
        ("RE", "africa", True),
        ("NC", "EU", False),
        ("US", "north-america", True),
        ("AQ", "antarctica", True),
        ("DE", "FR", False),
    ],
)
def test_a_country_is_in_a_jurisdiction_or_not(code: str, jurisdiction: str, inside: bool) -> None:
    assert countries.within(code, jurisdiction) is inside


@pytest.mark.parametrize(("code", "jurisdiction"), [("DE", "eu"), ("DE", "AF/EU"), ("UK", "EU"), ("DE", "UK")])
def test_a_rule_that_nobody_knows_is_never_guessed(code: str, jurisdiction: str) -> None:
    with pytest.raises(KeyError):
        countries.within(code, jurisdiction)


def test_continents_and_unions_are_no_countries() -> None:
    assert not countries.known() & set(countries.jurisdictions())
    continents = [name for name in countries.jurisdictions() if name.islower()]
    assert len(continents) == 7
    assert sum(len(countries.members(name)) for name in continents) == len(countries.known())


@pytest.mark.parametrize(
    ("text", "meant"),
    [
        ("de", "DE"),
        (" NO ", "NO"),
        ("UK", "GB"),
        ("el", "GR"),
        ("DEU", "DE"),
        ("USA", "US"),
        ("Germany", "DE"),
        ("Germny", "DE"),
        ("united states", "US"),
        ("South_Korea", "KR"),
        ("QQ", None),
        ("EU", None),
        ("", None),
        ("nowhere at all", None),
    ],
)
def test_what_was_meant_is_offered_or_nothing(text: str, meant: str | None) -> None:
    assert countries.nearest(text) == meant


@pytest.mark.parametrize(("text", "meant"), [("eu", "EU"), ("Europe", "europe"), ("north america", "north-america")])
def test_jurisdictions_are_offered_where_they_may_stand(text: str, meant: str) -> None:
    assert countries.nearest(text, unions=True) == meant
