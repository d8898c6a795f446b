"""Price tables: what ships is dated and sourced, the page shows it, a user's file is read with a compiler's care."""

import re
from fractions import Fraction

import pytest

from eventstack.cost import prices
from eventstack.cost.estimate import estimate
from eventstack.cost.quantities import event
from eventstack.errors import ConfigError
from tests.cost.chains import chain
from tests.cost.listing import PAGE, written

HEAD = 'cloud: aws\nsource: our contract\ndate: "2026-11-01"\nitems:\n'
EGRESS = "  - id: cdn.egress\n    unit: GB\n"


@pytest.fixture
def read(tmp_path):
    def reads(items, head=HEAD, **how):
        path = tmp_path / "own.yaml"
        path.write_text(head + items, encoding="utf-8")
        return prices.read(path, **how)

    return reads


@pytest.mark.parametrize("cloud", prices.CLOUDS)
def test_every_shipped_price_is_dated_and_sourced_or_says_why_it_is_not_known(cloud):
    for price in prices.table(cloud).items.values():
        assert bool(price.tiers) != bool(price.unknown), price.id
        assert re.fullmatch(r"20\d\d-\d\d-\d\d", price.date)
        assert price.source
        assert price.confidence in {"documented", "secondary", "estimate"}
        assert price.unit in prices.UNITS


@pytest.mark.parametrize("cloud", prices.CLOUDS)
def test_an_estimate_is_a_range_or_says_estimate(cloud):
    for price in prices.table(cloud).items.values():
        assert price.confidence != "estimate" or price.low != price.high, price.id


def test_a_price_is_exact():
    assert prices.table("aws").items["encoder.single.out.sd.avc.30fps.under-10mbps"].low == Fraction("0.2124")
    assert prices.table("gcp").items["cdn.requests"].high == Fraction("0.0075")
    assert prices.table("gcp").items["media-cdn.egress"].low is None


def test_the_local_cloud_has_no_price_above_0():
    assert {price.high for price in prices.table("local").items.values()} == {0}


def test_an_unknown_cloud_is_refused_with_the_known_ones():
    with pytest.raises(ValueError, match="known: aws, azure, gcp, local"):
        prices.table("oracle")


def test_the_live_stream_service_is_charged_for_ten_minutes_at_least():
    billing = prices.table("gcp").billing("livestream.encoding.hd")
    assert billing.hours(Fraction(1, 60)) == Fraction(1, 6)
    assert billing.hours(Fraction(601, 3600)) == Fraction(601, 3600)


def test_the_page_shows_the_tables_as_they_are():
    text = PAGE.read_text(encoding="utf-8")
    assert text == written(text), "run: python -m tests.cost.listing"
    assert all(f"<!-- prices of {cloud} -->" in text for cloud in prices.CLOUDS)


def test_the_pages_own_prices_are_read(tmp_path):
    (block,) = re.findall(r"```yaml\n(.*?)```", PAGE.read_text(encoding="utf-8"), re.DOTALL)
    path = tmp_path / "own.yaml"
    path.write_text(block, encoding="utf-8")
    table = prices.read(path)
    assert table.region == "eu-west-1"
    assert table.items["archive.storage"].low == Fraction("0.02")


# the user's own


def test_an_own_price_replaces_the_shipped_one_and_leaves_the_rest(read):
    table = read(EGRESS + '    price: "0.02"\n')
    assert table.items["cdn.egress"].low == Fraction("0.02")
    assert table.items["cdn.egress"].source == "our contract"
    assert table.items["cdn.requests"] == prices.table("aws").items["cdn.requests"]
    assert table.basis == "list prices of 2026-09-18 to 2026-11-22 and your own prices"


def test_an_own_price_fills_a_gap(read):
    described = chain(archive_gb=Fraction(10))
    table = read('  - id: archive.storage\n    unit: GB-month\n    low: "0.02"\n    high: "0.03"\n')
    result = estimate(event(described, table), table, hours=Fraction(1))
    (archive,) = [line for line in result.lines if line.role == "archive"]
    assert (archive.low, archive.high, archive.gaps) == (200_000, 300_000, ())


def test_an_own_price_of_a_managed_encoder_is_still_charged_for_ten_minutes(read):
    item = "encoder.standard.in.hd.avc.under-10mbps"
    table = read(f'  - id: {item}\n    unit: hour\n    price: "0.1"\n')
    assert table.billing(item).minimum == Fraction(1, 6)


def test_the_files_region_holds_for_the_shipped_prices_too(read):
    table = read(EGRESS + '    price: "0.02"\n', head="region: eu-west-1\n" + HEAD)
    assert table.items["packager.ingest"].high == Fraction("0.043")
    assert read(EGRESS + '    price: "0.02"\n', region="eu-west-2").region == "eu-west-2"


