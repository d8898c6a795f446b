"""The command lines of the ffmpeg parts: pure functions from a part's configuration to its arguments.

Relative file names are names in the part's own directory, where it runs. No argument holds a secret, but for the
synthetic sender's one-off passphrase: an output takes it from nowhere else. The recipe (labels kept end to end,
one transport stream for all renditions, cells forced on the grid) is the one under which two paths are interchangeable.
"""

from fractions import Fraction
from pathlib import Path

from eventstack.media import pattern, slate
from eventstack.node import progress
from eventstack.node.config import Encoder
from eventstack.node.timeline import seconds
from eventstack.planning.parts import AudioTrack, Rendition, Source

SLATE_SOCKET = "slate.sock"
"""Where the encoder listens for slate commands (ZeroMQ over a socket of the file system)."""

SLATE_TARGETS = ("drawbox@ground", "drawbox@bar", "volume@mute")
"""The filters that make the slate; each obeys `<name> enable 0|1` (a command reaches one filter only)."""

CONCAT = "ingest.ffconcat"
"""The receiver's input: a script, because only there an input's passphrase can stand outside of the arguments."""

_ENCODERS = {"avc": "libx264", "hevc": "libx265"}
_QUIET = ("-hide_banner", "-nostdin", "-nostats", "-loglevel", "level+info")
_REPORT = ("-progress", progress.FILE, "-stats_period", "0.5")
_AT_ONCE = ("-flush_packets", "1", "-muxdelay", "0", "-muxpreload", "0")
"""Each audio frame by itself: by default up to 350 ms of sound wait for each other, and the picture for them."""

_BITS_PER_PIXEL = 0.17
"""Bits for each pixel of the contribution: 4 Mbit/s at 720p25."""


def sender(
    binary: Path, ingest: str, latency_ms: int, passphrase: str, source: Source, sound: bool, font: Path | None
) -> list[str]:
    """The stand-in for a venue: `source` as one picture and one stereo sound, over SRT to `ingest`, endlessly.

    `passphrase` may be empty; `sound` says whether a file has any, `font` is the font file for the burnt-in timecode.
    """
    rate = Fraction(source.frame_rate)
    inputs, filters = _file(source, sound) if source.kind == "file" else _synthetic(source, font)
    bitrate = round(source.width * source.height * float(rate) * _BITS_PER_PIXEL)
    encode = ["-c:v", "libx264", "-preset", "ultrafast", "-tune", "zerolatency", "-g", str(round(rate))]
    rates = ["-b:v", str(bitrate), "-maxrate", str(bitrate), "-bufsize", str(bitrate), "-pix_fmt", "yuv420p"]
    audio = ["-c:a", "aac", "-b:a", "128k", "-ar", "48000", "-ac", "2"]
    secret = ["-passphrase", passphrase, "-pbkeylen", "16"] if passphrase else []
    url = f"{ingest}?mode=caller&latency={latency_ms * 1000}&connect_timeout=3000&pkt_size=1316"
    take = [*inputs, "-filter_complex", filters, "-map", "[v]", "-map", "[a]"]
    mux = ["-f", "mpegts", *_AT_ONCE, *secret]
    return [str(binary), *_QUIET, *_REPORT, *take, *encode, *rates, *audio, *mux, url]


def receiver(binary: Path, label: Fraction, feed: str) -> list[str]:
    """The stamper: takes what the script `CONCAT` names, and labels its first packet `label` seconds.

    The input is read without `-copyts` on purpose: so the first packet becomes the label. Nor is it read with
    `nobuffer`, which throws away what was read to recognise the feed, and with it the first key frame.
    """
    take = [
        "-f",
        "concat",
        "-safe",
        "0",
        "-protocol_whitelist",
        "file,srt,udp",
        "-i",
        CONCAT,
        "-map",
        "0",
        "-c",
        "copy",
    ]
    stamp = ["-output_ts_offset", seconds(label), "-f", "mpegts", *_AT_ONCE, "-mpegts_copyts", "1"]
    return [str(binary), *_QUIET, *_REPORT, *take, *stamp, f"{feed}?pkt_size=1316"]


