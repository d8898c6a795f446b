"""Whether somebody listens on a port of this machine: how a part is known to be ready."""

import socket
from pathlib import Path
from urllib.parse import urlsplit

_PATIENCE_S = 0.5


def port_of(address: str) -> int:
    """The port of an address such as `udp://127.0.0.1:20001`; raises ValueError when it names none."""
    port = urlsplit(address).port
    if port is None:
        raise ValueError(f"no port in {address!r}")
    return port


def udp_bound(port: int) -> bool:
    """Whether a UDP socket (SRT's too) holds the port; looked up, because trying to bind it could take it away."""
    wanted = f":{port:04X}"
    tables = [table for name in ("udp", "udp6") if (table := Path("/proc/net") / name).exists()]
    return any(line.split()[1].endswith(wanted) for table in tables for line in table.read_text().splitlines()[1:])


def tcp_answers(port: int) -> bool:
    """Whether a server accepts connections on the loopback's port."""
    try:
        with socket.create_connection(("127.0.0.1", port), timeout=_PATIENCE_S):
            return True
    except OSError:
        return False
