"""The two resources that the engine plugin manages: a machine of ours, and a part that runs on it.

Used by the role classes of this folder; what the plugin does with them is in `eventstack.plugin`.
"""

from dataclasses import dataclass
from typing import Any

import pulumi

from eventstack.components import Role, Site
from eventstack.node import config

NODE = "eventstack:index:Node"
PART = "eventstack:index:Part"


class Node(pulumi.CustomResource):
    """A machine: a supervisor with a directory of its own, found again by its tags."""

    address: pulumi.Output[str]
    """The control endpoint."""

    token_file: pulumi.Output[str]
    """Path of the private file whose token opens it."""

    directory: pulumi.Output[str]
    """Where everything of the machine is."""

    def __init__(
        self, name: str, tags: pulumi.Input[dict[str, str]], opts: pulumi.ResourceOptions | None = None
    ) -> None:
        super().__init__(NODE, name, {"tags": tags, "address": None, "token_file": None, "directory": None}, opts)


@dataclass(frozen=True)
class Host:
    """The machine that a part is to run on: its control endpoint and the private file that opens it."""

    address: pulumi.Input[str]
    token_file: pulumi.Input[str]

    @classmethod
    def of(cls, site: Site) -> "Host":
        """The machine of a stack's own site."""
        return cls(site.control, site.control_token_file)


class Part(pulumi.CustomResource):
    """One part of a machine. Its configuration is one JSON text: the engine would turn its integers into floats."""

    outputs: pulumi.Output[dict[str, Any]]
    """What the part's kind promises (`eventstack.node.config`)."""

    def __init__(
        self,
        name: str,
        part: str,
        host: Host,
        document: pulumi.Input[config.PartConfig],
        tags: pulumi.Input[dict[str, str]],
        opts: pulumi.ResourceOptions | None = None,
    ) -> None:
        known: pulumi.Output[Any] = pulumi.Output.from_input(document)
        text = known.apply(lambda document: config.encode(document).decode())
        props = {
            "part": part,
            "address": host.address,
            "token_file": host.token_file,
            "config": text,
            "tags": tags,
            "outputs": None,
        }
        super().__init__(PART, name, props, opts)

    def output(self, key: str) -> pulumi.Output[Any]:
        """One of the part's outputs."""
        return self.outputs.apply(lambda outputs: outputs[key])


def node(role: Role) -> Node:
    """The machine of a site."""
    name = f"{role.stem}-node"
    return Node(name, role.tags_of(NODE, name), role.child)


def part(role: Role, kind: str, host: Host, document: pulumi.Input[config.PartConfig], *, named: str = "") -> Part:
    """A part of a role, called by its kind on a machine of its own and by `named` on a shared one."""
    name = f"{role.stem}-{kind}"
    return Part(name, named or kind, host, document, role.tags_of(PART, name), role.child)
