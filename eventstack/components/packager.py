"""Packager: cuts, encrypts and lists what the encoder makes, and offers it at an origin."""

from typing import ClassVar, TypedDict

import pulumi

from eventstack.components import inputs
from eventstack.components.drm import Drm
from eventstack.components.role import Role
from eventstack.components.site import Site
from eventstack.components.specs import EncoderSpec, PackagerSpec, SegmentSpec
from eventstack.planning import parts


class PackagerArgs(TypedDict):
    """`stream` is the encoder's output and `ladder` what is in it; `drm` is None for an event in the clear;
    `recording` is the archive's directory, "" for none; `vod` says whether it becomes video on demand.
    """

    tags: dict[str, str]
    site: Site
    epoch: pulumi.Input[str]
    segment: SegmentSpec
    stream: pulumi.Input[str]
    ladder: EncoderSpec
    drm: Drm | None
    recording: pulumi.Input[str]
    vod: pulumi.Input[bool]
    spec: PackagerSpec


class Packager(Role):
    """Makes the presentation and serves it to the edge."""

    role: ClassVar[str] = "packager"
    outputs: ClassVar[tuple[str, ...]] = ("origin",)

    origin: pulumi.Output[str]
    """The origin's address."""

    def __init__(self, name: str, args: PackagerArgs, opts: pulumi.ResourceOptions | None = None) -> None:
        self.spec = inputs.structure(args["spec"], parts.Packager, f"{name}.spec")
        self.segment = inputs.structure(args["segment"], parts.Segment, f"{name}.segment")
        self.ladder = inputs.structure(args["ladder"], parts.Encoder, f"{name}.ladder")
        self.epoch = inputs.scalar(args["epoch"], inputs.INSTANT, f"{name}.epoch")
        self.stream = inputs.scalar(args["stream"], inputs.ADDRESS, f"{name}.stream")
        self.recording = pulumi.Output.from_input(args["recording"])
        self.vod = pulumi.Output.from_input(args["vod"])
        super().__init__(name, args["tags"], opts)
