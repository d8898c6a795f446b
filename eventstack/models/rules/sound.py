"""Audio tracks and captions: what a codec carries, what a viewer can tell apart, what a feed can hold."""

from collections.abc import Iterator, Sequence

from eventstack.models.faults import Rule
from eventstack.models.sound import Audio, Caption, Track
from eventstack.models.units import Bitrate
from eventstack.models.yaml_reader import Path

RANGES = {"aac": (16_000, 512_000), "ac3": (32_000, 640_000), "eac3": (32_000, 3_024_000)}
"""Bit/s: AAC as encoders take it; AC-3 and E-AC-3 by ETSI TS 102 366."""

CHANNELS = {"aac": (1, 2, 6, 8), "ac3": (1, 2, 6), "eac3": (1, 2, 6, 8)}
"""Channel counts of each codec."""

SERVICES = {"cea-608": (1, 4), "cea-708": (1, 63), "teletext": (100, 899)}
"""The channels of CTA-608, the services of CTA-708, the pages of teletext (ETSI EN 300 706)."""


def check(audio: Audio, captions: Sequence[Caption], *, has_pictures: bool) -> Iterator[Rule]:
    """Everything about sound and captions."""
    for index, track in enumerate(audio.tracks):
        yield from _track(("audio", "tracks", index), track)
        for earlier in audio.tracks[:index]:
            if _told(earlier) == _told(track):
                path: Path = ("audio", "tracks", index, "label" if track.label else "language")
                yield Rule(
                    path, "two tracks that a viewer can't tell apart", hint="give it a label or a role of its own"
                )
    for index, caption in enumerate(captions):
        yield from _caption(("captions", index), caption)
        if any(_shown(caption) == _shown(one) for one in captions[:index]):
            place = ("captions", index, "label" if caption.label else "language")
            yield Rule(place, "two captions that a viewer can't tell apart", hint="give it a label of its own")
    if captions and not has_pictures:
        yield Rule(("captions",), "captions without pictures", hint="remove them, or write a ladder")


def _shown(caption: Caption) -> tuple[str, str]:
    return caption.language.lower(), caption.label or caption.language


def _told(track: Track) -> tuple[str, str, str]:
    return track.language.lower(), track.role, track.label or track.language


def _track(place: Path, track: Track) -> Iterator[Rule]:
    low, high = RANGES[track.codec]
    if not low <= track.bitrate <= high:
        span = f"{Bitrate(low)} to {Bitrate(high)}"
        yield Rule((*place, "bitrate"), f"not a bit rate for {track.codec.upper()}", span)
    if track.channels not in CHANNELS[track.codec]:
        listed = ", ".join(map(str, CHANNELS[track.codec]))
        yield Rule((*place, "channels"), f"{track.codec} carries no {track.channels} channels", listed)
    if track.take is not None:
        if len(track.take) != track.channels:
            yield Rule(
                (*place, "take"), f"{len(track.take)} of the feed's channels for {track.channels}", f"{track.channels}"
            )
        if len(set(track.take)) != len(track.take):
            yield Rule((*place, "take"), "a channel is taken twice", "different channels")


def _caption(place: Path, caption: Caption) -> Iterator[Rule]:
    span = SERVICES.get(caption.format)
    if span is None:
        if caption.service is not None:
            yield Rule((*place, "service"), f"{caption.format} has no numbered services", hint="leave it out")
    elif caption.service is None:
        yield Rule(
            (*place, "service"), f"{caption.format} needs to know which", f"{span[0]} to {span[1]}", "add service: …"
        )
    elif not span[0] <= caption.service <= span[1]:
        yield Rule((*place, "service"), f"not one of {caption.format}", f"{span[0]} to {span[1]}")
