"""How the venue's feed reaches us: protocols, who calls whom, a backup, and what is expected to arrive."""

from collections.abc import Iterator
from ipaddress import ip_network
from typing import Annotated, Any, Literal, Self
from urllib.parse import urlsplit

from pydantic import AfterValidator, BeforeValidator, Field, model_validator

from eventstack.models.faults import Rule, broken, twice, unfit
from eventstack.models.references import SecretReference, SourceReference
from eventstack.models.shape import Shape
from eventstack.models.units import Bitrate, Duration, FrameRate, Resolution

Protocol = Literal["srt", "rtmp", "rtp", "rist", "pull"]

LATENCY = Duration("0.12")
"""The receiver's buffer unless the event says another: four round trips of 30 ms."""


def _latency(value: Duration) -> Duration:
    if (value * 1000).denominator != 1 or not Duration.parse("20ms") <= value <= Duration.parse("8s"):
        raise unfit("not a latency that SRT can keep", allowed="20ms to 8s, in whole milliseconds")
    return value


def _network(value: Any) -> str:
    allowed = "a network in CIDR form, as 203.0.113.0/24 or 198.51.100.7/32"
    if not isinstance(value, str) or "/" not in value:
        raise unfit("not a network", allowed=allowed)
    try:
        return str(ip_network(value))
    except ValueError as cause:
        hint = f"did you mean {ip_network(value, strict=False)}?" if "host bits" in str(cause) else None
        raise unfit("not a network", allowed=allowed, hint=hint) from None


_PLACES = "host:port, as feed.example.org:9000, or an address with https, http, rtmp or rtmps"
_BESIDE = "write where it is found under passphrase, as env:FEED_PASSPHRASE"

_STREAM_KEY = "what follows it is the stream key: write where that is found under passphrase, as env:FEED_KEY"


def _address(value: Any) -> str:
    if not isinstance(value, str) or not value.isprintable() or " " in value or len(value) > 500:
        raise unfit("not an address", allowed=_PLACES, hide=True)
    try:
        parts = urlsplit(value if "://" in value else f"//{value}")
        port = parts.port
    except ValueError:
        raise unfit("not an address", allowed=_PLACES, hide=True) from None
    if parts.username or parts.password:
        raise unfit("a secret in an address", allowed=_PLACES, hint=_BESIDE, hide=True)
    if parts.query or parts.fragment:
        hint = "an address that is signed, or has a key in it, is a secret: ask the venue for one without"
        raise unfit("a query in an address", allowed=_PLACES, hint=hint, hide=True)
    if parts.scheme in ("rtmp", "rtmps") and len(parts.path.strip("/").split("/")) > 1:
        allowed = "rtmp://host/application, as rtmp://feed.example.org/live"
        raise unfit("more than the application in an address of rtmp", allowed=allowed, hint=_STREAM_KEY, hide=True)
    if not parts.hostname or parts.scheme not in ("", "http", "https", "rtmp", "rtmps"):
        raise unfit("not an address", allowed=_PLACES)
    if not parts.scheme and (port is None or parts.path or parts.query):
        raise unfit("an address without a port", allowed=_PLACES)
    return value


