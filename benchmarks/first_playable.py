"""From source start to first playable, ours against the bare commands, in turn.

Playable means: every rendition's playlist and the sound's list a segment, and that segment can be fetched. Ours is
read at the caching edge over HTTP, through receiver, publisher, origin and edge; the bare side is a synthetic source,
one encoder and one packager joined by SRT and UDP, read from the packager's folder. Both count from the start of the
source's process.

Run: python benchmarks/first_playable.py [--rounds 3] [--goal 1.2]. Prints one row a round and the ratio of the medians;
exits with 1 when the ratio is above the goal.
"""

import argparse
import json
import os
import socket
import statistics
import subprocess
import sys
import tempfile
import time
import urllib.error
import urllib.request
from datetime import UTC, datetime
from pathlib import Path
from urllib.parse import urljoin

import psutil

from eventstack import automation
from eventstack.clouds.local import verbs
from eventstack.deploy import engine
from eventstack.node import binaries
from eventstack.node.client import NodeClient
from eventstack.planning.resolve import parent
from eventstack.rehearsal.script import Choices, write
from eventstack.settings import Settings

LADDER = ((416, 234, 400), (640, 360, 800), (960, 540, 1800))
DEADLINE_S = 30.0


def ours(settings: Settings, found: engine.Engine) -> float:
    """Build an event, start its chain, and time it at the edge."""
    script = write(Choices(profile="rehearsal-540p25"), datetime.now(UTC), settings.owner)
    deployer = automation.deployer(settings, "local", found=found)
    plans = [script.foundation]
    try:
        deployer.preview(script.foundation)
        built = deployer.up(script.foundation, build_hash=script.foundation.build_hash)
        plan = script.resolve(parent(script.foundation, built.outputs))
        plans.insert(0, plan)
        deployer.preview(plan)
        outputs = deployer.up(plan, build_hash=plan.build_hash).outputs
        card = verbs.card(outputs)
        token = Path(outputs["preview_credential_file"]).read_text(encoding="utf-8").strip()
        verbs.perform(card, "start")
        playable = until_playable(outputs["preview_hls"], {"Authorization": f"Bearer {token}"})
        parts = NodeClient(card["control"], card["control_token"]).health()["parts"].values()
        sender = next(part["pid"] for part in parts if part["kind"] == "sender")
        return playable - psutil.Process(sender).create_time()
    finally:
        for one in plans:
            deployer.destroy(one, reason="the benchmark is over")
            deployer.evidence(one)
            deployer.forget(one)


def until_playable(master: str, headers: dict[str, str]) -> float:
    """The moment at which every media playlist has a segment that can be fetched."""

    def fetch(address: str) -> str:
        request = urllib.request.Request(address, headers=headers)
        with urllib.request.urlopen(request, timeout=5) as answer:
            return answer.read().decode("latin-1")

    def playable() -> bool:
        lines = fetch(master).splitlines()
        lists = [line for line in lines if line and not line.startswith("#")]
        lists += [line.split('URI="')[1].split('"')[0] for line in lines if line.startswith("#EXT-X-MEDIA")]
        for address in (urljoin(master, item) for item in lists):
            segments = [line for line in fetch(address).splitlines() if line and not line.startswith("#")]
            if not segments:
                return False
            fetch(urljoin(address, segments[0]))
        return bool(lists)

    end = time.time() + DEADLINE_S
    while time.time() < end:
        try:
            if playable():
                return time.time()
        except (urllib.error.URLError, OSError):
            pass
        time.sleep(0.02)
    raise SystemExit(f"not playable within {DEADLINE_S:g} s: {master}")


def bare(folder: Path) -> float:
    """Run source, encoder and packager by hand, and time the packager's folder."""
    srt, stream = free_port(), free_port()
    ffmpeg, packager = str(binaries.ffmpeg()), str(binaries.packager())
    lists = [folder / f"v{height}" / "p.m3u8" for _, height, _ in LADDER] + [folder / "audio" / "p.m3u8"]
    started: list[subprocess.Popen[bytes]] = []

    def start(*argv: str) -> subprocess.Popen[bytes]:
        process = subprocess.Popen(
            argv, cwd=folder, stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL
        )
        started.append(process)
        return process

    try:
        start(packager, *packaging(stream))
        start(ffmpeg, *encoding(srt, stream))
        source = start(ffmpeg, *sending(srt))
        begun = psutil.Process(source.pid).create_time()
        end = time.time() + DEADLINE_S
        while not all(path.is_file() and "#EXTINF" in path.read_text(encoding="utf-8") for path in lists):
            if time.time() > end:
                raise SystemExit(f"the bare commands made nothing within {DEADLINE_S:g} s")
            time.sleep(0.02)
        return time.time() - begun
    finally:
        for process in started:
            process.kill()
            process.wait()


