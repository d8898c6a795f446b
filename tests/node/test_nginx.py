"""The web servers: their configurations as text, and the real nginx under them."""

import json
import subprocess
import threading
import time
import urllib.error
import urllib.request
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import NamedTuple

import pytest

from eventstack.errors import ConfigError
from eventstack.node import binaries, config, nginx, traffic
from tests.node.workbench import Bench

TALK = "talk-20261122t1800"


class Answer(NamedTuple):
    status: int
    headers: dict[str, str]
    body: bytes


def ask(url: str, *, token: str = "", method: str = "GET", data: bytes | None = None) -> Answer:
    headers = {"Authorization": f"Bearer {token}"} if token else {}
    request = urllib.request.Request(url, headers=headers, method=method, data=data)
    try:
        with urllib.request.urlopen(request, timeout=5) as answer:
            return Answer(answer.status, dict(answer.headers), answer.read())
    except urllib.error.HTTPError as refusal:
        with refusal:
            return Answer(refusal.code, dict(refusal.headers), refusal.read())


def test_workers_stay_root_when_nginx_is_started_by_root() -> None:
    assert "user root;" in nginx.origin(8000, "/data", superuser=True)
    assert "user " not in nginx.origin(8000, "/data", superuser=False).replace("user_agent", "")


def test_a_path_with_spaces_is_one_word() -> None:
    assert 'root "/my data/\\"live\\"";' in nginx.origin(8000, '/my data/"live"', superuser=False)


def test_the_access_log_holds_no_query_and_no_header_with_a_credential() -> None:
    written = set(nginx.LOG_FIELDS.values())
    assert not written & {"$request_uri", "$request", "$args", "$query_string", "$http_authorization", "$http_cookie"}


def test_traffic_counts_sessions_and_hits_of_the_last_seconds_only() -> None:
    line = {"t": "1000.0", "client": "127.0.0.1", "agent": "p", "session": "", "uri": "/t/live/v.m3u8", "port": "80"}
    line |= {"status": "200", "bytes": "1250", "cache": "HIT", "time_s": "0.1", "method": "GET"}
    changes: list[dict[str, str]] = [
        {},
        {"session": "a"},
        {"cache": "MISS"},
        {"t": "980"},
        {"port": "81"},
        {"status": "404"},
    ]
    lines = [json.dumps(line | change) for change in changes]
    figures = traffic.summary([*lines, '{"t": "10'], 1001.0, 80)
    assert (figures["viewers"], figures["requests"], figures["errors"]) == (2, 4, 1)
    assert (figures["hits"], figures["hit_ratio"], figures["sent_bps"]) == (3, 0.75, 4000)


@pytest.mark.parametrize("name", ["../talk", "Talk", "a b", "", "-talk", "keys", "vod"])
def test_an_entry_needs_the_plain_name_of_an_occurrence(name: str) -> None:
    from eventstack.node.parts.edge_entry import checked

    with pytest.raises(ConfigError, match="occurrence"):
        checked(name)


class KeyService(BaseHTTPRequestHandler):
    def do_GET(self) -> None:
        self.answer(b"0123456789abcdef" if self.path == "/keys/11" else b"")

    def do_POST(self) -> None:
        self.answer(self.rfile.read(int(self.headers["Content-Length"])))

    def answer(self, body: bytes) -> None:
        self.send_response(200)
        self.send_header("Access-Control-Allow-Origin", "*")
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, *args: object) -> None:
        """Keep quiet."""


class Web(NamedTuple):
    bench: Bench
    root: Path

    @property
    def token(self) -> str:
        return Path(self.bench.outputs["edge"]["preview_credential_file"]).read_text().strip()

    @property
    def address(self) -> str:
        return str(self.bench.outputs["edge"]["address"])


@pytest.fixture(scope="module")
def web(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Web]:
    """An origin with one cell, an archive with one recording, an edge with one entry; a space in their path."""
    server = ThreadingHTTPServer(("127.0.0.1", 0), KeyService)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    node = tmp_path_factory.mktemp("my nodes") / "local.stage.i1.foundation"
    root = node / "root"
    for name in ("cells/v/1.m4s", "live/master.m3u8", "lineup/master.m3u8", "live/manifest.mpd", "secret.txt"):
        (root / name).parent.mkdir(parents=True, exist_ok=True, mode=0o700)
        (root / name).write_text(name)
    bench = Bench(node)
    try:
        origin = bench.prepare("origin", config.Origin(root=str(root)))
        archive = bench.prepare("archive", config.Archive())
        recording = bench.prepare("recording", config.Recording(archive=archive["address"], occurrence=TALK))
        for name in ("master.m3u8", "keys.jwe"):
            (Path(recording["directory"]) / name).write_text(name)
        keys = f"http://127.0.0.1:{server.server_port}"
        edge = bench.prepare("edge", config.Edge(keys=keys, archive=archive["address"]))
        for kind in ("origin", "archive", "edge"):
            bench.start(kind)
        bench.prepare("edge-entry", config.EdgeEntry(edge=edge["address"], occurrence=TALK, origin=origin["address"]))
        yield Web(bench, root)
    finally:
        bench.close()
        server.shutdown()
        server.server_close()


@pytest.mark.chain
@pytest.mark.parametrize("kind", ["origin", "archive", "edge"])
def test_nginx_accepts_the_configuration(web: Web, kind: str) -> None:
    directory = web.bench.directory(kind)
    check = [*nginx.command(binaries.nginx(), directory), "-t"]
    run = subprocess.run(check, check=False, capture_output=True, timeout=10, text=True)
    log = (directory / "error.log").read_text() if (directory / "error.log").exists() else ""
    assert run.returncode == 0, run.stderr + log
    assert "[warn]" not in run.stderr + log


