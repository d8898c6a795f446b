"""Asks a fake cloud over the wire as an engine would, without one."""

import contextlib
from collections.abc import Iterator
from concurrent.futures import Future, ThreadPoolExecutor
from typing import Any

import grpc
from google.protobuf.struct_pb2 import Struct
from pulumi.runtime.proto import provider_pb2, provider_pb2_grpc

from eventstack.testing.fake_cloud import FakeCloud

TYPE = "aws:medialive/channel:Channel"


class Asking:
    """One connection. Calls return the answer, or raise `grpc.RpcError`."""

    def __init__(self, cloud: FakeCloud) -> None:
        self.channel = grpc.insecure_channel(f"127.0.0.1:{cloud.port}")
        self.stub = provider_pb2_grpc.ResourceProviderStub(self.channel)
        self.threads = ThreadPoolExecutor(4)

    def create(self, name: str, inputs: dict[str, Any] | None = None, *, of_type: str = TYPE) -> Any:
        return self.stub.Create(
            provider_pb2.CreateRequest(urn=urn(name, of_type), name=name, type=of_type, properties=struct(inputs))
        )

    def created_soon(self, name: str) -> "Future[Any]":
        return self.threads.submit(self.create, name)

    def update(self, identity: str, inputs: dict[str, Any], *, of_type: str = TYPE) -> Any:
        name = identity.rsplit("-", 1)[0]
        return self.stub.Update(
            provider_pb2.UpdateRequest(
                id=identity, urn=urn(name, of_type), name=name, type=of_type, news=struct(inputs)
            )
        )

    def delete(self, identity: str, *, of_type: str = TYPE) -> Any:
        name = identity.rsplit("-", 1)[0]
        return self.stub.Delete(
            provider_pb2.DeleteRequest(id=identity, urn=urn(name, of_type), name=name, type=of_type)
        )

    def read(self, identity: str) -> Any:
        return self.stub.Read(provider_pb2.ReadRequest(id=identity, name=identity, type=TYPE))

    def die(self) -> None:
        """Go without a word."""
        self.channel.close()
        self.threads.shutdown(wait=True)


@contextlib.contextmanager
def asking(cloud: FakeCloud) -> Iterator[Asking]:
    one = Asking(cloud)
    try:
        yield one
    finally:
        one.die()


def struct(values: dict[str, Any] | None) -> Any:
    made = Struct()
    made.update(values or {})
    return made


def urn(name: str, of_type: str = TYPE) -> str:
    return f"urn:pulumi:talk-i1::eventstack-event::{of_type}::{name}"
