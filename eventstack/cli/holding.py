"""`eventstack hold` and `release`: a person's word that a stack stays as it is, and its end."""

from typing import TYPE_CHECKING

import click

from eventstack.cli import performing
from eventstack.planning.instants import told

if TYPE_CHECKING:
    from eventstack.automation import Status
    from eventstack.deploy.journal import Hold


@click.command("hold", epilog=performing.CODES)
@performing.event
@click.option("--reason", required=True, help="Why, for those who come after.")
@click.option("--for", "lasting", metavar="DURATION", help="How long, as 90m or 2h; until it is released unless given.")
@performing.by
@performing.as_json
def hold(event: str, reason: str, lasting: str | None, by: str, *, as_json: bool) -> None:
    """Keep the stack of EVENT, an event or a foundation, from being destroyed."""
    from datetime import timedelta

    from eventstack import automation
    from eventstack.automation.holding import standing
    from eventstack.models.units import Duration

    with performing.answering(as_json=as_json):
        try:
            span = timedelta(seconds=float(Duration.parse(lasting))) if lasting else None
        except ValueError as wrong:
            raise click.BadParameter(f"{lasting}: {wrong}; give {Duration.allowed}", param_hint="--for") from wrong
        before = standing(event)
        status = automation.hold(event, reason=reason, by=by, lasting=span)
    _show(status, before, as_json=as_json)


@click.command("release", epilog=performing.CODES)
@performing.event
@performing.by
@performing.as_json
def release(event: str, by: str, *, as_json: bool) -> None:
    """End a hold on EVENT; nothing happens where there is none."""
    from eventstack import automation
    from eventstack.automation.holding import standing

    with performing.answering(as_json=as_json):
        before = standing(event)
        status = automation.release(event, by=by)
    _show(status, before, as_json=as_json)


def _show(status: "Status", before: "Hold | None", *, as_json: bool) -> None:
    if as_json:
        performing.show({"ok": True, "status": status, "before": before})
        return
    if status.hold is not None:
        words = _words(status.hold) + (f" (before: {_words(before)})" if before else "")
    else:
        words = f"released (was {_words(before)})" if before else "not held"
    click.echo(f"{status.stack}: {words}")


def _words(hold: "Hold") -> str:
    until = f" until {told(hold.until)}" if hold.until else " until it is released"
    return f"held by {hold.person}{until}: {hold.reason}"
