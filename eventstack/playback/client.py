"""Fetch over HTTP as a player does, remembering what the caches on the way said."""

import asyncio
import time
from collections.abc import Coroutine, Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any, TypeVar

import aiohttp

from eventstack.errors import Unplayable

T = TypeVar("T")

PATIENCE_S = 4.0
"""Longest wait for one answer; a player on 1.92 s segments has stalled by then."""


async def at_once(calls: Iterable[Coroutine[Any, Any, T]]) -> list[T]:
    """The results of `calls` made at the same time, in order; the first failure ends the others and is raised."""
    try:
        async with asyncio.TaskGroup() as group:
            tasks = [group.create_task(call) for call in calls]
    except ExceptionGroup as failures:
        raise failures.exceptions[0] from None
    return [task.result() for task in tasks]


@dataclass(frozen=True)
class Answer:
    """One HTTP answer; `cache` is its X-Cache header ("" without one), `took_s` the time to its last byte."""

    url: str
    status: int
    body: bytes
    cache: str
    took_s: float

    @property
    def text(self) -> str:
        """The body as UTF-8."""
        return self.body.decode(errors="replace")


@dataclass
class Client:
    """A session with the headers that open the view; counts what it fetched.

    `caches` counts X-Cache words, `received` bytes and `requests` answers of any status.
    """

    session: aiohttp.ClientSession
    headers: Mapping[str, str] = field(default_factory=dict)
    caches: dict[str, int] = field(default_factory=dict)
    received: int = 0
    requests: int = 0

    async def ask(
        self,
        url: str,
        *,
        method: str = "GET",
        document: Mapping[str, Any] | None = None,
        extra: Mapping[str, str] | None = None,
    ) -> Answer:
        """One request, any status is an answer; raises Unplayable when nobody answers within `PATIENCE_S`."""
        began = time.monotonic()
        limit = aiohttp.ClientTimeout(total=PATIENCE_S)
        headers = {**self.headers, **(extra or {})}
        try:
            async with self.session.request(method, url, json=document, headers=headers, timeout=limit) as response:
                body = await response.read()
        except (TimeoutError, aiohttp.ClientError, OSError, ValueError) as cause:
            raise Unplayable(f"{url}: no answer ({type(cause).__name__})") from cause
        cache = response.headers.get("X-Cache", "")
        self.requests += 1
        self.received += len(body)
        if cache:
            self.caches[cache] = self.caches.get(cache, 0) + 1
        return Answer(url, response.status, body, cache, time.monotonic() - began)

    async def fetch(self, url: str) -> bytes:
        """The body at `url`; raises Unplayable unless the answer is 200."""
        answer = await self.ask(url)
        if answer.status != 200:
            raise Unplayable(f"{url}: HTTP {answer.status}")
        return answer.body

    @property
    def hit_ratio(self) -> float | None:
        """Share of answers that a cache gave, 0 to 1; None when no answer named its cache."""
        named = sum(self.caches.values())
        return round(self.caches.get("HIT", 0) / named, 3) if named else None
