import asyncio
import json
import os
import signal
from types import SimpleNamespace
from typing import Any, cast

import pytest

from eventstack.node import broadcast, processes
from eventstack.node.client import NOT_NOW, Declined, Faltered
from eventstack.node.processes import look, members
from tests.node.conftest import TAGS, Node, soon
from tests.node.dummy import said


def kill(pid: int) -> None:
    os.kill(pid, signal.SIGKILL)


def test_a_part_that_starts_by_itself_is_running_when_its_put_returns(node: Node) -> None:
    outputs = node.origin("sleep")
    part = node.part("origin")
    assert (part["state"], part["wanted"], part["restarts"]) == ("running", "started", 0)
    assert outputs["address"].startswith("http://127.0.0.1:")


def test_a_part_runs_in_a_session_and_a_directory_of_its_own_without_a_foreign_variable(node: Node) -> None:
    node.origin("sleep")
    pid = node.pid("origin")
    seen = look(pid)
    assert seen
    assert seen.session == pid
    assert processes.working_directory(pid) == str(node.directory / "parts" / "origin")
    variables = processes.environment(pid, ["EVENTSTACK_TAG", "EVENTSTACK_OP", "PYTEST_CURRENT_TEST", "PATH"])
    assert variables["EVENTSTACK_TAG"].startswith("local/talk-20261122t1800/1/event/origin/")
    assert set(variables) == {"EVENTSTACK_TAG", "PATH"}


def test_a_killed_part_is_restarted_and_the_restart_counted(node: Node) -> None:
    node.origin("sleep")
    before = node.pid("origin")
    kill(before)
    soon(lambda: node.part("origin")["pid"] not in (before, None) and node.part("origin")["state"] == "running")
    assert node.part("origin")["restarts"] == 1
    assert said(node.directory, "origin") == ["prepare", "launch 0", "launch 1"]


def test_what_a_killed_leader_leaves_of_its_session_is_ended_before_the_restart(node: Node) -> None:
    node.origin("family")
    leader = node.pid("origin")
    soon(lambda: len(members(leader)) == 3)
    kill(leader)
    soon(lambda: node.part("origin")["pid"] not in (leader, None))
    assert members(leader) == []


def test_a_part_that_dies_fast_again_and_again_has_failed_and_says_its_last_words(node: Node) -> None:
    with pytest.raises(Faltered, match="the input is no picture"):
        node.origin("dies")
    part = node.part("origin")
    assert part["state"] == "failed"
    assert "code 3" in part["detail"]


def test_a_failed_part_is_tried_again_with_its_mended_configuration(node: Node) -> None:
    with pytest.raises(Faltered):
        node.origin("dies")
    node.origin("sleep")
    assert node.part("origin")["state"] == "running"


def test_a_part_that_never_becomes_ready_says_so_and_is_left_running(node: Node) -> None:
    with pytest.raises(Faltered, match=r"not ready after 1\.5 s"):
        node.origin("blind")
    assert node.part("origin")["pid"]


def test_a_part_without_a_process_has_no_state_to_wait_for(node: Node) -> None:
    node.origin("none")
    assert node.part("origin")["state"] == "none"


def test_a_put_of_the_same_configuration_changes_nothing(node: Node) -> None:
    first = node.origin("sleep")
    pid = node.pid("origin")
    assert node.origin("sleep") == first
    assert node.pid("origin") == pid
    assert said(node.directory, "origin") == ["prepare", "launch 0"]


def test_a_changed_configuration_restarts_a_started_part_at_the_same_address(node: Node) -> None:
    first = node.origin("sleep")
    pid = node.pid("origin")
    assert node.origin("changed") == first
    assert node.pid("origin") != pid
    assert look(pid) is None


