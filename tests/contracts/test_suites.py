"""The suites can fail: each catches an implementation that breaks a promise."""

from typing import Any

import pytest

from eventstack.deploy.deployer import Evidence, Outcome, Override
from eventstack.errors import Refused
from eventstack.planning.found import Found
from eventstack.planning.plan import StackPlan
from eventstack.probes.probe import ProbeResult, Targets
from eventstack.testing import builders
from eventstack.testing.contracts.clouds import Inventory, InventoryContract
from eventstack.testing.contracts.deployers import DeployerContract, Stage
from eventstack.testing.contracts.probes import ProbeContract
from eventstack.testing.fake_deployer import FakeDeployer


class Reckless(FakeDeployer):
    """Builds what nobody previewed, destroys what is on air, believes everything gone."""

    def up(self, plan: StackPlan, **more: Any) -> Outcome:
        self.stacks[plan.build.stack].previewed = more["build_hash"] = plan.build_hash
        return super().up(plan, **more)

    def destroy(self, plan: StackPlan, **more: Any) -> Outcome:
        self.on_air.clear()
        more["revision"] = None
        return super().destroy(plan, **more)

    def evidence(self, plan: StackPlan, *, override: Override | None = None) -> Evidence:
        super().evidence(plan, override=override)
        self.stacks[plan.build.stack].proven = True
        return Evidence(True, ((), ()), ())


BROKEN = (
    "test_what_was_not_previewed_does_not_run",
    "test_another_build_than_the_previewed_one_does_not_run",
    "test_what_is_on_air_is_destroyed_only_by_a_person_who_says_why",
    "test_a_schedule_that_decided_on_another_revision_destroys_nothing",
    "test_a_living_stack_is_not_proven_gone_and_not_forgotten",
)


@pytest.mark.parametrize("promise", BROKEN)
def test_a_reckless_deployer_is_caught(promise: str) -> None:
    deployer = Reckless()
    stage = Stage(deployer, builders.plan(parents=()), lambda _: deployer.on_air.add("talk"), lambda: None)
    with pytest.raises((AssertionError, pytest.fail.Exception)):
        getattr(DeployerContract(), promise)(stage)


def test_a_deployer_that_never_builds_is_caught() -> None:
    class Idle(FakeDeployer):
        resources: int = 0

    stage = Stage(Idle(resources=0), builders.plan(parents=()), lambda _: None, lambda: None)
    with pytest.raises(AssertionError):
        DeployerContract().test_what_was_previewed_is_built_and_built_again_changes_nothing(stage)


def test_an_inventory_that_shows_other_stacks_is_caught() -> None:
    items: list[Found] = []

    def make(tags: Any) -> None:
        items.append(Found("thing", f"thing-{len(items)}", dict(tags), "a thing", ("tags",)))

    loose = Inventory(lambda _: list(items), items.remove, make)
    suite = InventoryContract()
    for tags in (suite.ONE, suite.NEXT):
        make(tags)
    with pytest.raises(AssertionError):
        suite.test_it_shows_what_carries_all_of_the_tags_and_nothing_else(loose)
    with pytest.raises((AssertionError, ValueError)):
        suite.test_removing_removes_exactly_one_thing_and_again_nothing(loose)


class Probe:
    """A probe of one answer, or one error."""

    hop = "edge"

    def __init__(self, answer: ProbeResult | Exception) -> None:
        self.answer = answer

    async def __call__(self, targets: Targets) -> ProbeResult:
        if isinstance(self.answer, Exception):
            raise self.answer
        return self.answer


@pytest.mark.parametrize(
    "answer",
    [
        Refused("no", rule="none"),
        ProbeResult("edge", ok=True, detail="fine"),
        ProbeResult("origin", ok=False, detail="another hop's"),
        ProbeResult("edge", ok=False, detail=" "),
        ProbeResult("edge", ok=False, detail="two\nlines"),
    ],
)
def test_a_probe_that_raises_or_says_nothing_true_is_caught(answer: ProbeResult | Exception) -> None:
    with pytest.raises((AssertionError, Refused)):
        ProbeContract().test_garbage_is_a_broken_hop_and_no_error(Probe(answer), "an empty body")


def test_the_shipped_fakes_need_no_pytest() -> None:
    import subprocess
    import sys

    modules = ("", ".builders", ".clock", ".fake_cloud", ".fake_deployer", ".mocks", ".thing")
    script = "; ".join(f"import eventstack.testing{module}" for module in modules) + "; import sys"
    done = subprocess.run(
        [sys.executable, "-c", f"{script}; print('pytest' in sys.modules)"],
        capture_output=True,
        text=True,
        check=False,
    )
    assert (done.returncode, done.stdout.strip()) == (0, "False"), done.stderr
