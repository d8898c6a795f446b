"""Real media, made offline in a second: ffmpeg encodes, Shaka Packager cuts; good and bad, clear and encrypted."""

import subprocess
from dataclasses import dataclass
from pathlib import Path

from eventstack.media import slate
from eventstack.node import binaries

SEGMENT_S = 1.92
FIRST = 10
CELLS = 6
END = FIRST + CELLS
TRACKS = ("v234", "v360", "sound")
KEYS = {
    "video": ("000102030405060708090a0b0c0d0e0f", "00112233445566778899aabbccddeeff"),
    "audio": ("100102030405060708090a0b0c0d0e0f", "10112233445566778899aabbccddeeff"),
}
"""Key id and key by label."""


def _colour(rgb: tuple[int, int, int]) -> str:
    return f"0x{bytes(rgb).hex()}"


PICTURES = {
    "good": "testsrc2=s=640x360:r=25",
    "black": "color=black:s=640x360:r=25",
    "frozen": "testsrc2=s=640x360:r=25,loop=-1:1:0",
    "slate": f"color={_colour(slate.BACKGROUND)}:s=640x360:r=25,drawbox=x=iw*{slate.BAR_LEFT}:y=ih*{slate.BAR_TOP}"
    f":w=iw*{slate.BAR_WIDTH}:h=ih*{slate.BAR_HEIGHT}:c={_colour(slate.BAR)}:t=fill",
}
SOUNDS = {"good": "sine=f=440:r=48000", "silent": "anullsrc=r=48000"}


@dataclass(frozen=True)
class Material:
    """`folder/<track>/{init.mp4,<n>.m4s}` for the cells FIRST to END; `keys` by key id, none for clear media."""

    folder: Path
    keys: dict[str, str]

    @property
    def kids(self) -> dict[str, str]:
        """Key id by track."""
        return {track: KEYS[label(track)][0] for track in TRACKS} if self.keys else {}


def label(track: str) -> str:
    return "audio" if track == "sound" else "video"


def make(folder: Path, picture: str = "good", sound: str = "good", *, protected: bool = False) -> Material:
    stream = _encode(folder, PICTURES[picture], SOUNDS[sound])
    _package(folder, stream, protected=protected)
    for track in TRACKS:
        for file in (folder / track).glob("*.m4s"):
            start = int(file.stem)
            number, rest = divmod(start, 172_800)
            if rest or not FIRST <= number < END:
                file.unlink()
            else:
                file.rename(file.with_name(f"{number}.m4s"))
        assert len(list((folder / track).glob("*.m4s"))) == CELLS, f"{track}: {sorted((folder / track).iterdir())}"
    return Material(folder, dict(KEYS.values()) if protected else {})


def _encode(folder: Path, picture: str, sound: str) -> Path:
    folder.mkdir(parents=True)
    stream = folder / "all.ts"
    video = [
        "-c:v",
        "libx264",
        "-preset",
        "ultrafast",
        "-bf",
        "2",
        "-g",
        "48",
        "-keyint_min",
        "48",
        "-sc_threshold",
        "0",
    ]
    subprocess.run(
        [
            str(binaries.ffmpeg()), "-nostdin", "-v", "error", "-f", "lavfi", "-i", picture, "-f", "lavfi", "-i", sound,
            "-t", str(CELLS * SEGMENT_S),
            "-filter_complex", "[0:v]split=2[s0][s1];[s0]scale=416:234,setsar=1[v0];[s1]setsar=1[v1]",
            "-map", "[v0]", "-map", "[v1]", "-map", "1:a", *video, "-b:v:0", "300k", "-b:v:1", "500k",
            "-pix_fmt", "yuv420p", "-enc_time_base:v", "1:90000", "-c:a", "aac", "-b:a", "96k", "-ac", "2",
            "-output_ts_offset", str(FIRST * SEGMENT_S), "-f", "mpegts", "-mpegts_copyts", "1",
            "-avoid_negative_ts", "disabled", "-muxdelay", "0", "-muxpreload", "0", str(stream),
        ],
        check=True,
        timeout=60,
    )  # fmt: skip
    return stream


def _package(folder: Path, stream: Path, *, protected: bool) -> None:
    streams = [
        f"in={stream},stream={index},init_segment={folder}/{track}/init.mp4,segment_template={folder}/{track}/$Time$.m4s"
        + (f",drm_label={label(track)}" if protected else "")
        for index, track in enumerate(TRACKS)
    ]
    keys = ",".join(f"label={name}:key_id={kid}:key={key}" for name, (kid, key) in KEYS.items())
    flags = ["--enable_raw_key_encryption", "--keys", keys, "--protection_scheme", "cenc", "--clear_lead", "0"]
    subprocess.run(
        [str(binaries.packager()), *streams, "--segment_duration", str(SEGMENT_S), *(flags if protected else [])],
        check=True,
        timeout=60,
        capture_output=True,
    )
