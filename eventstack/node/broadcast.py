"""What a node does as a whole: start, stop, slate, publish, unpublish, and its end. Each is idempotent, takes seconds.

These are the only sentences that know the publisher and the encoder by their place in the chain.
"""

import asyncio
import logging
from collections.abc import Awaitable, Callable
from typing import Any

from eventstack.errors import EventstackError
from eventstack.node.client import NOT_NOW
from eventstack.node.supervised import Supervised
from eventstack.node.supervisor import RequestError, Supervisor

START_S = 15.0
"""Seconds that `start` waits for every part to be ready; what is not by then is named and goes on starting."""

FINISH_S = 15.0
"""Seconds that a removal waits for the programme's finish: the last cell, the recording's manifests and some."""

_log = logging.getLogger(__name__)


async def start(supervisor: Supervisor, _: dict[str, Any]) -> dict[str, Any]:
    """Start all parts that wait for it, the far end of the chain first, so that each finds its receiver.

    A start that fails leaves the node as it was: not started, unless it had been before.
    """
    parts, before = _waiting(supervisor), supervisor.state.started
    idle = [part for part in parts if part.wanted != "started"]
    supervisor.change(started=True)
    for part in parts:
        supervisor.want_part(part, "started")
        await part.until(part.has_spawned, START_S)
    await asyncio.gather(*(part.until(part.has_settled, START_S) for part in parts))
    failed = [part for part in parts if part.state == "failed" and part.pid is None]
    if failed:
        status = 422 if any(part.hopeless for part in failed) else 500
        told = "; ".join(f"{part.name}: {part.detail}" for part in failed)
        if not before:
            await asyncio.gather(*(supervisor.stop_part(part) for part in reversed(idle)))
            supervisor.change(started=False)
        raise RequestError(status, f"{'started before' if before else 'not started'}; {told}")
    # one that lives and is not ready may only be waiting for what comes before it in the chain
    slow = [part.name for part in parts if part.state in ("starting", "failed")]
    detail = f"started; not ready yet: {', '.join(slow)}" if slow else "started"
    return _answer(detail, parts)


async def stop(supervisor: Supervisor, _: dict[str, Any]) -> dict[str, Any]:
    """Finish the programme (mark out, recording complete), then stop what feeds it; the publisher stays.

    From the order on the node counts as not started: whoever looks must not take the end for a fault. Whatever
    becomes of the finish, what costs is stopped; the finish's failure is told afterwards, and another `stop` tries
    it again.
    """
    supervisor.change(started=False)
    publisher = _kind(supervisor, "publisher")
    fault: Exception | None = None
    measured: dict[str, Any] = {}
    if publisher and publisher.wanted == "started":
        try:
            measured = await supervisor.verb(publisher.name, "finish", {})
        except (EventstackError, OSError, ValueError, RuntimeError) as error:
            fault = error
    feeding = [part for part in _waiting(supervisor) if part is not publisher]
    await asyncio.gather(*(supervisor.stop_part(part) for part in reversed(feeding)))
    if fault:
        raise RequestError(500, f"stopped, but the programme could not be finished: {fault}") from fault
    return {**_answer("stopped", feeding), "measured": measured}


async def slate(supervisor: Supervisor, arguments: dict[str, Any]) -> dict[str, Any]:
    """Show the slate in place of the picture, or take it away: `on` says which."""
    on = arguments.get("on")
    if not isinstance(on, bool):
        raise RequestError(400, 'slate takes {"on": true} or {"on": false}')
    encoder = _need(supervisor, "encoder")
    _demand_started(supervisor, "slate")
    measured = await supervisor.verb(encoder.name, "slate", {"on": on})
    supervisor.change(slate=on)
    return {"ok": True, "detail": f"slate {'on' if on else 'off'}", "measured": measured}


async def publish(supervisor: Supervisor, arguments: dict[str, Any]) -> dict[str, Any]:
    """Mark in: the programme begins at the next cell. The node is on air from before the attempt."""
    publisher = _need(supervisor, "publisher")
    _demand_started(supervisor, "publish")
    was = supervisor.state.on_air
    supervisor.change(on_air=True)
    try:
        measured = await supervisor.verb(publisher.name, "publish", arguments)
    except Exception:
        supervisor.change(on_air=was)
        raise
    return {"ok": True, "detail": "published", "measured": measured}


async def unpublish(supervisor: Supervisor, arguments: dict[str, Any]) -> dict[str, Any]:
    """Off air: mark out if that is still open."""
    measured = await supervisor.verb(_need(supervisor, "publisher").name, "unpublish", arguments)
    supervisor.change(on_air=False)
    return {"ok": True, "detail": "unpublished", "measured": measured}


async def remove(supervisor: Supervisor, name: str, finish_s: float = FINISH_S) -> None:
    """Remove a part; a publisher finishes its programme first, for only it can close the recording."""
    part = supervisor.parts.get(name)
    if part and part.kept.kind == "publisher":
        await _finish_at_last(supervisor, part, finish_s)
    await supervisor.delete(name)


async def end(supervisor: Supervisor, finish_s: float = FINISH_S) -> None:
    """Finish the programme, then end all parts and the supervisor."""
    publishers = [part for part in supervisor.parts.values() if part.kept.kind == "publisher"]
    await asyncio.gather(*(_finish_at_last(supervisor, part, finish_s) for part in publishers))
    await supervisor.end()


Verb = Callable[[Supervisor, dict[str, Any]], Awaitable[dict[str, Any]]]

VERBS: dict[str, Verb] = {"start": start, "stop": stop, "slate": slate, "publish": publish, "unpublish": unpublish}
"""Every verb of a node by name."""


async def _finish_at_last(supervisor: Supervisor, publisher: Supervised, finish_s: float) -> None:
    if publisher.wanted != "started":
        return
    try:
        await asyncio.wait_for(supervisor.verb(publisher.name, "finish", {}), finish_s)
    # whatever becomes of the finish, what is to go goes: it costs, and whoever removes it has no other way
    except Exception as fault:  # noqa: BLE001
        _log.exception("programme not finished", extra={"part": publisher.name, "error": str(fault)})


def _waiting(supervisor: Supervisor) -> list[Supervised]:
    parts = [part for part in supervisor.parts.values() if not part.part.autostart]
    return sorted(parts, key=lambda part: (part.part.start_order, part.name))


def _kind(supervisor: Supervisor, kind: str) -> Supervised | None:
    return next((part for part in supervisor.parts.values() if part.kept.kind == kind), None)


def _need(supervisor: Supervisor, kind: str) -> Supervised:
    part = _kind(supervisor, kind)
    if part is None:
        raise RequestError(409, f"this node has no {kind}")
    return part


def _demand_started(supervisor: Supervisor, verb: str) -> None:
    if not supervisor.state.started:
        raise RequestError(NOT_NOW, f"there is nothing to {verb}: its chain is not started; start it first")


def _answer(detail: str, parts: list[Supervised]) -> dict[str, Any]:
    return {"ok": True, "detail": detail, "measured": {"states": {part.name: part.state for part in parts}}}
