"""A clock in a test's hands: time passes when something sleeps, or when the test says so."""

import threading
from datetime import UTC, datetime, timedelta

BEGIN = datetime(2026, 11, 22, 17, 0, tzinfo=UTC)
"""When a fake clock begins, unless told otherwise: an hour before the event of `builders.event()` is on air."""


class FakeClock:
    """Wall clock and monotonic clock that agree until one of them is stepped; safe to share between threads.

    `now`, `monotonic`, `sleep` and `pause` go where a program takes its own. `slept` are the naps so far, in seconds.
    """

    def __init__(self, begin: datetime = BEGIN) -> None:
        if begin.tzinfo is None:
            raise ValueError("a clock begins at an instant, give it a time zone")
        self.slept: list[float] = []
        self._wall = begin.astimezone(UTC)
        self._passed_s = 0.0
        self._lock = threading.Lock()

    def now(self) -> datetime:
        """The wall clock, in UTC."""
        with self._lock:
            return self._wall

    def time(self) -> float:
        """The wall clock, in seconds since 1970."""
        return self.now().timestamp()

    def monotonic(self) -> float:
        """Seconds that passed since the clock was made; no step moves it."""
        with self._lock:
            return self._passed_s

    def advance(self, seconds: float) -> None:
        """Let time pass; raises ValueError for less than none."""
        if seconds < 0:
            raise ValueError(f"time does not pass backwards: {seconds}; to set the wall clock back, step it")
        with self._lock:
            self._passed_s += seconds
            self._wall += timedelta(seconds=seconds)

    def step(self, seconds: float) -> None:
        """Set the wall clock forward or back, as an administrator or a time server does; no time passes."""
        with self._lock:
            self._wall += timedelta(seconds=seconds)

    def sleep(self, seconds: float) -> None:
        """As `time.sleep`, at once."""
        self.advance(seconds)
        self.slept.append(seconds)

    async def pause(self, seconds: float) -> None:
        """As `asyncio.sleep`; others get their turn."""
        import asyncio

        self.sleep(seconds)
        await asyncio.sleep(0)
