"""Foundation: what many events share and none of them may change."""

from typing import ClassVar, NotRequired, TypedDict

import pulumi

from eventstack.components.role import Role
from eventstack.components.roles import FoundationRoles
from eventstack.components.specs import ArchiveSpec, CdnSpec, DrmSpec, FoundationOutputs


class FoundationArgs(TypedDict):
    """`tags` are the stack's identity; without `drm` the foundation has no key service."""

    tags: dict[str, str]
    archive: ArchiveSpec
    cdn: CdnSpec
    drm: NotRequired[DrmSpec | None]


class Foundation(Role):
    """Edge, key service and archive of one owner, on one cloud.

    ```python
    from eventstack import clouds
    from eventstack.components import Foundation
    from eventstack.planning import naming

    foundation = Foundation(
        "foundation",
        {"tags": naming.identity_tags("sports", "season", 1, "foundation"), "archive": {}, "cdn": {}},
        roles=clouds.roles("local")["foundation"],
    )
    pulumi.export("edge", foundation.edge)
    ```

    Its outputs are what `LiveEvent` takes as `foundation` (`foundation.for_events`).
    """

    role: ClassVar[str] = "foundation"
    resource_type: ClassVar[str] = "eventstack:index:Foundation"
    outputs: ClassVar[tuple[str, ...]] = tuple(FoundationOutputs.__annotations__)

    control: pulumi.Output[str]
    """Address of the site's control endpoint."""

    control_token_file: pulumi.Output[str]
    """Path of the private file whose token opens it."""

    edge: pulumi.Output[str]
    """The edge's public address."""

    preview: pulumi.Output[str]
    """Address of the line-up view."""

    preview_credential_file: pulumi.Output[str]
    """Path of the private file whose token opens the line-up view."""

    keys: pulumi.Output[str]
    """The key service's private address, "" without one."""

    keys_credential_file: pulumi.Output[str]
    """Path of the private file whose token opens it, "" without one."""

    archive: pulumi.Output[str]
    """Where recordings are kept."""

    def __init__(
        self, name: str, args: FoundationArgs, opts: pulumi.ResourceOptions | None = None, *, roles: FoundationRoles
    ) -> None:
        tags = args["tags"]
        super().__init__(name, tags, opts)
        site = roles["site"](f"{name}-site", {"tags": tags}, self.child)
        archive = roles["archive"](f"{name}-archive", {"tags": tags, "site": site, "spec": args["archive"]}, self.child)
        keys = (
            roles["drm"](f"{name}-drm", {"tags": tags, "site": site}, self.child)
            if args.get("drm") is not None
            else None
        )
        none = pulumi.Output.from_input("")
        self.keys = keys.address if keys else none
        self.keys_credential_file = keys.credential_file if keys else none
        edge = roles["cdn"](
            f"{name}-cdn",
            {"tags": tags, "site": site, "archive": archive.address, "keys": self.keys, "spec": args["cdn"]},
            self.child,
        )
        self.control = site.control
        self.control_token_file = site.control_token_file
        self.edge = edge.address
        self.preview = edge.preview_address
        self.preview_credential_file = edge.preview_credential_file
        self.archive = archive.directory
        self.declare()

    @property
    def for_events(self) -> FoundationOutputs:
        """What an event in the same program takes as its foundation."""
        return {
            "control": self.control,
            "control_token_file": self.control_token_file,
            "edge": self.edge,
            "preview": self.preview,
            "preview_credential_file": self.preview_credential_file,
            "keys": self.keys,
            "keys_credential_file": self.keys_credential_file,
            "archive": self.archive,
        }
