"""Regions: known answers on the clouds' own lists, and laws that hold on any list.

AWS and GCP: the vendors' lists of regions, places by GeoNames. Azure: the coordinates of `az account list-locations`.
"""

from collections.abc import Callable, Iterable
from fractions import Fraction
from random import Random
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from eventstack.errors import ConfigError
from eventstack.models import countries
from eventstack.planning import region
from eventstack.planning.region import Choice, Region, choose

AWS = """\
us-east-1 US 3904 -7749 Ashburn
us-east-2 US 3996 -8300 Columbus
us-west-1 US 3734 -12189 San Jose
us-west-2 US 4584 -11970 Boardman
ca-central-1 CA 4551 -7359 Montréal
ca-west-1 CA 5105 -11409 Calgary
mx-central-1 MX 2059 -10039 Querétaro
sa-east-1 BR -2355 -4664 São Paulo
eu-west-1 IE 5333 -625 Dublin
eu-west-2 GB 5151 -13 London
eu-west-3 FR 4885 235 Paris
eu-central-1 DE 5012 868 Frankfurt
eu-central-2 CH 4737 855 Zürich
eu-north-1 SE 5933 1807 Stockholm
eu-south-1 IT 4546 919 Milan
eu-south-2 ES 4166 -88 Zaragoza
il-central-1 IL 3208 3478 Tel Aviv
me-south-1 BH 2623 5059 Manama
me-central-1 AE 2508 5531 Dubai
af-south-1 ZA -3393 1842 Cape Town
ap-south-1 IN 1907 7288 Mumbai
ap-south-2 IN 1738 7846 Hyderabad
ap-southeast-1 SG 129 10385 Singapore
ap-southeast-2 AU -3387 15121 Sydney
ap-southeast-3 ID -621 10685 Jakarta
ap-southeast-4 AU -3781 14496 Melbourne
ap-southeast-5 MY 314 10169 Kuala Lumpur
ap-southeast-6 NZ -3685 17476 Auckland
ap-southeast-7 TH 1375 10050 Bangkok
ap-northeast-1 JP 3569 13969 Tokyo
ap-northeast-2 KR 3757 12698 Seoul
ap-northeast-3 JP 3469 13550 Osaka
ap-east-1 HK 2228 11417 Hong Kong
ap-east-2 TW 2505 12153 Taipei
"""

GCP = """\
africa-south1 ZA -2620 2804 Johannesburg
asia-east1 TW 2407 12056 Changhua
asia-east2 HK 2228 11417 Hong Kong
asia-northeast1 JP 3569 13969 Tokyo
asia-northeast2 JP 3469 13550 Osaka
asia-northeast3 KR 3757 12698 Seoul
asia-south1 IN 1907 7288 Mumbai
asia-south2 IN 2865 7723 Delhi
asia-southeast1 SG 129 10385 Singapore
asia-southeast2 ID -621 10685 Jakarta
australia-southeast1 AU -3387 15121 Sydney
australia-southeast2 AU -3781 14496 Melbourne
europe-central2 PL 5223 2101 Warsaw
europe-north1 FI 6057 2720 Hamina
europe-north2 SE 5933 1807 Stockholm
europe-southwest1 ES 4042 -370 Madrid
europe-west1 BE 5045 382 Saint-Ghislain
europe-west2 GB 5151 -13 London
europe-west3 DE 5012 868 Frankfurt
europe-west4 NL 5333 692 Eemshaven
europe-west6 CH 4737 855 Zürich
europe-west8 IT 4546 919 Milan
europe-west9 FR 4885 235 Paris
europe-west10 DE 5252 1341 Berlin
europe-west12 IT 4507 769 Turin
me-central1 QA 2529 5153 Doha
me-central2 SA 2643 5010 Dammam
me-west1 IL 3208 3478 Tel Aviv
northamerica-northeast1 CA 4551 -7359 Montréal
northamerica-northeast2 CA 4371 -7940 Toronto
northamerica-south1 MX 2059 -10039 Querétaro
southamerica-east1 BR -2353 -4679 Osasco
southamerica-west1 CL -3346 -7065 Santiago
us-central1 US 4126 -9586 Council Bluffs
us-east1 US 3320 -8001 Moncks Corner
us-east4 US 3904 -7749 Ashburn
us-east5 US 3996 -8300 Columbus
us-south1 US 3278 -9681 Dallas
us-west1 US 4559 -12118 The Dalles
us-west2 US 3405 -11824 Los Angeles
us-west3 US 4076 -11189 Salt Lake City
us-west4 US 3617 -11514 Las Vegas
"""

