"""Watch a running chain from beside it: probes at every hop, and viewers at the edge, on an event loop of its own.

The driver blocks while the engine works; what is on air is looked at all the same. Everything seen is kept as marks
for the programme's side of the as-run. A hop counts as broken when it was seen so `PATIENCE` times in a row: a look
may fall between a verb and its effect.
"""

import asyncio
import contextlib
import threading
from collections.abc import Callable, Coroutine
from dataclasses import dataclass, field, replace
from datetime import datetime
from typing import Any, TypeVar

from eventstack.probes.look import look
from eventstack.probes.probe import HOPS, ProbeResult, Targets, first_broken
from eventstack.probes.viewer import Observation, Viewer, ViewerSummary
from eventstack.scheduler.as_run import Mark

PATIENCE = 2
"""Looks in a row that must find a hop broken before it is reported."""

LOOK_EVERY_S = 1.0
"""Pause between two looks."""

T = TypeVar("T")


@dataclass(frozen=True)
class Broken:
    """A stretch in which one hop was the first broken one; `until` is None while it lasts."""

    hop: str
    detail: str
    since: datetime
    until: datetime | None = None
    on_air: bool = False


@dataclass
class Judge:
    """Turns looks into what the gate and the as-run need: good looks in a row, broken stretches, slate in and out."""

    good: int = 0
    streak: int = 0
    latest: tuple[ProbeResult, ...] = ()
    stretches: list[Broken] = field(default_factory=list)
    marks: list[Mark] = field(default_factory=list)
    slate: bool = False

    def take(self, results: tuple[ProbeResult, ...], at: datetime, *, on_air: bool) -> None:
        """Take one look into account."""
        self.latest = results
        worst = first_broken(results)
        if worst is None:
            self.good += 1
            self.streak = 0
            self._mend(at)
        else:
            self.good = 0
            self.streak += 1
            if self.streak >= PATIENCE:
                self._break(worst, at, on_air=on_air)
        self._see_slate(results, at)

    def broken(self) -> str | None:
        """The hop that is broken now, and how it shows; None when nothing is, or not yet for sure."""
        last = self.stretches[-1] if self.stretches else None
        return f"{last.hop}: {last.detail}" if last and last.until is None else None

    def close(self, at: datetime) -> None:
        """No more looks: a stretch that lasts ends here, and nobody has seen it mended."""
        self._end(at)
        self.good = self.streak = 0

    def _break(self, worst: ProbeResult, at: datetime, *, on_air: bool) -> None:
        last = self.stretches[-1] if self.stretches else None
        if last and last.until is None and HOPS.index(last.hop) <= HOPS.index(worst.hop) and last.on_air == on_air:
            return
        self._end(at)
        self.stretches.append(Broken(worst.hop, worst.detail, at, on_air=on_air))
        self.marks.append(Mark("hop-broken", at, detail=f"{worst.hop}: {worst.detail}"))

    def _mend(self, at: datetime) -> None:
        if self._end(at):
            self.marks.append(Mark("hop-mended", at, detail=self.stretches[-1].hop))

    def _end(self, at: datetime) -> bool:
        if not self.stretches or self.stretches[-1].until is not None:
            return False
        self.stretches[-1] = replace(self.stretches[-1], until=at)
        return True

    def _see_slate(self, results: tuple[ProbeResult, ...], at: datetime) -> None:
        picture = next((result for result in results if result.hop == "picture"), None)
        shown = picture.measured.get("slate") if picture else None
        if isinstance(shown, bool) and shown != self.slate:
            self.slate = shown
            self.marks.append(Mark("slate-in" if shown else "slate-out", at))


