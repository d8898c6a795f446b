"""`eventstack profile list|show|lint`: which profiles there are, what one says and where that was written, and
whether it is good, and for which clouds.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field, replace
from fractions import Fraction
from pathlib import Path
from typing import Any

import click

from eventstack.automation.inputs import every_cloud
from eventstack.cli import faults_display as display
from eventstack.cli import performing
from eventstack.cli.yaml_display import lines
from eventstack.errors import ConfigError, Fault, NotOffered
from eventstack.models.event import Event
from eventstack.models.faults import in_order
from eventstack.models.ladder import Ladder
from eventstack.models.levels import lowest
from eventstack.models.load import (
    Loaded,
    check_base,
    compose_profile,
    find_profile,
    is_base,
    profile_names,
    read_file,
    read_profile,
    shipped_profiles,
)
from eventstack.models.profile import Profile
from eventstack.models.quoting import shown, unsecret
from eventstack.models.yaml_reader import Document
from eventstack.models.yaml_reader import Path as Place
from eventstack.planning.resolve import resolve

MARGIN = 60
"""Columns beyond which a line does not push the origins of the others to the right."""

folders = click.option(
    "--profile-dir",
    "profile_dirs",
    multiple=True,
    type=performing.FOLDER,
    help="A folder of profiles, before those of this folder and the shipped ones.",
)


@click.group("profile", epilog="Exit codes: 0 done; 1 failed; 2 bad input.")
def command() -> None:
    """List, show and check profiles: the shipped ones, those of this folder, and those of --profile-dir."""


@command.command("list", epilog="Exit codes: 0 done; 2 bad usage.")
@folders
@click.option("--json", "as_json", is_flag=True, help="Print one JSON array.")
def list_(profile_dirs: tuple[Path, ...], *, as_json: bool) -> None:
    """List the profiles that an event of this folder may name, and the bases that profiles may extend."""
    search = _search(profile_dirs)
    known = [_entry(read_file(find_profile(name, search))) for name in profile_names(search, bases=True)]
    if as_json:
        click.echo(display.as_json(known))
        return
    from rich.console import Console
    from rich.table import Table
    from rich.text import Text

    table = Table(box=None, pad_edge=False)
    for column in ("profile", "from", "extends", "what it is for"):
        table.add_column(column, overflow="fold", no_wrap=column == "profile")
    for one in known:
        name = f"{one['name']} (base)" if one["base"] else one["name"]
        where = "shipped" if one["shipped"] else display.printable(one["file"])
        table.add_row(*map(Text, (name, where, one["extends"] or "-", display.printable(one["description"] or ""))))
    Console(highlight=False, force_terminal=display.colours()).print(table)


def _entry(document: Document) -> dict[str, Any]:
    data = document.data
    described, extends = data.get("description"), data.get("extends")
    return {
        "name": Path(document.file).stem,
        "description": shown(described, 200) if isinstance(described, str) else None,
        "extends": shown(extends) if isinstance(extends, str) else None,
        "base": is_base(document),
        "shipped": Path(document.file).parent == shipped_profiles(),
        "file": document.file,
    }


@command.command("show", epilog="Exit codes: 0 done; 2 no such profile, or one with faults.")
@click.argument("name", metavar="NAME|FILE")
@folders
@click.option("--origin", is_flag=True, help="Beside each line who says it: a file, `shipped`, or `default`.")
@click.option("--json", "as_json", is_flag=True, help="Print one JSON object.")
def show(name: str, profile_dirs: tuple[Path, ...], *, origin: bool, as_json: bool) -> None:
    """Print a whole profile as YAML: what it says, what it extends, and the defaults for all that nobody says.

    What is printed is a profile that stands on no other. Of a base, only what is written is known.
    """
    with performing.answering(as_json=as_json):
        data, document = _whole(name, _search(profile_dirs))
        data = _unsecret(data)
    told = list(lines(data))
    if as_json:
        origins = {_dotted(line.path): _origin(document, line.path) for line in told if line.path and line.said}
        click.echo(display.as_json({"profile": data, "origins": origins} if origin else data))
        return
    width = max(len(line.text) for line in told if len(line.text) <= MARGIN)
    rungs = _inherited(data)
    for line, following in zip(told, [*told[1:], None], strict=True):
        mark = f"  # {display.printable(_origin(document, line.path, short=True))}" if origin and line.said else ""
        click.echo(f"{line.text.ljust(width) if mark else line.text}{mark}")
        rung = line.path[:3]
        if rung in rungs and (following is None or following.path[:3] != rung):
            click.echo(f"{' ' * _RUNG}# {rungs[rung]}")


_RUNG = 6
"""Columns before the keys of a rung."""


def _inherited(data: dict[str, Any]) -> dict[Place, str]:
    """What each rung takes from its ladder, and the level that follows from it, by the rung's path."""
    if data.get("abstract") or not isinstance(data.get("ladder"), dict):
        return {}
    ladder = Ladder.model_validate(data["ladder"])
    found: dict[Place, str] = {}
    for index, rung in enumerate(ladder.renditions):
        whole = ladder.whole(rung)
        values = {name: getattr(whole, name) for name in type(whole).model_fields if getattr(rung, name) is None}
        if whole.level is None:
            rate = Fraction(whole.frame_rate)
            values["level"] = lowest(whole.codec, whole.profile, whole.size, rate, whole.max_bitrate)
        told = ", ".join(f"{name} {value}" for name, value in values.items() if value is not None)
        if told:
            found["ladder", "renditions", index] = f"not said here: {told}"
    return found


