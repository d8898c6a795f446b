"""A plan's estimate: what the event and its profile say about cost is in it."""

from fractions import Fraction

import pytest

from eventstack import clouds
from eventstack.cost import plan as costing
from eventstack.cost import prices, quantities
from eventstack.cost.quantities import UNCOUNTED
from eventstack.cost.told import told
from eventstack.planning.resolve import resolve
from tests.planning import changes
from tests.planning.files import event_of, profile_of, written

VENUE = {"mode": "caller", "address": "venue.example.org:9000"}
BACKUP = {"protocol": "srt", "latency": "300ms", "passphrase": "store:feeds/hall-5"}
SEALED = {"protocol": "srt", "latency": "200ms", "passphrase": "store:feeds/hall-4", "source": "none"}
ALLOWED = {"source": "none", "allow": ["203.0.113.0/24"]}
PULLED = {"protocol": "pull", "address": "https://venue.example.org/live.m3u8", "source": "none"}


def plan(cloud="aws", profile=(), **event):
    described = event_of(written(changes.event(cloud), event))
    return resolve(
        described,
        profile_of(written(changes.profile(cloud), dict(profile))),
        clouds.facts(cloud),
        (),
        owner=changes.OWNER,
    )


def cost(resolved):
    result = costing.costed(resolved, prices.table(resolved.build.cloud)).cost
    assert result
    return result


def amounts(resolved, monkeypatch):
    """The amounts behind the estimate, by item."""
    seen = {}

    def watched(chain, table, hours):
        for one in quantities.event(chain, table):
            seen[one.item] = seen.get(one.item, 0) + one.amount
        return quantities.cost(chain, table, hours)

    monkeypatch.setattr(costing, "cost", watched)
    cost(resolved)
    return seen


def gaps(resolved, word):
    return [gap for gap in cost(resolved).gaps if word in gap]


def made(resolved, type_):
    return sum(one.count for one in resolved.creates if one.type == type_)


# viewers


@pytest.mark.parametrize("cloud", ["aws", "azure", "gcp"])
@pytest.mark.parametrize(
    ("countries", "said"),
    [
        ({"NZ": "30%", "BR": "30%", "IN": "40%"}, "data to 100 % of the viewers, outside North America and Europe"),
        ({"DE": "70%", "BR": "30%"}, "data to 30 % of the viewers, outside North America and Europe"),
        ({"DE": "70%"}, "data to 30 % of the viewers, of whom no country is said"),
        (
            {"DE": "70%", "JP": "12.5%"},
            "data to 30 % of the viewers (12.5 % outside North America and Europe, 17.5 % of whom no country is said)",
        ),
        ({}, "data to 100 % of the viewers, of whom no country is said"),
    ],
)
def test_viewers_for_whom_prices_are_not_made_are_said_with_their_share(cloud, countries, said):
    (gap,) = gaps(plan(cloud, **{"audience.countries": countries}), "of the viewers")
    assert gap.startswith(f"{said}: no sourced figure for other places, counted as data to viewers in")


def test_viewers_in_north_america_and_europe_leave_no_gap():
    assert gaps(plan(**{"audience.countries": {"DE": "60%", "CA": "40%"}}), "viewers") == []


@pytest.mark.parametrize("cloud", ["aws", "azure", "gcp"])
def test_until_there_are_other_prices_viewers_cost_the_same_anywhere(cloud):
    near, far = (plan(cloud, region=REGION[cloud], **{"audience.countries": {at: "100%"}}) for at in ("DE", "NZ"))
    assert (cost(near).low, cost(near).high) == (cost(far).low, cost(far).high)


REGION = {"aws": "eu-central-1", "azure": "westeurope", "gcp": "europe-west1"}


def test_an_own_price_for_other_places_is_taken_for_their_viewers(tmp_path):
    path = tmp_path / "own.yaml"
    path.write_text(
        'cloud: aws\nsource: our contract\ndate: "2026-11-01"\nitems:\n'
        '  - {id: cdn.egress.elsewhere, unit: GB, price: "1"}\n',
        encoding="utf-8",
    )
    resolved = plan(**{"audience.countries": {"NZ": "50%", "DE": "50%"}})
    result = costing.costed(resolved, prices.read(path)).cost
    assert not [gap for gap in result.gaps if "of the viewers" in gap]
    assert result.low > cost(resolved).low + 10**6 * Fraction(resolved.viewers.egress_gb) * Fraction(4, 10)


