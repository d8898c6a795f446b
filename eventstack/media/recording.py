"""What a recording says of itself: `vod.json`, written beside its manifests and read by every later check."""

import re
from fractions import Fraction
from typing import Literal

import msgspec

from eventstack.planning import naming
from eventstack.planning.parts import Plain

FILE = "vod.json"
KEYS = "keys.jwe"
"""The sealed key record beside a protected recording."""

SECONDS = re.compile(r"[0-9]{1,18}(/0*[1-9][0-9]{0,17})?")
KID = re.compile(r"[0-9a-f]{32}")


class RecordedTrack(Plain, frozen=True):
    """One track: `bandwidth` is the measured peak over a cell in bit/s, `size` the bytes of all its cells."""

    name: str
    kind: Literal["video", "audio"]
    label: str
    codec: str
    timescale: int
    bandwidth: int
    size: int


class VodRecord(Plain, frozen=True, kw_only=True):
    """One programme on demand: the cells from `first_cell` up to, not including, `end_cell`.

    `cells` counts those that are there, `missing` names those that were lost, `off_air` those between two spans of a
    programme that was taken off air and put back; `segment` and `duration` are seconds as rationals (`duration`
    includes both), `programme_start` is UTC, `epoch` the plan's; `kids` maps key
    label to key id and is empty for a clear recording.
    """

    format: Literal[1] = 1
    occurrence: str
    title: str
    tracks: tuple[RecordedTrack, ...]
    first_cell: int
    end_cell: int
    cells: int
    missing: tuple[int, ...]
    off_air: tuple[int, ...] = ()
    segment: str
    epoch: str
    programme_start: str
    duration: str
    kids: dict[str, str]
    scheme: str

    def __post_init__(self) -> None:
        """Raises ValueError for what no reader could use: a damaged record is said to be one when it is read."""
        if not naming.ID.fullmatch(self.occurrence):
            raise ValueError(f"`occurrence` is no identifier: {self.occurrence!r}")
        for name, text in (("segment", self.segment), ("duration", self.duration)):
            if not SECONDS.fullmatch(text):
                raise ValueError(f"`{name}` is no number of seconds: {text!r}")
        for label, kid in self.kids.items():
            if not KID.fullmatch(kid):
                raise ValueError(f"`kids.{label}` is no key id of 32 hex digits: {kid!r}")

    @property
    def duration_s(self) -> float:
        """The programme's length in seconds, for people and for comparisons with a clock."""
        return float(Fraction(self.duration))

    def numbers(self) -> tuple[int, ...]:
        """The cells that are there, in order."""
        absent = {*self.missing, *self.off_air}
        return tuple(number for number in range(self.first_cell, self.end_cell) if number not in absent)


def decode(document: bytes | str) -> VodRecord:
    """Read `vod.json`; raises `msgspec.ValidationError` or `msgspec.DecodeError` for anything else."""
    return msgspec.json.decode(document, type=VodRecord)


def encode(record: VodRecord) -> bytes:
    """The text of `vod.json`: keys sorted, indented for people."""
    return msgspec.json.format(msgspec.json.encode(record, order="sorted"), indent=2) + b"\n"