AZURE = """\
eastus US 3737 -7982 Virginia
eastus2 US 3667 -7839 Virginia
southcentralus US 2942 -9850 Texas
westus US 3778 -12242 California
westus2 US 4723 -11985 Washington
westus3 US 3345 -11207 Phoenix
centralus US 4159 -9362 Iowa
northcentralus US 4188 -8763 Illinois
canadacentral CA 4365 -7938 Toronto
canadaeast CA 4682 -7122 Quebec
brazilsouth BR -2355 -4663 São Paulo State
northeurope IE 5335 -626 Ireland
westeurope NL 5237 490 Netherlands
uksouth GB 5094 -80 London
ukwest GB 5343 -308 Cardiff
francecentral FR 4638 237 Paris
germanywestcentral DE 5011 868 Frankfurt
switzerlandnorth CH 4745 856 Zurich
norwayeast NO 5991 1075 Norway
swedencentral SE 6067 1714 Gävle
polandcentral PL 5223 2102 Warsaw
italynorth IT 4547 918 Milan
southafricanorth ZA -2573 2822 Johannesburg
uaenorth AE 2527 5532 Dubai
qatarcentral QA 2555 5144 Doha
centralindia IN 1858 7392 Pune
southindia IN 1298 8016 Chennai
westindia IN 1909 7287 Mumbai
eastasia HK 2227 11419 Hong Kong
southeastasia SG 128 10383 Singapore
japaneast JP 3568 13977 Tokyo
japanwest JP 3469 13550 Osaka
koreacentral KR 3757 12698 Seoul
australiaeast AU -3386 15121 New South Wales
australiasoutheast AU -3781 14496 Victoria
australiacentral AU -3531 14912 Canberra
australiacentral2 AU -3531 14912 Canberra
"""


def regions_of(text: str) -> dict[str, Region]:
    rows = [line.split(maxsplit=4) for line in text.splitlines()]
    return {row[0]: Region(row[0], row[4], row[1], int(row[2]), int(row[3])) for row in rows}


CLOUDS = {"aws": regions_of(AWS), "gcp": regions_of(GCP), "azure": regions_of(AZURE)}


def shares(text: str) -> dict[str, Fraction]:
    return {word[:2]: Fraction(int(word[2:]), 100) for word in text.split()}


