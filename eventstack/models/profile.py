"""A profile: the reusable description of what is built for an event; the event only says when and from where."""

from fractions import Fraction
from typing import Annotated, Any, Literal, Self

from pydantic import AfterValidator, BeforeValidator, Field, field_serializer, model_validator

from eventstack.models import rules
from eventstack.models.faults import broken, unfit
from eventstack.models.shape import Id, Line, Shape, Switch, WholeSeconds, off_or
from eventstack.models.units import Bitrate, Duration, FrameRate, Resolution

H264Profile = Literal["baseline", "main", "high"]
Preset = Literal["ultrafast", "superfast", "veryfast", "faster", "fast", "medium", "slow"]
Hop = Literal["contribution", "encoder", "packager", "origin", "licence", "edge", "picture", "sound"]


class Rendition(Shape):
    """One rung of the ladder; what it leaves out it takes from the ladder."""

    size: Resolution
    """The picture's size in pixels, as 960x540."""

    bitrate: Bitrate
    """The average bit rate of the video, as 1800kbps."""

    max_bitrate: Bitrate | None = None
    """The peak bit rate of the video; left out: a tenth above the average."""

    codec: Literal["avc"] | None = None
    """The video codec: avc."""

    profile: H264Profile | None = None
    """The codec's profile: baseline, main or high."""

    frame_rate: FrameRate | None = None
    """Frames a second, the same for every rung."""

    preset: Preset | None = None
    """How much work the encoder puts into a picture, from ultrafast to slow."""


class WholeRendition(Shape):
    """One rung with every value known."""

    size: Resolution
    bitrate: Bitrate
    max_bitrate: Bitrate
    codec: Literal["avc"]
    profile: H264Profile
    frame_rate: FrameRate
    preset: Preset


