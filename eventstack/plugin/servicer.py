# ruff: noqa: N802, D102, ARG002 - names and signatures of the protocol
"""The engine's provider protocol, on one side; blocking handlers of one resource type each, on the other.

Methods carry the protocol's names. A method that is not here answers UNIMPLEMENTED, which the engine understands;
serving components to other languages adds `Construct` and their schema to this class and changes nothing in it.
"""

import asyncio
from collections.abc import Callable, Mapping
from concurrent.futures import Executor
from dataclasses import dataclass
from typing import Any, NoReturn, Protocol, TypeVar

import grpc
import grpc.aio
from google.protobuf import json_format
from google.protobuf.empty_pb2 import Empty  # type: ignore[attr-defined] # made at import
from google.protobuf.struct_pb2 import Struct  # type: ignore[attr-defined] # made at import
from pulumi.runtime import rpc
from pulumi.runtime.proto import plugin_pb2, provider_pb2_grpc, status_pb2
from pulumi.runtime.proto import provider_pb2 as pb

from eventstack import __version__
from eventstack.errors import EventstackError
from eventstack.plugin import schema

Properties = dict[str, Any]
T = TypeVar("T")

UNKNOWN = rpc.UNKNOWN
"""What stands in a preview for a value that only the update will know."""


class UnreadyError(Exception):
    """It was made, or may have been, and does not work yet: the engine must know of it, or it would be a leak.

    `identity` and `outputs` as from `Handler.create`.
    """

    def __init__(self, identity: str, outputs: Properties, reason: str) -> None:
        self.identity = identity
        self.outputs = outputs
        super().__init__(reason)


class Handler(Protocol):
    """One type of resource. Every method is blocking, safe to repeat, and raises errors of `eventstack.errors`;
    values known only later are `UNKNOWN` (in `check` and `diff` only).
    """

    def check(self, news: Properties) -> Mapping[str, str]:
        """What is wrong with the inputs: property → reason."""
        ...

    def diff(self, olds: Properties, news: Properties) -> tuple[frozenset[str], frozenset[str]]:
        """The inputs that changed, and those among them that need a replacement."""
        ...

    def create(self, inputs: Properties) -> tuple[str, Properties]:
        """Make it; its id and the outputs beside the inputs. Raises UnreadyError for a failure that may leave some."""
        ...

    def read(self, identity: str, state: Properties) -> Properties | None:
        """Look at it; its outputs, and its inputs too where `state` lacks them. None when it is seen to be gone.

        Of one that was adopted after its creation was cut off there may be nothing known but its id.
        """
        ...

    def update(self, inputs: Properties) -> Properties:
        """Make it what the inputs say; the outputs beside them."""
        ...

    def delete(self, state: Properties) -> None:
        """Remove it; silent when it is gone already."""
        ...