@pytest.mark.parametrize(
    ("cloud", "audience", "within", "expected"),
    [
        ("aws", "DE100", "", "eu-central-1"),
        ("gcp", "DE100", "", "europe-west3"),
        ("azure", "DE100", "", "germanywestcentral"),
        ("aws", "BR100", "", "sa-east-1"),
        ("gcp", "BR100", "", "southamerica-east1"),
        ("azure", "BR100", "", "brazilsouth"),
        ("aws", "GB100", "", "eu-west-2"),
        ("aws", "IE90 GB10", "", "eu-west-1"),
        ("aws", "FR100", "", "eu-west-3"),
        ("aws", "JP100", "", "ap-northeast-3"),
        ("aws", "KR100", "", "ap-northeast-2"),
        ("aws", "SE60 NO40", "", "eu-north-1"),
        ("aws", "ES80 PT20", "", "eu-south-2"),
        ("aws", "CH100", "", "eu-central-2"),
        ("aws", "NZ100", "", "ap-southeast-6"),
        ("aws", "ZA100", "", "af-south-1"),
        ("gcp", "ZA100", "", "africa-south1"),
        ("aws", "US100", "", "us-east-2"),
        ("gcp", "US100", "", "us-central1"),
        ("azure", "US100", "", "centralus"),
        ("aws", "US60 GB40", "", "us-east-2"),
        ("aws", "US40 GB60", "", "eu-west-1"),  # Dublin lies on the way
        ("aws", "CA100", "", "us-east-2"),
        ("aws", "CA100", "CA", "ca-central-1"),
        ("aws", "AR50 CL50", "", "sa-east-1"),
        ("gcp", "AR30 CL70", "", "southamerica-west1"),
        ("aws", "MX100", "", "mx-central-1"),
        ("aws", "IN100", "", "ap-south-2"),
        ("azure", "IN100", "", "centralindia"),
        ("gcp", "PL100", "", "europe-central2"),
        ("azure", "PL70 DE30", "", "polandcentral"),
        # where data may lie comes before distance
        ("aws", "GB100", "EU", "eu-west-1"),
        ("aws", "CH100", "EU", "eu-south-1"),
        ("aws", "CH100", "EU CH", "eu-central-2"),
        ("azure", "NO100", "", "norwayeast"),
        ("azure", "NO100", "EU", "swedencentral"),
        ("azure", "NO100", "EEA", "norwayeast"),
        ("aws", "US100", "DE", "eu-central-1"),
        ("aws", "TR100", "europe", "eu-south-1"),
        ("gcp", "AU60 NZ40", "oceania", "australia-southeast1"),
        # who is unaccounted for weighs nothing
        ("aws", "DE20 AT5", "", "eu-central-1"),
    ],
)
def test_an_audience_has_a_known_region(cloud: str, audience: str, within: str, expected: str) -> None:
    assert choose(CLOUDS[cloud], shares(audience), within=within.split()).region == expected


@pytest.mark.parametrize(
    ("cloud", "near", "expected"),
    [
        ("aws", "AT", "eu-central-2"),
        ("gcp", "NL", "europe-west4"),
        ("azure", "TW", "eastasia"),
        ("gcp", "QA", "me-central1"),
    ],
)
def test_near_a_country_counts_instead_of_the_audience(cloud: str, near: str, expected: str) -> None:
    assert choose(CLOUDS[cloud], shares("US100"), near=near).region == expected


def test_distances_are_those_of_an_atlas() -> None:
    london, new_york, sydney = (5151, -13), (4071, -7401), (-3387, 15121)
    assert region.distance_km(*london, *new_york) == pytest.approx(5570, abs=10)
    assert region.distance_km(*london, *sydney) == pytest.approx(16_990, abs=20)
    assert region.distance_km(*london, *london) == 0
    assert region.distance_km(9000, 0, -9000, 0) == 20_015
    assert region.distance_km(0, 17_950, 0, -17_950) == 111


def test_a_choice_says_why_and_how_the_others_did() -> None:
    near = {name: CLOUDS["aws"][name] for name in ("eu-central-1", "eu-central-2", "eu-west-1")}
    assert choose(near, shares("DE100"), within=["EU"]) == Choice(
        "eu-central-1",
        130,
        "Of the regions within EU, eu-central-1 (Frankfurt) is nearest to the audience: 130 km on average; "
        "the next is eu-west-1 (Dublin) with 1120 km.",
        (("eu-west-1", 1120, ""), ("eu-central-2", 419, "lies in CH, outside EU")),
    )


def test_the_distance_is_the_mean_weighted_by_shares() -> None:
    germany, france, frankfurt = countries.place("DE"), countries.place("FR"), CLOUDS["aws"]["eu-central-1"]
    there = (frankfurt.latitude, frankfurt.longitude)
    far, near = (region.distance_km(each.latitude, each.longitude, *there) for each in (france, germany))
    choice = choose(CLOUDS["aws"], {"DE": Fraction(1, 2), "FR": Fraction(1, 6)})
    assert (choice.region, choice.km) == ("eu-central-1", round(Fraction(3 * near + far, 4)))


