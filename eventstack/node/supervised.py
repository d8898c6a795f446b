"""One part under supervision: level-triggered, it compares what is wanted with the process that is there, and acts.

The same code looks after a child and after a process that a predecessor of this supervisor started: both are known
by pid and start time, and how to stop them stands in the ledger.
"""

import asyncio
import logging
import os
import subprocess
import time
from collections import deque
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any, Literal

from eventstack.errors import ConfigError
from eventstack.node import processes, record
from eventstack.node.ledger import Ledger, Started
from eventstack.node.part import Launch, Part, Place
from eventstack.node.pool import Pool
from eventstack.node.processes import Seen

State = Literal["stopped", "starting", "running", "failed", "none"]
Wanted = Literal["started", "stopped"]

LOG_LIMIT_BYTES = 5_000_000
"""A part's log is put aside (one generation) at a start when it is larger."""

_log = logging.getLogger(__name__)


@dataclass(frozen=True)
class Patience:
    """How long a supervisor waits for what, in seconds; `fast_failures` starts that die within `fast_s` of each
    other's making are a part that has failed.
    """

    tick_s: float = 0.1
    ready_s: float = 20.0
    fast_s: float = 10.0
    fast_failures: int = 5
    retry_max_s: float = 5.0
    failed_retry_s: float = 15.0
    stop_s: float = 20.0


@dataclass(frozen=True)
class Surroundings:
    """What every part of a node shares. `environment` is the clean one; `ours` knows a process of the node by its
    own marks.
    """

    ledger: Ledger
    pool: Pool
    environment: Mapping[str, str]
    ours: Callable[[Seen], bool]
    patience: Patience