def test_a_deleted_part_leaves_no_process_and_no_directory_and_may_be_deleted_twice(node: Node) -> None:
    node.origin("stubborn")
    leader = node.pid("origin")
    soon(lambda: len(members(leader)) >= 2)
    node.client.delete_part("origin")
    node.client.delete_part("origin")
    assert members(leader) == []
    assert not (node.directory / "parts" / "origin").exists()
    assert node.client.part("origin") is None


def test_start_starts_what_waits_for_it_and_stop_ends_what_feeds_the_publisher(node: Node) -> None:
    node.chain()
    assert {name: part["state"] for name, part in node.client.health()["parts"].items()} == dict.fromkeys(
        ("sender", "packager", "encoder", "publisher"), "stopped"
    )
    node.client.verb("start")
    node.client.verb("start")
    health = node.client.health()
    assert health["started"]
    assert all(part["state"] == "running" for part in health["parts"].values())
    begun = [health["parts"][name]["started"] for name in ("publisher", "packager", "encoder", "sender")]
    assert begun == sorted(begun)
    node.client.verb("publish")
    assert node.client.health()["on_air"]
    node.client.verb("slate", on=True)
    node.client.verb("stop")
    node.client.verb("stop")
    health = node.client.health()
    assert not health["started"]
    assert {name for name, part in health["parts"].items() if part["state"] == "running"} == {"publisher"}
    node.client.verb("unpublish")
    assert not node.client.health()["on_air"]
    assert said(node.directory, "publisher")[2:] == ["publish", "finish", "finish", "unpublish"]
    assert said(node.directory, "encoder")[2:] == ["slate"]


def test_a_publisher_that_is_removed_on_air_finishes_its_programme_first(node: Node) -> None:
    node.chain()
    node.client.verb("start")
    node.client.verb("publish")
    node.client.delete_part("publisher")
    last = (node.home / "data" / "archive" / "publisher-said.txt").read_text().split()
    assert last[-2:] == ["publish", "finish"]
    assert node.client.part("publisher") is None


def test_a_publisher_that_never_started_is_removed_without_a_finish(node: Node) -> None:
    node.chain()
    node.client.delete_part("publisher")
    assert "finish" not in (node.home / "data" / "archive" / "publisher-said.txt").read_text()


def test_a_finish_that_fails_is_logged_and_stops_no_removal(node: Node) -> None:
    node.chain(publisher="unfinishable")
    node.client.verb("start")
    node.client.verb("publish")
    pid = node.pid("publisher")
    node.client.delete_part("publisher")
    assert members(pid) == []
    assert not (node.directory / "parts" / "publisher").exists()
    lines = [json.loads(line) for line in (node.directory / "node.log").read_text().splitlines()]
    faults = [line["error"] for line in lines if line["what"] == "programme not finished"]
    assert faults == ["it would not"]


async def test_a_finish_that_takes_too_long_is_not_waited_for() -> None:
    removed: list[str] = []

    async def hang(*_: object) -> None:
        await asyncio.Event().wait()

    async def delete(name: str) -> None:
        removed.append(name)

    part = SimpleNamespace(name="publisher", wanted="started", kept=SimpleNamespace(kind="publisher"))
    supervisor = SimpleNamespace(parts={"publisher": part}, verb=hang, delete=delete)
    await asyncio.wait_for(broadcast.remove(cast("Any", supervisor), "publisher", finish_s=0.01), 5)
    assert removed == ["publisher"]


def test_nothing_is_published_before_the_start_nor_shown_a_slate(node: Node) -> None:
    node.chain()
    for verb, arguments in (("publish", {}), ("slate", {"on": True})):
        with pytest.raises(Declined, match="start it first") as caught:
            node.client.verb(verb, **arguments)
        assert caught.value.status == NOT_NOW
    assert not node.client.health()["on_air"]


def test_a_start_that_can_never_succeed_says_so_at_once_and_leaves_nothing_started(node: Node) -> None:
    node.chain("hopeless")
    with pytest.raises(Declined, match=r"not started; sender: it can't be had[^$]*plan it again"):
        node.client.verb("start")
    health = node.client.health()
    assert not health["started"]
    assert {part["state"] for part in health["parts"].values()} == {"stopped"}


