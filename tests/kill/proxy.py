"""A provider plugin that hands every call on to a fake cloud: it may be killed, and the cloud lives on.

Started by the engine as `pulumi-resource-fakecloud`; the cloud's port is in `FAKE_CLOUD_PORT`. Like our own plugin it
ends with its parent, and at once when told to.
"""

import os
import signal
import sys
import threading
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import grpc

PARENT = os.getppid()


class HandOn(grpc.GenericRpcHandler):
    """Every method of every service, as bytes, to the other side and back."""

    def __init__(self, channel: grpc.Channel) -> None:
        self.channel = channel

    def service(self, handler_call_details: Any) -> Any:
        call = self.channel.unary_unary(handler_call_details.method)

        def hand_on(request: bytes, context: Any) -> bytes:
            try:
                return call(request)
            except grpc.RpcError as error:
                context.set_trailing_metadata(error.trailing_metadata() or ())
                context.abort(error.code(), error.details())
                raise

        return grpc.unary_unary_rpc_method_handler(hand_on)


def main() -> None:
    channel = grpc.insecure_channel(f"127.0.0.1:{os.environ['FAKE_CLOUD_PORT']}")
    server = grpc.server(ThreadPoolExecutor(64), handlers=[HandOn(channel)])
    port = server.add_insecure_port("127.0.0.1:0")
    server.start()
    ended = threading.Event()
    for number in (signal.SIGINT, signal.SIGTERM):
        signal.signal(number, lambda *_: ended.set())
    print(port, flush=True)
    while not ended.wait(0.1) and os.getppid() == PARENT:
        pass
    sys.stdout.flush()
    os._exit(0)


if __name__ == "__main__":
    main()
