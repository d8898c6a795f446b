"""Site: what the other roles of a stack stand on, and where its verbs are reached."""

from typing import ClassVar, TypedDict

import pulumi

from eventstack.components.role import Role


class SiteArgs(TypedDict):
    """`tags` are the stack's identity (`eventstack.planning.naming.identity_tags`)."""

    tags: dict[str, str]


class Site(Role):
    """A machine, a network, or on a cloud of managed services only a name for both."""

    role: ClassVar[str] = "site"
    outputs: ClassVar[tuple[str, ...]] = ("control", "control_token_file")

    control: pulumi.Output[str]
    """Address of the control endpoint."""

    control_token_file: pulumi.Output[str]
    """Path of the private file whose token opens it."""

    def __init__(self, name: str, args: SiteArgs, opts: pulumi.ResourceOptions | None = None) -> None:
        super().__init__(name, args["tags"], opts)