def sending(port: int) -> list[str]:
    picture = ["-re", "-f", "lavfi", "-i", "testsrc2=s=1280x720:r=25"]
    sound = ["-re", "-f", "lavfi", "-i", "sine=f=440:r=48000,aformat=channel_layouts=stereo"]
    coding = [
        "-c:v",
        "libx264",
        "-preset",
        "ultrafast",
        "-tune",
        "zerolatency",
        "-g",
        "25",
        "-b:v",
        "4M",
        "-pix_fmt",
        "yuv420p",
        "-c:a",
        "aac",
        "-b:a",
        "128k",
    ]
    address = f"srt://127.0.0.1:{port}?mode=caller&latency=120000&connect_timeout=3000&pkt_size=1316"
    return ["-nostdin", *picture, *sound, *coding, "-f", "mpegts", address]


def encoding(source: int, target: int) -> list[str]:
    scaled = ";".join(f"[s{i}]scale={w}:{h},setsar=1[v{i}]" for i, (w, h, _) in enumerate(LADDER))
    splits = "".join(f"[s{i}]" for i in range(len(LADDER)))
    coding: list[str] = []
    for i, (_, _, rate) in enumerate(LADDER):
        coding += ["-map", f"[v{i}]", f"-c:v:{i}", "libx264", f"-preset:v:{i}", "veryfast", f"-b:v:{i}", f"{rate}k"]
        coding += [f"-bf:v:{i}", "2", f"-g:v:{i}", "48", f"-keyint_min:v:{i}", "48", f"-sc_threshold:v:{i}", "0"]
    sound = ["-map", "0:a", "-af", "aresample=async=1", "-c:a", "aac", "-b:a", "96k", "-ar", "48000", "-ac", "2"]
    address = f"srt://127.0.0.1:{source}?mode=listener&latency=120000"
    feed = ["-nostdin", "-fflags", "+genpts", "-probesize", "1000000", "-analyzeduration", "1000000", "-i", address]
    mux = ["-f", "mpegts", "-flush_packets", "1", "-muxdelay", "0", "-muxpreload", "0"]
    graph = f"[0:v]split={len(LADDER)}{splits};{scaled}"
    return [*feed, "-filter_complex", graph, *coding, *sound, *mux, f"udp://127.0.0.1:{target}?pkt_size=1316"]


def packaging(port: int) -> list[str]:
    source = f"in=udp://127.0.0.1:{port}?buffer_size=4194304"
    names = [*(f"v{height}" for _, height, _ in LADDER), "audio"]
    streams = [
        f"{source},stream={i},init_segment={name}/init.mp4,segment_template={name}/$Number$.m4s,playlist_name={name}/p.m3u8"
        for i, name in enumerate(names)
    ]
    flags = ["--segment_duration", "1.92", "--hls_playlist_type", "LIVE", "--time_shift_buffer_depth", "60"]
    flags += ["--io_block_size", "1316", "--io_cache_size", "65536"]
    return [*streams, *flags, "--hls_master_playlist_output", "master.m3u8", "--mpd_output", "manifest.mpd"]


def free_port() -> int:
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as one:
        one.bind(("127.0.0.1", 0))
        return int(one.getsockname()[1])


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--rounds", type=int, default=3)
    parser.add_argument("--goal", type=float, default=1.2)
    chosen = parser.parse_args()
    found = engine.find_or_install(Settings.from_environment(), lambda line: print(line, file=sys.stderr))
    rows = []
    for number in range(chosen.rounds):
        with tempfile.TemporaryDirectory(prefix="eventstack-bench-") as folder:
            home = Path(folder) / "home"
            home.mkdir()
            (Path(folder) / "bare").mkdir()
            settings = Settings.from_environment({**os.environ, "EVENTSTACK_HOME": str(home)})
            pair = {"ours_s": ours(settings, found), "bare_s": bare(Path(folder) / "bare")}
        rows.append(pair)
        print(f"round {number + 1}: ours {pair['ours_s']:.2f} s, bare {pair['bare_s']:.2f} s")
    medians = {side: statistics.median(row[side] for row in rows) for side in ("ours_s", "bare_s")}
    ratio = medians["ours_s"] / medians["bare_s"]
    print(json.dumps({"benchmark": "first playable", **medians, "ratio": round(ratio, 2), "goal": chosen.goal}))
    return 0 if ratio <= chosen.goal else 1


if __name__ == "__main__":
    sys.exit(main())
