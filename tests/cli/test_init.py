"""`eventstack init`: what it writes is good as it is, and never replaces what is there."""

import json
import os
import re
import subprocess
from datetime import UTC, datetime
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest
from click.testing import CliRunner, Result
from jsonschema import Draft202012Validator

from eventstack.cli import init
from eventstack.cli.init import KINDS, command, starting
from eventstack.cli.plan import command as plan
from eventstack.cli.remedies import REMEDIES
from eventstack.cli.validate import command as validate
from eventstack.clouds import CLOUDS
from eventstack.errors import ConfigError, NotOffered
from eventstack.models import schema
from eventstack.models.load import load_event, load_profile, read_profile
from eventstack.models.yaml_reader import read

EVENING = datetime(2026, 11, 23, 20, tzinfo=ZoneInfo("Europe/Berlin"))


def run(*arguments: str | Path) -> Result:
    return CliRunner().invoke(command, [str(item) for item in arguments])


@pytest.mark.parametrize("kind", KINDS)
def test_what_is_written_validates_and_plans_as_it_is(tmp_path: Path, kind: str) -> None:
    folder = tmp_path / "show"
    assert run(folder, "--kind", kind).exit_code == 0
    files = [str(path) for path in sorted(folder.glob("*.yaml"))]
    checked = CliRunner(env={"EVENTSTACK_OWNER": "local"}).invoke(validate, files)
    assert (checked.exit_code, len(files)) == (0, 2), checked.output
    shown = CliRunner(env={"EVENTSTACK_OWNER": "local"}).invoke(plan, [str(folder / "event.yaml")])
    assert shown.exit_code == 0, shown.exception


@pytest.mark.parametrize("kind", ["talk", "news"])
def test_this_machine_comes_first(tmp_path: Path, kind: str) -> None:
    run(tmp_path, "--kind", kind)
    assert load_event(tmp_path / "event.yaml").cloud == "local"


def test_a_cloud_that_is_named_is_taken(tmp_path: Path) -> None:
    result = run(tmp_path, "--cloud", "gcp")
    assert result.exit_code == 0
    assert load_event(tmp_path / "event.yaml").cloud == "gcp"
    assert "It is for gcp" in result.output


@pytest.mark.parametrize(
    ("kind", "cloud"),
    [(kind, cloud) for kind, about in KINDS.items() for cloud in CLOUDS if (about.base, cloud) in REMEDIES],
)
def test_what_a_cloud_lacks_is_overridden_and_the_reason_said(tmp_path: Path, kind: str, cloud: str) -> None:
    folder = tmp_path / "show"
    assert run(folder, "--kind", kind, "--cloud", cloud).exit_code == 0
    text = (folder / "event.yaml").read_text()
    assert (
        f"\n# For this event alone, written as in the profile. Without it {cloud} refuses {KINDS[kind].base}:\n# - "
        in text
    )
    assert max(map(len, text.splitlines())) <= 180
    files = [str(path) for path in sorted(folder.glob("*.yaml"))]
    checked = CliRunner(env={"EVENTSTACK_OWNER": "local"}).invoke(validate, files)
    assert checked.exit_code == 0, checked.output


def test_a_kind_that_a_cloud_can_not_have_is_refused_with_the_reason(tmp_path: Path) -> None:
    result = run(tmp_path, "--kind", "audio", "--cloud", "local")
    assert isinstance(result.exception, NotOffered)
    assert "local offers no programme 'audio-only'" in str(result.exception)
    assert "--cloud azure" in str(result.exception)
    assert list(tmp_path.iterdir()) == []


def test_nothing_is_overwritten(tmp_path: Path) -> None:
    assert run(tmp_path).exit_code == 0
    (tmp_path / "event.yaml").write_text("mine")
    result = run(tmp_path)
    assert isinstance(result.exception, ConfigError)
    assert [fault.file for fault in result.exception.faults] == [
        str(tmp_path / "event.yaml"),
        str(tmp_path / "my-talk.yaml"),
    ]
    assert (tmp_path / "event.yaml").read_text() == "mine"


def test_a_link_that_leads_nowhere_is_there_too(tmp_path: Path) -> None:
    (tmp_path / "event.yaml").symlink_to(tmp_path / "elsewhere")
    assert isinstance(run(tmp_path).exception, ConfigError)
    assert not (tmp_path / "elsewhere").exists()


