"""How a plan looks to people: what, where, when, of what, for how many, for how much. `eventstack plan` prints it."""

import re
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, tzinfo
from fractions import Fraction
from typing import Any

import msgspec
from rich import box
from rich.console import Console
from rich.table import Table
from rich.text import Text

from eventstack.cost.told import told
from eventstack.models.units import Bitrate, Duration
from eventstack.planning.parts import Build, Contribution, Input, Speke
from eventstack.planning.plan import About, StackPlan, Step, Viewers

Rows = Iterable[tuple[str, str]]


@dataclass(frozen=True)
class Unfolded:
    """What a person asked to see in full."""

    regions: bool = False
    assumptions: bool = False
    origin: bool = False


def show(plan: StackPlan, zone: tzinfo | None = None, unfolded: Unfolded | None = None, summary: Rows = ()) -> None:
    """Print a plan, below its summary; `zone` is the event's own, for the times on its wall clocks."""
    unfolded = unfolded or Unfolded()
    on = Console(highlight=False)
    on.print(Text(plan.title, style="bold"))
    if short := tuple(summary):
        _pairs(on, short)
        on.print()
    _pairs(on, _facts(plan))
    if plan.timeline:
        wall = [str(zone)] if zone else []
        _table(on, ("step", "when (UTC)", *wall, "lead", "why"), (_step(one, zone) for one in plan.timeline.steps))
    if plan.build.encoder:
        _table(on, ("rung", "picture", "codec", "bit rate", "peak"), _rungs(plan.build))
    _table(on, ("created", "type", "count"), ((one.role, one.type, str(one.count)) for one in plan.creates))
    _table(on, ("shared", "from the", "stack"), ((one.role, one.layer, one.stack or "-") for one in plan.shares))
    left = [(one.field, one.given, one.why) for one in plan.left_out]
    _table(on, (f"left out on {plan.build.cloud}", "given", "why"), left)
    _table(on, ("note", "", "better"), ((one.field, one.text, one.better) for one in plan.notes))
    if plan.placed and plan.placed.others and unfolded.regions:
        _table(on, ("other region", "km", "why not"), ((one, str(km), why) for one, km, why in plan.placed.others))
    if plan.viewers:
        _titled(on, "Audience", _audience(plan.viewers, unfolded=unfolded.assumptions))
        if unfolded.assumptions:
            assumed = plan.viewers.assumptions.items()
            rows = ((name.replace("_", " "), one.value, one.unit, one.source) for name, one in assumed)
            _table(on, ("assumed", "value", "unit", "by whom"), rows)
    if plan.cost:
        _titled(on, "Cost", told(plan.cost))
    elif plan.timeline:
        on.print("No estimate of the cost: the end is open.")
    if unfolded.origin:
        _table(on, ("part", "value", "from"), _origins(plan))
    _hashes(on, plan)


def _hashes(on: Console, plan: StackPlan) -> None:
    if plan.timeline and not plan.build.parents and plan.shares:
        on.print(
            "No foundation is chosen here, so this plan can be read but not built; its hashes change with the "
            "foundation's outputs (--foundation NAME, or OUTPUTS.json).",
            style="yellow",
            soft_wrap=True,
        )
    on.print(f"build_hash  {plan.build_hash}", soft_wrap=True)
    on.print(f"plan_hash   {plan.plan_hash}", soft_wrap=True)


def number(value: int | Fraction) -> str:
    """A count as people read it: `50 000`; of what is no whole number about three digits."""
    exact = Fraction(value)
    if exact.denominator == 1 or exact >= 100:
        return f"{round(exact):,}".replace(",", " ")
    return f"{float(exact):.3g}"


def rate(bps: int | Fraction) -> str:
    """A bit rate to about three digits: `156Gbps`; rates of a ladder are told exactly, by `Bitrate`."""
    for unit, factor in (("Tbps", 10**12), ("Gbps", 10**9), ("Mbps", 10**6), ("kbps", 10**3)):
        scaled = Fraction(bps) / factor
        if scaled >= 1:
            return f"{float(scaled):.0f}{unit}" if scaled >= 100 else f"{float(scaled):.3g}{unit}"
    return f"{round(bps)}bps"


_MOMENT = re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2} |open$|$")
"""What is not broken over lines: instants, and where they are to come."""


