"""The contract of deployers: the fake in memory, and Pulumi's engine on the fake cloud."""

import dataclasses
from pathlib import Path

import pytest

from eventstack.deploy.engine import find
from eventstack.deploy.pulumi_deployer import PulumiDeployer
from eventstack.errors import Retryable
from eventstack.settings import Settings
from eventstack.testing import builders
from eventstack.testing.contracts.deployers import DeployerContract, Stage
from eventstack.testing.fake_cloud import ON_AIR, FakeCloud
from eventstack.testing.fake_deployer import FakeDeployer

PROGRAMS = Path(__file__).parents[1] / "testing" / "programs"


class TestFakeDeployer(DeployerContract):
    @pytest.fixture
    def stage(self) -> Stage:
        deployer, plan = FakeDeployer(), builders.plan(parents=())

        def set_on_air(on_air: bool) -> None:
            (deployer.on_air.add if on_air else deployer.on_air.discard)(plan.build.occurrence)

        return Stage(deployer, plan, set_on_air, lambda: deployer.fail("up", Retryable("quota exceeded", after_s=1)))


@pytest.mark.engine
class TestPulumiDeployer(DeployerContract):
    @pytest.fixture
    def stage(self, cloud: FakeCloud, engine_path: Path, home: Path) -> Stage:
        settings = dataclasses.replace(Settings.from_environment(), engine=engine_path)
        engine, _ = find(settings)
        assert engine is not None
        deployer = PulumiDeployer(
            settings,
            engine,
            inventory=cloud.inventory,
            remove=cloud.remove,
            on_air=cloud.on_air,
            program="fake_cloud_programs:chain",
            extra={**cloud.environment(), "PYTHONPATH": str(PROGRAMS)},
            sleep=cloud.advance,
        )

        def set_on_air(on_air: bool) -> None:
            cloud.set_state("*", ON_AIR if on_air else "")

        return Stage(
            deployer,
            builders.plan(parents=()),
            set_on_air,
            lambda: cloud.refuse("create", "feed", "quota exceeded"),
        )