def _unsecret(data: Any) -> Any:
    """The same data, its texts without what looks like a secret."""
    if isinstance(data, dict):
        return {key: _unsecret(value) for key, value in data.items()}
    if isinstance(data, list | tuple):
        return [_unsecret(item) for item in data]
    return unsecret(data) if isinstance(data, str) else data


def _whole(name: str, search: Sequence[Path]) -> tuple[dict[str, Any], Document]:
    document = read_file(find_profile(name, search))
    if is_base(document):
        check_base(document, search)
        whole = compose_profile(document, search)
        written = {name: whole.data[name] for name in Profile.model_fields if name in whole.data}
        return {"name": written.pop("name", document.data.get("name")), "abstract": True, **written}, whole
    loaded = read_profile(document, search)
    return _said(loaded.model), loaded.document


def _said(profile: Profile) -> dict[str, Any]:
    """Every value; what can't be written, for it means that nothing is said, is left out."""

    def kept(value: Any) -> Any:
        if isinstance(value, dict):
            return {key: kept(item) for key, item in value.items() if item is not None and item != {}}
        return [kept(item) for item in value] if isinstance(value, list) else value

    whole: dict[str, Any] = profile.model_dump(mode="json")
    if profile.slate is not None and not kept(whole["slate"]):
        whole["slate"] = True
    for part, name in (("packaging", "start_over"), ("packaging", "low_latency")):
        whole[part][name] = "off" if whole[part][name] is None else whole[part][name]
    if profile.drm is not None and profile.drm.rotation is None:
        whole["drm"]["rotation"] = "off"
    return {key: value for key, value in kept(whole).items() if value != {}}


def _origin(document: Document, path: Place, *, short: bool = False) -> str:
    """The file and line that say it; a file of this folder by its path from here, `short` a shipped one by its name."""
    found = document.origin(path)
    if found is None:
        return "default"
    file = Path(found[0])
    if short and file.parent == shipped_profiles():
        return f"shipped {file.stem}:{found[1]}"
    return f"{file.relative_to(Path.cwd()) if file.is_relative_to(Path.cwd()) else file}:{found[1]}"


def _dotted(path: Place) -> str:
    return ".".join(map(str, path))


@command.command("lint", epilog="Exit codes: 0 no errors, notes or not; 2 an error.")
@click.argument("profiles", nargs=-1, required=True, metavar="NAME|FILE...")
@folders
@click.option("--json", "as_json", is_flag=True, help="Print one JSON object instead of lines.")
@click.pass_context
def lint(ctx: click.Context, profiles: tuple[str, ...], profile_dirs: tuple[Path, ...], *, as_json: bool) -> None:
    """Check profiles: what is wrong, what is only worth a note, and for each cloud whether an event could have it.

    That some clouds refuse a profile is no error; that all of them do is one.
    """
    search = _search(profile_dirs)
    found = [_linted(name, search) for name in profiles]
    ok = all(one.ok for one in found)
    if as_json:
        click.echo(display.as_json({"ok": ok, "profiles": [_fields(one) for one in found]}))
    else:
        for one in found:
            _print(one)
        if faults := in_order([fault for one in found for fault in one.faults]):
            click.echo(display.render(faults), color=display.colours())
    ctx.exit(0 if ok else 2)