def ingest_script(ingest: str, latency_ms: int, passphrase: str) -> str:
    """The receiver's input script (ffconcat 1.0): an SRT listener; `passphrase` may be empty. To be kept private."""
    lines = [
        "ffconcat version 1.0",
        f"file {_quoted(f'{ingest}?mode=listener&latency={latency_ms * 1000}')}",
        "option probesize 500000",
        "option analyzeduration 500000",
    ]
    if passphrase:
        lines += [f"option passphrase {_quoted(passphrase)}", "option pbkeylen 16"]
    return "\n".join(lines) + "\n"


def encoder(binary: Path, config: Encoder, stream: str, label: Fraction, slate_on: bool) -> list[str]:
    """One feed in, one transport stream out: the renditions in their order, then the sounds in theirs.

    `label` is the first cell's start. Every sound of the ladder is made from the feed's first.
    """
    cell = Fraction(config.segment.duration)
    read = ["-copyts", "-probesize", "1000000", "-analyzeduration", "500000"]
    source = f"{config.feed}?buffer_size=4194304&fifo_size=50000&overrun_nonfatal=1&timeout=20000000"
    graph = ";".join([*_pictures(config, label, slate_on), *_sounds(config, label, slate_on)])
    maps = [f"[v{index}]" for index in range(len(config.renditions))] + [
        f"[a{index}]" for index in range(len(config.audio))
    ]
    video = [word for index, rendition in enumerate(config.renditions) for word in _video(index, rendition, cell)]
    audio = [word for index, track in enumerate(config.audio) for word in _audio(index, track)]
    mux = ["-f", "mpegts", *_AT_ONCE, "-mpegts_copyts", "1", "-avoid_negative_ts", "disabled"]
    mapped = [word for name in maps for word in ("-map", name)]
    take = [*read, "-i", source, "-filter_complex", graph, *mapped]
    return [str(binary), *_QUIET, *_REPORT, *take, *video, *audio, *mux, f"{stream}?pkt_size=1316"]


def _synthetic(source: Source, font: Path | None) -> tuple[list[str], str]:
    picture = [f"testsrc2=s={source.width}x{source.height}:r={source.frame_rate}", *_barcode(source), *_flash(source)]
    if font:
        text = r"%{pts\:hms} n=%{n} %{gmtime\:%T}Z"
        place = f"x=w*0.05:y=h*0.82:fontsize={source.height // 18}:fontcolor=white:box=1:boxcolor=black"
        picture.append(f"drawtext=fontfile='{_escaped(str(font))}':text='{text}':{place}")
    beep = "aevalsrc='if(lt(mod(t,1),0.08),0.7*sin(2*PI*1000*t),0.03*sin(2*PI*220*t))':s=48000"
    inputs = ["-re", "-f", "lavfi", "-i", ",".join(picture), "-re", "-f", "lavfi", "-i", beep]
    return inputs, "[0:v:0]null[v];[1:a:0]aformat=channel_layouts=stereo[a]"


def _barcode(source: Source) -> list[str]:
    height = round(source.height * pattern.STRIP_HEIGHT)
    edges = [round(cell * source.width / pattern.CELLS) for cell in range(pattern.BITS + 2)]
    boxes = [_box(0, 0, source.width, height, "black"), _box(0, 0, edges[1], height, "white")]
    for bit in range(pattern.BITS):
        left, right = edges[bit + 1 : bit + 3]
        boxes.append(_box(left, 0, right - left, height, "white", f"mod(floor(n/{2**bit}),2)"))
    return boxes


def _flash(source: Source) -> list[str]:
    left, top = round(source.width * pattern.FLASH_LEFT), round(source.height * pattern.FLASH_TOP)
    width, height = round(source.width * pattern.FLASH_WIDTH), round(source.height * pattern.FLASH_HEIGHT)
    lit = _box(left, top, width, height, "white", "lt(mod(t+0.001,1),0.08)")
    return [_box(left, top, width, height, "black"), lit]


def _box(left: int, top: int, width: int, height: int, colour: str, enable: str = "") -> str:
    timing = f":enable='{enable}'" if enable else ""
    return f"drawbox=x={left}:y={top}:w={width}:h={height}:c={colour}:t=fill{timing}"


def _file(source: Source, sound: bool) -> tuple[list[str], str]:
    size = f"{source.width}:{source.height}"
    fit = f"scale={size}:force_original_aspect_ratio=decrease,pad={size}:-1:-1,setsar=1,fps={source.frame_rate}"
    inputs = ["-stream_loop", "-1", "-re", "-i", source.path]
    if sound:
        return inputs, f"[0:v:0]{fit}[v];[0:a:0]aresample=48000:async=1,aformat=channel_layouts=stereo[a]"
    silence = ["-re", "-f", "lavfi", "-i", "anullsrc=r=48000:cl=stereo"]
    return [*inputs, *silence], f"[0:v:0]{fit}[v];[1:a:0]anull[a]"


