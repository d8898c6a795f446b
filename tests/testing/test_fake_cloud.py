"""The fake cloud as a process: what it does with requests, and that it outlives whoever sends them."""

import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import grpc
import pytest

from eventstack.errors import ConfigError, DeployError, Final
from eventstack.testing.fake_cloud import ON_AIR, FakeCloud
from tests.testing.asking import TYPE, Asking, asking, urn

TAGS = {"eventstack-owner": "local", "eventstack-occurrence": "talk"}


def refused(call: Callable[[], Any]) -> grpc.RpcError:
    with pytest.raises(grpc.RpcError) as caught:
        call()
    return caught.value


def test_it_tells_what_exists_and_what_was_asked(cloud: FakeCloud, engine_like: Asking) -> None:
    made = engine_like.create("films", {"tags": TAGS, "size": 3})
    engine_like.update(made.id, {"tags": TAGS, "size": 4})
    [thing] = cloud.world()
    assert (thing.id, thing.type, thing.name, thing.urn) == (made.id, TYPE, "films", urn("films"))
    assert (thing.tags, thing.inputs["size"], thing.outputs) == (TAGS, 4, {"arn": f"arn:fake:{made.id}"})
    engine_like.delete(made.id)
    assert cloud.world() == []
    assert [(one.op, one.name, one.id, one.struck, one.gone, one.error) for one in cloud.ledger()] == [
        (op, "films", made.id, True, False, "") for op in ("create", "update", "delete")
    ]


def test_a_held_request_has_struck_after_and_not_before(cloud: FakeCloud, engine_like: Asking) -> None:
    before, after = cloud.hold("create", "films"), cloud.hold("create", TYPE, when="after")
    answer = engine_like.created_soon("films")
    assert not before.wait_reached().struck
    assert cloud.world() == []
    assert not after.reached
    before.release()
    assert after.wait_reached().struck
    assert [thing.name for thing in cloud.world()] == ["films"]
    assert not answer.done()
    after.release()
    assert answer.result(10).id == "films-1"


def test_a_gate_that_nobody_comes_to_says_what_came_instead(cloud: FakeCloud, engine_like: Asking) -> None:
    gate = cloud.hold("delete", "films")
    engine_like.create("films")
    with pytest.raises(Final, match=r"delete of films, before .* not reached within 0.05 s; .*: create films"):
        gate.wait_reached(0.05)


@pytest.mark.parametrize("carry_on", [True, False])
def test_a_request_whose_caller_died_carries_on_unless_told_not_to(cloud: FakeCloud, carry_on: bool) -> None:
    gate = cloud.hold("create", "films", carry_on=carry_on)
    with asking(cloud) as doomed:
        answer = doomed.created_soon("films")
        gate.wait_reached()
        doomed.channel.close()
        assert isinstance(answer.exception(10), grpc.RpcError)
    assert gate.wait_gone().gone
    gate.release()
    [request] = answered(cloud, 1)
    assert (request.struck, request.gone, request.error) == (carry_on, True, "" if carry_on else "lost")
    assert [thing.name for thing in cloud.world()] == (["films"] if carry_on else [])


def answered(cloud: FakeCloud, count: int) -> list[Any]:
    deadline = time.monotonic() + 10
    while time.monotonic() < deadline:
        requests = [one for one in cloud.ledger() if one.answered_at is not None]
        if len(requests) == count:
            return requests
    raise AssertionError(f"not {count} answers: {cloud.ledger()}")


def test_only_the_engine_that_cancels_opens_its_gate(cloud: FakeCloud) -> None:
    from google.protobuf.empty_pb2 import Empty

    with asking(cloud) as one, asking(cloud) as other:
        gate = cloud.hold("create", "films", until_cancel=True)
        answer = one.created_soon("films")
        gate.wait_reached()
        other.stub.Cancel(Empty())
        assert not answer.done()
        one.stub.Cancel(Empty())
        assert answer.result(10).id == "films-1"


