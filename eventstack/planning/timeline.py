"""When what is wanted: instants before, at and after the programme, and why each is when it is."""

from datetime import UTC, datetime, timedelta
from typing import NamedTuple

from eventstack.models.event import Window
from eventstack.models.profile import Profile
from eventstack.models.units import Duration
from eventstack.planning.plan import Step, Timeline

EPOCH_AHEAD = timedelta(minutes=15)
"""Media time starts this long before the line-up, so that a chain that is started early has room on the grid."""

LABELS_END = timedelta(hours=26)
"""Media labels wrap 26.5 hours after the epoch (33 bits at 90 kHz); everything must be over before."""


class Reasons(NamedTuple):
    """Why steps are when they are, in words that depend on the profile and the cloud alone."""

    lead: str
    gates: str
    settle: str


def reasons(profile: Profile, lead: str, settle_s: int) -> Reasons:
    """The reasons for a profile on a cloud; `lead` tells the critical path."""
    gates = profile.monitoring.gates
    return Reasons(
        lead,
        f"once every gate was good {gates.in_a_row} times in a row; called off {gates.give_up} after",
        f"two inventories, {Duration(settle_s)} apart, that show nothing left",
    )


def timeline(window: Window, profile: Profile, lead_s: int, why: Reasons, settle_s: int) -> Timeline:
    """The steps of one occurrence, as instants in UTC."""
    timing, teardown = profile.timing, profile.teardown
    line_up = line_up_from(window, timing.line_up)
    tail, keep = int(timing.tail), int(teardown.keep)
    up, lined_up, start = text(line_up - timedelta(seconds=lead_s)), text(line_up), text(window.start)
    end = text(window.end) if window.end else None
    tail_ends = _after(window.end, tail)
    return Timeline(
        up_from=up,
        line_up_from=lined_up,
        on_air_from=start,
        on_air_until=end,
        tail_s=tail,
        overrun=timing.overrun,
        turn_round_s=int(timing.turn_round),
        keep_s=keep,
        confirm=teardown.confirm,
        announce_by=up,
        steps=(
            Step(name="up", at=up, lead_s=lead_s, why=why.lead),
            Step(
                name="line-up",
                at=lined_up,
                lead_s=int(timing.line_up),
                why="on and unseen: probes look; from here to the end nothing of it is changed",
            ),
            Step(name="on air", at=start, lead_s=0, why=why.gates),
            Step(name="off air", at=end, lead_s=0, why=_OVERRUN[timing.overrun, bool(end)]),
            Step(name="tail ends", at=tail_ends, lead_s=tail, why="viewers keep the live address until here"),
            Step(
                name="verify",
                at=tail_ends,
                lead_s=0,
                why="the recording is closed, and checked as video on demand"
                if profile.archive.vod
                else "the recording is closed",
            ),
            Step(
                name="destroy",
                at=_after(window.end, tail + keep) if teardown.confirm == "auto" else None,
                lead_s=keep,
                why="once it is off air for certain" if teardown.confirm == "auto" else "when a person lets it go",
            ),
            Step(
                name="clean",
                at=None,
                lead_s=settle_s,
                why=why.settle,
            ),
        ),
    )


_OVERRUN = {
    ("stay-up", True): "unless the programme goes on: then it stays up",
    ("keep-start-times", True): "also when the programme goes on: what follows keeps its start",
    ("keep-durations", True): "unless the programme goes on: what follows starts later",
    ("stay-up", False): "when a person ends it",
    ("keep-start-times", False): "when a person ends it, or what follows starts",
    ("keep-durations", False): "when a person ends it; what follows waits",
}


def _after(end: datetime | None, seconds: int) -> str | None:
    return text(end + timedelta(seconds=seconds)) if end else None


def line_up_from(window: Window, line_up: Duration) -> datetime:
    """When the chain is to run, unseen, for its probes."""
    return window.start - timedelta(seconds=int(line_up))


def epoch(window: Window, line_up: Duration) -> datetime:
    """The zero of the event's media timeline: a whole minute well before the line-up. The end does not move it."""
    ahead = (line_up_from(window, line_up) - EPOCH_AHEAD).astimezone(UTC)
    return ahead.replace(second=0, microsecond=0)


def text(at: datetime) -> str:
    """An instant as plans hold it: RFC 3339 in UTC with a `Z`."""
    return at.astimezone(UTC).isoformat().replace("+00:00", "Z")
