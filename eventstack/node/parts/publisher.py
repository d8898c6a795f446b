"""The publisher: a process of ours that turns the packager's segments into the event's timeline.

Its supervisor starts it by `Publisher.launch`; the verbs reach it by `marks.json`, and it answers in `status.json`.
"""

import contextlib
import logging
import os
import signal
import sys
import time
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import msgspec

from eventstack.media.grid import Grid
from eventstack.node import config as forms
from eventstack.node import ondemand, programme, shelf
from eventstack.node.lag import LabelLag
from eventstack.node.part import Launch, Place
from eventstack.node.publishing import Publication

POLL_S = 0.05
"""Between two looks at the packager's directory: small beside the 0.6 s that a segment takes to be packaged."""

FINISH_S = 6.0
"""Seconds that the last cell of a programme may take to arrive: three cells of 1.92 s and a little."""

_ANSWER_S = 3.0
_ALIVE_S = 3.0
_CONFIG = "publisher.json"
_STATUS = "status.json"

_log = logging.getLogger(__name__)


class Publisher:
    """The part; its process keeps everything below its own directory, and the recording."""

    kind = "publisher"
    autostart = False
    start_order = 10

    def prepare(self, config: forms.Publisher, place: Place) -> dict[str, Any]:
        """Make the folder that the origin serves; output `root`."""
        root = place.directory / "root"
        root.mkdir(parents=True, exist_ok=True)
        _write_config(place.directory, config)
        return {"root": str(root)}

    def launch(self, config: forms.Publisher, place: Place) -> Launch:
        """Run this module over the part's directory."""
        path = _write_config(place.directory, config)
        (place.directory / _STATUS).unlink(missing_ok=True)
        return Launch(
            argv=[sys.executable, "-m", "eventstack.node.parts.publisher", str(path)],
            ready=lambda: _alive(_status(place.directory)),
        )

    def health(self, config: forms.Publisher, place: Place) -> dict[str, Any]:
        """How far it has published and how old that is; `alive` says whether the process speaks."""
        status = _status(place.directory)
        now = time.time()
        ages = {track: round(now - seen["at_s"], 3) for track, seen in status.get("tracks", {}).items()}
        return {**status, "alive": _alive(status), "age_s": ages}

    def verb(self, name: str, arguments: dict[str, Any], config: forms.Publisher, place: Place) -> dict[str, Any]:
        """`publish` marks the programme's beginning, `unpublish` its end, `finish` also closes the recording.

        Raises LookupError for any other, TimeoutError when the process does not finish.
        """
        boundary = _boundary(place.directory, config, time.time())
        marks = programme.read(place.directory)
        if name == "publish":
            marks = marks.opened(max(0, boundary))
        elif name == "unpublish":
            marks = marks.closed(boundary)
        elif name == "finish":
            marks = marks.closed(boundary).finishing(int((time.time() + FINISH_S) * 1000))
        else:
            raise LookupError(f"the publisher has no verb {name!r}; it has publish, unpublish, finish")
        programme.write(place.directory, marks)
        if name == "finish":
            return _await_finish(place.directory)
        return {"ok": True, "detail": f"marked at cell {marks.end or marks.start}", "in": marks.start, "out": marks.end}

    def remove(self, config: forms.Publisher, place: Place) -> None:
        """The recording stays; where the process did not live to close it, it is closed now.

        A failure is logged: what remains open is told by the recording's check.
        """
        try:
            _close_what_is_open(place.directory, config)
        # a recording that can't be closed keeps no part from being removed, whatever is wrong with it
        except Exception:  # noqa: BLE001
            _log.exception("recording not closed", extra={"part": place.name})


def _close_what_is_open(directory: Path, config: forms.Publisher) -> None:
    """Do what the process would have done at its finish; it must have ended."""
    marks = programme.read(directory)
    if marks.start is None or _status(directory).get("finished"):
        return
    now_s = time.time()
    marks = marks.closed(_boundary(directory, config, now_s)).finishing(int(now_s * 1000))
    assert marks.finish_by_ms is not None
    programme.write(directory, marks)
    Desk(directory, config).turn(max(now_s, marks.finish_by_ms / 1000))


def _boundary(directory: Path, config: forms.Publisher, now_s: float) -> int:
    """Where a mark set now falls."""
    now = datetime.fromtimestamp(now_s, UTC)
    return Grid.of(config.epoch, config.segment).boundary(now, LabelLag.beside(directory).newest())


def _await_finish(directory: Path) -> dict[str, Any]:
    """Wait until the process says that the programme is closed, somewhat longer than the last cell may take."""
    deadline = time.monotonic() + FINISH_S + _ANSWER_S
    while time.monotonic() < deadline:
        status = _status(directory)
        if status.get("finished"):
            return {"ok": True, "detail": status["finished_detail"], "in": status["in"], "out": status["out"]}
        time.sleep(POLL_S)
    raise TimeoutError(f"the publisher did not finish the programme within {FINISH_S + _ANSWER_S:.0f} s")


