"""`eventstack vod`: check or serve a recording long after its event, with the keys sealed beside it."""

import asyncio
import dataclasses
import json
from pathlib import Path

import click

from eventstack.errors import ConfigError, Fault
from eventstack.media.recording import FILE, VodRecord
from eventstack.planning import naming
from eventstack.settings import Settings
from eventstack.vod import record
from eventstack.vod.check import Expected, VodCheck, check, not_closed
from eventstack.vod.serve import serve, serving

_SHOWN = 8
"""Recordings that are named when the one asked for is not there."""


@click.group("vod")
def command() -> None:
    """Check or serve a recording, with its sealed keys."""


@command.command("check")
@click.argument("recording", metavar="DIR|OCCURRENCE")
@click.option("--json", "as_json", is_flag=True, help="Print one JSON object instead of a table.")
@click.pass_context
def check_command(ctx: click.Context, recording: str, as_json: bool) -> None:
    """Say whether a recording plays wholly, with its own keys and only with them.

    It is served on a free port of the loopback meanwhile and asked for as a player would. The exit code is 1 when
    anything about it is not as it should be.
    """
    settings = Settings.from_environment()
    directory = found(settings, recording)
    result = asyncio.run(_checked(directory, settings.state / "seal.key"))
    if as_json:
        document = {
            "ok": result.ok,
            "recording": str(directory),
            "findings": [dataclasses.asdict(finding) for finding in result.findings],
        }
        click.echo(json.dumps(document, indent=2))
    else:
        _print(directory, result)
    ctx.exit(0 if result.ok else 1)


@command.command("serve")
@click.argument("recording", metavar="DIR|OCCURRENCE")
@click.option("--port", default=0, show_default="a free one", type=click.IntRange(0, 65535), help="Port to serve on.")
def serve_command(recording: str, port: int) -> None:
    """Serve a recording on the loopback, keys included, until Ctrl-C."""
    settings = Settings.from_environment()
    directory = found(settings, recording)
    programme = record.read(directory)
    seal_key = settings.state / "seal.key"

    def announce(base: str) -> None:
        for name, address in addresses(base, programme).items():
            click.echo(f"{name:8} {address}")
        click.echo(f"{'from':8} {directory}")
        click.echo("Ctrl-C ends it.")

    if programme.protected and not seal_key.is_file():
        click.echo(f"{seal_key} is not there: the recording is served without its keys", err=True)
    try:
        serve(directory, port, seal_key if seal_key.is_file() else None, announce)
    except KeyboardInterrupt:
        click.echo("")


def found(settings: Settings, recording: str) -> Path:
    """The directory that is meant: the one named, else the archive's newest closed one of that name.

    Each incarnation of an occurrence has a directory of its own; one is named as `talk.i2`. Of an occurrence without a
    closed one it is that with cells, which whoever reads it then tells. Raises ConfigError for none.
    """
    closed = sorted(path.parent.name for path in settings.archive.glob(f"*/{FILE}"))
    named, archived = Path(recording), settings.archive / recording
    plain = naming.is_recording_name(recording)
    if (named / FILE).is_file() or record.left_open(named):
        return named
    if theirs := [name for name in closed if recording in (name, _parts(name)[0])]:
        return settings.archive / max(theirs, key=lambda name: _parts(name)[1])
    if plain and record.left_open(archived):
        return archived
    more = f"; the newest of {len(closed)}" if len(closed) > _SHOWN else ""
    there = named.is_dir() or (plain and archived.is_dir())
    raise ConfigError(
        Fault(
            "no recording that was closed" if there else "no such recording",
            field="DIR|OCCURRENCE",
            given=recording,
            allowed=f"{', '.join(closed[-_SHOWN:])}{more}"
            if closed
            else f"none: {settings.archive} holds no recording",
            hint="name one of the archive, or the path of a directory that holds one",
        )
    )


def _parts(name: str) -> tuple[str, int]:
    """The occurrence and the incarnation of a recording; a folder that a person named stands for itself."""
    return naming.parse_recording_name(name) or (name, 1)


def addresses(base: str, programme: record.Recording) -> dict[str, str]:
    """What a player is given for a recording that is served at `base`: hls, dash and licence, those that there are."""
    home = f"{base}/vod/{programme.record.occurrence}"
    manifests = {"hls": "master.m3u8", "dash": "manifest.mpd"}
    there = {name: f"{home}/{file}" for name, file in manifests.items() if (programme.directory / file).is_file()}
    return {**there, **({"licence": f"{base}/licence"} if programme.protected else {})}


def expected(programme: VodRecord) -> Expected:
    """What the recording says of itself; a rehearsal also holds it against what a viewer saw."""
    from fractions import Fraction

    return Expected(
        on_air_s=programme.duration_s,
        segment_s=float(Fraction(programme.segment)),
        kids=tuple(sorted(set(programme.kids.values()))),
    )


async def _checked(directory: Path, seal_key: Path) -> VodCheck:
    if open_cells := record.left_open(directory):
        return VodCheck((not_closed(open_cells),))
    programme = record.read(directory)
    async with serving(directory, 0, seal_key) as base:
        at = addresses(base, programme)
        hls = at.get("hls", f"{base}/vod/{programme.record.occurrence}/master.m3u8")
        result = await check(hls, at.get("dash", ""), at.get("licence"), expected(programme.record))
    unclosed = programme.unclosed()
    return VodCheck((*result.findings, not_closed(unclosed))) if unclosed else result


def _print(directory: Path, result: VodCheck) -> None:
    from rich import box
    from rich.console import Console
    from rich.table import Table
    from rich.text import Text

    table = Table(box=box.SIMPLE_HEAD, pad_edge=False)
    table.add_column("what", no_wrap=True)
    table.add_column("", no_wrap=True)
    table.add_column("found", overflow="fold")
    for finding in result.findings:
        mark = Text("ok", style="green") if finding.ok else Text("wrong", style="bold red")
        table.add_row(finding.name, mark, Text(finding.detail))
    click.echo(f"recording {directory}")
    Console().print(table)