@dataclass(frozen=True)
class Linted:
    """What is said of one profile; `clouds` has each cloud's refusals, none where it resolves.

    A profile that every cloud refuses has a fault that says so.
    """

    name: str
    file: str = ""
    base: bool = False
    faults: tuple[Fault, ...] = ()
    clouds: dict[str, tuple[Fault, ...]] = field(default_factory=dict)

    @property
    def ok(self) -> bool:
        """Whether nothing is an error."""
        return all(fault.severity == "note" for fault in self.faults)


def _linted(name: str, search: Sequence[Path]) -> Linted:
    file = ""
    try:
        file = str(find_profile(name, search))
        document = read_file(file)
        if is_base(document):
            check_base(document, search)
            return Linted(name, file, base=True)
        loaded = read_profile(document, search)
    except ConfigError as error:
        return Linted(name, file, faults=error.faults)
    clouds = on_clouds(loaded)
    return Linted(name, file, faults=(*_nowhere(loaded, clouds), *_notes(loaded)), clouds=clouds)


def _nowhere(loaded: Loaded[Profile], clouds: dict[str, tuple[Fault, ...]]) -> Iterator[Fault]:
    if all(clouds.values()):
        hint = "change what at least one cloud refuses; each cloud's reasons stand by its name"
        yield loaded.document.fault(
            ("name",), "no cloud carries it", allowed=f"what one of {', '.join(clouds)} carries", hint=hint
        )


def _notes(loaded: Loaded[Profile]) -> Iterator[Fault]:
    for rule in loaded.model.notes():
        fault = loaded.document.fault(rule.path, rule.message, allowed=rule.allowed, hint=rule.hint)
        yield replace(fault, severity="note")


def on_clouds(loaded: Loaded[Profile]) -> dict[str, tuple[Fault, ...]]:
    """Each cloud's refusals of a plain event with this profile: an hour, one feed, nothing special."""
    found: dict[str, tuple[Fault, ...]] = {}
    clouds = every_cloud()
    for facts in clouds:
        try:
            resolve(plain_event(loaded.model, facts.name), loaded.model, facts, (), owner="local", others=clouds)
        except (ConfigError, NotOffered) as error:
            found[facts.name] = error.faults
        else:
            found[facts.name] = ()
    return found


def plain_event(profile: Profile, cloud: str) -> Event:
    """An event that asks nothing of its own of a cloud, so that a refusal is the profile's."""
    secret = "generated" if cloud == "local" else "store:feeds/venue"
    return Event.model_validate(
        {
            "id": "plain",
            "title": "A plain event",
            "window": {"start": "2027-01-01T20:00Z", "end": "2027-01-01T21:00Z"},
            "contribution": {"passphrase": secret},
            "profile": profile.name,
            "cloud": cloud,
            **({"series": "plain-series"} if profile.layers == "series" else {}),
        }
    )


def _search(profile_dirs: Sequence[Path]) -> tuple[Path, ...]:
    return (*profile_dirs, Path())


def _print(one: Linted) -> None:
    state = click.style("ok", fg="green") if one.ok else click.style("faults", fg="red")
    what = " (a base)" if one.base else ""
    click.echo(f"{display.printable(one.name)}: {state}{what}", color=display.colours())
    for cloud, faults in one.clouds.items():
        if not faults:
            click.echo(f"  {cloud:6} {click.style('resolves', fg='green')}", color=display.colours())
        for index, fault in enumerate(faults):
            click.echo(f"  {cloud if index == 0 else '':6} {fault.field}: {fault.message}")


def _fields(one: Linted) -> dict[str, Any]:
    return {
        "name": one.name,
        "file": one.file,
        "base": one.base,
        "ok": one.ok,
        "faults": [display.fields(fault) for fault in one.faults],
        "clouds": {
            cloud: {"resolves": not faults, "faults": [display.fields(fault) for fault in faults]}
            for cloud, faults in one.clouds.items()
        },
    }
