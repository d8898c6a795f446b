"""The key and licence service: content keys are born in it, licences come from it, its store is sealed at rest."""

import hmac
import socket
import sys
from pathlib import Path
from typing import Any

import msgspec
from aiohttp import web
from aiohttp.typedefs import Handler, Middleware

from eventstack.errors import StoreError
from eventstack.node import config, licences
from eventstack.node.keystore import CONTENT_ID, LABEL, MAX_LABELS, Keystore
from eventstack.node.part import Launch, Place
from eventstack.node.secrets_file import read_secret

_STORE = "store.jwe"
_BODY_LIMIT = 16 * 1024


class Keys:
    """The part. Whoever holds its credential makes, reads, seals and deletes a content's keys; licences are public."""

    kind = "keys"
    autostart = True
    start_order = 10

    def prepare(self, config: config.Keys, place: Place) -> dict[str, Any]:
        """Choose the port and make the credential; outputs `address`, `credential_file`."""
        return {
            "address": f"http://127.0.0.1:{place.port('http')}",
            "credential_file": str(place.secret("credential")),
        }

    def launch(self, config: config.Keys, place: Place) -> Launch:
        """Run this module on its port; it is ready when the port answers."""
        port = place.port("http")
        arguments = [str(port), str(place.directory / _STORE), str(place.secret("credential"))]
        return Launch(
            argv=[
                *[sys.executable, "-m", "eventstack.node.parts.keys", *arguments],
                *[str(place.seal_key), str(place.archive)],
            ],
            ready=lambda: _answers(port),
        )

    def health(self, config: config.Keys, place: Place) -> dict[str, Any]:
        """Whether its port answers."""
        return {"alive": _answers(place.port("http"))}

    def verb(self, name: str, arguments: dict[str, Any], config: config.Keys, place: Place) -> dict[str, Any]:
        """It has none."""
        raise LookupError(f"the key service has no verb {name!r}")

    def remove(self, config: config.Keys, place: Place) -> None:
        """Its store goes with its directory; sealed records beside recordings stay."""


class _Labels(msgspec.Struct, forbid_unknown_fields=True):
    content_id: str
    labels: list[str]


class _Target(msgspec.Struct, forbid_unknown_fields=True):
    path: str


def application(store: Keystore, credential: str, archive: Path) -> web.Application:
    """The service over a store; `credential` opens `/v1`, and records are sealed only below `archive`."""
    app = web.Application(client_max_size=_BODY_LIMIT, middlewares=[_guard(credential)])
    content = _Contents(store, archive)
    app.add_routes(licences.routes(store.find))
    app.add_routes(
        [
            web.post("/v1/content", content.ensure),
            web.get("/v1/content/{id}", content.read),
            web.post("/v1/content/{id}/seal", content.seal),
            web.delete("/v1/content/{id}", content.forget),
        ]
    )
    return app


class _Contents:
    """The private side: what the holder of the credential may do."""

    def __init__(self, store: Keystore, archive: Path) -> None:
        self._store = store
        self._archive = archive.resolve()

    async def ensure(self, request: web.Request) -> web.Response:
        """Keys for a content, made where there were none: only their ids are told."""
        wanted = msgspec.json.decode(await request.read(), type=_Labels)
        if not CONTENT_ID.fullmatch(wanted.content_id):
            raise ValueError("a content id has letters, digits, dots, dashes and underscores, 128 at most")
        if not 0 < len(wanted.labels) <= MAX_LABELS or not all(LABEL.fullmatch(label) for label in wanted.labels):
            raise ValueError(f"labels are 1 to {MAX_LABELS} names of lower-case letters, digits and dashes")
        keys = self._store.ensure(wanted.content_id, wanted.labels)
        return web.json_response({"kids": {label: key.kid for label, key in keys.items()}})

    async def read(self, request: web.Request) -> web.Response:
        """The keys themselves, for the packager."""
        keys = self._store.content(request.match_info["id"])
        if not keys:
            return _error(404, "unknown content")
        body = {label: {"kid": key.kid, "key": key.key.hex()} for label, key in keys.items()}
        return web.json_response({"keys": body}, headers={"Cache-Control": "no-store"})

    async def seal(self, request: web.Request) -> web.Response:
        """Write the content's sealed record beside its recording."""
        target = Path(msgspec.json.decode(await request.read(), type=_Target).path)
        if not self._store.content(request.match_info["id"]):
            return _error(404, "unknown content")
        if not (target.is_absolute() and target.suffix == ".jwe" and self._holds(target)):
            raise ValueError("a record is sealed to a .jwe file in a directory of the archive")
        self._store.seal_to(request.match_info["id"], target)
        return web.json_response({"record": str(target)})

    async def forget(self, request: web.Request) -> web.Response:
        """Delete the content's keys; also fine when there are none."""
        self._store.forget(request.match_info["id"])
        return web.Response(status=204)

    def _holds(self, target: Path) -> bool:
        return target.parent.is_dir() and target.parent.resolve().is_relative_to(self._archive)


def _guard(credential: str) -> Middleware:
    wanted = f"Bearer {credential}".encode()

    @web.middleware
    async def guard(request: web.Request, handler: Handler) -> web.StreamResponse:
        given = request.headers.get("Authorization", "").encode()
        if request.path.startswith("/v1/") and not hmac.compare_digest(given, wanted):
            return _error(401, "the credential of the key service is wanted")
        try:
            return await handler(request)
        except (msgspec.DecodeError, ValueError) as malformed:
            return _error(400, str(malformed))
        except (StoreError, OSError) as broken:
            return _error(500, f"the key store failed: {broken}")

    return guard


def _error(status: int, text: str) -> web.Response:
    return web.json_response({"error": text}, status=status)


def _answers(port: int) -> bool:
    try:
        with socket.create_connection(("127.0.0.1", port), timeout=0.5):
            return True
    except OSError:
        return False


def main(arguments: list[str]) -> int:
    """Serve until SIGTERM; arguments: port, store, credential file, seal key file, archive directory."""
    port, store, credential, seal_key, archive = arguments
    try:
        app = application(Keystore(Path(store), Path(seal_key)), read_secret(Path(credential)), Path(archive))
    except (StoreError, OSError) as broken:
        print(broken, file=sys.stderr)
        return 1
    web.run_app(app, host="127.0.0.1", port=int(port), print=None, access_log=None)
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
