"""The chain for real, without a supervisor: sender, receiver, encoder and packager with encryption."""

import itertools
import json
import subprocess
import threading
from collections.abc import Iterator
from dataclasses import dataclass
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

import psutil
import pytest

from eventstack.media.fmp4 import Fragment, read_fragment, read_init
from eventstack.media.pattern import frame_number
from eventstack.media.slate import is_slate
from eventstack.node import binaries, config, timeline
from eventstack.planning.parts import SecretRef, Source
from tests.node import ladder
from tests.node.workbench import Bench, wait_until

pytestmark = pytest.mark.chain

KEYS = {
    "video": {"kid": "11" * 16, "key": "a1" * 16},
    "audio": {"kid": "22" * 16, "key": "b2" * 16},
}
RAW = ("-fps_mode", "passthrough", "-f", "rawvideo")
TICKS = ladder.SEGMENT.ticks
CELL_S = 25.0
"""Patience for a few cells, on a busy machine."""


class KeyService(BaseHTTPRequestHandler):
    def do_GET(self) -> None:
        opened = self.headers["Authorization"] == "Bearer the-token" and self.path == "/v1/content/talk"
        self.send_response(200 if opened else 401)
        self.end_headers()
        self.wfile.write(json.dumps({"keys": KEYS} if opened else {}).encode())

    def log_message(self, *args: object) -> None:
        """Keep quiet."""


