"""What gates rely on: a probe gives a value in time, whatever it meets.

```python
class TestMyProbe(ProbeContract):
    @pytest.fixture
    def probe(self) -> Probe: ...
```
"""

import asyncio
import contextlib
import json
import socketserver
import threading
import time
from collections.abc import Iterator
from dataclasses import replace

import pytest

from eventstack.probes.probe import HOPS, Probe, ProbeResult, Targets

PATIENCE_S = 5.5
"""Five seconds are promised; the rest is for the machine that runs the test."""


def _http(body: bytes, *, status: str = "200 OK", headers: str = "", length: int | None = None) -> bytes:
    size = len(body) if length is None else length
    return f"HTTP/1.1 {status}\r\nContent-Length: {size}\r\nConnection: close\r\n{headers}\r\n".encode() + body


ANSWERS = {
    "nothing at all": b"",
    "not HTTP": b"\x16\x03\x01garbage\r\n\r\n",
    "an empty body": _http(b""),
    "a page of a captive portal": _http(b"<html>Please log in</html>", headers="Content-Type: text/html\r\n"),
    "bytes": _http(bytes(range(256)) * 16),
    "JSON cut off": _http(b'{"parts": [{"name": "enc'),
    "JSON null": _http(b"null"),
    "a JSON list": _http(b"[1, 2, 3]"),
    "an empty JSON object": _http(b"{}"),
    "JSON of other types": _http(
        b'{"parts": 7, "health": "good", "cells": {"v1": "many"}, "on_air": [], "measured": null, "keys": 1}'
    ),
    "a node of other types": _http(
        b'{"parts": {"a": {"kind": "encoder", "state": "running", "measured": 7}, "b": {"kind": "packager", '
        b'"state": "running", "measured": []}, "c": {"kind": "receiver", "state": "running", "measured": "x"}}}'
    ),
    "JSON without end": _http(b"[" * 100_000),
    "numbers that are none": _http(b'{"a": NaN, "b": 1e999}'),
    "less than was promised": _http(b"#EXTM3U\n", length=1000),
    "a playlist of nonsense": _http(b"#EXTM3U\n#EXT-X-TARGETDURATION:soon\n#EXTINF:long,\n\n#EXT-X-MAP:URI=\nx\n"),
    "a master without media": _http(b"#EXTM3U\n#EXT-X-STREAM-INF:BANDWIDTH=many\n\n"),
    "a manifest of nonsense": _http(b'<MPD xmlns="urn:mpeg:dash:schema:mpd:2011" type="x"><Period/></MPD>'),
    "XML cut off": _http(b"<MPD><Period"),
    "not found": _http(b"no", status="404 Not Found"),
    "an error of the server": _http(b"no", status="500 Oops"),
    "a redirect to itself": _http(b"", status="302 Found", headers="Location: /\r\n"),
    "a redirect to nowhere": _http(b"", status="302 Found", headers="Location: http://127.0.0.1:1/\r\n"),
    "a redirect to no address": _http(b"", status="302 Found", headers="Location: http://[::\r\n"),
    "compressed by its own word": _http(b"plain", headers="Content-Encoding: gzip\r\n"),
    "an unknown charset": _http(b"text", headers="Content-Type: text/plain; charset=klingon\r\n"),
}
"""What a server may answer to everything, by name, as bytes on the wire."""

ADDRESSES = ("", "nonsense", "http://", "http://127.0.0.1:1/x", "ftp://127.0.0.1/x", "http://127.0.0.1:99999/", "//x")
"""What may stand where an address should."""


class ProbeContract:
    """The promises, one a test."""

    @pytest.fixture
    def probe(self) -> Probe:
        """The probe; override it."""
        raise NotImplementedError("give a fixture `probe`")

    def test_it_looks_at_a_hop_that_everybody_knows(self, probe: Probe) -> None:
        assert probe.hop in HOPS

    @pytest.mark.parametrize("answer", ANSWERS)
    def test_garbage_is_a_broken_hop_and_no_error(self, probe: Probe, answer: str) -> None:
        with answering(ANSWERS[answer]) as base:
            broken(probe, at(base))

    @pytest.mark.parametrize("address", ADDRESSES)
    def test_what_is_no_address_is_a_broken_hop_and_no_error(self, probe: Probe, address: str) -> None:
        targets = replace(at(""), control=address, origin=address, hls=address, dash=address, licence=address)
        broken(probe, targets)

    def test_it_does_not_wait_for_who_never_answers(self, probe: Probe) -> None:
        with answering(None) as base:
            broken(probe, at(base))


def at(base: str) -> Targets:
    """Everything at one server."""
    return Targets(
        control=base,
        control_token="token",
        origin=base,
        hls=f"{base}/master.m3u8",
        dash=f"{base}/manifest.mpd",
        licence=f"{base}/licence",
        renditions=("v1",),
        audio=("a1",),
    )


def broken(probe: Probe, targets: Targets) -> ProbeResult:
    """Look once; the result is whole, bad, and in time."""
    began = time.monotonic()
    result = asyncio.run(_look(probe, targets))
    took_s = time.monotonic() - began
    assert isinstance(result, ProbeResult)
    assert result.hop == probe.hop
    assert not result.ok
    assert result.detail.strip()
    assert "\n" not in result.detail
    assert json.loads(json.dumps(dict(result.measured))) == dict(result.measured)
    assert took_s < PATIENCE_S
    return result


async def _look(probe: Probe, targets: Targets) -> ProbeResult:
    return await probe(targets)


@contextlib.contextmanager
def answering(answer: bytes | None) -> Iterator[str]:
    """A server on the loopback with one answer to everything, or none to anything; gives its address."""
    over = threading.Event()

    class Handler(socketserver.BaseRequestHandler):
        def handle(self) -> None:
            with contextlib.suppress(OSError):
                self.request.recv(65536)
                if answer is None:
                    over.wait()
                else:
                    self.request.sendall(answer)

    class Server(socketserver.ThreadingTCPServer):
        daemon_threads = True

    with Server(("127.0.0.1", 0), Handler) as server:
        thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01}, daemon=True)
        thread.start()
        try:
            yield f"http://127.0.0.1:{server.server_address[1]}"
        finally:
            over.set()
            server.shutdown()
            thread.join()
