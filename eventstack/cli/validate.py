"""`eventstack validate`: every fault of every file, at once."""

from dataclasses import dataclass, replace
from pathlib import Path

import click

from eventstack.automation.inputs import checked_event, planned
from eventstack.cli import faults_display as display
from eventstack.cli import performing
from eventstack.errors import ConfigError, Fault, NotOffered
from eventstack.models.document import Document
from eventstack.models.faults import in_order
from eventstack.models.load import check_base, is_base, kind, read_any, read_file
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
    ok = all(report.ok for report in reports)
    if as_json:
        told = [
            {
                "file": one.file,
                "kind": one.kind,
                "ok": one.ok,
                "faults": [display.fields(fault) for fault in one.faults],
            }
            for one in reports
        ]
        click.echo(display.as_json({"ok": ok, "files": told}))
    else:
        _print(reports)
    ctx.exit(0 if ok else 2)


@dataclass(frozen=True)
class _Report:
    file: str
    kind: str | None
    faults: tuple[Fault, ...]

    @property
    def ok(self) -> bool:
        return all(fault.severity == "note" for fault in self.faults)


def _report(file: str, search: tuple[Path, ...], owner: str) -> _Report:
    known = None
    try:
        document = read_file(file)
        known = kind(document)
        _check(document, search, owner)
    except (ConfigError, NotOffered) as error:
        return _Report(file, known, tuple(replace(fault, file=fault.file or file) for fault in error.faults))
    return _Report(file, known, ())


def _check(document: Document, search: tuple[Path, ...], owner: str) -> None:
    """Raise whatever is wrong with a document, as far as one fault does not hide another."""
    if kind(document) == "profile" and is_base(document):
        check_base(document, search)
        return
    if kind(document) == "event":
        loaded = checked_event(document, search)
        planned(loaded, search, loaded.model.owner or owner)
    else:
        read_any(document, search)


def _print(reports: list[_Report]) -> None:
    faults: list[Fault] = []
    for report in reports:
        faults += report.faults
        if report.ok:
            file = display.printable(report.file)
            click.echo(f"{file}: {click.style('ok', fg='green')} ({report.kind})", color=display.colours())
    if faults:
        click.echo(display.render(in_order(faults)), color=display.colours())
