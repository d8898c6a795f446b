"""Serves one archived recording with its keys, laid out as at the edge: for looking at it, and for checks, long after
its event, its edge and its key service are gone.
"""

import asyncio
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from pathlib import Path
from xml.etree import ElementTree as ET

from aiohttp import web

from eventstack.media import dash
from eventstack.media.recording import KEYS
from eventstack.node import licences
from eventstack.vod import record

_TYPES = {
    ".m3u8": "application/vnd.apple.mpegurl",
    ".mpd": "application/dash+xml",
    ".m4s": "video/iso.segment",
    ".mp4": "video/mp4",
    ".json": "application/json",
}
"""What is served; anything else in the directory (the sealed keys) is not."""


def application(directory: Path, seal_key: Path | None = None) -> web.Application:
    """`/vod/<occurrence>/…`, `POST /licence` and `GET /keys/<key id>` over one recording.

    Without a seal key a protected recording is served without its keys. Raises ConfigError when there is no
    recording, StoreError when its keys can't be opened.
    """
    recording = record.read(directory)
    keys = {key.kid: key.key for key in recording.keys(seal_key)} if seal_key and recording.protected else {}
    root = directory.resolve()

    async def file(request: web.Request) -> web.StreamResponse:
        path = (root / request.match_info["path"]).resolve()
        kind = _TYPES.get(path.suffix)
        if kind is None or path.name == KEYS or not path.is_relative_to(root) or not path.is_file():
            return web.json_response({"error": "not found"}, status=404, headers=licences.CORS)
        headers = {**licences.CORS, "Content-Type": kind}
        if path.suffix == ".mpd":
            address = f"{request.scheme}://{request.host}/licence"
            return web.Response(body=with_licence_address(path.read_text("utf-8", "replace"), address), headers=headers)
        return web.FileResponse(path, headers=headers)

    app = web.Application()
    app.add_routes([web.get(f"/vod/{recording.record.occurrence}/{{path:.+}}", file)])
    app.add_routes(licences.routes(keys.get))
    return app


def with_licence_address(manifest: str, address: str) -> str:
    """The MPD with its ClearKey licences at another address; a recording outlives the edge that it was made for.

    One that was damaged is given as it is: whoever asks for it has to see that.
    """
    try:
        root = ET.fromstring(manifest)  # noqa: S314 - written by ourselves, into our own archive
    except ET.ParseError:
        return manifest
    for element in root.iter(dash.LAURL):
        element.text = address
    return ET.tostring(root, encoding="unicode", xml_declaration=True)


@asynccontextmanager
async def serving(directory: Path, port: int = 0, seal_key: Path | None = None) -> AsyncIterator[str]:
    """Serve on the loopback while the context lasts; gives the base address (`http://127.0.0.1:<port>`).

    Port 0 takes any free one. Raises what `application` raises, and OSError for a port that is taken.
    """
    runner = web.AppRunner(application(directory, seal_key), access_log=None)
    await runner.setup()
    try:
        site = web.TCPSite(runner, "127.0.0.1", port)
        await site.start()
        yield f"http://127.0.0.1:{runner.addresses[0][1]}"
    finally:
        await runner.cleanup()


def serve(
    directory: Path, port: int = 0, seal_key: Path | None = None, announce: Callable[[str], None] = lambda _: None
) -> None:
    """Serve until the task is cancelled or interrupted; `announce` is told the base address."""

    async def run() -> None:
        async with serving(directory, port, seal_key) as address:
            announce(address)
            await asyncio.Event().wait()

    asyncio.run(run())
