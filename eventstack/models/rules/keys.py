"""Encryption: which systems, schemes, containers, manifests and key sources go together.

The matrix is that of the vendors' documents: FairPlay takes cbcs alone and HLS alone; in transport streams there is
FairPlay's SAMPLE-AES and nothing else; ClearKey is served by our own key service; SPEKE rotates at 300 s and more
(MediaPackage V2 API, `KeyRotationIntervalSeconds`).
"""

from collections.abc import Iterator

from eventstack.models.delivery import Drm, Packaging
from eventstack.models.faults import Rule, twice
from eventstack.models.ladder import Ladder
from eventstack.models.units import Duration

ROTATION = (Duration(300), Duration(31_536_000))
"""Seconds between two keys that key servers take (MediaPackage V2 API)."""


def check(drm: Drm | None, packaging: Packaging, ladder: Ladder | None) -> Iterator[Rule]:
    """What packagers, key sources and players can do together."""
    if drm is None:
        return
    yield from twice(("drm", "systems"), drm.systems)
    yield from _systems(drm, packaging)
    yield from _source(drm)
    if drm.keys == "per-resolution" and (ladder is None or len(ladder.renditions) == 1):
        yield Rule(("drm", "keys"), "a key for each class of picture sizes, of which there is one", "one, per-label")


def _systems(drm: Drm, packaging: Packaging) -> Iterator[Rule]:
    hls = "hls" in packaging.formats
    if "fairplay" in drm.systems:
        place = ("drm", "systems", drm.systems.index("fairplay"))
        if drm.scheme != "cbcs":
            yield Rule(("drm", "scheme"), "FairPlay decrypts cbcs alone", "cbcs", "or leave fairplay out of systems")
        if not hls:
            yield Rule(place, "FairPlay plays HLS alone", "hls in packaging.formats, or no fairplay")
    if packaging.container == "ts" and set(drm.systems) != {"fairplay"}:
        odd = next(index for index, system in enumerate(drm.systems) if system != "fairplay")
        yield Rule(
            ("drm", "systems", odd),
            "transport streams are encrypted for FairPlay alone",
            "fairplay",
            "or container: cmaf",
        )
    if drm.scheme == "cbcs" and hls and "clearkey" in drm.systems:
        yield Rule(
            ("drm", "scheme"),
            "cbcs with ClearKey has no HLS playlist that both hls.js and Shaka Player can play",
            "cenc, or dash alone in packaging.formats",
        )


def _source(drm: Drm) -> Iterator[Rule]:
    if drm.key_source == "speke":
        if drm.speke is None:
            yield Rule(("drm", "speke"), "no key server to ask", "url, version", "add speke: with a url")
        if "clearkey" in drm.systems:
            place = ("drm", "systems", drm.systems.index("clearkey"))
            yield Rule(place, "ClearKey licences come from our own key service", "widevine, playready, fairplay")
    elif drm.speke is not None:
        yield Rule(("drm", "speke"), "a key server that nobody asks", hint="write key_source: speke, or remove it")
    if drm.rotation is not None:
        low, high = ROTATION
        if drm.key_source == "local":
            why = "our packager can't rotate keys: it would only shuffle the bytes of one key"
            yield Rule(("drm", "rotation"), why, "off")
        elif not low <= drm.rotation <= high:
            yield Rule(("drm", "rotation"), "out of range", f"off, or {low} to {high}")
