"""CDN: the edge that viewers reach (foundation), and one event's own entry on it (event)."""

from typing import ClassVar, TypedDict

import pulumi

from eventstack.components import inputs
from eventstack.components.role import Role
from eventstack.components.site import Site
from eventstack.components.specs import CdnSpec
from eventstack.planning import parts


class DistributionArgs(TypedDict):
    """`site` is the foundation's; `archive` and `keys` ("" without DRM) are addresses that the edge forwards to."""

    tags: dict[str, str]
    site: Site
    archive: pulumi.Input[str]
    keys: pulumi.Input[str]
    spec: CdnSpec


class Distribution(Role):
    """The edge of all events of a foundation."""

    role: ClassVar[str] = "cdn"
    outputs: ClassVar[tuple[str, ...]] = ("address", "preview_address", "preview_credential_file")

    address: pulumi.Output[str]
    """Public address."""

    preview_address: pulumi.Output[str]
    """Address of the line-up view."""

    preview_credential_file: pulumi.Output[str]
    """Path of the private file whose token opens the line-up view."""

    def __init__(self, name: str, args: DistributionArgs, opts: pulumi.ResourceOptions | None = None) -> None:
        self.spec = inputs.structure(args["spec"], parts.Cdn, f"{name}.spec")
        self.archive = inputs.scalar(args["archive"], inputs.ADDRESS, f"{name}.archive")
        self.keys = pulumi.Output.from_input(args["keys"])
        super().__init__(name, args["tags"], opts)


class CdnArgs(TypedDict):
    """`edge` is the distribution's address, `origin` the packager's; `control` and `control_token_file` reach the
    foundation's machine.
    """

    tags: dict[str, str]
    control: pulumi.Input[str]
    control_token_file: pulumi.Input[str]
    edge: pulumi.Input[str]
    origin: pulumi.Input[str]
    spec: CdnSpec


class Cdn(Role):
    """One event's entry on the edge: closed until its verb `publish`, and never touching another event's."""

    role: ClassVar[str] = "cdn"
    outputs: ClassVar[tuple[str, ...]] = (
        "hls",
        "dash",
        "preview_hls",
        "preview_dash",
        "vod_hls",
        "vod_dash",
        "control",
        "credential_file",
    )

    hls: pulumi.Output[str]
    """Multivariant playlist, public once published."""

    dash: pulumi.Output[str]
    """MPD, public once published."""

    preview_hls: pulumi.Output[str]
    """The line-up's multivariant playlist."""

    preview_dash: pulumi.Output[str]
    """The line-up's MPD."""

    vod_hls: pulumi.Output[str]
    """Multivariant playlist of the recording, there after the event."""

    vod_dash: pulumi.Output[str]
    """MPD of the recording, there after the event."""

    control: pulumi.Output[str]
    """Where the entry's own verbs are reached."""

    credential_file: pulumi.Output[str]
    """Path of the private file whose token opens exactly those."""

    def __init__(self, name: str, args: CdnArgs, opts: pulumi.ResourceOptions | None = None) -> None:
        self.spec = inputs.structure(args["spec"], parts.Cdn, f"{name}.spec")
        self.edge = inputs.scalar(args["edge"], inputs.ADDRESS, f"{name}.edge")
        self.origin = inputs.scalar(args["origin"], inputs.ADDRESS, f"{name}.origin")
        self.machine = inputs.scalar(args["control"], inputs.ADDRESS, f"{name}.control")
        self.machine_token_file = pulumi.Output.from_input(args["control_token_file"])
        super().__init__(name, args["tags"], opts)
