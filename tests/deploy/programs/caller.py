"""A caller of its own process, which a test may kill; the plan comes by standard input."""

import os
import sys
from pathlib import Path

from eventstack.deploy.engine import Engine
from eventstack.deploy.pulumi_deployer import PulumiDeployer
from eventstack.planning.plan import StackPlan
from eventstack.settings import Settings

plan = StackPlan.from_json(sys.stdin.buffer.read())
deployer = PulumiDeployer(
    Settings.from_environment(),
    Engine(Path(sys.argv[1]), sys.argv[2], "named"),
    inventory=lambda _: [],
    remove=lambda _: None,
    on_air=lambda _: False,
    program="engine_programs:three",
    extra={"PULUMI_DEBUG_PROVIDERS": os.environ["CALLER_PROVIDERS"], "PYTHONPATH": os.environ["PYTHONPATH"]},
)
deployer.up(plan, build_hash=plan.build_hash)
