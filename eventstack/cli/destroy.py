"""`eventstack destroy`: remove a stack, prove that it is gone, forget it."""

from pathlib import Path
from typing import TYPE_CHECKING

import click

from eventstack.cli import performing

if TYPE_CHECKING:
    from eventstack.automation import Status
    from eventstack.deploy.journal import StackKey


@click.command("destroy", epilog=performing.CODES)
@performing.event
@click.option("--reason", default="destroyed from the command line", metavar="TEXT", help="Why, for the records.")
@performing.by
@click.option("--override", is_flag=True, help="Although it is on air or on hold; needs --by and --reason.")
@click.option("--yes", is_flag=True, help="Do not ask at the terminal.")
@click.option(
    "--profile-dir",
    "profile_dirs",
    multiple=True,
    type=performing.FOLDER,
    help="A folder of profiles, where EVENT is a file.",
)
@performing.wait
@performing.patience
@performing.as_json
def command(
    event: str,
    reason: str,
    by: str,
    profile_dirs: tuple[Path, ...],
    patience_s: float | None,
    *,
    override: bool,
    yes: bool,
    wait: bool,
    as_json: bool,
) -> None:
    """Remove EVENT, an event or a foundation, with two inventories as the proof; then forget it.

    What is on air is refused. No file is needed: what was recorded is what goes; a file that is given must be what
    stands. Repeat it after a failure, it goes on where that was; what is gone already is a success.
    """
    from eventstack import automation
    from eventstack.cli.progress_display import console, display

    with performing.answering(as_json=as_json):
        standing = automation.status(event)
        if standing.state not in ("gone", "absent"):
            performing.consent(f"Destroy {standing.stack} ({standing.words})?", yes=yes, as_json=as_json)
    if not wait:
        arguments = _again(event, reason, by, profile_dirs, override=override)
        performing.begun(arguments, standing.occurrence, _key(standing), as_json=as_json)
        return
    on = console()
    with (
        performing.interruptible(on, f"eventstack status {standing.occurrence}", as_json=as_json) as interrupt,
        performing.answering(as_json=as_json),
        display(on) as shown,
    ):
        ended = automation.destroy(
            event,
            reason=reason,
            by=by,
            override=override,
            profile_dirs=profile_dirs,
            on_progress=shown.moved,
            say=shown.note,
            interrupt=interrupt,
            urgency=performing.urgency(),
            patience_s=patience_s,
        )
    if as_json:
        performing.show(ended)
    elif ended.already:
        click.echo(f"{ended.stack}: nothing to do, {standing.words}")
    else:
        theirs = ended.outcome is not None and ended.outcome.followed
        followed = " by somebody else, who was followed" if theirs else ""
        click.echo(f"{ended.stack}: destroyed{followed}, proven gone and forgotten")
        if ended.evidence:
            click.echo(f"  evidence {ended.evidence.path}")


def _key(standing: "Status") -> "StackKey":
    from eventstack.deploy.journal import StackKey

    project, _, stack = standing.stack.partition("/")
    return StackKey(standing.owner, project, stack)


def _again(event: str, reason: str, by: str, profile_dirs: tuple[Path, ...], *, override: bool) -> list[str]:
    """The same command's arguments; whoever sits at the terminal has said yes already."""
    who = ["--by", by] if by else []
    folders = [word for folder in profile_dirs for word in ("--profile-dir", str(folder))]
    return ["destroy", event, "--yes", "--reason", reason, *who, *folders, *(["--override"] if override else [])]
