"""The audience model: against a measured load, and by what doubling, growing and shrinking do."""

import math
from fractions import Fraction
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from eventstack.planning.audience import ASSUMPTIONS, Assumption, Audience, model

LADDER = (496_000, 896_000, 1_896_000)
SEGMENT = Fraction(48, 25)


def asked(peak: int, **changes: Any) -> Audience:
    """A live event of HLS and DASH on two paths, with DRM, for `peak` viewers."""
    given: dict[str, Any] = {
        "expected": peak,
        "peak": peak,
        "ramp_s": 600,
        "ladder_bps": LADDER,
        "segment": SEGMENT,
        "formats": ("hls", "dash"),
        "drm": True,
        "paths": 2,
        "origin_bps": 1_000_000_000,
        "origin_rps": 3_000,
        "rungs_per_encoder": 4,
    }
    return model(**(given | changes))


def test_the_rates_agree_with_the_measured_load_of_500_viewers() -> None:
    audience = asked(500)
    assert audience.edge_bps == pytest.approx(950_000_000, rel=0.01)
    assert audience.edge_rps == pytest.approx(994, rel=0.05)
    assert audience.edge_rps * Fraction(22, 10_000) == pytest.approx(2.3, rel=0.01)  # what passed the edge then


def test_a_worked_example() -> None:
    audience = asked(100_000, expected=60_000)
    assert audience.edge_bps == 189_600_000_000
    assert audience.average_bps == 60_000 * 1_536_000
    assert audience.egress_gb(3600) == 41_472
    assert audience.edge_rps == Fraction(100_000 * 4 * 25, 48)
    assert audience.origin_bps == 189_600_000_000 * Fraction(11, 5000)
    assert audience.origin_gb(3600) == 41_472 * Fraction(11, 5000)
    assert audience.joins_rps == audience.licences_rps == Fraction(500, 3)


@given(st.integers(0, 5_000_000), st.integers(0, 5_000_000))
def test_twice_the_audience_is_exactly_twice_the_edge(expected: int, peak: int) -> None:
    once, twice = asked(peak, expected=expected), asked(2 * peak, expected=2 * expected)
    assert twice.edge_bps == 2 * once.edge_bps
    assert twice.edge_rps == 2 * once.edge_rps
    assert twice.average_bps == 2 * once.average_bps
    assert twice.egress_gb(5400) == 2 * once.egress_gb(5400)
    assert twice.edge_requests(5400) == 2 * once.edge_requests(5400)
    assert twice.joins_rps == 2 * once.joins_rps
    assert twice.licences_rps == 2 * once.licences_rps


@given(st.integers(0, 5_000_000))
def test_twice_the_audience_is_up_to_twice_the_packagers_and_the_same_encoders(peak: int) -> None:
    once, twice = asked(peak), asked(2 * peak)
    assert once.packagers <= twice.packagers <= 2 * once.packagers
    assert twice.encoders == once.encoders
    by_bits, by_requests = twice.origin_bps / 1_000_000_000, twice.origin_rps / 3_000
    assert twice.packagers == 2 * max(1, math.ceil(by_bits), math.ceil(by_requests))


def test_twice_a_large_audience_is_told_in_machines() -> None:
    counts = [asked(peak).packagers for peak in (200_000, 400_000, 800_000)]
    assert counts == [2, 4, 8]


@given(st.integers(0, 3_000_000), st.integers(0, 3_000_000))
def test_a_larger_peak_asks_for_no_less(one: int, other: int) -> None:
    less, more = asked(min(one, other)), asked(max(one, other))
    for field in ("edge_bps", "edge_rps", "origin_bps", "origin_rps", "joins_rps", "licences_rps", "packagers"):
        assert getattr(less, field) <= getattr(more, field), field


def test_nobody_asks_for_nothing_and_the_chain_still_stands() -> None:
    audience = asked(0)
    rates = (audience.edge_bps, audience.average_bps, audience.edge_rps, audience.origin_bps, audience.origin_rps)
    assert {*rates, audience.joins_rps, audience.licences_rps, audience.egress_gb(3600)} == {Fraction(0)}
    assert (audience.packagers, audience.encoders) == (2, 2)


@given(st.integers(1, 1_000_000), st.integers(1, 400))
def test_shorter_segments_mean_more_requests_and_no_more_bits(peak: int, frames: int) -> None:
    long, short = asked(peak, segment=Fraction(frames + 1, 25)), asked(peak, segment=Fraction(frames, 25))
    assert short.edge_rps > long.edge_rps
    assert short.origin_rps >= long.origin_rps
    assert short.edge_bps == long.edge_bps


def test_the_origin_sends_every_object_once_however_many_watch() -> None:
    few = asked(50)
    assert few.origin_bps == sum(LADDER)
    assert few.origin_rps == 4 / SEGMENT + 4 + 1  # three rungs and sound; their playlists and one MPD each second


def test_the_origin_never_sends_more_than_is_asked_for() -> None:
    lone = asked(1)
    assert lone.origin_bps == lone.edge_bps == LADDER[-1]
    assert lone.origin_rps == lone.edge_rps


