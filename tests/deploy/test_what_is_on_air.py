"""What is on air, or may be, stays as it is, whatever is called: on the real engine."""

from collections.abc import Callable
from datetime import UTC, datetime
from typing import Any

import pytest

from eventstack.deploy.deployer import Override
from eventstack.deploy.journal import Hold, StackKey
from eventstack.deploy.pulumi_deployer import PulumiDeployer
from eventstack.errors import Refused
from eventstack.testing.fake_cloud import FakeCloud
from tests.deploy.conftest import World, a_plan, built, write_books

pytestmark = pytest.mark.engine

Make = Callable[..., PulumiDeployer]

NOW = datetime(2026, 11, 22, 18, 0, tzinfo=UTC)


Strike = Callable[[PulumiDeployer], None]

Arrange = Callable[[PulumiDeployer, Strike], None]


@pytest.fixture
def while_it_mends(monkeypatch: pytest.MonkeyPatch) -> Arrange:
    """Lets something happen at the end of the deployer's mending."""

    def arrange(deployer: PulumiDeployer, strike: Strike) -> None:
        mend = deployer._recovery.mend

        def slowly(*arguments: Any, **more: Any) -> None:
            mend(*arguments, **more)
            strike(deployer)

        monkeypatch.setattr(deployer._recovery, "mend", slowly)

    return arrange


@pytest.mark.parametrize(("seen", "unpreviewed"), [(True, True), (None, False)])
def test_an_up_that_would_change_what_may_be_on_air_is_refused(
    on_engine: Make, provider: FakeCloud, world: World, seen: bool | None, unpreviewed: bool
) -> None:
    plan = a_plan()
    built(on_engine("swayed"), plan)
    world.on_air = seen
    moved = on_engine("swayed", extra={"PROGRAM_PLACE": "there"})
    if not unpreviewed:
        moved.preview(plan)
    with pytest.raises(Refused, match=r"on air.*would change it.*feed"):
        moved.up(plan, build_hash=plan.build_hash, unpreviewed=unpreviewed)
    assert provider.count("update") == provider.count("delete") == 0
    assert provider.count("create") == 1


@pytest.mark.parametrize("seen", [True, None])
def test_an_up_that_changes_nothing_passes_on_air_and_tells_the_outputs(
    on_engine: Make, provider: FakeCloud, world: World, seen: bool | None
) -> None:
    plan = a_plan()
    deployer = built(on_engine(), plan)
    world.on_air = seen
    outcome = deployer.up(plan, build_hash=plan.build_hash)
    assert outcome.changes == {"same": 4}
    assert outcome.outputs["port"] == 9000
    assert deployer.up(plan, build_hash=plan.build_hash, unpreviewed=True).changes == {"same": 4}
    assert provider.count("create") == 3


def test_what_was_refused_on_air_is_done_when_it_is_off_air(on_engine: Make, provider: FakeCloud, world: World) -> None:
    plan = a_plan()
    built(on_engine("swayed"), plan)
    world.on_air = True
    moved = on_engine("swayed", extra={"PROGRAM_PLACE": "there"})
    moved.preview(plan)
    with pytest.raises(Refused, match="on air"):
        moved.up(plan, build_hash=plan.build_hash)
    world.on_air = False
    assert moved.up(plan, build_hash=plan.build_hash).ok
    assert provider.world()[0].inputs["place"] == "there"


def test_what_goes_on_air_while_a_destroy_mends_is_not_destroyed(
    on_engine: Make, provider: FakeCloud, world: World, while_it_mends: Arrange
) -> None:
    plan = a_plan()
    deployer = built(on_engine(), plan)
    while_it_mends(deployer, lambda _: setattr(world, "on_air", True))
    with pytest.raises(Refused, match="is on air"):
        deployer.destroy(plan, reason="the end")
    assert len(provider.world()) == 3


def test_a_hold_that_comes_while_a_destroy_mends_is_obeyed(
    on_engine: Make, provider: FakeCloud, while_it_mends: Arrange
) -> None:
    plan = a_plan()
    deployer = built(on_engine(), plan)
    while_it_mends(deployer, lambda one: one.hold(plan, Hold("ada", "extra time", NOW)))
    with pytest.raises(Refused, match="is held by ada"):
        deployer.destroy(plan, reason="the end")
    assert len(provider.world()) == 3


def test_books_that_were_emptied_let_nothing_that_may_be_on_air_be_removed(
    on_engine: Make, provider: FakeCloud, world: World
) -> None:
    plan = a_plan()
    deployer = built(on_engine(), plan)
    world.cloud, world.on_air = provider, None
    write_books(deployer.settings, plan)
    with pytest.raises(Refused, match="on air"):
        deployer.destroy(plan, reason="the end")
    found = deployer.evidence(plan)
    assert (found.clean, "on air" in found.spared) == (False, True)
    assert len(provider.world()) == 3


def test_of_what_is_held_evidence_removes_nothing_and_nothing_is_forgotten(
    on_engine: Make, provider: FakeCloud, world: World
) -> None:
    plan = a_plan()
    deployer = built(on_engine(), plan)
    world.cloud = provider
    deployer.hold(plan, Hold("ada", "extra time", NOW))
    write_books(deployer.settings, plan)
    found = deployer.evidence(plan)
    assert (found.clean, found.spared) == (False, "is held by ada: extra time")
    with pytest.raises(Refused, match="is held by ada"):
        deployer.forget(plan)
    assert len(provider.world()) == 3


def test_a_destroy_that_overrides_a_hold_ends_it(on_engine: Make, provider: FakeCloud) -> None:
    plan = a_plan()
    deployer = built(on_engine(), plan)
    deployer.hold(plan, Hold("ada", "extra time", NOW))
    deployer.destroy(plan, reason="the end", override=Override("grace", "the venue is closed"))
    assert deployer.journal.stack(StackKey.of(plan)).hold is None
    assert deployer.evidence(plan).clean
    deployer.forget(plan)
