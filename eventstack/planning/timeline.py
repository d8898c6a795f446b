"""When what is wanted: instants before, at and after the programme."""

from datetime import UTC, datetime, timedelta

from eventstack.models.event import Window
from eventstack.models.profile import Timing
from eventstack.planning.plan import Timeline

EPOCH_AHEAD = timedelta(minutes=15)
"""Media time starts this long before the line-up, so that a chain that is started early has room on the grid."""

LABELS_END = timedelta(hours=26)
"""Media labels wrap 26.5 hours after the epoch (33 bits at 90 kHz); everything must be over before."""


def timeline(window: Window, timing: Timing, lead_s: int) -> Timeline:
    """The steps of one occurrence, as instants in UTC."""
    line_up = line_up_from(window, timing)
    return Timeline(
        up_from=text(line_up - timedelta(seconds=lead_s)),
        line_up_from=text(line_up),
        on_air_from=text(window.start),
        on_air_until=text(window.end) if window.end else None,
        tail_s=int(timing.tail),
        overrun=timing.overrun,
    )


def line_up_from(window: Window, timing: Timing) -> datetime:
    """When the chain is to run, unseen, for its probes."""
    return window.start - timedelta(seconds=int(timing.line_up))


def epoch(window: Window, timing: Timing) -> datetime:
    """The zero of the event's media timeline: a whole minute well before the line-up. The end does not move it."""
    ahead = (line_up_from(window, timing) - EPOCH_AHEAD).astimezone(UTC)
    return ahead.replace(second=0, microsecond=0)


def text(at: datetime) -> str:
    """An instant as plans hold it: RFC 3339 in UTC with a `Z`."""
    return at.astimezone(UTC).isoformat().replace("+00:00", "Z")
