"""What players are given, under which keys, by which edge, and what is kept of it."""

from typing import Annotated, Any, Literal

from pydantic import BeforeValidator, Field, field_serializer

from eventstack.models.faults import unfit
from eventstack.models.shape import Id, Shape, Switch, WholeSeconds, off_or
from eventstack.models.units import Duration

Format = Literal["hls", "dash"]
System = Literal["clearkey", "widevine", "playready", "fairplay"]


class LowLatency(Shape):
    """Parts of segments that players get before the segment is whole (LL-HLS, LL-DASH)."""

    part: Duration = Field(examples=["0.32s"])
    """A part's length: a whole number of pictures that divides the segment, as 0.32s."""


class Packaging(Shape):
    """What players are given."""

    formats: Annotated[tuple[Format, ...], Field(min_length=1)] = ("hls", "dash")
    """The manifests that are written: hls, dash or both."""

    container: Literal["cmaf", "ts"] = "cmaf"
    """What segments are: cmaf (fragmented MP4, for both formats) or ts (transport stream, for hls alone)."""

    segment: Duration = Field(default=Duration("1.92"), examples=["1.92s", "3.84s", "6s"])
    """A segment's length: a whole number of pictures and best of audio frames, as 1.92s at 25fps."""

    window: WholeSeconds = Field(default=Duration(60), examples=["60s", "2m"])
    """How far a viewer may rewind, as 60s."""

    start_over: Annotated[WholeSeconds | None, BeforeValidator(lambda value: None if value == "off" else value)] = (
        Field(default=None, examples=["off", "4h"])
    )
    """How far back somebody who comes late may start (start-over, catch-up), as 4h; off: not beyond the window."""

    low_latency: Annotated[LowLatency | None, BeforeValidator(off_or)] = Field(
        default=None, examples=["off", {"part": "0.32s"}]
    )
    """Parts before segments are whole: off, or the part's length."""

    @field_serializer("low_latency", when_used="always")
    def _off(self, part: LowLatency | None) -> Any:
        return "off" if part is None else part


def _https(value: Any) -> str:
    allowed = "an address with https, as https://keys.example.org/speke"
    if not isinstance(value, str) or not value.isprintable() or " " in value or not value.startswith("https://"):
        raise unfit("not an https address", allowed=allowed, hide=True)
    if "@" in value or "?" in value:
        hint = "a token belongs into the gateway in front of the key server, never into a file"
        raise unfit("a query or a user in the address", allowed=allowed, hint=hint, hide=True)
    return value


class Speke(Shape):
    """The key server that is asked for content keys by SPEKE (an exchange of CPIX documents)."""

    url: Annotated[str, BeforeValidator(_https)] = Field(
        examples=["https://abc.execute-api.eu-central-1.amazonaws.com/speke"]
    )
    """Where key requests are posted; https, without a query."""

    version: Literal["2.0", "2.1"] = "2.0"
    """The version of SPEKE: 2.0 or 2.1, in quotes."""

    role: Annotated[str, Field(pattern=r"^arn:aws[a-z-]*:iam::[0-9]{12}:role/[A-Za-z0-9+=,.@_/-]+$")] | None = Field(
        default=None, examples=["arn:aws:iam::123456789012:role/SpekeAccess"]
    )
    """On aws: the role that may call it; left out: one of the foundation's."""

    certificate: (
        Annotated[str, Field(pattern=r"^arn:aws[a-z-]*:acm:[a-z0-9-]+:[0-9]{12}:certificate/[A-Za-z0-9-]+$")] | None
    ) = Field(default=None, examples=["arn:aws:acm:eu-central-1:123456789012:certificate/1234"])
    """On aws: the certificate under which keys travel encrypted."""


class Drm(Shape):
    """Common encryption of everything that is served."""

    scheme: Literal["cenc", "cbcs"] = "cenc"
    """How samples are encrypted: cenc or cbcs."""

    systems: Annotated[tuple[System, ...], Field(min_length=1)] = ("clearkey",)
    """The key systems that manifests signal: clearkey, widevine, playready, fairplay."""

    keys: Literal["one", "per-label", "per-resolution"] = "per-label"
    """One key for everything (one), one for video and one for audio (per-label), or one for each class of picture
    size too (per-resolution, multi-key)."""

    rotation: Annotated[WholeSeconds | None, BeforeValidator(lambda value: None if value == "off" else value)] = Field(
        default=None, examples=["off", "30m"]
    )
    """How often keys change: off, or a time of 5m and more."""

    key_source: Literal["local", "speke"] = "local"
    """Where keys come from: the foundation's own key service (local), or a key server (speke)."""

    speke: Speke | None = None
    """The key server: url, version, role, certificate."""

    policy: Id | None = Field(default=None, examples=["uhd-hardware-only"])
    """The name of the licence server's policy for this content, as it knows it."""


class Cdn(Shape):
    """What viewers reach."""

    access: Literal["open", "signed"] = "open"
    """Who gets in: whoever has the address (open), or a signed address or cookie (signed)."""

    domain: Annotated[str, Field(pattern=r"^([a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?\.)+[a-z]{2,63}$")] | None = Field(
        default=None, examples=["live.example.org"]
    )
    """A host name of your own, as live.example.org; left out: the edge's."""

    cors: tuple[Annotated[str, Field(pattern=r"^(\*|https?://[A-Za-z0-9.-]+(:[0-9]{1,5})?)$")], ...] = Field(
        default=("*",), examples=[["https://www.example.org"]]
    )
    """Whose pages may play it: origins as https://www.example.org, or * for all."""


class Archive(Shape):
    """What is kept of the broadcast."""

    vod: Switch = True
    """Whether the recording becomes video on demand."""

    route: Literal["copy", "repackage"] = "copy"
    """How: the segments as they were aired, with the same keys (copy), or made anew from clear ones (repackage)."""

    clear_origin: Switch = False
    """Whether a clear copy may stand behind closed doors for that; only repackaging of encrypted events needs it."""

    all_keys: Switch = False
    """Whether the licence service keeps every key of a rotation for good; copying of such events needs it."""

    keep: WholeSeconds | None = Field(default=None, examples=["30d", "365d"])
    """How long the recording is kept, in days; left out: until somebody removes it."""
