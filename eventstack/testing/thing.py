"""A resource for the fake cloud, for programs that need no vendor's SDK."""

from collections.abc import Mapping
from typing import Any

import pulumi
from pulumi.resource import create_urn

from eventstack.planning import naming

TYPE = "fakecloud:index:Thing"


class Thing(pulumi.CustomResource):
    """A resource with whatever inputs it is given; `arn` is its output.

    `of_type` makes it one of any provider, as `aws:s3/bucketV2:BucketV2`. With a stack's identity `tags` it carries
    all six, those of a resource that an inventory finds again.
    """

    arn: pulumi.Output[str]

    def __init__(
        self,
        name: str,
        inputs: Mapping[str, Any] | None = None,
        opts: pulumi.ResourceOptions | None = None,
        *,
        of_type: str = TYPE,
        tags: Mapping[str, str] | None = None,
        role: str = "thing",
    ) -> None:
        given: dict[str, Any] = {"arn": None, **(inputs or {})}
        if tags is not None:
            parent = opts.parent if opts else None
            # The parent's URN as a bare future: as an Output it would make the thing depend on its parent.
            urn = create_urn(name, of_type, parent=parent.urn.future() if parent else None)  # type: ignore[arg-type]
            field = "labels" if of_type.startswith("gcp:") else "tags"
            given[field] = urn.apply(lambda known: naming.role_tags(tags, role, known))
        super().__init__(of_type, name, given, opts)
