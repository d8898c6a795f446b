"""Verbs on an event that is up, by its control card alone: engine, journal and state may be away."""

import json
from pathlib import Path
from typing import Any

from eventstack.automation import beneath, given, notes
from eventstack.automation.given import Event
from eventstack.automation.world import World
from eventstack.errors import ConfigError, DeployError, EventstackError, Fault, Retryable
from eventstack.planning import naming
from eventstack.planning.plan import StackPlan
from eventstack.settings import Settings


def verb(
    event: Event,
    name: str,
    *,
    by: str = "",
    reason: str = "",
    settings: Settings | None = None,
    world: World | None = None,
    **arguments: Any,
) -> dict[str, Any]:
    """Do one verb: `start`, `publish`, `slate` (with `on`), `unpublish` or `stop`; doing it twice is as good as once.

    The event is given as its id, an occurrence, its file, a plan, or the path of a control card. Who, why and what
    became of it stand beside the event's records. The answer has `ok`, `detail` and `measured`.
    Raises ConfigError for another verb or an event that is not up, and a DeployError when it does not succeed.
    """
    world = world or World(settings)
    card = find_card(world.settings, event)
    occurrence = str(card.get("occurrence") or event)
    line = {"what": name, "arguments": arguments, "who": by or notes.person(), "why": reason}
    try:
        answer = world.perform(card, name, arguments)
    except EventstackError as fault:
        notes.note(world.settings, occurrence, {**line, "ok": False, "detail": str(fault)})
        if isinstance(fault, Retryable) and (named := _foundation_named(world, occurrence, fault)) is not fault:
            raise named from fault
        raise
    notes.note(world.settings, occurrence, {**line, "ok": True, "detail": answer.get("detail", "")})
    return {"occurrence": occurrence, "verb": name, **answer}


def _foundation_named(world: World, occurrence: str, fault: Retryable) -> DeployError:
    """The fault, with the foundation that does not answer, as far as the journal is there to name it."""
    try:
        known = given.latest(world.known(), world.settings.owner, naming.PROJECTS["event"], occurrence)
        return beneath.named(world, known.plan, fault) if known.plan else fault
    except (EventstackError, OSError):
        return fault


def find_card(settings: Settings, event: Event) -> dict[str, Any]:
    """The control card that `event` means: a path, an occurrence's id, or the id of an event of which one is up.

    Raises ConfigError when there is none, more than one, or when it can't be read.
    """
    path = _path(settings, event)
    try:
        card = json.loads(path.read_text(encoding="utf-8"))
    except (OSError, ValueError) as fault:
        raise ConfigError(Fault("the control card can't be read", file=str(path), hint=str(fault))) from fault
    if not isinstance(card, dict):
        raise ConfigError(Fault("not a control card", file=str(path)))
    return card


def _path(settings: Settings, event: Event) -> Path:
    if isinstance(event, StackPlan):
        return _named(settings, event.build.occurrence)
    path = Path(event)
    if path.suffix == ".json" and path.is_file():
        return path
    if given.is_file(event) and path.suffix != ".json":
        from eventstack.models.load import load_event

        return _named(settings, load_event(path).id)
    return _named(settings, str(event))


def _named(settings: Settings, event: str) -> Path:
    exact = settings.cards / f"{event}.json"
    return exact if exact.is_file() else _only(settings, event)


def _only(settings: Settings, event: str) -> Path:
    there = {path.stem: path for path in sorted(settings.cards.glob("*.json"))}
    meant = [name for name in there if name.startswith(f"{event}-")]
    if len(meant) == 1:
        return there[meant[0]]
    raise ConfigError(
        Fault(
            "more than one occurrence is up" if meant else "no event of that name is up",
            field="EVENT",
            given=event,
            allowed=", ".join(meant or there) or "none: no event is up",
            hint="name an occurrence, or the path of a control card",
        )
    )