@pytest.mark.chain
def test_an_edge_without_a_key_service_serves_clear_events(tmp_path: Path) -> None:
    bench = Bench(tmp_path / "local.stage.i1.foundation")
    try:
        archive = bench.prepare("archive", config.Archive())
        edge = bench.prepare("edge", config.Edge(keys="", archive=archive["address"]))
        bench.start("edge")
        assert ask(f"{edge['address']}/time").status == 200
        assert ask(f"{edge['address']}/licence", method="POST", data=b"{}").status == 404
    finally:
        bench.close()


@pytest.mark.chain
def test_the_public_sees_an_event_only_while_it_is_published(web: Web) -> None:
    playlist = web.bench.outputs["edge-entry"]["hls"]
    hidden = ask(playlist)
    assert (hidden.status, hidden.headers["Cache-Control"]) == (404, "no-store")
    assert web.bench.verb("edge-entry", "publish") == {"published": True}
    assert ask(playlist).body == b"live/master.m3u8"
    assert ask(f"{web.address}/{TALK}/cells/v/1.m4s").status == 200
    assert ask(f"{web.address}/{TALK}/lineup/master.m3u8").status == 404
    assert web.bench.health("edge")["published"] == [TALK]
    assert web.bench.verb("edge-entry", "unpublish") == {"published": False}
    assert ask(playlist).status == 404
    assert ask(f"{web.address}/{TALK}/cells/v/1.m4s").status == 404


@pytest.mark.chain
def test_the_line_up_opens_with_the_token_alone(web: Web) -> None:
    playlist = web.bench.outputs["edge-entry"]["preview_hls"]
    assert ask(playlist).status == 401
    assert ask(playlist, token=web.token.swapcase()).status == 401
    assert ask(playlist, token=web.token).body == b"lineup/master.m3u8"


@pytest.mark.chain
def test_the_second_viewer_is_served_by_the_cache(web: Web) -> None:
    web.bench.verb("edge-entry", "publish")
    cell = web.root / "cells" / "v" / f"{time.monotonic_ns()}.m4s"
    cell.write_text("a cell")
    answers = [ask(f"{web.address}/{TALK}/cells/v/{cell.name}") for _ in range(2)]
    assert [answer.headers["X-Cache"] for answer in answers] == ["MISS", "HIT"]
    assert answers[1].headers["Content-Type"] == "video/iso.segment"
    assert answers[1].headers["Cache-Control"] == "public, max-age=31536000, immutable"
    figures = web.bench.health("edge")
    assert figures["hits"] >= 1
    assert figures["viewers"] == 1


@pytest.mark.chain
def test_a_manifest_is_fetched_anew_after_a_second_at_most(web: Web) -> None:
    web.bench.verb("edge-entry", "publish")
    answer = ask(web.bench.outputs["edge-entry"]["dash"])
    assert answer.headers["Content-Type"] == "application/dash+xml"
    assert answer.headers["Cache-Control"] == "public, max-age=1"


@pytest.mark.chain
def test_a_former_entry_of_the_same_name_leaves_nothing_in_the_cache(web: Web) -> None:
    web.bench.verb("edge-entry", "publish")
    cell = web.root / "cells" / "v" / "init.mp4"
    cell.write_text("old keys")
    assert ask(f"{web.address}/{TALK}/cells/v/init.mp4").body == b"old keys"
    kept = web.bench.configs["edge-entry"]
    from eventstack.node.parts import PARTS

    PARTS["edge-entry"].remove(kept, web.bench.place("edge-entry"))
    (web.bench.directory("edge-entry") / "entry").unlink()
    cell.write_text("new keys")
    web.bench.prepare("edge-entry", kept)
    assert ask(f"{web.address}/{TALK}/cells/v/init.mp4").status == 404
    web.bench.verb("edge-entry", "publish")
    assert ask(f"{web.address}/{TALK}/cells/v/init.mp4").body == b"new keys"


@pytest.mark.chain
def test_licences_and_keys_pass_uncached(web: Web) -> None:
    assert ask(f"{web.address}/licence", method="POST", data=b"{}").body == b"{}"
    answer = ask(f"{web.address}/keys/11")
    assert (answer.body, answer.headers["X-Cache"]) == (b"0123456789abcdef", "NONE")


@pytest.mark.chain
def test_recordings_are_served_without_what_lies_beside_them(web: Web) -> None:
    assert ask(f"{web.address}/vod/{TALK}/master.m3u8").body == b"master.m3u8"
    assert ask(f"{web.address}/vod/{TALK}/keys.jwe").status == 404
    assert ask(f"{web.bench.outputs['origin']['address']}/secret.txt").status == 404


@pytest.mark.chain
def test_players_of_any_site_are_let_in(web: Web) -> None:
    answer = ask(f"{web.address}/licence", method="OPTIONS")
    assert (answer.status, answer.headers["Access-Control-Allow-Origin"]) == (204, "*")
    licence = ask(f"{web.address}/licence", method="POST", data=b"{}")
    assert licence.headers["Access-Control-Allow-Origin"] == "*"
    assert ask(f"{web.address}/nowhere").headers["Access-Control-Allow-Origin"] == "*"


@pytest.mark.chain
def test_the_time_is_told_in_utc(web: Web) -> None:
    from datetime import UTC, datetime

    for address, token in ((web.address, ""), (web.bench.outputs["edge"]["preview_address"], web.token)):
        told = datetime.fromisoformat(ask(f"{address}/time", token=token).body.decode())
        assert abs((datetime.now(UTC) - told).total_seconds()) < 3
