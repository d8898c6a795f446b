"""Control cards: one private file per living event, enough to reach it when engine, store and state are away."""

from collections.abc import Callable
from pathlib import Path
from typing import Any

import msgspec

from eventstack.deploy import private
from eventstack.planning.plan import StackPlan, canonical
from eventstack.settings import Settings

Card = Callable[[StackPlan, dict[str, Any]], dict[str, Any] | None]
"""Makes a card's content from a plan and its stack's outputs; None for a stack without verbs."""


def path_of(settings: Settings, occurrence: str) -> Path:
    """Where an occurrence's card lies."""
    return settings.cards / f"{occurrence}.json"


def write(settings: Settings, occurrence: str, content: dict[str, Any]) -> Path:
    """Write a card (mode 0600) in one step."""
    private.folder(settings.cards)
    path = path_of(settings, occurrence)
    private.replace(path, canonical(content) + "\n")
    return path


def read(settings: Settings, occurrence: str) -> dict[str, Any] | None:
    """An occurrence's card, if there is one."""
    path = path_of(settings, occurrence)
    return msgspec.json.decode(path.read_bytes(), type=dict[str, Any]) if path.exists() else None


def remove(settings: Settings, occurrence: str) -> None:
    """Remove a card; one that is gone already is no error."""
    path_of(settings, occurrence).unlink(missing_ok=True)
