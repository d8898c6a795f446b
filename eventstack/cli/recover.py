"""`eventstack recover`: mend what an operation that was cut off has left, step by step."""

import sys

import click

from eventstack.cli import performing
from eventstack.cli.condition import explain


@click.command("recover", epilog=performing.CODES)
@performing.event
@click.option("--yes", is_flag=True, help="Perform the steps without asking.")
@performing.by
@performing.as_json
@click.pass_context
def command(ctx: click.Context, event: str, by: str, *, yes: bool, as_json: bool) -> None:
    """Show what would mend EVENT, an event or a foundation, and do it after a yes.

    The exit code is 0 when it is mended afterwards, so that its `up` or `destroy` goes on, 1 when something is left for
    a person to decide.
    """
    from eventstack import automation
    from eventstack.cli.progress_display import console

    on = console()
    with (
        performing.interruptible(on, "eventstack list", as_json=as_json) as interrupt,
        performing.answering(as_json=as_json),
    ):
        before = after = automation.diagnose(event, say=on.print)
        steps = before.steps
        if not as_json:
            explain(before)
        performed = bool(steps) and _consent(steps, yes=yes)
        if performed:
            after = automation.recover(event, by=by, on_step=on.print, say=on.print, interrupt=interrupt)
    if as_json:
        performing.show({"ok": after.mended, "performed": performed, "before": before, "after": after})
    elif performed:
        explain(after)
    elif steps:
        click.echo("Nothing was done: --yes performs the steps.")
    ctx.exit(0 if after.mended else 1)


def _consent(steps: tuple[str, ...], *, yes: bool) -> bool:
    if yes or sys.stdin is None or not sys.stdin.isatty():
        return yes
    return click.confirm(f"Perform {'this step' if len(steps) == 1 else f'these {len(steps)} steps'}?", err=True)
