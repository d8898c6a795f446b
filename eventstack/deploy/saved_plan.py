"""The engine's saved plan, as far as it is read here; its secrets are sealed."""

from collections.abc import Mapping
from pathlib import Path
from typing import Any

import msgspec


class Diff(msgspec.Struct):
    """The inputs that a plan gives to a resource (the engine's apitype.PlanDiffV1)."""

    adds: dict[str, Any] | None = None
    updates: dict[str, Any] | None = None
    deletes: list[str] | None = None


class Goal(msgspec.Struct, rename="camel"):
    """What a plan wants of a resource (the engine's apitype.GoalV1)."""

    type: str
    custom: bool = False
    provider: str | None = None
    parent: str | None = None
    dependencies: list[str] | None = None
    property_dependencies: dict[str, list[str] | None] | None = None
    input_diff: Diff = msgspec.field(default_factory=Diff)


class Planned(msgspec.Struct):
    """One resource's entry (the engine's apitype.ResourcePlanV1)."""

    goal: Goal | None = None
    steps: list[str] | None = None


class _Saved(msgspec.Struct):
    plans: dict[str, Planned] = msgspec.field(name="resourcePlans")


Plans = Mapping[str, Planned]
"""The entries of a saved plan by URN."""


def read(file: Path) -> Plans:
    """The entries of a saved plan; none where it can't be read."""
    try:
        return msgspec.json.decode(file.read_bytes(), type=_Saved).plans
    except (OSError, msgspec.DecodeError):
        return {}