def _pictures(config: Encoder, label: Fraction, slate_on: bool) -> list[str]:
    head = "[0:v:0]" + (_slate(slate_on) if config.slate else "")
    outlets = "".join(f"[s{index}]" for index in range(len(config.renditions)))
    chains = [f"{head}split={len(config.renditions)}{outlets}"]
    for index, rung in enumerate(config.renditions):
        # start_time fills the first cell from the label on when the feed begins later; trim drops what is before it
        start = seconds(label)
        grid = f"fps={rung.frame_rate}:round=near:start_time={start},trim=start={start}"
        chains.append(f"[s{index}]{grid},scale={rung.width}:{rung.height},setsar=1[v{index}]")
    return chains


def _slate(on: bool) -> str:
    width, height = f"iw*{slate.BAR_WIDTH}", f"ih*{slate.BAR_HEIGHT}"
    state = f"t=fill:enable={int(on)}"
    ground = f"drawbox@ground=x=0:y=0:w=iw:h=ih:c=0x{bytes(slate.BACKGROUND).hex()}:{state}"
    place = f"x=iw*{slate.BAR_LEFT}:y=ih*{slate.BAR_TOP}:w={width}:h={height}"
    bar = f"drawbox@bar={place}:c=0x{bytes(slate.BAR).hex()}:{state}"
    # the address is unescaped twice, as an option and as a graph
    return f"zmq=bind_address=ipc\\\\://{SLATE_SOCKET},{ground},{bar},"


def _sounds(config: Encoder, label: Fraction, slate_on: bool) -> list[str]:
    mute = f",volume@mute=volume=0:enable={int(slate_on)}" if config.slate else ""
    outlets = "".join(f"[t{index}]" for index in range(len(config.audio)))
    chains = [f"[0:a:0]anull{mute},asplit={len(config.audio)}{outlets}"] if config.audio else []
    for index, track in enumerate(config.audio):
        first = round(label * track.sample_rate)
        even = f"aresample={track.sample_rate}:async=1:min_hard_comp=0.01:first_pts={first}"
        chains.append(f"[t{index}]{even},atrim=start={seconds(label)}[a{index}]")
    return chains


def _video(index: int, rung: Rendition, cell: Fraction) -> list[str]:
    # `t` counts from the first picture, which is on the grid; a key frame stands at the first picture of each cell
    count = f"+0.001)*{cell.denominator}/{cell.numerator})"
    key = f"expr:if(isnan(prev_forced_t),1,gt(floor((t{count},floor((prev_forced_t{count}))"
    options = {
        "c": _ENCODERS[rung.codec],
        "preset": rung.preset,
        "profile": rung.profile,
        "bf": 2,
        "g": 250,
        "forced-idr": 1,
        "force_key_frames": key,
        "b": rung.bitrate,
        "maxrate": rung.max_bitrate,
        "bufsize": rung.buffer_bits,
        "pix_fmt": "yuv420p",
        "fps_mode": "passthrough",
        "enc_time_base": "1:90000",
    }
    if rung.codec == "hevc":
        options["x265-params"] = "scenecut=0:open-gop=0:bframes=2:min-keyint=1:keyint=250:log-level=error"
    else:
        # no frames put aside for a lookahead thread: 0.12 s less delay at the same quality and cost (measured)
        options |= {"keyint_min": 1, "sc_threshold": 0, "x264-params": "sync-lookahead=0"}
    return [word for name, value in options.items() for word in (f"-{name}:v:{index}", str(value))]


def _audio(index: int, track: AudioTrack) -> list[str]:
    options = {"c": track.codec, "b": track.bitrate, "ar": track.sample_rate, "ac": track.channels}
    named = [word for name, value in options.items() for word in (f"-{name}:a:{index}", str(value))]
    return [*named, f"-metadata:s:a:{index}", f"language={track.language}"]


def _quoted(text: str) -> str:
    return "'" + text.replace("'", "'\\''") + "'"


def _escaped(text: str) -> str:
    return "".join(f"\\{letter}" if letter in "\\':,;[]" else letter for letter in text)