@dataclass
class Chain:
    bench: Bench
    epoch: str

    @property
    def runs(self) -> Path:
        return Path(self.bench.outputs["packager"]["directory"])

    def cells(self, run: str = "*") -> dict[str, set[int]]:
        """The numbers of the cells on the grid, by track, of one run of the packager or of all."""
        found = {}
        for track in ladder.TRACKS:
            names = [int(path.stem) for path in self.runs.glob(f"{run}/{track.name}/*.m4s")]
            found[track.name] = {name // TICKS for name in names if name % TICKS == 0}
        return found

    def whole(self, run: str = "*") -> list[int]:
        """The cells that every track has to the end."""
        cells = sorted(set.intersection(*self.cells(run).values()))
        return cells if cells and all(self.is_written(track, cells[-1]) for track in ladder.TRACKS) else cells[:-1]

    def is_written(self, track: config.Track, cell: int) -> bool:
        try:
            return self.fragment(track, cell).samples > 0
        except (EOFError, ValueError):
            return False

    def next_whole(self, count: int = 1) -> list[int]:
        """The next cells that become whole."""
        last = self.whole()[-1]
        cells: list[int] = wait_until(
            lambda: new if len(new := [cell for cell in self.whole() if cell > last]) >= count else None,
            CELL_S,
            "new cells",
        )
        return cells

    def read(self, track: config.Track, cell: int) -> tuple[bytes, bytes]:
        """The init segment and the media of one cell, of the last run that has it."""
        media = max(self.runs.glob(f"*/{track.name}/{cell * TICKS}.m4s"))
        return (media.parent / "init.mp4").read_bytes(), media.read_bytes()

    def fragment(self, track: config.Track, cell: int) -> Fragment:
        init, media = self.read(track, cell)
        return read_fragment(media, read_init(init))

    def decode(self, track: config.Track, cell: int, *output: str) -> bytes:
        """What a player with the key makes of one cell."""
        source = ["-decryption_key", KEYS[track.label]["key"], "-f", "mp4", "-i", "pipe:0"]
        command = [str(binaries.ffmpeg()), "-v", "error", *source, *output, "-"]
        media = b"".join(self.read(track, cell))
        return subprocess.run(command, input=media, capture_output=True, check=True, timeout=20).stdout

    def frames(self, cell: int) -> list[int | None]:
        """The frame counters of a cell's pictures."""
        track = ladder.TRACKS[2]
        raw = self.decode(track, cell, "-an", "-vf", "scale=192:108", "-pix_fmt", "gray", *RAW)
        return [frame_number(raw[at : at + 192 * 108], 192, 108) for at in range(0, len(raw), 192 * 108)]

    def is_slate(self, cell: int) -> bool:
        raw = self.decode(
            ladder.TRACKS[2], cell, "-an", "-vf", "scale=32:18", "-frames:v", "1", "-pix_fmt", "rgb24", *RAW
        )
        return is_slate(raw, 32, 18)


@pytest.fixture(scope="module")
def chain(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Chain]:
    server = ThreadingHTTPServer(("127.0.0.1", 0), KeyService)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    root = tmp_path_factory.mktemp("nodes") / "talk.i1.event"
    root.mkdir()
    bench = Bench(root)
    chain = Chain(bench, ladder.epoch())
    token = root / "token"
    token.write_text("the-token")
    drm = config.PackagerDrm(
        scheme="cenc",
        systems=("clearkey",),
        content_id="talk",
        keys=f"http://127.0.0.1:{server.server_port}",
        credential_file=str(token),
    )
    receiver = bench.prepare(
        "receiver", config.Receiver(epoch=chain.epoch, latency_ms=120, passphrase=SecretRef(source="generated"))
    )
    encoder = bench.prepare("encoder", ladder.encoder(receiver["feed"], chain.epoch))
    bench.prepare(
        "packager", config.Packager(stream=encoder["stream"], segment=ladder.SEGMENT, tracks=ladder.TRACKS, drm=drm)
    )
    bench.prepare(
        "sender",
        config.Sender(
            ingest=receiver["ingest"],
            passphrase_file=receiver["passphrase_file"],
            latency_ms=120,
            source=Source(kind="synthetic", width=640, height=360),
        ),
    )
    try:
        for kind in ("packager", "encoder", "receiver", "sender"):
            bench.start(kind)
        wait_until(chain.whole, CELL_S, f"a first cell: {bench.log('encoder')}")
        yield chain
    finally:
        bench.close()
        server.shutdown()
        server.server_close()


def test_every_track_has_the_same_whole_cells_on_the_grid(chain: Chain) -> None:
    cell = chain.next_whole()[0]
    fragments = {track.name: chain.fragment(track, cell) for track in ladder.TRACKS}
    pictures = [fragments[track.name] for track in ladder.TRACKS if track.kind == "video"]
    sound = fragments[ladder.SOUND.name]
    assert {(one.samples, one.sync) for one in pictures} == {(48, True)}
    assert sound.samples == 90
    assert {(one.start, one.duration) for one in fragments.values()} == {(cell * TICKS, TICKS)}


def test_the_frames_of_two_cells_follow_on_from_each_other(chain: Chain) -> None:
    first, second = chain.next_whole(2)[:2]
    frames = chain.frames(first) + chain.frames(second)
    assert None not in frames
    assert [after - before for before, after in itertools.pairwise(frames)] == [1] * 95  # type: ignore[operator]


def test_picture_and_sound_of_a_flash_and_its_beep_are_together(chain: Chain) -> None:
    cell = chain.next_whole()[0]
    crop = "crop=iw*0.1:ih*0.06:iw*0.82:ih*0.83,scale=1:1"
    box = chain.decode(ladder.TRACKS[2], cell, "-an", "-vf", crop, "-pix_fmt", "gray", *RAW)
    flash = next(n for n in range(1, 48) if box[n] > 160 and box[n - 1] < 96) / 25
    tone = ["-vn", "-af", "highpass=700", "-ac", "1", "-ar", "48000", "-c:a", "pcm_u8", "-f", "u8"]
    samples = chain.decode(ladder.TRACKS[3], cell, *tone)
    near = range(int((flash - 0.2) * 48_000), int((flash + 0.2) * 48_000))
    beep = next(n for n in near if 0 <= n < len(samples) and abs(samples[n] - 128) > 16) / 48_000
    assert abs(beep - flash) < 0.045


def test_no_argument_and_no_log_holds_a_secret_but_the_senders_own(chain: Chain) -> None:
    passphrase = Path(chain.bench.outputs["receiver"]["passphrase_file"]).read_text().strip()
    secrets = {passphrase, "the-token", *(entry["key"] for entry in KEYS.values())}
    for kind, process in chain.bench.processes.items():
        arguments = " ".join(psutil.Process(process.pid).cmdline())
        seen = {secret for secret in secrets if secret in arguments}
        assert seen == ({passphrase} if kind == "sender" else set()), kind
        assert not any(secret in chain.bench.log(kind) for secret in secrets), kind


def test_the_slate_covers_the_picture_while_it_is_on(chain: Chain) -> None:
    assert chain.bench.verb("encoder", "slate", on=True) == {"on": True, "applied": True}
    covered = wait_until(lambda: next((c for c in chain.whole()[-2:] if chain.is_slate(c)), None), CELL_S, "the slate")
    assert chain.bench.verb("encoder", "slate", on=False) == {"on": False, "applied": True}
    assert wait_until(lambda: not chain.is_slate(chain.whole()[-1]), CELL_S, "the programme")
    assert chain.whole()[-1] > covered


def test_a_killed_encoder_comes_back_on_the_same_grid(chain: Chain) -> None:
    before = chain.next_whole()[0]
    chain.bench.kill("encoder")
    chain.bench.start("encoder")
    cell = wait_until(
        lambda: next((c for c in chain.whole() if c > before + 2), None), CELL_S, "cells after the restart"
    )
    fragments = [chain.fragment(track, cell) for track in ladder.TRACKS]
    assert [fragment.samples for fragment in fragments] == [48, 48, 48, 90]
    assert None not in chain.frames(cell)


def test_a_killed_packager_gives_the_same_names_in_a_folder_of_its_own(chain: Chain) -> None:
    before = chain.next_whole()[0]
    chain.bench.kill("packager")
    chain.bench.start("packager")
    cells = wait_until(lambda: chain.whole(run="1"), CELL_S, "cells of the second run")
    assert before < cells[0] <= before + 5
    assert chain.fragment(ladder.TRACKS[0], cells[0]).samples == 48


def test_a_lost_feed_comes_back_with_a_later_label_and_fills_the_outage(chain: Chain) -> None:
    before = chain.next_whole()[0]
    chain.bench.kill("sender")
    assert chain.bench.processes["receiver"].wait(10) is not None
    chain.bench.processes.pop("receiver")
    chain.bench.start("receiver")
    chain.bench.start("sender")
    wait_until(lambda: chain.whole()[-1] > before + 2, CELL_S, "cells after the outage")
    assert set(range(before, before + 3)) <= set(chain.whole())
    sessions = timeline.read_sessions(chain.bench.directory("receiver") / "timeline.json")
    assert sessions[-1].label_s > sessions[-2].label_s
    lag_s = wait_until(lambda: chain.bench.health("receiver").get("lag_s"), CELL_S, "a measured lag")
    assert lag_s == pytest.approx(1, abs=3)


def test_running_parts_say_how_they_fare(chain: Chain) -> None:
    encoder = wait_until(
        lambda: chain.bench.health("encoder") if chain.bench.health("encoder")["fps"] else None, CELL_S, "fps"
    )
    assert encoder["age_s"] < 5
    assert encoder["slate"] is False
    packager = chain.bench.health("packager")
    assert {name: track["segments"] > 0 for name, track in packager["tracks"].items()} == dict.fromkeys(
        ("v180", "v234", "v360", "a-en"), True
    )
    assert chain.bench.health("sender")["bitrate_bps"] > 100_000


def test_a_file_of_another_form_is_sent_as_the_source_wants_it(tmp_path: Path) -> None:
    clip = tmp_path / "a clip.mp4"
    make = ["-f", "lavfi", "-i", "mandelbrot=s=320x240:r=30", "-f", "lavfi", "-i", "anoisesrc=r=44100,aformat=cl=5.1"]
    coded = ["-t", "1.5", "-c:v", "libx264", "-preset", "ultrafast", "-c:a", "aac", str(clip)]
    subprocess.run([str(binaries.ffmpeg()), "-v", "error", *make, *coded], check=True, timeout=30)
    root = tmp_path / "nodes" / "file"
    root.mkdir(parents=True)
    bench = Bench(root)
    receiver = bench.prepare("receiver", config.Receiver(epoch=ladder.epoch(), latency_ms=120))
    source = Source(kind="file", path=str(clip), width=640, height=360)
    bench.prepare("sender", config.Sender(ingest=receiver["ingest"], passphrase_file="", latency_ms=120, source=source))
    look = [str(binaries.ffprobe()), "-v", "error", "-of", "json", "-show_entries"]
    look += ["stream=codec_type,width,height,r_frame_rate,sample_rate,channels", f"{receiver['feed']}?timeout=15000000"]
    with subprocess.Popen(look, stdout=subprocess.PIPE) as probe:
        try:
            bench.start("receiver")
            bench.start("sender")
            said, _ = probe.communicate(timeout=30)
        finally:
            probe.kill()
            bench.close()
    streams = {stream["codec_type"]: stream for stream in json.loads(said)["streams"]}
    assert (streams["video"]["width"], streams["video"]["height"], streams["video"]["r_frame_rate"]) == (
        640,
        360,
        "25/1",
    )
    assert (streams["audio"]["sample_rate"], streams["audio"]["channels"]) == ("48000", 2)
