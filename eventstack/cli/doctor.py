"""`eventstack doctor`: what a run needs, what is there, how to mend what is not; or how one stack is."""

import dataclasses
import json
from pathlib import Path
from typing import NoReturn

import click

from eventstack.cli import performing
from eventstack.cli.condition import explain
from eventstack.deploy import checkup
from eventstack.deploy.health import Check
from eventstack.settings import Settings

PAPER = 160
"""Columns of a table that goes to a file or a pipe."""

_STYLES = {"ok": "green", "warn": "yellow", "missing": "bold red"}


@click.command("doctor", epilog=performing.CODES)
@click.argument("event", required=False, metavar="[EVENT]")
@click.option("--json", "as_json", is_flag=True, help="Print one JSON object instead of a table.")
@click.pass_context
def command(ctx: click.Context, event: str | None, as_json: bool) -> None:
    """Say what a run needs of this machine, what is there, and how to mend what is not.

    With EVENT, an event or a foundation, explain the condition of its stack instead; `recover` mends it.
    Nothing is installed or changed. The exit code is 1 when something is missing that a run can't do without, or when
    the stack is not well.
    """
    if event is not None:
        _explain(ctx, event, as_json=as_json)
    checks = tuple(checkup.examine(Settings.from_environment()))
    missing = any(check.status == "missing" for check in checks)
    if as_json:
        document = {"ok": not missing, "checks": [dataclasses.asdict(check) for check in checks]}
        click.echo(json.dumps(document, indent=2))
    else:
        _print(checks)
    ctx.exit(1 if missing else 0)


def _explain(ctx: click.Context, event: str, *, as_json: bool) -> NoReturn:
    from eventstack import automation

    with performing.answering(as_json=as_json):
        found = automation.diagnose(event, say=lambda text: click.echo(text, err=True))
    if as_json:
        performing.show(found)
    else:
        explain(found)
    ctx.exit(0 if found.healthy else 1)


def _print(checks: tuple[Check, ...]) -> None:
    import sys

    from rich import box
    from rich.console import Console
    from rich.table import Table
    from rich.text import Text

    table = Table(box=box.SIMPLE_HEAD, pad_edge=False)
    table.add_column("what", no_wrap=True)
    table.add_column("found", overflow="fold", ratio=3)
    table.add_column("wanted", overflow="fold", ratio=2)
    table.add_column("status", no_wrap=True)
    table.add_column("remedy", overflow="fold", ratio=3)
    for check in checks:
        found = Text(check.found)
        if check.place:
            found.append(f"  {_short(check.place)}", style="dim")
        status = Text(check.status, style=_STYLES[check.status])
        table.add_row(check.name, found, Text(check.wanted), status, Text(check.remedy))
    console = Console(width=None if sys.stdout.isatty() else PAPER)
    console.print(table)
    counts = {status: sum(check.status == status for check in checks) for status in _STYLES}
    console.print(f"{counts['ok']} ok, {counts['warn']} to look at, {counts['missing']} missing", highlight=False)


def _short(place: str) -> str:
    """Abbreviate a path to its end, which tells most; `--json` has the whole of it."""
    parts = Path(place).parts
    return place if len(parts) <= 3 else str(Path("…", *parts[-2:]))
