"""Levels: known answers, and the laws that any table of levels obeys."""

import itertools
from fractions import Fraction

import pytest
from hypothesis import given
from hypothesis import strategies as st

from eventstack.models import levels
from eventstack.models.levels import exceeds, limits, lowest

MBPS = 1_000_000

ANSWERS = [
    ("avc", "high", (1920, 1080), "50", 8, "4.2"),
    ("avc", "high", (1920, 1080), "60000/1001", 8, "4.2"),
    ("avc", "high", (1920, 1080), "25", 8, "4.0"),
    ("avc", "high", (1920, 1080), "25", 26, "4.1"),
    ("avc", "high", (1280, 720), "25", 4, "3.1"),
    ("avc", "high", (1280, 720), "50", 6, "3.2"),
    ("avc", "main", (960, 540), "25", 2, "3.1"),  # 2040 macroblocks: level 3.0 ends at 1620
    ("avc", "main", (720, 576), "25", 2, "3.0"),
    ("avc", "main", (640, 360), "25", 1, "3.0"),
    ("avc", "baseline", (320, 180), "25", 0.3, "1.2"),
    ("avc", "high", (3840, 2160), "25", 25, "5.1"),
    ("avc", "high", (3840, 2160), "50", 40, "5.2"),
    ("avc", "high422", (1920, 1080), "25", 80, "4.0"),
    ("hevc", "main10", (3840, 2160), "50", 25, "5.1"),
    ("hevc", "main10", (3840, 2160), "25", 20, "5.0"),
    ("hevc", "main", (1920, 1080), "50", 6, "4.1"),
    ("hevc", "main", (1920, 1080), "25", 5, "4.0"),
    ("hevc", "main", (1280, 720), "50", 4, "4.0"),
    ("hevc", "main", (960, 540), "25", 2, "3.0"),
]


@pytest.mark.parametrize(("codec", "profile", "size", "rate", "mbps", "level"), ANSWERS)
def test_the_lowest_level_of_a_broadcast_format_is_the_known_one(codec, profile, size, rate, mbps, level):
    assert lowest(codec, profile, size, Fraction(rate), int(mbps * MBPS)) == level


def test_no_level_is_named_where_none_permits_it():
    assert lowest("avc", "high", (3840, 2160), Fraction(50), 2000 * MBPS) is None


def test_a_long_thin_picture_needs_a_level_with_a_long_enough_side():
    assert lowest("avc", "high", (4096, 16), Fraction(1), MBPS) == "4.0"
    assert limits("avc", "high", "4.0").side == 4096
    assert limits("avc", "high", "3.2").side == 3232


def test_the_profile_scales_the_bit_rate():
    rates = [limits("avc", profile, "4.0").bitrate // MBPS for profile in levels.profiles("avc")]
    assert dict(zip(levels.profiles("avc"), rates, strict=True)) == {
        "baseline": 20,
        "main": 20,
        "high": 25,
        "high10": 60,
        "high422": 80,
    }


def test_the_high_tier_permits_more_bits_and_begins_at_level_4():
    assert limits("hevc", "main", "5.1").bitrate == 40 * MBPS
    assert limits("hevc", "main", "5.1", tier="high").bitrate == 160 * MBPS
    assert levels.levels("hevc", "main10", tier="high")[0] == "4.0"


def test_a_whole_level_may_be_written_without_its_zero():
    assert limits("avc", "high", "4") == limits("avc", "high", "4.0")


def test_a_broken_limit_is_told_with_its_measure():
    told = exceeds("avc", "high", "4.0", (1920, 1080), Fraction(50), 8 * MBPS)
    assert told == "level 4.0 of avc high permits less: 408 000 macroblocks a second, 67 % above 245 760"


def test_every_broken_limit_is_told():
    told = exceeds("avc", "baseline", "1.0", (1920, 1080), Fraction(200), 8 * MBPS)
    assert told
    for words in ("a picture", "longer side", "macroblocks a second", "pictures a second", "bits a second"):
        assert words in told


@pytest.mark.parametrize(
    ("codec", "profile", "level"), [("avc", "main10", "4.0"), ("vp9", "main", "4.0"), ("avc", "high", "7.3")]
)
def test_an_unknown_codec_profile_or_level_is_refused_with_the_known_ones(codec, profile, level):
    with pytest.raises(ValueError, match="known:"):
        limits(codec, profile, level)


def test_h264_has_no_tiers():
    with pytest.raises(ValueError, match="tier high"):
        limits("avc", "high", "4.0", tier="high")


codecs = st.sampled_from([(codec, profile) for codec in ("avc", "hevc") for profile in levels.profiles(codec)])
sides = st.integers(16, 8192)
frame_rates = st.builds(Fraction, st.integers(1, 300_000), st.sampled_from([1000, 1001]))
bits = st.integers(1, 900 * MBPS)
more = st.integers(0, 4000)


def place(codec, profile, size, rate, bitrate):
    """The lowest level's place in the table; past its end where none permits it."""
    order = levels.levels(codec, profile)
    found = lowest(codec, profile, size, rate, bitrate)
    return order.index(found) if found else len(order)


@given(codecs, sides, sides, frame_rates, bits, more, more, more, bits)
def test_more_of_anything_never_needs_a_lower_level(codec, width, height, rate, bitrate, wider, higher, faster, fatter):
    before = place(*codec, (width, height), rate, bitrate)
    after = place(*codec, (width + wider, height + higher), rate + Fraction(faster, 100), bitrate + fatter)
    assert before <= after


@given(codecs, sides, sides, frame_rates, bits)
def test_exactly_the_levels_from_the_lowest_upward_are_not_exceeded(codec, width, height, rate, bitrate):
    order = levels.levels(*codec)
    fitting = [level for level in order if exceeds(*codec, level, (width, height), rate, bitrate) is None]
    assert fitting == list(order[place(*codec, (width, height), rate, bitrate) :])


@pytest.mark.parametrize("tier", ["main", "high"])
def test_a_higher_level_permits_at_least_as_much(tier):
    for codec in ("avc", "hevc"):
        if (codec, tier) == ("avc", "high"):
            continue
        for profile in levels.profiles(codec):
            rows = [limits(codec, profile, level, tier=tier) for level in levels.levels(codec, profile, tier=tier)]
            for lower, upper in itertools.pairwise(rows):
                assert all(small <= large for small, large in zip(lower[2:7], upper[2:7], strict=True)), upper.level
