"""`eventstack plan`: a table for people, canonical JSON for programs."""

import json
from pathlib import Path

import pytest
from click.testing import CliRunner, Result

from eventstack import automation
from eventstack.cli import plan_many
from eventstack.cli.plan import command
from eventstack.errors import ConfigError
from eventstack.planning.plan import StackPlan
from tests.models.documents import EVENT, PROFILE, bent, write


def run(*arguments: str | Path, owner: str = "local") -> Result:
    return CliRunner(env={"EVENTSTACK_OWNER": owner, "COLUMNS": "120"}).invoke(
        command, [str(item) for item in arguments]
    )


@pytest.fixture
def event(tmp_path: Path) -> Path:
    return write(tmp_path, "event.yaml", EVENT)


def test_a_person_sees_what_where_when_and_the_hashes(event: Path) -> None:
    text = run(event).output
    plan = StackPlan.from_json(run(event, "--json").output)
    for fragment in (
        "An evening talk",
        "eventstack-event/talk-20261122-i1",
        "2026-11-22 17:00",
        "1280x720",
        "3.3Mbps",
    ):
        assert fragment in text
    assert plan.build_hash in text
    assert plan.plan_hash in text


def test_a_plan_without_foundation_says_so(event: Path) -> None:
    assert "No foundation is chosen here" in run(event).output


def test_the_json_is_the_plans_canonical_form(event: Path) -> None:
    output = run(event, "--json", owner="team-a").output
    plan = StackPlan.from_json(output)
    assert output == plan.to_json() + "\n"
    assert plan.build.owner == "team-a"


def test_a_foundations_outputs_make_the_plan_whole(event: Path, tmp_path: Path) -> None:
    foundation = StackPlan.from_json(run("--new-foundation", "season", "--json").output)
    assert foundation.build.layer == "foundation"
    outputs = write(
        tmp_path, "outputs.json", json.dumps({"tags": foundation.build.tags, "edge": "http://127.0.0.1:8080"})
    )
    plan = StackPlan.from_json(run(event, "--json", "--foundation", outputs).output)
    assert [item.stack for item in plan.build.parents] == ["season-i1"]
    assert "No foundation" not in run(event, "--foundation", outputs).output


def test_a_foundation_has_a_table_too() -> None:
    assert "eventstack-foundation/season-i1" in run("--new-foundation", "season").output


@pytest.mark.parametrize("content", ["[]", "{}", "not json", '{"tags": {"eventstack-owner": 1}}'])
def test_other_outputs_are_refused(event: Path, tmp_path: Path, content: str) -> None:
    outputs = write(tmp_path, "outputs.json", content)
    result = run(event, "--foundation", outputs)
    assert isinstance(result.exception, ConfigError)
    assert str(outputs) in str(result.exception)


def test_a_profile_is_found_in_a_folder_that_is_named(tmp_path: Path) -> None:
    folder = tmp_path / "mine"
    folder.mkdir()
    write(folder, "wide.yaml", PROFILE)
    event = write(tmp_path, "event.yaml", bent(EVENT, "talk-720p25", "wide"))
    assert "cenc: clearkey" in run(event, "--profile-dir", folder).output


def test_a_fault_of_planning_has_the_place_of_the_value(tmp_path: Path) -> None:
    event = write(tmp_path, "event.yaml", bent(EVENT, "cloud: local", "cloud: moon"))
    result = run(event)
    assert isinstance(result.exception, ConfigError)
    assert f"{event}:14:8: cloud: no cloud of that name" in str(result.exception)


def test_an_open_end_is_shown_as_such(tmp_path: Path) -> None:
    event = write(tmp_path, "event.yaml", bent(EVENT, "  end: 2026-11-22T19:30\n", ""))
    assert "a person ends it" in run(event).output


def test_nothing_to_plan_is_a_usage_error(event: Path) -> None:
    assert run().exit_code == 2
    assert run(event, "--new-foundation", "season").exit_code == 2


