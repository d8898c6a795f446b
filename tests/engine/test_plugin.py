import json
import signal
import subprocess
import threading
import time
from collections.abc import Callable
from pathlib import Path

import psutil
import pytest

from eventstack.planning import naming
from tests.engine.conftest import Bench
from tests.engine.programs import TAGS

pytestmark = pytest.mark.engine


def wait_for(condition: Callable[[], bool], within_s: float = 15.0) -> None:
    deadline = time.monotonic() + within_s
    wake = threading.Event()
    while not condition():
        assert time.monotonic() < deadline, "the condition never held"
        wake.wait(0.05)


def plugins(bench: Bench) -> list[int]:
    path = bench.world / "plugin.pid"
    return [int(line) for line in path.read_text().split()] if path.exists() else []


def alive(process: psutil.Process) -> bool:
    return process.is_running() and process.status() != psutil.STATUS_ZOMBIE


def node(bench: Bench) -> Path:
    return bench.world / naming.node_directory_name(TAGS)


def test_a_machine_and_its_parts_live_through_their_whole_life(stubbed):
    preview = stubbed.run("preview", "machine")
    assert not node(stubbed).exists()
    up = stubbed.run("up", "machine")
    assert up.outputs["place"] == str(node(stubbed) / "parts" / "after")
    kept = json.loads((node(stubbed) / "parts" / "part-0").read_text())
    assert kept["config"] == {"type": "origin", "root": "/x/0"}
    assert sorted(kept["tags"]) == sorted(naming.TAG_KEYS)
    same = stubbed.run("up", "machine")
    assert set(same.ops.values()) == {"same"}
    changed = stubbed.run("up", "machine", root="/y")
    assert {name for name, op in changed.ops.items() if op == "update"} == {"site-part-0", "site-part-1", "site-first"}
    assert json.loads((node(stubbed) / "parts" / "part-1").read_text())["config"]["root"] == "/y/1"
    fresh = stubbed.run("refresh")
    down = stubbed.run("destroy")
    assert not node(stubbed).exists()
    for run in (preview, up, same, changed, fresh, down):
        assert run.complaints == []
    # An engine that waits in vain for its plugin's goodbye takes 5 s more, each time.
    assert min(run.seconds for run in (preview, same, fresh, down)) < 5.0
    wait_for(lambda: not any(map(psutil.pid_exists, plugins(stubbed))))


def test_the_tags_hash_the_very_urn_that_the_engine_gives(stubbed):
    stubbed.run("up", "machine", parts=0)
    state = json.loads(stubbed.checkpoint.read_text())["checkpoint"]["latest"]
    tagged = {one["urn"]: one["inputs"]["tags"] for one in state["resources"] if "tags" in one.get("inputs", {})}
    assert len(tagged) == 3
    for urn, tags in tagged.items():
        assert tags["eventstack-urn"] == naming.urn_hash(urn)


def test_thirty_parts_at_once_do_not_wait_for_each_other(stubbed):
    stubbed.environment["CREATE_S"] = "0.5"
    up = stubbed.run("up", "machine", parts=30)
    assert len(list((node(stubbed) / "parts").iterdir())) == 32
    assert up.seconds < 14.0  # one after the other they take 16 s


def test_a_saved_preview_binds_the_update(stubbed):
    plan = stubbed.folder / "plan.json"
    stubbed.run("preview", "machine", plan=plan)
    other = stubbed.run("up", "machine", root="/z", plan=plan)
    assert any("violates plan" in text for text in other.complaints)
    assert stubbed.run("up", "machine", plan=plan).error == ""


def test_a_saved_preview_of_a_change_holds_though_outputs_were_not_known_in_it(stubbed):
    plan = stubbed.folder / "plan.json"
    stubbed.run("up", "machine")
    previewed = stubbed.run("preview", "machine", root="/y", plan=plan)
    assert previewed.ops["site-after"] == "update"
    changed = stubbed.run("up", "machine", root="/y", plan=plan)
    assert changed.error == ""
    assert changed.ops["site-after"] == "same"


