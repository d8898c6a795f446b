"""The program of the benchmarks of operations: an event's worth of things, a few of them in a chain."""

from typing import Any

import pulumi

from eventstack.testing.thing import Thing

CHAIN = 4
"""So many things stand in a chain, each needing the one before."""


def build(wanted: Any) -> None:
    """Make as many things as the occurrence's name says: what our worker runs."""
    make(int(wanted.occurrence.rsplit("-", 1)[-1]))


def make(resources: int) -> None:
    """Make the things and export three outputs."""
    before: dict[str, Any] = {}
    for number in range(resources):
        thing = Thing(f"thing-{number}", {"number": str(number), **(before if number < CHAIN else {})})
        before = {"needs": thing.arn}
        if number < 3:
            pulumi.export(f"output-{number}", thing.arn)
