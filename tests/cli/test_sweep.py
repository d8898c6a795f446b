import json
import os
import signal
from collections.abc import Iterator
from pathlib import Path

import pytest
from click.testing import CliRunner, Result

from eventstack.cli.sweep import command as sweep
from eventstack.cli.verbs import publish, slate
from eventstack.errors import ConfigError, Refused
from eventstack.node import processes
from eventstack.node.launch import shutdown
from tests.node.conftest import Node, soon

OVERRIDE = ["--on-air", "--by", "Ada", "--reason", "a drill"]


@pytest.fixture
def node(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Node]:
    monkeypatch.setenv("EVENTSTACK_HOME", str(tmp_path.resolve()))
    monkeypatch.setenv("EVENTSTACK_OWNER", "local")
    one = Node(tmp_path.resolve())
    one.origin("sleep")
    yield one
    shutdown(one.directory)


def run(*arguments: str) -> Result:
    return CliRunner().invoke(sweep, list(arguments))


def test_nothing_left_is_exit_code_0(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("EVENTSTACK_HOME", str(tmp_path))
    answer = run()
    assert (answer.exit_code, answer.output) == (0, "Nothing is left.\n")


def test_a_sweep_lists_and_touches_nothing(node: Node) -> None:
    answer = run("--json")
    assert answer.exit_code == 1
    assert [one["kind"] for one in json.loads(answer.output)["left"]] == ["supervisor", "process", "part", "node"]
    assert node.part("origin")["restarts"] == 0


def test_a_sweep_that_may_delete_leaves_nothing(node: Node) -> None:
    os.kill(node.supervisor.pid, signal.SIGKILL)
    answer = run("--delete")
    assert answer.exit_code == 0, answer.output
    assert answer.output.endswith("Nothing is left.\n")
    assert not node.directory.exists()
    assert run().exit_code == 0


def test_another_occurrence_is_left_alone(node: Node) -> None:
    assert run("--delete", "another-20261122t1800").exit_code == 0
    assert node.part("origin")["restarts"] == 0


def test_what_is_on_air_stays_although_its_supervisor_is_dead(node: Node) -> None:
    node.client.part_verb("origin", "publish")
    pid = node.pid("origin")
    supervisor = node.supervisor
    os.kill(supervisor.pid, signal.SIGKILL)
    soon(lambda: not processes.alive(supervisor))
    answer = run("--delete")
    assert answer.exit_code == 1
    assert "on air" in answer.output
    assert processes.look(pid)


def test_what_is_on_air_goes_when_a_person_says_so_with_a_reason_that_is_kept(node: Node) -> None:
    node.client.part_verb("origin", "publish")
    assert run("--delete", *OVERRIDE).exit_code == 0
    line = json.loads((node.home / "data" / "records" / "talk-20261122t1800" / "operations.jsonl").read_text())
    assert (line["what"], line["who"], line["why"]) == ("sweep", "Ada", "a drill")


def test_the_word_of_a_person_needs_a_name_and_a_reason(node: Node) -> None:
    answer = run("--delete", "--on-air", "--by", "Ada")
    assert isinstance(answer.exception, Refused)
    assert node.client.health()


def card(node: Node) -> Path:
    path = node.home / "state" / "cards" / "talk-20261122t1800.json"
    path.parent.mkdir(parents=True)
    token = (node.directory / "token").read_text()
    entry = {
        "entry_control": f"{node.client.address}/v1/parts/origin",
        "entry_token": (node.directory / "parts" / "origin" / "token").read_text(),
    }
    content = {"format": 1, "occurrence": "talk-20261122t1800", "cloud": "local", "control": node.client.address}
    path.write_text(json.dumps({**content, "control_token": token, **entry}))
    return path


def test_a_verb_finds_the_card_by_the_events_id_and_leaves_a_line_in_the_records(node: Node) -> None:
    node.chain()
    node.client.verb("start")
    card(node)
    answer = CliRunner().invoke(publish, ["talk", "--by", "Ada", "--reason", "it is time", "--json"])
    assert answer.exit_code == 0, answer.output
    assert json.loads(answer.output)["ok"]
    assert node.client.health()["on_air"]
    line = json.loads((node.home / "data" / "records" / "talk-20261122t1800" / "operations.jsonl").read_text())
    assert (line["what"], line["who"], line["why"], line["ok"]) == ("publish", "Ada", "it is time", True)


def test_a_verb_works_by_the_path_of_a_card_with_everything_else_moved_away(node: Node) -> None:
    node.chain()
    path = card(node).rename(node.home / "elsewhere.json")
    (node.home / "state").rename(node.home / "gone")
    answer = CliRunner().invoke(slate, [str(path), "on"])
    assert (answer.exit_code, answer.output) == (0, "talk-20261122t1800: slate on\n")
    (node.home / "gone").rename(node.home / "state")


def test_an_event_that_is_not_up_is_bad_input_that_names_what_is(node: Node) -> None:
    card(node)
    answer = CliRunner().invoke(publish, ["lecture"])
    assert isinstance(answer.exception, ConfigError)
    assert "talk-20261122t1800" in str(answer.exception)