def test_an_untagged_resource_stops_the_program(stubbed):
    run = stubbed.run("up", "untagged")
    assert "eventstack:index:Node 'bare'" in run.error
    assert "eventstack-occurrence" in run.error
    assert not list(stubbed.world.glob("local.*"))


def test_a_configuration_that_no_part_understands_is_refused_by_name(stubbed):
    said = stubbed.run("preview", "misconfigured").error
    assert "missing required field `root`" in said
    assert "'Not a name' is not a name" in said


def test_a_part_that_does_not_get_ready_is_kept_in_the_books_and_mended_by_the_next_up(stubbed):
    (stubbed.world / "fail").write_text("retry")
    assert any("the port is taken" in text for text in stubbed.run("up", "machine", parts=0).complaints)
    (stubbed.world / "fail").unlink()
    again = stubbed.run("up", "machine", parts=0)
    assert again.ops["site-first"] == "update"
    assert again.ops["site-after"] == "create"
    assert again.outputs["place"] == str(node(stubbed) / "parts" / "after")


def test_a_refused_part_leaves_nothing_and_says_why(stubbed):
    (stubbed.world / "fail").write_text("final")
    run = stubbed.run("up", "machine", parts=0)
    assert any("the port is taken" in text for text in run.complaints)
    assert "pending_operations" not in stubbed.checkpoint.read_text()
    assert "site-first" not in stubbed.checkpoint.read_text()


def test_what_is_gone_from_the_world_goes_from_the_books(stubbed):
    stubbed.run("up", "machine", parts=1)
    (node(stubbed) / "parts" / "part-0").unlink()
    stubbed.run("refresh")
    assert stubbed.run("preview", "machine", parts=1).ops["site-part-0"] == "create"


def test_secrets_of_the_operation_reach_the_machine_and_no_state(stubbed):
    stubbed.environment["PASS"] = "correct-horse"
    stubbed.run("up", "with_passphrase")
    assert json.loads((node(stubbed) / "parts" / "receiver").read_text())["secrets"] == {"passphrase": "correct-horse"}
    for path in (stubbed.folder / "state").rglob("*"):
        assert path.is_dir() or b"correct-horse" not in path.read_bytes()


def test_a_secret_that_is_not_there_is_named_without_its_value(stubbed):
    assert "the variable PASS is not set" in stubbed.run("up", "with_passphrase").error


def test_the_plugin_ends_when_its_engine_is_killed(stubbed):
    stubbed.environment["CREATE_S"] = "20"
    _, operation = stubbed.start("up", "machine", parts=0)
    wait_for((stubbed.world / "started").exists)
    plugin = psutil.Process(plugins(stubbed)[-1])
    plugin.parent().kill()
    wait_for(lambda: not alive(plugin), 5.0)
    assert operation.wait(20) == 0


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM])
def test_the_plugin_obeys_a_signal_at_once(stubbed, number):
    process = subprocess.Popen(
        [stubbed.folder / "plugin" / "pulumi-resource-eventstack", "127.0.0.1:1"],
        stdout=subprocess.PIPE,
        env=stubbed.variables(),
    )
    assert process.stdout is not None
    with process.stdout:
        assert int(process.stdout.readline())
        process.send_signal(number)
        assert process.wait(3) == 0


def test_the_engine_reads_the_plugins_schema(bench):
    plugin = bench.folder / "plugin" / "pulumi-resource-eventstack"
    told = subprocess.run(
        [bench.engine, "package", "get-schema", plugin], env=bench.variables(), capture_output=True, check=True
    )
    resources = json.loads(told.stdout)["resources"]
    assert set(resources) == {"eventstack:index:Node", "eventstack:index:Part"}
    assert "config" in resources["eventstack:index:Part"]["requiredInputs"]
