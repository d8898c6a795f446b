"""Whether an event and its profile go together: rules across both, none of which a cloud has a say in."""

import dataclasses
from collections.abc import Iterator
from datetime import timedelta
from fractions import Fraction
from typing import Literal

from eventstack.errors import Fault
from eventstack.models.care import Capacity
from eventstack.models.event import Event
from eventstack.models.faults import Rule
from eventstack.models.feed import Feed, Input
from eventstack.models.profile import Profile
from eventstack.models.units import Bitrate, Duration, FrameRate, Share
from eventstack.models.yaml_reader import Path, dotted
from eventstack.planning.timeline import LABELS_END, epoch, text

_UNSAID = Feed()

LONGEST = "25 hours and 45 minutes in all"


def faults(event: Event, profile: Profile) -> Iterator[Fault]:
    """Everything in which an event and its profile do not fit each other."""
    yield from _times(event, profile)
    yield from _feed(event, profile)
    if profile.layers == "series" and event.series is None:
        yield of_event(
            ("series",), "a profile with a series layer, and no series", None, "the season's id", "add a line series: …"
        )


def notes(event: Event, profile: Profile) -> Iterator[Rule]:
    """What is said of an event with its profile that is not wrong."""
    window, give_up = event.window, profile.monitoring.gates.give_up
    if window.end and window.start + timedelta(seconds=int(give_up)) >= window.end:
        length = Duration(int((window.end - window.start).total_seconds()))
        path = ("monitoring", "gates", "give_up")
        yield Rule(path, "called off only when the programme would be over", f"less than {length}")
    yield from _rights(event)
    yield from _open_to_all(event)
    if window.end is None:
        over = epoch(window, profile.timing.line_up) + LABELS_END - timedelta(seconds=int(profile.timing.tail))
        yield Rule(("window", "end"), f"an open end; media time ends, and so must the programme, at {text(over)}")
    if event.audience is None and profile.capacity.headroom != Capacity.model_fields["headroom"].default:
        yield Rule(("capacity", "headroom"), "no audience, so that nothing is sized by it", "an audience")
    if profile.redundancy == "two-path" and event.contribution.backup is None:
        yield Rule(
            ("contribution", "backup"), "two paths from one feed: without a backup its loss takes both", "a backup"
        )


def _rights(event: Event) -> Iterator[Rule]:
    """Where rights and audience, or rights among themselves, say that somebody does not know of the other."""
    rights, window = event.rights, event.window
    seen = set(rights.territories or ()) - set(rights.except_in)
    for index, blackout in enumerate(rights.blackouts):
        path: Path = ("rights", "blackouts", index)
        dark = [place for place in blackout.territories if place in rights.except_in or (seen and place not in seen)]
        if dark:
            yield Rule((*path, "territories"), f"{', '.join(dark)} sees nothing of it anyway: the rights leave it out")
        starts_early = blackout.start < window.start
        if starts_early or (window.end and blackout.end and blackout.end > window.end):
            what = "begins before" if starts_early else "ends after"
            yield Rule(
                (*path, "start" if starts_early else "end"), f"{what} the event: did the one move without the other?"
            )
    audience = event.audience.countries if event.audience else {}
    shut = {
        place: share for place, share in audience.items() if place in rights.except_in or (seen and place not in seen)
    }
    if shut:
        share = Share(sum(shut.values(), Fraction(0)))
        yield Rule(
            ("audience", "countries"),
            f"{share} of them, in {', '.join(shut)}, may not see it: the rights leave them out",
        )


def _open_to_all(event: Event) -> Iterator[Rule]:
    ways: list[tuple[Path, Input]] = [(("contribution",), event.contribution)]
    if event.contribution.backup:
        ways.append((("contribution", "backup"), event.contribution.backup))
    for path, way_in in ways:
        if any(network.endswith("/0") for network in way_in.allow) and way_in.secret.kind == "none":
            yield Rule((*path, "allow"), "anybody may send, and nothing else keeps them out", "the venue's networks")


def of_event(path: Path, message: str, given: str | None, allowed: str | None = None, hint: str | None = None) -> Fault:
    """A fault of planning in the event's file; who has the file gives it its line."""
    return _fault("event", path, message, given, allowed, hint)


