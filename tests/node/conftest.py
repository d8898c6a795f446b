"""A node of dummies for each test, ended whatever the test did to it."""

import os
import sys
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

from eventstack.node import processes
from eventstack.node.client import NodeClient
from eventstack.node.launch import launch, shutdown
from eventstack.planning import naming
from tests.node import dummy

TAGS = naming.identity_tags("local", "talk-20261122t1800", 1, "event")
COMMAND = (sys.executable, dummy.__file__)


class Node:
    """A node of dummies, with short words for what tests do."""

    def __init__(self, home: Path, tags: dict[str, str] = TAGS) -> None:
        self.home = home
        self.tags = tags
        self.directory = home / "data" / "nodes" / naming.node_directory_name(tags)
        self.client = self.launch()

    def launch(self, **environ: str) -> NodeClient:
        self.client = launch(
            self.directory,
            self.tags,
            self.home / "data" / "archive",
            self.home / "state" / "seal.key",
            {**os.environ, **environ},
            command=COMMAND,
        )
        return self.client

    def put(self, name: str, config: dict[str, Any], tags: dict[str, str] | None = None) -> dict[str, Any]:
        return self.client.put_part(name, config, naming.role_tags(tags or self.tags, name, f"urn:{name}"))

    def origin(self, what: str, name: str = "origin") -> dict[str, Any]:
        return self.put(name, {"type": "origin", "root": what})

    def chain(self, sender: str = "sleep", publisher: str = "sleep") -> None:
        segment = {"duration": "48/25", "timescale": 90000, "ticks": 172800}
        epoch = "2026-11-22T18:00:00Z"
        source = {"kind": "synthetic"}
        self.put(
            "sender", {"type": "sender", "ingest": sender, "passphrase_file": "", "latency_ms": 120, "source": source}
        )
        self.put("packager", {"type": "packager", "stream": "sleep", "segment": segment, "tracks": []})
        encoder = {"feed": "sleep", "epoch": epoch, "segment": segment, "renditions": [], "audio": [], "slate": True}
        self.put("encoder", {"type": "encoder", **encoder})
        publishing = {
            "occurrence": "talk-20261122t1800",
            "packager_directory": publisher,
            "recording": "",
            "epoch": epoch,
            "segment": segment,
            "tracks": [],
            "window_s": 60,
            "hls": True,
            "dash": True,
            "vod": True,
        }
        self.put("publisher", {"type": "publisher", **publishing})

    def part(self, name: str) -> dict[str, Any]:
        part: dict[str, Any] = self.client.health()["parts"][name]
        return part

    def pid(self, name: str) -> int:
        pid = self.part(name)["pid"]
        assert isinstance(pid, int)
        return pid

    @property
    def supervisor(self) -> processes.Identity:
        for seen in processes.everything():
            if processes.working_directory(seen.identity.pid) == str(self.directory):
                return seen.identity
        raise AssertionError("no supervisor")


def soon(condition: Callable[[], bool], deadline_s: float = 10.0) -> None:
    assert processes.wait_until(condition, deadline_s), "it did not come true in time"


@pytest.fixture
def node(tmp_path: Path) -> Iterator[Node]:
    one = Node(tmp_path.resolve())
    yield one
    shutdown(one.directory)


@pytest.fixture(scope="module")
def shared(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Node]:
    """One node with one part, for tests that change nothing."""
    one = Node(tmp_path_factory.mktemp("shared").resolve())
    one.origin("none")
    yield one
    shutdown(one.directory)
