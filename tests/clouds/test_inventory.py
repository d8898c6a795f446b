import os
import signal
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from eventstack.clouds.local.inventory import inventory, remove
from eventstack.errors import DeployError
from eventstack.node import processes
from eventstack.node.launch import shutdown
from eventstack.node.processes import Identity
from eventstack.planning import naming
from eventstack.planning.found import Found
from eventstack.settings import Settings
from tests.node.conftest import Node, soon


@pytest.fixture
def node(tmp_path: Path) -> Iterator[Node]:
    one = Node(tmp_path.resolve())
    yield one
    shutdown(one.directory)


@pytest.fixture
def foundation(node: Node) -> Iterator[Node]:
    """The machine of the event's foundation, with a part of its own and one of the event's on it."""
    one = Node(node.home, naming.identity_tags("local", "site", 1, "foundation"))
    one.put("edge", {"type": "origin", "root": "sleep"})
    one.put("talk-key", {"type": "origin", "root": "sleep"}, node.tags)
    yield one
    shutdown(one.directory)


def settings(node: Node) -> Settings:
    return Settings(cache=node.home / "cache", state=node.home / "state", data=node.home / "data")


def of_part(node: Node, name: str) -> list[Found]:
    return [one for one in inventory(settings(node), role=name) if one.kind == "process"]


def pids(things: list[Found]) -> set[int]:
    return {int(one.identity.split(":")[1].split("@")[0]) for one in things if one.identity.startswith("process:")}


def test_a_machine_that_never_had_a_node_shows_nothing(tmp_path: Path) -> None:
    assert inventory(Settings(cache=tmp_path, state=tmp_path, data=tmp_path / "data")) == []


def test_supervisor_part_and_directories_are_found_in_the_order_of_their_removal(node: Node) -> None:
    node.origin("sleep")
    things = inventory(settings(node))
    assert [one.kind for one in things] == ["supervisor", "process", "part", "node"]
    assert "/tcp" in things[0].detail
    assert set(things[1].marks) == {"ledger", "environment", "working directory", "open file"}
    assert things[1].tag["eventstack-role"] == "origin"


def test_a_part_is_found_with_the_ledger_deleted(node: Node) -> None:
    node.origin("sleep")
    (node.directory / "ledger.jsonl").unlink()
    assert pids(of_part(node, "origin")) == {node.pid("origin")}


def test_a_part_is_found_by_the_ledger_alone(node: Node) -> None:
    node.origin("elsewhere")
    pid = node.pid("origin")
    soon(lambda: processes.working_directory(pid) == "/")
    (thing,) = of_part(node, "origin")
    assert "ledger" in thing.marks
    assert "environment" not in thing.marks


def test_a_part_without_environment_and_its_worker_are_found_by_where_they_work(node: Node) -> None:
    node.origin("nameless")
    leader = node.pid("origin")
    soon(lambda: len(processes.members(leader)) == 2)
    soon(lambda: processes.environment(leader, ["EVENTSTACK_TAG"]) == {})
    (node.directory / "ledger.jsonl").unlink()
    assert pids(of_part(node, "origin")) == {seen.identity.pid for seen in processes.members(leader)}


def test_a_part_that_works_elsewhere_is_found_by_what_it_holds_open(node: Node) -> None:
    node.origin("elsewhere")
    pid = node.pid("origin")
    soon(lambda: processes.working_directory(pid) == "/")
    (node.directory / "ledger.jsonl").unlink()
    (thing,) = of_part(node, "origin")
    assert thing.marks == ("open file",)


def test_parts_of_a_dead_supervisor_are_found(node: Node) -> None:
    node.origin("sleep")
    pid = node.pid("origin")
    supervisor = node.supervisor
    os.kill(supervisor.pid, signal.SIGKILL)
    soon(lambda: not processes.alive(supervisor))
    assert pids(inventory(settings(node))) == {pid}


def test_somebody_who_only_looks_into_the_directory_is_left_alone(node: Node) -> None:
    node.origin("sleep")
    with (node.directory / "node.log").open() as log:
        visitor = subprocess.Popen(["sleep", "60"], stdin=log, cwd=node.directory)
        try:
            assert visitor.pid not in pids(inventory(settings(node)))
        finally:
            visitor.kill()
            visitor.wait()


ORPHAN = """
import os, sys
if os.fork() == 0:
    os.chdir(sys.argv[1])
    os.set_inheritable(os.open("node.log", getattr(os, sys.argv[2])), True)
    print(os.getpid(), flush=True)
    os.execvpe("sleep", ["sleep", "60"], {"PATH": os.environ["PATH"]})
"""


