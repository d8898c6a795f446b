"""`eventstack plan`: what an event resolves to, for people and as the JSON that the engine's program reads."""

from datetime import UTC, datetime, tzinfo
from pathlib import Path

import click

from eventstack import automation, clouds
from eventstack.automation import given
from eventstack.automation.inputs import planned, priced, read_parent
from eventstack.cli import performing
from eventstack.errors import ConfigError
from eventstack.models.load import read_event, read_file
from eventstack.planning.parts import Parent
from eventstack.planning.plan import StackPlan

EXISTING_FILE = click.Path(exists=True, dir_okay=False, path_type=Path)


@click.command("plan", epilog="Exit codes: 0 done; 1 failed; 2 an event has faults, or bad usage.")
@click.argument("events", nargs=-1, metavar="EVENT.yaml|DIR...")
@click.option("--json", "as_json", is_flag=True, help="Print the plan's canonical JSON; of several events, an array.")
@performing.profile_dirs
@click.option(
    "--foundation",
    metavar="NAME|OUTPUTS.json",
    help="The foundation, by its name here or by its outputs, as `pulumi stack output --json` writes them.",
)
@click.option("--new-foundation", metavar="NAME", help="Plan a foundation of that name instead of an event.")
@click.option("--cloud", default=clouds.CLOUDS[0], show_default=True, help="Where the new foundation is built.")
@click.option("--prices", type=EXISTING_FILE, metavar="FILE", help="Your own prices, over the shipped list prices.")
@click.option("--origin", is_flag=True, help="Show where each value comes from.")
@click.option("--regions", is_flag=True, help="Show the regions that were not taken, and why.")
@click.option("--assumptions", is_flag=True, help="Show every figure that the audience's load is reckoned with.")
@click.pass_context
def command(
    ctx: click.Context,
    events: tuple[str, ...],
    profile_dirs: tuple[Path, ...],
    foundation: str | None,
    new_foundation: str | None,
    cloud: str,
    prices: Path | None,
    *,
    as_json: bool,
    origin: bool,
    regions: bool,
    assumptions: bool,
) -> None:
    """Show what an event resolves to: what is built, where, when, for how much, and the two hashes.

    Nothing is built. Of a folder, or of several files, every event gets a row, and what is wrong follows; profiles in
    it are skipped, and folders inside it are counted and not looked into.

    A plan is built on the recorded outputs of its foundation: the named one, the one that the event was planned on
    already, or the only one that stands here, as `up` has it. Where there is none to choose, the plan is shown without
    it; it can't be built yet, and its hashes will be others once the foundation is known.

    The estimate is part of the plan: with --prices its plan_hash is another than the one that `up` records.
    """
    performing.one_thing(events[0] if events else None, new_foundation)
    several = len(events) > 1 or (bool(events) and Path(events[0]).is_dir())
    if several:
        from eventstack.cli.plan_many import report

        world = automation.World()

        def resolved(event: str) -> StackPlan:
            return plan_of(world, event, foundation, profile_dirs, prices)

        ctx.exit(report(events, resolved, profile_dirs, as_json=as_json))
    with performing.answering(as_json=as_json):
        if new_foundation is not None:
            plan, zone = automation.resolve(new_foundation=new_foundation, cloud=cloud), None
        else:
            plan = plan_of(automation.World(), events[0], foundation, profile_dirs, prices)
            zone = _zone(events[0])
    if as_json:
        click.echo(plan.to_json())
        return
    from eventstack.cli.plan_display import Unfolded, show
    from eventstack.cli.plan_summary import summary

    unfolded = Unfolded(regions=regions, assumptions=assumptions, origin=origin)
    show(plan, zone, unfolded, summary(plan, zone, datetime.now(UTC)))


def plan_of(
    world: automation.World,
    event: str,
    foundation: str | None,
    profile_dirs: tuple[Path, ...],
    prices: Path | None = None,
) -> StackPlan:
    """The plan that `up` would take, or the one without a foundation where there is none to choose."""
    plan = _plan(world, event, foundation, profile_dirs)
    return plan if prices is None else priced(plan, prices)


def _plan(world: automation.World, event: str, foundation: str | None, profile_dirs: tuple[Path, ...]) -> StackPlan:
    parents: tuple[Parent, ...] = ()
    if foundation and (foundation.endswith(".json") or Path(foundation).is_file()):
        parents = (read_parent(Path(foundation)),)
    elif foundation or not _is_event(event) or world.known():
        try:
            return automation.resolve(event, foundation=foundation, profile_dirs=profile_dirs, world=world)
        except ConfigError as error:
            if foundation or [fault.field for fault in error.faults] != ["foundation"]:
                raise
    return priced(planned(read_event(read_file(event)), profile_dirs, world.settings.owner, parents)[1])


def _is_event(text: str) -> bool:
    return given.is_file(text) and not given.is_plan_file(text)


def _zone(event: str) -> tzinfo | None:
    """The zone of an event's wall clocks; a plan knows instants alone."""
    if not _is_event(event):
        return None
    return read_event(read_file(event)).model.window.clocks
