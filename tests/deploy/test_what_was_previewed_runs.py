"""Previewed is what runs, and a program's fault is final: on the real engine and the fake cloud."""

from collections.abc import Callable

import pytest

from eventstack.deploy.pulumi_deployer import PulumiDeployer
from eventstack.errors import Final, Refused, Retryable
from eventstack.testing.fake_cloud import FakeCloud
from tests.deploy.conftest import a_plan

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
