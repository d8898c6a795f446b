"""The five lines on top of a plan."""

from datetime import UTC, datetime
from functools import cache

import pytest
from msgspec.structs import replace

from eventstack.automation.inputs import planned, priced
from eventstack.cli.plan_summary import late, summary
from eventstack.models.load import read_event
from eventstack.models.yaml_reader import read
from eventstack.planning.plan import StackPlan
from tests.pages.shipped import event_text

BEFORE, BETWEEN, AFTER = (datetime(2027, 6, 12, hour, tzinfo=UTC) for hour in (8, 17, 20))


@cache
def plan(profile: str, cloud: str, end: str = "  end: 2027-06-12T20:00\n") -> StackPlan:
    text = event_text(profile, cloud).replace("  end: 2027-06-12T20:00\n", end)
    return priced(planned(read_event(read(text.encode(), "sample.yaml")), (), "sports")[1])


def told(shown: StackPlan, now: datetime = BEFORE) -> dict[str, str]:
    return dict(summary(shown, None, now))


def test_five_lines_say_what_when_how_much_how_wholly_and_whether() -> None:
    lines = told(plan("talk-720p25", "azure"))
    assert list(lines) == ["in short", "announce by", "cost", "carried", "to be built"]
    assert lines["in short"].endswith("2027-06-12 16:00 to 18:00 UTC")
    assert "before its line-up" in lines["announce by"]
    assert "the CDN's share" in lines["cost"]
    assert "not wholly priced" in lines["cost"]
    assert lines["carried"] == "all of it"


@pytest.mark.parametrize(
    ("now", "word", "said"),
    [(BEFORE, "", "line-up"), (BETWEEN, "too late", "would be late"), (AFTER, "over", "is over")],
)
def test_that_the_moment_has_passed_is_said(now: datetime, word: str, said: str) -> None:
    shown = plan("talk-720p25", "aws")
    assert shown.timeline
    assert late(shown.timeline, now) == word
    assert told(shown, now)["announce by"].endswith(said)


def test_an_open_end_is_never_over_and_has_no_price() -> None:
    shown = plan("talk-720p25", "aws", end="")
    assert "with an open end" in told(shown)["in short"]
    assert "would be late" in told(shown, AFTER)["announce by"]
    assert told(shown)["cost"] == "not estimated: the end is open"


def test_what_is_left_out_and_what_is_noted_are_counted() -> None:
    shown = plan("sports-1080p50", "aws")
    assert (len(shown.left_out), len(shown.notes)) == (1, 1)
    assert told(shown)["carried"] == "all but 1 value that aws leaves out; 1 note"
    assert told(plan("news-720p25", "local"))["carried"] == "all but 3 values that local leaves out"


def test_a_share_that_is_not_the_whole_is_not_said_to_be() -> None:
    shown = plan("talk-720p25", "aws")
    assert shown.cost
    rounded = replace(shown, cost=replace(shown.cost, cdn_permille=1000))
    assert any(line.high for line in shown.cost.lines if line.role != "cdn")
    assert "the CDN's share over 99.9 % of" in told(rounded)["cost"]


@pytest.mark.parametrize(("cloud", "why"), [("gcp", "can be planned on gcp"), ("local", "no foundation is chosen")])
def test_what_keeps_it_from_being_built_is_said(cloud: str, why: str) -> None:
    assert why in told(plan("talk-720p25", cloud))["to be built"]