class Input(Shape):
    """One way by which a feed comes in."""

    protocol: Protocol = "srt"
    """The transport: srt, rtmp, rtp, rist, or pull (we fetch an HLS playlist or a file by HTTP)."""

    mode: Literal["listener", "caller"] | None = None
    """Who calls whom: as listener we wait for its call, as caller we call it. Left out: listener; pull calls."""

    address: Annotated[str, BeforeValidator(_address)] | None = Field(
        default=None, examples=["feed.example.org:9000", "https://feed.example.org/live.m3u8"]
    )
    """Whom we call, as feed.example.org:9000 or https://feed.example.org/live.m3u8; only for a caller.

    Without a query, for a signed address is a secret. Of rtmp it ends with the application, as
    rtmp://feed.example.org/live: the stream key is the passphrase."""

    latency: Annotated[Duration, AfterValidator(_latency)] | None = Field(default=None, examples=["120ms", "400ms"])
    """The receiver's buffer, about four round trips to the venue; 20ms to 8s. For srt and rist. Left out: 120ms, for a
    backup that of the first way in."""

    passphrase: SecretReference | None = None
    """Where the passphrase (for rtmp: the stream key) is found: generated (on the receiving machine), env:NAME,
    file:PATH, store:NAME (the cloud's secret store), or none. Left out: generated, where we listen and the protocol
    has one."""

    allow: Annotated[tuple[Annotated[str, BeforeValidator(_network)], ...], Field(max_length=50)] = Field(
        default=(), examples=[["203.0.113.0/24"]]
    )
    """The networks that may send to us, as 203.0.113.0/24. On a cloud nobody may until some are named."""

    @property
    def calls(self) -> bool:
        """Whether it is we who call: always to pull, else as caller."""
        return self.protocol == "pull" or self.mode == "caller"

    @property
    def way(self) -> str:
        """Protocol and direction, as `srt-listener`; `pull` alone."""
        return "pull" if self.protocol == "pull" else f"{self.protocol}-{self.mode or 'listener'}"

    @property
    def secret(self) -> SecretReference:
        """Where the secret is found, with the default of the way; kind `none` without one."""
        if self.passphrase is not None:
            return self.passphrase
        has_one = self.way in ("srt-listener", "rist-listener", "rtmp-listener")
        return SecretReference("generated" if has_one else "none", "")

    def faults(self) -> Iterator[Rule]:
        """What does not go together in one input."""
        yield from self._direction()
        if self.calls and self.allow:
            yield Rule(("allow",), "nobody sends to a caller", hint="remove it, or write mode: listener")
        if self.latency is not None and self.protocol not in ("srt", "rist"):
            yield Rule(("latency",), f"{self.protocol} keeps no such buffer", "a latency for srt and rist only")
        if self.secret.kind != "none" and self.protocol in ("rtp", "pull"):
            yield Rule(("passphrase",), f"{self.protocol} has no passphrase", "none")
        if self.calls and self.secret.kind == "generated":
            yield Rule(
                ("passphrase",), "generated for a call: the other side can't know it", "env:NAME, file:PATH, store:NAME"
            )
        yield from twice(("allow",), self.allow)

    def _direction(self) -> Iterator[Rule]:
        if self.protocol == "pull" and self.mode == "listener":
            yield Rule(("mode",), "a pull is a call of ours", "caller", "leave mode out")
        if self.protocol == "rtp" and self.mode == "caller":
            yield Rule(("mode",), "nobody can be called by rtp: it has no connection", "listener")
        if not self.calls and self.address is not None:
            yield Rule(("address",), "an address for a listener", "none", "write mode: caller, or leave address out")
        if self.calls and self.address is None:
            yield Rule(("address",), "nobody to call", _PLACES, "add a line address: …")
        elif self.calls and self.address is not None:
            schemes = {"pull": ("http", "https"), "rtmp": ("rtmp", "rtmps")}.get(self.protocol, ())
            scheme, mark, _ = self.address.partition("://")
            if (scheme if mark else "") not in (schemes or ("",)):
                form = " or ".join(f"{one}://…" for one in schemes) or "host:port"
                yield Rule(("address",), f"not an address of {self.protocol}", form)


class Feed(Shape):
    """What the venue is expected to send; checked against the ladder at planning, and by probes on the day."""

    codec: Literal["avc", "hevc", "mpeg2"] | None = None
    """The video codec of the feed: avc, hevc or mpeg2."""

    size: Resolution | None = Field(default=None, examples=["1920x1080", "1280x720"])
    """The picture's size, as 1920x1080."""

    frame_rate: FrameRate | None = Field(default=None, examples=["25fps", "50fps", "30000/1001fps"])
    """Frames a second, as 25fps; of interlaced material the frames, not the fields."""

    scan: Literal["progressive", "interlaced"] | None = None
    """Whether pictures come whole (progressive) or as two fields (interlaced)."""

    bitrate: Bitrate | None = Field(default=None, examples=["20Mbps"])
    """The total bit rate of the feed, as 20Mbps."""

    channels: Annotated[int, Field(ge=0, le=32, strict=True)] | None = Field(default=None, examples=[2, 8])
    """How many audio channels it carries, 0 to 32."""


class Contribution(Input):
    """How the venue's feed reaches us."""

    backup: Input | None = None
    """A second way in that takes over when the first is lost."""

    expected: Feed = Feed()
    """What the venue is expected to send: codec, size, frame_rate, scan, bitrate, channels."""

    source: SourceReference = SourceReference("none", "")
    """A stand-in for the venue: none (a real one will call), synthetic, or file:PATH in a loop."""

    @model_validator(mode="after")
    def _rules(self) -> Self:
        found = list(self.faults())
        expected = self.expected
        if self.protocol == "rtmp" and expected.codec == "mpeg2":
            found.append(Rule(("expected", "codec"), "RTMP carries no MPEG-2", "avc"))
        if expected.scan == "interlaced" and expected.frame_rate is not None and expected.frame_rate > 30:
            half = FrameRate(expected.frame_rate / 2)
            message = "an interlaced feed of so many frames; fields are not counted"
            found.append(Rule(("expected", "frame_rate"), message, f"{half}, with twice as many fields"))
        if self.backup:
            found += [rule._replace(path=("backup", *rule.path)) for rule in self.backup.faults()]
            if self.backup.address is not None and self.backup.address.lower() == (self.address or "").lower():
                found.append(Rule(("backup", "address"), "the same place as the first", "another way in"))
        if found:
            raise broken(found)
        return self
