"""The fake cloud under the real engine: three vendors' names, kills in mid-create, failures as clouds have them."""

import os
import signal
from collections.abc import Callable
from pathlib import Path

import pytest

from eventstack.deploy import liveness
from eventstack.deploy.checkpoint import FileBooks
from eventstack.deploy.journal import StackKey
from eventstack.deploy.pulumi_deployer import PulumiDeployer
from eventstack.deploy.workspace import Workspace
from eventstack.errors import EventstackError, Refused, Retryable
from eventstack.planning import naming
from eventstack.planning.plan import StackPlan
from eventstack.settings import Settings
from eventstack.testing import builders
from eventstack.testing.fake_cloud import ON_AIR, FakeCloud
from tests.deploy.conftest import Calling, wait_until

pytestmark = pytest.mark.engine

SECRET = "planted-key-4711"

Make = Callable[..., PulumiDeployer]


def a_plan(occurrence: str = "talk") -> StackPlan:
    return builders.plan(occurrence=occurrence, parents=(), settle_s=1)


def previewed(deployer: PulumiDeployer, plan: StackPlan) -> PulumiDeployer:
    deployer.preview(plan)
    return deployer


def kill_the_engine(deployer: PulumiDeployer, plan: StackPlan) -> None:
    """SIGKILL to the engine process of the operation that runs now, and to nothing else."""
    holder = deployer.journal.operation(deployer.journal.stack(StackKey.of(plan)).holder or "")
    assert holder is not None
    assert holder.session is not None
    engine = deployer.engine.path.resolve()
    [one] = [
        member
        for member in liveness.session_members(holder.session)
        if Path(f"/proc/{member.pid}/exe").resolve() == engine
    ]
    os.kill(one.pid, signal.SIGKILL)


def books(settings: Settings, plan: StackPlan) -> FileBooks:
    return Workspace(settings, plan.build.project, plan.build.stack).books


def test_one_cloud_serves_the_providers_of_three_vendors_and_guards_what_is_on_air(
    deployer: Make, cloud: FakeCloud
) -> None:
    plan, one = a_plan(), deployer()
    previewed(one, plan).up(plan, build_hash=plan.build_hash)
    assert {thing.name: thing.type.split(":")[0] for thing in cloud.world()} == {
        "films": "aws",
        "feed": "gcp",
        "edge": "azure-native",
    }
    found = cloud.inventory(plan.build.tags)
    assert {one.resource for one in found} == {thing.id for thing in cloud.world()}
    for thing in cloud.world():
        assert thing.tags["eventstack-urn"] == naming.urn_hash(thing.urn)
    assert [thing.inputs["key"] for thing in cloud.world() if thing.name == "films"] == [SECRET]
    assert not [path for path in cloud.folder.iterdir() if SECRET.encode() in path.read_bytes()]

    cloud.set_state("edge", ON_AIR)
    with pytest.raises(Refused, match="on air"):
        one.destroy(plan, reason="the end")
    assert cloud.count("delete") == 0
    cloud.set_state("edge", "idle")
    one.destroy(plan, reason="the end")
    assert one.evidence(plan).clean
    one.forget(plan)
    assert cloud.leaked(plan.build.tags) == []


def test_an_engine_killed_after_a_create_and_before_its_reply_leaves_an_orphan_that_is_told_of_and_adopted(
    deployer: Make, cloud: FakeCloud, settings: Settings
) -> None:
    plan, one = a_plan(), deployer()
    previewed(one, plan)
    gate = cloud.hold("create", "films", when="after")
    calling = Calling(lambda: one.up(plan, build_hash=plan.build_hash))
    assert gate.wait_reached().struck
    kill_the_engine(one, plan)
    held = gate.wait_gone()
    assert (held.struck, held.gone, held.answered_at) == (True, True, None)
    calling.join()
    assert isinstance(calling.error, Retryable)
    gate.release()
    look = books(settings, plan).look()
    assert [urn.rsplit("::", 1)[1] for urn in look.pending] == ["films"]
    assert not any(urn.endswith("::films") for urn in look.resources)
    [orphan] = cloud.leaked(plan.build.tags)
    assert orphan.name == "films"
    assert look.pending[0].endswith(orphan.urn)
    [told] = [request for request in FakeCloud.ledger_of(cloud.folder) if request.number == held.number]
    assert (told.op, told.id, told.struck, told.gone) == ("create", orphan.id, True, True)

    one.up(plan, build_hash=plan.build_hash)
    assert cloud.doubled() == {}
    assert orphan.id in {thing.id for thing in cloud.world()}
    one.destroy(plan, reason="the end")
    assert cloud.leaked(plan.build.tags) == []


