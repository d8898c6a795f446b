"""The event's timeline on a machine: labels are seconds since the event's epoch, cells are cut on the segment's grid.

Pure arithmetic over the time that is passed in, and the receiver's record of its sessions, which the encoder reads
to choose its first cell and the publisher to give each cell its date.
"""

import json
import math
from dataclasses import asdict, dataclass
from datetime import datetime
from fractions import Fraction
from pathlib import Path

from eventstack.errors import ConfigError, Fault
from eventstack.node.secrets_file import write_private

LABEL_GRID = Fraction(8, 25)
"""Session labels are multiples of this many seconds: whole frames at 25 and 50 frames per second and whole AAC frames
of 1024 samples at 48 kHz, so that the feed keeps its place on both grids over a restart."""

LONGEST = Fraction(2**33, 90_000) - 60
"""Seconds that a label may reach: a transport stream's clock wraps at 2^33, and the grid does not survive that."""

SETTLING = 2
"""Seconds that an encoder joining a running feed allows itself: to find the stream, and its next key frame."""

KEPT_SESSIONS = 1000
"""Sessions that the record holds; the oldest go first."""


@dataclass(frozen=True)
class Session:
    """One run of the receiver: media that arrive first get the label `label_s` (seconds since the epoch);
    `lag_s` is how far labels trail the wall clock, 0 until it was `measured`.
    """

    label_s: float
    lag_s: float = 0.0
    measured: bool = False


def since_epoch(now: float, epoch: str) -> Fraction:
    """Seconds from `epoch` (RFC 3339) to `now` (seconds since 1970).

    Raises ConfigError outside of 0 to `LONGEST`: there no label can be written.
    """
    elapsed = Fraction(now) - Fraction(datetime.fromisoformat(epoch).timestamp())
    if not 0 <= elapsed < LONGEST:
        early = elapsed < 0
        again = "give the event's file a window that is ahead, and `eventstack up` it again"
        raise ConfigError(
            Fault(
                f"the event's timeline can't be labelled {'yet' if early else 'any more'}",
                field="epoch",
                given=epoch,
                allowed=f"an instant up to {int(LONGEST) // 3600} hours in the past",
                hint=f"start it from that instant on; for an earlier one {again}" if early else again,
            )
        )
    return elapsed


def session_label(now: float, epoch: str) -> Fraction:
    """The label for the first packet of a receiver that starts to listen at `now`; never runs backwards."""
    return max(_down(since_epoch(now, epoch), LABEL_GRID), LABEL_GRID)


def first_cell_label(
    now: float, epoch: str, cell: Fraction, feed: Fraction | None, waiting: Fraction | None
) -> Fraction:
    """Where an encoder that starts at `now` begins: a label on the grid of `cell` seconds, at least one cell.

    `feed` is the label that flows now, None when no feed does; `waiting` that of a receiver that has heard nothing yet.
    Joining a running feed it is the first cell that it can have whole. Before the feed it is the cell in which
    the feed will begin: the encoder fills that cell's head with the first picture and silence, so that no cell is lost.
    """
    if feed is not None:
        label = _down(feed + SETTLING, cell) + cell
    elif waiting is not None:
        label = _down(waiting, cell)
    else:
        label = _down(since_epoch(now, epoch), cell)
    return max(label, cell)


def seconds(value: Fraction) -> str:
    """A label as ffmpeg reads it: decimal seconds, microseconds being all that it keeps."""
    return f"{float(value):.6f}".rstrip("0").rstrip(".")


def read_sessions(path: Path) -> list[Session]:
    """The receiver's sessions, oldest first; none when there is no record yet."""
    try:
        document = json.loads(path.read_text(encoding="utf-8"))
    except FileNotFoundError:
        return []
    return [Session(**session) for session in document["sessions"]]


def write_sessions(path: Path, sessions: list[Session]) -> None:
    """Replace the record in one step, so that no reader sees half of it."""
    write_private(path, json.dumps({"sessions": [asdict(session) for session in sessions[-KEPT_SESSIONS:]]}))


def _down(value: Fraction, step: Fraction) -> Fraction:
    return math.floor(value / step) * step
