"""Encoder on the local cloud: one ffmpeg for the whole ladder."""

from typing import ClassVar

import pulumi

from eventstack.clouds.local import resources, translate
from eventstack.components import Encoder, EncoderArgs


class FfmpegEncoder(Encoder):
    """Reads the stamped feed and makes one transport stream with every rendition."""

    resource_type: ClassVar[str] = "eventstack:local:FfmpegEncoder"

    def __init__(self, name: str, args: EncoderArgs, opts: pulumi.ResourceOptions | None = None) -> None:
        super().__init__(name, args, opts)
        encoder = resources.part(
            self,
            "encoder",
            resources.Host.of(args["site"]),
            pulumi.Output.all(self.feed, self.epoch, self.segment, self.spec).apply(
                lambda known: translate.encoder(*known)
            ),
        )
        self.stream = encoder.output("stream")
        self.declare()
