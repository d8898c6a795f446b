"""The command lines of the ffmpeg parts, as text, and the arithmetic of labels behind them."""

from fractions import Fraction
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from eventstack.errors import ConfigError
from eventstack.media import pattern, slate
from eventstack.node import ffmpeg, progress, timeline
from eventstack.planning.parts import Source
from tests.node import ladder

BINARY = Path("/bin/ffmpeg")
CELL = Fraction(48, 25)
EPOCH = "2026-11-22T18:00:00Z"
T0 = 1_795_370_400.0
"""The epoch in seconds since 1970."""


def option(argv: list[str], name: str) -> str:
    return argv[argv.index(name) + 1]


def graph(argv: list[str]) -> str:
    return option(argv, "-filter_complex")


def send(source: Source, *, passphrase: str = "", sound: bool = True, font: Path | None = None) -> list[str]:
    return ffmpeg.sender(BINARY, "srt://127.0.0.1:20000", 120, passphrase, source, sound, font)


def encode(*, slate_on: bool = False, slate: bool = True) -> list[str]:
    config = ladder.encoder("udp://127.0.0.1:20001", EPOCH, slate=slate)
    return ffmpeg.encoder(BINARY, config, "udp://127.0.0.1:20002", 469 * CELL, slate_on)


def test_the_receivers_passphrase_stands_in_its_script_only() -> None:
    script = ffmpeg.ingest_script("srt://127.0.0.1:20000", 120, "a pass'phrase")
    assert "option passphrase 'a pass'\\''phrase'" in script
    assert "latency=120000" in script
    assert ffmpeg.CONCAT in ffmpeg.receiver(BINARY, Fraction(8, 25), "udp://127.0.0.1:20001")


def test_the_receiver_copies_and_labels() -> None:
    argv = ffmpeg.receiver(BINARY, Fraction(90048, 100), "udp://127.0.0.1:20001")
    assert (option(argv, "-c"), option(argv, "-output_ts_offset"), option(argv, "-mpegts_copyts")) == (
        "copy",
        "900.48",
        "1",
    )
    assert "-copyts" not in argv
    assert not any("nobuffer" in word for word in argv)


def test_the_senders_passphrase_stands_outside_of_the_address_that_ffmpeg_logs() -> None:
    argv = send(Source(kind="synthetic"), passphrase="a-passphrase")
    assert option(argv, "-passphrase") == "a-passphrase"
    assert "a-passphrase" not in argv[-1]


def test_a_synthetic_source_carries_the_frame_counter() -> None:
    text = " ".join(send(Source(kind="synthetic")))
    assert all(f"mod(floor(n/{2**bit}),2)" in text for bit in range(pattern.BITS))
    assert "drawtext" not in text


def test_the_timecode_is_burnt_in_where_there_is_a_font() -> None:
    assert "fontfile='/fonts/a\\:b.ttf'" in " ".join(send(Source(kind="synthetic"), font=Path("/fonts/a:b.ttf")))


def test_a_file_is_looped_and_brought_to_the_sources_form() -> None:
    argv = send(Source(kind="file", path="a clip.mp4", width=640, height=360, frame_rate="30000/1001"))
    assert argv[argv.index("-stream_loop") : argv.index("-i") + 2] == ["-stream_loop", "-1", "-re", "-i", "a clip.mp4"]
    assert "scale=640:360:force_original_aspect_ratio=decrease,pad=640:360" in graph(argv)
    assert "fps=30000/1001" in graph(argv)
    assert "channel_layouts=stereo" in graph(argv)


def test_a_file_without_sound_is_sent_with_silence() -> None:
    assert "anullsrc=r=48000:cl=stereo" in send(Source(kind="file", path="clip.mp4"), sound=False)


def test_the_encoder_makes_one_stream_of_all_renditions_and_the_sound() -> None:
    argv = encode()
    assert [argv[at + 1] for at, word in enumerate(argv) if word == "-map"] == ["[v0]", "[v1]", "[v2]", "[a0]"]
    assert sum(word == "mpegts" for word in argv) == 1
    assert (option(argv, "-mpegts_copyts"), option(argv, "-avoid_negative_ts")) == ("1", "disabled")
    assert "-copyts" in argv


def test_pictures_and_sound_begin_on_the_label_of_the_first_cell() -> None:
    text = graph(encode())
    assert text.count("fps=25:round=near:start_time=900.48,trim=start=900.48") == 3
    assert "first_pts=43223040,atrim=start=900.48" in text


def test_key_frames_are_forced_on_the_grid_as_a_rational() -> None:
    assert "floor((t+0.001)*25/48)" in option(encode(), "-force_key_frames:v:0")


