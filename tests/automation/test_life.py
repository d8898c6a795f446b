"""The calls on the real engine and the fake cloud: one event, from its file to its evidence."""

from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest

from eventstack import automation
from eventstack.deploy import liveness
from eventstack.errors import ConfigError, Refused, Retryable
from eventstack.testing.fake_cloud import FakeCloud
from tests.automation.conftest import Here
from tests.models.documents import bent, write

pytestmark = pytest.mark.engine


def test_an_event_is_built_from_its_file_seen_removed_and_built_again_as_the_next_incarnation(
    here: Here, talk: Path, provider: FakeCloud
) -> None:
    assert automation.list(world=here) == ()
    with pytest.raises(ConfigError, match="--new-foundation NAME"):
        automation.up(talk, world=here)
    automation.up(new_foundation="season", world=here)

    shown = automation.preview(talk, world=here)
    assert (shown.kind, provider.count("create")) == ("preview", 3)
    assert automation.status(talk, world=here).state == "previewed"
    built = automation.up(talk, build_hash=shown.build_hash, world=here)
    assert (built.changes, len(provider.world())) == ({"create": 4}, 6)
    assert automation.up(talk, world=here).changes == {"same": 4}
    assert automation.up("talk", world=here).changes == {"same": 4}

    status = automation.status("talk", world=here)
    assert (status.stack, status.state, status.build_hash) == ("eventstack-event/talk-i1", "up", built.build_hash)
    assert (status.words, status.parents) == ("up, 5 resources", ("eventstack-foundation/season-i1",))
    assert [one.stack for one in automation.list(world=here)] == [
        "eventstack-foundation/season-i1",
        "eventstack-event/talk-i1",
    ]
    assert automation.outputs("talk", world=here)["credential"] == "[secret]"
    assert automation.outputs("talk", show_secrets=True, world=here)["credential"] == "planted-output-4711"
    names = {(log.operation.split("-")[1], log.path.name) for log in automation.logs("talk", world=here)}
    assert {("preview", "engine.log"), ("up", "engine.log")} <= names

    with pytest.raises(Refused, match="still stands on it"):
        automation.destroy("season", reason="too early", world=here)
    ended = automation.destroy(talk, reason="the talk is over", by="Ada", world=here)
    assert (ended.ok, ended.already, ended.evidence and ended.evidence.clean) == (True, False, True)
    assert automation.destroy("talk", reason="again", world=here).already
    assert automation.status("talk", world=here).state == "gone"
    assert "engine.log" in {log.path.name for log in automation.logs("talk", world=here)}

    again = automation.up(talk, world=here)
    assert automation.status("talk", world=here).stack == "eventstack-event/talk-i2"
    assert again.changes == {"create": 4}
    for name in ("talk", "season"):
        assert automation.destroy(name, reason="over", world=here).ok
    assert provider.world() == []
    assert automation.list(world=here) == ()
    assert len(automation.list(world=here, gone=True)) == 3


def test_another_build_than_the_one_that_is_meant_does_not_run_and_the_refusal_says_what_differs(
    here: Here, talk: Path, provider: FakeCloud, tmp_path: Path
) -> None:
    automation.up(new_foundation="season", world=here)
    shown = automation.preview(talk, world=here)
    write(tmp_path, "talk.yaml", bent(talk.read_text(), "latency: 200ms", "latency: 300ms"))
    with pytest.raises(Refused, match=r"differs in: contribution\.latency_ms"):
        automation.up(talk, build_hash=shown.build_hash, world=here)
    assert provider.count("create") == 3
    with pytest.raises(Refused, match="not kept here"):
        automation.up(talk, build_hash="0" * 64, world=here)

    automation.up(talk, world=here)
    write(tmp_path, "talk.yaml", bent(talk.read_text(), "latency: 300ms", "latency: 400ms"))
    with pytest.raises(Refused, match=r"not what stands .*contribution\.latency_ms"):
        automation.destroy(talk, reason="over", world=here)
    assert len(provider.world()) == 6
    assert automation.destroy("talk", reason="over", world=here).ok


def test_a_destroy_that_was_cut_at_any_step_is_completed_by_the_next_one(
    here: Here, talk: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    automation.up(new_foundation="season", world=here)
    automation.up(talk, world=here)
    deployer = here.theirs

    def cut(*_args: object, **_more: object) -> None:
        raise KeyboardInterrupt

    for step in ("evidence", "forget"):
        with monkeypatch.context() as patch:
            patch.setattr(deployer, step, cut)
            with pytest.raises(KeyboardInterrupt):
                automation.destroy("talk", reason="over", world=here)
        assert automation.status("talk", world=here).state == "destroyed"
    assert automation.destroy("talk", reason="over", world=here).ok
    assert automation.status("talk", world=here).state == "gone"


def test_a_stack_whose_operation_was_killed_is_diagnosed_recovered_and_completed(
    here: Here, provider: FakeCloud
) -> None:
    gate = provider.hold("create", "feed", carry_on=False)
    with ThreadPoolExecutor(1) as callers:
        working = callers.submit(automation.up, new_foundation="season", world=here)
        assert gate.wait_reached()
        running = automation.status("season", world=here).running
        assert running
        assert liveness.end_session(running.pid)
        with pytest.raises(Retryable):
            working.result(30)
    gate.release()
    found = automation.diagnose("season", world=here)
    assert "feed" in " ".join(finding.text for finding in found.findings)
    steps: list[str] = []
    after = automation.recover("season", by="Ada", on_step=steps.append, world=here)
    assert len(steps) == len(found.steps)
    assert after.steps == ()
    assert automation.up(new_foundation="season", world=here).ok
    assert automation.diagnose("season", world=here).healthy
    assert automation.destroy("season", reason="over", world=here).ok
