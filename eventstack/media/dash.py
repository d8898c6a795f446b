"""Writes DASH manifests (ISO/IEC 23009-1), dynamic while live and static for a recording.

Segments are addressed by cell number. A hole starts a new Period with a start number of its own, because players
(dash.js for one) count on from the start number and ignore `S@n`, which would shift every name behind a hole.
The live timeline is the clock's since the event's epoch: a Period starts as much later as its labels trail the clock,
because dash.js looks for the live edge by the clock and starves when media lag behind it (shaka-player adapts).
Written with the standard library: the MPD library of PyPI drops PlayReady objects when it writes.
"""

import base64
from dataclasses import dataclass
from datetime import datetime, timedelta
from fractions import Fraction
from xml.etree import ElementTree as ET

from eventstack.media import pssh
from eventstack.media.grid import Grid, rfc3339
from eventstack.media.presentation import Entry, Presentation, Protection, Stream

MPD = "urn:mpeg:dash:schema:mpd:2011"
CENC = "urn:mpeg:cenc:2013"
MSPR = "urn:microsoft:playready"
DASHIF = "https://dashif.org/CPS"
LAURL = f"{{{DASHIF}}}Laurl"
"""Where ClearKey licences are (DASH-IF IOP, part 6); shaka-player and dash.js find it by this very name."""

_PROFILE = "urn:mpeg:dash:profile:isoff-live:2011"
_CHANNELS = "urn:mpeg:dash:23003:3:audio_channel_configuration:2011"

DELAY_CELLS = 3
"""Cells that a player stays behind the live edge: 5.76 s on a grid of 1.92 s, the measured default."""

for _prefix, _namespace in (("", MPD), ("cenc", CENC), ("mspr", MSPR), ("dashif", DASHIF)):
    ET.register_namespace(_prefix, _namespace)


@dataclass(frozen=True)
class Live:
    """What only the manifest of a live programme says: when it was written, how far back one may go, where to read the
    time; `ended` makes it static on the same timeline, so that a player that is watching just comes to the end.
    `trail` is how many seconds the labels of the oldest entry's stretch are behind the clock.
    """

    published: datetime
    window: Fraction
    clock_url: str = "/time"
    ended: bool = False
    trail: Fraction = Fraction(0)


def manifest(presentation: Presentation, live: Live | None = None, *, first_run: int | None = None) -> str:
    """The MPD of a presentation with at least one cell: dynamic with `live`, else static from its first cell on.

    `first_run` is the number of the cell right behind the last hole before the oldest entry (None: no hole yet). A
    Period keeps its id and start by it when its first cells have left the window.
    Raises ValueError when nothing of the presentation has media.
    """
    runs = presentation.runs()
    if not runs:
        raise ValueError("no cell to write a manifest of")
    grid = presentation.grid
    dynamic = live is not None and not live.ended
    root = _element(None, "MPD", profiles=_PROFILE, minBufferTime="PT2S", type="dynamic" if dynamic else "static")
    starts = _starts(presentation, runs, live, first_run)
    if live and dynamic:
        root.set("availabilityStartTime", rfc3339(grid.epoch))
        root.set("publishTime", rfc3339(live.published))
        root.set("minimumUpdatePeriod", _period_time(grid.duration))
        root.set("timeShiftBufferDepth", _period_time(live.window))
        root.set("suggestedPresentationDelay", _period_time(DELAY_CELLS * grid.duration))
    else:
        anchor, start = starts[-1]
        root.set("mediaPresentationDuration", _period_time(start + (runs[-1][-1].number + 1 - anchor) * grid.duration))
    for run, (anchor, start) in zip(runs, starts, strict=True):
        _period(root, presentation, run, anchor, start)
    if live and dynamic:
        _element(root, "UTCTiming", schemeIdUri="urn:mpeg:dash:utc:http-xsdate:2014", value=live.clock_url)
    ET.indent(root)
    return '<?xml version="1.0" encoding="UTF-8"?>\n' + ET.tostring(root, encoding="unicode") + "\n"


def _starts(
    presentation: Presentation, runs: tuple[tuple[Entry, ...], ...], live: Live | None, first_run: int | None
) -> list[tuple[int, Fraction]]:
    """The anchor of each stretch, and where on the presentation's timeline that lies, in seconds."""
    grid, oldest = presentation.grid, presentation.entries[0]
    if live is None:
        return [(run[0].number, (run[0].number - oldest.number) * grid.duration) for run in runs]
    starts = []
    for index, run in enumerate(runs):
        anchor, trail = run[0].number, _trail(grid, run[0])
        if index == 0 and not oldest.missing:
            anchor, trail = first_run or 0, live.trail
        # labels ahead of the clock (by the length of a burst) would begin before the epoch
        starts.append((anchor, anchor * grid.duration + max(trail, Fraction(0))))
    return starts


