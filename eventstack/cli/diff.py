"""`eventstack diff`: what changes from one plan to another, by meaning, and what it takes to get there."""

from collections.abc import Callable
from contextlib import ExitStack
from dataclasses import dataclass
from datetime import UTC, tzinfo
from pathlib import Path
from typing import Any

import click
import msgspec

from eventstack.automation import given
from eventstack.automation.inputs import planned, priced
from eventstack.automation.world import World
from eventstack.cli import diff_display, performing
from eventstack.cli import faults_display as display
from eventstack.cli.revision import Revision, then
from eventstack.deploy.journal import Known
from eventstack.errors import ConfigError, EventstackError, Fault
from eventstack.models.event import Event
from eventstack.models.load import Loaded, load_event, read_event, read_file
from eventstack.planning import diff, naming
from eventstack.planning.plan import StackPlan


@dataclass(frozen=True)
class Side:
    """One of the two: its plan, on the layers of the other where that has some; its zone; and whether it stands."""

    plan: Callable[[StackPlan | None], StackPlan]
    fixed: StackPlan | None = None
    zone: tzinfo | None = None
    stands: bool = False


@click.command("diff", epilog="Exit codes: 0 no difference; 1 differences; 2 bad input, or what failed.")
@click.argument("before", metavar="A")
@click.argument("after", metavar="[B]", required=False)
@click.option("--running", is_flag=True, help="Compare one event's file with the plan that stands of it.")
@click.option("--json", "as_json", is_flag=True, help="Print one JSON object instead of lines.")
@performing.profile_dirs
@click.pass_context
def command(
    ctx: click.Context,
    before: str,
    after: str | None,
    profile_dirs: tuple[Path, ...],
    *,
    running: bool,
    as_json: bool,
) -> None:
    """Say what changes from A to B, by meaning: what moved, which rung was added, and whether anything is rebuilt.

    A and B are event files, plans (`plan --json`), files of a revision of git as HEAD~1:shows/final.yaml, or names of
    stacks that stand. The profiles of a revision are those that lay beside the event then; others are today's.
    A file against a plan is planned on the layers below that the plan stands on.

    The last line says what it takes. Nothing, where only the plan changes. An `up`, where resources of the event do,
    with their roles. Another layer below, where only that carries what changes, as a domain: an event never updates
    what it stands on. Or a replacement, where it would be another stack: another place, series or layer below.
    """
    if running == (after is not None):
        raise click.UsageError("name two things to compare, or one event's file with --running")
    try:
        with performing.answering(as_json=as_json):
            found = _compared(World(), before, after, profile_dirs)
    except EventstackError as error:
        if error.exit_code != 1:
            raise
        raise _Failed(str(error)) from error
    if as_json:
        click.echo(display.as_json(_fields(found)))
    else:
        for line in diff_display.lines(found.changes, found.zone, on_air=found.on_air):
            click.echo(line, color=display.colours())
    ctx.exit(1 if found.changes else 0)


class _Failed(click.ClickException):
    """What is no input's fault, with the one code that is left for it."""

    exit_code = 2


@dataclass(frozen=True)
class _Compared:
    before: StackPlan
    after: StackPlan
    changes: tuple[diff.Change, ...]
    zone: tzinfo
    on_air: bool | None
    """Whether what stands is on air; None where that can't be told, False where nothing compared stands."""


def _compared(world: World, before: str, after: str | None, search: tuple[Path, ...]) -> _Compared:
    with ExitStack() as open_:
        one = _standing(world, before) if after is None else _side(world, before, search, open_)
        other = _side(world, before if after is None else after, search, open_)
        old, new = one.plan(other.fixed), other.plan(one.fixed)
    stands = next((side.fixed for side in (one, other) if side.stands), None)
    return _Compared(
        old,
        new,
        diff.changes(old, new),
        other.zone or one.zone or UTC,
        world.on_air(stands) if stands else False,
    )


def _side(world: World, text: str, search: tuple[Path, ...], open_: ExitStack) -> Side:
    if revision := Revision.of(text):
        was = open_.enter_context(then(revision))
        if revision.path.endswith(".json"):
            return _fixed(_plan(was.content, revision.spelt))
        with was.told():
            loaded = read_event(was.document())

        def at_revision(on: StackPlan | None) -> StackPlan:
            with was.told():
                return was.at_home(_planned(world, loaded, (*search, was.profiles), on))

        return Side(at_revision, zone=loaded.model.window.clocks)
    if given.is_plan_file(text):
        return _fixed(given.read_plan(text))
    if given.is_file(text):
        today = read_event(read_file(text))
        return Side(lambda on: _planned(world, today, search, on), zone=today.model.window.clocks)
    return _of(given.by_name(world.known(), text), text)


def _standing(world: World, file: str) -> Side:
    """The stack that stands of an event's file."""
    if not given.is_file(file) or given.is_plan_file(file):
        hint = "name the event's file, or two things to compare"
        raise ConfigError(Fault("not an event's file", field="A", given=file, hint=hint))
    occurrence = load_event(file).id
    return _of(given.latest(world.known(), world.settings.owner, naming.PROJECTS["event"], occurrence), occurrence)


def _of(known: Known, name: str) -> Side:
    if known.plan is None or known.forgotten is not None:
        hint = "eventstack list names what stands"
        raise ConfigError(Fault("nothing of it stands here", field="EVENT", given=name, hint=hint))
    return _fixed(known.plan, stands=True)


def _fixed(plan: StackPlan, *, stands: bool = False) -> Side:
    return Side(lambda _: plan, fixed=plan, stands=stands)


def _planned(world: World, loaded: Loaded[Event], search: tuple[Path, ...], on: StackPlan | None) -> StackPlan:
    """An event's plan; on the layers that another plan stands on, where there is one to compare it with."""
    if on is None:
        return priced(planned(loaded, search, loaded.model.owner or world.settings.owner)[1])
    build = on.build
    return priced(planned(loaded, search, build.owner, build.parents, incarnation=build.incarnation)[1])


def _plan(content: bytes, file: str) -> StackPlan:
    try:
        return StackPlan.from_json(content)
    except msgspec.DecodeError as cause:
        raise ConfigError(Fault(f"not a plan: {cause}", file=file)) from cause


def _fields(found: _Compared) -> dict[str, Any]:
    return {
        "ok": True,
        "different": bool(found.changes),
        "effect": diff.effect(found.changes),
        "updates": list(diff.touched(found.changes)),
        "on_air": found.on_air,
        "changes": [
            {**performing.plain(change), "text": diff_display.words(change, found.zone)} for change in found.changes
        ],
        "build_hash": [found.before.build_hash, found.after.build_hash],
        "plan_hash": [found.before.plan_hash, found.after.plan_hash],
    }