def test_the_orphan_is_removed_as_a_stray_when_the_books_hold_nothing(
    deployer: Make, cloud: FakeCloud, settings: Settings
) -> None:
    plan, one = a_plan(), deployer()
    previewed(one, plan)
    cloud.plant("aws:s3/bucketV2:BucketV2", "films", inputs={"tags": naming.role_tags(plan.build.tags, "x", "urn")})
    evidence = one.evidence(plan)
    assert [len(inventory) for inventory in evidence.inventories] == [1, 0]
    assert evidence.clean
    assert cloud.count("remove") == 1


def test_a_lagging_inventory_hides_an_orphan_from_both_looks_when_nobody_waits(
    deployer: Make, cloud: FakeCloud
) -> None:
    plan = a_plan()
    tags = naming.role_tags(plan.build.tags, "x", "urn")
    cloud.lag(60)
    cloud.plant("aws:s3/bucketV2:BucketV2", "films", inputs={"tags": tags})
    hasty = previewed(deployer(sleep=lambda _: None), plan)
    assert hasty.evidence(plan).clean
    patient = deployer(sleep=lambda _: cloud.advance(61))
    assert not patient.evidence(plan).clean
    assert patient.evidence(plan).clean
    assert cloud.leaked(plan.build.tags) == []


def test_a_throttled_create_is_worth_another_try_which_doubles_nothing(deployer: Make, cloud: FakeCloud) -> None:
    plan, one = a_plan(), deployer()
    previewed(one, plan)
    cloud.throttle("create", "feed")
    with pytest.raises(Retryable, match="rate exceeded"):
        one.up(plan, build_hash=plan.build_hash)
    one.up(plan, build_hash=plan.build_hash)
    assert sorted(thing.name for thing in cloud.world()) == ["edge", "feed", "films"]
    assert cloud.doubled() == {}
    assert [request.error for request in cloud.ledger("create", "feed")] == ["throttled", ""]


def test_what_was_made_and_reported_as_failed_is_kept_by_the_engine_and_mended_by_the_next_up(
    deployer: Make, cloud: FakeCloud, settings: Settings
) -> None:
    plan, one = a_plan(), deployer()
    previewed(one, plan)
    cloud.report_failed("feed", "timeout while waiting")
    with pytest.raises(EventstackError, match="timeout while waiting"):
        one.up(plan, build_hash=plan.build_hash)
    assert any(urn.endswith("::feed") for urn in books(settings, plan).look().resources)
    assert sorted(thing.name for thing in cloud.world()) == ["feed", "films"]
    one.up(plan, build_hash=plan.build_hash)
    assert sorted(thing.name for thing in cloud.world()) == ["edge", "feed", "films"]
    assert cloud.count("update", "feed") == 1


def test_a_rule_of_state_stops_a_destroy_until_it_is_met(deployer: Make, cloud: FakeCloud) -> None:
    plan, one = a_plan(), deployer()
    previewed(one, plan).up(plan, build_hash=plan.build_hash)
    cloud.rule("in-use")
    cloud.rule("idle-first", "feed")
    cloud.set_state("feed", "running")
    with pytest.raises(EventstackError, match="must be stopped first"):
        one.destroy(plan, reason="the end")
    assert sorted(thing.name for thing in cloud.world()) == ["feed", "films"]
    cloud.set_state("feed", "idle")
    one.destroy(plan, reason="the end")
    assert cloud.world() == []
    assert [request.error for request in cloud.ledger("delete", "films")] == [""]


def test_two_engines_at_once_are_told_apart(deployer: Make, cloud: FakeCloud) -> None:
    plans = [a_plan("one"), a_plan("two")]
    for plan in plans:
        deployer().preview(plan)
    gates = [cloud.hold("create", "films"), cloud.hold("create", "films")]
    calls = [Calling(lambda plan=plan: deployer().up(plan, build_hash=plan.build_hash)) for plan in plans]
    wait_until(lambda: all(gate.reached for gate in gates) or not all(call.is_alive() for call in calls))
    assert [call.error for call in calls] == [None, None]
    held = [gate.wait_reached() for gate in gates]
    assert len({request.caller for request in held}) == 2
    assert {request.urn.split("::")[0] for request in held} == {"urn:pulumi:one-i1", "urn:pulumi:two-i1"}
    for gate in gates:
        gate.release()
    for call in calls:
        call.join()
        assert call.error is None
    assert [len(cloud.leaked(plan.build.tags)) for plan in plans] == [3, 3]
    assert cloud.doubled() == {}
