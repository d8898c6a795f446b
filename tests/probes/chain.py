"""A chain that is played: control, origin, edge and key service in one process, over real media, with faults to set."""

import math
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from fractions import Fraction
from functools import partial
from typing import Any, Literal

from aiohttp import web
from aiohttp.test_utils import TestServer

from eventstack.media import dash, hls
from eventstack.media.fmp4 import read_init
from eventstack.media.grid import Grid
from eventstack.media.presentation import Entry, Presentation, Protection, Stream
from eventstack.node import licences
from eventstack.probes.probe import Targets
from tests.probes.material import END, FIRST, SEGMENT_S, TRACKS, Material, label

TOKEN = "node-token"
PREVIEW = "preview-token"
EPOCH = datetime(2026, 11, 22, 18, 0, 0, tzinfo=UTC)


@dataclass
class Clock:
    """Time that only passes when somebody waits for it."""

    time: datetime = EPOCH + timedelta(seconds=END * SEGMENT_S + 1)

    def now(self) -> datetime:
        return self.time

    async def pause(self, seconds: float) -> None:
        self.time += timedelta(seconds=seconds)


@dataclass
class Chain:
    """Serves cells `first` to `newest` of `material`; everything else is a fault to be set.

    `ends` gives a track another newest cell; `swapped` serves one cell under the name of another; `absent` are names
    of files that are not there; `parts` is merged over the health of the node's parts.
    """

    material: Material
    now: Callable[[], datetime]
    first: int = FIRST
    newest: int = END - 1
    published: bool = True
    ended: bool = False
    ends: dict[str, int] = field(default_factory=dict)
    swapped: dict[int, int] = field(default_factory=dict)
    absent: set[str] = field(default_factory=set)
    gaps: set[int] = field(default_factory=set)
    parts: dict[str, dict[str, Any]] = field(default_factory=dict)
    removed: set[str] = field(default_factory=set)
    speed: dict[str, float] = field(default_factory=dict)
    keys: dict[str, bytes] = field(default_factory=dict)
    key_service: bool = True
    gives_any_key: bool = False
    down: set[str] = field(default_factory=set)
    epoch: datetime = EPOCH
    vod: bool = False
    extra: dict[str, bytes] = field(default_factory=dict)
    base: str = ""

    def __post_init__(self) -> None:
        self.keys = {kid: bytes.fromhex(key) for kid, key in self.material.keys.items()}

    @property
    def targets(self) -> Targets:
        return Targets(
            control=self.base,
            control_token=TOKEN,
            origin=f"{self.base}/origin",
            hls=f"{self.base}/talk/lineup/master.m3u8",
            dash=f"{self.base}/talk/lineup/manifest.mpd",
            headers={"Authorization": f"Bearer {PREVIEW}"},
            licence=f"{self.base}/licence" if self.material.keys else None,
            segment_s=SEGMENT_S,
            renditions=("v234", "v360"),
            audio=("sound",),
        )

    @property
    def public(self) -> str:
        return f"{self.base}/talk/live/master.m3u8"

    def health(self) -> dict[str, Any]:
        at_s = (self.now() - EPOCH).total_seconds()
        last = max(self.first, self.newest)
        parts: dict[str, dict[str, Any]] = {kind: _part(kind) for kind in ("receiver", "sender", "encoder", "packager")}
        for kind in ("receiver", "sender", "encoder"):
            speed = self.speed.get(kind, 1.0)
            parts[kind]["measured"] = {
                "out_time_s": 100 + at_s * speed, "age_s": 0.2, "speed": speed, "fps": 25.0 * speed,
                "bitrate_bps": 4_000_000, "drop": 0, "dup": 0,
            }  # fmt: skip
        parts["publisher"] = _part("publisher") | {
            "measured": {
                "last_cell": last,
                "tracks": {track: {"last_cell": self.ends.get(track, last)} for track in TRACKS},
                "age_s": dict.fromkeys(TRACKS, 1.0),
                "gap_count": 0,
            }
        }
        for kind, changes in self.parts.items():
            parts[kind] = {**parts[kind], **changes}
        return {"on_air": self.published, "parts": {k: part for k, part in parts.items() if k not in self.removed}}

    def presentation(self, track: str | None = None, *, cells: str = "../cells/") -> Presentation:
        newest = self.ends.get(track or "", self.newest)
        grid = Grid(self.epoch, Fraction(48, 25))
        entries = tuple(Entry(n, grid.instant(n), n in self.gaps) for n in range(self.first, newest + 1))
        protection = Protection("cenc", ("clearkey", "widevine"), f"{self.base}/licence") if self.keys else None
        return Presentation(grid, tuple(self._stream(name) for name in TRACKS), entries, protection, cells)

    def document(self, name: str, *, cells: str = "../cells/") -> str:
        if name == "master.m3u8":
            return hls.master(self.presentation())
        if name == "manifest.mpd":
            live = None if self.vod else dash.Live(self.now(), Fraction(60))
            return dash.manifest(self.presentation(cells=cells), live)
        track = name.removesuffix(".m3u8")
        shown = self.presentation(track, cells=cells)
        stream = next(stream for stream in shown.streams if stream.name == track)
        return hls.media(shown, stream, ended=self.ended, vod=self.vod)

    def _stream(self, track: str) -> Stream:
        init = read_init((self.material.folder / track / "init.mp4").read_bytes())
        bandwidth = {"v234": 300_000, "v360": 500_000}.get(track, 96_000)
        kid = self.material.kids.get(track)
        kind: Literal["video", "audio"] = "audio" if label(track) == "audio" else "video"
        return Stream(track, kind, init.codec, init.timescale, bandwidth, bandwidth, kid, init.width, init.height)


