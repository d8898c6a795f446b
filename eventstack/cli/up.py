"""`eventstack up`: make the stack of an event, or of a foundation, stand as it is described."""

from pathlib import Path

import click

from eventstack.cli import performing


@click.command("up", epilog=performing.CODES)
@performing.building
@click.option("--build-hash", metavar="HASH", help="Build only this, as `preview` showed it; else refuse.")
@performing.by
@performing.wait
@performing.patience
@performing.as_json
def command(
    event: str | None,
    foundation: str | None,
    new_foundation: str | None,
    cloud: str | None,
    profile_dirs: tuple[Path, ...],
    build_hash: str | None,
    by: str,
    patience_s: float | None,
    *,
    wait: bool,
    as_json: bool,
) -> None:
    """Build EVENT, or complete it; what stands already is left alone.

    EVENT is an event's file, a plan's file, or the name of what stands here. It is previewed first, unless exactly this
    build was. Ctrl-C asks the engine to end, once: what is in flight is completed, and a later `up` goes on.
    """
    performing.one_thing(event, new_foundation)
    from eventstack import automation
    from eventstack.cli.progress_display import console, display
    from eventstack.deploy.journal import StackKey

    if not wait:
        with performing.answering(as_json=as_json):
            plan = automation.resolve(
                event, new_foundation=new_foundation, cloud=cloud, foundation=foundation, profile_dirs=profile_dirs
            )
        arguments = _again(event, foundation, new_foundation, cloud, profile_dirs, build_hash, by)
        performing.begun(arguments, plan.build.occurrence, StackKey.of(plan), as_json=as_json)
        return
    on = console()
    with (
        performing.interruptible(on, "eventstack list", as_json=as_json) as interrupt,
        performing.answering(as_json=as_json),
        display(on) as shown,
    ):
        outcome = automation.up(
            event,
            new_foundation=new_foundation,
            cloud=cloud,
            foundation=foundation,
            build_hash=build_hash,
            profile_dirs=profile_dirs,
            by=by,
            on_progress=shown.moved,
            say=shown.note,
            interrupt=interrupt,
            urgency=performing.urgency(),
            patience_s=patience_s,
        )
    if as_json:
        performing.show(outcome)
        return
    changes = ", ".join(f"{count} {op}" for op, count in sorted(outcome.changes.items()))
    how = f"by {outcome.operation}, which was followed" if outcome.followed else f"in {outcome.duration_s:.1f} s"
    click.echo(f"{new_foundation or event}: up {how} ({changes})")
    if outcome.critical_path:
        path = " → ".join(f"{name} {span_s:.1f} s" for name, span_s in outcome.critical_path)
        click.echo(f"  critical path  {path}")
    for line in outcome.recovered:
        click.echo(f"  recovered  {line}")
    for address in performing.ADDRESSES:
        if outcome.outputs.get(address):
            click.echo(f"  {address:8} {outcome.outputs[address]}")


def _again(
    event: str | None,
    foundation: str | None,
    new_foundation: str | None,
    cloud: str | None,
    profile_dirs: tuple[Path, ...],
    build_hash: str | None,
    by: str,
) -> list[str]:
    """The same command's arguments."""
    named = {
        "--foundation": foundation,
        "--new-foundation": new_foundation,
        "--cloud": cloud,
        "--build-hash": build_hash,
        "--by": by,
    }
    options = [word for option, value in named.items() if value for word in (option, value)]
    folders = [word for folder in profile_dirs for word in ("--profile-dir", str(folder))]
    return ["up", *options, *folders, *([event] if event else [])]
