"""Free ports of the loopback, chosen once and written down, so that an address stays what the outputs said it is.

They come from below the kernel's range for outgoing connections (32768 and up on Linux), so that no client of
another program takes one while its part restarts. Nodes of one installation choose one after the other.
"""

import fcntl
import os
import random
import socket
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import msgspec

from eventstack.errors import Final
from eventstack.node.secrets_file import write_private

LOWEST, HIGHEST = 20_000, 31_999
HOST = "127.0.0.1"


def recorded_port(record: Path, name: str, nodes: Path, chance: random.Random | None = None) -> int:
    """The port that `record` (a JSON object of names and ports) holds under `name`, chosen now if it holds none.

    Free for TCP and UDP at this moment and in no other record below `nodes`. Raises Final when none is left.
    """
    with _alone(nodes):
        known = _read(record)
        if name not in known:
            known[name] = _choose(_taken(nodes), chance or random.Random())
            write_private(record, msgspec.json.encode(known).decode())
        return known[name]


@contextmanager
def _alone(nodes: Path) -> Iterator[None]:
    descriptor = os.open(nodes, os.O_RDONLY | os.O_DIRECTORY)
    try:
        fcntl.flock(descriptor, fcntl.LOCK_EX)
        yield
    finally:
        os.close(descriptor)


def _taken(nodes: Path) -> set[int]:
    records = (*nodes.glob("*/ports.json"), *nodes.glob("*/parts/*/ports.json"))
    return {port for record in records for port in _read(record).values()}


def _read(record: Path) -> dict[str, int]:
    try:
        return msgspec.json.decode(record.read_bytes(), type=dict[str, int])
    except (OSError, msgspec.ValidationError, msgspec.DecodeError):
        return {}


def _choose(taken: set[int], chance: random.Random) -> int:
    for port in chance.sample(range(LOWEST, HIGHEST + 1), 500):
        if port not in taken and _free(port):
            return port
    raise Final(f"no free port between {LOWEST} and {HIGHEST} on {HOST}")


def _free(port: int) -> bool:
    for kind in (socket.SOCK_STREAM, socket.SOCK_DGRAM):
        with socket.socket(socket.AF_INET, kind) as trial:
            try:
                trial.bind((HOST, port))
            except OSError:
                return False
    return True