def of_profile(
    path: Path, message: str, given: str | None, allowed: str | None = None, hint: str | None = None
) -> Fault:
    """A fault of planning in the profile's file; who has the file gives it its line."""
    return _fault("profile", path, message, given, allowed, hint)


def as_event(fault: Fault) -> Fault:
    """The fault as one of the event's file."""
    return dataclasses.replace(fault, subject="event")


def _fault(
    subject: Literal["event", "profile"],
    path: Path,
    message: str,
    given: str | None,
    allowed: str | None,
    hint: str | None,
) -> Fault:
    return Fault(message, field=dotted(path), given=given, allowed=allowed, hint=hint, subject=subject)


def _times(event: Event, profile: Profile) -> Iterator[Fault]:
    window, timing = event.window, profile.timing
    end = window.end or window.start
    over = end + timedelta(seconds=int(timing.tail)) - epoch(window, timing.line_up)
    if over > LABELS_END:
        yield of_event(
            ("window", "end"),
            "line-up, programme and tail are too long together: media time would wrap",
            str(over),
            LONGEST,
            "make several events of it",
        )
    for index, blackout in enumerate(event.rights.blackouts):
        if (window.end and blackout.start >= window.end) or (blackout.end and blackout.end <= window.start):
            at = blackout.start.isoformat()
            message = "a blackout outside of the event"
            yield of_event(("rights", "blackouts", index, "start"), message, at, "a time of the event")


def _feed(event: Event, profile: Profile) -> Iterator[Fault]:
    feed, ladder = event.contribution.expected, profile.ladder
    taken = [channel for track in profile.audio.tracks for channel in track.take or range(1, track.channels + 1)]
    if feed.channels is not None and max(taken) > feed.channels:
        hint = "take other channels, or expect more"
        path = ("contribution", "expected", "channels")
        yield of_event(
            path,
            f"the profile takes channel {max(taken)} of the feed",
            str(feed.channels),
            f"{max(taken)} or more",
            hint,
        )
    if ladder is None or feed == _UNSAID:
        return
    top, place = ladder.rungs()[-1], ("contribution", "expected")
    if feed.size is not None and (top.size.width > feed.size.width or top.size.height > feed.size.height):
        message = f"the ladder's top of {top.size} would be blown up from it"
        yield of_event(
            (*place, "size"), message, str(feed.size), f"{top.size} or larger", "or a profile with a smaller top"
        )
    if feed.scan is not None and feed.scan != ladder.scan:
        message = f"the profile takes {ladder.scan} pictures"
        hint = f"write overrides: {{ladder: {{scan: {feed.scan}}}}}, or a profile for it"
        yield of_event((*place, "scan"), message, feed.scan, ladder.scan, hint)
    if feed.frame_rate is not None:
        yield from _cadence(
            Fraction(feed.frame_rate), Fraction(ladder.frame_rate), interlaced="interlaced" in (ladder.scan, feed.scan)
        )
    if (
        feed.bitrate is not None
        and feed.codec in (None, "avc", "mpeg2")
        and top.codec == "avc"
        and feed.bitrate <= top.bitrate
    ):
        hint = "a ladder's top is at best as good as its feed: lower it, or have a better feed"
        message = f"not above the {top.bitrate} of the ladder's top"
        yield of_event((*place, "bitrate"), message, str(feed.bitrate), f"more than {Bitrate(top.bitrate)}", hint)


def _cadence(feed: Fraction, ladder: Fraction, *, interlaced: bool) -> Iterator[Fault]:
    """The ladder's rate is the feed's, or half of it; two fields of a frame may become two pictures."""
    fits = sorted({feed / 2, feed, *((2 * feed,) if interlaced else ())})
    if ladder not in fits:
        allowed = f"{FrameRate(ladder)}, or the double of it: {FrameRate(2 * ladder)}"
        message = f"pictures would be repeated or dropped for the ladder's {FrameRate(ladder)}"
        hint = "a profile whose frame rate is the feed's"
        yield of_event(("contribution", "expected", "frame_rate"), message, str(FrameRate(feed)), allowed, hint)