class Watch:
    """The watching thread of one event. All methods may be called from any thread."""

    def __init__(self, now: Callable[[], datetime], on_look: Callable[[tuple[ProbeResult, ...]], None]) -> None:
        self._now = now
        self._on_look = on_look
        self._loop = asyncio.new_event_loop()
        self._thread = threading.Thread(target=self._loop.run_forever, name="eventstack-watch", daemon=True)
        self._thread.start()
        self._targets: Targets | None = None
        self._hops: tuple[str, ...] = HOPS
        self._on_air = False
        self._looking: asyncio.Task[None] | None = None
        self._turning: asyncio.Task[None] | None = None
        self._aired = asyncio.Event()
        self._viewers: dict[str, Viewer] = {}
        self._tasks: dict[str, asyncio.Task[Any]] = {}
        self._stops: dict[str, asyncio.Event] = {}
        self.judge = Judge()

    def look_at(self, targets: Targets, hops: tuple[str, ...], *, on_air: bool) -> None:
        """Look at these hops at these addresses from now on."""

        async def begin() -> None:
            self._hops = hops
            if self._turning:
                self._turning.cancel()
            self._turn(targets, on_air=on_air)
            if self._looking is None:
                self._looking = asyncio.create_task(self._go_on_looking())

        self.call(begin())

    def once_aired(self, targets: Targets, *, patience_s: float) -> None:
        """Look at these addresses once a viewer has seen the programme there, or patience is over.

        What is found broken counts as on air from now on.
        """

        async def wait() -> None:
            with contextlib.suppress(asyncio.TimeoutError):
                await asyncio.wait_for(self._aired.wait(), patience_s)
            self._turn(targets, on_air=True)

        async def begin() -> None:
            self._on_air = True
            self._turning = asyncio.create_task(wait())

        self.call(begin())

    def later(self, targets: Targets, *, after_s: float) -> None:
        """Look at these addresses so many seconds from now. What is found broken counts as on air from now on."""

        async def wait() -> None:
            await asyncio.sleep(after_s)
            self._turn(targets, on_air=True)

        async def begin() -> None:
            self._on_air = True
            self._turning = asyncio.create_task(wait())

        self.call(begin())

    def take(self, observation: Observation) -> None:
        """What a viewer tells as it happens; called on the watching thread."""
        if observation.kind == "on-air":
            self._aired.set()

    def stop_looking(self) -> None:
        """Look no more; stretches that last are closed now."""

        async def end() -> None:
            for task in (self._turning, self._looking):
                if task:
                    task.cancel()
                    await asyncio.gather(task, return_exceptions=True)
            self._turning = self._looking = None
            self.judge.close(self._now())

        self.call(end())

    def follow(self, name: str, viewer: Viewer) -> None:
        """Let a viewer watch, until `leave`."""

        async def begin() -> None:
            self._viewers[name] = viewer
            self._stops[name] = asyncio.Event()
            self._tasks[name] = asyncio.create_task(viewer.run(self._stops[name]))

        self.call(begin())

    def leave(self, name: str) -> None:
        """The viewer of that name goes; silent when there is none."""

        async def end() -> None:
            if name in self._stops:
                self._stops.pop(name).set()
                await asyncio.wait([self._tasks.pop(name)], timeout=5)

        self.call(end())

    def summary(self, name: str) -> ViewerSummary | None:
        """What the viewer of that name has seen so far."""
        viewer = self._viewers.get(name)
        return viewer.summary() if viewer else None

    def seen(self, name: str) -> list[Mark]:
        """The viewer's observations as marks."""
        viewer = self._viewers.get(name)
        return (
            [Mark(seen.kind, seen.at_utc, seen.programme_time, seen.detail) for seen in viewer.observations]
            if viewer
            else []
        )

    def aired_s(self, name: str) -> float:
        """How long the viewer of that name saw the programme on air, in its own time; 0.0 before it has ended."""
        times = {mark.kind: mark.programme_time for mark in self.seen(name)}
        began, ended = times.get("on-air"), times.get("ended")
        return (ended - began).total_seconds() if began and ended else 0.0

    def call(self, work: Coroutine[Any, Any, T]) -> T:
        """Run something on the watching thread and wait for it."""
        return asyncio.run_coroutine_threadsafe(work, self._loop).result()

    def close(self) -> None:
        """End everything and the thread."""
        self.stop_looking()
        for name in list(self._stops):
            self.leave(name)
        self._loop.call_soon_threadsafe(self._loop.stop)
        self._thread.join(timeout=5)
        if not self._loop.is_running():
            self._loop.close()

    def _turn(self, targets: Targets, *, on_air: bool) -> None:
        self._targets, self._on_air = targets, on_air
        self.judge.good = self.judge.streak = 0

    async def _go_on_looking(self) -> None:
        while True:
            targets, on_air = self._targets, self._on_air
            if targets:
                results = await look(targets, self._hops)
                if targets is self._targets:
                    self.judge.take(results, self._now(), on_air=on_air)
                    self._on_look(results)
            await asyncio.sleep(LOOK_EVERY_S)
