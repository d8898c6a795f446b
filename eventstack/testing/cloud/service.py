"""How a request is served: asked, delayed, held, refused or struck, held again, answered; all of it in the ledger."""

import threading
from collections.abc import Callable
from dataclasses import dataclass
from typing import TypeVar

from eventstack.testing.cloud.faults import PATIENCE_S, Failure, Faults, Lost
from eventstack.testing.cloud.ledger import Ledger
from eventstack.testing.cloud.records import Asked, Existing, When
from eventstack.testing.cloud.world import World

Answer = TypeVar("Answer")


@dataclass(frozen=True)
class Caller:
    """Who asks: `name` tells connections apart, `here` whether it still waits, `on_gone` calls back once it doesn't."""

    name: str = ""
    here: Callable[[], bool] = lambda: True
    on_gone: Callable[[Callable[[], None]], bool] = lambda _: True


class Reported(Failure):
    """A thing was made, or changed, and is reported as failed."""

    def __init__(self, existing: Existing, reason: str) -> None:
        self.existing = existing
        super().__init__("reported failed", "UNKNOWN", reason)


class Service:
    """The fake cloud itself, without a wire; safe to share between threads."""

    def __init__(self, ledger: Ledger) -> None:
        self.ledger = ledger
        self.faults = Faults()
        self.world = World()
        self.lock = threading.RLock()

    def create(self, asked: Asked, caller: Caller) -> Existing:
        """Make a thing; raises Failure, Reported or Lost."""
        return self._perform(asked, caller, self.world.create, lambda made: made.id, made=lambda made: made)

    def update(self, asked: Asked, caller: Caller) -> Existing:
        """Change a thing; raises as `create`."""
        return self._perform(asked, caller, self.world.update, lambda made: made.id, made=lambda made: made)

    def delete(self, asked: Asked, caller: Caller) -> None:
        """Remove a thing; raises Failure or Lost."""
        self._perform(asked, caller, self.world.delete, lambda _: asked.id)

    def read(self, asked: Asked, caller: Caller) -> Existing | None:
        """What the cloud shows of a thing now; raises Failure or Lost."""
        return self._perform(asked, caller, lambda _: self.world.shown().get(asked.id), lambda _: asked.id)

    def note(self, asked: Asked, caller: Caller) -> None:
        """Let a request that changes nothing pass; raises Failure or Lost."""
        self._perform(asked, caller, lambda _: None, lambda _: asked.id)

    def inventory(self, asked: Asked, tags: dict[str, str]) -> list[Existing]:
        """What the cloud shows now under all of these tags; raises Failure."""
        return self._perform(
            asked,
            Caller(),
            lambda _: [thing for thing in self.world.shown().values() if tags.items() <= thing.tags.items()],
            lambda _: "",
        )

    def _perform(
        self,
        asked: Asked,
        caller: Caller,
        effect: Callable[[Asked], Answer],
        identity: Callable[[Answer], str],
        made: Callable[[Answer], Existing] | None = None,
    ) -> Answer:
        number = self.ledger.asked(asked, caller.name)
        if not caller.on_gone(lambda: self._gone(number)):
            self._gone(number)
        error = ""
        try:
            threading.Event().wait(self.faults.latency(asked))
            self._hold(asked, caller, number, "before")
            self._fail(asked, "before")
            with self.lock:
                answer = effect(asked)
                self.ledger.struck(number, identity(answer))
            self._hold(asked, caller, number, "after")
            self._fail(asked, "after")
            report = self.faults.reported(asked) if made else None
            if made and report:
                raise Reported(made(answer), str(report))
        except Failure as failure:
            error = failure.kind
            raise
        except Lost:
            error = "lost"
            raise
        finally:
            if not caller.here():
                self._gone(number)
            self.ledger.answered(number, error)
        return answer

    def _hold(self, asked: Asked, caller: Caller, number: int, when: When) -> None:
        gate = self.faults.gate(asked, when)
        if gate is None:
            return
        gate.number, gate.caller = number, caller.name
        gate.reached.set()
        if not caller.here():
            gate.gone.set()
        gate.opened.wait(PATIENCE_S)
        if not gate.carry_on and not caller.here():
            raise Lost

    def _fail(self, asked: Asked, when: When) -> None:
        failure = self.faults.failure(asked, when)
        if failure is not None:
            raise failure

    def _gone(self, number: int) -> None:
        if self.ledger.gone(number):
            for gate in self.faults.at(number):
                gate.gone.set()
