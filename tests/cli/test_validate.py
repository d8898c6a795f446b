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
    bad = write(tmp_path, "bad.yaml", bent(bent(EVENT, "200ms", "200"), "title: An", "colour: An"))
    broken = write(tmp_path, "broken.yaml", "a: [1")
    result = run(good, bad, broken, tmp_path / "absent.yaml")
    assert result.exit_code == 2
    for fragment in (
        f"{good}: ok",
        f"{bad}:1:1: title: missing",
        f"{bad}:2:1: colour: unknown key",
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


def test_an_event_of_another_owner_is_valid_and_is_said_to_be_theirs(tmp_path: Path) -> None:
    result = run(write(tmp_path, "event.yaml", EVENT + "owner: team-a\n"))
    assert result.exit_code == 0
    assert "event.yaml: ok (event)" in result.output
    assert "event.yaml:15:8: note: owner: another owner's" in result.output
    assert "EVENTSTACK_OWNER=team-a" in result.output
    assert "note" not in run(write(tmp_path, "event.yaml", EVENT + "owner: local\n")).output


def test_a_folder_is_checked_and_what_is_skipped_is_counted(tmp_path: Path) -> None:
    write(tmp_path, "event.yaml", EVENT)
    write(tmp_path, "wide.yaml", PROFILE)
    write(tmp_path, "compose.yaml", "services: {}\n")
    (tmp_path / "more").mkdir()
    result = run(tmp_path)
    assert result.exit_code == 0
    assert f"{tmp_path}/event.yaml: ok (event)\n{tmp_path}/wide.yaml: ok (profile)\n" in result.output
    assert result.output.endswith("1 other file skipped, 1 folder skipped\n")


def test_a_broken_file_of_a_folder_is_a_fault(tmp_path: Path) -> None:
    write(tmp_path, "event.yaml", EVENT)
    write(tmp_path, "broken.yaml", "a: [1")
    result = run(tmp_path)
    assert result.exit_code == 2
    assert f"{tmp_path}/broken.yaml:1" in result.output


def test_a_folder_without_files_of_ours_is_a_fault(tmp_path: Path) -> None:
    (tmp_path / "more").mkdir()
    result = run(tmp_path)
    assert result.exit_code == 2
    assert f"{tmp_path}: no event or profile there" in result.output
    assert "1 folder inside not looked into" in result.output
    assert json.loads(run("--json", tmp_path).output)["ok"] is False


@pytest.mark.parametrize("content", [b"", b"\xff\xfe", b"\x89PNG", b"a: *a\n", b"a: 1\n"])
def test_what_is_no_file_of_ours_is_a_fault(tmp_path: Path, content: bytes) -> None:
    result = run(write(tmp_path, "f.yaml", content))
    assert result.exit_code == 2
    assert "f.yaml" in result.output


def test_the_line_is_quoted_and_the_faults_are_counted(tmp_path: Path) -> None:
    bad = write(tmp_path, "bad.yaml", bent(bent(EVENT, "200ms", "200"), "title: An", "colour: An"))
    output = run(bad, tmp_path / "absent.yaml").output
    assert "   10 |   latency: 200\n      |            ^^^\n" in output
    assert output.endswith("4 faults in 2 files\n")


def test_no_secret_is_quoted(tmp_path: Path) -> None:
    head, _, tail = EVENT.partition("contribution:")
    flow = "contribution: { passphrase: hunter2hunter2, latency: 5 }\n"
    bad = write(tmp_path, "bad.yaml", f"{head}{flow}profile: talk-720p25\ncloud: local\n")
    assert tail
    for arguments in ([bad], ["--json", bad]):
        output = run(*arguments).output
        assert "hunter2" not in output
        assert "passphrase: ***, latency: 5 }" in output


def test_an_events_faults_come_with_those_of_its_profile_and_its_cloud(tmp_path: Path) -> None:
    write(tmp_path, "wide.yaml", bent(PROFILE, "slate: true", "slate: on"))
    text = bent(bent(bent(EVENT, "200ms", "200"), "talk-720p25", "wide"), "cloud: local", "cloud: moon")
    output = run(write(tmp_path, "event.yaml", text)).output
    for fragment in ("event.yaml:10:12: contribution.latency", "event.yaml:14:8: cloud", "wide.yaml:29:8: slate"):
        assert fragment in output
    assert output.endswith("3 faults in 2 files\n")


def test_faults_are_sorted_by_file_and_line(tmp_path: Path) -> None:
    write(tmp_path, "a.yaml", bent(bent(PROFILE, "name: wide", "name: a"), "slate: true", "slate: on"))
    event = write(tmp_path, "z.yaml", bent(bent(EVENT, "talk-720p25", "a"), "cloud: local", "cloud: moon"))
    heads = [line for line in run(event).output.splitlines() if line.startswith(str(tmp_path))]
    assert [head.removeprefix(f"{tmp_path}/").partition(": ")[0] for head in heads] == ["a.yaml:29:8", "z.yaml:14:8"]


def test_a_base_for_other_profiles_is_valid_without_what_it_leaves_out(tmp_path: Path) -> None:
    base = write(tmp_path, "base.yaml", "name: base\nabstract: true\nladder:\n  frame_rate: 25fps\n")
    assert run(base).output == f"{base}: ok (profile)\n"


def test_an_event_can_not_have_a_base_as_its_profile(tmp_path: Path) -> None:
    write(tmp_path, "base.yaml", bent(PROFILE, "name: wide", "name: base\nabstract: true"))
    output = run(write(tmp_path, "event.yaml", bent(EVENT, "talk-720p25", "base"))).output
    assert "event.yaml:13:10: profile: only a base" in output


def test_a_profile_extends_what_lies_in_a_profile_folder(tmp_path: Path) -> None:
    folder = tmp_path / "profiles"
    folder.mkdir()
    write(folder, "wide.yaml", PROFILE)
    top = write(tmp_path, "top.yaml", "name: top\nextends: wide\n")
    assert run("--profile-dir", folder, top).exit_code == 0
    assert "no profile of that name" in run(top).output
