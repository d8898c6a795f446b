"""DRM: the tenancy at a key service (foundation), and one event's content keys in it (event)."""

from typing import ClassVar, TypedDict

import pulumi

from eventstack.components import inputs
from eventstack.components.role import Role
from eventstack.components.site import Site
from eventstack.components.specs import DrmSpec
from eventstack.planning import parts


class KeyTenancyArgs(TypedDict):
    """`site` is the foundation's."""

    tags: dict[str, str]
    site: Site


class KeyTenancy(Role):
    """Where content keys are born and licences are given."""

    role: ClassVar[str] = "drm"
    outputs: ClassVar[tuple[str, ...]] = ("address", "credential_file")

    address: pulumi.Output[str]
    """The service's private address."""

    credential_file: pulumi.Output[str]
    """Path of the private file whose token opens it."""

    def __init__(self, name: str, args: KeyTenancyArgs, opts: pulumi.ResourceOptions | None = None) -> None:
        super().__init__(name, args["tags"], opts)


class DrmArgs(TypedDict):
    """`keys` and `keys_credential_file` reach the key service, `edge` is where players get licences, `recording`
    where a sealed copy of the keys is kept; `control` and `control_token_file` reach the foundation's machine.
    """

    tags: dict[str, str]
    control: pulumi.Input[str]
    control_token_file: pulumi.Input[str]
    keys: pulumi.Input[str]
    keys_credential_file: pulumi.Input[str]
    edge: pulumi.Input[str]
    recording: pulumi.Input[str]
    spec: DrmSpec


class Drm(Role):
    """One event's content keys, by reference: no output holds a key."""

    role: ClassVar[str] = "drm"
    outputs: ClassVar[tuple[str, ...]] = ("kids", "licence")

    kids: pulumi.Output[dict[str, str]]
    """Key id (32 hex digits) of each label."""

    licence: pulumi.Output[str]
    """Address that players ask for a licence."""

    def __init__(self, name: str, args: DrmArgs, opts: pulumi.ResourceOptions | None = None) -> None:
        self.spec = inputs.structure(args["spec"], parts.Drm, f"{name}.spec")
        self.control = inputs.scalar(args["control"], inputs.ADDRESS, f"{name}.control")
        self.keys = inputs.scalar(args["keys"], inputs.ADDRESS, f"{name}.keys")
        self.edge = inputs.scalar(args["edge"], inputs.ADDRESS, f"{name}.edge")
        self.control_token_file = pulumi.Output.from_input(args["control_token_file"])
        self.keys_credential_file = pulumi.Output.from_input(args["keys_credential_file"])
        self.recording = pulumi.Output.from_input(args["recording"])
        super().__init__(name, args["tags"], opts)
