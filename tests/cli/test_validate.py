"""`eventstack validate`: a line for a good file, every fault of a bad one, and the exit code."""

import json
from pathlib import Path

import pytest
from click.testing import CliRunner, Result

from eventstack.cli.validate import command
from eventstack.models.load import shipped_profiles
from tests.models.documents import EVENT, PROFILE, bent, write


def run(*arguments: str | Path) -> Result:
    return CliRunner(env={"EVENTSTACK_OWNER": "local"}).invoke(command, [str(item) for item in arguments])


def test_good_files_are_ok(tmp_path: Path) -> None:
    files = [
        write(tmp_path, "event.yaml", EVENT),
        write(tmp_path, "wide.yaml", PROFILE),
        *shipped_profiles().glob("*.yaml"),
    ]
    result = run(*files)
    assert result.exit_code == 0
    assert f"{files[0]}: ok (event)" in result.output
    assert f"{files[1]}: ok (profile)" in result.output


def test_every_fault_of_every_file_is_printed(tmp_path: Path) -> None:
    good = write(tmp_path, "event.yaml", EVENT)
    bad = write(tmp_path, "bad.yaml", bent(bent(EVENT, "200ms", "200"), "title: An", "titel: An"))
    broken = write(tmp_path, "broken.yaml", "a: [1")
    result = run(good, bad, broken, tmp_path / "absent.yaml")
    assert result.exit_code == 2
    for fragment in (
        f"{good}: ok",
        f"{bad}:1:1: title: missing",
        f"{bad}:2:1: titel: unknown key",
        f"{bad}:10:12: contribution.latency",
        f"{broken}:1:",
        "absent.yaml: can't be read",
    ):
        assert fragment in result.output


def test_an_event_is_checked_down_to_its_plan(tmp_path: Path) -> None:
    event = write(tmp_path, "event.yaml", bent(EVENT, "talk-720p25", "talk-720p"))
    result = run(event)
    assert result.exit_code == 2
    assert f"{event}:13:10: profile: no profile of that name" in result.output
    assert "did you mean talk-720p25?" in result.output


def test_what_the_cloud_lacks_is_a_fault_of_the_event(tmp_path: Path) -> None:
    write(tmp_path, "wide.yaml", bent(PROFILE, "layers: split", "layers: single"))
    result = run(write(tmp_path, "event.yaml", bent(EVENT, "talk-720p25", "wide")))
    assert result.exit_code == 2
    assert "local offers no layers 'single'" in result.output


def test_the_json_has_the_same_facts(tmp_path: Path) -> None:
    bad = write(tmp_path, "bad.yaml", bent(EVENT, "200ms", "200"))
    result = run("--json", bad)
    report = json.loads(result.output)
    assert result.exit_code == 2
    assert not report["ok"]
    (fault,) = report["files"][0]["faults"]
    assert (fault["line"], fault["column"], fault["field"], fault["given"]) == (10, 12, "contribution.latency", "200")


def test_an_event_of_another_owner_is_valid(tmp_path: Path) -> None:
    assert run(write(tmp_path, "event.yaml", EVENT + "owner: team-a\n")).exit_code == 0


@pytest.mark.parametrize("content", [b"", b"\xff\xfe", b"\x89PNG", b"a: *a\n", b"a: 1\n"])
def test_what_is_no_file_of_ours_is_a_fault(tmp_path: Path, content: bytes) -> None:
    result = run(write(tmp_path, "f.yaml", content))
    assert result.exit_code == 2
    assert "f.yaml" in result.output
