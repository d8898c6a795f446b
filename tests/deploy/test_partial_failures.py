"""Operations that did part of their work: what is left is told, and doing it again completes it."""

import json
from collections.abc import Callable
from typing import Any

import pytest

from eventstack.deploy.pulumi_deployer import PulumiDeployer
from eventstack.errors import Final, Refused, Retryable
from eventstack.settings import Settings
from eventstack.testing.fake_cloud import FakeCloud
from tests.deploy.conftest import World, a_plan

pytestmark = pytest.mark.engine

Make = Callable[..., PulumiDeployer]


def built(deployer: PulumiDeployer) -> PulumiDeployer:
    plan = a_plan()
    deployer.up(plan, build_hash=plan.build_hash, unpreviewed=True)
    return deployer


def names(provider: FakeCloud) -> list[str]:
    return sorted(thing.name for thing in provider.world())


def test_a_refused_delete_does_not_keep_the_rest_and_the_rerun_finishes(on_engine: Make, provider: FakeCloud) -> None:
    deployer, plan = built(on_engine()), a_plan()
    provider.refuse("delete", "encoder", "in use")
    with pytest.raises(Retryable, match="delete of encoder failed: encoder: in use"):
        deployer.destroy(plan, reason="the end")
    # `archive` is only begun once the refusal is known: without continue-on-error it would stay and cost.
    assert names(provider) == ["encoder", "feed"]
    deployer.destroy(plan, reason="the end")
    assert provider.world() == []


def test_a_refused_or_half_done_create_is_completed_by_the_next_up(on_engine: Make, provider: FakeCloud) -> None:
    deployer, plan = on_engine(), a_plan()
    deployer.preview(plan)
    provider.refuse("create", "archive", "quota exceeded")
    provider.report_failed("feed", "timeout while waiting")
    with pytest.raises(Retryable) as caught:
        deployer.up(plan, build_hash=plan.build_hash)
    assert "create of archive" in str(caught.value)
    assert "create of feed" in str(caught.value)
    assert "timeout while waiting" in str(caught.value)
    provider.throttle("create", "encoder")
    with pytest.raises(Retryable, match=r"create of encoder failed: .*rate exceeded, try again later"):
        deployer.up(plan, build_hash=plan.build_hash)
    assert deployer.up(plan, build_hash=plan.build_hash).outputs["port"] == 9000
    assert names(provider) == ["archive", "encoder", "feed"]
    assert provider.doubled() == {}


def test_what_is_protected_makes_a_destroy_final_and_is_named_and_all_else_is_gone(
    on_engine: Make, provider: FakeCloud
) -> None:
    deployer, plan = built(on_engine("ill_programs:kept", extra={"PROGRAM_MOOD": "protect"})), a_plan()
    with pytest.raises(Final) as caught:
        deployer.destroy(plan, reason="the end")
    [vault] = [thing for thing in provider.world() if thing.name == "vault"]
    assert str(caught.value) == (
        "destroy of eventstack-event/talk-i1: protected, and so still there: vault. All that does not hang on it is"
        f" gone. Lift the protection by `pulumi state unprotect '{vault.urn}'`, then destroy again"
    )
    assert names(provider) == ["films", "vault"]
    assert not deployer.evidence(plan).clean


def evidence(settings: Settings) -> dict[str, Any]:
    return dict(json.loads((settings.records / "talk" / "evidence.json").read_text())["stacks"][0])


def test_what_is_retained_is_never_removed_as_a_stray_and_not_clean_until_a_line_accounts_for_it(
    on_engine: Make, provider: FakeCloud, world: World, settings: Settings
) -> None:
    deployer, plan = built(on_engine("ill_programs:kept")), a_plan()
    deployer.destroy(plan, reason="the end")
    [films] = provider.world()
    world.items = provider.inventory(plan.build.tags)
    assert not deployer.evidence(plan).clean
    assert [found.identity for found in world.items] == [films.id]
    line = evidence(settings)
    assert (line["removed"], [urn.rsplit("::", 1)[-1] for urn in line["retained"]]) == ([], ["films"])
    with pytest.raises(Refused, match="no clean evidence"):
        deployer.forget(plan)
    lines = [{"identity": films.id, "why": "the films outlive the event"}]
    deployer._accounted = lambda _: lines
    assert deployer.evidence(plan).clean
    assert evidence(settings)["accounted"] == lines
    deployer.forget(plan)
