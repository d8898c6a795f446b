"""Programs that the tests have the engine run."""

from typing import Any

import msgspec
import pulumi

from eventstack import program
from eventstack.clouds.local import resources
from eventstack.clouds.local.site import Machine
from eventstack.components import refuse_untagged
from eventstack.node import config
from eventstack.planning import naming, parts
from tests.components import builds

TAGS = naming.identity_tags("local", "talk", 1, "event")


def machine(parts: int = 2, root: str = "/x") -> None:
    """One machine, so many parts that need nothing of each other, and two in a row."""
    refuse_untagged()
    site = Machine("site", {"tags": TAGS})
    host = resources.Host.of(site)
    for number in range(parts):
        resources.part(site, f"part-{number}", host, config.Origin(root=f"{root}/{number}"))
    first = resources.part(site, "first", host, config.Origin(root=f"{root}/first"))
    after = first.output("place").apply(lambda place: config.Origin(root=place))
    pulumi.export("place", resources.part(site, "after", host, after).output("place"))


def untagged() -> None:
    """A machine that could never be found again."""
    refuse_untagged()
    resources.Node("bare", {"eventstack-owner": "local"})


def misconfigured() -> None:
    """A part with two faults."""
    node = resources.Node("node", naming.role_tags(TAGS, "site", "u"))
    tags = naming.role_tags(TAGS, "site", "v")
    inputs = {"part": "Not a name", "address": node.address, "token_file": "/t", "config": '{"type":"origin"}'}
    pulumi.CustomResource(resources.PART, "part", {**inputs, "tags": tags, "outputs": None})


def with_passphrase() -> None:
    """A part whose secret is in the environment of the operation."""
    refuse_untagged()
    site = Machine("site", {"tags": TAGS})
    reference = config.SecretRef(source="env", name="PASS")
    receiver = config.Receiver(epoch="2026-11-22T17:30:00Z", latency_ms=120, passphrase=reference)
    resources.part(site, "receiver", resources.Host.of(site), receiver)


def foundation() -> None:
    """A whole foundation."""
    program.build(builds.foundation())


def event(outputs: dict[str, Any], window_s: int = 60) -> None:
    """A whole event on the foundation with those outputs."""
    parent = msgspec.structs.replace(builds.event().parents[0], outputs=outputs)
    program.build(builds.event(parents=(parent,), packager=parts.Packager(hls=True, dash=True, window_s=window_s)))
