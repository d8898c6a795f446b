"""Archive on the local cloud: a folder of this machine that outlives every stack, and its server."""

from typing import ClassVar

import pulumi

from eventstack.clouds.local import resources, translate
from eventstack.components import Archive, ArchiveArgs, ArchiveStore, ArchiveStoreArgs
from eventstack.node import config


class ArchiveServer(ArchiveStore):
    """The server that the edge reads recordings from."""

    resource_type: ClassVar[str] = "eventstack:local:ArchiveServer"

    def __init__(self, name: str, args: ArchiveStoreArgs, opts: pulumi.ResourceOptions | None = None) -> None:
        super().__init__(name, args, opts)
        server = resources.part(self, "archive", resources.Host.of(args["site"]), config.Archive())
        self.address = server.output("address")
        self.directory = server.output("directory")
        self.declare()


class Recording(Archive):
    """One event's folder of the archive; the engine forgets it at destroy, the files stay."""

    resource_type: ClassVar[str] = "eventstack:local:Recording"

    def __init__(self, name: str, args: ArchiveArgs, opts: pulumi.ResourceOptions | None = None) -> None:
        super().__init__(name, args, opts)
        occurrence, folder = self.tags["eventstack-occurrence"], translate.recording(self.tags)
        recording = resources.part(
            self,
            "recording",
            resources.Host(self.control, self.control_token_file),
            self.archive.apply(lambda archive: config.Recording(archive=archive, occurrence=occurrence, folder=folder)),
            named=translate.part_on_foundation(self.tags, "recording"),
        )
        self.directory = recording.output("directory")
        self.declare()
