"""The fake cloud as a provider of the engine: one server for every provider name, any type, any inputs.

The engine attaches instead of starting a plugin. Secrets arrive unwrapped and are wrapped again by the engine.
"""

from concurrent.futures import ThreadPoolExecutor
from typing import Any

import grpc
from google.protobuf import any_pb2, empty_pb2, struct_pb2
from google.protobuf.json_format import MessageToDict
from google.rpc import status_pb2
from pulumi.runtime.proto import plugin_pb2, provider_pb2, provider_pb2_grpc

from eventstack.testing.cloud.faults import Failure, Lost
from eventstack.testing.cloud.records import Asked, Existing
from eventstack.testing.cloud.service import Caller, Reported, Service

# ruff: noqa: ARG002, N802 - names and arguments are those of the engine's protocol

_messages: Any = struct_pb2
_empties: Any = empty_pb2
_anys: Any = any_pb2
"""Their classes are made at run time, where no type checker sees them."""

VERSION = "999.0.0"
"""Higher than any SDK's, else the engine warns on every operation."""

REPLACES = "place"
"""The input whose change replaces a thing; any other change updates it."""

AT_ONCE = 256
"""Requests that may wait here at the same time, at gates or for their latency."""


def serve(service: Service) -> tuple[Any, int]:
    """Listen on a free port of the loopback; the server and its port."""
    make: Any = grpc.server
    server = make(ThreadPoolExecutor(AT_ONCE), options=[("grpc.max_receive_message_length", 400 << 20)])
    provider_pb2_grpc.add_ResourceProviderServicer_to_server(Provider(service), server)
    port = server.add_insecure_port("127.0.0.1:0")
    server.start()
    return server, port


class Provider(provider_pb2_grpc.ResourceProviderServicer):
    """The engine's protocol, put into requests of the service."""

    def __init__(self, service: Service) -> None:
        self._service = service

    def Handshake(self, request: Any, context: Any) -> Any:
        """Take secrets in clear: the world is plain data."""
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
        """Different inputs are an update, or a replacement."""
        if request.old_inputs == request.news:
            return provider_pb2.DiffResponse(changes=provider_pb2.DiffResponse.DIFF_NONE)
        old, new = _plain(request.old_inputs), _plain(request.news)
        replaces = [REPLACES] if old.get(REPLACES) != new.get(REPLACES) else []
        return provider_pb2.DiffResponse(changes=provider_pb2.DiffResponse.DIFF_SOME, replaces=replaces)

    def Create(self, request: Any, context: Any) -> Any:
        """Make a thing."""
        if request.preview:
            return provider_pb2.CreateResponse(properties=request.properties)
        made = self._answer(self._service.create, _asked("create", request, request.properties), context)
        return provider_pb2.CreateResponse(id=made.id, properties=_outputs(made))

    def Read(self, request: Any, context: Any) -> Any:
        """Say what is shown under an id."""
        shown = self._answer(self._service.read, _asked("read", request), context)
        if shown is None:
            return provider_pb2.ReadResponse()
        return provider_pb2.ReadResponse(id=shown.id, properties=_outputs(shown), inputs=_struct(shown.inputs))

    def Update(self, request: Any, context: Any) -> Any:
        """Give a thing new inputs."""
        if request.preview:
            return provider_pb2.UpdateResponse(properties=request.news)
        made = self._answer(self._service.update, _asked("update", request, request.news), context)
        return provider_pb2.UpdateResponse(properties=_outputs(made))

    def Delete(self, request: Any, context: Any) -> Any:
        """Remove a thing."""
        self._answer(self._service.delete, _asked("delete", request), context)
        return _empties.Empty()

    def Invoke(self, request: Any, context: Any) -> Any:
        """Every function answers with what was scripted for it, else with nothing."""
        asked = Asked("invoke", request.tok, request.tok, inputs=_plain(request.args))
        self._answer(self._service.note, asked, context)
        return provider_pb2.InvokeResponse(**{"return": _struct(self._service.world.answers.get(request.tok, {}))})

    def Cancel(self, request: Any, context: Any) -> Any:
        """The engine takes its leave, also after a success; gates that wait for it open."""
        self._answer(self._service.note, Asked("cancel"), context)
        self._service.faults.cancelled(context.peer())
        return _empties.Empty()

    def _answer(self, serve: Any, asked: Asked, context: Any) -> Any:
        caller = Caller(context.peer(), context.is_active, context.add_callback)
        try:
            return serve(asked, caller)
        except Lost:
            context.abort(grpc.StatusCode.CANCELLED, "the caller is gone")
        except Reported as report:
            _report(context, report)
        except Failure as failure:
            context.abort(grpc.StatusCode[failure.code], str(failure))


def _asked(op: str, request: Any, inputs: Any = None) -> Asked:
    identity = "" if op == "create" else request.id
    return Asked(op, request.type, request.name, request.urn, identity, _plain(inputs) if inputs is not None else {})


def _plain(message: Any) -> dict[str, Any]:
    convert: Any = MessageToDict
    return dict(convert(message))


def _struct(values: dict[str, Any]) -> Any:
    struct = _messages.Struct()
    struct.update(values)
    return struct


def _outputs(existing: Existing) -> Any:
    return _struct({**existing.inputs, **existing.outputs})


def _report(context: Any, report: Reported) -> None:
    """Abort a create whose resource exists: the engine keeps it, with `initErrors`."""
    made, reason = report.existing, str(report)
    detail = _anys.Any()
    detail.Pack(
        provider_pb2.ErrorResourceInitFailed(
            id=made.id, properties=_outputs(made), inputs=_struct(made.inputs), reasons=[reason]
        )
    )
    status: Any = status_pb2.Status(code=grpc.StatusCode.UNKNOWN.value[0], message=reason, details=[detail])
    context.set_trailing_metadata((("grpc-status-details-bin", bytes(status.SerializeToString())),))
    context.abort(grpc.StatusCode.UNKNOWN, reason)
