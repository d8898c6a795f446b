"""A recording read and served after its event is gone; one test with real, encrypted media."""

import json
import subprocess
from collections.abc import AsyncIterator
from pathlib import Path
from urllib.parse import urljoin
from xml.etree import ElementTree as ET

import m3u8
import pytest
from aiohttp import ClientSession
from click.testing import CliRunner

from eventstack.cli.vod import command
from eventstack.errors import ConfigError, StoreError
from eventstack.media import clearkey, dash
from eventstack.media import recording as form
from eventstack.node import binaries, keystore, ondemand, secrets_file
from eventstack.node.keystore import ContentKey
from eventstack.node.programme import Marks, Span
from eventstack.node.publishing import Publication
from eventstack.vod import record, serve
from tests.media import chain
from tests.media.conftest import real_runs  # noqa: F401 - a fixture
from tests.node import event
from tests.node.event import GRID, Packager, at

OCCURRENCE = "talk-20261122t1800"


def archived(home: Path, *, protected: bool = True, runs: Path | None = None) -> Path:
    """A closed recording of four cells with its sealed keys; gives its directory."""
    config = event.publisher(home, protected=protected)
    if runs is None:
        packager = Packager(home, protected=protected)
        for number in range(100, 104):
            packager.make(number)
    else:
        (home / "packager" / "runs").mkdir(parents=True)
        (home / "packager" / "runs" / "0").symlink_to(runs)
    directory = Path(config.recording)
    one = Publication(config, GRID, home / "root", directory)
    one.marks = Marks().opened(100)
    assert one.step(at(104))
    one.write_manifests(at(104))
    assert ondemand.close(directory, config, GRID, Marks(spans=(Span(start=100, end=104),)), end=104)
    seal_key = keystore.read_seal_key(event.place(home, "keys").seal_key)
    keys = [ContentKey(OCCURRENCE, label, chain.KIDS[label], bytes.fromhex(chain.KEYS[label])) for label in chain.KIDS]
    secrets_file.write_private(directory / form.KEYS, keystore.seal(keys, seal_key))
    return directory


@pytest.fixture
async def served(tmp_path: Path) -> AsyncIterator[str]:
    directory = archived(tmp_path)
    async with serve.serving(directory, seal_key=tmp_path / "seal.key") as address:
        yield address


async def fetch(address: str) -> tuple[int, bytes]:
    async with ClientSession() as client, client.get(address) as answer:
        return answer.status, await answer.read()


def test_a_recording_knows_its_files_and_its_keys(tmp_path: Path) -> None:
    found = record.read(archived(tmp_path))
    assert found.record.numbers() == (100, 101, 102, 103)
    assert found.absent() == ()
    assert found.protected
    assert {key.label: key.kid for key in found.keys(tmp_path / "seal.key")} == found.record.kids
    found.segment("v1", 102).unlink()
    assert found.absent() == (found.segment("v1", 102),)


def test_a_directory_without_a_recording_is_refused(tmp_path: Path) -> None:
    with pytest.raises(ConfigError, match="no recording"):
        record.read(tmp_path)


def test_cells_that_no_record_names_are_told_as_not_closed(tmp_path: Path) -> None:
    directory = archived(tmp_path)
    found = record.read(directory)
    assert found.unclosed() == 0
    for number in (104, 105):
        (directory / "v1" / f"{number}.m4s").write_bytes(b"")
    assert found.unclosed() == 2


def test_a_recording_that_was_never_closed_is_wrong_and_says_how_much_there_is(tmp_path: Path) -> None:
    directory = archived(tmp_path)
    (directory / form.FILE).unlink()
    run = CliRunner().invoke(command, ["check", str(directory), "--json"])
    assert run.exit_code == 1
    document = json.loads(run.output)
    assert not document["ok"]
    assert document["findings"][0]["detail"].startswith("4 cells recorded and not closed")
    with pytest.raises(ConfigError, match="4 cells recorded and not closed"):
        record.read(directory)


def test_a_closed_recording_with_cells_of_another_programme_is_wrong_too(tmp_path: Path) -> None:
    directory = archived(tmp_path, protected=False)
    (directory / "v1" / "104.m4s").write_bytes(b"")
    run = CliRunner().invoke(command, ["check", str(directory), "--json"])
    findings = {finding["name"]: finding["detail"] for finding in json.loads(run.output)["findings"]}
    assert findings["closed"].startswith("1 cells recorded and not closed")
    assert run.exit_code == 1


def test_a_record_that_is_not_ours_is_refused(tmp_path: Path) -> None:
    (tmp_path / "vod.json").write_text('{"format": 1}')
    with pytest.raises(ConfigError, match="occurrence"):
        record.read(tmp_path)