AIRED = """\
id: {id}
title: Cup final
window: {{start: 2027-05-22T20:00, end: 2027-05-22T22:30, zone: Europe/Berlin}}
contribution: {{passphrase: "store:feeds/final", allow: [203.0.113.0/24]}}
audience: {{expected: 20000, peak: {peak}, countries: {{DE: 70%, AT: 12.5%}}}}
profile: talk-720p25
cloud: {cloud}
placement: {{within: [EU, CH]}}
"""


def aired(folder: Path, name: str, cloud: str = "aws", peak: int = 50_000, occurrence: str = "") -> Path:
    return write(folder, f"{name}.yaml", AIRED.format(id=occurrence or name, cloud=cloud, peak=peak))


def test_up_and_the_shown_plan_mean_one_hash(tmp_path: Path) -> None:
    single = aired(tmp_path, "final")
    single.write_text(single.read_text() + "overrides: {layers: single}\n")
    shown = StackPlan.from_json(run(single, "--json").output)
    assert shown.cost is not None
    assert shown.plan_hash == automation.resolve(str(single)).plan_hash


def test_a_person_sees_the_region_the_audience_what_is_made_and_the_cost(tmp_path: Path) -> None:
    text = run(aired(tmp_path, "final")).output
    for fragment in (
        "aws, eu-central-1",
        "nearest to the audience",
        "2027-05-22 18:00      20:00",
        "announce by",
        "aws:medialive/channel:Channel",
        "20 000 expected, 50 000 at the peak",
        "CDN's share",
        "list prices of",
    ):
        assert fragment in text
    assert text.index("CDN's share") < text.index("always on")


def test_what_is_long_is_shown_on_demand(tmp_path: Path) -> None:
    event = aired(tmp_path, "final")
    short = run(event).output
    for option, fragment in (
        ("--regions", "lies in GB"),
        ("--assumptions", "concurrency"),
        ("--origin", "packaging.window: profile talk-720p25"),
    ):
        assert fragment not in short
        assert fragment in run(event, option).output


def test_an_open_end_has_no_estimate(tmp_path: Path) -> None:
    event = write(tmp_path, "event.yaml", bent(EVENT, "  end: 2026-11-22T19:30\n", ""))
    assert "the end is open" in run(event).output


def test_own_prices_are_in_the_estimate(tmp_path: Path) -> None:
    event = aired(tmp_path, "final")
    own = write(
        tmp_path,
        "own.yaml",
        "cloud: aws\nsource: our contract\ndate: 2026-11-01\nconfidence: own\nitems:\n"
        "  - {id: cdn.egress, unit: GB, price: '0.01'}\n",
    )
    shipped = StackPlan.from_json(run(event, "--json").output)
    result = run(event, "--json", "--prices", own)
    assert result.exit_code == 0, result.output
    plan = StackPlan.from_json(result.output)
    assert shipped.cost
    assert plan.cost
    assert plan.cost.high < shipped.cost.high
    assert plan.build_hash == shipped.build_hash


def test_prices_of_another_cloud_are_refused(event: Path, tmp_path: Path) -> None:
    own = write(
        tmp_path, "own.yaml", "cloud: aws\nsource: our contract\ndate: 2026-11-01\nconfidence: own\nitems: []\n"
    )
    result = run(event, "--prices", own)
    assert isinstance(result.exception, ConfigError)


def test_a_folder_has_a_row_for_each_event_and_the_sums(tmp_path: Path) -> None:
    aired(tmp_path, "first", peak=60_000)
    aired(tmp_path, "second", cloud="gcp", peak=40_000)
    write(tmp_path, "wide.yaml", PROFILE)
    write(tmp_path, "compose.yaml", "services: {}\n")
    result = run(tmp_path)
    assert result.exit_code == 0
    for fragment in ("first", "second", "eu-central-1", "60 000", "100 000 viewers", "2 events, 2 ok, 0 with faults"):
        assert fragment in result.output
    assert "1 profile skipped, 1 other file skipped" in result.output


def test_folders_inside_a_folder_are_counted(tmp_path: Path) -> None:
    aired(tmp_path, "first")
    (tmp_path / "later").mkdir()
    (tmp_path / ".eventstack").mkdir()
    assert "1 folder skipped" in run(tmp_path).output
    (tmp_path / "first.yaml").unlink()
    result = run(tmp_path)
    assert result.exit_code == 2
    assert "no event there" in result.output
    assert "1 folder inside not looked into" in result.output


