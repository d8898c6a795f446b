"""Contribution on the local cloud: an SRT listener, and a stand-in for the venue where the plan wants one."""

from typing import ClassVar

import pulumi

from eventstack.clouds.local import resources, translate
from eventstack.components import Contribution, ContributionArgs


class SrtContribution(Contribution):
    """ffmpeg listens for SRT and stamps the feed with the event's timeline."""

    resource_type: ClassVar[str] = "eventstack:local:SrtContribution"

    def __init__(self, name: str, args: ContributionArgs, opts: pulumi.ResourceOptions | None = None) -> None:
        super().__init__(name, args, opts)
        host = resources.Host.of(args["site"])
        receiver = resources.part(
            self,
            "receiver",
            host,
            pulumi.Output.all(self.epoch, self.spec).apply(lambda known: translate.receiver(*known)),
        )
        self.ingest = receiver.output("ingest")
        self.feed = receiver.output("feed")
        # Which resources there are must be plain to see in every preview, so this one leaf can't be an Output.
        if args["spec"]["source"]["kind"] != "none":
            resources.part(
                self,
                "sender",
                host,
                pulumi.Output.all(self.ingest, receiver.output("passphrase_file"), self.spec).apply(
                    lambda known: translate.sender(*known)
                ),
            )
        self.declare()
