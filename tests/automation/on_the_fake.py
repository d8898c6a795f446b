"""An installation that is reached from any process: the real engine, and a fake cloud that is known by its folder.

As a program it is the command line there: `python -m tests.automation.on_the_fake CLOUD ENGINE VERSION COMMAND…`.
"""

import sys
from pathlib import Path
from typing import Any

from eventstack.automation import World
from eventstack.deploy.deployer import Deployer, StackState
from eventstack.deploy.engine import Engine
from eventstack.deploy.journal import Known
from eventstack.deploy.line import Urgency
from eventstack.deploy.pulumi_deployer import PulumiDeployer
from eventstack.planning.plan import StackPlan
from eventstack.settings import Settings
from eventstack.testing.fake_cloud import FakeCloud
from tests.deploy.conftest import PROGRAMS


class OnTheFake(World):
    """The installation."""

    def __init__(self, settings: Settings, cloud: FakeCloud, engine: Engine) -> None:
        super().__init__(settings)
        self.cloud = cloud
        self.found = engine

    def deployer(
        self, cloud: str, say: Any, *, urgency: Urgency = "scheduled", patience_s: float | None = None
    ) -> Deployer:
        return PulumiDeployer(
            self.settings,
            self.found,
            inventory=self.cloud.inventory,
            remove=self.cloud.remove,
            on_air=self.cloud.on_air,
            program="engine_programs:three",
            extra={**self.cloud.environment(), "PYTHONPATH": str(PROGRAMS)},
            sleep=lambda _: None,
            urgency=urgency,
            patience_s=self.patience_s(patience_s),
        )

    def observe(self, known: Known) -> StackState:
        return self.deployer("fake", None).observe(known.key.project, known.key.stack)

    def on_air(self, plan: StackPlan) -> bool | None:
        return self.cloud.on_air(plan)

    def silent(self, plan: StackPlan) -> None:
        """No machine of ours stands behind a thing of the fake cloud."""

    def engine(self, say: Any) -> Engine:
        return self.found


if __name__ == "__main__":
    from eventstack.cli.main import main

    folder, path, version = (sys.argv.pop(1) for _ in range(3))
    there = OnTheFake(Settings.from_environment(), FakeCloud.at(Path(folder)), Engine(Path(path), version, "named"))
    for name in ("deployer", "observe", "on_air", "silent", "engine"):
        setattr(World, name, getattr(there, name))
    sys.exit(main(sys.argv[1:]))
