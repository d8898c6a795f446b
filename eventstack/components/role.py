"""What all roles have in common: a contract of declared outputs, tags for their children, a stem of their names."""

from collections.abc import Mapping
from typing import ClassVar

import pulumi
from pulumi.resource import create_urn

from eventstack.errors import ConfigError, Fault
from eventstack.planning import naming


class Role(pulumi.ComponentResource):
    """A place in the chain. A concrete role names its type in `resource_type`, makes its children with `child` options
    and `tags_of` in its constructor, sets every output that its contract declares, and calls `declare` last.

    Raises ConfigError when the identity tags lack a key.
    """

    role: ClassVar[str]
    """The role's word in tags and tables."""

    resource_type: ClassVar[str]
    """The resource type, `eventstack:<cloud>:<Class>`: part of every child's identity, never changed."""

    outputs: ClassVar[tuple[str, ...]] = ()
    """The attributes that a concrete role sets."""

    def __init__(self, name: str, tags: Mapping[str, str], opts: pulumi.ResourceOptions | None = None) -> None:
        missing = [key for key in naming.IDENTITY_KEYS if key not in tags]
        if missing:
            raise ConfigError(
                Fault(
                    f"lacks {', '.join(missing)}",
                    field=f"{name}.tags",
                    hint="make them with planning.naming.identity_tags",
                )
            )
        super().__init__(self.resource_type, name, None, opts)
        self.stem = name
        self.tags = dict(tags)

    @property
    def child(self) -> pulumi.ResourceOptions:
        """Options of a child: everything else it takes from this component."""
        return pulumi.ResourceOptions(parent=self)

    def tags_of(self, token: str, name: str) -> pulumi.Output[dict[str, str]]:
        """The six tags of a child of this role, known before the child is registered."""
        # The URN as a bare future: the Output would make the child depend on its own parent, and so on itself.
        urn = create_urn(name, token, parent=self.urn.future())  # type: ignore[arg-type] # never None once registered
        return urn.apply(lambda known: naming.role_tags(self.tags, self.role, known))

    def declare(self) -> None:
        """Tell the engine the declared outputs; the last act of a constructor."""
        self.register_outputs({name: getattr(self, name) for name in self.outputs})