@pytest.mark.parametrize("cloud", ["aws", "azure", "gcp"])
def test_an_event_without_an_audience_says_that_viewers_are_not_counted(cloud):
    result = cost(plan(cloud, audience=changes.GONE))
    assert result.gaps.count(UNCOUNTED) == 1
    assert result.lines[0].role == "cdn"
    assert dict(told(result))["CDN's share"] == f"not known: {UNCOUNTED}"


def test_an_audience_of_nobody_is_counted():
    assert UNCOUNTED not in cost(plan(**{"audience.expected": 0})).gaps


@pytest.mark.parametrize(("cloud", "item"), [("aws", "packager.egress"), ("gcp", "cdn.fill")])
def test_what_the_cdn_fetches_follows_the_average_audience(cloud, item, monkeypatch):
    resolved = plan(cloud)
    average = Fraction(resolved.viewers.average_bps) * Fraction(11, 5000) * 7200 / (8 * 10**9)
    assert amounts(resolved, monkeypatch)[item] == Fraction(resolved.viewers.origin_gb) == average
    assert average < Fraction(resolved.viewers.origin_bps) * 7200 / (8 * 10**9)


# while it stands


@pytest.mark.parametrize(("cloud", "item"), [("azure", "vm.F16s_v2"), ("gcp", "vm.c2-standard-16")])
def test_machines_are_charged_until_they_are_gone(cloud, item, monkeypatch):
    short, kept = (plan(cloud, {"teardown.keep": keep}) for keep in ("0s", "10h"))
    machines = kept.build.capacity.encoders + kept.build.capacity.packagers
    assert amounts(kept, monkeypatch)[item] == amounts(short, monkeypatch)[item] + 10 * machines


def test_a_managed_encoder_is_idle_after_the_tail(monkeypatch):
    short, kept = (plan("aws", {"teardown.keep": keep}) for keep in ("0s", "10h"))
    assert amounts(kept, monkeypatch)["encoder.idle"] == amounts(short, monkeypatch)["encoder.idle"] + 20


# contribution

RUN = Fraction(15 * 60 + 2 * 3600 + 30, 3600)
"""Line-up, programme and tail in hours: 135.5 minutes."""


@pytest.mark.parametrize(
    ("contribution", "flows", "inputs"),
    [
        (SEALED, 2, 1),
        (SEALED | VENUE, 2, 1),
        (SEALED | {"backup": BACKUP}, 4, 2),
        ({"protocol": "rtp", **ALLOWED}, 2, 1),
        ({"protocol": "rist", "passphrase": "store:feeds/hall-4", **ALLOWED}, 2, 1),
        ({"protocol": "rtmp", "passphrase": "store:feeds/hall-4", **ALLOWED}, 0, 1),
        (PULLED, 0, 1),
    ],
    ids=["srt", "srt calls", "backup", "rtp", "rist", "rtmp", "pull"],
)
def test_flows_and_inputs_are_charged_as_they_are_made(contribution, flows, inputs, monkeypatch):
    resolved = plan("aws", {"redundancy": "two-path"}, contribution=contribution)
    assert made(resolved, "AWS::MediaConnect::Flow") == flows
    assert made(resolved, "aws:medialive/input:Input") == inputs
    found = amounts(resolved, monkeypatch)
    assert found.get("contribution.flow", 0) == flows * RUN
    (taken,) = [amount for item, amount in found.items() if ".standard.in." in item]
    assert taken == inputs * Fraction(136, 60)


@pytest.mark.parametrize(
    ("contribution", "charged"),
    [(SEALED, 2), (SEALED | VENUE, 2), (SEALED | {"backup": BACKUP}, 3), (PULLED, 1)],
)
def test_an_idle_input_is_charged_where_it_is_pushed_to(contribution, charged, monkeypatch):
    resolved = plan("aws", {"teardown.keep": "1h"}, contribution=contribution)
    idle = Fraction(resolved.lead_s, 3600) + 1
    assert amounts(resolved, monkeypatch)["encoder.idle"] == charged * idle


# pictures


def test_an_upright_picture_is_of_the_class_of_a_lying_one(monkeypatch):
    def items(aspect, sizes):
        rungs = [{"size": size, "bitrate": rate} for size, rate in zip(sizes, ("800kbps", "5Mbps"), strict=True)]
        return amounts(plan("aws", {"ladder.aspect": aspect, "ladder.renditions": rungs}), monkeypatch)

    assert items("9:16", ["360x640", "1080x1920"]) == items("16:9", ["640x360", "1920x1080"])
