"""What a create that was cut off has left: adopted into the engine's books, or struck out of them.

The only trace of such a create is an entry in the books' `pending_operations`; the next `up` would make the thing
twice, a destroy would forget it. The cloud's own inventory decides: a thing with the hash of the entry's URN among its
tags is taken into the books under its id (export, edit, import, refresh; the engine's own `--import-pending-creates`
forgets it). What is not there after the settle time was never made.
"""

import json
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from eventstack.deploy import guards
from eventstack.errors import Final
from eventstack.planning import naming
from eventstack.planning.found import Found
from eventstack.planning.plan import StackPlan

CREATING = "creating"
"""Type of a pending operation that may have left a thing; the engine repeats the other types by itself."""


@dataclass(frozen=True)
class Verdict:
    """What is to be done with the cut-off creates: `adopt` maps URNs to ids, `drop` are those that never happened."""

    adopt: Mapping[str, str]
    drop: tuple[str, ...]


def settle(
    plan: StackPlan, creating: Sequence[str], inventory: guards.Inventory, sleep: Callable[[float], None]
) -> Verdict:
    """Ask the inventory for each cut-off create; ask again after the settle time for those that it does not show.

    Raises:
        Retryable: when the inventory can't be read.
        Final: when two things claim to be the same resource, or one has no id that the engine could know it by.
    """
    stack = f"{plan.build.project}/{plan.build.stack}"
    adopt = matches(creating, guards.look(inventory, plan.build.tags, stack), stack)
    if missing := [urn for urn in creating if urn not in adopt]:
        sleep(plan.settle_s)
        adopt |= matches(missing, guards.look(inventory, plan.build.tags, stack), stack)
    return Verdict(adopt, tuple(urn for urn in creating if urn not in adopt))


def matches(urns: Sequence[str], things: Sequence[Found], stack: str) -> dict[str, str]:
    """The id of the thing that each URN became, by the hash in its tags; a URN that became none is left out."""
    found: dict[str, str] = {}
    for urn in urns:
        wanted = naming.urn_hash(urn)
        ids = sorted(
            {thing.resource for thing in things if thing.resource and thing.tag.get("eventstack-urn") == wanted}
        )
        if len(ids) > 1:
            raise Final(
                f"{len(ids)} things claim to be {urn}: {', '.join(ids)}. Remove all but one of them, then recover",
                stack=stack,
                operation="recover",
            )
        if ids:
            found[urn] = ids[0]
    return found


def edited(exported: str, verdict: Verdict) -> str:
    """The exported deployment with the verdict carried out; what is pending otherwise is left to the engine.

    Raises ValueError for a text that is no deployment.
    """
    document: dict[str, Any] = json.loads(exported)
    deployment = document["deployment"]
    pending, adopted = [], []
    for entry in deployment.get("pending_operations") or []:
        urn = entry["resource"]["urn"]
        if entry["type"] != CREATING:
            pending.append(entry)
        elif urn in verdict.adopt:
            adopted.append({**entry["resource"], "id": verdict.adopt[urn]})
        elif urn not in verdict.drop:
            pending.append(entry)
    known = {resource["urn"] for resource in deployment.get("resources") or []}
    deployment["resources"] = [
        *(deployment.get("resources") or []),
        *(resource for resource in adopted if resource["urn"] not in known),
    ]
    deployment["pending_operations"] = pending
    return json.dumps(document)
