"""The public face of a set of keys: ClearKey licences, and raw keys for HLS identity playback.

Mounted by the key service, and by whoever serves a recording with its sealed keys. The raw-key form exists on the
local cloud only.
"""

import re
from collections.abc import Callable

from aiohttp import web

from eventstack.media import clearkey

CORS = {
    "Access-Control-Allow-Origin": "*",
    "Access-Control-Allow-Methods": "GET, POST, OPTIONS",
    "Access-Control-Allow-Headers": "Content-Type, Range",
    "Access-Control-Max-Age": "600",
}
"""Players run on other origins than ours; there is nothing here that a cookie opens."""

_KID = re.compile(r"[0-9a-f]{32}")
_NO_STORE = {"Cache-Control": "no-store"}


def routes(find: Callable[[str], bytes | None]) -> list[web.AbstractRouteDef]:
    """`POST /licence` and `GET /keys/<key id>` over `find`, which gives the key of a key id (hex) or None.

    404 for a key id that is unknown, 400 for a request that can't be understood.
    """

    async def licence(request: web.Request) -> web.Response:
        try:
            kids = clearkey.parse_request(await request.read())
        except ValueError as malformed:
            return _error(400, f"no ClearKey request: {malformed}")
        keys = {kid: find(kid) for kid in kids}
        unknown = [kid for kid, key in keys.items() if key is None]
        if unknown:
            return _error(404, f"unknown key id {', '.join(unknown)}")
        found = {kid: key for kid, key in keys.items() if key is not None}
        return web.json_response(clearkey.licence(found), headers={**CORS, **_NO_STORE})

    async def raw_key(request: web.Request) -> web.Response:
        kid = request.match_info["kid"].replace("-", "").lower()
        if not _KID.fullmatch(kid):
            return _error(400, "a key id is 32 hex digits")
        key = find(kid)
        if key is None:
            return _error(404, "unknown key id")
        return web.Response(body=key, content_type="application/octet-stream", headers={**CORS, **_NO_STORE})

    async def preflight(_: web.Request) -> web.Response:
        return web.Response(status=204, headers=CORS)

    return [
        web.post("/licence", licence),
        web.get("/keys/{kid}", raw_key),
        web.options("/licence", preflight),
        web.options("/keys/{kid}", preflight),
    ]


def _error(status: int, text: str) -> web.Response:
    return web.json_response({"error": text}, status=status, headers={**CORS, **_NO_STORE})
