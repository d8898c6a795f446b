import os
import signal
from collections.abc import Iterator
from pathlib import Path

import pytest

from eventstack.clouds.local import answering
from eventstack.node import processes
from eventstack.node.launch import shutdown
from eventstack.planning import naming
from eventstack.planning.plan import StackPlan
from eventstack.settings import Settings
from eventstack.testing import builders
from tests.node.conftest import Node, soon


@pytest.fixture
def settings(tmp_path: Path) -> Settings:
    return Settings.from_environment({"EVENTSTACK_HOME": str(tmp_path.resolve())})


@pytest.fixture
def node(tmp_path: Path) -> Iterator[Node]:
    one = Node(tmp_path.resolve(), naming.identity_tags("local", "talk", 1, "event"))
    yield one
    shutdown(one.directory)


PLAN: StackPlan = builders.plan(owner="local", occurrence="talk", parents=())


def killed(node: Node) -> None:
    supervisor = node.supervisor
    os.kill(supervisor.pid, signal.SIGKILL)
    soon(lambda: not processes.alive(supervisor))


def test_a_machine_that_answers_is_not_silent(settings: Settings, node: Node) -> None:
    assert answering.silent(settings, PLAN) is None


def test_a_killed_supervisor_is_told_and_revived_and_its_parts_go_on(settings: Settings, node: Node) -> None:
    node.origin("sleep")
    part = node.pid("origin")
    killed(node)
    silence = answering.silent(settings, PLAN)
    assert silence
    assert silence.revivable
    assert "does not answer" in silence.text
    node.launch()  # as `revive` does it, with the dummies' table of parts
    assert (answering.silent(settings, PLAN), node.pid("origin")) == (None, part)


def test_a_revived_machine_answers(settings: Settings, node: Node) -> None:
    killed(node)
    answering.revive(settings, PLAN)
    assert answering.silent(settings, PLAN) is None


def test_a_machine_that_is_gone_can_t_be_revived(settings: Settings) -> None:
    silence = answering.silent(settings, PLAN)
    assert silence
    assert not silence.revivable


def test_a_machine_is_stopped_unless_it_was_started(settings: Settings, node: Node) -> None:
    node.chain()
    assert answering.stopped(settings, PLAN)
    node.client.verb("start")
    assert not answering.stopped(settings, PLAN)
    node.client.verb("stop")
    assert answering.stopped(settings, PLAN)


def test_a_machine_that_is_not_there_was_not_stopped(settings: Settings) -> None:
    assert not answering.stopped(settings, PLAN)