def orphan(node: Node, mode: str) -> processes.Identity:
    """A process without marks in its environment whose session leader is gone."""
    command = [sys.executable, "-c", ORPHAN, str(node.directory), mode]
    with subprocess.Popen(command, stdout=subprocess.PIPE, start_new_session=True, text=True) as leader:
        assert leader.stdout
        pid = int(leader.stdout.readline())
    seen = processes.look(pid)
    assert seen
    return seen.identity


def test_somebody_whose_session_leader_is_gone_and_who_only_reads_is_left_alone(node: Node) -> None:
    visitor = orphan(node, "O_RDONLY")
    try:
        assert visitor.pid not in pids(inventory(settings(node)))
    finally:
        processes.end(visitor)


def test_a_worker_whose_leader_is_gone_is_found_by_what_it_writes(node: Node) -> None:
    worker = orphan(node, "O_WRONLY")
    try:
        assert worker.pid in pids(inventory(settings(node)))
    finally:
        processes.end(worker)


def test_an_installation_of_the_same_owner_elsewhere_is_none_of_ours(node: Node, tmp_path: Path) -> None:
    node.origin("sleep")
    other = Settings(cache=tmp_path / "o", state=tmp_path / "o", data=tmp_path / "o" / "data")
    (tmp_path / "o" / "data" / "nodes").mkdir(parents=True)
    assert inventory(other) == []


def test_the_inventory_is_narrowed_by_tags(node: Node) -> None:
    node.origin("sleep")
    found = settings(node)
    assert len(inventory(found, occurrence="talk-20261122t1800", incarnation=1, layer="event")) == 4
    assert inventory(found, incarnation=2) == []
    assert inventory(found, owner="somebody") == []


def test_everything_is_removed_by_identity_in_the_order_of_the_inventory(node: Node) -> None:
    node.origin("family")
    node.origin("nameless", "bare")
    for thing in inventory(settings(node)):
        remove(thing)
    assert inventory(settings(node)) == []
    assert not node.directory.exists()


def test_a_part_of_a_living_node_is_removed_and_does_not_come_back(node: Node) -> None:
    node.origin("sleep")
    pid = node.pid("origin")
    (part,) = (one for one in inventory(settings(node), role="origin") if one.kind == "part")
    remove(part)
    assert processes.look(pid) is None
    assert node.client.health()["parts"] == {}


def test_a_directory_in_use_is_not_removed(node: Node) -> None:
    (thing,) = (one for one in inventory(settings(node)) if one.kind == "node")
    with pytest.raises(DeployError, match="still used"):
        remove(thing)
    assert node.client.health()


def test_a_process_that_took_over_the_pid_is_never_killed(node: Node) -> None:
    node.origin("sleep")
    (thing,) = of_part(node, "origin")
    kind, identity, directory = thing.identity.split(":")
    wrong = Identity(Identity.parse(identity).pid, Identity.parse(identity).started - 1)
    remove(Found("process", f"{kind}:{wrong}:{directory}", thing.tag))
    assert node.pid("origin") == wrong.pid


def test_on_air_is_what_the_node_wrote_down_and_what_can_not_be_read(node: Node) -> None:
    node.origin("sleep")
    found = settings(node)
    assert not any(one.on_air for one in inventory(found))
    node.client.part_verb("origin", "publish")
    assert all(one.on_air for one in inventory(found))
    node.client.part_verb("origin", "unpublish")
    (node.directory / "state.json").write_text("torn {")
    assert all(one.on_air for one in inventory(found))


def test_what_an_event_on_air_has_on_another_machine_is_on_air_with_all_that_carries_it(
    node: Node, foundation: Node
) -> None:
    node.origin("sleep")
    assert not any(one.on_air for one in inventory(settings(node)))
    node.client.part_verb("origin", "publish")
    assert {one.detail for one in inventory(settings(node)) if not one.on_air} == set()
    assert {one.kind for one in inventory(settings(node), layer="foundation")} == {
        "supervisor",
        "process",
        "part",
        "node",
    }
    assert len(pids(inventory(settings(foundation), occurrence="talk-20261122t1800"))) == 3


def test_a_guest_that_is_off_air_does_not_air_with_its_neighbour(node: Node, foundation: Node) -> None:
    other = naming.identity_tags("local", "lecture-20261122t1800", 1, "event")
    foundation.put("lecture-key", {"type": "origin", "root": "sleep"}, other)
    foundation.client.part_verb("lecture-key", "publish")
    assert not any(one.on_air for one in inventory(settings(node), occurrence="talk-20261122t1800"))
    assert all(one.on_air for one in inventory(settings(node), layer="foundation"))
    assert all(one.on_air for one in inventory(settings(node), occurrence="lecture-20261122t1800"))
