"""The key service over HTTP, its sealed store, and the part that has an event's keys made."""

import json
import os
import signal
import socket
import subprocess
import sys
import threading
import time
from collections.abc import AsyncIterator, Iterator
from pathlib import Path

import pytest
from aiohttp import ClientSession, web

from eventstack.errors import StoreError
from eventstack.media import clearkey
from eventstack.node import config as configs
from eventstack.node import keystore
from eventstack.node.keystore import ContentKey, Keystore
from eventstack.node.parts import content_key, keys
from tests.node import event

SEAL = "c2VhbCBrZXkgb2YgdGhlIHRlc3RzLCAzMiBieXRlcyE"
TOKEN = "a-token-of-the-tests"
BEARER = {"Authorization": f"Bearer {TOKEN}"}
CONTENT = "talk-20261122t1800"


@pytest.fixture
def seal_key(tmp_path: Path) -> Path:
    path = tmp_path / "seal.key"
    path.write_text(SEAL)
    return path


@pytest.fixture
def store(tmp_path: Path, seal_key: Path) -> Keystore:
    return Keystore(tmp_path / "store.jwe", seal_key)


@pytest.fixture
async def service(tmp_path: Path, store: Keystore) -> AsyncIterator[ClientSession]:
    (tmp_path / "archive" / CONTENT).mkdir(parents=True)
    runner = web.AppRunner(keys.application(store, TOKEN, tmp_path / "archive"))
    await runner.setup()
    site = web.TCPSite(runner, "127.0.0.1", 0)
    await site.start()
    async with ClientSession(f"http://127.0.0.1:{runner.addresses[0][1]}") as client:
        yield client
    await runner.cleanup()


async def made(service: ClientSession, labels: tuple[str, ...] = ("video", "audio")) -> dict[str, str]:
    body = {"content_id": CONTENT, "labels": list(labels)}
    async with service.post("/v1/content", json=body, headers=BEARER) as answer:
        assert answer.status == 200
        kids = (await answer.json())["kids"]
        assert isinstance(kids, dict)
        return kids


def test_a_store_is_read_back_after_a_restart(tmp_path: Path, store: Keystore, seal_key: Path) -> None:
    first = store.ensure("talk", ["video", "audio"])
    again = Keystore(tmp_path / "store.jwe", seal_key)
    assert again.content("talk") == first
    assert again.ensure("talk", ["video"])["video"] == first["video"]


def test_keys_are_never_on_disk_in_clear(tmp_path: Path, store: Keystore) -> None:
    key = store.ensure("talk", ["video"])["video"]
    text = (tmp_path / "store.jwe").read_bytes()
    assert key.key not in text
    assert clearkey.encoded(key.key).encode() not in text
    assert key.key.hex().encode() not in text
    assert (tmp_path / "store.jwe").stat().st_mode & 0o777 == 0o600


def test_a_key_does_not_show_in_its_text() -> None:
    key = ContentKey("talk", "video", "00" * 16, b"secret-key-bytes")
    assert "secret" not in repr(key)
    assert "secret" not in str(key)


def test_another_seal_key_does_not_open_the_store(tmp_path: Path, store: Keystore, seal_key: Path) -> None:
    store.ensure("talk", ["video"])
    seal_key.write_text(SEAL.replace("c2V", "d2V"))
    with pytest.raises(StoreError, match="another seal key"):
        Keystore(tmp_path / "store.jwe", seal_key)


@pytest.mark.parametrize("damage", ["", "e30", "a.b.c.d.e", "{}"])
def test_a_damaged_record_is_refused(damage: str) -> None:
    with pytest.raises(StoreError):
        keystore.unseal(damage, b"k" * 32)


@pytest.mark.parametrize("text", ["", "c2hvcnQ", "not base64!", "é"])
def test_a_seal_key_that_is_none_is_refused(seal_key: Path, text: str) -> None:
    seal_key.write_text(text)
    with pytest.raises(StoreError):
        keystore.read_seal_key(seal_key)


async def test_keys_are_made_once(service: ClientSession) -> None:
    first = await made(service)
    assert set(first) == {"video", "audio"}
    assert await made(service) == first
    more = await made(service, ("video", "hd"))
    assert more["video"] == first["video"]