def test_near_is_told_as_what_was_asked_for() -> None:
    why = choose(CLOUDS["gcp"], shares("US100"), near="NL").why
    assert why.startswith("europe-west4 (Eemshaven) is nearest to The Netherlands, as placement.near asks: ")


def test_the_only_allowed_region_says_that_it_is() -> None:
    assert choose(CLOUDS["aws"], shares("US100"), within=["SE"]).why == (
        "eu-north-1 (Stockholm) is the only region within SE."
    )


def test_nothing_to_go_by_is_the_clouds_default() -> None:
    choice = choose(CLOUDS["azure"], {}, default="australiacentral2")
    assert (choice.region, choice.km) == ("australiacentral2", 0)
    assert choice.why == (
        "australiacentral2 (Canberra) is the cloud's default region, "
        "and neither audience.countries nor placement.near says otherwise."
    )


def test_a_default_that_is_not_allowed_gives_way_to_its_neighbour() -> None:
    choice = choose(CLOUDS["aws"], {"DE": Fraction(0)}, within=["europe"], default="us-east-1")
    assert choice.region == "eu-west-1"
    assert "the default region us-east-1 (lies in US, outside europe)" in choice.why


def test_a_cloud_of_one_region_needs_no_reason() -> None:
    here = Region("local", "this machine", "DE", 5011, 868)
    assert choose({"local": here}, {}).region == "local"


def test_nothing_to_go_by_and_no_default_asks_where_the_audience_is() -> None:
    with pytest.raises(ConfigError, match="nothing says which of 34 regions") as caught:
        choose(CLOUDS["aws"], {})
    assert caught.value.faults[0].field == "placement"


def test_a_region_without_what_is_needed_is_passed_over() -> None:
    some = {
        "a": Region("a", "A", "DE", 5011, 868, frozenset({"packager"})),
        "b": Region("b", "B", "FR", 4885, 235, frozenset({"packager", "encoder"})),
        "c": Region("c", "C", "GB", 5151, -13),
    }
    choice = choose(some, shares("DE100"), needs=frozenset({"packager", "encoder"}))
    assert choice.region == "b"
    assert choice.others[-1] == ("a", 131, "offers no encoder")
    assert choice.why.startswith("Of the regions that offer encoder, packager, b (B) is nearest")


def test_no_allowed_region_names_the_countries_that_the_cloud_has() -> None:
    with pytest.raises(ConfigError) as caught:
        choose(CLOUDS["azure"], shares("ES100"), within=["ES", "PT"])
    (fault,) = caught.value.faults
    assert fault.field == "placement.within"
    assert fault.given == "ES, PT"
    assert fault.allowed is not None
    assert fault.allowed.startswith("AE, AU, BR, CA, CH, DE, FR,")
    assert fault.hint


def test_a_need_that_no_region_meets_says_so() -> None:
    poor = {"a": Region("a", "A", "DE", 5011, 868, frozenset())}
    with pytest.raises(ConfigError, match="no region that offers encoder") as caught:
        choose(poor, {}, needs=frozenset({"encoder"}))
    assert caught.value.faults[0].field == "placement.within"


