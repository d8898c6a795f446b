"""Which level of H.264 or H.265 a picture's size, rate and bit rate need, for the rules of a profile.

Figures are those of ITU-T H.264 (table A-1; clause A.3.1 for the sides and the frame rate; `cpbBrVclFactor` for the bit
rate) and ITU-T H.265 (tables A.8 and A.9, clause A.4). Pictures are progressive. Bit rates are held against the limit
for the coded video alone (VCL), which is stricter than the one for the whole elementary stream.
"""

import math
from collections.abc import Mapping
from fractions import Fraction
from typing import Literal, NamedTuple

Codec = Literal["avc", "hevc"]
Tier = Literal["main", "high"]


class Limits(NamedTuple):
    """What one level permits in one profile."""

    level: str
    """As `4.2`, `4.0` or `1b`."""

    unit: str
    """What a picture's size is counted in: `macroblocks` (16 x 16) or `luma samples`."""

    picture: int
    """Units in one picture (MaxFS, MaxLumaPs)."""

    rate: int
    """Units a second (MaxMBPS, MaxLumaSr)."""

    side: int
    """Pixels in the longer side."""

    frame_rate: int
    """Pictures a second."""

    bitrate: int
    """Bits a second (MaxBR)."""

    buffer: int | None
    """Macroblocks that the decoder holds (MaxDpbMbs); None for H.265, which counts pictures."""


_AVC = (
    ("1.0", 1485, 99, 396, 64),
    ("1b", 1485, 99, 396, 128),
    ("1.1", 3000, 396, 900, 192),
    ("1.2", 6000, 396, 2376, 384),
    ("1.3", 11_880, 396, 2376, 768),
    ("2.0", 11_880, 396, 2376, 2000),
    ("2.1", 19_800, 792, 4752, 4000),
    ("2.2", 20_250, 1620, 8100, 4000),
    ("3.0", 40_500, 1620, 8100, 10_000),
    ("3.1", 108_000, 3600, 18_000, 14_000),
    ("3.2", 216_000, 5120, 20_480, 20_000),
    ("4.0", 245_760, 8192, 32_768, 20_000),
    ("4.1", 245_760, 8192, 32_768, 50_000),
    ("4.2", 522_240, 8704, 34_816, 50_000),
    ("5.0", 589_824, 22_080, 110_400, 135_000),
    ("5.1", 983_040, 36_864, 184_320, 240_000),
    ("5.2", 2_073_600, 36_864, 184_320, 240_000),
    ("6.0", 4_177_920, 139_264, 696_320, 240_000),
    ("6.1", 8_355_840, 139_264, 696_320, 480_000),
    ("6.2", 16_711_680, 139_264, 696_320, 800_000),
)
"""Level, MaxMBPS, MaxFS, MaxDpbMbs, MaxBR."""

_AVC_FACTORS = {"baseline": 1000, "main": 1000, "high": 1250, "high10": 3000, "high422": 4000}
"""Bits a second for each unit of MaxBR (cpbBrVclFactor)."""

_HEVC = (
    ("1.0", 36_864, 552_960, 128, None),
    ("2.0", 122_880, 3_686_400, 1500, None),
    ("2.1", 245_760, 7_372_800, 3000, None),
    ("3.0", 552_960, 16_588_800, 6000, None),
    ("3.1", 983_040, 33_177_600, 10_000, None),
    ("4.0", 2_228_224, 66_846_720, 12_000, 30_000),
    ("4.1", 2_228_224, 133_693_440, 20_000, 50_000),
    ("5.0", 8_912_896, 267_386_880, 25_000, 100_000),
    ("5.1", 8_912_896, 534_773_760, 40_000, 160_000),
    ("5.2", 8_912_896, 1_069_547_520, 60_000, 240_000),
    ("6.0", 35_651_584, 1_069_547_520, 60_000, 240_000),
    ("6.1", 35_651_584, 2_139_095_040, 120_000, 480_000),
    ("6.2", 35_651_584, 4_278_190_080, 240_000, 800_000),
)
"""Level, MaxLumaPs, MaxLumaSr, MaxBR of the main and of the high tier."""

_HEVC_FACTORS = {"main": 1000, "main10": 1000}
"""Bits a second for each unit of MaxBR (CpbBrVclFactor)."""


def _avc(factor: int) -> dict[str, Limits]:
    return {
        level: Limits(
            level, "macroblocks", size, rate, math.isqrt(size * 8) * 16, _avc_frames(level), bits * factor, buffer
        )
        for level, rate, size, buffer, bits in _AVC
    }


def _avc_frames(level: str) -> int:
    return 300 if level.startswith("6") else 172


