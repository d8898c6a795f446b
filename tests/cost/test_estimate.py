"""The estimate: sums, shares, tiers, gaps and the break-even, against figures worked out by hand."""

from fractions import Fraction

import pytest
from hypothesis import given
from hypothesis import strategies as st

from eventstack.cost import prices
from eventstack.cost.estimate import Quantity, estimate
from eventstack.cost.prices import AS_RUN, Price, PriceTable, Tier
from eventstack.cost.quantities import cost as cost_of
from eventstack.cost.quantities import event, far, kept_on
from tests.cost.chains import chain

AWS = prices.table("aws")
DOLLAR = 10**6
HOUR = Fraction(1)


def of(described, hours=HOUR, table=None):
    table = table or prices.table(described.cloud)
    return estimate(event(described, table), table, always_on=kept_on(described, table), hours=Fraction(hours))


def line(result, role):
    return next(one for one in result.lines if one.role == role)


def egress(amount, unit="GB"):
    return Quantity("cdn", "cdn.egress", Fraction(amount), unit, "data to viewers")


def cost(table, *quantities):
    result = estimate(quantities, table, hours=HOUR)
    return result.low, result.high


def test_the_reference_ladder_costs_2_346_dollars_an_hour_to_encode():
    assert (line(of(chain()), "encoder").low, line(of(chain()), "encoder").high) == (2_346_000, 2_346_000)


def test_a_contribution_of_10_to_20_mbps_costs_2_406_dollars_an_hour_to_encode():
    assert line(of(chain(input_bps=12_000_000)), "encoder").low == 2_406_000


def test_taking_in_10_5_mbps_on_two_paths_costs_28_cents_an_hour():
    ingest = [one for one in event(chain(), AWS) if one.item == "packager.ingest"]
    assert cost(AWS, *ingest) == (283_500, 283_500)


def test_ten_thousand_viewers_at_5_mbps_cost_about_1800_dollars_an_hour_of_cdn():
    # 10 240 GB at 0.085 and 12 260 GB at 0.08
    assert line(of(chain()), "cdn").low == 870_400_000 + 980_800_000


def test_the_cdn_is_nearly_all_of_it_and_comes_first():
    result = of(chain())
    assert result.lines[0].role == "cdn"
    assert result.cdn_permille == 998


@pytest.mark.parametrize(("gb", "micro"), [(791, 67_235_000), (18_017, 1_492_560_000)])
def test_cloudfront_meets_the_examples_that_its_vendor_published(gb, micro):
    assert cost(AWS, egress(gb)) == (micro, micro)


def test_past_the_last_known_tier_the_estimate_says_so():
    (gap,) = estimate([egress(20_000)], AWS, hours=HOUR).gaps
    assert "above 18017 GB" in gap
    assert not estimate([egress(18_000)], AWS, hours=HOUR).gaps


def test_two_amounts_of_one_item_share_its_tiers():
    whole, _ = cost(AWS, egress(12_000))
    parts, _ = cost(AWS, egress(7000), egress(5000))
    assert parts == whole


def test_decimal_gigabytes_are_turned_into_the_binary_ones_of_a_price():
    gib = prices.table("gcp")
    assert cost(gib, egress(Fraction(2**30, 10**9)))[0] == 80_000


def test_a_monthly_charge_is_counted_by_the_hour():
    base = Quantity("cdn", "cdn.base", Fraction(73), "hour", "Front Door")
    assert cost(prices.table("azure"), base) == (3_500_000, 33_000_000)


def test_an_uncertain_price_is_a_range():
    result = of(chain("azure", requests=10**6))
    assert result.low < result.high


def test_an_amount_in_a_unit_of_another_kind_is_refused():
    with pytest.raises(ValueError, match="priced by the GB"):
        cost(AWS, egress(1, unit="hour"))


def test_hours_on_air_must_be_above_0():
    with pytest.raises(ValueError, match="above 0"):
        estimate([], AWS, hours=Fraction(0))


def test_what_has_no_price_is_left_out_and_said():
    result = of(chain(archive_gb=Fraction(20)))
    assert line(result, "archive").low == 0
    assert line(result, "archive").gaps == ("the recording, kept for a month: no sourced figure for S3 storage",)
    assert line(result, "archive").gaps[0] in result.gaps


def test_an_item_that_no_table_knows_is_a_gap_and_not_an_error():
    rungs = tuple(rung._replace(frame_rate=Fraction(50)) for rung in chain().renditions)
    gaps = line(of(chain(renditions=rungs)), "encoder").gaps
    assert "MediaLive, two pipelines, output hd avc 60fps under-10mbps: no sourced figure" in gaps


def test_a_price_of_another_region_stands_in_and_is_said():
    table = prices.table("aws", "eu-west-1")
    said = " ".join(of(chain(), table=table).gaps)
    assert "MediaLive and MediaConnect: priced as in us-east-1, not in eu-west-1" in said
    assert "MediaPackage" not in said


def test_a_known_range_for_other_regions_replaces_the_price():
    ingest = Quantity("packager", "packager.ingest", Fraction(1000), "GB", "media taken in")
    assert cost(prices.table("aws", "eu-west-1"), ingest) == (31_000_000, 43_000_000)


def test_what_is_counted_as_another_item_shares_its_tiers_and_is_said():
    elsewhere = egress(5000)._replace(item="cdn.egress.elsewhere", why="data to some")
    assert cost(AWS, egress(7000), elsewhere) == cost(AWS, egress(12_000))
    said = estimate([egress(13_100), elsewhere], AWS, hours=HOUR).gaps
    assert said[0].startswith("CloudFront above 18017 GB")
    assert said[1] == (
        "data to some: no sourced figure for other places, counted as data to viewers in North America and Europe"
    )


