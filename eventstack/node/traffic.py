"""What an edge's access log says about the last few seconds: viewers, requests, cache hits, bytes."""

import json
from collections.abc import Iterable
from pathlib import Path
from typing import Any

WINDOW_S = 10.0
"""How far back the figures look: five playlist requests of a viewer at 1.92 s a cell."""

_TAIL = 2_000_000
"""Bytes of the log that are looked at: about 10 s at 700 requests a second."""

_HITS = {"HIT", "STALE", "UPDATING", "REVALIDATED"}


def recent_lines(log: Path) -> list[str]:
    """The end of an access log; nothing when there is none yet."""
    try:
        with log.open("rb") as file:
            size = file.seek(0, 2)
            file.seek(max(size - _TAIL, 0))
            lines = file.read().decode(errors="replace").splitlines()
    except FileNotFoundError:
        return []
    return lines if size <= _TAIL else lines[1:]


def summary(lines: Iterable[str], now: float, port: int) -> dict[str, Any]:
    """Figures of the `WINDOW_S` seconds before `now` for what came in on `port`.

    A viewer is a playback session where the player names one (`X-Playback-Session-Id`), else a client address with
    its user agent. `hit_ratio` is over what a cache could have answered, None when nothing could; `errors` counts
    status 400 and above.
    """
    requests = hits = cacheable = errors = sent = 0
    viewers: set[tuple[str, ...]] = set()
    for line in lines:
        entry = _entry(line)
        if entry is None or entry["port"] != str(port) or not now - WINDOW_S <= float(entry["t"]) <= now:
            continue
        requests += 1
        sent += int(entry["bytes"])
        errors += int(entry["status"]) >= 400
        cacheable += bool(entry["cache"])
        hits += entry["cache"] in _HITS
        if entry["uri"].endswith((".m3u8", ".mpd", ".m4s")):
            viewers.add((entry["session"],) if entry["session"] else (entry["client"], entry["agent"]))
    return {
        "window_s": WINDOW_S,
        "viewers": len(viewers),
        "requests": requests,
        "hits": hits,
        "hit_ratio": round(hits / cacheable, 4) if cacheable else None,
        "errors": errors,
        "sent_bps": round(sent * 8 / WINDOW_S),
    }


def _entry(line: str) -> dict[str, str] | None:
    try:
        entry = json.loads(line)
    except ValueError:  # the line that is being written
        return None
    return entry if isinstance(entry, dict) else None
