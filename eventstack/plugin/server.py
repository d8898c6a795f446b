"""The executable `pulumi-resource-eventstack`: serves the engine that started it, and ends with it.

The engine passes its address, reads the port from standard output, and says goodbye with SIGINT. It may also be
killed without a word; each plugin is in a process group of its own, which then lives on, so the parent is watched.
"""

import os

# Before anything slow: a parent that dies during the imports below must not be mistaken for init.
_PARENT = os.getppid()

import asyncio  # noqa: E402
import signal  # noqa: E402
import sys  # noqa: E402
from concurrent.futures import ThreadPoolExecutor  # noqa: E402

import grpc.aio  # noqa: E402
from pulumi.runtime.proto import provider_pb2_grpc  # noqa: E402

from eventstack.plugin.machines import LocalMachines, Machines  # noqa: E402
from eventstack.plugin.resources import handlers  # noqa: E402
from eventstack.plugin.servicer import Servicer  # noqa: E402
from eventstack.settings import Settings  # noqa: E402

THREADS = 64
"""Of the resources' pool and, apart from it, of the loop: a component's children wait in the second for creates in
the first; one pool for both stands still as soon as it is full of those that wait."""

WATCH_S = 0.25
"""Seconds between two looks at the parent."""

MESSAGE_BYTES = 400 << 20
"""The engine's own limit of one message."""


def main(machines: Machines | None = None) -> None:
    """Serve until told to end; `machines` other than this computer's serve tests."""
    engine = next((argument for argument in sys.argv[1:] if not argument.startswith("-")), "")
    asyncio.run(_serve(engine, machines or LocalMachines(Settings.from_environment(), os.environ)))


async def _serve(engine: str, machines: Machines) -> None:
    loop, ended = asyncio.get_running_loop(), asyncio.Event()
    for number in (signal.SIGINT, signal.SIGTERM):
        loop.add_signal_handler(number, ended.set)
    loop.set_default_executor(ThreadPoolExecutor(THREADS))
    pool = ThreadPoolExecutor(THREADS, thread_name_prefix="resource")
    server = grpc.aio.server(
        options=[
            ("grpc.max_receive_message_length", MESSAGE_BYTES),
            ("grpc.max_send_message_length", MESSAGE_BYTES),
        ]
    )
    servicer = Servicer(handlers(machines), pool, engine)
    provider_pb2_grpc.add_ResourceProviderServicer_to_server(servicer, server)
    port = server.add_insecure_port("127.0.0.1:0")
    await server.start()
    print(port, flush=True)
    watch = asyncio.create_task(_parent_gone(ended))
    await ended.wait()
    watch.cancel()
    # Calls in flight can't be taken back and nobody is left to hear of them; waiting for them costs the engine 5 s.
    os._exit(0)


async def _parent_gone(ended: asyncio.Event) -> None:
    while os.getppid() == _PARENT:  # noqa: ASYNC110 - nothing tells of a parent's end but looking
        await asyncio.sleep(WATCH_S)
    ended.set()


if __name__ == "__main__":
    main()
