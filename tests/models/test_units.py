"""Quantities: exact, with their unit, and the same after a round trip."""

import re
from fractions import Fraction

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pydantic import TypeAdapter, ValidationError

from eventstack.models.references import SecretReference, SourceReference
from eventstack.models.units import Bitrate, Duration, FrameRate, Loudness, Resolution, Share, TruePeak, rational

positive = st.integers(min_value=1, max_value=10**12 - 1)


@given(positive)
def test_a_bit_rate_survives_a_round_trip(value: int) -> None:
    assert Bitrate.parse(str(Bitrate(value))) == value


@given(st.integers(min_value=0, max_value=10**12 - 1), st.integers(min_value=1, max_value=10**6))
def test_a_duration_survives_a_round_trip(numerator: int, denominator: int) -> None:
    value = Duration(numerator, denominator)
    assert Duration.parse(str(value)) == value


@given(st.integers(min_value=1, max_value=300_000), st.sampled_from([1, 1001, 1000]))
def test_a_frame_rate_survives_a_round_trip(numerator: int, denominator: int) -> None:
    rate = Fraction(numerator, denominator)
    if rate <= 300:
        assert FrameRate.parse(str(FrameRate(rate))) == rate


@given(st.integers(1, 99_999), st.integers(1, 99_999))
def test_a_resolution_survives_a_round_trip(width: int, height: int) -> None:
    assert Resolution.parse(str(Resolution(width, height))) == (width, height)


@pytest.mark.parametrize(
    ("text", "value"),
    [("6Mbps", 6_000_000), ("400kbps", 400_000), ("1.8Mbps", 1_800_000), ("96000bps", 96_000), ("1Gbps", 10**9)],
)
def test_bit_rates_are_decimal(text: str, value: int) -> None:
    assert Bitrate.parse(text) == value


@pytest.mark.parametrize(
    ("text", "seconds"),
    [
        ("1.92s", Fraction(48, 25)),
        ("90m", Fraction(5400)),
        ("1h30m", Fraction(5400)),
        ("120ms", Fraction(3, 25)),
        ("8/15s", Fraction(8, 15)),
        ("1m30.5s", Fraction(181, 2)),
        ("0s", Fraction(0)),
    ],
)
def test_durations_are_exact(text: str, seconds: Fraction) -> None:
    assert Duration.parse(text) == seconds


def test_a_duration_is_written_in_its_largest_whole_unit() -> None:
    assert [str(Duration(n)) for n in (0, 6, 90, 120, 7200, 5400)] == ["0s", "6s", "90s", "2m", "2h", "90m"]


@pytest.mark.parametrize(
    ("kind", "text"),
    [
        (Bitrate, "6"),
        (Bitrate, "6 Mbps"),
        (Bitrate, "6mbps"),
        (Bitrate, "0kbps"),
        (Bitrate, "-1kbps"),
        (Bitrate, "1.5bps"),
        (Bitrate, "٣kbps"),
        (Duration, ""),
        (Duration, "2"),
        (Duration, "-2s"),
        (Duration, "2s1h"),
        (Duration, "1/0s"),
        (Duration, "1e3s"),
        (FrameRate, "25"),
        (FrameRate, "0fps"),
        (FrameRate, "29.97fps"),
        (FrameRate, "1000fps"),
        (Resolution, "960"),
        (Resolution, "0x540"),
        (Resolution, "960X540"),
        (SecretReference, "hunter2"),
        (SecretReference, "env:"),
        (SecretReference, "generated:x"),
        (SourceReference, "clip.mp4"),
    ],
)
def test_anything_else_is_refused(kind: type[Bitrate | Duration | FrameRate | Resolution], text: str) -> None:
    with pytest.raises(ValueError):
        kind.parse(text)


@pytest.mark.parametrize("value", [2, 2.0, True, None, [2]])
def test_a_bare_number_is_refused(value: object) -> None:
    with pytest.raises(ValidationError):
        TypeAdapter(Duration).validate_python(value)


def test_the_exact_rate_is_offered_for_a_rounded_one() -> None:
    with pytest.raises(ValueError, match="30000/1001fps"):
        FrameRate.parse("29.97fps")


def test_an_editor_is_told_the_form() -> None:
    schema = TypeAdapter(Bitrate).json_schema()
    assert schema["type"] == "string"
    assert "Mbps" in schema["pattern"]


def test_rationals_are_in_lowest_terms() -> None:
    assert [rational(Fraction(192, 100)), rational(Fraction(60))] == ["48/25", "60"]


@given(st.integers(-400, -50))
def test_a_loudness_survives_a_round_trip(tenths: int) -> None:
    assert Loudness.parse(str(Loudness(tenths, 10))) == Fraction(tenths, 10)


@given(st.integers(-200, 0))
def test_a_true_peak_survives_a_round_trip(tenths: int) -> None:
    assert TruePeak.parse(str(TruePeak(tenths, 10))) == Fraction(tenths, 10)


@given(st.integers(0, 10**9), st.integers(0, 7))
def test_a_share_survives_a_round_trip(part: int, places: int) -> None:
    share = Share(part % (10 ** (places + 2) + 1), 10 ** (places + 2))
    assert Share.parse(str(share)) == share


@given(st.integers(1, 10**6))
def test_days_survive_a_round_trip(days: int) -> None:
    assert str(Duration(86_400 * days)) == f"{days}d"
    assert Duration.parse(f"{days}d") == 86_400 * days


@given(
    st.one_of(
        st.builds(Bitrate, positive),
        st.builds(Duration, st.integers(0, 10**9), st.integers(1, 10**6)),
        st.builds(FrameRate, st.integers(1, 300_000), st.just(1001)),
        st.builds(Resolution, st.integers(1, 99_999), st.integers(1, 99_999)),
        st.builds(Share, st.integers(0, 1000), st.just(1000)),
        st.builds(Loudness, st.integers(-400, -50), st.just(10)),
        st.builds(TruePeak, st.integers(-200, 0), st.just(10)),
    )
)
def test_what_is_written_has_the_form_that_editors_are_told(value: Bitrate) -> None:
    assert re.search(type(value).pattern, str(value))
    kind = TypeAdapter(type(value))
    assert kind.validate_python(kind.dump_python(value, mode="json")) == value
