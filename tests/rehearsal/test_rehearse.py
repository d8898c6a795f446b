import json
import signal

import pytest

from eventstack.node.client import NodeClient

pytestmark = [pytest.mark.chain, pytest.mark.timeout(400)]


def test_a_whole_event_airs_becomes_video_on_demand_and_leaves_nothing(stage):
    run = stage.rehearse("--duration", "20s", "--json")
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


def test_a_clear_event_needs_no_licence(stage):
    run = stage.rehearse("--profile", "talk-720p25", "--duration", "8s")
    assert run.end() == 0, run.said()
    assert run.left() == []


@pytest.mark.parametrize("moment", ["build-parent:", "build:", "start:", "publish: done"])
def test_an_interrupt_at_any_step_ends_with_nothing_left(stage, moment):
    run = stage.rehearse("--duration", "60s")
    run.saying(f" {moment}")
    run.process.send_signal(signal.SIGINT)
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


@pytest.mark.parametrize("pair", [("contribution", "encoder"), ("packager", "origin"), ("edge", "licence")])
def test_a_rehearsal_that_loses_a_part_fails_and_names_the_hop(stage, pair):
    """Two rehearsals at a time: each waits more than it works."""
    runs = {hop: stage.rehearse("--duration", "14s") for hop in pair}
    for hop, run in runs.items():
        run.saying("publish: done")
        layer, kind = PARTS[hop]
        remove(run, layer, kind)
    for hop, run in runs.items():
        assert run.end() == 1, run.said()
        broken = [stretch for stretch in run.as_run()["result"]["broken_hops"] if stretch["on_air"]]
        assert broken
        assert broken[0]["hop"] == hop, run.said()
        assert hop in run.as_run()["result"]["why"]
        assert run.left() == []


def remove(run, layer, kind):
    """Take one part away for good, as its node would."""
    client = NodeClient.of(run.node(layer))
    name = next(name for name, part in client.health()["parts"].items() if part["kind"] == kind)
    client.delete_part(name)
