"""The video renditions of a profile, and what they have in common."""

from fractions import Fraction
from typing import Annotated, Literal

from pydantic import Field

from eventstack.models.shape import Shape
from eventstack.models.units import Bitrate, Duration, FrameRate, Resolution

Codec = Literal["avc", "hevc"]
CodecProfile = Literal["baseline", "main", "high", "high10", "high422", "main10"]
Preset = Literal["ultrafast", "superfast", "veryfast", "faster", "fast", "medium", "slow"]
RateControl = Literal["vbr", "cbr", "qvbr"]
Level = Annotated[str, Field(pattern=r"^[1-9](\.[0-9])?$", examples=["4.0", "4.2", "5.1"])]
Aspect = Literal["16:9", "4:3", "1:1", "9:16"]
Scan = Literal["progressive", "interlaced"]

PEAK = Fraction(11, 10)
"""The peak above the average that a rung has unless it says its own."""


class Rendition(Shape):
    """One rung of the ladder; what it leaves out it takes from the ladder."""

    size: Resolution
    """The picture's size in pixels, as 960x540."""

    bitrate: Bitrate = Field(examples=["800kbps", "3Mbps", "8Mbps"])
    """The average bit rate of the video, as 1800kbps."""

    max_bitrate: Bitrate | None = Field(default=None, examples=["4Mbps", "9600kbps"])
    """The peak bit rate of the video; left out: a tenth above the average, of cbr the average itself."""

    codec: Codec | None = None
    """The video codec: avc or hevc."""

    profile: CodecProfile | None = None
    """The codec's profile: baseline, main, high, high10 or high422 of avc; main or main10 of hevc."""

    level: Level | None = None
    """The codec's level, as 4.2; left out: the lowest that permits the size and rates."""

    frame_rate: FrameRate | None = Field(default=None, examples=["25fps"])
    """Frames a second: those of the ladder, or half of them."""

    preset: Preset | None = None
    """How much work the encoder puts into a picture, from ultrafast to slow."""

    quality: Annotated[int, Field(ge=1, le=10, strict=True)] | None = Field(default=None, examples=[7])
    """The quality that qvbr keeps, 1 to 10."""


class WholeRendition(Shape):
    """One rung with every value known."""

    size: Resolution
    bitrate: Bitrate
    max_bitrate: Bitrate
    codec: Codec
    profile: CodecProfile
    level: Level | None
    frame_rate: FrameRate
    preset: Preset
    quality: int | None


class Ladder(Shape):
    """The video renditions, and what they have in common."""

    frame_rate: FrameRate
    """Frames a second of every rung, as 25fps, 50fps or 30000/1001fps; of an interlaced source after de-interlacing."""

    codec: Codec = "avc"
    """The video codec: avc (H.264) or hevc (H.265)."""

    profile: CodecProfile = "main"
    """The codec's profile: baseline, main, high, high10 or high422 of avc; main or main10 of hevc."""

    preset: Preset = "veryfast"
    """How much work the encoder puts into a picture, from ultrafast to slow."""

    rate_control: RateControl = "vbr"
    """How bits are spent: vbr (an average and a peak), cbr (always the same), qvbr (a quality under a peak)."""

    gop: Duration | None = Field(default=None, examples=["0.96s", "1.92s"])
    """From one key picture to the next, as 0.96s; left out: a segment. It divides the segment."""

    aspect: Aspect = "16:9"
    """The picture's shape, with square pixels: 16:9, 4:3, 1:1 or 9:16."""

    scan: Scan = "progressive"
    """How the source's pictures come; interlaced ones are de-interlaced before the ladder."""

    renditions: Annotated[tuple[Rendition, ...], Field(min_length=1, max_length=12)]
    """The rungs: a list of sizes and bit rates."""

    def rungs(self) -> tuple[WholeRendition, ...]:
        """Every rung with its values filled in, the smallest first."""
        return tuple(sorted(map(self.whole, self.renditions), key=lambda rung: (rung.size, rung.bitrate)))

    def whole(self, rung: Rendition) -> WholeRendition:
        """A rung with what it leaves out taken from the ladder."""
        peak = rung.bitrate if self.rate_control == "cbr" else Bitrate(rung.bitrate * PEAK)
        return WholeRendition.model_construct(
            size=rung.size,
            bitrate=rung.bitrate,
            max_bitrate=rung.max_bitrate or peak,
            codec=rung.codec or self.codec,
            profile=rung.profile or self.profile,
            level=rung.level,
            frame_rate=rung.frame_rate or self.frame_rate,
            preset=rung.preset or self.preset,
            quality=rung.quality,
        )
