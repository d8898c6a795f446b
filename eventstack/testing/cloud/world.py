"""What exists in the fake cloud, what its inventory shows of it, and the rules that guard it; locked by `service`."""

import itertools
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace
from typing import Any

from eventstack.testing.cloud import local_parts
from eventstack.testing.cloud.faults import Failure
from eventstack.testing.cloud.records import ARN, Asked, Existing, matches
from eventstack.testing.cloud.rules import RULES


@dataclass(frozen=True)
class Laid:
    """A rule laid on things: `of` is a name, a type or "*"."""

    rule: str
    of: str
    values: Mapping[str, Any]


@dataclass
class World:
    """The cloud's truth, and the later picture that its inventory and its reads give of it."""

    clock: Callable[[], float] = time.monotonic
    lag_s: float = 0.0
    things: dict[str, Existing] = field(default_factory=dict)
    rules: list[Laid] = field(default_factory=list)
    outputs: list[tuple[str, dict[str, Any]]] = field(default_factory=list)
    answers: dict[str, dict[str, Any]] = field(default_factory=dict)
    _ahead_s: float = 0.0
    _since: dict[str, float] = field(default_factory=dict)
    _removed: dict[str, tuple[Existing, float]] = field(default_factory=dict)
    _numbers: "itertools.count[int]" = field(default_factory=lambda: itertools.count(1))

    def create(self, asked: Asked) -> Existing:
        """A new thing with an id of its own; what a test plants asks no rule."""
        if asked.op != "plant":
            self._check(asked)
        identity = f"{asked.name}-{next(self._numbers)}"
        given = local_parts.outputs(asked.type, asked.inputs) | self._outputs(asked, identity)
        made = Existing(identity, asked.type, asked.name, asked.urn, asked.inputs, {"arn": ARN + identity, **given})
        self.things[identity] = made
        self._since[identity] = self._now()
        return made

    def update(self, asked: Asked) -> Existing:
        """The same thing with other inputs; refuses what does not exist."""
        if asked.id not in self.things:
            raise Failure("not found", "NOT_FOUND", f"{asked.id} does not exist")
        self._check(asked)
        self.things[asked.id] = replace(self.things[asked.id], inputs=asked.inputs)
        return self.things[asked.id]

    def delete(self, asked: Asked) -> None:
        """The thing is gone; nothing happens when it was gone already."""
        if asked.id in self.things:
            self._check(replace(asked, op="delete"))
            self._removed[asked.id] = (self.things.pop(asked.id), self._now())

    def shown(self) -> dict[str, Existing]:
        """What inventory and reads show now: by `lag_s` behind the truth."""
        before = self._now() - self.lag_s
        there = {identity: thing for identity, thing in self.things.items() if self._since[identity] <= before}
        return there | {
            identity: thing
            for identity, (thing, at) in self._removed.items()
            if at > before and self._since[identity] <= before
        }

    def set_state(self, of: str, state: str) -> list[str]:
        """Put things into a state; gives their ids."""
        found = [one for one in self.things.values() if one.id == of or matches(of, one.name, one.type)]
        for one in found:
            self.things[one.id] = replace(one, state=state)
        return [one.id for one in found]

    def advance(self, seconds: float) -> None:
        """Let the cloud's own time pass, which visibility lag is measured by."""
        self._ahead_s += seconds

    def lay(self, rule: str, of: str, values: Mapping[str, Any]) -> str:
        """Lay a rule on things; what is wrong with it, or ""."""
        if rule not in RULES:
            return f"no rule of that name: {rule}; there are {', '.join(RULES)}"
        _, needed, known = RULES[rule]
        if not needed <= values.keys() <= known:
            takes, given = (", ".join(sorted(names)) or "nothing" for names in (known, values))
            return f"{rule} takes {takes}, given: {given}"
        self.rules.append(Laid(rule, of, values))
        return ""

    def _check(self, asked: Asked) -> None:
        for laid in self.rules:
            if matches(laid.of, asked.name, asked.type):
                said = RULES[laid.rule][0](self.things, asked, laid.values)
                if said:
                    raise Failure(f"rule {laid.rule}", "FAILED_PRECONDITION", said)

    def _outputs(self, asked: Asked, identity: str) -> dict[str, Any]:
        given: dict[str, Any] = {}
        for of, values in self.outputs:
            if matches(of, asked.name, asked.type):
                given |= values
        return {key: _filled(value, identity, asked.name) for key, value in given.items()}

    def _now(self) -> float:
        return self.clock() + self._ahead_s


def _filled(value: Any, identity: str, name: str) -> Any:
    return value.replace("{id}", identity).replace("{name}", name) if isinstance(value, str) else value