class Servicer(provider_pb2_grpc.ResourceProviderServicer):
    """Answers one engine."""

    def __init__(self, handlers: Mapping[str, Handler], pool: Executor, engine: str = "") -> None:
        self._handlers = handlers
        self._pool = pool
        self.engine_address = engine

    async def Attach(self, request: Any, context: Any) -> Any:
        self.engine_address = request.address
        return Empty()

    async def Handshake(self, request: Any, context: Any) -> Any:
        # Secrets are the engine's to keep: it opens them for us and closes what we give back in their place.
        return pb.ProviderHandshakeResponse()

    async def GetPluginInfo(self, request: Any, context: Any) -> Any:
        return plugin_pb2.PluginInfo(version=__version__)

    async def GetSchema(self, request: Any, context: Any) -> Any:
        return pb.GetSchemaResponse(schema=schema.document(__version__))

    async def CheckConfig(self, request: Any, context: Any) -> Any:
        return pb.CheckResponse(inputs=request.news)

    async def DiffConfig(self, request: Any, context: Any) -> Any:
        return pb.DiffResponse()

    async def Configure(self, request: Any, context: Any) -> Any:
        return pb.ConfigureResponse(supportsPreview=True)

    async def Cancel(self, request: Any, context: Any) -> Any:
        # Sent at the end of every operation, good ones included; what is in flight is let finish and be recorded.
        return Empty()

    async def Check(self, request: Any, context: Any) -> Any:
        handler = await self._handler(request, context)
        faults = await self._run(context, handler.check, _plain(request.news))
        failures = [pb.CheckFailure(property=name, reason=reason) for name, reason in faults.items()]
        return pb.CheckResponse(inputs=request.news, failures=failures)

    async def Diff(self, request: Any, context: Any) -> Any:
        handler = await self._handler(request, context)
        changed, replaces = await self._run(context, handler.diff, _plain(request.old_inputs), _plain(request.news))
        return pb.DiffResponse(
            changes=pb.DiffResponse.DIFF_SOME if changed else pb.DiffResponse.DIFF_NONE,
            diffs=sorted(changed),
            replaces=sorted(replaces),
            # The successor takes its forebear's place, which must be free by then.
            deleteBeforeReplace=bool(replaces),
        )

    async def Create(self, request: Any, context: Any) -> Any:
        handler = await self._handler(request, context)
        if request.preview:
            return pb.CreateResponse(properties=request.properties)
        try:
            identity, outputs = await self._run(context, handler.create, _plain(request.properties))
        except UnreadyError as unready:
            await context.abort_with_status(_unready(unready, request.properties))
        return pb.CreateResponse(id=identity, properties=_with(request.properties, outputs))

    async def Read(self, request: Any, context: Any) -> Any:
        handler = await self._handler(request, context)
        known = _with(request.inputs, _plain(request.properties))
        seen = await self._run(context, handler.read, request.id, _plain(known))
        if seen is None:
            return pb.ReadResponse()
        names = schema.RESOURCES[_token(request.urn)]["inputProperties"]
        inputs = _with(request.inputs, {name: value for name, value in seen.items() if name in names})
        return pb.ReadResponse(id=request.id, inputs=inputs, properties=_with(known, seen))

    async def Update(self, request: Any, context: Any) -> Any:
        handler = await self._handler(request, context)
        if request.preview:
            return pb.UpdateResponse(properties=request.news)
        outputs = await self._run(context, handler.update, _plain(request.news))
        return pb.UpdateResponse(properties=_with(request.news, outputs))

    async def Delete(self, request: Any, context: Any) -> Any:
        handler = await self._handler(request, context)
        await self._run(context, handler.delete, _plain(request.properties))
        return Empty()

    async def _handler(self, request: Any, context: Any) -> Handler:
        token = _token(request.urn)
        if token not in self._handlers:
            await _abort(context, grpc.StatusCode.INVALID_ARGUMENT, f"unknown resource type {token!r}")
        return self._handlers[token]

    async def _run(self, context: Any, work: Callable[..., T], *arguments: Any) -> T:
        try:
            return await asyncio.get_running_loop().run_in_executor(self._pool, work, *arguments)
        except EventstackError as error:
            # Not UNKNOWN or INTERNAL: those make the engine call its own state corrupt.
            await _abort(context, grpc.StatusCode.FAILED_PRECONDITION, str(error))


def _token(urn: str) -> str:
    return urn.split("::")[2].rpartition("$")[2]


async def _abort(context: Any, code: grpc.StatusCode, text: str) -> NoReturn:
    await context.abort(code, text)
    raise AssertionError("abort does not return")


def _unready(error: UnreadyError, inputs: Struct) -> grpc.Status:
    """The status that makes the engine keep a resource whose creation failed; its next `up` updates it."""
    code = grpc.StatusCode.UNAVAILABLE
    detail = pb.ErrorResourceInitFailed(
        id=error.identity, properties=_with(inputs, error.outputs), inputs=inputs, reasons=[str(error)]
    )
    packed: Any = status_pb2.Status(code=code.value[0], message=str(error))
    packed.details.add().Pack(detail)
    return _Status(code, str(error), (("grpc-status-details-bin", packed.SerializeToString()),))


@dataclass(frozen=True)
class _Status(grpc.Status):
    code: grpc.StatusCode
    details: str
    trailing_metadata: tuple[tuple[str, bytes], ...]


def _plain(struct: Struct) -> Properties:
    value: Properties = json_format.MessageToDict(struct)  # type: ignore[no-untyped-call]
    return value


def _with(properties: Struct, outputs: Properties) -> Struct:
    merged = Struct()
    merged.CopyFrom(properties)
    merged.update(outputs)
    return merged