def test_failures_come_as_often_as_scripted(cloud: FakeCloud, engine_like: Asking) -> None:
    cloud.refuse("create", "films", "quota exceeded", times=2)
    for _ in range(2):
        error = refused(lambda: engine_like.create("films"))
        assert (error.code(), error.details()) == (grpc.StatusCode.FAILED_PRECONDITION, "quota exceeded")
    assert engine_like.create("feed").id == "feed-1"
    assert engine_like.create("films").id == "films-2"
    assert [one.error for one in cloud.ledger()] == ["refused", "refused", "", ""]


def test_an_error_can_hide_that_it_was_done(cloud: FakeCloud, engine_like: Asking) -> None:
    cloud.refuse("create", "films", "connection reset", when="after", code="UNAVAILABLE")
    assert refused(lambda: engine_like.create("films")).code() == grpc.StatusCode.UNAVAILABLE
    assert [thing.name for thing in cloud.world()] == ["films"]
    assert cloud.ledger()[0].struck


def test_throttling_asks_to_come_again(cloud: FakeCloud, engine_like: Asking) -> None:
    cloud.throttle("create", TYPE)
    error = refused(lambda: engine_like.create("films"))
    assert (error.code(), "rate exceeded" in error.details()) == (grpc.StatusCode.RESOURCE_EXHAUSTED, True)
    assert engine_like.create("films").id


def test_what_is_reported_as_failed_exists(cloud: FakeCloud, engine_like: Asking) -> None:
    cloud.report_failed("films", "timeout while waiting")
    assert refused(lambda: engine_like.create("films")).details() == "timeout while waiting"
    assert [thing.name for thing in cloud.world()] == ["films"]
    assert cloud.ledger()[0].error == "reported failed"


def test_latency_is_a_names_own_before_everybodys(cloud: FakeCloud, engine_like: Asking) -> None:
    cloud.latency("*", "*", 0.4)
    cloud.latency("create", "films", 0.0)
    engine_like.create("films")
    engine_like.create("feed")
    took = [one.answered_at - one.asked_at for one in cloud.ledger()]  # type: ignore[operator]
    assert took[0] < 0.4 <= took[1]


def test_the_inventory_lags_behind_the_truth(cloud: FakeCloud, engine_like: Asking) -> None:
    cloud.lag(60)
    made = engine_like.create("films", {"tags": TAGS})
    assert cloud.inventory(TAGS) == []
    assert engine_like.read(made.id).id == ""
    assert [thing.id for thing in cloud.leaked(TAGS)] == [made.id]
    cloud.advance(61)
    [found] = cloud.inventory(TAGS)
    assert (found.identity, found.resource, found.tag, found.kind) == (made.id, made.id, TAGS, TYPE)
    assert engine_like.read(made.id).properties["arn"] == f"arn:fake:{made.id}"
    engine_like.delete(made.id)
    assert cloud.leaked(TAGS) == []
    assert [one.identity for one in cloud.inventory(TAGS)] == [made.id]
    cloud.advance(61)
    assert cloud.inventory(TAGS) == []


def test_a_thing_in_use_is_not_deleted_neither_by_an_engine_nor_beside_it(
    cloud: FakeCloud, engine_like: Asking
) -> None:
    cloud.rule("in-use")
    films = engine_like.create("films", {"tags": TAGS})
    feed = engine_like.create("feed", {"sources": [{"bucket": films.properties["arn"]}]})
    assert "films-1 is in use by feed-2" in refused(lambda: engine_like.delete(films.id)).details()
    with pytest.raises(DeployError, match="in use by feed-2"):
        cloud.remove(cloud.inventory(TAGS)[0])
    engine_like.delete(feed.id)
    engine_like.delete(films.id)
    assert cloud.world() == []
    assert [one.error for one in cloud.ledger("delete")] == ["rule in-use", "", ""]


