"""Contribution: the way of the feed from the venue to the encoder."""

from typing import ClassVar, TypedDict

import pulumi

from eventstack.components import inputs
from eventstack.components.role import Role
from eventstack.components.site import Site
from eventstack.components.specs import ContributionSpec
from eventstack.planning import parts


class ContributionArgs(TypedDict):
    """`epoch` is the instant that the event's media timeline counts from (RFC 3339, UTC)."""

    tags: dict[str, str]
    site: Site
    epoch: pulumi.Input[str]
    spec: ContributionSpec


class Contribution(Role):
    """Receives one feed and stamps it with the event's timeline."""

    role: ClassVar[str] = "contribution"
    outputs: ClassVar[tuple[str, ...]] = ("ingest", "feed")

    ingest: pulumi.Output[str]
    """Address that the venue sends to."""

    feed: pulumi.Output[str]
    """Address that the encoder reads."""

    def __init__(self, name: str, args: ContributionArgs, opts: pulumi.ResourceOptions | None = None) -> None:
        self.spec = inputs.structure(args["spec"], parts.Contribution, f"{name}.spec")
        self.epoch = inputs.scalar(args["epoch"], inputs.INSTANT, f"{name}.epoch")
        super().__init__(name, args["tags"], opts)