def _part(kind: str) -> dict[str, Any]:
    return {"kind": kind, "state": "running", "restarts": 0, "detail": "", "measured": {}}


@asynccontextmanager
async def serving(chain: Chain) -> AsyncIterator[Chain]:
    """The chain at its `base` address while the context lasts."""
    server = TestServer(_application(chain))
    await server.start_server()
    try:
        chain.base = str(server.make_url("")).rstrip("/")
        yield chain
    finally:
        await server.close()


def _application(chain: Chain) -> web.Application:
    app = web.Application()
    app.add_routes(
        [
            web.get("/v1/health", partial(_health, chain)),
            web.get("/origin/{view}/{path:.+}", partial(_origin, chain)),
            web.get("/talk/{view}/{path:.+}", partial(_edge, chain)),
            web.get("/vod/talk/{path:.+}", partial(_vod, chain)),
            *licences.routes(partial(_key, chain)),
        ]
    )
    return app


async def _health(chain: Chain, request: web.Request) -> web.Response:
    if request.headers.get("Authorization") != f"Bearer {TOKEN}":
        return web.json_response({"error": "who are you"}, status=401)
    return web.Response(status=500) if "control" in chain.down else web.json_response(chain.health())


async def _origin(chain: Chain, request: web.Request) -> web.Response:
    return web.Response(status=502) if "origin" in chain.down else _file(chain, request)


async def _edge(chain: Chain, request: web.Request) -> web.Response:
    if "edge" in chain.down:
        return web.Response(status=502)
    preview = request.headers.get("Authorization") == f"Bearer {PREVIEW}"
    if request.match_info["view"] == "lineup" and not preview:
        return web.Response(status=401)
    if not chain.published and not preview:
        return web.Response(status=404)
    return _file(chain, request)


async def _vod(chain: Chain, request: web.Request) -> web.Response:
    path = request.match_info["path"]
    if path in chain.extra:
        return web.Response(body=chain.extra[path])
    if path.count("/") == 1:
        return _cell(chain, path)
    try:
        return web.Response(text=chain.document(path, cells=""))
    except StopIteration:
        return web.Response(status=404)


def _key(chain: Chain, kid: str) -> bytes | None:
    if not chain.key_service:
        raise web.HTTPBadGateway
    return chain.keys.get(kid) or (b"0123456789abcdef" if chain.gives_any_key else None)


def _file(chain: Chain, request: web.Request) -> web.Response:
    path = request.match_info["path"]
    if request.match_info["view"] == "cells":
        return _cell(chain, path)
    text = chain.document(path)
    return web.Response(text=text, headers={"X-Cache": "EXPIRED"})


def _cell(chain: Chain, path: str) -> web.Response:
    track, _, name = path.partition("/")
    number = name.removesuffix(".m4s")
    if number.isdigit():
        name = f"{chain.swapped.get(int(number), int(number))}.m4s"
    file = chain.material.folder / track / name
    if path in chain.absent or not file.is_file():
        return web.Response(status=404)
    return web.Response(body=file.read_bytes(), headers={"X-Cache": "HIT"})


def newest_at(now: datetime) -> int:
    """The newest cell that a chain has published at a time, 0.6 s behind its end."""
    return math.floor(((now - EPOCH).total_seconds() - 0.6) / SEGMENT_S) - 1
