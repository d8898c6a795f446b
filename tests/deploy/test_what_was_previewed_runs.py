"""Previewed is what runs, and a program's fault is final: on the real engine and the fake cloud."""

from collections.abc import Callable

import pytest

from eventstack.deploy.engine import Engine
from eventstack.deploy.pulumi_deployer import PulumiDeployer
from eventstack.errors import Final, Refused, Retryable
from eventstack.settings import Settings
from eventstack.testing.fake_cloud import FakeCloud
from tests.deploy.conftest import World, a_plan

pytestmark = pytest.mark.engine


def test_a_changed_plan_is_refused_and_the_changed_keys_are_named(
    on_engine: Callable[..., PulumiDeployer], provider: FakeCloud
) -> None:
    deployer, plan, changed = on_engine(), a_plan(path="live"), a_plan(path="other")
    with pytest.raises(Refused, match="nothing was previewed"):
        deployer.up(plan, build_hash=plan.build_hash)
    deployer.preview(plan)
    with pytest.raises(Refused, match=r"differs from the plan in: cdn\.path\n"):
        deployer.up(changed, build_hash=changed.build_hash)
    with pytest.raises(Refused, match="not 0000"):
        deployer.up(plan, build_hash="0000")
    assert provider.count("create") == 0


def test_a_program_that_does_other_than_previewed_is_stopped(
    on_engine: Callable[..., PulumiDeployer], provider: FakeCloud
) -> None:
    plan = a_plan()
    on_engine("swayed").preview(plan)
    with pytest.raises(Final, match="violates plan"):
        on_engine("swayed", extra={"PROGRAM_PLACE": "there"}).up(plan, build_hash=plan.build_hash)
    assert provider.world() == []


def test_a_repeated_up_completes_what_was_previewed_but_replaces_nothing(
    on_engine: Callable[..., PulumiDeployer], provider: FakeCloud
) -> None:
    plan = a_plan()
    deployer = on_engine("swayed")
    deployer.preview(plan)
    provider.refuse("create", "feed", "quota exceeded")
    with pytest.raises(Retryable, match=r"create of feed failed: .*quota exceeded"):
        deployer.up(plan, build_hash=plan.build_hash)
    assert provider.world() == []
    deployer.up(plan, build_hash=plan.build_hash)
    assert [thing.name for thing in provider.world()] == ["feed"]
    with pytest.raises(Refused, match=r"replace urn:.*::feed"):
        on_engine("swayed", extra={"PROGRAM_PLACE": "there"}).up(plan, build_hash=plan.build_hash)
    assert (provider.count("create"), provider.count("delete")) == (2, 0)


def test_a_program_that_raises_is_final(on_engine: Callable[..., PulumiDeployer]) -> None:
    with pytest.raises(Final, match="the program raised: ValueError: no such rung for talk"):
        on_engine("raising").preview(a_plan())


def test_a_program_that_is_not_there_is_final_and_can_be_put_right(on_engine: Callable[..., PulumiDeployer]) -> None:
    with pytest.raises(Final, match=r"the program raised: AttributeError: .*no attribute 'missing'"):
        on_engine("missing").preview(a_plan())
    assert on_engine().preview(a_plan()).changes == {"create": 4}


def test_an_up_without_a_preview_makes_the_stack_and_builds_it(
    on_engine: Callable[..., PulumiDeployer], provider: FakeCloud
) -> None:
    deployer, plan = on_engine(), a_plan()
    built = deployer.up(plan, build_hash=plan.build_hash, unpreviewed=True)
    assert built.changes == {"create": 4}
    assert deployer.up(plan, build_hash=plan.build_hash, unpreviewed=True).changes == {"same": 4}
    assert provider.count("create") == 3
    with pytest.raises(Refused, match="nothing was previewed"):
        deployer.up(plan, build_hash=plan.build_hash)
    assert deployer.destroy(plan, reason="the end").changes["delete"] == 4


def test_an_up_without_a_preview_still_refuses_another_build(
    world: World, settings: Settings, no_engine: Engine
) -> None:
    deployer, plan = world.deployer(settings, no_engine), a_plan()
    with pytest.raises(Refused, match="the plan's build is"):
        deployer.up(plan, build_hash=a_plan("gala").build_hash, unpreviewed=True)


def test_an_up_without_a_preview_overtakes_what_was_previewed_before(
    on_engine: Callable[..., PulumiDeployer],
) -> None:
    deployer, plan, other = on_engine(), a_plan(), a_plan(path="other")
    deployer.preview(plan)
    deployer.up(other, build_hash=other.build_hash, unpreviewed=True)
    with pytest.raises(Refused, match="nothing was previewed"):
        deployer.up(plan, build_hash=plan.build_hash)
