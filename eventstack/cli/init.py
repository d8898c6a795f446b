"""`eventstack init`: an event and a profile to start from, commented, with schemas by which editors complete them."""

import os
import shlex
from collections.abc import Mapping, Sequence
from contextlib import suppress
from datetime import datetime, timedelta
from pathlib import Path
from textwrap import wrap
from typing import NamedTuple
from zoneinfo import ZoneInfo

import click

from eventstack.cli import faults_display as display
from eventstack.cli.remedies import REMEDIES
from eventstack.clouds import CLOUDS
from eventstack.errors import ConfigError, Fault, NotOffered

SCHEMAS = ".eventstack"
"""The folder beside the files in which the schemas are; it may be written anew at any time."""


class Kind(NamedTuple):
    """A kind of programme: the shipped profile to stand on, a title to begin with, and what a house might change."""

    base: str
    title: str
    line_up: str
    hints: str


_RUNG = """\
# ladder:
#   renditions+: # with a plus: one more than the base has; without it: the whole list
#     - { size: 1920x1080, bitrate: 6Mbps }
"""
_START_OVER = """\
# packaging:
#   start_over: 2h # how far back somebody who comes late may start
"""
_KEEP = """\
# archive:
#   keep: 90d # the recording; left out: as the base has it
"""
_TOLD = """\
# monitoring:
#   thresholds:
#     silence: 10s # tell somebody when nothing was heard for so long
"""

KINDS: Mapping[str, Kind] = {
    "talk": Kind("talk-720p25", "A talk", "10m", _RUNG + _START_OVER + _KEEP + _TOLD),
    "news": Kind("news-720p25", "A special edition", "3m", _RUNG + _KEEP + _TOLD),
    "sports": Kind("sports-1080p50", "A match", "45m", _START_OVER + _KEEP + _TOLD),
    "race": Kind("race-weekend", "Practice", "30m", _START_OVER + _KEEP + _TOLD),
    "premium": Kind("premium-drm-1080p50", "A fight", "45m", _START_OVER + _KEEP + _TOLD),
    "audio": Kind("audio-only", "A concert", "20m", _START_OVER + _KEEP + _TOLD),
}
"""Every kind that can be asked for."""


@click.command("init", epilog="Exit codes: 0 done; 2 a file is there already, or no cloud for that.")
@click.argument("folder", metavar="[DIR]", default=".", type=click.Path(file_okay=False, path_type=Path))
@click.option("--kind", type=click.Choice(list(KINDS)), default="talk", show_default=True, help="What it is.")
@click.option("--cloud", type=click.Choice(CLOUDS), help="Where (default: the first that can, from this machine on).")
def command(folder: Path, kind: str, cloud: str | None) -> None:
    """Write an event and a profile of your own to DIR, to start from: for tomorrow evening, and ready to be planned.

    Every line is there to be changed, and says what it is for. What is there already is not overwritten, but for the
    schemas in .eventstack.
    """
    from eventstack.models import schema

    chosen, lacking = _cloud(kind, cloud)
    evening = _evening(datetime.now().astimezone(), zone_of_here())
    files = starting(kind, chosen, evening, lacking)
    taken = [folder / name for name in files if os.path.lexists(folder / name)]
    if taken:
        hint = "name another folder, or move them away"
        raise ConfigError(*(Fault("is there already", file=str(path), hint=hint) for path in taken))
    schemas = {f"{SCHEMAS}/{name}.schema.json": schema.text(name) for name in schema.MODELS}
    _write(folder, files, schemas)
    for name in files:
        wrote = display.printable(str(folder / name))
        click.echo(f"{click.style('wrote', fg='green')} {wrote}", color=display.colours())
    click.echo(_next(folder, kind, chosen))


