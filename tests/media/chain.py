"""Makes real segments with the real ffmpeg and packager, as the chain does: labelled, on the grid, clear or not."""

import subprocess
from pathlib import Path

from eventstack.node import binaries

KIDS = {"video": "00112233445566778899aabbccddeeff", "audio": "10112233445566778899aabbccddeeff"}
KEYS = {"video": "000102030405060708090a0b0c0d0e0f", "audio": "100102030405060708090a0b0c0d0e0f"}

FIRST_LABEL_S = 192
SECONDS = 8


def encode(directory: Path) -> Path:
    """One transport stream with two renditions and a sound, its labels from `FIRST_LABEL_S` on."""
    stream = directory / "in.ts"
    shift = f"+{FIRST_LABEL_S}/TB"
    keyframes = "expr:if(isnan(prev_forced_t),1,gt(floor((t+0.001)/1.92),floor((prev_forced_t+0.001)/1.92)))"
    subprocess.run(
        [
            *[str(binaries.ffmpeg()), "-nostdin", "-loglevel", "error", "-copyts"],
            *["-f", "lavfi", "-i", f"testsrc2=s=320x180:r=25:d={SECONDS},setpts=PTS{shift}"],
            *["-f", "lavfi", "-i", f"sine=f=440:r=48000:d={SECONDS},asetpts=PTS{shift},aformat=channel_layouts=stereo"],
            *["-filter_complex", "[0:v]split=2[a][b];[b]scale=160:90,setsar=1[c]"],
            *["-map", "[a]", "-map", "[c]", "-map", "1:a", "-c:v", "libx264", "-preset", "ultrafast", "-bf", "2"],
            *["-pix_fmt", "yuv420p", "-x264-params", "keyint=250:min-keyint=1:scenecut=0", "-forced-idr", "1"],
            *["-force_key_frames", keyframes, "-fps_mode:v", "passthrough", "-enc_time_base:v", "1:90000"],
            *["-c:a", "aac", "-b:a", "96k", "-ar", "48000", "-ac", "2", "-f", "mpegts", "-mpegts_copyts", "1"],
            *["-avoid_negative_ts", "disabled", "-muxdelay", "0", "-muxpreload", "0", str(stream)],
        ],
        check=True,
        timeout=60,
    )
    return stream


def package(stream: Path, run: Path, *, encrypted: bool) -> None:
    """One packager run into the folder `run`: tracks v1, v2, a1."""
    fields = []
    for index, (name, label) in enumerate((("v1", "video"), ("v2", "video"), ("a1", "audio"))):
        fields.append(
            f"in={stream},stream={index},init_segment={run}/{name}/init.mp4,segment_template={run}/{name}/$Time$.m4s,"
            f"drm_label={label}"
        )
    keys = ",".join(f"label={label}:key_id={KIDS[label]}:key={KEYS[label]}" for label in KIDS)
    protection = ["--enable_raw_key_encryption", f"--keys={keys}", "--protection_scheme=cenc", "--clear_lead=0"]
    subprocess.run(
        [str(binaries.packager()), *fields, "--segment_duration=1.92", *(protection if encrypted else [])],
        check=True,
        timeout=60,
        capture_output=True,
    )
