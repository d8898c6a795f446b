from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from eventstack.media.cells import judge
from eventstack.media.fmp4 import read_fragment, read_init
from eventstack.media.grid import Grid
from eventstack.planning.parts import Segment
from tests.media import boxes, chain

GRID = Grid.of("2026-11-22T18:00:00Z", Segment(duration="48/25", timescale=90000, ticks=172800))
KID = "00112233445566778899aabbccddeeff"
VIDEO = read_init(boxes.init())
AUDIO = read_init(boxes.init("soun", default_duration=1920))


def test_an_initialisation_segment_names_its_codec_size_and_timescale() -> None:
    assert (VIDEO.handler, VIDEO.codec, VIDEO.width, VIDEO.height) == ("vide", "avc1.4d401e", 640, 360)
    assert (AUDIO.handler, AUDIO.codec, AUDIO.sample_rate, AUDIO.channels) == ("soun", "mp4a.40.2", 48000, 2)
    assert VIDEO.timescale == 90000
    assert VIDEO.kid is None


@pytest.mark.parametrize("handler", ["vide", "soun"])
@pytest.mark.parametrize("scheme", ["cenc", "cbcs"])
def test_an_encrypted_one_names_its_key_id_and_the_codec_below(handler: str, scheme: str) -> None:
    init = read_init(boxes.init(handler, kid=KID, scheme=scheme))
    assert (init.kid, init.scheme) == (KID, scheme)
    assert init.codec.startswith(("avc1.", "mp4a."))


def test_hevc_is_named_with_its_compatibility_in_reverse() -> None:
    assert read_init(boxes.init(hevc=True)).codec == "hvc1.1.6.L93.b0"


def test_durations_come_from_the_samples_then_the_fragment_then_the_track() -> None:
    assert read_fragment(boxes.segment(0, 3, durations=[10, 20, 30]), VIDEO).duration == 60
    assert read_fragment(boxes.segment(0, 3, default_duration=50), VIDEO).duration == 150
    assert read_fragment(boxes.segment(0, 3), VIDEO).duration == 3 * 3600


def test_fragments_that_follow_on_are_one_segment() -> None:
    two = boxes.segment(0, 24) + boxes.segment(24 * 3600, 24, sync=False)
    fragment = read_fragment(two, VIDEO)
    assert (fragment.start, fragment.duration, fragment.samples, fragment.sync) == (0, 172800, 48, True)


def test_fragments_that_leave_a_hole_are_refused() -> None:
    with pytest.raises(ValueError, match="do not follow on"):
        read_fragment(boxes.segment(0, 24) + boxes.segment(25 * 3600, 24), VIDEO)


@given(cut=st.integers(0, len(boxes.segment(0, 48)) - 1))
def test_a_segment_cut_anywhere_is_known_to_be_unfinished(cut: int) -> None:
    with pytest.raises(EOFError):
        read_fragment(boxes.segment(0, 48)[:cut], VIDEO)


def test_media_data_smaller_than_its_samples_are_refused() -> None:
    whole = boxes.segment(0, 48)
    short = whole[: whole.index(b"mdat") - 4] + boxes.box(b"mdat", bytes(5))
    with pytest.raises(ValueError, match="480 bytes of the 5"):
        read_fragment(short, VIDEO)


@given(noise=st.binary(max_size=200))
def test_noise_is_refused_and_never_crashes(noise: bytes) -> None:
    with pytest.raises((EOFError, ValueError)):
        read_fragment(noise, VIDEO)
    with pytest.raises((EOFError, ValueError)):
        read_init(noise)


@given(at=st.integers(0, len(boxes.init(kid=KID)) - 1), octet=st.integers(0, 255))
def test_a_damaged_initialisation_segment_is_read_or_refused(at: int, octet: int) -> None:
    data = bytearray(boxes.init(kid=KID))
    data[at] = octet
    try:
        read_init(bytes(data))
    except (EOFError, ValueError):
        return


def test_a_whole_cell_on_the_grid_is_complete() -> None:
    cell = judge("v1", read_fragment(boxes.segment(100 * 172800, 48), VIDEO), VIDEO, GRID, 48)
    assert cell.complete
    assert cell.number == 100


@pytest.mark.parametrize(
    ("data", "flaw"),
    [
        (boxes.segment(172800, 12), "12 of 48 samples"),
        (boxes.segment(172800 + 3600, 48), "3600 ticks off the grid"),
        (boxes.segment(172800, 48, sync=False), "sync"),
        (boxes.segment(172800, 48, default_duration=3601), "lasts 172848 of 172800"),
    ],
)
def test_a_cell_that_would_be_a_jump_is_flawed(data: bytes, flaw: str) -> None:
    cell = judge("v1", read_fragment(data, VIDEO), VIDEO, GRID, 48)
    assert not cell.complete
    assert flaw in cell.flaw
    assert cell.number == 1


def test_an_audio_timescale_of_its_own_lands_on_the_same_cell() -> None:
    init = read_init(boxes.init("soun", 48000, default_duration=1024))
    cell = judge("a1", read_fragment(boxes.segment(7 * 92160, 90), init), init, GRID, 90)
    assert (cell.number, cell.flaw) == (7, "")


@pytest.mark.chain
@pytest.mark.parametrize("run", ["clear", "cenc"])
def test_real_segments_are_complete_but_the_first_and_the_last(real_runs: Path, run: str) -> None:
    for track, samples in (("v1", 48), ("v2", 48), ("a1", 90)):
        folder = real_runs / run / track
        init = read_init((folder / "init.mp4").read_bytes())
        cells = [
            judge(track, read_fragment(path.read_bytes(), init), init, GRID, samples)
            for path in sorted(folder.glob("*.m4s"), key=lambda path: int(path.stem))
        ]
        complete = [cell.number for cell in cells if cell.complete]
        assert complete == [chain.FIRST_LABEL_S * 25 // 48 + index for index in range(4)]
        assert init.kid == (chain.KIDS["audio" if track == "a1" else "video"] if run == "cenc" else None)
        assert init.codec == ("mp4a.40.2" if track == "a1" else init.codec)
