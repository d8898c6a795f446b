"""Packaging, the edge and the archive: what goes with what."""

from collections.abc import Iterator
from fractions import Fraction

from eventstack.models.delivery import Archive, Cdn, Drm, Packaging
from eventstack.models.faults import Rule, twice
from eventstack.models.units import Duration

DAY = Fraction(86_400)


def check(packaging: Packaging, cdn: Cdn) -> Iterator[Rule]:
    """Formats, containers, windows and origins."""
    yield from twice(("packaging", "formats"), packaging.formats)
    yield from twice(("cdn", "cors"), cdn.cors)
    if packaging.container == "ts" and "dash" in packaging.formats:
        index = packaging.formats.index("dash")
        yield Rule(("packaging", "formats", index), "dash with transport stream segments", "hls", "or container: cmaf")
    if packaging.low_latency and packaging.container == "ts":
        yield Rule(("packaging", "low_latency"), "parts of transport streams", "off", "or container: cmaf")
    start_over = packaging.start_over
    if start_over is not None and start_over < packaging.window:
        yield Rule(("packaging", "start_over"), "shorter than the window", f"{packaging.window} or more, or off")
    if "*" in cdn.cors and len(cdn.cors) > 1:
        yield Rule(("cdn", "cors", cdn.cors.index("*")), "all origins, and some", "* alone, or a list without it")


def archive(archive: Archive, drm: Drm | None) -> Iterator[Rule]:
    """The way to video on demand is consistent with the keys that the event is aired under."""
    if archive.keep is not None and (archive.keep <= 0 or archive.keep % DAY):
        below = max(DAY, archive.keep // DAY * DAY)
        yield Rule(("archive", "keep"), "not whole days", f"{Duration(below)} or {Duration(below + DAY)}")
    if not archive.vod and archive.route != "copy":
        yield Rule(
            ("archive", "route"), "a route to video on demand, which is off", hint="write vod: true, or leave it out"
        )
    repackaged = archive.vod and archive.route == "repackage"
    if repackaged and drm and not archive.clear_origin:
        hint = "write clear_origin: true if a clear copy behind closed doors is allowed, or route: copy"
        yield Rule(("archive", "route"), "packaging an encrypted event anew needs a clear copy of it", "copy", hint)
    if archive.clear_origin and not (repackaged and drm):
        yield Rule(("archive", "clear_origin"), "a clear copy that nobody needs", "false", "leave it out")
    rotates = drm is not None and drm.rotation is not None
    if rotates and archive.vod and archive.route == "copy" and not archive.all_keys:
        hint = "write all_keys: true if the licence service keeps every key, or switch rotation or vod off"
        yield Rule(
            ("archive", "vod"),
            "the recording of an event with key rotation plays only while every key is kept",
            None,
            hint,
        )
    if archive.all_keys and not rotates:
        yield Rule(("archive", "all_keys"), "an event without key rotation has no more keys than it needs", "false")
