"""How a test drives the fake cloud: one line of JSON asks, one line answers, over the loopback, with a token.

Each public method of `Control` is a verb; its keyword arguments and its result are plain JSON.
"""

import hmac
import json
import socketserver
import threading
import time
from collections.abc import Callable
from dataclasses import asdict
from typing import Any

from eventstack.testing.cloud.faults import Failure, GateState, Scripted
from eventstack.testing.cloud.records import Asked, When
from eventstack.testing.cloud.service import Caller, Service

LONGEST_WAIT_S = 5.0
"""A wait answers after so long at the latest, and is asked again."""


class Control:
    """The verbs. Raises ValueError for what can't be done, with a text for the test's author."""

    def __init__(self, service: Service, stop: Callable[[], None]) -> None:
        self._service = service
        self._stop = stop

    def hold(self, *, op: str, of: str, when: When, until_cancel: bool, carry_on: bool) -> int:
        """Set up a gate; its number."""
        return self._service.faults.hold(GateState(op, of, when, until_cancel, carry_on))

    def gate(self, *, number: int, wait_for: str, within_s: float) -> dict[str, Any] | None:
        """The request at a gate once the gate is reached, or its caller gone; None when it is not, in time."""
        gate = self._service.faults.gates[number]
        event = {"reached": gate.reached, "gone": gate.gone}[wait_for]
        if not event.wait(min(within_s, LONGEST_WAIT_S)):
            return None
        return asdict(self._service.ledger.request(gate.number))

    def release(self, *, number: int) -> None:
        """Open a gate."""
        self._service.faults.gates[number].opened.set()

    def fail(self, **scripted: Any) -> None:
        """Script failures."""
        self._service.faults.fail(Scripted(**scripted))

    def report(self, **scripted: Any) -> None:
        """Script reports of failure."""
        self._service.faults.report(Scripted(**scripted))

    def latency(self, *, op: str, of: str, seconds: float) -> None:
        """Let requests take time."""
        self._service.faults.delay(op, of, seconds)

    def lag(self, *, seconds: float) -> None:
        """Let the inventory lag behind."""
        self._service.world.lag_s = seconds

    def advance(self, *, seconds: float) -> None:
        """Let the cloud's own time pass."""
        self._service.world.advance(seconds)

    def rule(self, *, rule: str, of: str, values: dict[str, Any]) -> None:
        """Lay a rule of state."""
        wrong = self._service.world.lay(rule, of, values)
        if wrong:
            raise ValueError(wrong)

    def outputs(self, *, of: str, values: dict[str, Any]) -> None:
        """Give things further outputs."""
        self._service.world.outputs.append((of, values))

    def answer(self, *, token: str, values: dict[str, Any]) -> None:
        """Give a function an answer."""
        self._service.world.answers[token] = values

    def set_state(self, *, of: str, state: str) -> list[str]:
        """Put things into a state."""
        with self._service.lock:
            return self._service.world.set_state(of, state)

    def plant(self, *, type: str, name: str, urn: str, inputs: dict[str, Any]) -> dict[str, Any]:  # noqa: A002
        """Make a thing past every engine."""
        return asdict(self._service.create(Asked("plant", type, name, urn, inputs=inputs), Caller()))

    def remove(self, *, identity: str) -> None:
        """Remove a thing past every engine, as the vendor allows it."""
        thing = self._service.world.things.get(identity)
        named = (thing.type, thing.name, thing.urn) if thing else ("", "", "")
        try:
            self._service.delete(Asked("remove", *named, identity), Caller())
        except Failure as failure:
            raise ValueError(str(failure)) from failure

    def inventory(self, *, tags: dict[str, str]) -> list[dict[str, Any]]:
        """What the cloud shows under all of these tags."""
        try:
            return [asdict(thing) for thing in self._service.inventory(Asked("inventory"), tags)]
        except Failure as failure:
            raise ValueError(str(failure)) from failure

    def world(self) -> list[dict[str, Any]]:
        """What exists in truth."""
        with self._service.lock:
            return [asdict(thing) for thing in self._service.world.things.values()]

    def ledger(self) -> list[dict[str, Any]]:
        """Every request so far."""
        return [asdict(request) for request in self._service.ledger.requests()]

    def reset(self) -> None:
        """An empty world without script or memory; who waits at a gate goes on."""
        self._service.faults.clear()
        with self._service.lock:
            self._service.world = type(self._service.world)()
        self._service.ledger.forget()

    def stop(self) -> None:
        """End the process."""
        self._stop()


class ControlServer(socketserver.ThreadingTCPServer):
    """Listens on a free port of the loopback; `touched` is when it was last spoken to (monotonic)."""

    daemon_threads = True
    allow_reuse_address = True

    def __init__(self, control: Control, token: str) -> None:
        super().__init__(("127.0.0.1", 0), _Handler)
        self.control = control
        self.token = token
        self.touched = time.monotonic()

    @property
    def port(self) -> int:
        """Where it listens."""
        return int(self.server_address[1])

    def start(self) -> None:
        """Serve in a thread."""
        threading.Thread(target=self.serve_forever, daemon=True).start()


class _Handler(socketserver.StreamRequestHandler):
    server: ControlServer

    def handle(self) -> None:
        try:
            asked = json.loads(self.rfile.readline())
            if not hmac.compare_digest(str(asked["token"]), self.server.token):
                return
            self.server.touched = time.monotonic()
            answer = {"answer": self._do(asked["verb"], asked["arguments"])}
        except (ValueError, KeyError, TypeError) as wrong:
            answer = {"wrong": str(wrong)}
        self.wfile.write(json.dumps(answer).encode() + b"\n")

    def _do(self, verb: str, arguments: dict[str, Any]) -> Any:
        if verb.startswith("_"):
            raise ValueError(f"no verb of that name: {verb}")
        return getattr(self.server.control, verb)(**arguments)
