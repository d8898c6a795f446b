"""Profiles: the shipped ones' shape, and the rules across fields."""

from fractions import Fraction
from itertools import pairwise
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from eventstack.errors import ConfigError
from eventstack.models.ladder import Ladder
from eventstack.models.load import load_profile, profile_names, read_profile
from eventstack.models.profile import Profile
from eventstack.models.rules import pictures
from eventstack.models.units import Bitrate, Duration, Resolution
from eventstack.models.yaml_reader import read
from tests.models.documents import PROFILE, bent


def test_the_shipped_profiles_are_these() -> None:
    assert {"rehearsal-540p25", "talk-720p25"} <= set(profile_names())


def test_what_lies_beside_profiles_is_not_named_as_one(tmp_path: Path) -> None:
    (tmp_path / "talk.yaml").write_text("id: talk\nwindow: {}\n", encoding="utf-8")
    (tmp_path / "broken.yaml").write_text("a: [", encoding="utf-8")
    assert profile_names([tmp_path]) == profile_names()


@pytest.mark.parametrize("name", profile_names())
def test_every_shipped_profile_is_valid_and_says_what_it_is_for(name: str) -> None:
    assert load_profile(name).description


def test_the_rehearsal_has_three_rungs_and_is_encrypted() -> None:
    profile = load_profile("rehearsal-540p25")
    assert [(str(rung.size), int(rung.bitrate), int(rung.max_bitrate)) for rung in profile.ladder.rungs()] == [
        ("416x234", 400_000, 440_000),
        ("640x360", 800_000, 880_000),
        ("960x540", 1_800_000, 1_980_000),
    ]
    assert {rung.preset for rung in profile.ladder.rungs()} == {"veryfast"}
    assert profile.drm
    assert (profile.drm.scheme, profile.drm.keys) == ("cenc", "per-label")
    assert profile.packaging.formats == ("hls", "dash")
    assert profile.archive.vod
    assert profile.slate
    assert profile.timing.line_up + profile.timing.tail <= 30


def test_the_talk_is_in_the_clear() -> None:
    profile = load_profile("talk-720p25")
    assert profile.drm is None
    assert [str(rung.size) for rung in profile.ladder.rungs()] == ["640x360", "1280x720"]


def test_a_profile_survives_its_own_json() -> None:
    for profile in (read_profile(read(PROFILE.encode(), "wide.yaml")).model, load_profile("talk-720p25")):
        assert Profile.model_validate_json(profile.model_dump_json()) == profile


def test_rungs_are_put_in_order() -> None:
    low = "    - size: 640x360\n      bitrate: 800kbps\n"
    text = bent(bent(PROFILE, low, ""), "audio:\n", f"{low}audio:\n")
    profiles = [read_profile(read(item.encode(), "wide.yaml")).model for item in (PROFILE, text)]
    assert profiles[0].ladder != profiles[1].ladder
    assert profiles[0].ladder.rungs() == profiles[1].ladder.rungs()


def test_the_larger_rung_is_at_fault_for_too_few_bits() -> None:
    text = bent(PROFILE, "bitrate: 800kbps", "bitrate: 3Mbps")
    with pytest.raises(ConfigError, match="needs a higher bit rate") as caught:
        read_profile(read(text.encode(), "wide.yaml"))
    assert [fault.field for fault in caught.value.faults] == ["ladder.renditions[1].bitrate"]


@pytest.mark.parametrize(
    ("rate", "step"),
    [("25", "8/25"), ("50", "8/25"), ("30", "8/15"), ("60", "8/15"), ("24", "8/3"), ("30000/1001", "8008/375")],
)
def test_the_grid_is_the_common_multiple_of_picture_and_audio_frame(rate: str, step: str) -> None:
    assert pictures.grid(Fraction(rate)) == Fraction(step)


@given(st.integers(1, 120_000), st.sampled_from([1, 1001]))
def test_a_grid_step_is_whole_in_both(numerator: int, denominator: int) -> None:
    rate = Fraction(numerator, denominator)
    step = pictures.grid(rate)
    assert (step * rate).denominator == 1
    assert (step / pictures.AAC_FRAME).denominator == 1


@given(st.fractions(Fraction(1, 2), Fraction(10), max_denominator=100), st.sampled_from([24, 25, 30, 50, 60]))
def test_an_offered_length_is_accepted(length: Fraction, rate: int) -> None:
    found = [*pictures.segment(length, [Fraction(rate)], Fraction(60)), pictures.deviation(length, Fraction(rate))]
    if length % pictures.grid(Fraction(rate)) == 0:
        assert found == [None]
        return
    assert found[0]
    assert found[0].allowed
    for offer in found[0].allowed.split(" or "):
        good = Fraction(Duration.parse(offer))
        assert not list(pictures.segment(good, [Fraction(rate)], Fraction(60)))
        assert pictures.deviation(good, Fraction(rate)) is None


@given(st.lists(st.tuples(st.integers(4, 120), st.integers(1, 10**7)), min_size=1, max_size=6))
def test_a_ladder_passes_only_if_sizes_and_bit_rates_grow_together(steps: list[tuple[int, int]]) -> None:
    renditions = [{"size": Resolution(32 * step, 18 * step), "bitrate": Bitrate(rate)} for step, rate in steps]
    ladder = Ladder.model_validate({"frame_rate": "25fps", "renditions": renditions})
    ordered = sorted(steps)
    grows = all(low[1] < high[1] for low, high in pairwise(ordered))
    visible = all(rate * 500 >= 32 * 18 * step * step * 25 for step, rate in steps)
    grows = grows and visible
    assert (not list(pictures.order([ladder.whole(rung) for rung in ladder.renditions], ladder.aspect))) == grows


def test_the_deviation_of_two_seconds_is_said() -> None:
    assert not list(pictures.segment(Fraction(2), [Fraction(25)], Fraction(60)))
    found = pictures.deviation(Fraction(2), Fraction(25))
    assert found
    assert "93.75 AAC frames" in found.message
    assert "5.3 ms" in found.message
    assert found.allowed == "1.92s or 2.24s"


def test_what_premium_broadcasts_have_is_taken() -> None:
    text = bent(bent(PROFILE, "channels: 2", "channels: 6"), "bitrate: 96kbps", "bitrate: 384kbps")
    keys = "scheme: cbcs\n  key_source: speke\n  speke: {url: 'https://keys.example.org/speke'}"
    text = bent(bent(text, "scheme: cenc", keys), "[clearkey]", "[widevine, playready, fairplay]")
    profile = read_profile(read(text.encode(), "wide.yaml")).model
    assert profile.drm
    assert (profile.audio.tracks[0].channels, profile.drm.scheme, profile.drm.systems[-1]) == (6, "cbcs", "fairplay")