def test_the_slate_begins_as_it_was_left() -> None:
    assert graph(encode(slate_on=True)).count("enable=1") == graph(encode()).count("enable=0") == 3


def test_an_encoder_without_slate_listens_for_no_command() -> None:
    text = graph(encode(slate=False))
    assert not any(word in text for word in ("zmq", "drawbox", "volume"))


@given(st.fractions(0, timeline.LONGEST - 10), st.fractions(0, 5))
def test_session_labels_lie_on_the_grid_and_never_run_backwards(at: Fraction, later: Fraction) -> None:
    first = timeline.session_label(T0 + float(at), EPOCH)
    second = timeline.session_label(T0 + float(at + later), EPOCH)
    assert first % timeline.LABEL_GRID == 0
    assert 0 < first <= second
    assert first <= max(at, timeline.LABEL_GRID) + Fraction(1, 1000)


@given(st.fractions(10, 90_000))
def test_an_encoder_that_joins_a_feed_begins_with_the_next_whole_cell(label: Fraction) -> None:
    first = timeline.first_cell_label(T0, EPOCH, CELL, label, None)
    assert first % CELL == 0
    assert label + timeline.SETTLING < first <= label + timeline.SETTLING + CELL


def test_an_encoder_before_the_feed_begins_with_the_cell_in_which_the_feed_will() -> None:
    now = T0 + 901.5
    assert timeline.first_cell_label(now, EPOCH, CELL, None, None) == 469 * CELL
    assert timeline.first_cell_label(now, EPOCH, CELL, None, Fraction(700)) == 364 * CELL
    assert timeline.first_cell_label(T0 + 0.5, EPOCH, CELL, None, None) == CELL


@pytest.mark.parametrize("seconds", [-1, float(timeline.LONGEST) + 1])
def test_an_epoch_out_of_reach_is_refused(seconds: float) -> None:
    with pytest.raises(ConfigError, match="epoch"):
        timeline.session_label(T0 + seconds, EPOCH)


def test_sessions_survive_being_written(tmp_path: Path) -> None:
    path = tmp_path / "timeline.json"
    assert timeline.read_sessions(path) == []
    sessions = [timeline.Session(900.48, 1.25, True), timeline.Session(960.0)]
    timeline.write_sessions(path, sessions)
    assert timeline.read_sessions(path) == sessions


def test_the_last_whole_report_counts() -> None:
    def block(number: int, end: str) -> str:
        head = f"frame={number}\nfps=25.0\nbitrate= 400.0kbits/s\n"
        return f"{head}out_time_us={number * 40000}\nspeed=1.02x\nprogress={end}\n"

    report = progress.parse(block(25, "continue") + block(50, "continue") + "frame=75\nfps=2", written=9.0)
    assert report
    assert (report.frame, report.out_time_s, report.bitrate_bps, report.speed) == (50, 2.0, 400_000, 1.02)
    assert report.health(10.0)["age_s"] == 1.0
    assert progress.parse("frame=0\nout_time_us=N/A\nprogress=continue\n", 9.0) is None
    assert progress.parse("fra", 9.0) is None


def picture(width: int, height: int, bar: bool = True) -> bytes:
    rows = (slate.BAR if bar and 0.45 <= (y + 0.5) / height <= 0.55 else slate.BACKGROUND for y in range(height))
    return b"".join(bytes(colour) * width for colour in rows)


def test_the_slate_is_told_from_a_plain_colour_and_from_black() -> None:
    assert slate.is_slate(picture(64, 36), 64, 36)
    assert not slate.is_slate(picture(64, 36, bar=False), 64, 36)
    assert not slate.is_slate(bytes(64 * 36 * 3), 64, 36)


@given(st.integers(0, 2**pattern.BITS - 1))
def test_the_frame_counter_is_read_from_its_bits(number: int) -> None:
    bits = [255, *(255 * (number >> bit & 1) for bit in range(pattern.BITS)), 0, 0, 0]
    row = b"".join(bytes([value] * 4) for value in bits)
    assert pattern.frame_number(row * 54, 96, 54) == number
    assert pattern.frame_number(bytes(96 * 54), 96, 54) is None


@pytest.mark.parametrize(("at", "said"), [(-60, "yet"), (float(timeline.LONGEST) + 60, "any more")])
def test_a_timeline_that_can_t_be_labelled_says_what_to_do(at: float, said: str) -> None:
    with pytest.raises(ConfigError, match=f"can't be labelled {said}[^$]*`eventstack up` it again"):
        timeline.since_epoch(T0 + at, EPOCH)
