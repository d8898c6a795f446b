"""The contract of clouds: every cloud that there is, and the inventories of this machine and of the fake cloud."""

from collections.abc import Mapping
from pathlib import Path

import pytest

from eventstack import clouds
from eventstack.clouds.local import inventory as local
from eventstack.planning import naming
from eventstack.settings import Settings
from eventstack.testing.contracts.clouds import CloudContract, Inventory, InventoryContract
from eventstack.testing.fake_cloud import FakeCloud


class TestClouds(CloudContract):
    @pytest.fixture(params=clouds.BUILT)
    def cloud(self, request: pytest.FixtureRequest) -> str:
        return str(request.param)


class TestInventoryOfThisMachine(InventoryContract):
    @pytest.fixture
    def inventory(self, home: Path) -> Inventory:
        settings = Settings.from_environment()

        def make(tags: Mapping[str, str]) -> None:
            (settings.nodes / naming.node_directory_name(tags)).mkdir(parents=True)

        return Inventory(lambda tags: local.by_tags(settings, tags), local.remove, make)


class TestInventoryOfTheFakeCloud(InventoryContract):
    @pytest.fixture
    def inventory(self, cloud: FakeCloud) -> Inventory:
        def make(tags: Mapping[str, str]) -> None:
            cloud.plant("aws:s3/bucket:Bucket", "films", urn="urn:films", inputs={"tags": dict(tags)})

        return Inventory(cloud.inventory, cloud.remove, make)
