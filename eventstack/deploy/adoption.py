"""What creates that did not come to their end have left: taken into the engine's books, or struck out of them.

A create that was cut off with its engine leaves an entry in the books' `pending_operations`, and nothing else: the next
`up` would make the thing twice, a destroy would forget it. One whose provider died under a living engine leaves not
even that. The cloud's own inventory decides: a thing with the hash of a URN among its tags is taken into the books
under its id (export, edit, import, refresh; the engine's own `--import-pending-creates` forgets it). What is not there
after the settle time was never made.
"""

import json
from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import dataclass
from types import MappingProxyType
from typing import Any

from eventstack.deploy import guards
from eventstack.deploy.checkpoint import Checkpoint
from eventstack.deploy.saved_plan import Goal
from eventstack.errors import Final
from eventstack.planning import naming
from eventstack.planning.found import Found
from eventstack.planning.plan import StackPlan

CREATING = "creating"
"""Type of a pending operation that may have left a thing; the engine repeats the other types by itself."""


Goals = Mapping[str, Goal]
"""By URN, what the engine's saved plan wants of a resource."""

NOTHING: Goals = MappingProxyType({})


@dataclass(frozen=True)
class Verdict:
    """What is to be done: `adopt` maps the URNs of cut-off creates to ids, `drop` are those that never happened, `lost`
    maps to ids the URNs that neither books nor pending entries hold.
    """

    adopt: Mapping[str, str]
    drop: tuple[str, ...]
    lost: Mapping[str, str]

    @property
    def anything(self) -> bool:
        """Whether the books have to be edited."""
        return bool(self.adopt or self.drop or self.lost)

    @property
    def ids(self) -> dict[str, str]:
        """Everything that is taken into the books, by URN."""
        return {**self.adopt, **self.lost}

    @property
    def lines(self) -> list[str]:
        """What was done, in words."""
        return [
            *(f"adopted {urn} as {identity}" for urn, identity in sorted(self.ids.items())),
            *(f"struck out {urn}, which the inventory does not show" for urn in self.drop),
        ]


def settle(
    plan: StackPlan,
    books: Checkpoint,
    inventory: guards.Inventory,
    sleep: Callable[[float], None],
    *,
    goals: Goals = NOTHING,
    suspects: Collection[str] = (),
) -> Verdict:
    """Ask the inventory for each cut-off create, and for what `goals` want and the books lack.

    It is asked again after the settle time for the cut-off creates, and for `suspects` (creates that failed in the last
    operation, perhaps only in words), that it does not show at first.

    Raises:
        Retryable: when the inventory can't be read.
        Final: when two things claim to be the same resource.
    """
    stack = f"{plan.build.project}/{plan.build.stack}"
    absent = [urn for urn in goals if urn not in books.resources and urn not in books.creating]
    absent = [urn for urn in absent if not (made_by := _provider(goals[urn])[0]) or made_by in books.resources]
    wanted = [*books.creating, *absent]
    found = matches(wanted, guards.look(inventory, plan.build.tags, stack), stack)
    doubtful = [urn for urn in (*books.creating, *suspects) if urn not in found and urn not in books.resources]
    if doubtful:
        sleep(plan.settle_s)
        found |= matches(wanted, guards.look(inventory, plan.build.tags, stack), stack)
    return Verdict(
        adopt={urn: found[urn] for urn in books.creating if urn in found},
        drop=tuple(urn for urn in books.creating if urn not in found),
        lost={urn: found[urn] for urn in absent if urn in found},
    )


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


def edited(exported: str, verdict: Verdict, goals: Goals = NOTHING) -> str:
    """The exported deployment with the verdict carried out; what is pending otherwise is left to the engine.

    What was lost gets its place from `goals`, and its inputs and outputs by the refresh that follows.

    Raises:
        Final: for a text that is no deployment.
    """
    try:
        document: dict[str, Any] = json.loads(exported)
        deployment: dict[str, Any] = document["deployment"] or {}
        document["deployment"] = deployment
    except (ValueError, KeyError, TypeError) as error:
        raise Final(f"the engine's export of the books can't be read ({error}). {guards.WAYS_OUT}") from error
    resources: list[dict[str, Any]] = deployment.get("resources") or []
    pending, adopted = [], []
    for entry in deployment.get("pending_operations") or []:
        urn = entry["resource"]["urn"]
        if entry["type"] != CREATING:
            pending.append(entry)
        elif urn in verdict.adopt:
            adopted.append({**entry["resource"], "id": verdict.adopt[urn]})
        elif urn not in verdict.drop:
            pending.append(entry)
    ids = {resource["urn"]: resource.get("id", "") for resource in resources}
    adopted += [_placed(urn, identity, goals[urn], ids) for urn, identity in verdict.lost.items()]
    deployment["resources"] = [*resources, *(resource for resource in adopted if resource["urn"] not in ids)]
    deployment["pending_operations"] = pending
    return json.dumps(document)


def _provider(goal: Goal) -> tuple[str, str]:
    """The URN and the id of the provider that was to make a resource; "" where the plan names none."""
    urn, _, identity = (goal.provider or "").rpartition("::")
    return urn, identity


def _placed(urn: str, identity: str, goal: Goal, ids: Mapping[str, str]) -> dict[str, Any]:
    """A resource for the books: what the plan wanted it to be, under the id that it got."""
    provider, reference = _provider(goal)
    known = {"urn": urn, "id": identity, "custom": True, "type": goal.type, "inputs": {}, "outputs": {}}
    places = {
        "parent": goal.parent,
        "dependencies": goal.dependencies,
        "propertyDependencies": goal.property_dependencies,
    }
    more = {name: place for name, place in places.items() if place}
    made = {"provider": f"{provider}::{ids.get(provider, reference)}"} if provider else {}
    return {**known, **more, **made}
