"""A fake cloud for the real engine, in a process of its own that outlives the death of everything else.

```python
from pathlib import Path
from tempfile import mkdtemp

from eventstack.testing.fake_cloud import FakeCloud

with FakeCloud.running(Path(mkdtemp()), names=("aws", "gcp")) as cloud:
    cloud.refuse("create", "films", "quota exceeded")
    environment = cloud.environment()  # give it to an engine, and it attaches instead of starting plugins
    assert cloud.world() == []
```

It takes resources of any type under the provider names that it was started with, does what it is scripted to do to the
requests that match (`of` is a resource's name, its type, or "*"), and tells afterwards what was asked and what exists.
`inventory`, `remove` and `on_air` are a cloud's answers as `PulumiDeployer` wants them.
"""

import contextlib
import json
import os
import socket
import subprocess
import sys
import time
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import msgspec

import eventstack
from eventstack.deploy import private
from eventstack.errors import ConfigError, DeployError, Fault, Final
from eventstack.node import processes
from eventstack.node.processes import Identity
from eventstack.planning.found import Found
from eventstack.planning.plan import StackPlan
from eventstack.testing.cloud import ledger
from eventstack.testing.cloud.records import ADDRESS, LEDGER, LOG, ON_AIR, Existing, Request, When

__all__ = ["ANSWER_S", "NAMES", "ON_AIR", "Existing", "FakeCloud", "Gate", "Request"]

NAMES = ("fakecloud", "aws", "azure-native", "gcp")
"""The provider names that engines attach under, unless others are asked for."""

ANSWER_S = 30.0
"""How long the process may take to start, to answer or to end, in seconds."""

THROTTLED = "Throttling: rate exceeded, try again later"


@dataclass(frozen=True)
class Gate:
    """A place where one request waits. A gate that nobody opens opens by itself after three minutes."""

    cloud: "FakeCloud"
    number: int
    place: str

    def wait_reached(self, within_s: float = 60.0) -> Request:
        """The request that is held, once it is; raises Final when none came in time."""
        return self._wait("reached", within_s)

    def wait_gone(self, within_s: float = 60.0) -> Request:
        """The request that is held, once its caller is dead; raises Final when it still lives then."""
        return self._wait("gone", within_s)

    @property
    def reached(self) -> bool:
        """Whether a request is, or was, held here."""
        return self._look("reached", 0.0) is not None

    def release(self) -> None:
        """Let the request go on."""
        self.cloud.ask("release", number=self.number)

    def _wait(self, what: str, within_s: float) -> Request:
        deadline = time.monotonic() + within_s
        while (left := deadline - time.monotonic()) > 0:
            request = self._look(what, left)
            if request is not None:
                return request
        asked = ", ".join(f"{one.op} {one.name}" for one in self.cloud.ledger()) or "nothing"
        raise Final(f"{self.place}: not {what} within {within_s:g} s; asked so far: {asked}")

    def _look(self, what: str, within_s: float) -> Request | None:
        answer = self.cloud.ask("gate", number=self.number, wait_for=what, within_s=within_s)
        return None if answer is None else msgspec.convert(answer, Request)


