"""`eventstack logs`: what the operations on a stack said."""

import click

from eventstack.cli import performing


@click.command("logs", epilog=performing.CODES)
@performing.event
@click.option("--operation", metavar="ID", help="The logs of that operation, instead of the latest.")
@click.option("--all", "everything", is_flag=True, help="The logs of every operation, oldest first.")
@performing.as_json_array
def command(event: str, operation: str | None, *, everything: bool, as_json: bool) -> None:
    """Print what the engine and the program said in the latest operation on EVENT.

    A stack that is gone has its logs among the records of its occurrence.
    """
    from eventstack import automation
    from eventstack.errors import ConfigError, Fault

    with performing.answering(as_json=as_json):
        found = automation.logs(event)
        known = list(dict.fromkeys(log.operation for log in found))
        if operation is not None and operation not in known:
            allowed = ", ".join(known) or "none: it has no logs"
            raise ConfigError(Fault("no such operation", field="--operation", given=operation, allowed=allowed))
    wanted = known if everything else [operation or known[-1]] if known else []
    shown = [log for log in found if log.operation in wanted]
    if as_json:
        performing.show(shown)
        return
    for log in shown:
        text = log.text().strip() if log.path.suffix == ".log" else ""
        if text:
            click.echo(f"== {log.operation} {log.path.name}")
            click.echo(text)
    if not shown:
        click.echo("There are no logs.")