class Supervised:
    """One part: what is wanted (`wanted`), what is there (`state`, `pid`, `restarts`, `detail`)."""

    def __init__(
        self,
        part: Part[Any],
        config: Any,
        kept: record.PartRecord,
        place: Callable[[int], Place],
        around: Surroundings,
        tag: str,
    ) -> None:
        self.part = part
        self.config = config
        self.kept = kept
        self.tag = tag
        self.wanted: Wanted = "stopped"
        self.state: State = "stopped"
        self.detail = ""
        self.hopeless = False
        """Whether another start of the same must fail as the last did, for what it is configured with can't be had."""
        self.restarts = 0
        self._place = place
        self._around = around
        self._entry: Started | None = None
        self._child: subprocess.Popen[bytes] | None = None
        self._launch: Launch | None = None
        self._stale = False
        self._at_rest = False
        self._fast = 0
        self._began = self._not_before = 0.0
        self._nudge = asyncio.Event()

    @property
    def place(self) -> Place:
        """Where the part lives, with the number of its starts so far."""
        return self._place(self.kept.runs)

    @property
    def name(self) -> str:
        """The part's name on its node."""
        return self.place.name

    @property
    def pid(self) -> int | None:
        """The leader of the part's session, None without a process."""
        return self._entry.pid if self._entry else None

    @property
    def started_at(self) -> str | None:
        """When the process was started (RFC 3339, UTC), None without one."""
        return self._entry.at if self._entry else None

    @property
    def stop_s(self) -> float:
        """Seconds that a polite stop of the present process may take, before force is used."""
        return len(self._entry.stop_signals) * self._entry.stop_wait_s if self._entry else 0.0

    def adopt(self, entry: Started) -> None:
        """Take over a living process that a predecessor started."""
        self._entry, self.state = entry, "running"
        self._began = time.monotonic()
        _log.info("adopted", extra={"part": self.name, "pid": entry.pid})

    def want(self, wanted: Wanted, *, anew: bool = False) -> None:
        """Say what is wanted; `anew` ends the process that is there first (its configuration changed)."""
        if wanted == "started" and (self.wanted == "stopped" or anew):
            self._fast, self._not_before, self._at_rest, self.hopeless = 0, 0.0, False, False
            self.state = "starting"
        self.wanted = wanted
        self._stale = self._stale or anew
        self._nudge.set()

    def has_settled(self) -> bool:
        """Whether what is there is what is wanted, or has failed to be."""
        if self._stale:
            return False
        if self.wanted == "stopped":
            return self._entry is None
        return self._at_rest or self.state in ("running", "failed", "none")

    def has_spawned(self) -> bool:
        """Whether a start was tried and is on its way, or has an end."""
        return not self._stale and (self._entry is not None or self._fast > 0 or self.has_settled())

    async def until(self, condition: Callable[[], bool], deadline_s: float) -> bool:
        """Wait for a condition on this part; says whether it came true in time."""
        end = time.monotonic() + deadline_s
        while not condition():
            if time.monotonic() >= end:
                return False
            await asyncio.sleep(0.02)
        return True

    async def tend(self) -> None:
        """Look after the part until cancelled."""
        while True:
            self._nudge.clear()
            try:
                await self._step()
            except ConfigError as fault:
                self.hopeless = True
                self._failed_start(str(fault), self._launch)
            # outermost edge of this loop: whatever a kind of part raises fails that part and is tried again,
            # while the rest of the node goes on
            except Exception as fault:  # noqa: BLE001
                _log.exception("fault", extra={"part": self.name})
                self._failed_start(f"{type(fault).__name__}: {fault}", self._launch)
            try:
                await asyncio.wait_for(self._nudge.wait(), self._around.patience.tick_s)
            except TimeoutError:
                continue

    async def _step(self) -> None:
        if self._entry and (self._stale or self.wanted == "stopped"):
            await self._end(self._entry)
        self._stale = False
        if self.wanted == "stopped":
            self.state, self.detail = "stopped", ""
        elif self._entry is None:
            if not self._at_rest and time.monotonic() >= self._not_before:
                await self._begin()
        elif not self._entry.alive:
            await self._bury(self._entry)
        elif self.state != "running":
            await self._look_whether_ready()
        elif self._fast and time.monotonic() - self._began > self._around.patience.fast_s:
            self._fast = 0

    async def _begin(self) -> None:
        if self.state != "failed":
            self.state = "starting"
        launch = await self._around.pool(self.part.launch, self.config, self.place)
        self._launch, self.hopeless = launch, False
        if launch is None:
            self.state, self.detail, self._at_rest = "none", "", True
            return
        self._began = time.monotonic()
        await self._around.pool(self._spawn, launch)

    def _spawn(self, launch: Launch) -> None:
        place = self.place
        self.kept.runs += 1  # written before the start: a run's number is never used twice
        record.write(place.directory, self.kept)
        log = place.directory / launch.log
        if log.exists() and log.stat().st_size > LOG_LIMIT_BYTES:
            log.replace(log.with_name(f"{log.name}.1"))
        self._around.ledger.intent(place.name, self.tag)
        with log.open("ab") as output:
            child = subprocess.Popen(
                list(launch.argv),
                cwd=place.directory,
                env={**self._around.environment, **launch.env, "EVENTSTACK_TAG": self.tag},
                stdin=subprocess.DEVNULL,
                stdout=output,
                stderr=subprocess.STDOUT,
                start_new_session=True,
            )
        seen = processes.look(child.pid)
        assert seen, "a child's entry stands until it is waited for"
        self._child = child
        self._entry = self._around.ledger.started(
            place.name,
            self.tag,
            seen.identity,
            stop_signals=tuple(int(number) for number in launch.stop_signals),
            stop_wait_s=float(launch.stop_wait_s),
            restart=launch.restart,
            restart_delay_s=float(launch.restart_delay_s),
            log=launch.log,
        )
        _log.info("started", extra={"part": place.name, "pid": child.pid, "run": self.kept.runs - 1})

    async def _look_whether_ready(self) -> None:
        launch = self._launch
        if launch is None or await self._around.pool(launch.ready):
            self.state, self.detail = "running", ""
            took = round(time.monotonic() - self._began, 3)
            _log.info("running", extra={"part": self.name, "pid": self.pid, "took_s": took})
        elif self.state == "starting" and time.monotonic() - self._began > self._around.patience.ready_s:
            # left running: it may only be waiting for what comes before it in the chain
            self.state = "failed"
            self.detail = f"not ready after {self._around.patience.ready_s:g} s: {self._tail(launch.log)}"

    async def _bury(self, entry: Started) -> None:
        """The process ended by itself: clear its session, then restart it by policy."""
        lived_s = time.monotonic() - self._began
        code = await self._end(entry, signals=())
        tail = self._tail(entry.log)
        if entry.restart == "never":
            self._at_rest = True
            self.state = "stopped" if code in (0, None) else "failed"
            self.detail = f"ended with {_code(code)}" + (f": {tail}" if code else "")
            return
        self.restarts += 1
        self._fast = self._fast + 1 if lived_s < self._around.patience.fast_s else 1
        self._back_off(entry.restart_delay_s, f"ended with {_code(code)}: {tail}")
        _log.warning(
            "ended by itself", extra={"part": self.name, "pid": entry.pid, "code": code, "restarts": self.restarts}
        )

    def _failed_start(self, detail: str, launch: Launch | None) -> None:
        if self._entry:
            return
        self._fast += 1
        self._back_off(launch.restart_delay_s if launch else 0.5, detail)

    def _back_off(self, first_s: float, detail: str) -> None:
        patience = self._around.patience
        self.detail = detail
        if self.hopeless or self._fast >= patience.fast_failures:
            self.state, delay_s = "failed", patience.failed_retry_s
        else:
            self.state, delay_s = "starting", min(first_s * 2 ** (self._fast - 1), patience.retry_max_s)
        self._not_before = time.monotonic() + delay_s

    async def _end(self, entry: Started, signals: tuple[int, ...] | None = None) -> int | None:
        """End the whole session; the leader's exit code where it was our child."""
        gone = await self._around.pool(
            lambda: processes.end_session(
                entry.identity,
                self._around.ours,
                signals=entry.stop_signals if signals is None else signals,
                wait_s=entry.stop_wait_s,
            )
        )
        if not gone:
            raise RuntimeError(f"the session of {entry.part} (pid {entry.pid}) could not be ended")
        # waited for only now: until here the dead leader's entry kept the session's number from being given away
        code = await self._around.pool(self._child.wait) if self._child else None
        self._around.ledger.ended(entry, code)
        self._entry = self._child = None
        _log.info("ended", extra={"part": self.name, "pid": entry.pid, "code": code})
        return code

    def _tail(self, log: str, lines: int = 5, limit: int = 4000) -> str:
        try:
            with (self.place.directory / log).open("rb") as file:
                file.seek(max(0, os.fstat(file.fileno()).st_size - limit))
                text = file.read().decode(errors="replace")
        except OSError:
            return "no log"
        return " | ".join(deque((line for line in text.splitlines() if line.strip()), lines)) or "empty log"


def _code(code: int | None) -> str:
    return "an unknown code" if code is None else f"code {code}"