def starting(kind: str, cloud: str, evening: datetime, lacking: Sequence[Fault] = ()) -> dict[str, str]:
    """The files by their names: an event at that time, whose zone is one of IANA's, and its profile.

    `lacking` is what the cloud refuses of the kind's profile; the event then overrides it, where that can be done.
    """
    from eventstack.models.load import load_profile

    about, name = KINDS[kind], f"my-{kind}"
    series = load_profile(about.base).layers == "series"
    return {
        "event.yaml": _EVENT.format(
            schemas=SCHEMAS,
            id=f"{name}-{evening:%Y%m%d}",
            title=about.title,
            start=f"{evening:%Y-%m-%dT%H:%M}",
            end=f"{evening + timedelta(hours=1):%Y-%m-%dT%H:%M}",
            zone=evening.tzinfo,
            feed=_LOCAL if cloud == "local" else _CLOUD,
            profile=name,
            cloud=cloud,
            place="" if cloud == "local" else _PLACE,
            series="series: my-season # its sessions share what stands between them\n" if series else "",
            overrides=_overrides(about.base, cloud, lacking),
        ),
        f"{name}.yaml": _PROFILE.format(
            schemas=SCHEMAS, name=name, base=about.base, line_up=about.line_up, hints=about.hints, kind=kind
        ),
    }


def _overrides(base: str, cloud: str, lacking: Sequence[Fault]) -> str:
    """The override without which the cloud refuses the profile, and why; else one to be taken up."""
    remedy = REMEDIES.get((base, cloud))
    if remedy is None:
        return _EXAMPLE
    reasons = dict.fromkeys(f"{fault.field}: {fault.message}" for fault in lacking)
    why = [line for reason in reasons for line in wrap(reason, 110, initial_indent="# - ", subsequent_indent="#   ")]
    return "\n".join([_LACKING.format(base=base, cloud=cloud), *why, f"overrides: {remedy}", ""])


def zone_of_here() -> ZoneInfo:
    """This machine's zone, by the name that the IANA data base has for it; UTC where it has none."""
    named = [os.environ.get("TZ", "").removeprefix(":")]
    link = os.path.realpath("/etc/localtime")
    named.append(link.partition("/zoneinfo/")[2])
    for name in named:
        try:
            return ZoneInfo(name)
        except (ValueError, OSError, KeyError):
            continue
    return ZoneInfo("UTC")


def _evening(now: datetime, zone: ZoneInfo) -> datetime:
    """Tomorrow at eight in the evening, where the machine is."""
    return (now.astimezone(zone) + timedelta(days=1)).replace(hour=20, minute=0, second=0, microsecond=0)


def _cloud(kind: str, wanted: str | None) -> tuple[str, tuple[Fault, ...]]:
    """The cloud that is wanted, or the first that can have that kind, and what it refuses and an override mends.

    Raises NotOffered with what a cloud lacks where no override is known that mends it.
    """
    from eventstack.cli.profile import on_clouds
    from eventstack.models.load import find_profile, read_file, read_profile

    base = KINDS[kind].base
    refusals = on_clouds(read_profile(read_file(find_profile(base))))
    able = [name for name, faults in refusals.items() if not faults]
    chosen = wanted or next(iter(able), CLOUDS[0])
    if not refusals[chosen] or (base, chosen) in REMEDIES:
        return chosen, refusals[chosen]
    hint = f"--cloud {able[0]}" if able else "--kind talk"
    raise NotOffered(
        Fault(f"no {kind} on {wanted or 'any cloud'} with {base}", field="cloud", hint=hint), *refusals[chosen]
    )


def _write(folder: Path, files: Mapping[str, str], schemas: Mapping[str, str]) -> None:
    """Write all of them or, where that can't be, none; files are new, schemas take the place of older ones."""
    for path in (folder / SCHEMAS, *(folder / name for name in schemas)):
        if path.is_symlink() or (os.path.lexists(path) and not (path.is_dir() or path.is_file())):
            hint = "remove it: schemas are written into this folder, not to where a link leads"
            raise ConfigError(Fault("not a file or folder of its own", file=str(path), hint=hint))
    made: list[Path] = []
    try:
        _make(folder, files, schemas, made)
    except BaseException as cause:
        for one in reversed(made):
            with suppress(OSError):
                one.rmdir() if one.is_dir() else one.unlink(missing_ok=True)
        if not isinstance(cause, OSError):
            raise
        where = str(cause.filename or folder)
        raise ConfigError(Fault(f"can't be written: {cause.strerror}", file=where)) from cause


