"""`eventstack diff`: words for people, JSON for programs, revisions of git, and what stands."""

# ruff: noqa: F811 - fixtures of other tests are used by their names

import json
import re
import subprocess
from datetime import UTC
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

import msgspec
import pytest
from click.testing import CliRunner, Result

from eventstack.automation import World
from eventstack.cli.diff import command
from eventstack.cli.diff_display import lines, words
from eventstack.cli.plan import command as plan_command
from eventstack.errors import ConfigError
from eventstack.planning.diff import Change
from eventstack.planning.plan import StackPlan
from tests.automation.conftest import fake, talk  # noqa: F401
from tests.cli.test_plan import aired
from tests.cli.test_stacks import Run, built, run  # noqa: F401
from tests.models.documents import EVENT, PROFILE, bent, write

BERLIN = ZoneInfo("Europe/Berlin")


def diff(*arguments: str | Path) -> Result:
    return CliRunner(env={"EVENTSTACK_OWNER": "local"}).invoke(command, [str(item) for item in arguments])


def two(folder: Path, old: str, new: str) -> tuple[Path, Path]:
    """An event, and the same with some text replaced."""
    return write(folder, "a.yaml", EVENT), write(folder, "b.yaml", bent(EVENT, old, new))


def test_the_same_event_has_no_difference(tmp_path: Path) -> None:
    one, other = two(tmp_path, "cloud: local", "cloud: local")
    result = diff(one, other)
    assert (result.exit_code, result.output) == (0, "no difference\n")


def test_a_moved_event_is_told_on_its_own_clocks(tmp_path: Path) -> None:
    one = write(tmp_path, "a.yaml", EVENT)
    other = write(tmp_path, "b.yaml", EVENT.replace("T18:00", "T18:20").replace("T19:30", "T19:50"))
    result = diff(one, other)
    assert result.exit_code == 1
    assert result.output.splitlines() == [
        "moved 20 minutes later (18:00 → 18:20 Europe/Berlin)",
        "the build changes: `up` would update contribution, encoder, packager",
    ]


def test_a_later_end_rebuilds_nothing(tmp_path: Path) -> None:
    result = diff(*two(tmp_path, "T19:30", "T19:45"))
    assert "ends 15 minutes later (19:30 → 19:45 Europe/Berlin)\n" in result.output
    assert "only the plan changes: nothing is rebuilt" in result.output


def test_rungs_and_rates_are_told_as_they_are_written(tmp_path: Path) -> None:
    more = (
        "cloud: local\noverrides:\n  packaging: {window: 4m}\n  ladder:\n    renditions:\n"
        "      - {size: 640x360, bitrate: 800kbps}\n      - {size: 1280x720, bitrate: 3500kbps}\n"
        "      - {size: 1920x1080, bitrate: 6Mbps}\n"
    )
    text = diff(*two(tmp_path, "cloud: local\n", more)).output
    for line in (
        "ladder: rung 1920x1080 at 6Mbps added",
        "ladder: rung 1280x720 from 3Mbps to 3.5Mbps",
        "packaging: window 2m → 4m",
    ):
        assert line in text.splitlines()


def test_another_region_needs_a_replacement(tmp_path: Path) -> None:
    one = aired(tmp_path, "final")
    moved = bent(one.read_text(), "placement: {within: [EU, CH]}", "region: eu-west-3")
    other = write(tmp_path, "b.yaml", moved)
    text = diff(one, other).output
    assert "region: eu-central-1 → eu-west-3" in text
    assert "replacement needed (region)" in text


def test_another_cloud_does_not_list_every_resource(tmp_path: Path) -> None:
    text = diff(aired(tmp_path, "a", occurrence="final"), aired(tmp_path, "b", "gcp", occurrence="final")).output
    assert "cloud: aws → gcp" in text
    assert "creates:" not in text