def _hevc(factor: int, tier: Tier) -> dict[str, Limits]:
    return {
        level: Limits(level, "luma samples", size, rate, math.isqrt(size * 8), 300, bits * factor, None)
        for level, size, rate, main, high in _HEVC
        if (bits := main if tier == "main" else high)
    }


_TABLES: Mapping[tuple[str, str, str], Mapping[str, Limits]] = {
    **{("avc", profile, "main"): _avc(factor) for profile, factor in _AVC_FACTORS.items()},
    **{("hevc", profile, "main"): _hevc(factor, "main") for profile, factor in _HEVC_FACTORS.items()},
    **{("hevc", profile, "high"): _hevc(factor, "high") for profile, factor in _HEVC_FACTORS.items()},
}


def profiles(codec: Codec) -> tuple[str, ...]:
    """The profiles whose limits are known here."""
    return tuple(profile for known, profile, tier in _TABLES if known == codec and tier == "main")


def levels(codec: Codec, profile: str, *, tier: Tier = "main") -> tuple[str, ...]:
    """The levels of a profile, lowest first; raises ValueError for a profile or tier that is not known."""
    return tuple(_table(codec, profile, tier))


def limits(codec: Codec, profile: str, level: str, *, tier: Tier = "main") -> Limits:
    """What a level (`4.2`; `4` is `4.0`) permits; raises ValueError with the known ones. H.264 has no tiers."""
    table = _table(codec, profile, tier)
    found = table.get(level) or table.get(f"{level}.0")
    if not found:
        raise ValueError(f"no level {level} of {codec} {profile}; known: {', '.join(table)}")
    return found


def lowest(
    codec: Codec, profile: str, size: tuple[int, int], frame_rate: Fraction, max_bitrate: int, *, tier: Tier = "main"
) -> str | None:
    """The lowest level that permits it, or None where none does.

    `size` is width and height in pixels, `frame_rate` in pictures a second, `max_bitrate` in bits a second.
    Raises ValueError for a profile or tier that is not known.
    """
    table = _table(codec, profile, tier)
    side, coded = max(size), _coded(codec, size)
    above, below = frame_rate.numerator, frame_rate.denominator
    for level in table.values():
        # Whole numbers only: a table is searched for every rung of every event.
        if (
            coded <= level.picture
            and side <= level.side
            and coded * above <= level.rate * below
            and above <= level.frame_rate * below
            and max_bitrate <= level.bitrate
        ):
            return level.level
    return None


def exceeds(
    codec: Codec,
    profile: str,
    level: str,
    size: tuple[int, int],
    frame_rate: Fraction,
    max_bitrate: int,
    *,
    tier: Tier = "main",
) -> str | None:
    """Which limits of the level are broken and by how much, in a sentence; None where it permits all.

    Units are those of `lowest`; raises ValueError for a profile, tier or level that is not known.
    """
    limit = limits(codec, profile, level, tier=tier)
    coded = _coded(codec, size)
    asked = (
        _Asked(f"{limit.unit} a picture", coded, limit.picture),
        _Asked("pixels in the longer side", max(size), limit.side),
        _Asked(f"{limit.unit} a second", coded * frame_rate, limit.rate),
        _Asked("pictures a second", frame_rate, limit.frame_rate),
        _Asked("bits a second", max_bitrate, limit.bitrate),
    )
    broken = [one for one in asked if one.value > one.limit]
    if not broken:
        return None
    return f"level {limit.level} of {codec} {profile} permits less: {'; '.join(map(_said, broken))}"


class _Asked(NamedTuple):
    unit: str
    value: Fraction | int
    limit: int


def _table(codec: str, profile: str, tier: str) -> Mapping[str, Limits]:
    try:
        return _TABLES[codec, profile, tier]
    except KeyError:
        known = ", ".join(" ".join(key) for key in _TABLES)
        raise ValueError(f"no limits are known for {codec} {profile}, tier {tier}; known: {known}") from None


def _coded(codec: str, size: tuple[int, int]) -> int:
    """The picture's size as it is coded: in whole macroblocks, or whole smallest coding blocks of 8 x 8."""
    width, height = size
    if codec == "avc":
        return -(-width // 16) * -(-height // 16)
    return -(-width // 8) * -(-height // 8) * 64


def _said(asked: _Asked) -> str:
    percent = math.ceil((Fraction(asked.value) / asked.limit - 1) * 100)
    return f"{_grouped(math.ceil(asked.value))} {asked.unit}, {percent} % above {_grouped(asked.limit)}"


def _grouped(number: int) -> str:
    return f"{number:,}".replace(",", " ")