def _write_config(directory: Path, configuration: forms.Publisher) -> Path:
    path = directory / _CONFIG
    shelf.write_whole(path, forms.encode(configuration))
    return path


def _status(directory: Path) -> dict[str, Any]:
    try:
        status = msgspec.json.decode((directory / _STATUS).read_bytes())
    except (FileNotFoundError, msgspec.DecodeError):
        return {}
    return status if isinstance(status, dict) else {}


def _alive(status: dict[str, Any]) -> bool:
    return bool(status) and time.time() - status.get("at_s", 0) < _ALIVE_S


class Desk:
    """The process's work: one publication, the marks, the recording's end, the status."""

    def __init__(self, directory: Path, configuration: forms.Publisher) -> None:
        grid = Grid.of(configuration.epoch, configuration.segment)
        lag = LabelLag.beside(directory)
        self._directory = directory
        self._config = configuration
        self._recording = Path(configuration.recording) if configuration.recording else None
        self._marks = programme.read(directory)
        self._finished: dict[str, Any] = {}
        self._publication = Publication(
            configuration,
            grid,
            directory / "root",
            self._recording,
            lag=lambda number: lag.at(number * grid.duration),
            marks=self._marks,
        )
        self._told_s = 0.0
        self._stale = True

    def turn(self, now_s: float) -> None:
        """Everything that is due at this Unix time."""
        now = datetime.fromtimestamp(now_s, UTC)
        self._read_marks()
        self._stale |= self._publication.step(now)
        if self._marks.finish_by_ms is not None and not self._finished:
            self._finish(now_s)
        if self._stale:
            self._publication.write_manifests(now, ended=bool(self._finished))
        if self._stale or now_s - self._told_s >= 1:
            self._tell(now_s)
        self._stale = False

    def _read_marks(self) -> None:
        with contextlib.suppress(msgspec.DecodeError):
            marks = programme.read(self._directory)
            if marks != self._marks:
                self._marks = self._publication.marks = marks
                self._stale = True
                if marks.finish_by_ms is None:
                    self._finished = {}
                    self._publication.recording = self._recording

    def _finish(self, now_s: float) -> None:
        """Close the programme once its last cell is out, or when it has been waited for long enough."""
        marks, publication = self._marks, self._publication
        assert marks.finish_by_ms is not None
        on_air = marks.end is not None
        if on_air and not publication.ended and now_s * 1000 < marks.finish_by_ms:
            return
        if not on_air:
            self._finished = {"finished_detail": "nothing was on air"}
        else:
            assert marks.end is not None
            end = min(marks.end, (publication.last or 0) + 1)
            self._finished = {"finished_detail": self._close_recording(marks, end)}
        publication.recording = None
        self._stale = True

    def _close_recording(self, marks: programme.Marks, end: int) -> str:
        if not (self._config.vod and self._recording):
            return f"off air before cell {end}; no recording is wanted"
        publication = self._publication
        lag_s = publication.lag(marks.start or 0)
        record = ondemand.close(self._recording, self._config, publication.grid, marks, end=end, lag_s=lag_s)
        if record is None:
            return "nothing of the programme was recorded"
        return f"{record.cells} cells on demand, {len(record.missing)} missing, {record.duration_s:.2f} s"

    def _tell(self, now_s: float) -> None:
        """Write the status that health reads."""
        publication = self._publication
        gatherer = publication.gatherer
        gaps = sorted(publication.missing)
        status = {
            "at_s": now_s,
            "pid": os.getpid(),
            "published": publication.published,
            "first_cell": publication.first,
            "last_cell": publication.last,
            "publish_lag_s": round(publication.behind_s, 3),
            "tracks": {
                name: {"last_cell": number, "at_s": at.timestamp()} for name, (number, at) in publication.seen.items()
            },
            "gaps": gaps[-100:],
            "gap_count": len(gaps),
            "late": publication.late,
            "refused": gatherer.refused,
            "refusals": [{"file": refusal.file, "reason": refusal.reason} for refusal in gatherer.refusals],
            "in": self._marks.start,
            "out": self._marks.end,
            "on_air": self._marks.open,
            "finished": bool(self._finished),
            **self._finished,
        }
        shelf.write_whole(self._directory / _STATUS, msgspec.json.encode(status))
        self._told_s = now_s


def main(arguments: list[str]) -> int:
    """Publish until SIGTERM; `arguments` is the path of the configuration, in the part's directory."""
    path = Path(arguments[0])
    stopping: list[int] = []
    for number in (signal.SIGTERM, signal.SIGINT):
        signal.signal(number, lambda received, _: stopping.append(received))
    configuration = forms.decode(path.read_bytes())
    if not isinstance(configuration, forms.Publisher):
        print(f"{path} is no publisher's configuration", file=sys.stderr)
        return 2
    desk = Desk(path.parent, configuration)
    while not stopping:
        desk.turn(time.time())
        time.sleep(POLL_S)
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
