"""`eventstack plan`: a table for people, canonical JSON for programs."""

import json
from pathlib import Path

import pytest
from click.testing import CliRunner, Result

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
        "2026-11-22T17:00:00Z",
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