async def test_the_packager_reads_the_keys_with_the_credential(service: ClientSession, store: Keystore) -> None:
    kids = await made(service)
    async with service.get(f"/v1/content/{CONTENT}", headers=BEARER) as answer:
        found = (await answer.json())["keys"]
    assert {label: entry["kid"] for label, entry in found.items()} == kids
    assert all(bytes.fromhex(entry["key"]) == store.find(entry["kid"]) for entry in found.values())


@pytest.mark.parametrize("headers", [{}, {"Authorization": "Bearer wrong"}, {"Authorization": TOKEN}])
@pytest.mark.parametrize(
    ("method", "path"),
    [
        ("POST", "/v1/content"),
        ("GET", f"/v1/content/{CONTENT}"),
        ("POST", f"/v1/content/{CONTENT}/seal"),
        ("DELETE", f"/v1/content/{CONTENT}"),
    ],
)
async def test_without_the_credential_nothing_private_is_done(
    service: ClientSession, store: Keystore, headers: dict[str, str], method: str, path: str
) -> None:
    await made(service)
    before = store.content(CONTENT)
    async with service.request(method, path, json={}, headers=headers) as answer:
        assert answer.status == 401
        assert "key" not in (await answer.json())
    assert store.content(CONTENT) == before


@pytest.mark.parametrize(
    "body",
    [
        "",
        "[]",
        '{"content_id":"talk"}',
        '{"content_id":"../talk","labels":["video"]}',
        '{"content_id":"talk","labels":[]}',
        '{"content_id":"talk","labels":["Video"]}',
        '{"content_id":"talk","labels":["video"],"more":1}',
    ],
)
async def test_a_malformed_content_is_refused(service: ClientSession, body: str) -> None:
    async with service.post("/v1/content", data=body, headers=BEARER) as answer:
        assert answer.status == 400


async def test_a_player_gets_a_licence_for_the_key_ids_it_asks_for(service: ClientSession, store: Keystore) -> None:
    kids = tuple((await made(service)).values())
    async with service.post("/licence", data=clearkey.request(kids)) as answer:
        assert answer.status == 200
        assert answer.headers["Access-Control-Allow-Origin"] == "*"
        assert answer.headers["Cache-Control"] == "no-store"
        assert clearkey.parse_licence(await answer.read()) == {kid: store.find(kid) for kid in kids}


async def test_an_unknown_key_id_has_no_licence_and_no_key(service: ClientSession) -> None:
    kids = await made(service)
    async with service.post("/licence", data=clearkey.request((kids["video"], "ab" * 16))) as answer:
        assert answer.status == 404
    async with service.get(f"/keys/{'ab' * 16}") as answer:
        assert answer.status == 404


async def test_a_malformed_question_is_answered_400(service: ClientSession) -> None:
    async with service.post("/licence", data=b'{"kids":["short"]}') as answer:
        assert answer.status == 400
    async with service.get("/keys/nonsense") as answer:
        assert answer.status == 400


async def test_hls_players_get_the_raw_key(service: ClientSession, store: Keystore) -> None:
    kid = (await made(service))["video"]
    async with service.get(f"/keys/{kid}") as answer:
        assert await answer.read() == store.find(kid)
        assert answer.headers["Access-Control-Allow-Origin"] == "*"


async def test_browsers_may_ask_from_any_page(service: ClientSession) -> None:
    async with service.options("/licence", headers={"Origin": "http://player.example"}) as answer:
        assert answer.status == 204
        assert "POST" in answer.headers["Access-Control-Allow-Methods"]
        assert "Content-Type" in answer.headers["Access-Control-Allow-Headers"]


async def test_the_sealed_record_holds_this_contents_keys_only(
    tmp_path: Path, service: ClientSession, store: Keystore, seal_key: Path
) -> None:
    kids = await made(service)
    store.ensure("another", ["video"])
    path = tmp_path / "archive" / CONTENT / "keys.jwe"
    async with service.post(f"/v1/content/{CONTENT}/seal", json={"path": str(path)}, headers=BEARER) as answer:
        assert answer.status == 200
    assert {key.label: key.kid for key in keystore.open_record(path, seal_key)} == kids
    assert path.stat().st_mode & 0o777 == 0o600


