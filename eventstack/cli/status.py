"""`eventstack status`: where a stack is in its life."""

import click

from eventstack.cli import performing
from eventstack.cli.performing import ADDRESSES
from eventstack.planning.instants import told


@click.command("status", epilog=performing.CODES)
@performing.event
@performing.as_json
def command(event: str, *, as_json: bool) -> None:
    """Say where EVENT, an event or a foundation, is in its life: what stands, what runs, what went wrong last."""
    from eventstack import automation

    with performing.answering(as_json=as_json):
        status = automation.status(event)
    if as_json:
        performing.show(status)
        return
    click.echo(f"{status.stack}: {status.words}")
    last = status.last
    rows = {
        "cloud": status.cloud,
        "stands on": ", ".join(status.parents),
        "build_hash": status.build_hash,
        "last": f"{last.kind} {last.operation}, {'done' if last.ok else 'failed'} {told(last.ended)}"
        if last and last.ended
        else "",
        "error": status.last_error.replace("\n ", ";"),
        **{name: str(status.outputs.get(name) or "") for name in ADDRESSES},
        "outputs": f"{len(status.outputs)}: eventstack outputs {status.occurrence}" if status.outputs else "",
        "evidence": str((status.evidence or {}).get("path", "")),
    }
    for name, value in rows.items():
        if value:
            click.echo(f"  {name:10} {value}")