def test_an_amount_that_is_not_known_is_a_gap_of_its_role():
    result = estimate([egress(0)._replace(uncounted="nobody says")], AWS, hours=HOUR)
    assert (result.lines[0].gaps, result.gaps, result.high) == (("nobody says",), ("nobody says",), 0)


# always on


def test_a_month_always_on_is_730_hours_of_the_chain_without_viewers():
    result = of(chain(requests=10**9, archive_gb=Fraction(9)))
    an_hour = 2_346_000 + 283_500 + 2 * (160_000 + 90_000 + 40_000)
    assert result.month_low == result.month_high == 730 * an_hour


def test_always_on_is_never_cheaper_where_the_chain_runs_only_on_air():
    result = of(chain(hours_on=Fraction(3)), hours=3)
    assert result.hours_a_month is None
    assert result.hours_reason == "never: a month has 730 hours"


def test_line_up_and_tail_bring_the_break_even_down_in_their_proportion():
    assert of(chain(hours_on=Fraction(9, 2)), hours=3).hours_a_month == "1460/3"


def test_waiting_brings_the_break_even_down():
    ready, waited = (
        of(chain(hours_on=Fraction(4), hours_idle=Fraction(idle), push_inputs=1), hours=3) for idle in (0, 100)
    )
    an_hour = Fraction(2_346_000 + 283_500 + 2 * (160_000 + 90_000 + 40_000))
    idle = 100 * 2 * Fraction(10_000 + 40_000, 2)
    assert Fraction(ready.hours_a_month) == Fraction(730 * 3, 4)
    assert Fraction(waited.hours_a_month) == Fraction(round(730 * 60 * an_hour * 3 / (4 * an_hour + idle)), 60)


def test_viewers_do_not_move_the_break_even():
    few, many = (
        of(chain(hours_on=Fraction(4), egress_gb=gb, origin_gb=gb, archive_gb=gb, far=far(gb / 10**6, gb * 0)), hours=3)
        for gb in (Fraction(10), Fraction(10**6))
    )
    assert few.hours_a_month == many.hours_a_month


def test_a_chain_whose_parts_have_no_price_has_no_break_even():
    unpriced = Quantity("archive", "archive.storage", HOUR, "GB-month", "the recording")
    result = estimate([unpriced], AWS, always_on=[unpriced], hours=HOUR)
    assert (result.hours_a_month, result.hours_reason) == (None, "not known: nothing that is kept on has a price")


def test_the_break_even_says_that_it_leaves_out_what_has_no_price():
    assert of(chain(hours_on=Fraction(4), drm=True), hours=3).hours_reason == "without what has no price"


def test_the_local_cloud_costs_nothing():
    result = of(chain("local", archive_gb=Fraction(9), drm=True), hours=1)
    assert (result.low, result.high, result.month_high, result.gaps) == (0, 0, 0, ())
    assert result.hours_reason == "none: neither costs anything"


@pytest.mark.parametrize("cloud", prices.CLOUDS)
def test_the_cost_of_a_chain_is_the_estimate_of_its_amounts(cloud):
    described = chain(cloud, hours_on=Fraction(4), hours_idle=Fraction(1), requests=9000, drm=True)
    assert cost_of(described, prices.table(cloud), Fraction(3)) == of(described, hours=3)


# laws

TIERS = PriceTable(
    "aws",
    "",
    "",
    {
        "x": Price("x", "X", "", "GB", (Tier(100, 900, 1000), Tier(300, 500, 700), Tier(None, 1, 30)), "", "", "", ""),
        "y": Price("y", "Y", "", "hour", (Tier(None, 123, 456),), "", "", "", "", billing=AS_RUN),
    },
)
amounts = st.fractions(0, 1000, max_denominator=997)


@given(amounts, amounts)
def test_more_never_costs_less(amount, more):
    before = cost(TIERS, Quantity("cdn", "x", amount, "GB", ""))
    after = cost(TIERS, Quantity("cdn", "x", amount + more, "GB", ""))
    assert before[0] <= after[0]
    assert before[1] <= after[1]


@given(st.lists(amounts, max_size=5))
def test_splitting_an_amount_changes_no_more_than_its_rounding(parts):
    whole = cost(TIERS, Quantity("cdn", "x", sum(parts, Fraction(0)), "GB", ""))
    split = cost(TIERS, *(Quantity("cdn", "x", part, "GB", "") for part in parts))
    assert all(abs(one - other) <= len(parts) for one, other in zip(whole, split, strict=True))


@given(st.lists(st.tuples(st.sampled_from(["cdn", "encoder", "drm"]), amounts), max_size=6))
def test_the_total_is_the_sum_of_the_roles_and_the_share_a_share(parts):
    result = estimate([Quantity(role, "y", amount, "hour", "") for role, amount in parts], TIERS, hours=HOUR)
    assert result.low == sum(one.low for one in result.lines)
    assert result.high == sum(one.high for one in result.lines)
    assert result.low <= result.high
    assert 0 <= result.cdn_permille <= 1000


def test_an_estimate_holds_no_floats():
    import msgspec

    def walk(value):
        assert not isinstance(value, float)
        for part in value.values() if isinstance(value, dict) else value if isinstance(value, list) else ():
            walk(part)

    for cloud in prices.CLOUDS:
        walk(msgspec.json.decode(msgspec.json.encode(of(chain(cloud, drm=True)))))
