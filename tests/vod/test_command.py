"""`eventstack vod` on a recording as a publisher leaves it: by directory or by occurrence, with sealed keys."""

import base64
import json
import os
import shutil
import signal
import subprocess
import sys
import urllib.request
from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path

import pytest
from click.testing import CliRunner

from eventstack.cli.vod import command
from eventstack.errors import ConfigError, StoreError
from eventstack.media.grid import rfc3339
from eventstack.media.recording import FILE, KEYS, RecordedTrack, VodRecord, encode
from eventstack.node.keystore import ContentKey, seal
from tests.probes import material as media
from tests.probes.chain import EPOCH, Chain
from tests.probes.material import CELLS, END, FIRST, TRACKS, Material

pytestmark = pytest.mark.chain

Get = Callable[..., Material]
SEAL_KEY = bytes(range(32))


def record(material: Material, directory: Path) -> Path:
    """A closed recording of the material."""
    for track in TRACKS:
        shutil.copytree(material.folder / track, directory / track)
    chain = Chain(material, lambda: datetime.now(UTC), vod=True, ended=True)
    for name in ("master.m3u8", "manifest.mpd", *(f"{track}.m3u8" for track in TRACKS)):
        (directory / name).write_text(chain.document(name, cells=""))
    tracks = tuple(
        RecordedTrack(
            name=track,
            kind="audio" if track == "sound" else "video",
            label=media.label(track),
            codec="",
            timescale=90000,
            bandwidth=1,
            size=1,
        )
        for track in TRACKS
    )
    programme = VodRecord(
        occurrence="talk",
        title="A talk",
        tracks=tracks,
        first_cell=FIRST,
        end_cell=END,
        cells=CELLS,
        missing=(),
        segment="48/25",
        epoch=rfc3339(EPOCH),
        programme_start=rfc3339(EPOCH),
        duration="288/25",
        kids={label: kid for label, (kid, _) in media.KEYS.items()} if material.keys else {},
        scheme="cenc" if material.keys else "",
    )
    (directory / FILE).write_bytes(encode(programme))
    keys = [ContentKey("talk", label, kid, bytes.fromhex(key)) for label, (kid, key) in media.KEYS.items()]
    if material.keys:
        (directory / KEYS).write_text(seal(keys, SEAL_KEY))
    return directory


@pytest.fixture
def clear(material: Get, home: Path) -> Path:
    return record(material(), home / "data" / "archive" / "talk")


@pytest.fixture
def protected(material: Get, home: Path) -> Path:
    state = home / "state"
    state.mkdir(parents=True)
    (state / "seal.key").touch(mode=0o600)
    (state / "seal.key").write_text(base64.urlsafe_b64encode(SEAL_KEY).rstrip(b"=").decode())
    return record(material(protected=True), home / "data" / "archive" / "talk")


def test_a_recording_is_checked_by_its_directory(clear: Path) -> None:
    run = CliRunner().invoke(command, ["check", str(clear), "--json"])
    assert run.exit_code == 0, run.output
    document = json.loads(run.output)
    assert (document["ok"], document["recording"]) == (True, str(clear))
    assert [finding["name"] for finding in document["findings"]] == ["complete", "duration", "dash", "keys", "decode"]


def test_a_recording_is_checked_by_its_occurrence_with_the_keys_sealed_beside_it(protected: Path) -> None:
    run = CliRunner().invoke(command, ["check", "talk"])
    assert run.exit_code == 0, run.output
    assert "no gap" in run.output
    assert "2 keys licensed" in run.output
    assert "another key gives nothing that plays" in run.output
    for _, key in media.KEYS.values():
        assert key not in run.output


def test_a_recording_with_a_hole_is_wrong(clear: Path) -> None:
    (clear / "v360" / f"{FIRST + 1}.m4s").unlink()
    run = CliRunner().invoke(command, ["check", str(clear)])
    assert run.exit_code == 1
    assert "wrong" in run.output


def test_a_protected_recording_without_its_seal_key_says_what_is_missing(protected: Path, home: Path) -> None:
    (home / "state" / "seal.key").unlink()
    with pytest.raises(StoreError, match=r"seal\.key"):
        CliRunner().invoke(command, ["check", "talk"], catch_exceptions=False)


def test_what_is_no_recording_is_bad_input(home: Path) -> None:
    with pytest.raises(ConfigError, match="no recording"):
        CliRunner().invoke(command, ["check", "nothing"], catch_exceptions=False)


def test_a_recording_is_served_until_it_is_interrupted(clear: Path) -> None:
    serving = subprocess.Popen(  # a runner in the background of a shell ignores SIGINT, and so would its children
        ["env", "--default-signal=INT", sys.executable, "-u", "-m", "eventstack.cli.main", "vod", "serve", str(clear)],
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        env={**os.environ, "PYTHONPATH": os.pathsep.join(sys.path)},
    )
    try:
        assert serving.stdout is not None
        first = serving.stdout.readline().split()
        assert first[0] == "hls", first
        with urllib.request.urlopen(first[1], timeout=10) as answer:
            assert answer.read().startswith(b"#EXTM3U")
        serving.send_signal(signal.SIGINT)
        rest, _ = serving.communicate(timeout=10)
        assert serving.returncode == 0, rest
        assert "Traceback" not in rest
    finally:
        serving.kill()
        serving.wait()
