"""Rows for people."""

from fractions import Fraction

import pytest

from eventstack.cost import prices
from eventstack.cost.estimate import estimate
from eventstack.cost.quantities import event, kept_on
from eventstack.cost.told import money, told
from tests.cost.chains import chain


def rows(described, hours=1):
    table = prices.table(described.cloud)
    return told(estimate(event(described, table), table, always_on=kept_on(described, table), hours=Fraction(hours)))


@pytest.mark.parametrize(
    ("low", "high", "text"),
    [
        (0, 0, "$0"),
        (1, 1, "$0.01"),
        (2_346_000, 2_346_000, "$2.35"),
        (10_580_000, 10_670_000, "$10.58\N{EN DASH}10.67"),
        (235_400_000, 235_400_000, "$235"),
        (1_200_000_000, 1_900_000_000, "$1.2k\N{EN DASH}1.9k"),
        (730_000_000_000, 730_000_000_000, "$730k"),
        (1_260_000_000_000, 1_260_000_000_000, "$1.3M"),
    ],
)
def test_money_is_told_in_about_three_digits(low, high, text):
    assert money(low, high) == text


def test_the_share_of_the_cdn_is_told_first():
    assert rows(chain())[0] == ("CDN's share", "99.8 % of the total, $1.9k")


def test_the_break_even_is_told_in_hours_on_air():
    told_rows = dict(rows(chain(hours_on=Fraction(9, 2)), hours=3))
    assert told_rows["always on is cheaper"] == "above 487 hours on air a month"
    assert told_rows["always on"] == "$2.3k a month, without viewers"


def test_every_gap_has_a_row_and_its_role_says_so():
    told_rows = rows(chain(archive_gb=Fraction(1), drm=True))
    assert ("archive", "$0 and what has no price") in told_rows
    gaps = [text for what, text in told_rows if what == "no sure price"]
    assert len(gaps) == 3


def test_the_age_of_the_prices_is_told_last():
    assert rows(chain())[-1] == ("prices", "list prices of 2026-09-18 to 2026-11-22")


def test_the_local_cloud_is_told_as_costing_nothing():
    told_rows = dict(rows(chain("local")))
    assert told_rows["total"] == "$0"
    assert told_rows["CDN's share"] == "nothing that has a price"
