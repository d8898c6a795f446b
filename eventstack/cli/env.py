"""`eventstack env`: what plain `pulumi` needs to operate a stack of ours."""

import click

from eventstack.cli import performing


@click.command("env", epilog=performing.CODES)
@performing.event
@performing.as_json
def command(event: str, *, as_json: bool) -> None:
    """Print what a shell needs to operate EVENT with plain `pulumi`: eval "$(eventstack env EVENT)".

    The passphrase is named by its file, never printed.
    """
    from eventstack import automation

    with performing.answering(as_json=as_json):
        found = automation.env(event, say=lambda text: click.echo(text, err=True))
    if as_json:
        performing.show(found)
    else:
        click.echo(found.script())