def test_an_audience_is_told_with_what_follows_from_it(tmp_path: Path) -> None:
    one = aired(tmp_path, "a", "gcp", occurrence="final")
    other = write(tmp_path, "b.yaml", one.read_text().replace("20000", "2000000").replace("50000", "5000000"))
    (audience, *_) = diff(one, other).output.splitlines()
    assert audience.startswith("audience: expected 20 000 → 2 000 000, peak 50 000 → 5 000 000: packagers 1 → ")
    assert "cost $" in audience


def test_an_audience_that_is_gone_is_told_by_its_numbers(tmp_path: Path) -> None:
    one = aired(tmp_path, "a", "gcp", occurrence="final")
    text = one.read_text()
    audience = next(line for line in text.splitlines() if line.startswith("audience:"))
    other = write(tmp_path, "b.yaml", text.replace(f"{audience}\n", ""))
    (line, *_) = diff(one, other).output.splitlines()
    assert line.startswith("audience removed: expected 20 000, peak 50 000")
    assert "assumption" not in line


def test_what_a_layer_below_carries_asks_for_another(tmp_path: Path) -> None:
    one = aired(tmp_path, "a", occurrence="final")
    other = write(tmp_path, "b.yaml", f"{one.read_text()}overrides: {{cdn: {{domain: live.example.org}}}}\n")
    assert diff(one, other).output.splitlines() == [
        "cdn: domain none → live.example.org",
        "another layer below needed (cdn.domain): an event never updates what it stands on",
    ]
    assert json.loads(diff(one, other, "--json").output)["effect"] == "below"


def test_another_format_rebuilds_nothing(tmp_path: Path) -> None:
    old = (Path(__file__).parents[1] / "planning" / "data" / "format-1.json").read_text()
    plan = StackPlan.from_json(old)
    new = msgspec.structs.replace(plan, build=msgspec.structs.replace(plan.build, format=2))
    files = write(tmp_path, "old.json", old), write(tmp_path, "new.json", new.to_json())
    assert diff(*files).output.splitlines() == [
        "plan: format 1 → 2",
        "only the plan changes: nothing is rebuilt",
    ]


def test_plans_are_compared_as_files_too(tmp_path: Path) -> None:
    one, other = two(tmp_path, "An evening talk", "Another talk")
    shown = CliRunner(env={"EVENTSTACK_OWNER": "local"}).invoke(plan_command, [str(one), "--json"]).output
    kept = write(tmp_path, "plan.json", shown)
    assert diff(kept, one).exit_code == 0
    assert "title: An evening talk → Another talk" in diff(kept, other).output


def test_json_has_the_changes_and_the_words(tmp_path: Path) -> None:
    result = diff(*two(tmp_path, "An evening talk", "Another talk"), "--json")
    told = json.loads(result.output)
    assert result.exit_code == 1
    assert (told["different"], told["effect"], told["updates"]) == (True, "plan-only", [])
    assert told["changes"][0] == {
        "kind": "changed",
        "field": "title",
        "before": "An evening talk",
        "after": "Another talk",
        "effect": "plan-only",
        "part": "title",
        "roles": [],
        "covers": [],
        "text": "title: An evening talk → Another talk",
    }


def test_a_fault_of_either_is_bad_input(tmp_path: Path) -> None:
    one, other = two(tmp_path, "cloud: local", "cloud: moon")
    result = diff(one, other)
    assert isinstance(result.exception, ConfigError)
    assert f"{other}:14:8: cloud: no cloud of that name" in str(result.exception)


def test_one_thing_alone_is_bad_usage(tmp_path: Path) -> None:
    one = write(tmp_path, "a.yaml", EVENT)
    assert diff(one).exit_code == 2
    assert diff(one, one, "--running").exit_code == 2


# Revisions of git


