import http.client
import os
import signal
import subprocess
import sys
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest

from eventstack.errors import Refused, Retryable
from eventstack.node import processes
from eventstack.node.client import Declined, Faltered, NodeClient
from eventstack.node.launch import launch, left, shutdown
from eventstack.node.supervisor import clean_environment
from tests.node.conftest import COMMAND, TAGS, Node


def status(node: Node, authorization: str | None) -> int:
    connection = http.client.HTTPConnection(node.client.address.removeprefix("http://"), timeout=5)
    connection.request("GET", "/v1/health", headers={"Authorization": authorization} if authorization else {})
    answer = connection.getresponse()
    answer.read()
    connection.close()
    return answer.status


@pytest.mark.parametrize("authorization", [None, "Bearer", "Bearer wrong", "Basic d3Jvbmc6d3Jvbmc=", "Bearer ü"])
def test_a_stranger_is_refused(shared: Node, authorization: str | None) -> None:
    if authorization and not authorization.isascii():
        authorization = authorization.encode().decode("latin-1")
    assert status(shared, authorization) == 401


def test_a_parts_own_token_opens_its_verbs_and_nothing_else(node: Node) -> None:
    node.origin("none")
    node.origin("none", "other")
    token = (node.directory / "parts" / "origin" / "token").read_text()
    client = NodeClient(node.client.address, token)
    assert client.part_verb("origin", "publish") == {"verb": "publish"}
    for forbidden in (
        client.health,
        lambda: client.part_verb("other", "publish"),
        lambda: client.delete_part("origin"),
    ):
        with pytest.raises(Declined) as caught:
            forbidden()
        assert caught.value.status == 401


def test_a_part_that_publishes_on_its_own_puts_its_node_on_air(node: Node) -> None:
    node.origin("none")
    node.client.part_verb("origin", "publish")
    assert node.client.health()["on_air"]
    node.client.part_verb("origin", "unpublish")
    assert not node.client.health()["on_air"]


@pytest.mark.parametrize(
    ("ask", "code"),
    [
        (lambda client: client.part_verb("origin", "dance"), 404),
        (lambda client: client.part_verb("nobody", "publish"), 404),
        (lambda client: client.verb("dance"), 404),
        (lambda client: client.verb("slate"), 400),
        (lambda client: client.verb("publish"), 409),
        (lambda client: client.put_part("UPPER", {"type": "origin", "root": "none"}, TAGS), 400),
        (lambda client: client.put_part("x", {"type": "origin"}, TAGS), 400),
        (lambda client: client.put_part("x", {"type": "no-such"}, TAGS), 400),
        (lambda client: client.put_part("x", {"type": "keys"}, TAGS), 400),
        (lambda client: client.put_part("x", {"type": "origin", "root": "none"}, TAGS, {"../x": "y"}), 400),
        (lambda client: client.request("PUT", "/v1/parts/x", {"wrong": 1}), 400),
        (lambda client: client.request("GET", "/v1/nowhere"), 404),
    ],
)
def test_a_wrong_request_is_declined_with_its_status(shared: Node, ask: object, code: int) -> None:
    assert callable(ask)
    with pytest.raises(Declined) as caught:
        ask(shared.client)
    assert caught.value.status == code


def test_a_verb_that_fails_may_be_tried_again(shared: Node) -> None:
    with pytest.raises(Faltered, match="it would not"):
        shared.client.part_verb("origin", "fail")


def test_a_secret_that_a_configuration_refers_to_becomes_a_private_file(node: Node) -> None:
    config = {"type": "origin", "root": "none"}
    node.client.put_part("origin", config, TAGS, {"passphrase": "only for us"})
    file = node.directory / "parts" / "origin" / "passphrase"
    assert (file.read_text(), file.stat().st_mode & 0o777) == ("only for us", 0o600)
    assert "only for us" not in str(node.client.part("origin"))


def test_everything_of_a_node_is_private(node: Node) -> None:
    node.origin("sleep")
    paths = [node.directory, *node.directory.rglob("*")]
    assert [path for path in paths if path.stat().st_mode & 0o077] == []
    assert (node.home / "state" / "seal.key").stat().st_mode & 0o777 == 0o600


def test_a_node_that_is_gone_is_an_error_worth_another_try(tmp_path: Path) -> None:
    with pytest.raises(Retryable):
        NodeClient.of(tmp_path)
    with pytest.raises(Retryable, match="does not answer"):
        NodeClient("http://127.0.0.1:1", "token").health()


def test_a_second_supervisor_of_one_directory_leaves_with_a_clear_message(shared: Node) -> None:
    environment = clean_environment(os.environ)
    argv = [*COMMAND, str(shared.directory)]
    second = subprocess.run(argv, env=environment, capture_output=True, text=True, timeout=20, check=False)
    assert second.returncode == 1
    assert "another supervisor already looks after" in second.stderr
    assert shared.client.health()["node"] == shared.directory.name


def test_a_launch_of_a_running_node_is_its_client(shared: Node) -> None:
    supervisor = shared.supervisor
    first = shared.client.address
    assert shared.launch().address == first
    assert shared.supervisor == supervisor


def test_a_supervisor_knows_nothing_of_the_operation_that_started_it(node: Node) -> None:
    os.kill(node.supervisor.pid, signal.SIGKILL)
    node.launch(EVENTSTACK_OP="an operation", PULUMI_CONFIG_PASSPHRASE="planted")
    assert processes.environment(node.supervisor.pid, ["EVENTSTACK_OP", "PULUMI_CONFIG_PASSPHRASE", "HTTP_PROXY"]) == {}


def test_a_directory_of_another_node_is_refused(node: Node) -> None:
    other = {**TAGS, "eventstack-incarnation": "2"}
    with pytest.raises(Refused, match="another node"):
        launch(node.directory, other, node.home / "archive", node.home / "seal.key", os.environ, command=COMMAND)


def test_a_node_that_does_not_come_up_says_the_end_of_its_log(tmp_path: Path) -> None:
    command = (sys.executable, "-c", "raise SystemExit('no such luck')")
    with pytest.raises(Retryable, match="no such luck"):
        launch(tmp_path / "node", TAGS, tmp_path / "archive", tmp_path / "seal.key", os.environ, command=command)


def test_a_shutdown_ends_a_node_whose_supervisor_is_dead_and_may_be_repeated(node: Node) -> None:
    node.origin("family")
    node.origin("nameless", "bare")
    os.kill(node.supervisor.pid, signal.SIGKILL)
    shutdown(node.directory)
    shutdown(node.directory)
    assert left(node.directory) == []
    assert not node.directory.exists()


def test_two_who_launch_a_node_at_once_get_the_same_one(tmp_path: Path) -> None:
    home = tmp_path.resolve()
    with ThreadPoolExecutor(2) as pool:
        first, second = pool.map(Node, (home, home))
    assert first.client.address == second.client.address
    shutdown(first.directory)
