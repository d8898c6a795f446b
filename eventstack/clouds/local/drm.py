"""DRM on the local cloud: a key and ClearKey licence service of our own."""

from typing import ClassVar

import pulumi

from eventstack.clouds.local import resources, translate
from eventstack.components import Drm, DrmArgs, KeyTenancy, KeyTenancyArgs
from eventstack.node import config


class KeyService(KeyTenancy):
    """The service, with its store sealed at rest."""

    resource_type: ClassVar[str] = "eventstack:local:KeyService"

    def __init__(self, name: str, args: KeyTenancyArgs, opts: pulumi.ResourceOptions | None = None) -> None:
        super().__init__(name, args, opts)
        service = resources.part(self, "keys", resources.Host.of(args["site"]), config.Keys())
        self.address = service.output("address")
        self.credential_file = service.output("credential_file")
        self.declare()


class ContentKeys(Drm):
    """One event's keys, and their sealed record beside the recording."""

    resource_type: ClassVar[str] = "eventstack:local:ContentKeys"

    def __init__(self, name: str, args: DrmArgs, opts: pulumi.ResourceOptions | None = None) -> None:
        super().__init__(name, args, opts)
        content_key = resources.part(
            self,
            "content-key",
            resources.Host(self.control, self.control_token_file),
            pulumi.Output.all(self.keys, self.keys_credential_file, self.recording, self.spec).apply(
                lambda known: translate.content_key(*known)
            ),
            named=translate.part_on_foundation(self.tags, "content-key"),
        )
        self.kids = content_key.output("kids")
        self.licence = self.edge.apply(translate.licence_address)
        self.declare()