@pytest.mark.parametrize(
    ("field", "value"),
    [
        ("format", 2),
        ("occurrence", "../{x"),
        ("segment", "1/0"),
        ("segment", "1e999"),
        ("duration", "abc"),
        ("kids", {"audio": "zz"}),
    ],
)
def test_a_record_with_a_damaged_value_is_refused_by_its_name(tmp_path: Path, field: str, value: object) -> None:
    path = archived(tmp_path) / form.FILE
    path.write_text(json.dumps({**json.loads(path.read_text()), field: value}))
    with pytest.raises(ConfigError, match=field):
        record.read(path.parent)


async def test_a_damaged_manifest_is_served_as_it_is(tmp_path: Path) -> None:
    directory = archived(tmp_path)
    (directory / "manifest.mpd").write_text("<MPD")
    async with serve.serving(directory, seal_key=tmp_path / "seal.key") as address:
        assert await fetch(f"{address}/vod/{OCCURRENCE}/manifest.mpd") == (200, b"<MPD")


async def test_it_is_laid_out_as_at_the_edge(served: str) -> None:
    status, master = await fetch(f"{served}/vod/{OCCURRENCE}/master.m3u8")
    assert status == 200
    for entry in m3u8.loads(master.decode()).playlists:
        address = urljoin(f"{served}/vod/{OCCURRENCE}/master.m3u8", str(entry.uri))
        text = (await fetch(address))[1].decode()
        for segment in m3u8.loads(text).segments:
            assert (await fetch(urljoin(address, str(segment.uri))))[0] == 200
        identity = next(line for line in text.splitlines() if "identity" in line).split('URI="')[1].split('"')[0]
        assert (await fetch(urljoin(address, identity))) == (200, bytes.fromhex(chain.KEYS["video"]))


async def test_its_licences_come_from_where_it_is_served(served: str) -> None:
    root = ET.fromstring((await fetch(f"{served}/vod/{OCCURRENCE}/manifest.mpd"))[1])
    assert {element.text for element in root.iter(dash.LAURL)} == {f"{served}/licence"}
    kids = tuple(chain.KIDS.values())
    async with ClientSession() as client, client.post(f"{served}/licence", data=clearkey.request(kids)) as answer:
        keys = clearkey.parse_licence(await answer.read())
    assert keys == {chain.KIDS[label]: bytes.fromhex(chain.KEYS[label]) for label in chain.KIDS}


@pytest.mark.parametrize("path", ["keys.jwe", "../seal.key", "%2e%2e/%2e%2e/seal.key", "v1/999.m4s", "v1"])
async def test_nothing_but_the_programme_is_served(served: str, path: str) -> None:
    assert (await fetch(f"{served}/vod/{OCCURRENCE}/{path}"))[0] == 404


def test_a_seal_key_of_another_machine_is_refused(tmp_path: Path) -> None:
    directory = archived(tmp_path)
    (tmp_path / "seal.key").write_text("b" * 43)
    with pytest.raises(StoreError):
        serve.application(directory, tmp_path / "seal.key")


async def test_without_the_seal_key_there_are_no_licences(tmp_path: Path) -> None:
    async with serve.serving(archived(tmp_path)) as address:
        assert (await fetch(f"{address}/vod/{OCCURRENCE}/master.m3u8"))[0] == 200
        assert (await fetch(f"{address}/keys/{chain.KIDS['video']}"))[0] == 404


@pytest.mark.chain
async def test_a_real_recording_decodes_with_its_licence_and_with_no_other_key(
    tmp_path: Path,
    real_runs: Path,  # noqa: F811 - the fixture
) -> None:
    directory = archived(tmp_path, runs=real_runs / "cenc")
    async with serve.serving(directory, seal_key=tmp_path / "seal.key") as address:
        base = f"{address}/vod/{OCCURRENCE}/v1"
        media = b"".join([(await fetch(f"{base}/{name}"))[1] for name in ("init.mp4", "100.m4s", "101.m4s")])
        kid = record.read(directory).record.kids["video"]
        key = (await fetch(f"{address}/keys/{kid}"))[1]
    (tmp_path / "media.mp4").write_bytes(media)
    assert decoded(tmp_path / "media.mp4", key) == 96
    assert decoded(tmp_path / "media.mp4", bytes(16)) < 96


def decoded(media: Path, key: bytes) -> int:
    """Pictures that decode without a fault; the key is the tests' own."""
    done = subprocess.run(
        [
            *[str(binaries.ffmpeg()), "-nostdin", "-v", "error", "-xerror", "-err_detect", "explode"],
            *["-decryption_key", key.hex(), "-i", str(media)],
            *["-f", "framemd5", "-"],
        ],
        capture_output=True,
        timeout=30,
        check=False,
    )
    return sum(1 for line in done.stdout.splitlines() if line and not line.startswith(b"#"))
