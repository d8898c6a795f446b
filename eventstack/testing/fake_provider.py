"""A fake cloud for the real engine: a provider that attaches, keeps its world in memory and fails on request.

The engine dials it because its environment says so (`FakeProvider.environment`); no plugin is installed and no
network is used. Resources of any type under its name are taken as they come. Operations can be held (until released),
refused, or created and then reported as failed, each by the resource's name, so that a test strikes exactly where it
means to. Everything that was asked and everything that exists stays readable.
"""

import contextlib
import itertools
import threading
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from typing import Any

import grpc
import pulumi
from google.protobuf import any_pb2, empty_pb2, struct_pb2
from google.protobuf.json_format import MessageToDict
from google.rpc import status_pb2
from pulumi.runtime.proto import plugin_pb2, provider_pb2, provider_pb2_grpc

# ruff: noqa: ARG002, N802 - names and arguments are those of the engine's protocol

_messages: Any = struct_pb2
_empties: Any = empty_pb2
_anys: Any = any_pb2
"""Their classes are made at run time, where no type checker sees them."""

NAME = "fakecloud"
"""The provider's name: resource types read `fakecloud:index:<Type>`."""

VERSION = "999.0.0"
"""Higher than any SDK's, else the engine warns on every operation."""

PATIENCE_S = 60.0
"""How long a held operation waits for its release before it goes on by itself."""


class Thing(pulumi.CustomResource):
    """A resource of the fake cloud with whatever inputs it is given; `arn` is its output."""

    arn: pulumi.Output[str]

    def __init__(
        self, name: str, inputs: dict[str, Any] | None = None, opts: pulumi.ResourceOptions | None = None
    ) -> None:
        super().__init__(f"{NAME}:index:Thing", name, {"arn": None, **(inputs or {})}, opts)


@dataclass(frozen=True)
class Existing:
    """One thing that exists in the fake cloud, with the inputs that it was last given."""

    identity: str
    name: str
    urn: str
    inputs: dict[str, Any]


@dataclass
class Gate:
    """A place where an operation waits: `reached` when it is there, `release()` lets it go on."""

    reached: threading.Event = field(default_factory=threading.Event)
    opened: threading.Event = field(default_factory=threading.Event)
    until_cancel: bool = False

    def release(self) -> None:
        """Let the held operation go on."""
        self.opened.set()


