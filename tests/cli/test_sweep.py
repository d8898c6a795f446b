import json
import os
import signal
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path

import msgspec
import pytest
from click.testing import CliRunner, Result

from eventstack.cli.sweep import command as sweep
from eventstack.cli.verbs import publish, slate
from eventstack.deploy import liveness
from eventstack.deploy.journal import Hold, Intent, StackKey
from eventstack.deploy.journal_sqlite import SqliteJournal
from eventstack.deploy.turns import DRIVEN
from eventstack.errors import ConfigError, Refused, Retryable
from eventstack.node import processes
from eventstack.node.launch import shutdown
from eventstack.node.processes import Identity
from eventstack.planning import naming
from eventstack.planning.parts import Parent
from tests.deploy.conftest import a_plan
from tests.node.conftest import Node, soon

NOW = datetime(2026, 11, 22, 18, tzinfo=UTC)
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
    node.client.verb("start")
    path = card(node).rename(node.home / "elsewhere.json")
    (node.home / "state").rename(node.home / "gone")
    answer = CliRunner().invoke(slate, [str(path), "on"])
    assert (answer.exit_code, answer.output) == (0, "talk-20261122t1800: slate on\n")
    (node.home / "gone").rename(node.home / "state")


def test_publishing_before_the_start_is_refused_with_what_to_do(node: Node) -> None:
    node.chain()
    card(node)
    answer = CliRunner().invoke(publish, ["talk"])
    assert isinstance(answer.exception, Refused)
    assert answer.exception.exit_code == 3
    assert "eventstack start talk-20261122t1800" in str(answer.exception)


def test_a_verb_on_a_dead_machine_says_how_it_is_revived(node: Node) -> None:
    card(node)
    supervisor = node.supervisor
    os.kill(supervisor.pid, signal.SIGKILL)
    soon(lambda: not processes.alive(supervisor))
    answer = CliRunner().invoke(slate, ["talk", "on"])
    assert isinstance(answer.exception, Retryable)
    assert "`eventstack recover talk-20261122t1800` starts it again" in str(answer.exception)


def test_an_event_that_is_not_up_is_bad_input_that_names_what_is(node: Node) -> None:
    card(node)
    answer = CliRunner().invoke(publish, ["lecture"])
    assert isinstance(answer.exception, ConfigError)
    assert "talk-20261122t1800" in str(answer.exception)


def known(
    node: Node, *, detail: str = "", layer: str = "event", occurrence: str = "talk-20261122t1800"
) -> tuple[SqliteJournal, StackKey]:
    """What a journal keeps of a stack that was built, for good unless `detail` says else, by a process that is dead."""
    plan = a_plan(occurrence, layer=layer)
    plan = msgspec.structs.replace(plan, build=msgspec.structs.replace(plan.build, cloud="local"))
    (node.home / "state").mkdir(exist_ok=True)
    journal, key = SqliteJournal(node.home / "state" / "journal.sqlite3"), StackKey.of(plan)
    dead = Identity(pid=2**22 - 1, started=1)
    epoch = journal.stack(key).epoch
    intent = Intent(
        id=f"{epoch + 1:04d}-up-{key.stack}",
        key=key,
        occurrence=plan.build.occurrence,
        incarnation=1,
        kind="up",
        build_hash=plan.build_hash,
        host=liveness.host(),
        boot=liveness.boot(),
        caller=dead,
        at=NOW,
        detail=detail,
    )
    assert journal.claim(intent, epoch=epoch, lease_s=1, over_s=1)
    journal.planned(plan)
    journal.created(key, "yes")
    journal.built(key, {})
    journal.finish(intent.id, {"ok": True}, at=NOW)
    return journal, key


def test_what_was_built_to_stand_stands_although_its_builder_is_dead(node: Node) -> None:
    known(node)
    answer = run("--delete")
    assert answer.exit_code == 0, answer.output
    assert "in use" in answer.output
    assert "(stands, `eventstack destroy talk-20261122t1800` removes it)" in answer.output
    assert node.part("origin")["restarts"] == 0


def test_what_stands_is_in_use_on_air_too(node: Node) -> None:
    known(node)
    node.client.part_verb("origin", "publish")
    answer = run("--delete", "--json")
    report = json.loads(answer.output)
    assert (answer.exit_code, report["left"]) == (0, [])
    assert {one["kept"] for one in report["in_use"]} == {"on air"}


def test_a_rehearsals_stack_is_left_when_its_driver_is_dead(node: Node) -> None:
    known(node, detail=DRIVEN)
    assert run().exit_code == 1
    assert "in use" not in run("--delete").output
    assert not node.directory.exists()


def test_what_the_journal_calls_forgotten_is_left(node: Node) -> None:
    journal, key = known(node)
    journal.forgot(key, at=NOW)
    assert run("--delete").exit_code == 0
    assert not node.directory.exists()


def test_a_rehearsals_foundation_stays_while_a_stack_stands_on_it(tmp_path: Path, node: Node) -> None:
    known(node)
    journal, key = known(node, layer="foundation", occurrence="season", detail=DRIVEN)
    child = a_plan("talk-20261122t1800")
    parent = Parent("foundation", key.project, key.stack, 1, {}, "")
    journal.planned(msgspec.structs.replace(child, build=msgspec.structs.replace(child.build, parents=(parent,))))
    below = Node(tmp_path.resolve(), naming.identity_tags("local", "season", 1, "foundation"))
    try:
        answer = run("--delete", "season")
        assert "eventstack-event/talk-20261122t1800-i1 stands on it" in answer.output
        assert below.client.health()
    finally:
        shutdown(below.directory)


def test_a_hold_is_honoured_on_air_unless_a_person_lifts_it_too(node: Node) -> None:
    journal, key = known(node, detail=DRIVEN)
    journal.hold(key, Hold("Grace", "the jury looks at it", NOW))
    node.client.part_verb("origin", "publish")
    answer = run("--delete", *OVERRIDE)
    assert (answer.exit_code, node.part("origin")["restarts"]) == (0, 0)
    assert "(held by Grace: the jury looks at it)" in answer.output
    run("--delete", "--held", *OVERRIDE)
    assert not node.directory.exists()


def test_lifting_a_hold_needs_a_name_and_a_reason(node: Node) -> None:
    assert isinstance(run("--delete", "--held", "--by", "Ada").exception, Refused)


def test_what_stands_and_is_on_air_goes_when_a_person_says_so(node: Node) -> None:
    known(node)
    node.client.part_verb("origin", "publish")
    run("--delete", *OVERRIDE)
    assert not node.directory.exists()


def test_what_only_stands_goes_by_a_persons_word_where_it_is_named(node: Node) -> None:
    known(node)
    assert "in use" in run("--delete", *OVERRIDE).output
    assert node.client.health()
    run("talk-20261122t1800", "--delete", *OVERRIDE)
    assert not node.directory.exists()
