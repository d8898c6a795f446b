"""The local cloud as a rehearsal uses it: the verbs, the nodes' health, and what the edge serves."""

from collections.abc import Mapping
from pathlib import Path
from typing import Any

from eventstack.clouds.local import answering, verbs
from eventstack.errors import DeployError
from eventstack.node.client import NodeClient
from eventstack.planning.plan import StackPlan
from eventstack.settings import Settings


class LocalCloud:
    """Implements `rehearsal.world.Cloud` on this machine."""

    def __init__(self, settings: Settings) -> None:
        self._settings = settings

    def card(self, outputs: Mapping[str, Any]) -> dict[str, Any]:
        """Where the verbs of an event are reached, and with which credential."""
        return verbs.card(outputs)

    def perform(self, card: Mapping[str, Any], verb: str, **arguments: object) -> dict[str, Any]:
        """Do one verb."""
        return verbs.perform(card, verb, **arguments)

    def health(self, card: Mapping[str, Any]) -> dict[str, Any]:
        """What the event's node says of itself; raises a DeployError when it does not answer."""
        return NodeClient(str(card["control"]), str(card["control_token"])).health()

    def revive(self, plan: StackPlan) -> None:
        """Start the supervisor of the event's node again; it adopts the parts that went on without it."""
        answering.revive(self._settings, plan)

    def gone(self, plan: StackPlan) -> bool:
        """Whether the event's machine is gone; its directory goes last, when nothing runs in it any more."""
        return not answering.machine(self._settings, plan).exists()

    def edge(self, outputs: Mapping[str, Any]) -> dict[str, int] | None:
        """Requests, viewers and cache hits of the last seconds; None when the edge does not say."""
        token = Path(str(outputs["control_token_file"]))
        try:
            health = NodeClient(str(outputs["control"]), token.read_text(encoding="utf-8").strip()).health()
        except (DeployError, OSError):
            return None
        served = [part.get("measured", {}) for part in health["parts"].values() if part["kind"] == "edge"]
        names = ("requests", "viewers", "hits")
        return {name: int(served[0].get(name) or 0) for name in names} if served else None
