import json
import signal
from pathlib import Path

import pytest

from eventstack.node.client import NodeClient

SMALL = str(Path(__file__).parent / "one-rung-234p25.yaml")

pytestmark = [pytest.mark.chain, pytest.mark.timeout(400)]


@pytest.fixture(scope="module")
def both(module_stage):
    """The encrypted profile and the clear one, one after the other: two ladders are too much for two slow cores."""
    encrypted = module_stage.rehearse("--duration", "14s", "--json")
    encrypted.end()
    return {"encrypted": encrypted, "clear": module_stage.rehearse("--profile", "talk-720p25", "--duration", "8s")}


def test_a_whole_event_airs_becomes_video_on_demand_and_leaves_nothing(both):
    run = both["encrypted"]
    assert run.end() == 0, run.said()
    shown = json.loads(run.out.read_text(encoding="utf-8"))
    assert shown == run.as_run()
    assert shown["result"]["ok"]
    assert [operation["step"] for operation in shown["operations"]] == [
        "build-parent",
        "resolve",
        "build",
        "start",
        "publish",
        "stop",
        "unpublish",
        "verify-recording",
        "destroy",
        "verify-replay",
        "destroy-parent",
    ]
    kinds = [mark["kind"] for mark in shown["programme"]]
    assert kinds.index("on-air") < kinds.index("ended") < kinds.index("off-air")
    assert "gap-begin" not in kinds
    assert shown["result"]["viewer"]["stalls"] == 0
    assert run.left() == []
    archive = next(run.settings.archive.iterdir())
    assert {"keys.jwe", "vod.json", "master.m3u8", "manifest.mpd"} <= {path.name for path in archive.iterdir()}
    evidence = json.loads(next(run.settings.records.glob("*/evidence.json")).read_text(encoding="utf-8"))
    assert all(stack["clean"] for stack in evidence["stacks"])


def test_a_clear_event_needs_no_licence(both):
    run = both["clear"]
    assert run.end() == 0, run.said()
    assert run.left() == []


def test_an_interrupt_at_any_step_ends_with_nothing_left(stage):
    """Four rehearsals at a time, struck one after the other in the order of the steps."""
    moments = ("build-parent: the", "build: its", "start: the", "publish: done")
    runs = {moment: stage.rehearse("--duration", "60s", "--profile", SMALL) for moment in moments}
    for moment, run in runs.items():
        run.saying(moment, 120)
        run.process.send_signal(signal.SIGINT)
    for run in runs.values():
        assert run.end() == 130, run.said()
        assert run.left() == []


PARTS = {
    "contribution": ("event", "sender"),
    "encoder": ("event", "encoder"),
    "packager": ("event", "packager"),
    "origin": ("event", "origin"),
    "edge": ("foundation", "edge"),
    "licence": ("foundation", "keys"),
}


@pytest.mark.parametrize("hops", [("contribution", "encoder"), ("packager", "origin"), ("edge", "licence")])
def test_a_rehearsal_that_loses_a_part_fails_and_names_the_hop(stage, hops):
    """Two rehearsals at a time: each waits more than it works."""
    runs = {hop: stage.rehearse("--duration", "14s", "--profile", SMALL) for hop in hops}
    for hop, run in runs.items():
        run.saying("publish: done", 120)
        remove(run, *PARTS[hop])
    for hop, run in runs.items():
        assert run.end() == 1, run.said()
        broken = [stretch for stretch in run.as_run()["result"]["broken_hops"] if stretch["on_air"]]
        assert broken
        assert broken[0]["hop"] == hop, run.said()
        assert f"{hop} was broken on air" in run.as_run()["result"]["why"]
        assert run.left() == []


def remove(run, layer, kind):
    """Take one part away for good, as its node would."""
    client = NodeClient.of(run.node(layer))
    name = next(name for name, part in client.health()["parts"].items() if part["kind"] == kind)
    client.delete_part(name)
