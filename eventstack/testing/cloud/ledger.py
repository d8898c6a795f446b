"""Every request in order, kept in memory and, line by line, in a file that outlives the process.

A line says one thing of one request: asked, struck, gone or answered. So a file that ends in the middle still tells how
far each request came. It holds names and times, no values.
"""

import itertools
import json
import os
import threading
import time
from collections.abc import Callable, Iterable
from dataclasses import replace
from pathlib import Path
from typing import Any

import msgspec

from eventstack.testing.cloud.records import Asked, Request


class Ledger:
    """The writing end; safe to share between threads."""

    def __init__(self, path: Path, clock: Callable[[], float] = time.time) -> None:
        self._file = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_APPEND, 0o600)
        self._clock = clock
        self._lock = threading.RLock()
        self._numbers = itertools.count(1)
        self._requests: dict[int, Request] = {}

    def asked(self, asked: Asked, caller: str) -> int:
        """Enter a new request; gives its number."""
        with self._lock:
            number = next(self._numbers)
        self._enter(
            number,
            "asked",
            op=asked.op,
            type=asked.type,
            name=asked.name,
            urn=asked.urn,
            id=asked.id,
            fields=sorted(asked.inputs),
            caller=caller,
        )
        return number

    def struck(self, number: int, identity: str) -> None:
        """Its side effect happened, to the thing of that id."""
        self._enter(number, "struck", id=identity)

    def gone(self, number: int) -> bool:
        """Its caller is lost, unless it was answered before; gives whether it was lost."""
        with self._lock:
            one = self._requests.get(number)
            if one is not None and one.answered_at is None and not one.gone:
                self._enter(number, "gone")
            return number in self._requests and self._requests[number].gone

    def answered(self, number: int, error: str = "") -> None:
        """It was answered, with that kind of error or well."""
        self._enter(number, "answered", error=error)

    def request(self, number: int) -> Request:
        """One request as it is now."""
        with self._lock:
            return self._requests[number]

    def requests(self) -> list[Request]:
        """All requests in order."""
        with self._lock:
            return [self._requests[number] for number in sorted(self._requests)]

    def forget(self) -> None:
        """Begin anew; the file keeps what it has, numbers go on."""
        with self._lock:
            self._requests = {}

    def _enter(self, number: int, what: str, **more: Any) -> None:
        line = {"number": number, "what": what, "at": self._clock(), **more}
        with self._lock:
            os.write(self._file, json.dumps(line).encode() + b"\n")
            os.fsync(self._file)
            apply(self._requests, line)


def read(path: Path) -> list[Request]:
    """The requests of a ledger's file, also of one whose process is gone; a line cut off in the middle is left out."""
    requests: dict[int, Request] = {}
    for line in _whole(path.read_bytes().split(b"\n")[:-1]):
        apply(requests, line)
    return [requests[number] for number in sorted(requests)]


def apply(requests: dict[int, Request], line: dict[str, Any]) -> None:
    """Take one line into the requests."""
    number, what, at = line["number"], line["what"], line["at"]
    more = {key: value for key, value in line.items() if key not in ("number", "what", "at")}
    if what == "asked":
        requests[number] = msgspec.convert({"number": number, "asked_at": at, **more}, Request)
    elif number in requests:
        requests[number] = replace(requests[number], **{f"{what}_at": at, **more})


def _whole(lines: Iterable[bytes]) -> Iterable[dict[str, Any]]:
    for line in lines:
        try:
            yield json.loads(line)
        except ValueError:
            continue
