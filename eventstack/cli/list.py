"""`eventstack list`: every stack of ours, and where each is in its life."""

import sys

import click

from eventstack.cli import performing


@click.command("list", epilog=performing.CODES)
@click.option("--all", "everything", is_flag=True, help="Also those that are gone.")
@performing.as_json_array
def command(*, everything: bool, as_json: bool) -> None:
    """List the stacks that stand here, foundations first."""
    from eventstack import automation

    with performing.answering(as_json=as_json):
        found = automation.list(gone=everything)
    if as_json:
        performing.show(found)
        return
    if not found:
        click.echo("No stack stands here.")
        return
    from rich import box
    from rich.console import Console
    from rich.table import Table
    from rich.text import Text

    table = Table(box=box.SIMPLE_HEAD, pad_edge=False)
    for heading in ("stack", "cloud", "state"):
        table.add_column(heading, no_wrap=True)
    table.add_column("", overflow="fold")
    for one in found:
        table.add_row(one.stack, one.cloud, one.state, Text(one.words))
    Console(width=None if sys.stdout.isatty() else 160).print(table)
