"""A Temporal worker of an installation on the real engine and the fake cloud, in a process of its own:
`python -m tests.automation.temporal CLOUD ENGINE VERSION AFTER_S ADDRESS QUEUE`.

With AFTER_S other than 0 the cloud is so busy that every call is to come again after so many seconds.
"""

import sys
from pathlib import Path
from typing import Any

from eventstack.deploy.deployer import Deployer
from eventstack.deploy.engine import Engine
from eventstack.errors import Retryable
from eventstack.settings import Settings
from eventstack.testing.fake_cloud import FakeCloud
from tests.automation.on_the_fake import OnTheFake

EXAMPLES = Path(__file__).parents[2] / "docs" / "examples"


class Busy(OnTheFake):
    """An installation on which nothing works for now."""

    after_s = 0.0

    def deployer(self, cloud: str, say: Any, **more: Any) -> Deployer:
        if self.after_s:
            raise Retryable("throttled", after_s=self.after_s)
        return super().deployer(cloud, say, **more)


if __name__ == "__main__":
    sys.path.insert(0, str(EXAMPLES))
    import temporal_event

    folder, path, version, after_s = (sys.argv.pop(1) for _ in range(4))
    world = Busy(Settings.from_environment(), FakeCloud.at(Path(folder)), Engine(Path(path), version, "named"))
    world.after_s = float(after_s)
    temporal_event.main(world=world)
