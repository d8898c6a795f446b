"""What a rehearsal tells whoever shows it: every call is quick, comes from any thread, and may be ignored."""

from typing import Protocol

from eventstack.deploy.deployer import Progress
from eventstack.planning.plan import StackPlan
from eventstack.probes.probe import ProbeResult
from eventstack.scheduler.loop import Taken
from eventstack.scheduler.state import Action, Observed, State, Wanted


class Reporter(Protocol):
    """The display's side of a rehearsal."""

    def planned(self, title: str, wanted: Wanted) -> None:
        """The timeline is known."""
        ...

    def decided(self, action: Action, observed: Observed, state: State) -> None:
        """The loop has decided; called several times a second."""
        ...

    def taken(self, taken: Taken) -> None:
        """A step has ended."""
        ...

    def resolved(self, plan: StackPlan) -> None:
        """A stack's plan is made."""
        ...

    def moved(self, layer: str, progress: Progress) -> None:
        """A resource of that layer's stack has moved."""
        ...

    def looked(self, results: tuple[ProbeResult, ...]) -> None:
        """The probes have looked at every hop."""
        ...

    def addresses(self, named: dict[str, str]) -> None:
        """Addresses to open in a player."""
        ...

    def edge(self, requests: int, viewers: int, hits: int) -> None:
        """What the edge served within the last seconds."""
        ...

    def note(self, text: str) -> None:
        """One line that a human should read."""
        ...
