"""`eventstack validate`: every fault of every file, at once."""

import dataclasses
import json
from pathlib import Path
from typing import Any

import click

from eventstack.automation.inputs import planned
from eventstack.cli import performing
from eventstack.errors import ConfigError, Fault, NotOffered
from eventstack.models.event import Event
from eventstack.models.load import read_any, read_file
from eventstack.settings import Settings


@click.command("validate")
@click.argument("files", nargs=-1, required=True, metavar="FILES...")
@click.option("--json", "as_json", is_flag=True, help="Print one JSON object instead of lines.")
@click.option(
    "--profile-dir",
    "profile_dirs",
    multiple=True,
    type=performing.FOLDER,
    help="A folder of profiles, before those beside the event and the shipped ones.",
)
@click.pass_context
def command(ctx: click.Context, files: tuple[str, ...], as_json: bool, profile_dirs: tuple[Path, ...]) -> None:
    """Check event and profile files; what a file is shows in its keys.

    An event is checked down to its plan: its profile must exist and its cloud must offer what that asks for.
    The exit code is 2 when a file has a fault.
    """
    owner = Settings.from_environment().owner
    reports = [_report(file, profile_dirs, owner) for file in files]
    ok = all(report["ok"] for report in reports)
    if as_json:
        click.echo(json.dumps({"ok": ok, "files": reports}, indent=2, ensure_ascii=False))
    else:
        for report in reports:
            _print(report)
    ctx.exit(0 if ok else 2)


def _report(file: str, search: tuple[Path, ...], owner: str) -> dict[str, Any]:
    kind = None
    try:
        loaded = read_any(read_file(file))
        kind = type(loaded.model).__name__.lower()
        if isinstance(loaded.model, Event):
            planned(loaded, search, loaded.model.owner or owner)
        faults: tuple[Fault, ...] = ()
    except ConfigError as error:
        faults = error.faults
    except NotOffered as error:
        faults = (Fault(str(error), file=file),)
    return {"file": file, "kind": kind, "ok": not faults, "faults": [dataclasses.asdict(fault) for fault in faults]}


def _print(report: dict[str, Any]) -> None:
    if report["ok"]:
        click.echo(f"{report['file']}: {click.style('ok', fg='green')} ({report['kind']})")
    for fault in report["faults"]:
        head, *details = str(Fault(**fault)).split("\n")
        click.echo("\n".join([click.style(head, fg="red"), *details]))
