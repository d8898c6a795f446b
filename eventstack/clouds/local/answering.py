"""Whether a stack's machine answers, and how it is made to again: its supervisor may die while its parts go on."""

import os
from pathlib import Path

from eventstack.errors import DeployError
from eventstack.node.client import NodeClient
from eventstack.node.launch import launch
from eventstack.node.record import read_state
from eventstack.planning import naming
from eventstack.planning.found import Silence
from eventstack.planning.plan import StackPlan
from eventstack.settings import Settings

ANSWER_S = 5.0
"""How long a machine may take to say how it is; each of its parts is asked for 2 s at most, all at once."""


def silent(settings: Settings, plan: StackPlan) -> Silence | None:
    """Why the machine of a stack that was built does not answer; None when it does."""
    directory = machine(settings, plan)
    if not directory.is_dir():
        return Silence(f"its machine {directory.name} is gone", revivable=False)
    try:
        NodeClient.of(directory).health(timeout_s=ANSWER_S)
    except DeployError:
        return Silence(f"its machine {directory.name} does not answer; what runs on it may go on")
    return None


def stopped(settings: Settings, plan: StackPlan) -> bool:
    """Whether the stack's machine is there and was not started, or stopped; raises StoreError when it can't be read."""
    directory = machine(settings, plan)
    return directory.is_dir() and not read_state(directory).started


def revive(settings: Settings, plan: StackPlan) -> None:
    """Start the machine's supervisor again, which adopts the parts that went on and starts those that did not.

    Nothing happens when it answers. Raises Retryable when it does not come up.
    """
    launch(
        machine(settings, plan),
        plan.build.tags,
        archive=settings.archive,
        seal_key=settings.state / "seal.key",
        environ=os.environ,
    )


def machine(settings: Settings, plan: StackPlan) -> Path:
    """The directory of a stack's machine."""
    return settings.nodes / naming.node_directory_name(plan.build.tags)
