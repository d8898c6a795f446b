"""A fake cloud, and deployers on the real engine that attach to it."""

import dataclasses
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

from eventstack.deploy.engine import Engine, find
from eventstack.deploy.pulumi_deployer import PulumiDeployer
from eventstack.settings import Settings
from eventstack.testing.fake_cloud import FakeCloud
from tests.testing.asking import Asking, asking

PROGRAMS = Path(__file__).parent / "programs"


@pytest.fixture
def engine_like(cloud: FakeCloud) -> Iterator[Asking]:
    with asking(cloud) as one:
        yield one


@pytest.fixture
def settings(tmp_path: Path) -> Settings:
    return Settings.from_environment(
        {"EVENTSTACK_HOME": str(tmp_path / "home"), "EVENTSTACK_GRACE_S": "10", "EVENTSTACK_DEADLINE_S": "120"}
    )


@pytest.fixture(scope="session")
def real_engine(engine_path: Path) -> Engine:
    engine, tried = find(dataclasses.replace(Settings.from_environment(), engine=engine_path))
    assert engine is not None, tried
    return engine


@pytest.fixture
def deployer(settings: Settings, real_engine: Engine, cloud: FakeCloud) -> Callable[..., PulumiDeployer]:
    """Makes deployers of a program of `programs/clouds.py`."""

    def make(program: str = "chain", **more: Any) -> PulumiDeployer:
        return PulumiDeployer(
            settings,
            real_engine,
            inventory=cloud.inventory,
            remove=cloud.remove,
            on_air=cloud.on_air,
            program=f"fake_cloud_programs:{program}",
            extra={**cloud.environment(), "PYTHONPATH": str(PROGRAMS)},
            **more,
        )

    return make