@pytest.fixture
def repository(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A repository with an event and its profile in a folder; both have changed since."""
    for name in ("GIT_DIR", "GIT_WORK_TREE", "GIT_INDEX_FILE"):
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setenv("GIT_CEILING_DIRECTORIES", str(tmp_path.parent))
    top = tmp_path / "season"
    shows = top / "shows"
    shows.mkdir(parents=True)
    write(shows, "wide.yaml", PROFILE)
    write(shows, "talk.yaml", bent(EVENT, "talk-720p25", "wide"))
    who = ("-c", "user.name=A", "-c", "user.email=a@example.org", "-c", "commit.gpgsign=false")
    for verb in (("init", "-q"), ("add", "."), (*who, "commit", "-qm", "Plan a talk")):
        subprocess.run(["git", *verb], cwd=top, check=True, capture_output=True)
    write(shows, "wide.yaml", bent(PROFILE, "window: 60s", "window: 90s"))
    write(shows, "talk.yaml", bent(bent(EVENT, "talk-720p25", "wide"), "An evening talk", "A late talk"))
    monkeypatch.chdir(top)
    return top


def test_a_revision_has_its_own_profiles(repository: Path) -> None:
    result = diff("HEAD:shows/talk.yaml", "shows/talk.yaml")
    assert result.exit_code == 1, result.exception
    assert result.output.splitlines()[:2] == ["packaging: window 1m → 1m 30s", "title: An evening talk → A late talk"]


def test_a_revision_is_told_from_a_folder_inside_too(repository: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(repository / "shows")
    assert diff("HEAD:./talk.yaml", "HEAD:shows/talk.yaml").exit_code == 0


def committed(top: Path) -> None:
    who = ("-c", "user.name=A", "-c", "user.email=a@example.org", "-c", "commit.gpgsign=false")
    for verb in (("add", "."), (*who, "commit", "-qm", "Plan more")):
        subprocess.run(["git", *verb], cwd=top, check=True, capture_output=True)


@pytest.mark.parametrize("cloud", ["aws", "gcp"])  # one shows the image, the other leaves it out
def test_paths_of_a_revision_are_those_of_today(repository: Path, cloud: str) -> None:
    shows = repository / "shows"
    plain = "name: wide\nextends: talk-720p25\n"
    write(shows, "wide.yaml", f"{plain}slate: {{image: file:../cards/slate.png, size: 1280x720}}\n")
    event = aired(shows, "talk", cloud)
    write(shows, "talk.yaml", re.sub(r"profile: .*", "profile: wide", event.read_text()))
    committed(repository)
    result = diff("HEAD:shows/talk.yaml", shows / "talk.yaml")
    assert (result.exit_code, result.output) == (0, "no difference\n"), result.exception
    write(shows, "wide.yaml", plain)
    told = diff("HEAD:shows/talk.yaml", shows / "talk.yaml", "--json").output
    assert str(repository / "cards" / "slate.png") in told
    assert "eventstack-diff-" not in told


def test_links_of_a_revision_are_followed(repository: Path) -> None:
    shows = repository / "shows"
    (repository / "shared").mkdir()
    (shows / "wide.yaml").rename(repository / "shared" / "broad.yaml")
    (shows / "wide.yaml").symlink_to("../shared/broad.yaml")
    (shows / "next.yaml").symlink_to("talk.yaml")
    committed(repository)
    result = diff("HEAD:shows/next.yaml", "shows/talk.yaml")
    assert (result.exit_code, result.output) == (0, "no difference\n"), result.exception


def test_a_link_out_of_the_repository_is_named(repository: Path) -> None:
    (repository / "shows" / "away.yaml").symlink_to("/elsewhere/talk.yaml")
    (repository / "shows" / "broken.yaml").symlink_to("nothing.yaml")
    committed(repository)
    away = diff("HEAD:shows/away.yaml", "shows/talk.yaml").exception
    assert "a link out of the repository, to /elsewhere/talk.yaml" in str(away)
    broken = diff("HEAD:shows/broken.yaml", "shows/talk.yaml").exception
    assert "no shows/broken.yaml at HEAD" in str(broken)


def test_a_repository_without_a_working_tree_has_revisions(repository: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    committed(repository)
    bare = repository.parent / "season.git"
    subprocess.run(["git", "clone", "-q", "--bare", str(repository), str(bare)], check=True, capture_output=True)
    monkeypatch.chdir(bare)
    result = diff("HEAD~1:shows/talk.yaml", "HEAD:shows/talk.yaml")
    assert result.exit_code == 1, result.exception
    assert result.output.splitlines()[:2] == ["packaging: window 1m → 1m 30s", "title: An evening talk → A late talk"]


@pytest.mark.parametrize(
    ("given", "fragment"),
    [
        ("HEAD:talk.yaml", "no talk.yaml at HEAD"),
        ("HEAD:../../../talk.yaml", "no ../../../talk.yaml at HEAD"),
        ("nowhere:shows/talk.yaml", "no revision nowhere"),
    ],
)
def test_what_git_does_not_have_is_named(repository: Path, given: str, fragment: str) -> None:
    result = diff(given, "shows/talk.yaml")
    assert isinstance(result.exception, ConfigError)
    assert fragment in str(result.exception)


def test_outside_of_a_repository_there_are_no_revisions(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("GIT_CEILING_DIRECTORIES", str(tmp_path.parent))
    monkeypatch.chdir(tmp_path)
    result = diff("HEAD:talk.yaml", write(tmp_path, "a.yaml", EVENT))
    assert "not in a repository of git" in str(result.exception)


def test_without_git_it_is_said(repository: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PATH", "/nowhere")
    assert "there is no git" in str(diff("HEAD:shows/talk.yaml", "shows/talk.yaml").exception)


def test_a_fault_of_a_revision_names_the_revision(repository: Path) -> None:
    who = ("-c", "user.name=A", "-c", "user.email=a@example.org", "-c", "commit.gpgsign=false")
    write(repository / "shows", "wide.yaml", bent(PROFILE, "preset: veryfast", "preset: verryfast"))
    subprocess.run(["git", *who, "commit", "-qam", "Slip"], cwd=repository, check=True, capture_output=True)
    text = str(diff("HEAD:shows/talk.yaml", "HEAD~1:shows/talk.yaml").exception)
    assert text.startswith("HEAD:shows/wide.yaml:7:11: ladder.preset")


# What stands


def test_a_file_is_compared_with_what_stands_of_it(run: Run, built: Path) -> None:
    assert run("diff", built, "--running") == (0, "no difference\n", "")
    write(built.parent, built.name, bent(built.read_text(), "An evening talk", "Another talk"))
    code, out, _ = run("diff", built, "--running")
    assert (code, out.splitlines()[0]) == (1, "title: An evening talk → Another talk")
    assert run("diff", "talk", built)[0] == 1


def test_an_event_on_air_is_not_updated(run: Run, built: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(World, "on_air", lambda *_: True)
    write(built.parent, built.name, bent(built.read_text(), "latency: 200ms", "latency: 300ms"))
    code, out, _ = run("diff", built, "--running")
    assert (code, out.splitlines()) == (
        1,
        [
            "contribution: latency 200 ms → 300 ms",
            "the build changes: `up` would update contribution",
            "on air: refused (an event on air is never updated; it can be once it is off air)",
        ],
    )


def test_what_does_not_stand_is_said(run: Run, talk: Path) -> None:
    code, _, err = run("diff", talk, "--running")
    assert (code, "nothing of it stands here" in err) == (2, True)


# Words


@pytest.mark.parametrize(
    ("change", "told"),
    [
        (("changed", "drm.scheme", "cenc", "cbcs", "build.drm.scheme"), "drm: scheme cenc → cbcs"),
        (("changed", "title", "A", "B", "title"), "title: A → B"),
        (("changed", "packaging.formats", ["hls", "dash"], ["hls"], "build.packager.formats"),
         "packaging: formats hls, dash → hls"),
        (("changed", "slate", True, False, "build.encoder.slate"), "slate: yes → no"),
        (("changed", "contribution.latency", 120, 200, "build.contribution.latency_ms"),
         "contribution: latency 120 ms → 200 ms"),
        (("changed", "cost", {"low": 10**6, "high": 10**6}, {"low": 2 * 10**6, "high": 3 * 10**6}, "cost"),
         "cost: $1.00 → $2.00\N{EN DASH}3.00"),
        (("changed", "cost", {"low": 3_861_781_867, "high": 3_861_781_867}, {"low": 387 * 10**7, "high": 387 * 10**7},
          "cost"), "cost: $3 861.78 → $3 870.00"),
        (("changed", "cost", {"low": 387 * 10**7, "high": 387 * 10**7}, {"low": 387 * 10**7, "high": 387 * 10**7 + 1},
          "cost"), "cost: $3 870.00 as before, to the cent"),
        (("changed", "redundancy", 1, 2, "build.paths"), "redundancy: single → two paths"),
        (("changed", "drm.keys", ["content"], ["video", "audio"], "build.drm.labels"), "keys: one → one per label"),
        (("changed", "drm.keys", ["video", "audio"], ["audio"], "build.drm.labels"),
         "keys: one per label (video, audio) → one per label (audio)"),
        (("added", "drm", None, {"scheme": "cenc", "content_id": "x", "labels": ["content"], "speke": None,
                                 "rotation_s": 0}, "build.drm"), "drm added: scheme cenc, keys one"),
        (("added", "contribution.expected", None, {"codec": "", "width": 0, "bitrate": 20_000_000, "channels": -1},
          "build.contribution.expected"), "contribution: expected added: bitrate 20Mbps"),
        (("added", "monitoring.thresholds", None, {"black_s": 3, "stale_s": 0, "low_bitrate": "1/2"}, "build.monitor"),
         "monitoring: thresholds added: black 3s, low bitrate 50%"),
        (("changed", "contribution.passphrase", "env:FEED", "store:feeds/hall-4", "build.contribution.passphrase"),
         "contribution: passphrase env:FEED → store:feeds/hall-4"),
        (("changed", "capacity.headroom", "3/10", "31/100", "viewers.assumptions.headroom.value"),
         "capacity: headroom 30% → 31%"),
        (("changed", "labels.cost_s", "a", "b", "about.labels.cost_s"), "label cost_s a → b"),
        (("added", "labels.cost_s", None, "a", "about.labels.cost_s"), "label cost_s added: a"),
        (("changed", "audio.en.label", "English", "Anglais", "build.encoder.audio.label"),
         "audio track en: label English → Anglais"),
        (("added", "audio.de", None, {"label": "Deutsch", "bitrate": 96_000}, "build.encoder.audio"),
         "audio track de (Deutsch) at 96kbps added"),
        (("changed", "audio.order", ["en", "de"], ["de", "en"], "build.encoder.audio"), "audio: order en, de → de, en"),
        (("removed", "captions.en cea-608", {"label": "en"}, None, "build.encoder.captions"),
         "caption en cea-608 removed"),
        (("changed", "ladder.1280x720.preset", "fast", "slow", "build.encoder.renditions.preset"),
         "ladder: rung 1280x720 preset fast → slow"),
        (("changed", "ladder.preset", "fast", "slow", "build.encoder.renditions.preset"),
         "ladder: every rung preset fast → slow"),
        (("changed", "archive.keep", 0, 30 * 86400, "build.archive.keep_s"), "archive: keep none → 30d"),
        (("changed", "scte35", False, True, "build.encoder.scte35"), "scte35: off → passthrough"),
        (("removed", "left out.placement.within", "EU", None, "left_out"), "left out: placement within removed: EU"),
        (("moved", "window.end", "2026-11-22T18:30:00Z", None, "timeline"),
         "the end is open now (it was 2026-11-22 19:30 Europe/Berlin)"),
        (("moved", "window.start", "2026-11-22T22:30:00Z", "2026-11-23T00:00:00Z", "timeline"),
         "starts 1 hour 30 minutes later (2026-11-22 23:30 → 2026-11-23 01:00 Europe/Berlin)"),
    ],
)  # fmt: skip
def test_a_change_in_words(change: tuple[Any, ...], told: str) -> None:
    kind, field, before, after, part = change
    assert words(Change(kind, field, before, after, "plan-only", part), BERLIN) == told


def test_what_can_not_be_told_to_be_off_air_is_refused() -> None:
    change = Change("changed", "drm.scheme", "cenc", "cbcs", "update", "build.drm.scheme")
    assert "refused until it can" in list(lines([change], UTC, on_air=None))[-1]
