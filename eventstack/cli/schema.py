"""`eventstack schema`: the JSON Schema of event or profile files, for an editor to complete and check them."""

import click


@click.command("schema", epilog="Exit codes: 0 done; 2 bad usage.")
@click.argument("kind", type=click.Choice(["event", "profile"]))
def command(kind: str) -> None:
    """Print the JSON Schema (draft 2020-12) of an event's or a profile's file.

    An editor takes it by a first line in the file: `# yaml-language-server: $schema=event.schema.json`. `eventstack
    init` writes schemas and such lines. It judges one file alone; `eventstack validate` has the rules across fields.
    """
    from eventstack.models import schema

    click.echo(schema.text("event" if kind == "event" else "profile"), nl=False)