def lasting(seconds: int) -> str:
    """Whole seconds as people say them: `19m 45s`."""
    hours, rest = divmod(seconds, 3600)
    parts = ((hours, "h"), (rest // 60, "m"), (rest % 60, "s"))
    return " ".join(f"{count}{unit}" for count, unit in parts if count) or "0s"


def moment(at: str, zone: tzinfo | None) -> str:
    """An instant of a plan on the clocks of a zone, as 2026-11-22 18:00."""
    local = datetime.fromisoformat(at).astimezone(zone)
    return f"{local:%Y-%m-%d %H:%M:%S}" if local.second else f"{local:%Y-%m-%d %H:%M}"


def _clock(at: str, zone: tzinfo) -> str:
    """The same instant on the wall clocks there; with its day where that is another one."""
    there = moment(at, zone)
    return there if there[:10] != moment(at, UTC)[:10] else there[11:]


def _pairs(on: Console, rows: Rows) -> None:
    table = Table(box=None, show_header=False, pad_edge=False)
    table.add_column(style="cyan", no_wrap=True)
    table.add_column(overflow="fold")
    for word, value in rows:
        table.add_row(word, Text(value))
    on.print(table)


def _titled(on: Console, title: str, rows: Rows) -> None:
    on.print()
    on.print(Text(title, style="bold"))
    _pairs(on, rows)


def _table(on: Console, columns: Sequence[str], rows: Iterable[Sequence[str]]) -> None:
    """A table; nothing where there are no rows. Columns that are all empty are left out."""
    listed = [list(row) for row in rows]
    kept = [index for index in range(len(columns)) if any(row[index] for row in listed)]
    if not listed:
        return
    table = Table(box=box.SIMPLE_HEAD, pad_edge=False)
    for index in kept:
        table.add_column(columns[index], overflow="fold", no_wrap=all(_MOMENT.match(row[index]) for row in listed))
    for row in listed:
        table.add_row(*(Text(row[index]) for index in kept))
    on.print(table)


def _facts(plan: StackPlan) -> Iterator[tuple[str, str]]:
    build = plan.build
    yield "what", f"{build.layer} {build.occurrence}, incarnation {build.incarnation}, owner {build.owner}"
    yield "where", f"{build.cloud}{f', {build.region}' if build.region else ''}: {build.project}/{build.stack}"
    if plan.placed:
        more = f" ({len(plan.placed.others)} others: --regions)" if plan.placed.others else ""
        yield "region", f"{plan.placed.why}{more}"
    if plan.profile:
        yield "profile", plan.profile
    for parent in build.parents:
        yield "on", f"{parent.layer} {parent.stack} ({parent.outputs_hash[:12]})"
    if plan.about:
        yield from _about(plan.about)
    if build.contribution:
        yield from _feed(build.contribution)
    if plan.timeline:
        yield from _media(build)
    else:
        yield "keys", "key and licence service" if build.drm else "none"
    if plan.gates:
        yield "gates", f"{', '.join(plan.gates.hops)}; {plan.gates.in_a_row} good looks in a row"
    yield "lead", lasting(plan.lead_s)


def _about(about: About) -> Iterator[tuple[str, str]]:
    yield "importance", ", ".join([about.importance, *([f"series {about.series}"] if about.series else [])])
    for one in about.contacts:
        yield "contact", ", ".join(part for part in (one.name, one.role, one.phone, one.email) if part)
    if about.labels:
        yield "labels", ", ".join(f"{key}: {value}" for key, value in about.labels.items())


def _feed(feed: Contribution) -> Iterator[tuple[str, str]]:
    stand_in = "" if feed.source.kind == "none" else f", source {feed.source.kind} {feed.source.path}".rstrip()
    yield "feed", f"{_input(feed)}{stand_in}"
    if feed.backup:
        yield "backup feed", _input(feed.backup)
    if feed.expected:
        one = feed.expected
        parts = (
            one.codec,
            f"{one.width}x{one.height}" if one.width else "",
            f"{one.frame_rate} fps" if one.frame_rate else "",
            one.scan,
            str(Bitrate(one.bitrate)) if one.bitrate else "",
            f"{one.channels} audio channels" if one.channels >= 0 else "",
        )
        yield "expected feed", ", ".join(part for part in parts if part)


def _input(feed: Contribution | Input) -> str:
    secret = f"passphrase {feed.passphrase.source} {feed.passphrase.name}".rstrip() if feed.passphrase else None
    parts = (
        f"{feed.protocol} {feed.mode}",
        feed.address,
        f"{feed.latency_ms} ms" if feed.latency_ms else "",
        secret or "no passphrase",
        f"from {', '.join(feed.allow)}" if feed.allow else "",
    )
    return ", ".join(part for part in parts if part)


def _media(build: Build) -> Iterator[tuple[str, str]]:
    packager, encoder, cdn, archive = build.packager, build.encoder, build.cdn, build.archive
    if packager and build.segment:
        formats = " + ".join(name for name, on in (("HLS", packager.hls), ("DASH", packager.dash)) if on)
        low = f", low latency with parts of {Duration(packager.part)}" if packager.part else ""
        late = f", start-over {lasting(packager.start_over_s)}" if packager.start_over_s else ""
        length, window = Duration(build.segment.duration), Duration(packager.window_s)
        yield "packaging", f"{formats} ({packager.container}), segments of {length}, window {window}{late}{low}"
    yield "drm", _drm(build)
    if cdn:
        rights = [f"only in {', '.join(cdn.territories)}"] if cdn.territories else []
        rights += [f"not in {', '.join(cdn.except_in)}"] if cdn.except_in else []
        rights += [f"not in {', '.join(one.territories)} from {one.since} until {one.until}" for one in cdn.blackouts]
        yield "edge", ", ".join([cdn.access, *([cdn.domain] if cdn.domain else []), *rights])
    if archive:
        keep = f", kept {Duration(archive.keep_s)}" if archive.keep_s else ""
        yield "archive", f"recording{f', then on demand ({archive.route})' if archive.vod else ''}{keep}"
    if encoder:
        yield "slate", (encoder.slate_image or "a plain card") if encoder.slate else "none"
        sound = encoder.loudness
        if sound:
            yield "loudness", f"{sound.target} LUFS, true peak {sound.true_peak} dBTP"
        if encoder.captions:
            yield "captions", ", ".join(f"{one.language} ({one.format})" for one in encoder.captions)
    yield "redundancy", "two paths" if build.paths == 2 else "one path"


def _drm(build: Build) -> str:
    drm = build.drm
    if drm is None:
        return "off"
    keys = f"keys {', '.join(drm.labels)} from {speke(drm.speke) if drm.speke else 'the foundation'}"
    turned = f", new every {Duration(drm.rotation_s)}" if drm.rotation_s else ""
    return f"{drm.scheme}: {', '.join(drm.systems)}; {keys}{turned}"


def speke(server: Speke) -> str:
    """A key server in words."""
    return f"{server.url} (SPEKE {server.version})"


def _step(step: Step, zone: tzinfo | None) -> list[str]:
    wall = [_clock(step.at, zone) if step.at else ""] if zone else []
    return [
        step.name,
        moment(step.at, UTC) if step.at else "open",
        *wall,
        lasting(step.lead_s) if step.lead_s else "",
        step.why,
    ]


def _rungs(build: Build) -> Iterator[tuple[str, str, str, str, str]]:
    assert build.encoder
    for rung in build.encoder.renditions:
        level = f" {rung.level}" if rung.level else ""
        yield (
            rung.name,
            f"{rung.width}x{rung.height} at {rung.frame_rate} fps",
            f"{rung.codec} {rung.profile}{level}, {rung.preset}",
            str(Bitrate(rung.bitrate)),
            str(Bitrate(rung.max_bitrate)),
        )
    for track in build.encoder.audio:
        yield (
            track.name,
            f"{track.label}, {track.role}, {track.channels} ch",
            track.codec,
            str(Bitrate(track.bitrate)),
            "",
        )


def _audience(seen: Viewers, *, unfolded: bool) -> Iterator[tuple[str, str]]:
    yield (
        "viewers",
        f"{number(seen.expected)} expected, {number(seen.peak)} at the peak, within {Duration(seen.ramp_s)}",
    )
    if seen.countries:
        yield "from", ", ".join(f"{code} {float(Fraction(part) * 100):g}%" for code, part in seen.countries.items())
    yield "edge", f"{_load(seen.edge_bps, seen.edge_rps)} at the peak; {rate(Fraction(seen.average_bps))} on average"
    yield (
        "origin",
        f"{_load(seen.origin_bps, seen.origin_rps)}; {number(Fraction(seen.joins_rps))} viewers join a second",
    )
    if seen.egress_gb is not None:
        requests = number(round(Fraction(seen.requests or 0)))
        yield "altogether", f"{number(round(Fraction(seen.egress_gb)))} GB in {requests} requests"
    if seen.packagers:
        yield "packagers", f"{seen.packagers} for this load"
    if not unfolded:
        yield "assumed", f"{len(seen.assumptions)} figures: --assumptions"


def _load(bps: str, rps: str) -> str:
    return f"{rate(Fraction(bps))} and {number(round(Fraction(rps)))} requests a second"


def _origins(plan: StackPlan) -> Iterator[tuple[str, str, str]]:
    whole = msgspec.to_builtins(plan)
    for part, source in plan.sources.items():
        yield part, _short(_at(whole, part)), source


def _at(whole: Any, part: str) -> Any:
    value = whole
    for name in part.replace("[", ".").replace("]", "").split("."):
        try:
            value = value[int(name)] if isinstance(value, list | tuple) else value[name]
        except (KeyError, IndexError, TypeError, ValueError):
            return None
    return value


def _short(value: Any) -> str:
    match value:
        case None | "" | [] | ():
            return "-"
        case bool():
            return "yes" if value else "no"
        case dict() | list() | tuple():
            text = msgspec.json.encode(value).decode()
            return text if len(text) <= 60 else f"{text[:59]}…"
        case _:
            return str(value)