class FakeProvider(provider_pb2_grpc.ResourceProviderServicer):
    """The provider's side of the fake cloud; its names are those of the engine's protocol."""

    def __init__(self) -> None:
        self.world: dict[str, Existing] = {}
        self.calls: list[tuple[str, str]] = []
        self.port = 0
        self._lock = threading.Lock()
        self._numbers = itertools.count(1)
        self._gates: dict[tuple[str, str], Gate] = {}
        self._refusals: dict[tuple[str, str], list[str]] = {}

    def hold(self, operation: str, name: str, *, until_cancel: bool = False) -> Gate:
        """Stop the next `operation` ("create", "update", "delete") of that resource at a gate.

        With `until_cancel` the engine's wish to cancel opens it too.
        """
        gate = Gate(until_cancel=until_cancel)
        self._gates[operation, name] = gate
        return gate

    def refuse(self, operation: str, name: str, message: str, *, times: int = 1) -> None:
        """Fail that many `operation`s of the resource; "report" creates it and then reports a failure."""
        self._refusals.setdefault((operation, name), []).extend([message] * times)

    def count(self, operation: str) -> int:
        """How many operations of one kind were asked for."""
        return sum(1 for call, _ in self.calls if call == operation)

    def environment(self) -> dict[str, str]:
        """What makes an engine attach to this provider."""
        return {"PULUMI_DEBUG_PROVIDERS": f"{NAME}:{self.port}"}

    @contextlib.contextmanager
    def serving(self) -> Iterator["FakeProvider"]:
        """Listen on a free port of the loopback until the block ends."""
        server = _server()
        provider_pb2_grpc.add_ResourceProviderServicer_to_server(self, server)
        self.port = server.add_insecure_port("127.0.0.1:0")
        server.start()
        try:
            yield self
        finally:
            for gate in self._gates.values():
                gate.release()
            server.stop(0).wait()

    def _step(self, operation: str, name: str, context: Any) -> None:
        with self._lock:
            self.calls.append((operation, name))
            gate = self._gates.pop((operation, name), None)
        if gate:
            with self._lock:
                self._gates["held", name] = gate
            gate.reached.set()
            gate.opened.wait(PATIENCE_S)
        self._fail(operation, name, context)

    def _fail(self, operation: str, name: str, context: Any) -> None:
        messages = self._refusals.get((operation, name))
        if messages:
            context.abort(grpc.StatusCode.FAILED_PRECONDITION, messages.pop(0))

    def Handshake(self, request: Any, context: Any) -> Any:
        """Secrets arrive unwrapped, so that the fake's world is plain data."""
        return provider_pb2.ProviderHandshakeResponse(accept_secrets=False, accept_resources=True)

    def Attach(self, request: Any, context: Any) -> Any:
        """Accept the engine that dialled."""
        return _empties.Empty()

    def GetPluginInfo(self, request: Any, context: Any) -> Any:
        """Say a version that no SDK exceeds."""
        return plugin_pb2.PluginInfo(version=VERSION)

    def CheckConfig(self, request: Any, context: Any) -> Any:
        """Accept any configuration."""
        return provider_pb2.CheckResponse(inputs=request.news)

    def DiffConfig(self, request: Any, context: Any) -> Any:
        """A changed configuration changes nothing."""
        return provider_pb2.DiffResponse()

    def Configure(self, request: Any, context: Any) -> Any:
        """Ask for creates in previews too."""
        return provider_pb2.ConfigureResponse(acceptSecrets=False, acceptResources=True, supportsPreview=True)

    def Check(self, request: Any, context: Any) -> Any:
        """Accept any inputs."""
        return provider_pb2.CheckResponse(inputs=request.news)

    def Diff(self, request: Any, context: Any) -> Any:
        """Different inputs are an update; a changed input named `place` is a replacement."""
        if request.old_inputs == request.news:
            return provider_pb2.DiffResponse(changes=provider_pb2.DiffResponse.DIFF_NONE)
        old, new = _plain(request.old_inputs), _plain(request.news)
        replaces = ["place"] if old.get("place") != new.get("place") else []
        return provider_pb2.DiffResponse(changes=provider_pb2.DiffResponse.DIFF_SOME, replaces=replaces)

    def Create(self, request: Any, context: Any) -> Any:
        """Make a thing; a held create waits before its side effect."""
        outputs = _messages.Struct()
        outputs.CopyFrom(request.properties)
        if request.preview:
            return provider_pb2.CreateResponse(properties=outputs)
        self._step("create", request.name, context)
        with self._lock:
            identity = f"{request.name}-{next(self._numbers)}"
            self.world[identity] = Existing(identity, request.name, request.urn, _plain(request.properties))
        outputs.update({"arn": f"arn:fake:{identity}"})
        reports = self._refusals.get(("report", request.name))
        if reports:
            _report_failed(context, identity, outputs, request.properties, reports.pop(0))
        return provider_pb2.CreateResponse(id=identity, properties=outputs)

    def Read(self, request: Any, context: Any) -> Any:
        """Say what exists under an identity."""
        if request.id not in self.world:
            return provider_pb2.ReadResponse()
        outputs = _messages.Struct()
        outputs.update({**self.world[request.id].inputs, "arn": f"arn:fake:{request.id}"})
        return provider_pb2.ReadResponse(id=request.id, properties=outputs, inputs=request.inputs)

    def Update(self, request: Any, context: Any) -> Any:
        """Give a thing new inputs."""
        outputs = _messages.Struct()
        outputs.CopyFrom(request.news)
        outputs.update({"arn": f"arn:fake:{request.id}"})
        if not request.preview:
            self._step("update", request.name, context)
            with self._lock:
                self.world[request.id] = Existing(request.id, request.name, request.urn, _plain(request.news))
        return provider_pb2.UpdateResponse(properties=outputs)

    def Delete(self, request: Any, context: Any) -> Any:
        """Remove a thing; what is gone already is no error."""
        self._step("delete", request.name, context)
        with self._lock:
            self.world.pop(request.id, None)
        return _empties.Empty()

    def Invoke(self, request: Any, context: Any) -> Any:
        """Every function answers with nothing."""
        return provider_pb2.InvokeResponse(**{"return": _messages.Struct()})

    def Cancel(self, request: Any, context: Any) -> Any:
        """The engine takes its leave, also after a success; gates that wait for it open."""
        with self._lock:
            self.calls.append(("cancel", ""))
            gates = list(self._gates.values())
        for gate in gates:
            if gate.until_cancel:
                gate.release()
        return _empties.Empty()


def _server() -> Any:
    make: Any = grpc.server
    return make(ThreadPoolExecutor(64), options=[("grpc.max_receive_message_length", 400 << 20)])


def _plain(message: Any) -> dict[str, Any]:
    convert: Any = MessageToDict
    return dict(convert(message))


def _report_failed(context: Any, identity: str, outputs: Any, inputs: Any, reason: str) -> None:
    """Abort a create whose resource exists: the engine keeps it, with `initErrors`."""
    detail = _anys.Any()
    detail.Pack(provider_pb2.ErrorResourceInitFailed(id=identity, properties=outputs, inputs=inputs, reasons=[reason]))
    status: Any = status_pb2.Status(code=grpc.StatusCode.UNKNOWN.value[0], message=reason, details=[detail])
    context.set_trailing_metadata((("grpc-status-details-bin", bytes(status.SerializeToString())),))
    context.abort(grpc.StatusCode.UNKNOWN, reason)
