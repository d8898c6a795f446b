"""How a stack's condition is told to a person."""

from typing import TYPE_CHECKING

import click

if TYPE_CHECKING:
    from eventstack.automation import Condition

MARKS = {"ok": ("ok", "green"), "note": ("note", "yellow"), "alarm": ("ALARM", "red")}


def explain(condition: "Condition") -> None:
    """Print the findings, what a person can do, and what `recover` would do."""
    click.echo(f"{condition.stack}: {'well' if condition.healthy else 'not well'}")
    for finding in condition.findings:
        word, colour = MARKS[finding.severity]
        click.echo(f"  {click.style(f'{word:5}', fg=colour)} {finding.text}")
        if finding.remedy:
            click.echo(f"        to do: {finding.remedy}")
        if finding.step:
            click.echo(f"        recover would: {finding.step}")
