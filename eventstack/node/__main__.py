"""`python -m eventstack.node DIRECTORY`: supervise the node of that directory until told to end or to leave.

DIRECTORY holds `node.json`. SIGTERM and SIGINT make the supervisor leave; its parts run on and are adopted by the
next one. The exit code is 0 then and after `DELETE /v1/node`, 1 when the node can't be supervised.
"""

import asyncio
import contextlib
import fcntl
import json
import logging
import os
import signal
import sys
from collections.abc import Iterator, Mapping, Sequence
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import msgspec
from aiohttp import web

from eventstack.errors import EventstackError, Refused
from eventstack.node import ports, record
from eventstack.node.control import application
from eventstack.node.part import Part
from eventstack.node.parts import PARTS
from eventstack.node.secrets_file import keep_secret, read_secret
from eventstack.node.supervised import LOG_LIMIT_BYTES, Patience
from eventstack.node.supervisor import Supervisor

_PLAIN = set(logging.makeLogRecord({}).__dict__) | {"message", "asctime", "taskName"}


class _JsonLines(logging.Formatter):
    """One JSON object a line: at, level, what, and whatever the record carries besides."""

    def format(self, record: logging.LogRecord) -> str:
        at = datetime.fromtimestamp(record.created, UTC).isoformat(timespec="milliseconds")
        line = {"at": at.replace("+00:00", "Z"), "level": record.levelname.lower(), "what": record.getMessage()}
        line |= {key: value for key, value in record.__dict__.items() if key not in _PLAIN}
        if record.exc_info:
            line["trace"] = self.formatException(record.exc_info)
        return json.dumps(line, default=str)


def main(arguments: Sequence[str], parts: Mapping[str, Part[Any]] = PARTS, patience: Patience | None = None) -> int:
    """Supervise the node of the one directory that `arguments` name; `parts` is the table of kinds."""
    if len(arguments) != 1:
        print("usage: python -m eventstack.node DIRECTORY", file=sys.stderr)
        return 2
    directory = Path(arguments[0]).resolve()
    try:
        os.chdir(directory)
        os.umask(0o077)
        _log_to(directory / "node.log")
        with _alone(directory):
            asyncio.run(_supervise(directory, parts, patience or Patience()))
    except (EventstackError, OSError) as fault:
        logging.getLogger(__name__).critical("can't supervise", extra={"error": str(fault)})
        print(f"{directory.name}: {fault}", file=sys.stderr)
        return 1
    return 0


async def _supervise(directory: Path, parts: Mapping[str, Part[Any]], patience: Patience) -> None:
    port = ports.recorded_port(directory / "ports.json", "control", directory.parent)
    node = record.read_node(directory)
    if node.port != port:
        record.write(directory, msgspec.structs.replace(node, port=port))
    supervisor = Supervisor(directory, parts, patience)
    loop = asyncio.get_running_loop()
    for number in (signal.SIGTERM, signal.SIGINT):
        loop.add_signal_handler(number, supervisor.ended.set)
    await supervisor.begin()
    runner = web.AppRunner(
        application(supervisor, read_secret(keep_secret(directory / "token"))), access_log=None, shutdown_timeout=2.0
    )
    await runner.setup()
    try:
        await web.TCPSite(runner, ports.HOST, port).start()
        logging.getLogger(__name__).info(
            "supervising", extra={"node": directory.name, "port": port, "pid": os.getpid()}
        )
        await supervisor.ended.wait()
    finally:
        await runner.cleanup()
        await supervisor.leave()


@contextlib.contextmanager
def _alone(directory: Path) -> Iterator[None]:
    descriptor = os.open(directory / "lock", os.O_RDWR | os.O_CREAT, 0o600)
    try:
        try:
            fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError as fault:
            raise Refused(
                f"another supervisor already looks after the node {directory.name}", rule="one supervisor per node"
            ) from fault
        yield
    finally:
        os.close(descriptor)


def _log_to(path: Path) -> None:
    if path.exists() and path.stat().st_size > LOG_LIMIT_BYTES:
        path.replace(path.with_name(f"{path.name}.1"))
    handler = logging.FileHandler(path, encoding="utf-8")
    handler.setFormatter(_JsonLines())
    logging.basicConfig(level=logging.INFO, handlers=[handler], force=True)


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