def test_caches_that_fill_for_themselves_multiply_a_small_audiences_load() -> None:
    spread = ASSUMPTIONS._replace(fills=Assumption("12", "caches", "assumption"))
    assert asked(500, assumptions=spread).origin_bps == 12 * asked(500).origin_bps


@pytest.mark.parametrize(
    ("formats", "renditions", "requests"), [(["hls"], 2, 4), (["dash"], 2, 3), (["dash", "hls"], 2, 4), (["hls"], 1, 2)]
)
def test_a_viewer_asks_for_segments_and_manifests(formats: list[str], renditions: int, requests: int) -> None:
    assert asked(1, formats=formats, renditions_per_viewer=renditions).edge_rps == requests / SEGMENT


def test_the_bill_is_reckoned_by_the_rungs_that_viewers_share() -> None:
    audience = asked(1000, expected=400)
    a_viewer = Fraction(7, 10) * LADDER[2] + Fraction(15, 100) * (LADDER[0] + LADDER[1])
    assert audience.average_bps == 400 * a_viewer
    assert audience.egress_gb(7200) == 400 * a_viewer * 7200 / 8 / 10**9


def test_a_single_rung_is_watched_by_all() -> None:
    assert asked(10, ladder_bps=[128_000]).average_bps == 1_280_000


def test_licences_are_asked_for_only_where_there_is_drm() -> None:
    assert asked(6000).licences_rps == 10
    assert asked(6000, drm=False).licences_rps == 0


def test_an_audience_that_comes_at_once_comes_within_a_second() -> None:
    assert asked(6000, ramp_s=0).joins_rps == 6000


def test_a_cloud_that_keeps_the_machines_shows_none() -> None:
    managed = asked(1_000_000, origin_bps=None, origin_rps=None, rungs_per_encoder=None)
    assert (managed.packagers, managed.encoders) == (0, 0)


def test_a_ladder_too_tall_for_one_encoder_takes_several() -> None:
    assert asked(1, ladder_bps=[100_000 * rung for rung in range(1, 7)]).encoders == 4
    assert asked(1, ladder_bps=[100_000 * rung for rung in range(1, 7)], paths=1).encoders == 2


def test_another_assumption_changes_the_answer_and_stands_in_it() -> None:
    cautious = ASSUMPTIONS._replace(hit_ratio=Assumption("9/10", "of requests at the edge", "own measurement"))
    audience = asked(1_000_000, assumptions=cautious)
    assert audience.origin_rps == audience.edge_rps / 10
    assert audience.assumptions.hit_ratio.source == "own measurement"


@pytest.mark.parametrize("name", ASSUMPTIONS._fields)
def test_every_assumption_counts(name: str) -> None:
    halved = getattr(ASSUMPTIONS, name)
    other = ASSUMPTIONS._replace(**{name: halved._replace(value=str(Fraction(halved.value) / 2))})
    rates = [
        (each.edge_bps, each.average_bps, each.origin_bps, each.origin_rps, each.joins_rps, each.licences_rps)
        for each in (asked(500), asked(500, assumptions=other), asked(10**6), asked(10**6, assumptions=other))
    ]
    assert rates[0] != rates[1] or rates[2] != rates[3]


@pytest.mark.parametrize("assumption", ASSUMPTIONS, ids=ASSUMPTIONS._fields)
def test_every_assumption_has_an_exact_value_a_unit_and_a_source(assumption: Assumption) -> None:
    assert str(Fraction(assumption.value)) == assumption.value
    assert assumption.unit
    assert assumption.source.split(":")[0] in {"assumption", "measurement"}


def test_the_page_on_audiences_shows_every_assumption() -> None:
    page = (Path(__file__).parents[2] / "docs" / "audience.md").read_text(encoding="utf-8")
    rows = [[cell.strip() for cell in line.split("|")[1:-1]] for line in page.splitlines() if line.startswith("| `")]
    shown = {row[0].strip("`"): Assumption(*row[1:]) for row in rows if len(row) == 4}
    assert shown == ASSUMPTIONS._asdict()


def test_every_figure_is_exact() -> None:
    audience = asked(333_333, ramp_s=7)
    kinds = {type(value) for name, value in vars(audience).items() if name != "assumptions"}
    assert kinds == {int, Fraction}


@pytest.mark.parametrize(
    "impossible",
    [{"peak": -1}, {"expected": -1}, {"ramp_s": -1}, {"ladder_bps": ()}, {"formats": ()}, {"segment": Fraction(0)}],
)
def test_what_no_profile_can_hold_is_refused(impossible: dict[str, Any]) -> None:
    with pytest.raises(ValueError, match=r"viewers and ramp are 0 or more|there is a ladder, a format and a segment"):
        asked(**({"peak": 1} | impossible))


def test_an_unknown_format_is_refused() -> None:
    with pytest.raises(ValueError, match="no known format: smooth"):
        asked(1, formats=["hls", "smooth"])
