"""What a test scripted: gates to wait at, failures to answer with, delays, each for the requests it matches."""

import itertools
import threading
from dataclasses import dataclass, field

from eventstack.testing.cloud.records import Asked, When, matches

PATIENCE_S = 180.0
"""How long a gate holds a request that nobody releases, in seconds; a test that died must not hold an engine."""


class Failure(Exception):
    """A request is answered with an error: `kind` for the ledger, `code` of gRPC, `message` for the engine."""

    def __init__(self, kind: str, code: str, message: str) -> None:
        self.kind = kind
        self.code = code
        super().__init__(message)


class Lost(Exception):
    """The caller is gone and the request ends without a side effect."""


@dataclass
class GateState:
    """A place where one request waits; `number` is the request's, once it is there."""

    op: str
    of: str
    when: When
    until_cancel: bool
    carry_on: bool
    number: int = 0
    caller: str = ""
    reached: threading.Event = field(default_factory=threading.Event)
    gone: threading.Event = field(default_factory=threading.Event)
    opened: threading.Event = field(default_factory=threading.Event)


@dataclass
class Scripted:
    """So many failures to come."""

    op: str
    of: str
    kind: str
    code: str
    message: str
    when: When
    times: int


class Faults:
    """The script; safe to share between threads."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._numbers = itertools.count(1)
        self._waiting: list[GateState] = []
        self._failures: list[Scripted] = []
        self._reports: list[Scripted] = []
        self._latencies: dict[tuple[str, str], float] = {}
        self.gates: dict[int, GateState] = {}

    def hold(self, gate: GateState) -> int:
        """Set up a gate; gives its number."""
        with self._lock:
            number = next(self._numbers)
            self.gates[number] = gate
            self._waiting.append(gate)
            return number

    def fail(self, scripted: Scripted) -> None:
        """Add failures to come."""
        with self._lock:
            self._failures.append(scripted)

    def report(self, scripted: Scripted) -> None:
        """Add reports of failure to come, of what did succeed."""
        with self._lock:
            self._reports.append(scripted)

    def delay(self, op: str, of: str, seconds: float) -> None:
        """From now on each such request takes so long before its side effect."""
        with self._lock:
            self._latencies[op, of] = seconds

    def latency(self, asked: Asked) -> float:
        """Seconds that a request takes: the name's own, else the type's, else everything's."""
        with self._lock:
            for of in (asked.name, asked.type, "*"):
                for op in (asked.op, "*"):
                    if (op, of) in self._latencies:
                        return self._latencies[op, of]
        return 0.0

    def gate(self, asked: Asked, when: When) -> GateState | None:
        """The gate that a request comes to; it serves this one only."""
        with self._lock:
            for gate in self._waiting:
                if gate.when == when and gate.op == asked.op and matches(gate.of, asked.name, asked.type):
                    self._waiting.remove(gate)
                    return gate
        return None

    def at(self, number: int) -> list[GateState]:
        """The gates that a request came to."""
        with self._lock:
            return [gate for gate in self.gates.values() if gate.number == number]

    def failure(self, asked: Asked, when: When) -> Failure | None:
        """The next scripted failure of a request."""
        return self._next([one for one in self._failures if one.when == when], asked)

    def reported(self, asked: Asked) -> Failure | None:
        """The next scripted report of failure of a request that succeeded."""
        return self._next(self._reports, asked)

    def cancelled(self, caller: str) -> None:
        """An engine asked to end: gates that wait for it open."""
        with self._lock:
            gates = [gate for gate in self.gates.values() if gate.until_cancel and gate.caller == caller]
        for gate in gates:
            gate.opened.set()

    def clear(self) -> None:
        """Drop the script and let go whoever waits."""
        with self._lock:
            gates = list(self.gates.values())
            self._waiting, self._failures, self._reports, self._latencies = [], [], [], {}
        for gate in gates:
            gate.opened.set()

    def _next(self, scripted: list[Scripted], asked: Asked) -> Failure | None:
        with self._lock:
            for one in scripted:
                if one.times > 0 and one.op == asked.op and matches(one.of, asked.name, asked.type):
                    one.times -= 1
                    return Failure(one.kind, one.code, one.message)
        return None
