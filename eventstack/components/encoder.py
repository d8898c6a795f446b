"""Encoder: one feed in, every rendition of the ladder out, cut on one grid."""

from typing import ClassVar, TypedDict

import pulumi

from eventstack.components import inputs
from eventstack.components.role import Role
from eventstack.components.site import Site
from eventstack.components.specs import EncoderSpec, SegmentSpec
from eventstack.planning import parts


class EncoderArgs(TypedDict):
    """`feed` is the contribution's output, `epoch` the instant that the media timeline counts from."""

    tags: dict[str, str]
    site: Site
    epoch: pulumi.Input[str]
    segment: SegmentSpec
    feed: pulumi.Input[str]
    spec: EncoderSpec


class Encoder(Role):
    """Encodes the ladder."""

    role: ClassVar[str] = "encoder"
    outputs: ClassVar[tuple[str, ...]] = ("stream",)

    stream: pulumi.Output[str]
    """Address that the packager reads."""

    def __init__(self, name: str, args: EncoderArgs, opts: pulumi.ResourceOptions | None = None) -> None:
        self.spec = inputs.structure(args["spec"], parts.Encoder, f"{name}.spec")
        self.segment = inputs.structure(args["segment"], parts.Segment, f"{name}.segment")
        self.epoch = inputs.scalar(args["epoch"], inputs.INSTANT, f"{name}.epoch")
        self.feed = inputs.scalar(args["feed"], inputs.ADDRESS, f"{name}.feed")
        super().__init__(name, args["tags"], opts)
