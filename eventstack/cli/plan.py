"""`eventstack plan`: what an event resolves to, for people and as the JSON that the engine's program reads."""

from datetime import datetime, timedelta
from pathlib import Path

import click

from eventstack import automation, clouds
from eventstack.automation.inputs import planned, read_parent
from eventstack.cli import performing
from eventstack.errors import ConfigError
from eventstack.models.load import read_event, read_file
from eventstack.models.units import Bitrate, Duration
from eventstack.planning.plan import Build, Parent, StackPlan, Timeline
from eventstack.settings import Settings


@click.command("plan")
@click.argument("event", required=False, metavar="EVENT.yaml")
@click.option("--json", "as_json", is_flag=True, help="Print the plan's canonical JSON instead of a table.")
@click.option(
    "--profile-dir",
    "profile_dirs",
    multiple=True,
    type=performing.FOLDER,
    help="A folder of profiles, before those beside the event and the shipped ones.",
)
@click.option(
    "--foundation",
    metavar="NAME|OUTPUTS.json",
    help="The foundation, by its name here or by its outputs, as `pulumi stack output --json` writes them.",
)
@click.option("--new-foundation", metavar="NAME", help="Plan a foundation of that name instead of an event.")
@click.option("--cloud", default=clouds.CLOUDS[0], show_default=True, help="Where the new foundation is built.")
def command(
    event: str | None,
    as_json: bool,
    profile_dirs: tuple[Path, ...],
    foundation: str | None,
    new_foundation: str | None,
    cloud: str,
) -> None:
    """Show what an event resolves to: what is built, where, when, and the two hashes. Nothing is built.

    A plan is built on the recorded outputs of its foundation: the named one, the one that the event was planned on
    already, or the only one that stands here, as `up` has it. Where there is none to choose, the plan is shown without
    it; it can't be built yet, and its hashes will be others once the foundation is known.
    """
    performing.one_thing(event, new_foundation)
    with performing.answering(as_json=as_json):
        plan = _plan(event, new_foundation, cloud, foundation, profile_dirs)
    if as_json:
        click.echo(plan.to_json())
    else:
        _print(plan)


def _plan(
    event: str | None, new_foundation: str | None, cloud: str, foundation: str | None, profile_dirs: tuple[Path, ...]
) -> StackPlan:
    if new_foundation is not None:
        return automation.resolve(new_foundation=new_foundation, cloud=cloud)
    owner = Settings.from_environment().owner
    parents: tuple[Parent, ...] = ()
    if foundation and (foundation.endswith(".json") or Path(foundation).is_file()):
        parents = (read_parent(Path(foundation)),)
    else:
        try:
            return automation.resolve(event, foundation=foundation, profile_dirs=profile_dirs)
        except ConfigError as error:
            if foundation or [fault.field for fault in error.faults] != ["foundation"]:
                raise
    return planned(read_event(read_file(event or "")), profile_dirs, owner, parents)[1]


def _print(plan: StackPlan) -> None:
    from rich import box
    from rich.console import Console
    from rich.table import Table
    from rich.text import Text

    build = plan.build
    console = Console(highlight=False)
    console.print(Text(plan.title, style="bold"))
    facts = Table(box=None, show_header=False, pad_edge=False)
    facts.add_column(style="cyan", no_wrap=True)
    facts.add_column(overflow="fold")
    for word, value in _facts(plan):
        facts.add_row(word, Text(value))
    console.print(facts)
    if plan.timeline:
        steps = Table(box=box.SIMPLE_HEAD, pad_edge=False)
        for column in ("when (UTC)", "what", "why"):
            steps.add_column(column, overflow="fold")
        for when, what, why in _steps(plan, plan.timeline):
            steps.add_row(when, Text(what), Text(why))
        console.print(steps)
    if build.encoder:
        rungs = Table(box=box.SIMPLE_HEAD, pad_edge=False)
        for column in ("rung", "picture", "codec", "bit rate", "peak"):
            rungs.add_column(column)
        for row in _rungs(build):
            rungs.add_row(*map(Text, row))
        console.print(rungs)
    if plan.timeline and not build.parents:
        console.print(
            "No foundation is chosen here, so this plan can be read but not built; its hashes change with the "
            "foundation's outputs (--foundation NAME, or OUTPUTS.json).",
            style="yellow",
            soft_wrap=True,
        )
    console.print(f"build_hash  {plan.build_hash}", soft_wrap=True)
    console.print(f"plan_hash   {plan.plan_hash}", soft_wrap=True)