@dataclass(frozen=True)
class FakeCloud:
    """A running fake cloud, known by its folder; any process may drive it (`FakeCloud.at`)."""

    folder: Path
    names: tuple[str, ...]
    port: int
    control: int
    process: Identity
    token: str = field(repr=False)
    child: "subprocess.Popen[bytes] | None" = field(default=None, repr=False, compare=False)

    @classmethod
    def start(cls, folder: Path, names: Sequence[str] = NAMES) -> "FakeCloud":
        """Start one in a session of its own; its address, its log and its ledger lie in `folder`, private.

        It lives until `stop`, or ends by itself half an hour after the last word from anyone. Raises Final when it does
        not start.
        """
        private.folder(folder)
        (folder / ADDRESS).unlink(missing_ok=True)
        environment = dict(os.environ)
        source = Path(eventstack.__file__).parent.parent
        environment["PYTHONPATH"] = os.pathsep.join([str(source), *filter(None, [environment.get("PYTHONPATH")])])
        private.write(folder / LOG, "")
        with (folder / LOG).open("ab") as log:
            child = subprocess.Popen(
                [sys.executable, "-m", "eventstack.testing.cloud.server", str(folder), *names],
                stdin=subprocess.DEVNULL,
                stdout=log,
                stderr=log,
                env=environment,
                start_new_session=True,
                umask=0o077,
            )
        deadline = time.monotonic() + ANSWER_S
        while not (folder / ADDRESS).exists():
            if child.poll() is not None or time.monotonic() > deadline:
                child.kill()
                child.wait()
                said = (folder / LOG).read_text(errors="replace").strip().splitlines()
                raise Final(f"the fake cloud did not start: {said[-1] if said else 'it said nothing'}")
            time.sleep(0.01)
        return cls._read(folder, child)

    @classmethod
    def at(cls, folder: Path) -> "FakeCloud":
        """The one that was started in that folder, from any process; raises Final when none lives there."""
        cloud = cls._read(folder, None) if (folder / ADDRESS).exists() else None
        if cloud is None or not processes.alive(cloud.process):
            raise Final(f"no fake cloud lives in {folder}")
        return cloud

    @classmethod
    @contextlib.contextmanager
    def running(cls, folder: Path, names: Sequence[str] = NAMES) -> Iterator["FakeCloud"]:
        """One for the length of a block."""
        cloud = cls.start(folder, names)
        try:
            yield cloud
        finally:
            cloud.stop()

    @classmethod
    def _read(cls, folder: Path, child: "subprocess.Popen[bytes] | None") -> "FakeCloud":
        known = json.loads((folder / ADDRESS).read_text())
        process = Identity(known["pid"], known["started"])
        return cls(
            folder, tuple(known["names"]), known["port"], known["control"], process, token=known["token"], child=child
        )

    def stop(self) -> None:
        """End the process, by its identity; nothing happens when it has ended. Its files stay."""
        processes.end(self.process)
        if self.child is not None:
            self.child.wait()

    def environment(self) -> dict[str, str]:
        """What makes an engine attach to it, under each of its names."""
        return {"PULUMI_DEBUG_PROVIDERS": ",".join(f"{name}:{self.port}" for name in self.names)}

    # Scripts

    def hold(
        self, op: str, of: str, *, when: When = "before", until_cancel: bool = False, carry_on: bool = True
    ) -> Gate:
        """Stop the next matching request (create, read, update, delete, invoke) before its side effect, or after it
        and before the reply.

        With `until_cancel` its engine's wish to cancel opens the gate too. A request whose caller dies meanwhile
        carries on when released, as in a real cloud; without `carry_on` it is dropped instead.
        """
        number = self.ask("hold", op=op, of=of, when=when, until_cancel=until_cancel, carry_on=carry_on)
        return Gate(self, number, f"{op} of {of}, {when} its side effect")

    def refuse(
        self,
        op: str,
        of: str,
        message: str,
        *,
        times: int = 1,
        code: str = "FAILED_PRECONDITION",
        when: When = "before",
    ) -> None:
        """Answer so many matching requests with an error (`code` of gRPC); `when="after"`: although it was done."""
        self.ask("fail", op=op, of=of, kind="refused", code=code, message=message, when=when, times=times)

    def throttle(self, op: str, of: str, times: int = 1) -> None:
        """Answer so many matching requests with the demand to come again later."""
        code = "RESOURCE_EXHAUSTED"
        self.ask("fail", op=op, of=of, kind="throttled", code=code, message=THROTTLED, when="before", times=times)

    def report_failed(self, of: str, reason: str, *, op: str = "create", times: int = 1) -> None:
        """Create (or update) things and report them as failed all the same: the engine keeps them with `initErrors`."""
        self.ask(
            "report", op=op, of=of, kind="reported failed", code="UNKNOWN", message=reason, when="after", times=times
        )

    def latency(self, op: str, of: str, seconds: float) -> None:
        """Let matching requests take so long, from now on; `op` may be "*". A name goes before a type, both before
        "*".
        """
        self.ask("latency", op=op, of=of, seconds=seconds)

    def lag(self, seconds: float) -> None:
        """Let inventory and reads show a thing only so long after its create, and still so long after its delete."""
        self.ask("lag", seconds=seconds)

    def advance(self, seconds: float) -> None:
        """Let the cloud's own time pass at once: what was hidden by lag comes out, without anybody waiting."""
        self.ask("advance", seconds=seconds)

    def rule(self, rule: str, of: str = "*", **values: Any) -> None:
        """Lay a rule of state (`eventstack.testing.cloud.rules`): `in-use`, `needs`, `unique-name`, `limit`,
        `idle-first`, `fixed`. Raises ConfigError for another, or for values that it does not take.
        """
        self.ask("rule", rule=rule, of=of, values=values)

    def outputs(self, of: str, **values: Any) -> None:
        """Give things made from now on these outputs beside their inputs and `arn`; "{id}" and "{name}" are filled in.

        The types of eventstack's own plugin have the outputs that it promises.
        """
        self.ask("outputs", of=of, values=values)

    def answer(self, token: str, **values: Any) -> None:
        """Let a provider's function (`aws:index/getRegion:getRegion`) answer with these values instead of nothing."""
        self.ask("answer", token=token, values=values)

    def set_state(self, of: str, state: str) -> list[str]:
        """Put things, also by id, into a state: for `idle-first`, or `ON_AIR`. Gives their ids."""
        return list(self.ask("set_state", of=of, state=state))

    def plant(self, type: str, name: str, *, urn: str = "", inputs: Mapping[str, Any] | None = None) -> Existing:  # noqa: A002
        """Make a thing that no engine knows of."""
        planted = self.ask("plant", type=type, name=name, urn=urn, inputs=dict(inputs or {}))
        return msgspec.convert(planted, Existing)

    def reset(self) -> None:
        """An empty world, an empty script, an empty memory; a request that is held goes on and touches nothing."""
        self.ask("reset")

    # What was asked, and what exists

    def ledger(self, op: str | None = None, name: str | None = None) -> list[Request]:
        """Every request in order, or those of one kind, or of one name."""
        requests = msgspec.convert(self.ask("ledger"), list[Request])
        return [one for one in requests if op in (None, one.op) and name in (None, one.name)]

    @staticmethod
    def ledger_of(folder: Path) -> list[Request]:
        """The ledger as its file tells it, from the start of the process on, whether it lives or not."""
        return ledger.read(folder / LEDGER)

    def count(self, op: str, name: str | None = None) -> int:
        """How many such requests came."""
        return len(self.ledger(op, name))

    def world(self) -> list[Existing]:
        """What exists in truth, in the order of its creation, whatever lag hides."""
        return msgspec.convert(self.ask("world"), list[Existing])

    def leaked(self, tags: Mapping[str, str]) -> list[Existing]:
        """What exists under all of these tags."""
        return [thing for thing in self.world() if tags.items() <= thing.tags.items()]

    def doubled(self) -> dict[str, list[str]]:
        """The URNs under which more than one thing lives, with their ids."""
        by_urn: dict[str, list[str]] = {}
        for thing in self.world():
            by_urn.setdefault(thing.urn, []).append(thing.id)
        return {urn: identities for urn, identities in by_urn.items() if urn and len(identities) > 1}

    # What a deployer asks a cloud

    def inventory(self, tags: Mapping[str, str]) -> list[Found]:
        """What the cloud shows under all of these tags. Raises DeployError when it was scripted to refuse."""
        shown = msgspec.convert(self._demand("inventory", tags=dict(tags)), list[Existing])
        return [
            Found(
                kind=thing.type,
                identity=thing.id,
                tag=thing.tags,
                detail=f"{thing.type} {thing.name}",
                marks=("tags",),
                on_air=thing.state == ON_AIR,
                resource=thing.id,
            )
            for thing in shown
        ]

    def remove(self, found: Found) -> None:
        """Remove exactly this thing; nothing happens when it is gone. Raises DeployError when a rule forbids it."""
        self._demand("remove", identity=found.identity)

    def on_air(self, plan: StackPlan) -> bool:
        """Whether a thing of that stack is in the state `ON_AIR`."""
        return any(found.on_air for found in self.inventory(plan.build.tags))

    def ask(self, verb: str, **arguments: Any) -> Any:
        """One verb of the process (`eventstack.testing.cloud.control`). Raises ConfigError for what it does not
        understand, Final when it does not answer.
        """
        answer = self._exchange(verb, arguments)
        if "wrong" in answer:
            raise ConfigError(Fault(answer["wrong"], field=f"fake cloud, {verb}"))
        return answer["answer"]

    def _demand(self, verb: str, **arguments: Any) -> Any:
        answer = self._exchange(verb, arguments)
        if "wrong" in answer:
            raise DeployError(answer["wrong"], operation=verb)
        return answer["answer"]

    def _exchange(self, verb: str, arguments: dict[str, Any]) -> dict[str, Any]:
        line = json.dumps({"token": self.token, "verb": verb, "arguments": arguments}).encode() + b"\n"
        try:
            with socket.create_connection(("127.0.0.1", self.control), ANSWER_S) as connection:
                connection.sendall(line)
                with connection.makefile("rb") as stream:
                    return dict(json.loads(stream.readline()))
        except (OSError, ValueError) as wrong:
            raise Final(f"the fake cloud in {self.folder} does not answer: {wrong}") from wrong
