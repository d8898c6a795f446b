"""One call of a deployer in a process of its own: `calling.py OUT`, the call as JSON by standard input.

What it hears and what came of it are lines of JSON in the file OUT.
"""

import json
import sys
from pathlib import Path
from typing import Any

from eventstack.deploy.deployer import Override, Progress
from eventstack.deploy.engine import Engine
from eventstack.deploy.pulumi_deployer import PulumiDeployer
from eventstack.errors import EventstackError
from eventstack.planning.plan import StackPlan
from eventstack.settings import Settings
from eventstack.testing.fake_cloud import FakeCloud


def a_deployer(call: dict[str, Any], settings: Settings) -> PulumiDeployer:
    """A deployer on the fake cloud that the call names."""
    cloud = FakeCloud.at(Path(call["cloud"]))
    return PulumiDeployer(
        settings,
        Engine(Path(call["engine"]), call["version"], "named"),
        inventory=cloud.inventory,
        remove=cloud.remove,
        on_air=cloud.on_air,
        program="engine_programs:three",
        extra={**cloud.environment(), "PYTHONPATH": call["path"]},
        sleep=lambda _: None,
        patience_s=call["patience_s"],
    )


def main() -> None:
    call, out = json.load(sys.stdin), Path(sys.argv[1])

    def say(**values: Any) -> None:
        with out.open("a") as file:
            file.write(json.dumps(values) + "\n")

    def heard(one: Progress) -> None:
        say(heard=one.name)

    deployer, plan = a_deployer(call, Settings.from_environment()), StackPlan.from_json(call["plan"])
    try:
        if call["kind"] == "destroy":
            override = Override("Ada", "the wrong match") if call["emergency"] else None
            outcome = deployer.destroy(plan, reason="the end", override=override, on_progress=heard)
        else:
            outcome = deployer.up(plan, build_hash=plan.build_hash, unpreviewed=True, on_progress=heard)
    except EventstackError as error:
        say(error=type(error).__name__, text=str(error), holder=getattr(error, "holder", ""))
    else:
        say(operation=outcome.operation, changes=outcome.changes)


if __name__ == "__main__":
    main()
