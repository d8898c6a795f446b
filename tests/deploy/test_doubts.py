"""Where two witnesses contradict each other, or one speaks late, nothing is doubled, lost or taken for gone."""

import json
import os
import signal
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor

import pytest

from eventstack.deploy.journal import StackKey
from eventstack.deploy.pulumi_deployer import PulumiDeployer
from eventstack.deploy.workspace import Workspace
from eventstack.errors import Final, Refused, Retryable, StoreError
from eventstack.planning.found import Found
from eventstack.testing.fake_cloud import FakeCloud
from tests.deploy.conftest import World, a_plan, built

pytestmark = pytest.mark.engine

Make = Callable[..., PulumiDeployer]

LAG_S = 300


def a_lost_answer(make: Make, provider: FakeCloud, world: World) -> PulumiDeployer:
    """A create that was done and reported as failed, in a cloud that shows what is new only after a while."""
    deployer, plan = make(), a_plan(settle_s=LAG_S)
    world.cloud = provider
    deployer.preview(plan)
    provider.refuse("create", "feed", "the answer was lost", when="after")
    provider.lag(LAG_S - 1)
    with pytest.raises(Retryable, match="the answer was lost"):
        deployer.up(plan, build_hash=plan.build_hash)
    return deployer


def test_a_retry_on_a_silent_inventory_does_not_forget_what_may_have_been_made(
    on_engine: Make, provider: FakeCloud, world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    plan = a_plan(settle_s=LAG_S)
    deployer = a_lost_answer(on_engine, provider, world)
    with monkeypatch.context() as silent:
        silent.setattr(deployer._recovery, "_inventory", lambda _: 1 / 0)
        with pytest.raises(Retryable, match="inventory"):
            deployer.up(plan, build_hash=plan.build_hash)
    deployer.up(plan, build_hash=plan.build_hash)
    assert provider.doubled() == {}


def test_a_recovery_between_does_not_forget_what_may_have_been_made(
    on_engine: Make, provider: FakeCloud, world: World
) -> None:
    plan = a_plan(settle_s=LAG_S)
    deployer = a_lost_answer(on_engine, provider, world)
    deployer.recover(plan)
    deployer.up(plan, build_hash=plan.build_hash)
    assert provider.doubled() == {}


def test_what_a_lagging_cloud_does_not_show_yet_is_not_struck_from_the_books(
    on_engine: Make, provider: FakeCloud, world: World
) -> None:
    plan = a_plan(settle_s=LAG_S)
    deployer = on_engine()
    world.cloud = provider
    deployer.preview(plan)
    provider.lag(LAG_S - 1)
    gate = provider.hold("create", "feed", until_cancel=True)
    with ThreadPoolExecutor(1) as threads:
        call = threads.submit(deployer.up, plan, build_hash=plan.build_hash)
        gate.wait_reached(60)
        deployer.cancel()
        with pytest.raises(Retryable):
            call.result(60)
    deployer.up(plan, build_hash=plan.build_hash)
    assert provider.doubled() == {}
    assert world.slept.count(LAG_S) == 1


@pytest.mark.parametrize(
    "content", ['{"version": 3, "checkpoint": {}}', '{"version": 3, "checkpoint": {"latest": {"resources": []}}}']
)
def test_books_without_a_deployment_are_lost_books_and_not_an_empty_stack(
    on_engine: Make, provider: FakeCloud, world: World, content: str
) -> None:
    plan = a_plan()
    world.cloud = provider
    deployer = built(on_engine(), plan)
    books = Workspace(deployer.settings, "eventstack-event", "talk-i1").books
    books.file.write_text(content)  # type: ignore[attr-defined]
    for call in (
        lambda: deployer.up(plan, build_hash=plan.build_hash),
        lambda: deployer.destroy(plan, reason="the end"),
    ):
        with pytest.raises(Final, match="Ways out"):
            call()
    assert not deployer.evidence(plan).clean
    assert len(provider.world()) == 3
    assert deployer.recover(plan).healthy


def test_a_twin_of_what_stands_is_told_and_nothing_is_built_on_it(
    on_engine: Make, provider: FakeCloud, world: World
) -> None:
    plan = a_plan()
    world.cloud = provider
    deployer = built(on_engine(), plan)
    [feed] = [one for one in provider.world() if one.name == "feed"]
    provider.plant(feed.type, "twin", urn=feed.urn, inputs=feed.inputs)
    assert not deployer.diagnose(plan).healthy
    with pytest.raises(Refused, match="nothing is built twice"):
        deployer.up(plan, build_hash=plan.build_hash)
    deployer.destroy(plan, reason="the end")
    assert deployer.evidence(plan).clean
    assert provider.world() == []


@pytest.mark.parametrize("step", ["clear", "forgot"])
def test_a_removal_that_was_cut_off_at_its_end_is_completed_by_another(
    on_engine: Make, provider: FakeCloud, world: World, step: str
) -> None:
    plan = a_plan()
    world.cloud = provider
    deployer = built(on_engine(), plan)
    deployer.destroy(plan, reason="the end")
    assert deployer.evidence(plan).clean
    child = os.fork()
    if not child:
        try:
            if step == "clear":
                from eventstack.deploy import forget

                forget.clear = lambda _: os.kill(os.getpid(), signal.SIGKILL)  # type: ignore[assignment]
            else:
                deployer.journal.forgot = lambda *_, **__: os.kill(os.getpid(), signal.SIGKILL)  # type: ignore[method-assign]
            deployer.forget(plan)
        finally:
            os._exit(1)
    assert os.waitpid(child, 0)[1] == signal.SIGKILL
    assert deployer.observe("eventstack-event", "talk-i1").existence == "absent"
    kinds = {finding.kind for finding in deployer.diagnose(plan).findings}
    assert "books-lost" not in kinds
    with pytest.raises(Refused, match="proven gone"):
        deployer.preview(plan)
    deployer.destroy(plan, reason="once more")
    assert deployer.evidence(plan).clean
    deployer.forget(plan)
    assert deployer.journal.stack(StackKey.of(plan)).forgotten is not None


def test_a_note_of_the_retained_that_cannot_be_read_removes_nothing(
    on_engine: Make, provider: FakeCloud, world: World
) -> None:
    plan = a_plan()
    world.cloud = provider
    deployer = built(on_engine(), plan)
    deployer.destroy(plan, reason="the end")
    operations = Workspace(deployer.settings, "eventstack-event", "talk-i1").operations
    note = max(operations.iterdir()) / "retained.json"
    for nonsense in ("garbage", "5"):
        note.write_text(nonsense)
        with pytest.raises(StoreError, match=r"retained\.json.*or remove it"):
            deployer.evidence(plan)
    note.write_text(json.dumps([]))
    assert deployer.evidence(plan).clean


def test_whatever_a_removal_raises_is_told_in_the_evidence(on_engine: Make, provider: FakeCloud, world: World) -> None:
    plan = a_plan()
    deployer = on_engine()
    world.cloud = provider
    deployer.preview(plan)

    def broken(_: Found) -> None:
        raise RuntimeError("no such region")

    provider.plant("fakecloud:index:Thing", "stray", inputs={"tags": dict(plan.build.tags)})
    deployer._remove = broken
    found = deployer.evidence(plan)
    assert not found.clean
    assert "no such region" in (deployer.settings.records / "talk" / "evidence.json").read_text()


def test_what_a_cut_off_destroy_removed_and_a_lagging_cloud_still_shows_is_not_adopted(
    on_engine: Make, provider: FakeCloud, world: World
) -> None:
    plan = a_plan(settle_s=LAG_S)
    world.cloud = provider
    deployer = built(on_engine(), plan)
    provider.advance(LAG_S)
    provider.lag(LAG_S - 1)
    provider.refuse("delete", "feed", "in use", when="before")
    with pytest.raises(Retryable, match="in use"):
        deployer.destroy(plan, reason="the end")
    deployer.preview(plan)
    deployer.up(plan, build_hash=plan.build_hash)
    assert sorted(one.name for one in provider.world()) == ["archive", "encoder", "feed"]
    assert provider.doubled() == {}