@pytest.mark.parametrize(
    ("arguments", "field", "hint"),
    [
        ({"within": ["Europ"]}, "placement.within", "did you mean europe?"),
        ({"within": ["eu"]}, "placement.within", "did you mean EU?"),
        ({"near": "UK"}, "placement.near", "did you mean GB?"),
        ({"near": "QQ"}, "placement.near", None),
        ({"audience": {"Germany": Fraction(1)}}, "audience.countries.Germany", "did you mean DE?"),
        ({"audience": {"DE": Fraction(-1, 2)}}, "audience.countries.DE", None),
        ({"audience": {"DE": Fraction(2, 3), "FR": Fraction(1, 2)}}, "audience.countries", None),
    ],
)
def test_what_nobody_knows_is_a_fault_at_its_field(arguments: dict[str, object], field: str, hint: str | None) -> None:
    with pytest.raises(ConfigError) as caught:
        choose(CLOUDS["aws"], **{"audience": shares("DE100"), **arguments})  # type: ignore[arg-type]
    (fault,) = caught.value.faults
    assert (fault.field, fault.hint) == (field, hint)


def test_a_default_that_is_no_region_is_a_mistake_in_the_facts() -> None:
    with pytest.raises(ValueError, match="'mars-1' is none of the regions"):
        choose(CLOUDS["aws"], {}, default="mars-1")


def test_equal_names_with_other_facts_are_not_taken_for_what_was_chosen_before() -> None:
    one = {"a": Region("a", "A", "DE", 5011, 868), "b": Region("b", "B", "FR", 4885, 235)}
    other = {"a": Region("a", "A", "FR", 4885, 235), "b": Region("b", "B", "DE", 5011, 868)}
    assert choose(one, shares("DE100")).region == "a"
    assert choose(other, shares("DE100")).region == "b"


def test_equals_are_chosen_by_name() -> None:
    twins = {name: Region(name, "Canberra", "AU", -3531, 14912) for name in ("two", "one", "three")}
    assert choose(twins, shares("AU100")).region == "one"


CODES = sorted(countries.known())
audiences = st.dictionaries(st.sampled_from(CODES), st.integers(1, 12), min_size=1, max_size=8).map(
    lambda parts: {code: Fraction(part, 100) for code, part in parts.items()}
)
clouds = st.sampled_from(sorted(CLOUDS))
rules = st.lists(
    st.sampled_from(["EU", "EEA", "EFTA", "GB", "US", "asia", "north-america", "JP"]), max_size=3, unique=True
)


@given(clouds, audiences, st.sampled_from(CODES))
def test_more_viewers_in_a_country_never_move_the_choice_away_from_it(
    cloud: str, audience: dict[str, Fraction], country: str
) -> None:
    regions = CLOUDS[cloud]
    grown = {**audience, country: audience.get(country, Fraction()) + Fraction(3, 100)}
    before, after = (regions[choose(regions, each).region] for each in (audience, grown))
    home = countries.place(country)
    away = [
        region.distance_km(home.latitude, home.longitude, each.latitude, each.longitude) for each in (before, after)
    ]
    assert away[1] <= away[0]


@given(clouds, audiences, rules, st.randoms(use_true_random=False))
def test_the_order_of_regions_shares_and_rules_changes_nothing(
    cloud: str, audience: dict[str, Fraction], within: list[str], dice: Random
) -> None:
    regions = CLOUDS[cloud]

    def ask(order: Callable[[Iterable[Any]], list[Any]]) -> object:
        try:
            return choose(dict(order(regions.items())), dict(order(audience.items())), within=order(within))
        except ConfigError as error:
            return error.faults

    assert ask(list) == ask(lambda items: dice.sample(each := list(items), len(each)))


@given(clouds, audiences, rules)
def test_the_choice_is_always_where_data_may_lie(cloud: str, audience: dict[str, Fraction], within: list[str]) -> None:
    regions = CLOUDS[cloud]

    def lawful(country: str) -> bool:
        return not within or any(countries.within(country, each) for each in within)

    try:
        choice = choose(regions, audience, within=within)
    except ConfigError:
        assert not any(lawful(each.country) for each in regions.values())
    else:
        assert lawful(regions[choice.region].country)
        assert len(choice.others) == len(regions) - 1
        assert all(bool(reason) != lawful(regions[name].country) for name, _, reason in choice.others)
        assert all(choice.km <= km for _, km, reason in choice.others if not reason)
