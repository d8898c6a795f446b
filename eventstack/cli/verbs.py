"""`eventstack start|publish|slate|unpublish|stop`: act on an event that is up, in seconds, by its control card alone.

Engine, journal and state may be away. Each act is idempotent and leaves a line beside the event's records.
"""

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any, TypeVar

import click

from eventstack import clouds
from eventstack.cli import operations
from eventstack.errors import ConfigError, EventstackError, Fault
from eventstack.settings import Settings

_Command = TypeVar("_Command", bound=Callable[..., None])


def _options(command: _Command) -> _Command:
    for decorate in (
        click.option("--json", "as_json", is_flag=True, help="Print the answer as one JSON object."),
        click.option("--reason", default="", help="Why, for the records."),
        click.option("--by", default=None, help="Who, for the records; the user's name unless given."),
        click.argument("event", metavar="EVENT"),
    ):
        command = decorate(command)
    return command


@click.command("start")
@_options
def start(event: str, by: str | None, reason: str, as_json: bool) -> None:
    """Start the chain of EVENT (an event's id, or the path of a control card): line-up, not yet public."""
    _act("start", event, by, reason, as_json=as_json)


@click.command("stop")
@_options
def stop(event: str, by: str | None, reason: str, as_json: bool) -> None:
    """End the programme of EVENT, complete its recording and stop its chain; what was published stays to be seen."""
    _act("stop", event, by, reason, as_json=as_json)


@click.command("publish")
@_options
def publish(event: str, by: str | None, reason: str, as_json: bool) -> None:
    """Put EVENT on air: the programme begins and the public is let in."""
    _act("publish", event, by, reason, as_json=as_json)


@click.command("unpublish")
@_options
def unpublish(event: str, by: str | None, reason: str, as_json: bool) -> None:
    """Take EVENT off air: the public is shut out first; the chain goes on running."""
    _act("unpublish", event, by, reason, as_json=as_json)


@click.command("slate")
@_options
@click.argument("state", type=click.Choice(["on", "off"]))
def slate(event: str, state: str, by: str | None, reason: str, as_json: bool) -> None:
    """Show the slate of EVENT in place of its picture, or go back to the programme."""
    _act("slate", event, by, reason, as_json=as_json, on=state == "on")


def find_card(settings: Settings, event: str) -> dict[str, Any]:
    """The control card that `event` means: a path, an occurrence's id, or the id of an event of which one is up.

    Raises ConfigError when there is none, more than one, or when it can't be read.
    """
    path = Path(event)
    if not (path.suffix == ".json" and path.is_file()):
        exact = settings.cards / f"{event}.json"
        path = exact if exact.is_file() else _only(settings, event)
    try:
        card = json.loads(path.read_text(encoding="utf-8"))
    except (OSError, ValueError) as fault:
        raise ConfigError(Fault("the control card can't be read", file=str(path), hint=str(fault))) from fault
    if not isinstance(card, dict):
        raise ConfigError(Fault("not a control card", file=str(path)))
    return card


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


def _act(verb: str, event: str, by: str | None, reason: str, *, as_json: bool, **arguments: Any) -> None:
    settings = Settings.from_environment()
    card = find_card(settings, event)
    occurrence = str(card.get("occurrence") or event)
    line = {"what": verb, "arguments": arguments, "who": by or operations.person(), "why": reason}
    try:
        answer = clouds.verbs(str(card.get("cloud", ""))).perform(card, verb, **arguments)
    except EventstackError as fault:
        operations.note(settings, occurrence, {**line, "ok": False, "detail": str(fault)})
        raise
    operations.note(settings, occurrence, {**line, "ok": True, "detail": answer.get("detail", "")})
    if as_json:
        click.echo(json.dumps({"occurrence": occurrence, "verb": verb, **answer}, indent=2))
    else:
        click.echo(f"{occurrence}: {answer.get('detail', verb)}")
