"""CDN on the local cloud: a caching nginx, and each event's entry on it."""

from typing import ClassVar

import pulumi

from eventstack.clouds.local import resources, translate
from eventstack.components import Cdn, CdnArgs, Distribution, DistributionArgs
from eventstack.node import config


class NginxEdge(Distribution):
    """The edge of all events: public port and line-up port."""

    resource_type: ClassVar[str] = "eventstack:local:NginxEdge"

    def __init__(self, name: str, args: DistributionArgs, opts: pulumi.ResourceOptions | None = None) -> None:
        super().__init__(name, args, opts)
        edge = resources.part(
            self,
            "edge",
            resources.Host.of(args["site"]),
            pulumi.Output.all(self.keys, self.archive).apply(
                lambda known: config.Edge(keys=known[0], archive=known[1])
            ),
        )
        self.address = edge.output("address")
        self.preview_address = edge.output("preview_address")
        self.preview_credential_file = edge.output("preview_credential_file")
        self.declare()


class EdgeEntry(Cdn):
    """One event's entry: a few files of its own, never a line of another's."""

    resource_type: ClassVar[str] = "eventstack:local:EdgeEntry"

    def __init__(self, name: str, args: CdnArgs, opts: pulumi.ResourceOptions | None = None) -> None:
        super().__init__(name, args, opts)
        occurrence, recording = self.tags["eventstack-occurrence"], translate.recording(self.tags)
        named = translate.part_on_foundation(self.tags, "edge-entry")
        entry = resources.part(
            self,
            "edge-entry",
            resources.Host(self.machine, self.machine_token_file),
            pulumi.Output.all(self.edge, self.origin).apply(
                lambda known: config.EdgeEntry(
                    edge=known[0], occurrence=occurrence, origin=known[1], recording=recording
                )
            ),
            named=named,
        )
        self.hls = entry.output("hls")
        self.dash = entry.output("dash")
        self.preview_hls = entry.output("preview_hls")
        self.preview_dash = entry.output("preview_dash")
        self.vod_hls = entry.output("vod_hls")
        self.vod_dash = entry.output("vod_dash")
        self.credential_file = entry.output("credential_file")
        self.control = self.machine.apply(lambda control: translate.verbs_address(control, named))
        self.declare()
