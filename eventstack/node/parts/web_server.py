"""What origin, archive and edge have in common: an nginx of their own in their own directory."""

import os
import resource
from typing import Any

from eventstack.node import binaries, nginx
from eventstack.node.listening import tcp_answers
from eventstack.node.part import Launch, Place
from eventstack.node.secrets_file import private_directory, write_private

_SPARE_FILES = 64


def install(place: Place, configuration: str) -> None:
    """Write the configuration (0600: the edge's holds a token) and make the folders that nginx wants."""
    private_directory(place.directory / nginx.TEMPORARY)
    write_private(place.directory / nginx.CONFIGURATION, configuration)


def superuser() -> bool:
    """Whether nginx will start as root."""
    return os.geteuid() == 0


def connections(wanted: int) -> int:
    """How many connections a worker may hold here: what is wanted, or what the limit of open files allows."""
    limit, _ = resource.getrlimit(resource.RLIMIT_NOFILE)
    if limit == resource.RLIM_INFINITY:
        return wanted
    return max(min(wanted, limit - _SPARE_FILES), _SPARE_FILES)


def launch(place: Place, *ports: str) -> Launch:
    """Run nginx; ready when it answers on every one of the ports, given by name."""
    numbers = [place.port(name) for name in ports]
    return Launch(
        argv=nginx.command(binaries.nginx(), place.directory),
        ready=lambda: all(tcp_answers(number) for number in numbers),
    )


def address(place: Place, port: str) -> str:
    """The address of a port, given by name."""
    return f"http://127.0.0.1:{place.port(port)}"


def no_verb(kind: str, name: str) -> dict[str, Any]:
    """Raises LookupError: this kind of part has no verbs."""
    raise LookupError(f"{kind} has no verb {name!r}")