def test_only_viewers_of_one_time_are_added_up(tmp_path: Path) -> None:
    aired(tmp_path, "first", peak=60_000)
    later = aired(tmp_path, "second", peak=40_000)
    later.write_text(later.read_text().replace("2027-05-22", "2027-05-23"))
    assert "up to 60 000 viewers at one time" in run(tmp_path).output


def test_both_times_of_a_row_are_on_the_clocks_of_its_event(tmp_path: Path) -> None:
    output = run(aired(tmp_path, "first"), aired(tmp_path, "second")).output
    assert "announce by (there)" in output
    assert "2027-05-22 20:00   2027-05-22 19:" in output


def test_a_file_is_named_where_it_is_not_called_as_its_event(tmp_path: Path) -> None:
    aired(tmp_path, "first")
    assert "first.yaml" not in run(tmp_path, tmp_path / "first.yaml").output
    aired(tmp_path, "other", occurrence="second")
    assert "other.yaml" in run(tmp_path).output


def test_what_can_not_be_on_time_any_more_is_said(tmp_path: Path) -> None:
    aired(tmp_path, "first")
    past = aired(tmp_path, "second")
    past.write_text(past.read_text().replace("2027-05-22", "2024-05-22"))
    output = run(tmp_path).output
    assert "ok, but over" in output
    assert "2 ok, 0 with faults, 1 over" in output


def test_the_faults_of_a_folder_follow_its_table(tmp_path: Path) -> None:
    aired(tmp_path, "good")
    bad = aired(tmp_path, "moon", cloud="moon")
    result = run(tmp_path)
    assert result.exit_code == 2
    assert "1 ok, 1 with faults" in result.output
    assert result.output.index("with faults") < result.output.index(f"{bad}:7:8: cloud: no cloud of that name")


def test_two_events_of_one_id_are_a_fault(tmp_path: Path) -> None:
    first, second = aired(tmp_path, "a", occurrence="derby"), aired(tmp_path, "b", occurrence="derby")
    result = run(first, second)
    assert result.exit_code == 2
    assert f"{second}:1:5: id: two events of one id" in result.output
    assert f"{first} has it" in result.output


def test_a_file_that_is_named_must_be_an_event(event: Path, tmp_path: Path) -> None:
    other = write(tmp_path, "other.yaml", "services: {}\n")
    result = run(event, other)
    assert result.exit_code == 2
    assert f"{other}: not an event" in result.output


def test_several_events_as_json_are_an_array(tmp_path: Path) -> None:
    aired(tmp_path, "good")
    aired(tmp_path, "moon", cloud="moon")
    result = run(tmp_path, "--json")
    told = json.loads(result.output)
    assert result.exit_code == 2
    assert [(one["id"], one["ok"]) for one in told] == [("good", True), ("moon", False)]
    assert StackPlan.from_json(json.dumps(told[0]["plan"])).plan_hash == told[0]["plan_hash"]
    assert told[1]["faults"][0]["field"] == "cloud"


def test_whoever_waits_is_told_how_far_it_is(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(plan_many, "PATIENCE_S", -1.0)
    aired(tmp_path, "good")
    result = run(tmp_path, "--json")
    assert "0 of 1 files planned" in result.stderr
    assert json.loads(result.stdout)


def test_sessions_of_one_series_without_a_turn_round_between_them_are_told(tmp_path: Path) -> None:
    shared = "series: gp\noverrides: {layers: series, timing: {line_up: 10m, tail: 5m, turn_round: 15m}}\n"
    for name, start, end in (("practice", "20:00", "21:00"), ("race", "21:20", "22:00")):
        text = AIRED.format(id=name, cloud="aws", peak=50_000).replace("20:00", start).replace("22:30", end)
        write(tmp_path, f"{name}.yaml", text + shared)
    result = run(tmp_path)
    assert result.exit_code == 2
    assert "window.start: its line-up begins 10m before what it shares with practice is free" in result.output
    assert "1 ok, 1 with faults" in result.output
