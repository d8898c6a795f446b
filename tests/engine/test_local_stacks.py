"""Claim: what the program builds on the local cloud stands on real machines, and nothing of it stays."""

import urllib.error
import urllib.request
from collections.abc import Iterator
from pathlib import Path

import psutil
import pytest

from tests.engine.conftest import Bench

pytestmark = [pytest.mark.engine, pytest.mark.chain]


@pytest.fixture
def foundation(tmp_path: Path, engine_path: Path) -> Iterator[Bench]:
    (tmp_path / "foundation").mkdir()
    bench = Bench(tmp_path / "foundation", str(engine_path), {"EVENTSTACK_HOME": str(tmp_path / "home")})
    yield bench
    bench.run("destroy")


@pytest.fixture
def event(tmp_path: Path, engine_path: Path, foundation: Bench) -> Iterator[Bench]:
    (tmp_path / "event").mkdir()
    bench = Bench(tmp_path / "event", str(engine_path), foundation.environment)
    yield bench
    bench.run("destroy")


def of_machines(home: Path) -> dict[psutil.Process, dict[str, str]]:
    """Processes with our marks below a home, and their environments."""
    found = {}
    for process in psutil.process_iter(["environ"]):
        environment = process.info["environ"] or {}
        if environment.get("EVENTSTACK_NODE", "").startswith(str(home)):
            found[process] = environment
    return found


def status(address: str) -> int:
    try:
        with urllib.request.urlopen(address, timeout=5) as answer:
            return int(answer.status)
    except urllib.error.HTTPError as refused:
        return refused.code


def test_an_event_stands_on_its_foundation_and_leaves_only_its_archive(foundation, event, tmp_path):
    home = tmp_path / "home"
    below = foundation.run("up", "foundation")
    previewed = event.run("preview", "event", outputs=below.outputs)
    up = event.run("up", "event", outputs=below.outputs)
    same = event.run("up", "event", outputs=below.outputs)
    changed = event.run("up", "event", outputs=below.outputs, window_s=30)
    assert [run.complaints for run in (below, previewed, up, same, changed)] == [[]] * 5
    assert set(same.ops.values()) == {"same"}
    assert {name for name, op in changed.ops.items() if op == "update"} == {"event-packager-publisher"}
    assert status(up.outputs["hls"]) == 404
    assert up.outputs["kids"].keys() == {"video", "audio"}

    marked = of_machines(home)
    assert len([one for one in marked.values() if one["EVENTSTACK_TAG"].split("/")[4] == "site"]) == 2
    for environment in marked.values():
        assert not [name for name in environment if name.startswith("PULUMI_") or name == "EVENTSTACK_OP"]

    # An event's teardown must not depend on its machine being well.
    for process, environment in marked.items():
        if environment["EVENTSTACK_TAG"].split("/")[3:5] == ["event", "site"]:
            process.kill()
    refreshed, downs = event.run("refresh"), [event.run("destroy"), foundation.run("destroy")]
    assert [run.complaints for run in (refreshed, *downs)] == [[]] * 3
    assert [path.name for path in (home / "data" / "nodes").iterdir()] == []
    assert of_machines(home) == {}
    assert (home / "data" / "archive" / "talk" / "keys.jwe").exists()
