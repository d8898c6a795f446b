"""`eventstack preview`: what `up` would do, and the hash by which exactly that is built."""

from pathlib import Path

import click

from eventstack.cli import performing


@click.command("preview", epilog=performing.CODES)
@performing.building
@performing.patience
@performing.as_json
def command(
    event: str | None,
    foundation: str | None,
    new_foundation: str | None,
    cloud: str | None,
    profile_dirs: tuple[Path, ...],
    patience_s: float | None,
    *,
    as_json: bool,
) -> None:
    """Say what `up` would build of EVENT, and keep it for that. Nothing is built.

    EVENT is an event's file, a plan's file, or the name of what stands here.
    """
    performing.one_thing(event, new_foundation)
    from eventstack import automation
    from eventstack.cli.progress_display import console, display

    on, name = console(), new_foundation or str(event)
    with (
        performing.interruptible(on, "eventstack list", as_json=as_json) as interrupt,
        performing.answering(as_json=as_json),
        display(on) as shown,
    ):
        outcome = automation.preview(
            event,
            new_foundation=new_foundation,
            cloud=cloud,
            foundation=foundation,
            profile_dirs=profile_dirs,
            on_progress=shown.moved,
            say=shown.note,
            interrupt=interrupt,
            urgency=performing.urgency(),
            patience_s=patience_s,
        )
    if as_json:
        performing.show(outcome)
        return
    changes = ", ".join(f"{count} to {op}" for op, count in sorted(outcome.changes.items()))
    how = f"by {outcome.operation}, which was followed" if outcome.followed else f"in {outcome.duration_s:.1f} s"
    click.echo(f"{name}: {changes or 'nothing to do'}, previewed {how}")
    click.echo(f"build_hash  {outcome.build_hash}")