def _trail(grid: Grid, entry: Entry) -> Fraction:
    # lags are known to the millisecond; instants are rounded to the microsecond, each by itself
    return Fraction(round((entry.instant - grid.instant(entry.number)) / timedelta(milliseconds=1)), 1000)


def _period(root: ET.Element, presentation: Presentation, run: tuple[Entry, ...], anchor: int, start: Fraction) -> None:
    """One stretch without a hole; `anchor` is the cell whose media time lies at the Period's start."""
    period = _element(root, "Period", id=f"c{anchor}", start=_period_time(start))
    sets: dict[tuple[str, str, str | None], list[Stream]] = {}
    for stream in presentation.streams:
        sets.setdefault((stream.kind, stream.language, stream.kid), []).append(stream)
    for index, streams in enumerate(sets.values()):
        _adaptation_set(period, index, presentation, tuple(streams), run, anchor)


def _adaptation_set(
    period: ET.Element,
    index: int,
    presentation: Presentation,
    streams: tuple[Stream, ...],
    run: tuple[Entry, ...],
    anchor: int,
) -> None:
    first = streams[0]
    element = _element(
        period,
        "AdaptationSet",
        id=str(index),
        contentType=first.kind,
        mimeType=f"{first.kind}/mp4",
        segmentAlignment="true",
        startWithSAP="1",
    )
    if first.kind == "audio":
        element.set("lang", first.language)
    if presentation.protection and first.kid:
        _protection(element, presentation.protection, first.kid)
    _element(element, "Role", schemeIdUri="urn:mpeg:dash:role:2011", value="main")
    timescale, grid = first.timescale, presentation.grid
    ticks = grid.ticks(1, timescale)
    template = _element(
        element,
        "SegmentTemplate",
        timescale=str(timescale),
        initialization=f"{presentation.cells}$RepresentationID$/init.mp4",
        media=f"{presentation.cells}$RepresentationID$/$Number$.m4s",
        startNumber=str(run[0].number),
        presentationTimeOffset=str(anchor * ticks),
    )
    timeline = _element(template, "SegmentTimeline")
    _element(timeline, "S", t=str(run[0].number * ticks), d=str(ticks), r=str(len(run) - 1))
    for stream in streams:
        _representation(element, stream)


def _representation(parent: ET.Element, stream: Stream) -> None:
    element = _element(parent, "Representation", id=stream.name, codecs=stream.codec, bandwidth=str(stream.bandwidth))
    if stream.kind == "video":
        rate = stream.frame_rate
        element.set("width", str(stream.width))
        element.set("height", str(stream.height))
        element.set("frameRate", str(rate))
        element.set("sar", "1:1")
    else:
        element.set("audioSamplingRate", str(stream.sample_rate))
        _element(element, "AudioChannelConfiguration", schemeIdUri=_CHANNELS, value=str(stream.channels))


def _protection(parent: ET.Element, protection: Protection, kid: str) -> None:
    """The scheme with its default key id, the vendors' headers, and where ClearKey licences are.

    The common header (1077efec) stays in the media alone: dash.js takes it for ClearKey's and can't ask with it.
    """
    uuid = f"{kid[:8]}-{kid[8:12]}-{kid[12:16]}-{kid[16:20]}-{kid[20:]}"
    general = _element(
        parent, "ContentProtection", schemeIdUri="urn:mpeg:dash:mp4protection:2011", value=protection.scheme
    )
    general.set(f"{{{CENC}}}default_KID", uuid)
    for name in protection.vendors:
        header = pssh.header(name, kid, protection.scheme)
        element = _element(parent, "ContentProtection", schemeIdUri=f"urn:uuid:{header.system}")
        if header.playready_object:
            element.set("value", "MSPR 2.0")
        if header.box:
            ET.SubElement(element, f"{{{CENC}}}pssh").text = base64.b64encode(header.box).decode()
        if header.playready_object:
            ET.SubElement(element, f"{{{MSPR}}}pro").text = base64.b64encode(header.playready_object).decode()
    if protection.clearkey and protection.licence_url:
        element = _element(parent, "ContentProtection", schemeIdUri=f"urn:uuid:{pssh.CLEARKEY}", value="ClearKey1.0")
        ET.SubElement(element, LAURL).text = protection.licence_url


def _element(parent: ET.Element | None, name: str, **attributes: str) -> ET.Element:
    tag = f"{{{MPD}}}{name}"
    return ET.Element(tag, attributes) if parent is None else ET.SubElement(parent, tag, attributes)


def _period_time(seconds: Fraction) -> str:
    """An xs:duration in seconds to the microsecond, without trailing zeros: `PT5.76S`."""
    text = f"{float(seconds):.6f}".rstrip("0").rstrip(".")
    return f"PT{text}S"
