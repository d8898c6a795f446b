"""One small event for tests of the publisher: its configuration, and a packager that writes what it is told."""

import json
from collections.abc import Iterable
from datetime import UTC, datetime, timedelta
from pathlib import Path

from eventstack.media.grid import Grid
from eventstack.node import shelf
from eventstack.node.config import Publisher, PublisherDrm, Track
from eventstack.node.part import Place
from eventstack.planning.parts import AudioTrack, Rendition, Segment
from tests.media import boxes

SEGMENT = Segment(duration="48/25", timescale=90000, ticks=172800)
KIDS = {"video": "00112233445566778899aabbccddeeff", "audio": "10112233445566778899aabbccddeeff"}
EPOCH = "2026-11-22T18:00:00Z"
GRID = Grid.of(EPOCH, SEGMENT)
TRACKS = ("v1", "v2", "a1")


def at(cell: float) -> datetime:
    """The moment at which that many cells have passed since the epoch."""
    return GRID.epoch + timedelta(seconds=cell * 1.92)


def tracks() -> tuple[Track, ...]:
    def rendition(name: str, width: int, height: int, bitrate: int) -> Rendition:
        return Rendition(
            name=name,
            codec="avc",
            profile="main",
            width=width,
            height=height,
            frame_rate="25",
            bitrate=bitrate,
            max_bitrate=bitrate * 11 // 10,
            buffer_bits=bitrate,
            preset="ultrafast",
        )

    audio = AudioTrack(
        name="a1", codec="aac", language="en", label="English", bitrate=96000, sample_rate=48000, channels=2
    )
    return (
        Track(index=0, name="v1", kind="video", label="video", rendition=rendition("v1", 320, 180, 800_000)),
        Track(index=1, name="v2", kind="video", label="video", rendition=rendition("v2", 160, 90, 300_000)),
        Track(index=2, name="a1", kind="audio", label="audio", audio=audio),
    )


def publisher(home: Path, *, protected: bool = False, epoch: str = EPOCH, window_s: int = 20) -> Publisher:
    return Publisher(
        occurrence="talk-20261122t1800",
        packager_directory=str(home / "packager"),
        recording=str(home / "archive" / "talk-20261122t1800"),
        epoch=epoch,
        segment=SEGMENT,
        tracks=tracks(),
        window_s=window_s,
        hls=True,
        dash=True,
        vod=True,
        title="A talk",
        drm=PublisherDrm(
            scheme="cenc", systems=("clearkey", "widevine"), kids=KIDS, licence_url="http://127.0.0.1:9/licence"
        )
        if protected
        else None,
    )


class Packager:
    """Writes whole or spoilt segments where the publisher looks for them."""

    def __init__(self, home: Path, *, run: int = 0, protected: bool = False) -> None:
        self.directory = home / "packager" / "runs" / str(run)
        for name in TRACKS:
            label = "audio" if name == "a1" else "video"
            data = boxes.init(
                "soun" if name == "a1" else "vide",
                default_duration=1920 if name == "a1" else 3600,
                kid=KIDS[label] if protected else None,
            )
            shelf.write_whole(self.directory / name / "init.mp4", data)

    def make(self, number: int, tracks: Iterable[str] = TRACKS, *, samples: int | None = None, size: int = 10) -> None:
        for name in tracks:
            count = samples if samples is not None else (90 if name == "a1" else 48)
            data = boxes.segment(number * SEGMENT.ticks, count, sample_size=size)
            shelf.write_whole(self.directory / name / f"{number * SEGMENT.ticks}.m4s", data)


def place(home: Path, name: str, ports: dict[str, int] | None = None) -> Place:
    directory = home / name
    directory.mkdir(parents=True, exist_ok=True)
    archive = home / "archive"
    archive.mkdir(exist_ok=True)
    seal_key = home / "seal.key"
    if not seal_key.exists():
        seal_key.write_text("c2VhbCBrZXkgb2YgdGhlIHRlc3RzLCAzMiBieXRlcyE\n")

    def secret(which: str) -> Path:
        path = directory / "secrets" / which
        path.parent.mkdir(exist_ok=True)
        if not path.exists():
            path.write_text("a-token-of-the-tests")
            path.chmod(0o600)
        return path

    return Place(
        directory=directory,
        name=name,
        port=lambda port: (ports or {})[port],
        secret=secret,
        archive=archive,
        seal_key=seal_key,
    )


def status(directory: Path) -> dict[str, object]:
    try:
        found = json.loads((directory / "status.json").read_bytes())
    except FileNotFoundError:
        return {}
    assert isinstance(found, dict)
    return found


def soon() -> str:
    """An epoch 192 s ago, so that cell 100 begins now."""
    return (datetime.now(UTC) - timedelta(seconds=192)).isoformat()
