"""Audio tracks and captions: what a codec carries, what a viewer can tell apart, what a feed can hold."""

from collections.abc import Iterator, Sequence

from eventstack.models.faults import Rule
from eventstack.models.sound import Audio, Caption, Track
from eventstack.models.units import Bitrate
from eventstack.models.yaml_reader import Path

RANGES = {"aac": (16_000, 512_000), "ac3": (32_000, 640_000), "eac3": (32_000, 3_024_000)}
"""Bit/s: AAC as encoders take it; AC-3 and E-AC-3 by ETSI TS 102 366."""

AC3_RATES = tuple(
    1000 * rate for rate in (32, 40, 48, 56, 64, 80, 96, 112, 128, 160, 192, 224, 256, 320, 384, 448, 512, 576, 640)
)
"""Bit/s that an AC-3 frame can say (ETSI TS 102 366, table 4.13)."""

LEAST_A_CHANNEL = 16_000
"""Bit/s of a channel below which no codec here leaves anything to listen to."""

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
        for other in captions[:index]:
            if caption.service is not None and (caption.format, caption.service) == (other.format, other.service):
                place = ("captions", index, "service")
                yield Rule(place, f"{other.language} is made of the same service", "another service of the feed")
    if captions and not has_pictures:
        yield Rule(("captions",), "captions without pictures", hint="remove them, or write a ladder")


def _shown(caption: Caption) -> tuple[str, str]:
    return caption.language.lower(), caption.label or caption.language


def _told(track: Track) -> tuple[str, ...]:
    """What a player tells tracks apart by: it also chooses by channels and codec what its device can play."""
    return track.language.lower(), track.role, track.label or track.language, str(track.channels), track.codec


def _track(place: Path, track: Track) -> Iterator[Rule]:
    low, high = RANGES[track.codec]
    if not low <= track.bitrate <= high:
        span = f"{Bitrate(low)} to {Bitrate(high)}"
        yield Rule((*place, "bitrate"), f"not a bit rate for {track.codec.upper()}", span)
    elif track.codec == "ac3" and track.bitrate not in AC3_RATES:
        near = sorted(AC3_RATES, key=lambda rate: abs(rate - track.bitrate))[:2]
        yield Rule(
            (*place, "bitrate"), "not one of AC-3's bit rates", " or ".join(str(Bitrate(rate)) for rate in sorted(near))
        )
    elif track.bitrate < LEAST_A_CHANNEL * track.channels:
        least = Bitrate(LEAST_A_CHANNEL * track.channels)
        yield Rule((*place, "bitrate"), f"too few bits for {track.channels} channels", f"{least} or more")
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
