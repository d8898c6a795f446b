"""The commands on stacks, over a deployer without an engine: what they print, ask and return."""

# ruff: noqa: F811 - fixtures of tests.automation are used by their names

import json
from collections.abc import Callable
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest

from eventstack.automation import Condition, Finding, World
from eventstack.cli import main as frame
from eventstack.deploy.deployer import StackState
from eventstack.errors import Final, Refused, Retryable
from tests.automation.conftest import Booked, Here, fake, talk  # noqa: F401

Run = Callable[..., tuple[int, str, str]]


@pytest.fixture
def run(fake: Booked, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> Run:
    """Types a command; its exit code, standard output and standard error."""
    desk = Here(fake.settings, fake)
    for name in ("deployer", "observe", "on_air", "perform"):
        monkeypatch.setattr(World, name, getattr(desk, name))

    def typed(*words: str | Path) -> tuple[int, str, str]:
        capsys.readouterr()
        code = frame.main([str(word) for word in words])
        shown = capsys.readouterr()
        return code, shown.out, shown.err

    return typed


@pytest.fixture
def built(run: Run, talk: Path) -> Path:
    """An event that stands, on a foundation."""
    assert run("up", "--new-foundation", "season")[0] == 0
    assert run("up", talk)[0] == 0
    return talk


def test_a_preview_shows_the_hash_that_up_takes(run: Run, talk: Path) -> None:
    run("up", "--new-foundation", "season")
    code, out, err = run("preview", talk)
    assert code == 0
    assert out.startswith(f"{talk}: 3 to create, previewed in")
    assert "· create resource-1" in err
    build_hash = out.split("build_hash  ")[1].strip()
    code, out, _ = run("up", talk, "--build-hash", build_hash)
    assert code == 0
    assert out.endswith("(3 create)\n  hls      http://127.0.0.1/talk\n")
    code, _, err = run("up", talk, "--build-hash", "f" * 64)
    assert (code, "rule: what was previewed is what runs" in err) == (3, True)


def test_progress_goes_to_standard_error_and_the_result_to_standard_output(run: Run, talk: Path) -> None:
    run("up", "--new-foundation", "season")
    code, out, err = run("up", talk, "--json")
    outcome = json.loads(out)
    assert (code, outcome["kind"], outcome["ok"], outcome["changes"]) == (0, "up", True, {"create": 3})
    assert "✓ create resource-1 0.0 s" in err


def test_a_status_says_in_words_where_a_stack_is(run: Run, built: Path) -> None:
    code, out, _ = run("status", "talk")
    assert code == 0
    assert out.startswith("eventstack-event/talk-i1: up, 3 resources\n")
    assert "stands on  eventstack-foundation/season-i1" in out
    status = json.loads(run("status", built, "--json")[1])
    assert (status["state"], status["running"], status["observed"]["resources"]) == ("up", None, 3)
    assert status["last"]["began"] == "2026-11-22T18:00:00Z"


def test_a_list_shows_what_stands_and_on_demand_what_is_gone(run: Run, built: Path) -> None:
    assert run("destroy", "talk")[0] == 0
    out = run("list")[1]
    assert "season-i1" in out
    assert "talk-i1" not in out
    assert "gone: removed and forgotten on 2026-11-22 18:00:00 UTC and its evidence is clean" in run("list", "--all")[1]
    assert [one["state"] for one in json.loads(run("list", "--all", "--json")[1])] == ["up", "gone"]


def test_outputs_are_lines_for_people_and_json_for_programs(run: Run, built: Path) -> None:
    assert run("outputs", "talk") == (0, "hls  http://127.0.0.1/talk\n", "")
    assert json.loads(run("outputs", "talk", "--json")[1]) == {"hls": "http://127.0.0.1/talk"}


def test_destroying_twice_is_a_success(run: Run, built: Path) -> None:
    code, out, _ = run("destroy", "talk", "--reason", "over", "--by", "Ada")
    assert (code, out.splitlines()[0]) == (0, "eventstack-event/talk-i1: destroyed, proven gone and forgotten")
    code, out, _ = run("destroy", built)
    assert (code, out.startswith("eventstack-event/talk-i1: nothing to do, gone: removed")) == (0, True)


@pytest.mark.parametrize(
    ("fault", "code", "more"),
    [
        (Final("no engine"), 1, {}),
        (Refused("not now", rule="on air is not touched", override="a person"), 3, {"rule": "on air is not touched"}),
        (Retryable("throttled", after_s=7.0), Retryable.exit_code, {"after_s": 7.0}),
    ],
)
def test_an_error_is_text_an_exit_code_and_with_json_an_object(
    run: Run,
    talk: Path,
    fake: Booked,
    fault: Any,
    code: int,
    more: dict[str, Any],
) -> None:
    run("up", "--new-foundation", "season")
    fake.fail("up", fault)
    ended, out, err = run("up", talk, "--json")
    told = json.loads(out)
    assert (ended, told["ok"], told["error"]) == (code, False, type(fault).__name__)
    assert more.items() <= told.items()
    assert str(fault).splitlines()[0] in err


def test_bad_input_is_exit_code_2_with_every_fault(run: Run, tmp_path: Path) -> None:
    path = tmp_path / "broken.yaml"
    path.write_text("id: A B\n")
    code, out, err = run("up", path, "--json")
    assert code == 2
    assert len(json.loads(out)["faults"]) > 1
    assert f"{path}:1" in err
    assert run("up")[0] == 2
    assert run("up", path, "--new-foundation", "season")[0] == 2


def test_the_latest_operations_logs_are_printed(run: Run, built: Path, fake: Booked) -> None:
    place = fake.settings.state / "stacks" / "eventstack-event" / "talk-i1" / "ops"
    for number, text in ((1, "older"), (2, "newer")):
        folder = place / f"{number:04d}-up-x"
        folder.mkdir(parents=True)
        (folder / "engine.log").write_text(text)
        (folder / "request.json").write_text("{}")
    assert run("logs", "talk") == (0, "== 0002-up-x engine.log\nnewer\n", "")
    assert run("logs", "talk", "--operation", "0001-up-x")[1] == "== 0001-up-x engine.log\nolder\n"
    assert "older" in run("logs", "talk", "--all")[1]
    assert run("logs", "talk", "--operation", "0003-up-x")[0] == 2


def test_a_terminal_is_asked_before_anything_is_destroyed(
    run: Run,
    built: Path,
    fake: Booked,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    asked: list[str] = []

    def left(question: str, **_more: object) -> None:
        asked.append(question)
        raise frame.click.Abort

    monkeypatch.setattr("click.confirm", left)
    monkeypatch.setattr("sys.stdin", SimpleNamespace(isatty=lambda: True))
    assert run("destroy", "talk")[0] == 130, "Ctrl-C at the question"
    assert asked == ["Destroy eventstack-event/talk-i1 (up, 3 resources)?"]
    assert ("destroy", "talk-i1") not in fake.calls
    assert run("destroy", "talk", "--yes")[0] == 0


class Sick:
    """A healer: an `up` was cut off, until it is recovered."""

    def __init__(self) -> None:
        self.well = False

    def diagnose(self, plan: Any) -> Any:
        text = "a create of feed was cut off and may have happened"
        step = None if self.well else "adopt feed from the cloud's inventory"
        finding = Finding("pending-create", "ok" if self.well else "alarm", text, step=step)
        return Condition(plan.build.stack, (finding,))

    def recover(self, plan: Any, *, on_step: Callable[[str], None]) -> Any:
        on_step("adopt feed from the cloud's inventory")
        self.well = True
        return self.diagnose(plan)


@pytest.fixture
def sick(run: Run, built: Path, fake: Booked, monkeypatch: pytest.MonkeyPatch) -> Sick:
    healer = Sick()
    monkeypatch.setattr(fake, "diagnose", healer.diagnose)
    monkeypatch.setattr(fake, "recover", healer.recover)
    return healer


def test_doctor_explains_a_stack_in_words_and_what_recover_would_do(run: Run, sick: Sick) -> None:
    code, out, _ = run("doctor", "talk")
    assert code == 1
    assert out == (
        "talk-i1: not well\n"
        "  ALARM a create of feed was cut off and may have happened\n"
        "        recover would: adopt feed from the cloud's inventory\n"
    )
    assert not sick.well


def test_recover_shows_its_steps_and_performs_them_only_after_a_yes(
    run: Run,
    sick: Sick,
    fake: Booked,
) -> None:
    code, out, _ = run("recover", "talk")
    assert (code, out.splitlines()[-1]) == (1, "Nothing was done: --yes performs the steps.")
    assert not sick.well
    code, out, err = run("recover", "talk", "--yes", "--by", "Ada")
    assert (code, out.splitlines()[-2], err) == (0, "talk-i1: well", "adopt feed from the cloud's inventory\n")
    assert sick.well
    note = json.loads((fake.settings.records / "talk" / "operations.jsonl").read_text().splitlines()[-1])
    assert (note["what"], note["who"], note["ok"]) == ("recover", "Ada", True)


def test_an_unclear_stack_is_said_to_be_unclear(run: Run, built: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(World, "observe", lambda *_: StackState("p", "s", "unknown", detail="the disk is gone"))
    out = run("status", "talk")[1]
    assert "it can't be told what stands: the disk is gone; `eventstack doctor talk` says more" in out