def test_a_folder_that_can_not_be_made_is_said(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")
    result = run(tmp_path / "file" / "show")
    assert "can't be written" in str(result.exception)


def test_editors_find_the_schemas_beside_the_files(tmp_path: Path) -> None:
    run(tmp_path)
    for name, kind in (("event.yaml", "event"), ("my-talk.yaml", "profile")):
        text = (tmp_path / name).read_text()
        line = re.match(r"# yaml-language-server: \$schema=(\S+)", text)
        assert line
        judge = Draft202012Validator(json.loads((tmp_path / line[1]).read_text()))
        assert list(judge.iter_errors(read(text.encode(), name).data)) == []
        assert kind in line[1]


def test_it_is_for_tomorrow_evening_in_the_zone_of_here(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("TZ", "America/Sao_Paulo")
    run(tmp_path)
    window = load_event(tmp_path / "event.yaml").window
    now = datetime.now(UTC)
    assert (window.zone, window.start.hour) == ("America/Sao_Paulo", 20)
    assert 0 < (window.start - now).total_seconds() < 48 * 3600


@pytest.mark.parametrize("name", ["", "Nowhere/At_All", "../../etc/passwd", "Europe"])
def test_a_zone_without_a_name_is_another(monkeypatch: pytest.MonkeyPatch, name: str) -> None:
    monkeypatch.setenv("TZ", name)
    assert init.zone_of_here().key != name


@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize("cloud", CLOUDS)
def test_every_text_fits_its_schema(kind: str, cloud: str) -> None:
    event, profile = starting(kind, cloud, EVENING).values()
    for what, text in ((schema.schema("event"), event), (schema.schema("profile"), profile)):
        assert list(Draft202012Validator(what).iter_errors(read(text.encode(), "x.yaml").data)) == []


@pytest.mark.parametrize("kind", KINDS)
def test_what_is_commented_out_is_good_too(kind: str) -> None:
    texts = starting(kind, "aws", EVENING)
    text = texts[f"my-{kind}.yaml"]
    head, hints = text.split("of a block:\n#\n")
    opened = head.rpartition("\n")[0] + "\n" + re.sub(r"(?m)^# ", "", hints)
    profile = read_profile(read(opened.encode(), f"my-{kind}.yaml")).model
    assert profile.monitoring.thresholds.silence == 10
    assert profile != load_profile(KINDS[kind].base)


def test_the_next_steps_are_said(tmp_path: Path) -> None:
    text = run(tmp_path).output
    for step in ("eventstack validate", "eventstack plan", "eventstack up --new-foundation"):
        assert step in text


@pytest.mark.parametrize("name", ["a b", "x\ny\x1b[31mz", "it's", "$(id)", "-x"])
def test_the_next_steps_can_be_pasted_whatever_the_folders_name(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, name: str
) -> None:
    monkeypatch.chdir(tmp_path)
    text = run("--", name).output
    assert "\x1b" not in text
    step = next(line.strip() for line in text.splitlines() if "eventstack validate" in line)
    script = f'eventstack() {{ printf "%s\\n" "$@"; }}; {step}'
    told = subprocess.run(["bash", "-c", script], capture_output=True, text=True, check=True).stdout
    where = f"./{name}" if name.startswith("-") else name
    assert told == f"validate\n{where}\n"


@pytest.mark.parametrize("link", [".eventstack", ".eventstack/event.schema.json"])
def test_no_link_out_of_the_folder_is_followed(tmp_path: Path, link: str) -> None:
    folder, outside = tmp_path / "show", tmp_path / "outside"
    (folder / link).parent.mkdir(parents=True)
    outside.mkdir()
    (outside / "mine").write_text("mine")
    (folder / link).symlink_to(outside if link == ".eventstack" else outside / "mine")
    assert isinstance(run(folder).exception, ConfigError)
    assert [path.name for path in outside.iterdir()] == ["mine"]
    assert (outside / "mine").read_text() == "mine"
    assert not (folder / "event.yaml").exists()


def test_a_pipe_in_the_place_of_a_schema_is_refused_unopened(tmp_path: Path) -> None:
    (tmp_path / ".eventstack").mkdir()
    os.mkfifo(tmp_path / ".eventstack" / "event.schema.json")
    assert isinstance(run(tmp_path).exception, ConfigError)


def test_all_is_written_or_nothing(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def full(self: Path, target: Path) -> Path:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(Path, "replace", full)
    folder = tmp_path / "new" / "show"
    assert "No space left" in str(run(folder).exception)
    assert list(tmp_path.iterdir()) == []
