"""What is said to a time zone that is none: a place, never a zone of other clocks."""

from zoneinfo import available_timezones

import pytest
from pydantic_core import PydanticCustomError

from eventstack.models import wall_clock


def refused(name: str) -> str:
    with pytest.raises(PydanticCustomError) as caught:
        wall_clock.zone(name)
    return str((caught.value.context or {})["hint"])


@pytest.mark.parametrize(
    "name", ["MEZ", "MESZ", "CET", "CEST", "MET", "Deutschland", "Germany", "Berlin", "europe/berlin"]
)
def test_who_means_berlin_is_told_berlin(name: str) -> None:
    assert "Europe/Berlin" in refused(name)


@pytest.mark.parametrize("name", ["GMT+1", "UTC+1", "+01:00", "Etc/GMT-1", "+0100"])
def test_an_offset_is_answered_with_a_place_that_has_a_summer(name: str) -> None:
    assert "name the place, as Europe/Berlin, or UTC" in refused(name)


@pytest.mark.parametrize("name", ["EST", "EST5EDT", "GMT", "Factory", "localtime", "Japan", "Z", "Etc/GMT"])
def test_what_names_no_place_is_refused(name: str) -> None:
    refused(name)


@pytest.mark.parametrize(("name", "meant"), [("New York", "America/New_York"), ("Singapore", "Asia/Singapore")])
def test_a_city_alone_is_answered_with_its_zone(name: str, meant: str) -> None:
    assert refused(name) == f"did you mean {meant}?"


def test_a_far_word_is_answered_with_no_guess() -> None:
    assert refused("Uruguay") == "None"


def test_every_zone_that_is_suggested_is_taken() -> None:
    suggested = 0
    for name in sorted(available_timezones()):
        try:
            wall_clock.zone(name)
        except PydanticCustomError as refusal:
            hint = str((refusal.context or {})["hint"])
            if hint.startswith("did you mean "):
                for meant in hint.removeprefix("did you mean ").rstrip("?").replace(" or ", ", ").split(", "):
                    assert wall_clock.zone(meant) == meant
                    suggested += 1
    assert suggested > 20


@pytest.mark.parametrize("name", ["UTC", "Etc/UTC", "US/Pacific", "America/Argentina/Buenos_Aires"])
def test_places_and_utc_are_taken(name: str) -> None:
    assert wall_clock.zone(name) == name