def test_a_start_that_fails_leaves_nothing_started_and_may_be_tried_again(node: Node) -> None:
    node.chain("dies")
    with pytest.raises(Faltered, match="the input is no picture"):
        node.client.verb("start")
    assert not node.client.health()["started"]
    node.chain("sleep")
    node.client.verb("start")
    assert node.client.health()["started"]


def test_a_start_of_what_runs_takes_nothing_down_when_a_part_fails(node: Node) -> None:
    node.chain()
    node.client.verb("start")
    node.chain("dies")
    with pytest.raises(Faltered, match="started before"):
        node.client.verb("start")
    health = node.client.health()
    assert health["started"]
    assert health["parts"]["encoder"]["state"] == "running"


def test_a_successor_adopts_what_its_killed_predecessor_left_running(node: Node) -> None:
    node.origin("sleep")
    node.chain()
    node.client.verb("start")
    node.client.verb("publish")
    before = {name: node.pid(name) for name in ("origin", "encoder", "publisher")}
    supervisor = node.supervisor
    kill(supervisor.pid)
    soon(lambda: not processes.alive(supervisor))
    assert all(look(pid) for pid in before.values())
    node.launch()
    assert {name: node.pid(name) for name in before} == before
    health = node.client.health()
    assert (health["on_air"], health["started"]) == (True, True)
    kill(before["encoder"])
    soon(lambda: node.part("encoder")["pid"] not in (before["encoder"], None))
    assert node.part("encoder")["state"] in ("starting", "running")


def test_a_successor_restarts_what_died_while_nobody_looked(node: Node) -> None:
    node.origin("family")
    leader = node.pid("origin")
    soon(lambda: len(members(leader)) == 3)
    kill(node.supervisor.pid)
    kill(leader)
    node.launch()
    soon(lambda: node.part("origin")["state"] == "running")
    assert node.pid("origin") != leader
    assert members(leader) == []


def test_a_supervisor_that_is_asked_to_leave_leaves_its_parts_running(node: Node) -> None:
    node.origin("sleep")
    pid = node.pid("origin")
    supervisor = node.supervisor
    os.kill(supervisor.pid, signal.SIGTERM)
    soon(lambda: not processes.alive(supervisor))
    assert look(pid)
    node.launch()
    assert node.pid("origin") == pid


def test_the_state_that_no_one_can_read_any_more_ends_nothing(node: Node) -> None:
    node.origin("sleep")
    pid = node.pid("origin")
    kill(node.supervisor.pid)
    (node.directory / "state.json").write_text("{")
    node.launch()
    assert node.pid("origin") == pid
    assert node.client.health()["on_air"]


def test_thirty_parts_made_at_once_all_run_at_ports_of_their_own(node: Node) -> None:
    from concurrent.futures import ThreadPoolExecutor

    with ThreadPoolExecutor(30) as pool:
        outputs = list(pool.map(lambda number: node.origin("sleep", f"origin-{number}"), range(30)))
    assert len({one["address"] for one in outputs}) == 30
    assert all(part["state"] == "running" for part in node.client.health()["parts"].values())


def test_the_end_of_a_node_ends_every_session(node: Node) -> None:
    node.origin("family")
    node.chain()
    node.client.verb("start")
    pids = [part["pid"] for part in node.client.health()["parts"].values()]
    supervisor = node.supervisor
    node.client.end()
    soon(lambda: not processes.alive(supervisor))
    assert said(node.directory, "publisher")[-1] == "finish"
    assert [members(pid) for pid in pids] == [[]] * 5


def test_tags_of_the_node_are_in_its_health(node: Node) -> None:
    health = node.client.health()
    assert health["tag"].startswith("/".join(TAGS.values()) + "/node/")
    assert health["node"] == node.directory.name
