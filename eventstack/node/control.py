"""The control endpoint of a node: HTTP and JSON on the loopback, opened by a bearer token.

    GET    /v1/health                        the node, its tags, its clock (`epoch_s`, Unix seconds), every part
    PUT    /v1/parts/{name}                  {"config", "tags", "secrets"?} → {"outputs"}; create or update
    GET    /v1/parts/{name}                  kind, config, outputs, tags, state
    DELETE /v1/parts/{name}                  204, also when there is none; a publisher finishes its programme first
    POST   /v1/parts/{name}/verbs/{verb}     arguments → the part's answer; the part's own token opens this too
    POST   /v1/verbs/{verb}                  arguments → {"ok", "detail", "measured"}
    DELETE /v1/node                          finishes the programme, ends all parts and the supervisor

Errors are {"error": text} with a status of 4xx or 5xx.
"""

import hmac
import logging
import time
from pathlib import Path
from typing import Any

import msgspec
from aiohttp import web
from aiohttp.typedefs import Handler

from eventstack.errors import ConfigError, EventstackError
from eventstack.node import broadcast
from eventstack.node.secrets_file import read_secret
from eventstack.node.supervisor import RequestError, Supervisor

_SUPERVISOR = web.AppKey("supervisor", Supervisor)

_log = logging.getLogger(__name__)


def application(supervisor: Supervisor, token: str) -> web.Application:
    """The endpoint of one supervisor; whoever holds `token` may do everything."""

    @web.middleware
    async def guard(request: web.Request, handler: Handler) -> web.StreamResponse:
        try:
            return await handler(request) if _admitted(request, supervisor.directory, token) else _stranger(request)
        except web.HTTPException as answer:
            return web.json_response({"error": answer.reason}, status=answer.status)
        except RequestError as fault:
            return _refuse(request, fault.status, str(fault))
        except ConfigError as fault:
            return _refuse(request, 422, str(fault))
        except EventstackError as fault:
            return _refuse(request, 500, str(fault))
        # outermost edge of a request: a fault in one kind of part is told to whoever asked, and the node goes on
        except Exception as fault:  # noqa: BLE001
            _log.exception("fault", extra={"method": request.method, "path": request.path})
            return web.json_response({"error": f"{type(fault).__name__}: {fault}"}, status=500)

    app = web.Application(middlewares=[guard])
    app[_SUPERVISOR] = supervisor
    app.add_routes(
        [
            web.get("/v1/health", _health),
            web.put("/v1/parts/{name}", _put),
            web.get("/v1/parts/{name}", _get),
            web.delete("/v1/parts/{name}", _delete),
            web.post("/v1/parts/{name}/verbs/{verb}", _part_verb),
            web.post("/v1/verbs/{verb}", _node_verb),
            web.delete("/v1/node", _end),
        ]
    )
    return app


def _admitted(request: web.Request, directory: Path, token: str) -> bool:
    scheme, _, given = request.headers.get("Authorization", "").partition(" ")
    if scheme.lower() != "bearer":
        return False
    if _same(given, token):
        return True
    supervisor = request.app[_SUPERVISOR]
    name = request.match_info.get("name", "")
    if "verb" not in request.match_info or name not in supervisor.parts:
        return False
    return _same(given, read_secret(directory / "parts" / name / "token"))


def _stranger(request: web.Request) -> web.Response:
    return _refuse(request, 401, "this needs the node's token, or for a part's verb that part's")


def _same(given: str, expected: str) -> bool:
    return hmac.compare_digest(given.strip().encode(), expected.encode())


def _refuse(request: web.Request, status: int, message: str) -> web.Response:
    _log.warning("refused", extra={"method": request.method, "path": request.path, "status": status, "error": message})
    return web.json_response({"error": message}, status=status)


async def _arguments(request: web.Request) -> dict[str, Any]:
    body = await request.read()
    if not body:
        return {}
    try:
        return msgspec.json.decode(body, type=dict[str, Any])
    except (msgspec.DecodeError, msgspec.ValidationError) as fault:
        raise RequestError(400, f"the body is not a JSON object: {fault}") from fault


class _Wish(msgspec.Struct):
    config: msgspec.Raw
    tags: dict[str, str]
    secrets: dict[str, str] = {}


async def _health(request: web.Request) -> web.Response:
    supervisor = request.app[_SUPERVISOR]
    return web.json_response(
        {
            "node": supervisor.directory.name,
            "tag": supervisor.tag,
            "epoch_s": time.time(),
            "on_air": supervisor.state.live,
            "started": supervisor.state.started,
            "slate": supervisor.state.slate,
            "parts": await supervisor.health(),
        }
    )


async def _put(request: web.Request) -> web.Response:
    try:
        wish = msgspec.json.decode(await request.read(), type=_Wish)
    except (msgspec.DecodeError, msgspec.ValidationError) as fault:
        raise RequestError(400, f'the body must be {{"config": …, "tags": …}}: {fault}') from fault
    supervisor, name = request.app[_SUPERVISOR], request.match_info["name"]
    outputs = await supervisor.put(name, bytes(wish.config), wish.tags, wish.secrets)
    return web.json_response({"outputs": outputs})


async def _get(request: web.Request) -> web.Response:
    part = request.app[_SUPERVISOR].get(request.match_info["name"])
    return web.json_response(
        {
            "kind": part.kept.kind,
            "config": msgspec.to_builtins(part.config),
            "outputs": part.kept.outputs,
            "tags": part.kept.tags,
            "state": part.state,
            "wanted": part.wanted,
            "detail": part.detail,
        }
    )


async def _delete(request: web.Request) -> web.Response:
    await broadcast.remove(request.app[_SUPERVISOR], request.match_info["name"])
    return web.Response(status=204)


async def _part_verb(request: web.Request) -> web.Response:
    arguments = await _arguments(request)
    answer = await request.app[_SUPERVISOR].verb(request.match_info["name"], request.match_info["verb"], arguments)
    return web.json_response(answer)


async def _node_verb(request: web.Request) -> web.Response:
    name = request.match_info["verb"]
    if name not in broadcast.VERBS:
        raise RequestError(404, f"a node has no verb {name!r}; it has {', '.join(broadcast.VERBS)}")
    answer = await broadcast.VERBS[name](request.app[_SUPERVISOR], await _arguments(request))
    return web.json_response(answer)


async def _end(request: web.Request) -> web.Response:
    await broadcast.end(request.app[_SUPERVISOR])
    return web.json_response({"ok": True})
