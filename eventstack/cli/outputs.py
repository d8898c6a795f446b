"""`eventstack outputs`: what a stack gave when it was last built."""

import json

import click

from eventstack.cli import performing


@click.command("outputs", epilog=performing.CODES)
@performing.event
@click.option("--show-secrets", is_flag=True, help="Print secrets in clear instead of [secret].")
@performing.as_json
def command(event: str, *, show_secrets: bool, as_json: bool) -> None:
    """Print the outputs of EVENT, an event or a foundation: its addresses, and where its credentials lie."""
    from eventstack import automation

    with performing.answering(as_json=as_json):
        found = automation.outputs(event, show_secrets=show_secrets, say=lambda text: click.echo(text, err=True))
    if as_json:
        performing.show(found)
        return
    width = max((len(name) for name in found), default=0)
    for name, value in sorted(found.items()):
        click.echo(f"{name:{width}}  {value if isinstance(value, str) else json.dumps(value)}")