@pytest.mark.parametrize("path", ["keys.jwe", "/etc/keys.jwe", "{archive}/../keys.jwe", "{archive}/keys.txt"])
async def test_a_record_is_sealed_only_into_the_archive(tmp_path: Path, service: ClientSession, path: str) -> None:
    await made(service)
    target = path.format(archive=tmp_path / "archive")
    async with service.post(f"/v1/content/{CONTENT}/seal", json={"path": target}, headers=BEARER) as answer:
        assert answer.status == 400


async def test_deleted_keys_are_gone_and_a_second_delete_is_fine(service: ClientSession, store: Keystore) -> None:
    kids = await made(service)
    for _ in range(2):
        async with service.delete(f"/v1/content/{CONTENT}", headers=BEARER) as answer:
            assert answer.status == 204
    assert store.find(kids["video"]) is None
    async with service.get(f"/v1/content/{CONTENT}", headers=BEARER) as answer:
        assert answer.status == 404


def _free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
        assert isinstance(port, int)
        return port


@pytest.fixture
def running(tmp_path: Path) -> Iterator[dict[str, str]]:
    """The key service as its supervisor runs it; gives its outputs."""
    part, place = keys.Keys(), event.place(tmp_path, "keys", {"http": _free_port()})
    outputs = part.prepare(configs.Keys(), place)
    launch = part.launch(configs.Keys(), place)
    assert TOKEN not in " ".join(launch.argv)
    environment = {"PATH": os.environ["PATH"], "PYTHONPATH": os.pathsep.join(path for path in sys.path if path)}
    process = subprocess.Popen(launch.argv, cwd=place.directory, env=environment)
    try:
        deadline = time.monotonic() + 15
        while not launch.ready():
            assert time.monotonic() < deadline
            threading.Event().wait(0.05)
        assert part.health(configs.Keys(), place) == {"alive": True}
        yield outputs
    finally:
        process.send_signal(signal.SIGTERM)
        process.wait(10)


def test_an_events_keys_are_made_and_sealed_and_outlive_the_event(tmp_path: Path, running: dict[str, str]) -> None:
    config = configs.ContentKey(
        keys=running["address"],
        credential_file=running["credential_file"],
        content_id=CONTENT,
        labels=("video", "audio"),
        recording=str(tmp_path / "archive" / CONTENT),
    )
    part, place = content_key.ContentKey(), event.place(tmp_path, "content-key")
    outputs = part.prepare(config, place)
    assert part.prepare(config, place) == outputs
    record = Path(outputs["record"])
    assert {key.label: key.kid for key in keystore.open_record(record, place.seal_key)} == outputs["kids"]
    part.remove(config, place)
    assert part.prepare(config, place) == outputs
    assert part.health(config, place) == {"sealed": True}
    sealed = {key.kid for key in keystore.open_record(record, place.seal_key)}
    assert sealed == set(outputs["kids"].values())
    assert json.dumps(outputs).count(TOKEN) == 0


def test_a_wrong_credential_is_an_error_that_says_what_was_refused(tmp_path: Path, running: dict[str, str]) -> None:
    wrong = tmp_path / "wrong"
    wrong.write_text("nothing")
    config = configs.ContentKey(
        keys=running["address"],
        credential_file=str(wrong),
        content_id=CONTENT,
        labels=("video",),
        recording=str(tmp_path / "archive" / CONTENT),
    )
    with pytest.raises(StoreError, match="401 to POST /v1/content"):
        content_key.ContentKey().prepare(config, event.place(tmp_path, "content-key"))


def test_an_absent_key_service_is_an_error(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(content_key, "PATIENCE_S", 0.2)
    config = configs.ContentKey(
        keys=f"http://127.0.0.1:{_free_port()}",
        credential_file=str(event.place(tmp_path, "keys").secret("credential")),
        content_id=CONTENT,
        labels=("video",),
        recording=str(tmp_path / "archive" / CONTENT),
    )
    with pytest.raises(StoreError, match="can't be reached"):
        content_key.ContentKey().prepare(config, event.place(tmp_path, "content-key"))