class Ladder(Shape):
    """The video renditions, and what they have in common."""

    frame_rate: FrameRate
    """Frames a second of every rung, as 25fps or 30000/1001fps."""

    codec: Literal["avc"] = "avc"
    """The video codec: avc."""

    profile: H264Profile = "main"
    """The codec's profile: baseline, main or high."""

    preset: Preset = "veryfast"
    """How much work the encoder puts into a picture, from ultrafast to slow."""

    renditions: Annotated[tuple[Rendition, ...], Field(min_length=1, max_length=12)]
    """The rungs: a list of sizes and bit rates."""

    def rungs(self) -> tuple[WholeRendition, ...]:
        """Every rung with its values filled in, the smallest first."""
        whole = (
            WholeRendition(
                size=rung.size,
                bitrate=rung.bitrate,
                max_bitrate=rung.max_bitrate or Bitrate(rung.bitrate * 11 // 10),
                codec=rung.codec or self.codec,
                profile=rung.profile or self.profile,
                frame_rate=rung.frame_rate or self.frame_rate,
                preset=rung.preset or self.preset,
            )
            for rung in self.renditions
        )
        return tuple(sorted(whole, key=lambda rung: rung.size))


def _audio_bitrate(value: Bitrate) -> Bitrate:
    if not 16_000 <= value <= 512_000:
        raise unfit("not a bit rate for AAC", allowed="16kbps to 512kbps")
    return value


def _channels(value: Any) -> Any:
    if isinstance(value, bool) or value not in (1, 2):
        raise unfit("not a channel count", allowed="1 (mono) or 2 (stereo)")
    return value


class Track(Shape):
    """One audio track."""

    language: Annotated[str, Field(pattern=r"^[a-z]{2,3}(-[A-Za-z0-9]{2,8}){0,3}$")]
    """The language as BCP 47 names it, as en, nb or pt-BR."""

    label: Line | None = None
    """What a player's menu calls it; left out: the language."""

    bitrate: Annotated[Bitrate, AfterValidator(_audio_bitrate)] = Bitrate(96_000)
    """The bit rate of the audio, as 96kbps."""

    channels: Annotated[int, BeforeValidator(_channels)] = 2
    """1 (mono) or 2 (stereo)."""


class Audio(Shape):
    """The audio tracks; AAC at 48 kHz."""

    tracks: Annotated[tuple[Track, ...], Field(min_length=1, max_length=8)]
    """The tracks: a list of languages and bit rates."""


class Packaging(Shape):
    """What players are given."""

    formats: Annotated[tuple[Literal["hls", "dash"], ...], Field(min_length=1)] = ("hls", "dash")
    """The manifests that are written: hls, dash or both."""

    segment: Duration = Duration("1.92")
    """A segment's length: a whole number of pictures and of audio frames, as 1.92s at 25fps."""

    window: WholeSeconds = Duration(60)
    """How far a viewer may rewind, as 60s."""


class Drm(Shape):
    """Common encryption of everything that is served."""

    scheme: Literal["cenc", "cbcs"] = "cenc"
    """How samples are encrypted: cenc or cbcs."""

    systems: Annotated[tuple[Literal["clearkey", "widevine", "playready"], ...], Field(min_length=1)] = ("clearkey",)
    """The key systems that manifests signal: clearkey, widevine, playready."""

    keys: Literal["per-label", "one"] = "per-label"
    """One key for video and one for audio (per-label), or one for everything."""

    rotation: Annotated[Duration | None, BeforeValidator(lambda value: None if value == "off" else value)] = None
    """How often keys change: off."""


class Archive(Shape):
    """What is kept of the broadcast."""

    vod: Switch = True
    """Whether the recording becomes video on demand, with the same keys."""


class Timing(Shape):
    """The time around the programme."""

    line_up: WholeSeconds
    """How long before the start the chain runs unseen while its probes look, as 12s or 15m."""

    tail: WholeSeconds = Duration(0)
    """How long viewers keep the live address after the end."""

    overrun: Literal["stay-up", "keep-start-times", "keep-durations"] = "stay-up"
    """What gives way when a programme runs over: nothing (stay-up), this one's end, or the starts that follow."""


def _some(value: WholeSeconds) -> WholeSeconds:
    if value <= 0:
        raise unfit("no time at all", allowed="more than 0s")
    return value


class Gates(Shape):
    """What must be good before the public sees anything."""

    hops: Annotated[tuple[Hop, ...], Field(min_length=1)] | None = None
    """The hops that must be good; left out: all that the profile has."""

    in_a_row: Annotated[int, Field(ge=1, le=60, strict=True)] = 2
    """How many looks in a row must be good, 1 to 60."""

    give_up: Annotated[WholeSeconds, AfterValidator(_some)] = Duration(60)
    """How long after the planned start the event is called off when they never were."""


class Monitoring(Shape):
    """Who looks at the chain, and what follows from it."""

    gates: Gates = Gates()
    """What must be good before the public sees anything."""


class Teardown(Shape):
    """How the end is proven."""

    settle: Annotated[WholeSeconds, AfterValidator(_some)] | None = None
    """The least time between the two inventories that prove the stack gone; never less than the cloud needs."""


class Profile(Shape):
    """What is built for an event."""

    name: Id
    """What events call it; the same as the file's name without .yaml."""

    description: Line | None = None
    """What it is for, on one line."""

    ladder: Ladder
    """The video renditions."""

    audio: Audio
    """The audio tracks."""

    packaging: Packaging = Packaging()
    """What players are given."""

    drm: Annotated[Drm | None, BeforeValidator(off_or)] = None
    """Encryption: off, or scheme, systems and keys."""

    slate: Switch = False
    """Whether a slate can be shown instead of the programme."""

    archive: Archive = Archive()
    """What is kept of the broadcast."""

    timing: Timing
    """Line-up, tail and overrun."""

    monitoring: Monitoring = Monitoring()
    """Gates and thresholds."""

    layers: Literal["split", "single"] = "split"
    """Where slow things live: in a foundation that events share (split), or in the event's own stack (single)."""

    teardown: Teardown = Teardown()
    """How the end is proven."""

    @field_serializer("drm", when_used="always")
    def _off(self, drm: Drm | None) -> Any:
        return drm or "off"

    @model_validator(mode="after")
    def _rules(self) -> Self:
        ladder, packaging = self.ladder, self.packaging
        found = [
            *rules.rungs([(rung.size, rung.bitrate, rung.max_bitrate) for rung in ladder.renditions]),
            *rules.one_cadence(Fraction(ladder.frame_rate), [rung.frame_rate for rung in ladder.renditions]),
            *rules.segment(Fraction(packaging.segment), Fraction(ladder.frame_rate), Fraction(packaging.window)),
            *rules.twice(("packaging", "formats"), packaging.formats),
            *rules.timing(Fraction(self.timing.line_up)),
            *rules.gates(self.monitoring.gates.hops, drm=self.drm is not None),
        ]
        if self.drm:
            found += rules.drm(
                self.drm.scheme, self.drm.systems, hls="hls" in packaging.formats, rotates=self.drm.rotation is not None
            )
        if found:
            raise broken(found)
        return self