def test_a_name_is_given_once(cloud: FakeCloud, engine_like: Asking) -> None:
    cloud.rule("unique-name", TYPE, field="bucket")
    made = engine_like.create("films", {"bucket": "b"})
    assert "taken by films-1" in refused(lambda: engine_like.create("more", {"bucket": "b"})).details()
    assert engine_like.create("other", {"bucket": "b"}, of_type="aws:x/y:Y").id
    engine_like.delete(made.id)
    assert engine_like.create("more", {"bucket": "b"}).id


def test_what_runs_must_be_stopped_first(cloud: FakeCloud, engine_like: Asking) -> None:
    cloud.rule("idle-first", TYPE)
    made = engine_like.create("channel")
    assert cloud.set_state("channel", "running") == [made.id]
    for call in (lambda: engine_like.update(made.id, {"size": 1}), lambda: engine_like.delete(made.id)):
        assert "must be stopped first" in refused(call).details()
    cloud.set_state(made.id, "idle")
    engine_like.update(made.id, {"size": 1})
    engine_like.delete(made.id)


def test_limits_fixed_fields_and_needs_are_kept(cloud: FakeCloud, engine_like: Asking) -> None:
    cloud.rule("limit", "aws:l/l:L", count=1)
    cloud.rule("fixed", TYPE, field="zone")
    cloud.rule("needs", "feed", field="films")
    engine_like.create("one", of_type="aws:l/l:L")
    assert "limit of 1" in refused(lambda: engine_like.create("two", of_type="aws:l/l:L")).details()
    films = engine_like.create("films", {"zone": "a"})
    assert "can't be changed" in refused(lambda: engine_like.update(films.id, {"zone": "b"})).details()
    assert "does not exist" in refused(lambda: engine_like.create("feed", {"films": "arn:fake:nothing"})).details()
    assert engine_like.create("feed", {"films": films.properties["arn"]}).id


@pytest.mark.parametrize(
    ("rule", "values", "message"),
    [
        ("sunny", {}, "no rule of that name: sunny; there are"),
        ("limit", {}, "limit takes count, given: nothing"),
    ],
)
def test_a_rule_that_it_does_not_know_is_the_test_authors_fault(
    cloud: FakeCloud, rule: str, values: dict[str, Any], message: str
) -> None:
    with pytest.raises(ConfigError, match=message):
        cloud.rule(rule, **values)


def test_an_update_of_what_is_gone_fails_and_a_delete_does_not(cloud: FakeCloud, engine_like: Asking) -> None:
    assert refused(lambda: engine_like.update("films-9", {})).code() == grpc.StatusCode.NOT_FOUND
    engine_like.delete("films-9")
    assert [one.error for one in cloud.ledger()] == ["not found", ""]


def test_two_things_of_one_urn_are_doubled(cloud: FakeCloud, engine_like: Asking) -> None:
    engine_like.create("films")
    assert cloud.doubled() == {}
    engine_like.create("films")
    assert cloud.doubled() == {urn("films"): ["films-1", "films-2"]}


def test_what_is_on_air_is_found_on_air(cloud: FakeCloud) -> None:
    cloud.plant(TYPE, "channel", inputs={"labels": TAGS})
    assert [found.on_air for found in cloud.inventory(TAGS)] == [False]
    cloud.set_state("channel", ON_AIR)
    assert [found.on_air for found in cloud.inventory(TAGS)] == [True]


def test_outputs_are_what_the_test_says(cloud: FakeCloud, engine_like: Asking) -> None:
    cloud.outputs(TYPE, address="rtmp://{name}/{id}", ports=[1, 2])
    made = engine_like.create("films")
    assert made.properties["address"] == "rtmp://films/films-1"
    assert list(made.properties["ports"]) == [1, 2]


def test_a_reset_cloud_is_as_new_and_who_was_held_touches_nothing(cloud: FakeCloud, engine_like: Asking) -> None:
    engine_like.create("films")
    gate = cloud.hold("create", "feed")
    answer = engine_like.created_soon("feed")
    gate.wait_reached()
    cloud.refuse("create", "films", "quota exceeded")
    cloud.rule("limit", "films", count=0)
    cloud.reset()
    answer.result(10)
    assert cloud.world() == []
    assert cloud.ledger("create") == []
    assert engine_like.create("films").id == "films-1"


