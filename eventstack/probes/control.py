"""Ask the event's node how its parts are: the first hops have no address that a player could look at."""

import json
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from eventstack.errors import Unplayable
from eventstack.playback.client import Client
from eventstack.probes.hop import World
from eventstack.probes.probe import Targets

APART_S = 1.1
"""Pause between two questions about progress: ffmpeg reports every half second, also when nothing moves."""

QUESTIONS = 3
"""Pauses before slowness is believed: media may arrive in bursts."""

MOVING = 0.05
"""Share of real time below which a stream stands still."""


@dataclass(frozen=True)
class Flow:
    """One part of the node by `kind` as it was last seen (None: the node has none), and how its media moved meanwhile.

    `trouble` is why it can't be doing its work, by its state alone. `speed` is media time over clock time, None where
    the part reported less than twice.
    """

    part: Mapping[str, Any] | None
    trouble: str | None
    speed: float | None = None


async def node_parts(targets: Targets, world: World) -> Mapping[str, Mapping[str, Any]]:
    """The parts of the event's node by kind; raises Unplayable when it does not answer in its own form."""
    client = Client(world.session, {"Authorization": f"Bearer {targets.control_token}"})
    answer = await client.ask(f"{targets.control.rstrip('/')}/v1/health")
    if answer.status != 200:
        raise Unplayable(f"the node's control endpoint says HTTP {answer.status}")
    try:
        return {part["kind"]: part for part in json.loads(answer.body)["parts"].values()}
    except (ValueError, KeyError, TypeError, AttributeError) as cause:
        raise Unplayable("the node's health is not in the form of a node") from cause


async def flow(targets: Targets, world: World, kind: str, *, enough: float) -> Flow:
    """How the media of one ffmpeg part move, asked again until they move at `enough` of real time, or long enough."""
    part = (await node_parts(targets, world)).get(kind)
    problem = trouble(part, kind)
    first = _report(part, world.now())
    speed: float | None = None
    for _ in range(QUESTIONS):
        if problem or (speed is not None and speed >= enough):
            break
        await world.pause(APART_S)
        part = (await node_parts(targets, world)).get(kind)
        problem = trouble(part, kind)
        speed = _speed(first, _report(part, world.now()))
    return Flow(part, problem, speed)


def trouble(part: Mapping[str, Any] | None, kind: str) -> str | None:
    """Why a part can't be doing its work, by its state alone; None for a running one."""
    if part is None:
        return f"no {kind} on the node"
    if part.get("state") != "running":
        tail = f": {part['detail']}" if part.get("detail") else ""
        return f"{kind} is {part.get('state', 'unknown')}{tail}"
    return None


def measured(part: Mapping[str, Any] | None, name: str) -> float | None:
    """One number that the part measures of itself; None when it does not, or not now."""
    value = ((part or {}).get("measured") or {}).get(name)
    return float(value) if isinstance(value, int | float) and not isinstance(value, bool) else None


def known(**values: float | str | bool | None) -> dict[str, Any]:
    """The values that there are."""
    return {name: value for name, value in values.items() if value is not None}


def _report(part: Mapping[str, Any] | None, now: datetime) -> tuple[float, float] | None:
    """When the part last reported (seconds of the clock) and how much media (s) it had put out; None for no report."""
    age_s, out_time_s = measured(part, "age_s"), measured(part, "out_time_s")
    return None if age_s is None or out_time_s is None else (now.timestamp() - age_s, out_time_s)


def _speed(before: tuple[float, float] | None, after: tuple[float, float] | None) -> float | None:
    if before is None or after is None:
        return None
    passed_s, moved_s = after[0] - before[0], after[1] - before[1]
    return round(moved_s / passed_s, 3) if passed_s > 0 else 0.0