def _make(folder: Path, files: Mapping[str, str], schemas: Mapping[str, str], made: list[Path]) -> None:
    """Write files and schemas; what was not there before is in `made` as soon as it is."""
    for path in (*reversed(folder.parents), folder, folder / SCHEMAS):
        if not path.is_dir():
            path.mkdir()
            made.append(path)
    beside = {folder / f"{name}.{os.getpid()}": text for name, text in schemas.items()}
    for path, text in (*((folder / name, text) for name, text in files.items()), *beside.items()):
        with path.open("x", encoding="utf-8") as file:
            made.append(path)
            file.write(text)
    for path in beside:
        kept = path.with_suffix("")
        made += [] if kept.exists() else [kept]
        path.replace(kept)


def _word(path: Path, rest: str = "") -> str:
    """A path as a shell reads it, and what the shell is to read in it itself; one with a leading hyphen from here."""
    text = f"./{path}" if str(path).startswith("-") else str(path)
    if text.isprintable():
        return f"{shlex.quote(text)}{rest}"
    plain = "".join(
        chr(byte) if 32 <= byte < 127 and byte not in b"\\'" else f"\\x{byte:02x}" for byte in os.fsencode(text)
    )
    return f"$'{plain}'{rest}"


def _next(folder: Path, kind: str, cloud: str) -> str:
    event = _word(folder / "event.yaml")
    build = (
        f"  eventstack up --new-foundation season     build what events share, once\n  eventstack up {event}\n"
        if cloud == "local"
        else ""
    )
    return (
        f"\nIt is for {cloud}. Change what is different with you, then:\n"
        f"  eventstack validate {_word(folder)}\n"
        f"  eventstack plan {event}     what it comes to, step by step, and what it costs\n"
        f"  eventstack profile show {_word(folder / f'my-{kind}.yaml')} --origin     every value, and who says it\n"
        f"{build}"
    ).rstrip("\n")


_EVENT = """\
# yaml-language-server: $schema={schemas}/event.schema.json
# One live broadcast: when, from where, for whom. `eventstack validate` checks it, `eventstack plan` shows what it is.
id: {id} # names and addresses are made of it: a-z, 0-9 and inner hyphens
title: {title} # what people call it

window: # on air
  start: {start} # on the clocks of the zone; quotes are not needed
  end: {end} # leave it out for an open end
  zone: {zone}

contribution: # how the venue's feed reaches us
  protocol: srt # or rtmp, rtp, rist, pull
{feed}
audience: # it sizes the chain, and makes up most of the cost
  expected: 200 # at one time, on average
  peak: 500
  # countries: {{ DE: 70%, AT: 20% }} # where they are; a region is chosen by it

profile: {profile} # what is built: the file {profile}.yaml beside this one
cloud: {cloud} # local, aws, azure or gcp
{place}{series}
{overrides}
# rights: # who may see it
#   territories: [DE, AT, CH]

# contacts:
#   - {{ name: Control room, role: producer, phone: +49 30 1234567 }}
"""

_EXAMPLE = """\
# overrides: # for this event alone, written as in the profile
#   timing: { tail: 2m }
"""

_LACKING = """\
# For this event alone, written as in the profile. Without it {cloud} refuses {base}:"""

_LOCAL = """\
  passphrase: generated # or env:NAME, file:PATH; never the secret itself
  source: synthetic # a picture of our own stands in for the venue; remove it for a real feed
"""

_CLOUD = """\
  passphrase: store:feeds/venue # where it is in the cloud's secret store; never the secret itself
  allow: [203.0.113.0/24] # the networks that may send: put the venue's here
"""

_PLACE = """\
# region: eu-central-1 # or let it be chosen, near the audience:
# placement: { within: [EU] } # where data may lie
"""

_PROFILE = """\
# yaml-language-server: $schema={schemas}/profile.schema.json
# What is built for each {kind} of ours. It stands on a shipped profile: what is not said here is as there.
# `eventstack profile show {name} --origin` has every value; the name is the file's.
name: {name}
description: Our house's {kind}
extends: {base}

timing:
  line_up: {line_up} # so long before the start the chain runs unseen, and probes look at it

# What a house may want otherwise; remove the # of all lines of a block:
#
{hints}"""
