"""`eventstack validate`: every fault of every file, at once, and of a folder's."""

from collections.abc import Iterator
from dataclasses import dataclass, replace
from pathlib import Path

import click

from eventstack.automation.inputs import checked_event, planned
from eventstack.cli import faults_display as display
from eventstack.cli import files, performing
from eventstack.errors import ConfigError, Fault, NotOffered
from eventstack.models.document import Document
from eventstack.models.faults import in_order
from eventstack.models.load import check_base, is_base, kind, read_any, read_file
from eventstack.settings import Settings


@click.command("validate")
@click.argument("paths", nargs=-1, required=True, metavar="FILE|DIR...")
@click.option("--json", "as_json", is_flag=True, help="Print one JSON object instead of lines.")
@performing.profile_dirs
@click.pass_context
def command(ctx: click.Context, paths: tuple[str, ...], as_json: bool, profile_dirs: tuple[Path, ...]) -> None:
    """Check event and profile files, or all of a folder; what a file is shows in its keys.

    An event is checked down to its plan: its profile must exist and its cloud must offer what that asks for. Other
    files of a folder, and folders inside it, are skipped and counted.
    The exit code is 2 when a file has a fault.
    """
    owner = Settings.from_environment().owner
    known = files.given(paths)
    every = [(_report(file, profile_dirs, owner), named) for file, named in known.files]
    reports = [report for report, named in every if named or report.ours]
    skipped = {"other file": len(every) - len(reports), "folder": known.folders}
    if not reports:
        none = files.none_there(paths, "event or profile", known.folders)
        reports = [_Report(", ".join(paths), None, (none,))]
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
        if passed_over := files.told(skipped):
            click.echo(", ".join(passed_over))
    ctx.exit(0 if ok else 2)


@dataclass(frozen=True)
class _Report:
    file: str
    kind: str | None
    faults: tuple[Fault, ...]
    ours: bool = True
    """Whether it is an event or a profile, or could be one: what can't be read as YAML may be either."""

    @property
    def ok(self) -> bool:
        return all(fault.severity == "note" for fault in self.faults)


def _report(file: str, search: tuple[Path, ...], owner: str) -> _Report:
    known, ours = None, True
    try:
        document = read_file(file)
        known = kind(document)
        ours = known is not None
        notes = tuple(_checked(document, search, owner))
    except (ConfigError, NotOffered) as error:
        return _Report(file, known, tuple(replace(fault, file=fault.file or file) for fault in error.faults), ours)
    return _Report(file, known, notes)


def _checked(document: Document, search: tuple[Path, ...], owner: str) -> Iterator[Fault]:
    """Raise whatever is wrong with a document, as far as one fault does not hide another; or yield what is of note."""
    if kind(document) == "profile" and is_base(document):
        check_base(document, search)
        return
    if kind(document) == "event":
        loaded = checked_event(document, search)
        theirs = loaded.model.owner or owner
        planned(loaded, search, theirs)
        if theirs != owner:
            hint = f"to plan it, act for that owner: EVENTSTACK_OWNER={theirs}"
            message = f"another owner's: this installation, {owner}'s, neither plans nor builds it"
            note = document.fault(("owner",), message, given=theirs, allowed=owner, hint=hint)
            yield replace(note, severity="note")
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
