"""How a chain is watched, sized, timed and taken down."""

from pathlib import Path
from typing import Annotated, Any, Literal

from pydantic import AfterValidator, BeforeValidator, Field

from eventstack.models.faults import unfit
from eventstack.models.shape import Shape, Switch, WholeSeconds
from eventstack.models.units import Duration, Resolution, Share

Hop = Literal["contribution", "encoder", "packager", "origin", "licence", "edge", "picture", "sound"]


def _some(value: WholeSeconds) -> WholeSeconds:
    if value <= 0:
        raise unfit("no time at all", allowed="more than 0s")
    return value


Some = Annotated[WholeSeconds, AfterValidator(_some)]


def _image(value: Any) -> str:
    allowed = "file:PATH of a PNG or JPEG, as file:slate.png"
    if not isinstance(value, str) or not value.startswith("file:") or not value.isprintable():
        raise unfit("not an image", allowed=allowed)
    if Path(value).suffix.lower() not in (".png", ".jpg", ".jpeg"):
        raise unfit("not a PNG or JPEG", allowed=allowed)
    return value


class Slate(Shape):
    """What is shown instead of the programme."""

    image: Annotated[str, BeforeValidator(_image)] | None = Field(default=None, examples=["file:slate.png"])
    """A picture of your own, as file:slate.png; left out: a plain card."""

    size: Resolution | None = Field(default=None, examples=["1920x1080"])
    """The image's size, as 1920x1080: at least the ladder's top, and of its shape."""


class Timing(Shape):
    """The time around the programme."""

    line_up: WholeSeconds = Field(examples=["15m", "30m"])
    """How long before the start the chain runs unseen while its probes look, as 12s or 15m."""

    tail: WholeSeconds = Field(default=Duration(0), examples=["30s", "2m"])
    """How long viewers keep the live address after the end."""

    overrun: Literal["stay-up", "keep-start-times", "keep-durations"] = "stay-up"
    """What gives way when a programme runs over: nothing (stay-up), this one's end, or the starts that follow."""

    turn_round: WholeSeconds = Field(default=Duration(0), examples=["10m"])
    """How long what events share needs between two of them, as 10m."""


class Gates(Shape):
    """What must be good before the public sees anything."""

    hops: Annotated[tuple[Hop, ...], Field(min_length=1)] | None = Field(
        default=None, examples=[["encoder", "edge", "picture"]]
    )
    """The hops that must be good; left out: all that the profile has."""

    in_a_row: Annotated[int, Field(ge=1, le=60, strict=True)] = 2
    """How many looks in a row must be good, 1 to 60."""

    give_up: Some = Field(default=Duration(60), examples=["1m", "10m"])
    """How long after the planned start the event is called off when they never were."""


class Thresholds(Shape):
    """When somebody is told."""

    black: Some | None = Field(default=None, examples=["3s"])
    """How long the picture may be black, as 3s; left out: for ever."""

    freeze: Some | None = Field(default=None, examples=["5s"])
    """How long the picture may stand still."""

    silence: Some | None = Field(default=None, examples=["5s"])
    """How long nothing may be heard."""

    stale: Some | None = Field(default=None, examples=["8s"])
    """How long no new segment may come; at least two segments."""

    latency: Some | None = Field(default=None, examples=["30s"])
    """How far viewers may be behind the venue; at least three segments."""

    low_bitrate: Share | None = Field(default=None, examples=["50%"])
    """Below which share of its bit rate a rendition is told, as 50%."""


class Monitoring(Shape):
    """Who looks at the chain, and what follows from it."""

    gates: Gates = Gates()
    """What must be good before the public sees anything."""

    thresholds: Thresholds = Thresholds()
    """When somebody is told: black, freeze, silence, stale, latency, low_bitrate."""


class Capacity(Shape):
    """Hints for the size of what is built; left out: by the audience."""

    machine: Annotated[str, Field(pattern=r"^[A-Za-z][A-Za-z0-9._-]{1,40}$")] | None = Field(
        default=None, examples=["c7i.4xlarge", "F16s_v2"]
    )
    """The cloud's machine type for encoders of our own, as c7i.4xlarge."""

    packagers: Annotated[int, Field(ge=1, le=100, strict=True)] | None = Field(default=None, examples=[2])
    """How many packagers, 1 to 100."""

    headroom: Share = Field(default=Share("0.3"), examples=["30%", "50%"])
    """How much more than the expected peak the chain can take, as 30%."""

    spot: Literal["never", "spare"] = "never"
    """Whether machines that can be taken away may serve: never, or only as spare ones beside the pair (spare)."""

    warm: Switch = False
    """Whether machines wait, stopped, in the layer below, so that they are there sooner."""


class Teardown(Shape):
    """When it goes, and how the end is proven."""

    settle: Some | None = Field(default=None, examples=["5s", "5m"])
    """The least time between the two inventories that prove the stack gone; never less than the cloud needs."""

    keep: WholeSeconds = Field(default=Duration(0), examples=["1h"])
    """How long the stack stays after the tail, for who wants to look, as 1h."""

    confirm: Literal["auto", "person"] = "auto"
    """Who lets it go: the end that was proven (auto), or somebody who says so (person)."""
