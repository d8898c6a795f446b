"""The site of a local stack: one machine of ours."""

from typing import ClassVar

import pulumi

from eventstack.clouds.local import resources
from eventstack.components import Site, SiteArgs


class Machine(Site):
    """A supervisor process with a directory and a session of its own."""

    resource_type: ClassVar[str] = "eventstack:local:Machine"

    def __init__(self, name: str, args: SiteArgs, opts: pulumi.ResourceOptions | None = None) -> None:
        super().__init__(name, args, opts)
        node = resources.node(self)
        self.control = node.address
        self.control_token_file = node.token_file
        self.declare()
