"""Holding a stack: a person's word that it stays as it is, until it is released or has run out."""

from datetime import UTC, datetime, timedelta

from eventstack.automation import notes
from eventstack.automation.given import Event
from eventstack.automation.stacks import find, status
from eventstack.automation.values import Status
from eventstack.automation.world import World
from eventstack.deploy.journal import Hold
from eventstack.errors import ConfigError, Fault
from eventstack.settings import Settings


def standing(event: Event, *, settings: Settings | None = None, world: World | None = None) -> Hold | None:
    """Who holds a stack now; None where nobody does. Raises ConfigError for a name that nothing has."""
    found = find(world or World(settings), event).hold
    return found if found and found.holds(datetime.now(UTC)) else None


def hold(
    event: Event,
    *,
    reason: str,
    by: str = "",
    lasting: timedelta | None = None,
    settings: Settings | None = None,
    world: World | None = None,
) -> Status:
    """Keep a stack from being destroyed until it is released, or for as long as `lasting`; the later word stands.

    An override by name and reason still removes it. Raises ConfigError for a name that nothing has, for an empty
    reason, and for what is gone already.
    """
    world = world or World(settings)
    known = find(world, event)
    if not reason.strip():
        raise ConfigError(Fault("a hold needs a reason", field="reason", hint="say why, for those who come after"))
    if known.forgotten is not None:
        raise ConfigError(Fault(f"{known.key} was removed: there is nothing to hold", field="EVENT"))
    now, person = datetime.now(UTC), by or notes.person()
    until = now + lasting if lasting else None
    world.journal.hold(known.key, Hold(person, reason, now, until))
    _note(world, event, {"what": "hold", "who": person, "why": reason, "until": until.isoformat() if until else ""})
    return status(event, world=world)


def release(event: Event, *, by: str = "", settings: Settings | None = None, world: World | None = None) -> Status:
    """End a hold; nothing happens where there is none. Raises ConfigError for a name that nothing has."""
    world = world or World(settings)
    known = find(world, event)
    if known.hold is not None:
        world.journal.hold(known.key, None)
        _note(world, event, {"what": "release", "who": by or notes.person(), "why": f"held by {known.hold.person}"})
    return status(event, world=world)


def _note(world: World, event: Event, line: dict[str, object]) -> None:
    known = find(world, event)
    if known.plan is not None:
        notes.note(world.settings, known.plan.build.occurrence, {**line, "ok": True, "stack": known.key.stack})
