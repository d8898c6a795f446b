"""Archive: the store that outlives every stack (foundation), and one event's place in it (event)."""

from typing import ClassVar, TypedDict

import pulumi

from eventstack.components import inputs
from eventstack.components.role import Role
from eventstack.components.site import Site
from eventstack.components.specs import ArchiveSpec
from eventstack.planning import parts


class ArchiveStoreArgs(TypedDict):
    """`site` is the foundation's."""

    tags: dict[str, str]
    site: Site
    spec: ArchiveSpec


class ArchiveStore(Role):
    """Where recordings of all events are kept and served from."""

    role: ClassVar[str] = "archive"
    outputs: ClassVar[tuple[str, ...]] = ("address", "directory")

    address: pulumi.Output[str]
    """Where the edge reads recordings."""

    directory: pulumi.Output[str]
    """Where they are kept."""

    def __init__(self, name: str, args: ArchiveStoreArgs, opts: pulumi.ResourceOptions | None = None) -> None:
        self.spec = inputs.structure(args["spec"], parts.Archive, f"{name}.spec")
        super().__init__(name, args["tags"], opts)


class ArchiveArgs(TypedDict):
    """`archive` is the store's directory, `control` and `control_token_file` reach the foundation's machine."""

    tags: dict[str, str]
    control: pulumi.Input[str]
    control_token_file: pulumi.Input[str]
    archive: pulumi.Input[str]
    spec: ArchiveSpec


class Archive(Role):
    """One event's recording; its files stay when the event's stack goes."""

    role: ClassVar[str] = "archive"
    outputs: ClassVar[tuple[str, ...]] = ("directory",)

    directory: pulumi.Output[str]
    """The recording."""

    def __init__(self, name: str, args: ArchiveArgs, opts: pulumi.ResourceOptions | None = None) -> None:
        self.spec = inputs.structure(args["spec"], parts.Archive, f"{name}.spec")
        self.control = inputs.scalar(args["control"], inputs.ADDRESS, f"{name}.control")
        self.archive = inputs.scalar(args["archive"], inputs.TEXT, f"{name}.archive")
        self.control_token_file = pulumi.Output.from_input(args["control_token_file"])
        super().__init__(name, args["tags"], opts)