def _facts(plan: StackPlan) -> list[tuple[str, str]]:
    build = plan.build
    rows = [
        ("what", f"{build.layer} {build.occurrence}, incarnation {build.incarnation}, owner {build.owner}"),
        ("where", f"{build.cloud}: {build.project}/{build.stack}"),
    ]
    if plan.profile:
        rows.append(("profile", plan.profile))
    rows += [("on", f"{item.layer} {item.stack} ({item.outputs_hash[:12]})") for item in build.parents]
    if build.contribution:
        feed = build.contribution
        secret = (
            f"passphrase {feed.passphrase.source} {feed.passphrase.name}".rstrip()
            if feed.passphrase
            else "no passphrase"
        )
        rows.append(("feed", f"{feed.protocol} {feed.mode}, {feed.latency_ms} ms, {secret}, source {feed.source.kind}"))
    if build.packager and build.segment:
        formats = " + ".join(name for name, on in (("HLS", build.packager.hls), ("DASH", build.packager.dash)) if on)
        length = Duration(build.segment.duration)
        rows.append(("packaging", f"{formats}, segments of {length}, window {Duration(build.packager.window_s)}"))
    if plan.timeline:
        drm = build.drm
        rows.append(("drm", f"{drm.scheme}: {', '.join(drm.systems)}; keys {', '.join(drm.labels)}" if drm else "off"))
        rows.append(("archive", "recording, then on demand" if build.archive and build.archive.vod else "recording"))
    else:
        rows.append(("keys", "key and licence service" if build.drm else "none"))
    if plan.gates:
        rows.append(("gates", f"{', '.join(plan.gates.hops)}; {plan.gates.in_a_row} good looks in a row"))
    return rows


def _steps(plan: StackPlan, line: Timeline) -> list[tuple[str, str, str]]:
    steps = [
        (line.up_from, "build the stack", f"{plan.lead_s} s lead of {plan.build.cloud}"),
        (line.line_up_from, "line-up", "on, unseen: probes look"),
        (
            line.on_air_from,
            "on air",
            f"once the gates are good; called off {plan.gates.give_up_s} s later" if plan.gates else "",
        ),
    ]
    if line.on_air_until is None:
        return [*steps, ("open", "off air", "a person ends it")]
    steps.append((line.on_air_until, "off air", f"overrun: {line.overrun}"))
    gone = datetime.fromisoformat(line.on_air_until) + timedelta(seconds=line.tail_s)
    return [*steps, (f"{gone:%Y-%m-%dT%H:%M:%S}Z", "take down", f"{line.tail_s} s tail, then VOD check and evidence")]


def _rungs(build: Build) -> list[tuple[str, str, str, str, str]]:
    if not build.encoder:
        return []
    video = [
        (
            rung.name,
            f"{rung.width}x{rung.height} at {rung.frame_rate} fps",
            f"{rung.codec} {rung.profile}, {rung.preset}",
            str(Bitrate(rung.bitrate)),
            str(Bitrate(rung.max_bitrate)),
        )
        for rung in build.encoder.renditions
    ]
    audio = [
        (track.name, f"{track.label}, {track.channels} ch", track.codec, str(Bitrate(track.bitrate)), "")
        for track in build.encoder.audio
    ]
    return [*video, *audio]
