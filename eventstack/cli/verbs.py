"""`eventstack start|publish|slate|unpublish|stop`: act on an event that is up, in seconds, by its control card alone.

Engine, journal and state may be away. Each act is idempotent and leaves a line beside the event's records.
"""

import json
from collections.abc import Callable
from typing import Any, TypeVar

import click

from eventstack import automation
from eventstack.cli import performing

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


def _act(verb: str, event: str, by: str | None, reason: str, *, as_json: bool, **arguments: Any) -> None:
    with performing.answering(as_json=as_json):
        answer = automation.verb(event, verb, by=by or "", reason=reason, **arguments)
    if as_json:
        click.echo(json.dumps(answer, indent=2))
    else:
        click.echo(f"{answer['occurrence']}: {answer.get('detail', verb)}")
