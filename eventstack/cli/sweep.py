"""`eventstack sweep`: what of ours should not be on this machine, and, when told so, its removal.

Read-only unless `--delete` is given; it knows only tags, identities and the journal. It never removes by name.
"""

import json
from collections.abc import Collection
from typing import Any

import click

from eventstack.automation import notes
from eventstack.cli import leftovers
from eventstack.cli.leftovers import Leftover, Lifted
from eventstack.deploy.deployer import Override
from eventstack.deploy.journal import StackKey
from eventstack.errors import Refused
from eventstack.settings import Settings


@click.command("sweep")
@click.argument("occurrence", required=False)
@click.option("--delete", is_flag=True, help="Remove what is left, each thing by its identity.")
@click.option("--on-air", "on_air", is_flag=True, help="Also what is on air or still driven; needs --by and --reason.")
@click.option("--held", is_flag=True, help="Also what a person holds; needs --by and --reason.")
@click.option("--by", default="", help="Who says that what is on air or held may go.")
@click.option("--reason", default="", help="Why; both are kept beside the event's records.")
@click.option("--json", "as_json", is_flag=True, help="Print one JSON object.")
@click.pass_context
def command(
    ctx: click.Context,
    occurrence: str | None,
    delete: bool,
    on_air: bool,
    held: bool,
    by: str,
    reason: str,
    as_json: bool,
) -> None:
    """List what is left of ours on this machine (of one OCCURRENCE, if named), and remove it with --delete.

    The exit code is 0 when nothing is left, 1 when something is. What stands (built, and to be removed by `destroy`),
    what is on air, held, or driven by a running process, is shown and left alone. With --on-air goes what is on air,
    and of a named OCCURRENCE also what only stands.
    """
    if on_air and not (by and reason):
        raise Refused(
            "--on-air ends a programme that people may be watching",
            rule="sweeping never touches an event on air unless a person says so",
            override="--on-air --by NAME --reason TEXT",
        )
    if held and not (by and reason):
        raise Refused(
            "--held removes what a person holds",
            rule="what a person holds stays unless a person says so",
            override="--held --by NAME --reason TEXT",
        )
    settings = Settings.from_environment()
    lifted = Lifted(on_air, held)
    before = leftovers.look(settings, only=occurrence, lifted=lifted)
    withstood: list[str] = []
    if delete:
        if on_air or held:
            _note(settings, before, by, reason)
        withstood = leftovers.clear(before)
    after = leftovers.look(settings, only=occurrence, lifted=lifted) if delete else before
    swept = {one.stack for one in before if one.stack and not one.kept} if delete else set()
    stacks = _books(settings, occurrence, swept, Override(by, reason) if held else None, delete=delete)
    left = [one for one in after if not one.used]
    report = {
        "left": [one.plain for one in left],
        "in_use": [one.plain for one in after if one not in left],
        "removed": _removed(before, after) if delete else [],
        "withstood": withstood,
        "stacks": stacks,
    }
    click.echo(json.dumps(report, indent=2)) if as_json else _print(report, delete=delete)
    ctx.exit(1 if left or any(not stack["closed"] for stack in stacks) else 0)


def _removed(before: list[Leftover], after: list[Leftover]) -> list[dict[str, Any]]:
    still = {one.found.identity for one in after}
    return [one.plain for one in before if one.found.identity not in still]


def _note(settings: Settings, things: list[Leftover], by: str, reason: str) -> None:
    going = [one for one in things if not one.kept]
    for occurrence in sorted({one.found.tag.get("eventstack-occurrence", "") for one in going} - {""}):
        airing = any(one.found.on_air and one.found.tag.get("eventstack-occurrence") == occurrence for one in going)
        detail = "removed while on air" if airing else "removed"
        notes.note(settings, occurrence, {"what": "sweep", "who": by, "why": reason, "ok": True, "detail": detail})


def _books(
    settings: Settings, occurrence: str | None, swept: Collection[StackKey], override: Override | None, *, delete: bool
) -> list[dict[str, Any]]:
    lines = []
    for known in leftovers.books(settings, only=occurrence, swept=swept):
        why_not = leftovers.close(settings, known, override) if delete else "use --delete"
        lines.append({"stack": str(known.key), "closed": not why_not, "detail": why_not})
    return lines


def _print(report: dict[str, Any], *, delete: bool) -> None:
    for one in report["removed"]:
        click.echo(f"removed  {one['kind']:<10} {_named(one)}")
    for one in report["in_use"]:
        click.echo(f"in use   {one['kind']:<10} {_named(one)} ({one['kept']})")
    for one in report["left"]:
        state = "on air" if one["on_air"] else "left"
        click.echo(f"{state:<8} {one['kind']:<10} {_named(one)} ({', '.join(one['marks'])})")
    for stack in report["stacks"]:
        state = "closed" if stack["closed"] else f"in the engine's books: {stack['detail']}"
        click.echo(f"stack    {stack['stack']}: {state}")
    for text in report["withstood"]:
        click.echo(f"withstood: {text}", err=True)
    if any(one["on_air"] for one in report["left"]):
        click.echo("What is on air goes only with --delete --on-air --by NAME --reason TEXT.")
    elif report["left"] and not delete:
        click.echo("`eventstack sweep --delete` removes it.")
    elif not report["left"] and all(stack["closed"] for stack in report["stacks"]):
        click.echo("Nothing is left.")


def _named(one: dict[str, Any]) -> str:
    """A thing without its kind, which stands before it."""
    detail: str = one["detail"]
    return detail.removeprefix(f"{one['kind']} ")