@pytest.mark.parametrize(
    "item", ["encoder.standard.out.uhd.hevc.60fps.over-10mbps", "encoder.single.in.sd.avc.under-10mbps", "vm.c8i.large"]
)
def test_items_of_open_kinds_may_be_added(read, item):
    assert read(f'  - id: {item}\n    unit: hour\n    price: "1"\n').items[item].low == 1


BAD = [
    ("    price: 0.085\n", 7, "items[0].price", "not exact decimal text", "quotes"),
    ('    price: "0.0000001"\n', 7, "items[0].price", "not exact decimal text", "six decimals"),
    ('    price: "-1"\n', 7, "items[0].price", "not exact decimal text", "quotes"),
    ('    price: "1e3"\n', 7, "items[0].price", "not exact decimal text", "quotes"),
    ('    pricee: "1"\n', 7, "items[0].pricee", "unknown key", "did you mean price?"),
    ('    low: "1"\n', 7, "items[0].low", "one end without the other", "low and high"),
    ('    low: "2"\n    high: "1"\n', 7, "items[0].low", "above the upper end", ""),
    ('    price: "1"\n    high: "1"\n', 7, "items[0].price", "a price and a range", ""),
    ("    note: cheap\n", 5, "items[0].id", "not exactly one kind of price", "tiers; unknown"),
    ('    price: "1"\n    unknown: because\n', 5, "items[0].id", "not exactly one kind of price", ""),
    (
        '    tiers:\n      - up_to: 10\n        price: "1"\n',
        8,
        "items[0].tiers[0].up_to",
        "not where the tiers end",
        "",
    ),
    (
        '    tiers:\n      - price: "1"\n      - price: "1"\n',
        8,
        "items[0].tiers[0]",
        "not where the tiers end",
        "every tier but the last",
    ),
    (
        '    tiers:\n      - up_to: 9\n        price: "1"\n      - up_to: 9\n        price: "1"\n      - price: "1"\n',
        10,
        "items[0].tiers[1].up_to",
        "not above the tier before it",
        "",
    ),
    ("    tiers:\n      - up_to: 9\n", 8, "items[0].tiers[0]", "no price", ""),
    ('    price: "1"\n    billed: medialiv\n', 8, "items[0].billed", "no such billing rule", ""),
    ('    price: "1"\n    date: yesterday\n', 8, "items[0].date", "not a day", "2026-11-22"),
    ('    price: "1"\n    date: "2026-13-45"\n', 8, "items[0].date", "not a day of the calendar", "2026-11-22"),
    ('    price: "1"\n    confidence: guess\n', 8, "items[0].confidence", "not one of the choices", "own"),
    ('    price: "1"\n' + EGRESS + '    price: "1"\n', 8, "items[1].id", "an item that the table has already", ""),
]


@pytest.mark.parametrize(("rest", "line", "field", "message", "words"), BAD)
def test_a_fault_names_its_place_and_what_is_allowed(read, rest, line, field, message, words):
    with pytest.raises(ConfigError) as caught:
        read(EGRESS + rest)
    (fault,) = caught.value.faults
    assert (fault.line, fault.field, fault.message) == (line, field, message)
    assert words in str(fault)


def test_an_unknown_item_names_the_nearest(read):
    with pytest.raises(ConfigError) as caught:
        read('  - id: cdn.egres\n    unit: GB\n    price: "1"\n')
    (fault,) = caught.value.faults
    assert (fault.line, fault.message, fault.hint) == (5, "no such item", "did you mean cdn.egress?")


def test_a_unit_of_another_kind_names_those_of_the_right_one(read):
    with pytest.raises(ConfigError) as caught:
        read('  - id: cdn.egress\n    unit: hour\n    price: "1"\n')
    (fault,) = caught.value.faults
    assert (fault.line, fault.field, fault.allowed) == (6, "items[0].unit", "GB, GiB")


def test_all_faults_are_told_at_once_in_the_order_of_the_file(read):
    with pytest.raises(ConfigError) as caught:
        read("  - id: nothing\n    unit: GB\n    price: '1'\n  - id: cdn.egress\n    unit: month\n    price: '1'\n")
    assert [fault.line for fault in caught.value.faults] == [5, 9]


def test_a_file_without_a_source_is_refused(read):
    with pytest.raises(ConfigError) as caught:
        read(EGRESS + '    price: "1"\n', head='cloud: aws\ndate: "2026-11-01"\nitems:\n')
    assert [(fault.field, fault.message) for fault in caught.value.faults] == [("source", "missing")]
