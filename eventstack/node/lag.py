"""How far media labels trail the wall clock: the receiver labels from when it began to listen, not from a packet.

It notes the difference for each of its sessions; program date time, and marks, take it into account.
"""

import contextlib
from fractions import Fraction
from pathlib import Path

from eventstack.node import timeline


class LabelLag:
    """The lags in a receiver's `timeline.json`: 0 before the first session.

    `label_s` is the first label of the session. The file is read again when it changes; one that is away or torn
    changes nothing.
    """

    def __init__(self, file: Path) -> None:
        self._file = file
        self._version = 0
        self._sessions: list[tuple[Fraction, Fraction]] = []

    @classmethod
    def beside(cls, part: Path) -> "LabelLag":
        """That of the receiver on the same node as the part in this directory."""
        return cls(part.parent / "receiver" / "timeline.json")

    def at(self, label_s: Fraction) -> Fraction:
        """The lag in seconds, to the millisecond, of the session that the label belongs to."""
        self._read()
        lags = [lag for start, lag in self._sessions if start <= label_s]
        return lags[-1] if lags else Fraction(0)

    def newest(self) -> Fraction:
        """The lag of the running session."""
        self._read()
        return self._sessions[-1][1] if self._sessions else Fraction(0)

    def _read(self) -> None:
        with contextlib.suppress(OSError, KeyError, TypeError, ValueError):
            version = self._file.stat().st_mtime_ns
            if version != self._version:
                sessions = timeline.read_sessions(self._file)
                self._sessions = sorted((_milliseconds(one.label_s), _milliseconds(one.lag_s)) for one in sessions)
                self._version = version


def _milliseconds(seconds: float) -> Fraction:
    return Fraction(round(Fraction(str(seconds)) * 1000), 1000)
