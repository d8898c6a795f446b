"""Packager on the local cloud: Shaka Packager cuts and encrypts, our publisher lists, nginx is the origin."""

from typing import ClassVar

import pulumi

from eventstack.clouds.local import resources, translate
from eventstack.components import Packager, PackagerArgs
from eventstack.node import config


class ShakaPackager(Packager):
    """Three parts of one machine; the packager takes the keys itself, once they have been born."""

    resource_type: ClassVar[str] = "eventstack:local:ShakaPackager"

    def __init__(self, name: str, args: PackagerArgs, opts: pulumi.ResourceOptions | None = None) -> None:
        super().__init__(name, args, opts)
        host = resources.Host.of(args["site"])
        drm = args["drm"]
        takes: pulumi.Output[config.PackagerDrm | None] = pulumi.Output.from_input(None)
        tells: pulumi.Output[config.PublisherDrm | None] = pulumi.Output.from_input(None)
        labels: pulumi.Output[tuple[str, ...]] = pulumi.Output.from_input(())
        if drm is not None:
            # kids is among them so that the packager is made after its keys.
            takes = pulumi.Output.all(drm.keys, drm.keys_credential_file, drm.spec, drm.kids).apply(
                lambda known: translate.packager_drm(*known[:3])
            )
            tells = pulumi.Output.all(drm.kids, drm.licence, drm.spec).apply(
                lambda known: translate.publisher_drm(*known)
            )
            labels = drm.spec.apply(lambda spec: spec.labels)
        tracks = pulumi.Output.all(self.ladder, labels).apply(lambda known: translate.tracks(known[0], tuple(known[1])))
        packager = resources.part(
            self,
            "packager",
            host,
            pulumi.Output.all(self.stream, self.segment, tracks, takes).apply(lambda known: translate.packager(*known)),
        )
        occurrence = self.tags["eventstack-occurrence"]
        publisher = resources.part(
            self,
            "publisher",
            host,
            pulumi.Output.all(
                packager.output("directory"),
                self.recording,
                self.epoch,
                self.segment,
                tracks,
                self.spec,
                self.vod,
                tells,
            ).apply(lambda known: translate.publisher(occurrence, *known)),
        )
        origin = resources.part(
            self, "origin", host, publisher.output("root").apply(lambda root: config.Origin(root=root))
        )
        self.origin = origin.output("address")
        self.declare()
