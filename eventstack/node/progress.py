"""ffmpeg's `-progress` file: key=value lines, one block per report; the last whole block is the truth."""

from dataclasses import dataclass
from pathlib import Path
from typing import Any

FILE = "progress.txt"
"""Name of the file in a part's directory."""

_TAIL = 4096
"""Bytes from the end that surely hold a whole block (about 300 with three renditions)."""


@dataclass(frozen=True)
class Progress:
    """One report. `out_time_s` counts from the output's first packet, any output offset left out; `written` is when
    (seconds since 1970). What ffmpeg did not know is 0.
    """

    out_time_s: float
    frame: int
    fps: float
    speed: float
    bitrate_bps: int
    drop: int
    dup: int
    ended: bool
    written: float

    def health(self, now: float) -> dict[str, Any]:
        """What a part says of itself: plain JSON values, `age_s` being the time since the report."""
        return {
            "out_time_s": self.out_time_s,
            "frame": self.frame,
            "fps": self.fps,
            "speed": self.speed,
            "bitrate_bps": self.bitrate_bps,
            "drop": self.drop,
            "dup": self.dup,
            "age_s": round(max(now - self.written, 0.0), 3),
        }


def read(directory: Path) -> Progress | None:
    """The latest report of the part in `directory`, or None when it has said nothing yet."""
    try:
        with (directory / FILE).open("rb") as file:
            file.seek(0, 2)
            file.seek(max(file.tell() - _TAIL, 0))
            text = file.read().decode(errors="replace")
        written = (directory / FILE).stat().st_mtime
    except FileNotFoundError:
        return None
    return parse(text, written)


def parse(text: str, written: float) -> Progress | None:
    """The last whole block of `text`; None when there is none, or nothing was put out yet."""
    blocks = text.rpartition("progress=")
    if not blocks[1]:
        return None
    block = blocks[0].rpartition("progress=")[2]
    values = dict(line.partition("=")[::2] for line in block.splitlines())
    out_time = _number(values.get("out_time_us", ""))
    if out_time <= 0:
        return None
    return Progress(
        out_time_s=out_time / 1e6,
        frame=int(_number(values.get("frame", ""))),
        fps=_number(values.get("fps", "")),
        speed=_number(values.get("speed", "").removesuffix("x")),
        bitrate_bps=round(_number(values.get("bitrate", "").removesuffix("kbits/s")) * 1000),
        drop=int(_number(values.get("drop_frames", ""))),
        dup=int(_number(values.get("dup_frames", ""))),
        ended=blocks[2].startswith("end"),
        written=written,
    )


def _number(text: str) -> float:
    try:
        return float(text)
    except ValueError:
        return 0.0
