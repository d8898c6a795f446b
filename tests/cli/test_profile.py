"""`eventstack profile`: which there are, what one says and who wrote it, and for which clouds it is good."""

import json
import re
from pathlib import Path

import pytest
from click.testing import CliRunner, Result
from hypothesis import given
from hypothesis import strategies as st

from eventstack.cli import yaml_display
from eventstack.cli.profile import command
from eventstack.clouds import CLOUDS
from eventstack.errors import ConfigError
from eventstack.models.load import load_profile, profile_names, read_profile, shipped_profiles
from eventstack.models.yaml_reader import read
from tests.models.documents import PROFILE, bent, write

CHILD = "name: mine\ndescription: 'Ours: a talk'\nextends: wide\npackaging:\n  window: 90s\nslate: null\n"


def run(*arguments: str | Path) -> Result:
    return CliRunner(env={"COLUMNS": "120"}).invoke(command, [str(item) for item in arguments])


@pytest.fixture
def here(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A folder with two profiles, to be in."""
    monkeypatch.chdir(tmp_path)
    write(tmp_path, "wide.yaml", PROFILE)
    write(tmp_path, "mine.yaml", CHILD)
    return tmp_path


def test_the_list_has_shipped_ones_bases_and_those_of_this_folder(here: Path) -> None:
    text = run("list").output
    for fragment in (
        "talk-720p25",
        "race-base (base)",
        "shipped",
        "mine.yaml",
        "Ours: a talk",
        "Everything written out",
    ):
        assert fragment in text


def test_the_list_as_json_says_what_is_extended(here: Path) -> None:
    told = {one["name"]: one for one in json.loads(run("list", "--json").output)}
    assert told["mine"] == {
        "name": "mine",
        "description": "Ours: a talk",
        "extends": "wide",
        "base": False,
        "shipped": False,
        "file": "mine.yaml",
    }
    assert (told["race-base"]["base"], told["race-base"]["shipped"]) == (True, True)
    assert set(told) == set(profile_names([here], bases=True))


def test_a_folder_that_is_named_is_looked_into(here: Path, tmp_path: Path) -> None:
    folder = tmp_path / "theirs"
    folder.mkdir()
    write(folder, "theirs.yaml", bent(PROFILE, "name: wide", "name: theirs"))
    assert "theirs" in run("list", "--profile-dir", folder).output
    assert run("show", "theirs", "--profile-dir", folder).exit_code == 0


@pytest.mark.parametrize("name", [*profile_names(), "wide", "mine"])
def test_what_is_shown_is_the_same_profile_again(here: Path, name: str) -> None:
    shown = run("show", name)
    assert shown.exit_code == 0
    again = read_profile(read(shown.output.encode(), f"{name}.yaml")).model
    assert again == load_profile(name, [here])


def test_each_line_says_who_wrote_it(here: Path) -> None:
    text = run("show", "mine", "--origin").output
    told = dict(line.rsplit("  # ", 1) for line in text.splitlines() if "  # " in line)
    by = {line.strip().partition(":")[0]: origin for line, origin in told.items()}
    assert (by["window"], by["preset"], by["container"]) == ("mine.yaml:5", "wide.yaml:7", "default")


def test_a_shipped_profile_is_an_origin_by_its_name(here: Path) -> None:
    write(here, "match.yaml", "name: match\nextends: sports-1080p50\n")
    lines = run("show", "match", "--origin").output.splitlines()
    assert any(re.search(r"frame_rate: 50fps +# shipped sports-1080p50:[0-9]+$", line) for line in lines)
    assert max(map(len, lines)) <= 120
    origins = json.loads(run("show", "match", "--origin", "--json").output)["origins"]
    assert str(shipped_profiles()) in origins["ladder.frame_rate"]


def test_a_rung_says_what_it_takes_from_its_ladder(here: Path) -> None:
    lines = run("show", "mine").output.splitlines()
    at = next(index for index, line in enumerate(lines) if "size: 640x360" in line)
    assert "# not said here: max_bitrate 880kbps, codec avc, profile main" in lines[at + 2]
    assert "level 3.0" in lines[at + 2]


def test_origins_as_json_are_by_field(here: Path) -> None:
    told = json.loads(run("show", "mine", "--origin", "--json").output)
    assert told["profile"]["packaging"]["window"] == "90s"
    assert told["origins"]["packaging.window"] == "mine.yaml:5"
    assert told["origins"]["ladder.renditions.1.size"] == "wide.yaml:11"
    assert told["origins"]["packaging.container"] == "default"


def test_of_a_base_only_what_is_written_is_shown() -> None:
    shown = run("show", "race-base")
    assert shown.output.startswith("name: race-base\nabstract: true\n")
    assert "container" not in shown.output


def test_there_is_no_such_profile(here: Path) -> None:
    result = run("show", "talk-720p")
    assert isinstance(result.exception, ConfigError)
    assert "did you mean talk-720p25?" in str(result.exception)


def test_lint_says_for_each_cloud_whether_it_resolves(here: Path) -> None:
    result = run("lint", "sports-1080p50", "mine.yaml")
    assert result.exit_code == 0
    assert "  aws    resolves" in result.output
    assert "  azure  scte35: azure offers no markers 'scte35'" in result.output
    told = json.loads(run("lint", "audio-only", "--json").output)
    (only,) = told["profiles"]
    assert set(only["clouds"]) == set(CLOUDS)
    assert (only["clouds"]["azure"]["resolves"], only["clouds"]["local"]["resolves"]) == (True, False)


def test_a_note_is_no_error(here: Path) -> None:
    result = run("lint", "premium-drm-1080p50")
    assert result.exit_code == 0
    assert "note: drm.systems[2]" in result.output


def test_what_no_cloud_carries_is_an_error_that_says_so(here: Path) -> None:
    write(here, "quiet.yaml", "name: quiet\nextends: audio-only\ndrm: { systems: [widevine] }\n")
    result = run("lint", "quiet")
    assert result.exit_code == 2
    assert "quiet: faults" in result.output
    assert "quiet.yaml:1:7: name: no cloud carries it" in result.output
    assert json.loads(run("lint", "quiet", "--json").output)["ok"] is False


def test_an_error_is_one_and_has_its_place(here: Path) -> None:
    write(here, "wide.yaml", bent(PROFILE, "preset: veryfast", "preset: verryfast"))
    result = run("lint", "mine", "talk-720p25", "nobody")
    assert result.exit_code == 2
    assert "wide.yaml:7:11: ladder.preset" in result.output
    assert "mine: faults" in result.output
    assert "talk-720p25: ok" in result.output
    assert "no profile of that name" in result.output


def test_a_base_is_checked_as_far_as_it_goes() -> None:
    result = run("lint", "race-base")
    assert (result.exit_code, result.output) == (0, "race-base: ok (a base)\n")


words = st.text(st.characters(exclude_categories=["Cs", "Cc", "Co", "Cn"]), max_size=12)
scalars = st.none() | st.booleans() | st.integers(-(10**6), 10**6) | words
names = st.from_regex(r"[a-z]{1,8}", fullmatch=True)
values = st.recursive(
    scalars | st.lists(scalars, max_size=3),
    lambda inner: (
        st.lists(st.dictionaries(names, inner, min_size=1, max_size=2), min_size=1, max_size=2)
        | st.dictionaries(names, inner, max_size=3)
    ),
    max_leaves=12,
)


@given(st.dictionaries(names, values, min_size=1, max_size=4))
def test_lines_of_yaml_are_read_as_what_they_say(data: dict[str, object]) -> None:
    text = "".join(f"{line.text}\n" for line in yaml_display.lines(data))
    assert read(text.encode(), "shown.yaml").data == data


def test_a_secret_in_a_profile_is_not_shown(here: Path) -> None:
    text = bent(PROFILE, "description: Everything written out", "description: 'passphrase: hunter2'")
    text = bent(text, "scheme: cenc", "key_source: speke\n  speke: {url: 'https://keys.example/token/hunter2'}")
    write(here, "wide.yaml", bent(text, "[clearkey]", "[widevine]"))
    for arguments in (("show", "wide"), ("show", "wide", "--json"), ("list",), ("list", "--json")):
        result = run(*arguments)
        assert result.exit_code == 0
        assert "hunter2" not in result.output


def test_a_base_with_faults_is_refused_and_not_shown(here: Path) -> None:
    base = "name: base\nabstract: true\ndrm: {key_source: speke, speke: {url: 'https://u:hunter2@h/?token=hunter2'}}\n"
    write(here, "base.yaml", base)
    result = run("show", "base")
    assert isinstance(result.exception, ConfigError)
    assert "hunter2" not in result.output + repr(result.exception.faults)


def test_a_line_of_yaml_has_nothing_that_a_terminal_obeys() -> None:
    text = yaml_display.scalar("a\x9b\u2028\u200d\U000e0001")
    assert text.isprintable()
    assert read(f"a: {text}".encode(), "f").data["a"] == "a\x9b\u2028\u200d\U000e0001"
