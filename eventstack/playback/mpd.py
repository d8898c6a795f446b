"""A DASH manifest (ISO/IEC 23009-1) with segment timelines as frozen values with absolute addresses. Reading only."""

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from typing import Any
from urllib.parse import urljoin
from xml.parsers.expat import ExpatError

from mpegdash.parser import MPEGDASHParser

from eventstack.errors import Unplayable


@dataclass(frozen=True)
class Track:
    """One representation: the addresses of its segments in order and the seconds that its timeline covers."""

    name: str
    urls: tuple[str, ...]
    duration_s: float


@dataclass(frozen=True)
class Mpd:
    """`static` for video on demand; `duration_s` is mediaPresentationDuration, None where the manifest has none."""

    static: bool
    duration_s: float | None
    tracks: tuple[Track, ...]


def read_mpd(text: str, url: str) -> Mpd:
    """Raises Unplayable for anything else than an MPD whose representations have segment timelines."""
    if "<MPD" not in text:
        raise Unplayable(f"{url}: not a DASH manifest")  # the parser takes any other text for the name of a file
    try:
        document = MPEGDASHParser.parse(text)  # type: ignore[no-untyped-call]  # the library has no types
        pieces = tuple(_tracks(document, url))
    except (ExpatError, ValueError, TypeError, IndexError) as cause:
        raise Unplayable(f"{url}: unreadable DASH manifest ({type(cause).__name__})") from cause
    return Mpd(document.type != "dynamic", _seconds(document.media_presentation_duration), _joined(pieces))


def _joined(pieces: Iterable[Track]) -> tuple[Track, ...]:
    """One track for each representation id: a hole in the media begins a new Period of the same track."""
    joined: dict[str, Track] = {}
    for piece in pieces:
        before = joined.get(piece.name, Track(piece.name, (), 0.0))
        joined[piece.name] = Track(piece.name, before.urls + piece.urls, before.duration_s + piece.duration_s)
    return tuple(joined.values())


def _tracks(document: Any, url: str) -> Iterator[Track]:
    base = _below(url, document)
    for period in document.periods or ():
        for group in period.adaptation_sets or ():
            for representation in group.representations or ():
                template = (representation.segment_templates or group.segment_templates)[0]
                home = _below(_below(_below(base, period), group), representation)
                yield _track(str(representation.id), template, home)


def _track(name: str, template: Any, home: str) -> Track:
    at, number = 0, int(template.start_number if template.start_number is not None else 1)
    total, urls = 0, []
    for entry in template.segment_timelines[0].Ss:
        at = int(entry.t) if entry.t is not None else at
        for _ in range(int(entry.r or 0) + 1):
            media = template.media.replace("$RepresentationID$", name).replace("$Time$", str(at))
            urls.append(urljoin(home, media.replace("$Number$", str(number))))
            at, number, total = at + int(entry.d), number + 1, total + int(entry.d)
    return Track(name, tuple(urls), total / int(template.timescale or 1))


def _below(base: str, element: Any) -> str:
    bases = element.base_urls or ()
    return urljoin(base, bases[0].base_url_value) if bases else base


def _seconds(duration: str | None) -> float | None:
    """Seconds of an ISO 8601 duration of days and less ("PT1H2M3.5S")."""
    found = re.fullmatch(r"P(?:(\d+)D)?(?:T(?:(\d+)H)?(?:(\d+)M)?(?:([\d.]+)S)?)?", duration or "")
    if not found or not any(found.groups()):
        return None
    return sum(float(part or 0) * unit for part, unit in zip(found.groups(), (86400, 3600, 60, 1), strict=True))