def test_any_process_may_drive_it_by_its_folder(cloud: FakeCloud) -> None:
    cloud.plant(TYPE, "films")
    script = (
        "import sys; from pathlib import Path; from eventstack.testing.fake_cloud import FakeCloud; "
        "cloud = FakeCloud.at(Path(sys.argv[1])); cloud.plant('a:b:C', cloud.world()[0].name + '-too')"
    )
    subprocess.run([sys.executable, "-c", script, str(cloud.folder)], check=True)
    assert [thing.name for thing in cloud.world()] == ["films", "films-too"]


def test_it_outlives_the_process_that_started_it_and_its_ledger_outlives_it(tmp_path: Path) -> None:
    script = (
        "import os, signal, sys; from pathlib import Path; from eventstack.testing.fake_cloud import FakeCloud; "
        "FakeCloud.start(Path(sys.argv[1])).plant('a:b:C', 'films'); os.kill(os.getpid(), signal.SIGKILL)"
    )
    starter = subprocess.run([sys.executable, "-c", script, str(tmp_path)], check=False)
    assert starter.returncode == -9
    cloud = FakeCloud.at(tmp_path)
    assert [thing.name for thing in cloud.world()] == ["films"]
    with asking(cloud) as one:
        gate = cloud.hold("create", "feed", when="after")
        one.created_soon("feed")
        gate.wait_reached()
        cloud.stop()
    with pytest.raises(Final, match="no fake cloud lives in"):
        FakeCloud.at(tmp_path)
    with pytest.raises(Final, match="does not answer"):
        cloud.world()
    told = [(one.op, one.name, one.struck, one.answered_at is not None) for one in FakeCloud.ledger_of(tmp_path)]
    assert told == [("plant", "films", True, True), ("create", "feed", True, False)]


def test_a_ledger_that_was_cut_off_in_the_middle_is_read(cloud: FakeCloud, tmp_path: Path) -> None:
    cloud.plant(TYPE, "films")
    whole = (cloud.folder / "ledger.jsonl").read_bytes()
    (tmp_path / "ledger.jsonl").write_bytes(whole + b'{"number": 2, "what": "as')
    assert FakeCloud.ledger_of(tmp_path)[-1] == cloud.ledger()[-1]


def test_the_ledgers_file_names_inputs_and_tells_no_values(cloud: FakeCloud, engine_like: Asking) -> None:
    cloud.refuse("create", "films", "bad key planted-4711")
    refused(lambda: engine_like.create("films", {"key": "planted-4711"}))
    engine_like.create("films", {"key": "planted-4711"})
    assert cloud.ledger()[1].fields == ("key",)
    assert b'"key"' in (cloud.folder / "ledger.jsonl").read_bytes()
    texts = [path.read_text() for path in cloud.folder.iterdir()]
    assert not [text for text in texts if "planted-4711" in text]
    assert [path.name for path in cloud.folder.iterdir() if path.stat().st_mode & 0o077] == []


def test_only_who_reads_the_folder_may_drive_it(cloud: FakeCloud) -> None:
    import dataclasses

    with pytest.raises(Final, match="does not answer"):
        dataclasses.replace(cloud, token="another").world()


def test_one_that_cannot_start_says_why(tmp_path: Path) -> None:
    (tmp_path / "ledger.jsonl").mkdir()
    with pytest.raises(Final, match=r"did not start: .*ledger\.jsonl"):
        FakeCloud.start(tmp_path)


def test_it_ends_when_its_folder_is_gone(tmp_path: Path) -> None:
    import shutil

    cloud = FakeCloud.start(tmp_path / "cloud")
    shutil.rmtree(tmp_path / "cloud")
    assert cloud.child is not None
    cloud.child.wait(10)
