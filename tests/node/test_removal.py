"""A real publisher on a real node, taken away while its programme is on air."""

import os
from pathlib import Path

import msgspec
import pytest

from eventstack.media import recording as form
from eventstack.node import config as configs
from eventstack.node.client import NodeClient
from eventstack.node.launch import launch, shutdown
from eventstack.planning import naming
from tests.node import event
from tests.node.conftest import TAGS, soon
from tests.node.event import Packager


@pytest.mark.parametrize("off_air", [False, True])
@pytest.mark.parametrize("whole_node", [False, True])
def test_a_publisher_that_is_taken_away_without_a_stop_leaves_a_closed_recording(
    tmp_path: Path, off_air: bool, whole_node: bool
) -> None:
    directory = tmp_path / "nodes" / naming.node_directory_name(TAGS)
    client = launch(directory, TAGS, tmp_path / "archive", tmp_path / "seal.key", os.environ)
    try:
        recording = publishing(client, tmp_path)
        if off_air:
            client.verb("unpublish")
        if whole_node:
            shutdown(directory)
        else:
            client.delete_part("publisher")
        assert form.decode((recording / form.FILE).read_bytes()).cells >= 1
        assert (recording / "master.m3u8").is_file()
    finally:
        shutdown(directory)


def publishing(client: NodeClient, home: Path) -> Path:
    """Put a publisher on air with cells recorded; where it records."""
    config = event.publisher(home, epoch=event.soon())
    packager = Packager(home)
    client.put_part(
        "publisher", msgspec.json.decode(configs.encode(config)), naming.role_tags(TAGS, "publisher", "urn")
    )
    packager.make(99)
    client.verb("start")
    soon(lambda: client.health()["parts"]["publisher"]["measured"].get("last_cell") == 99)
    first = client.verb("publish")["measured"]["in"]
    for number in range(100, first + 2):
        packager.make(number)
    recording = Path(config.recording)
    soon((recording / "v1" / f"{first}.m4s").exists)
    return recording
