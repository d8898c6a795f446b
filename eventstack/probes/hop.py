"""The frame that every probe stands in: one inspection of one hop, a deadline, and a value whatever is found."""

import asyncio
import time
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, replace
from datetime import UTC, datetime

import aiohttp

from eventstack.errors import EventstackError
from eventstack.playback.client import Client
from eventstack.probes.probe import ProbeResult, Targets

DEADLINE_S = 5.0
"""A look never takes longer: the gates look every few seconds."""


@dataclass(frozen=True)
class World:
    """What a probe reaches the chain with: one HTTP session, the clock that ages are measured by (UTC), and a pause
    of so many seconds of that clock.
    """

    session: aiohttp.ClientSession
    now: Callable[[], datetime] = lambda: datetime.now(UTC)
    pause: Callable[[float], Awaitable[None]] = asyncio.sleep

    def client(self, targets: Targets) -> Client:
        """A player's client with the headers that open the line-up view."""
        return Client(self.session, targets.headers)


Inspect = Callable[[Targets, World], Awaitable[ProbeResult]]
"""Looks at one hop; raises an `EventstackError` for what it can't get past."""


@dataclass(frozen=True)
class HopProbe:
    """A Probe made of an inspection: ends within `deadline_s`, and whatever is raised becomes a broken result."""

    hop: str
    inspect: Inspect
    deadline_s: float = DEADLINE_S

    async def __call__(self, targets: Targets, world: World | None = None) -> ProbeResult:
        """Look once, in the world given or in one of its own."""
        if world is None:
            async with aiohttp.ClientSession() as session:
                return await self(targets, World(session))
        began = time.monotonic()
        try:
            result = await asyncio.wait_for(self.inspect(targets, world), self.deadline_s)
        except TimeoutError:
            result = ProbeResult(self.hop, ok=False, detail=f"no result within {self.deadline_s:g} s")
        except (EventstackError, OSError) as error:
            result = ProbeResult(self.hop, ok=False, detail=_one_line(str(error)))
        except Exception as error:  # noqa: BLE001 - garbage breaks readers in ways nobody lists; the gates must go on
            result = ProbeResult(self.hop, ok=False, detail=f"its answer can't be read ({type(error).__name__})")
        return replace(result, measured={**result.measured, "took_s": round(time.monotonic() - began, 3)})


def _one_line(text: str) -> str:
    return " ".join(text.split())[:300]
