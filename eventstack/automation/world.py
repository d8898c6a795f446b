"""What the calls touch: the settings, the journal, a deployer for each cloud, and the clouds' own answers."""

from collections.abc import Callable
from functools import cached_property
from typing import Any

from eventstack import clouds
from eventstack.automation import make
from eventstack.deploy import engine
from eventstack.deploy.deployer import Deployer, StackState
from eventstack.deploy.journal import Journal, Known, StackKey
from eventstack.deploy.journal_sqlite import SqliteJournal
from eventstack.deploy.line import Urgency
from eventstack.deploy.workspace import Workspace
from eventstack.errors import EventstackError
from eventstack.planning.facts import CloudFacts
from eventstack.planning.found import Silence
from eventstack.planning.plan import StackPlan
from eventstack.settings import Settings

Say = Callable[[str], None]
"""Takes a line for a person, as while an engine is being built."""


class World:
    """One installation. Give one of your own to a call to have it act on something else, as a test does."""

    def __init__(self, settings: Settings | None = None) -> None:
        self.settings = settings or Settings.from_environment()

    @cached_property
    def journal(self) -> Journal:
        """The memory of every operation; raises StoreError when it can't be used."""
        return SqliteJournal(self.settings.state / "journal.sqlite3")

    def known(self) -> list[Known]:
        """Every stack of this owner that was ever claimed; none, and nothing made, where there is no journal yet."""
        there = (self.settings.state / "journal.sqlite3").exists()
        return self.journal.stacks(self.settings.owner) if there else []

    def stack(self, key: StackKey) -> Known:
        """What is known of one stack; a fresh value for one never heard of."""
        return next((known for known in self.known() if known.key == key), Known(key))

    def facts(self, cloud: str) -> CloudFacts:
        """What planning needs to know of a cloud; raises ConfigError for an unknown one."""
        return clouds.facts(cloud)

    def patience_s(self, wanted_s: float | None) -> float:
        """How long a call waits for others: what is wanted, else as long as an operation may take at most."""
        return self.settings.deadline_s + self.settings.grace_s if wanted_s is None else wanted_s

    def deployer(
        self, cloud: str, say: Say, *, urgency: Urgency = "scheduled", patience_s: float | None = None
    ) -> Deployer:
        """Who builds, mends and removes there; finds the engine, or makes it. Raises what `make.deployer` raises."""
        patience_s = self.patience_s(patience_s)
        return make.deployer(self.settings, cloud, say=say, urgency=urgency, patience_s=patience_s)

    def observe(self, known: Known) -> StackState:
        """Look at a stack in the engine's books; nothing is installed for it."""
        project, stack = known.key.project, known.key.stack
        try:
            found, reasons = engine.find(self.settings)
            if known.plan is None or found is None:
                return StackState(project, stack, "unknown", detail="; ".join(reasons))
            return make.deployer(self.settings, known.plan.build.cloud, found=found).observe(project, stack)
        except EventstackError as fault:
            return StackState(project, stack, "unknown", detail=str(fault))

    def on_air(self, plan: StackPlan) -> bool | None:
        """Whether an audience may be watching; None when that can't be told."""
        try:
            return make.on_air(self.settings, plan)
        except (EventstackError, OSError):
            return None

    def silent(self, plan: StackPlan) -> Silence | None:
        """Why what the plan built does not answer; None when it does, or when that can't be told."""
        try:
            return make.silent(self.settings, plan)
        except (EventstackError, OSError):
            return None

    def stopped(self, plan: StackPlan) -> bool:
        """Whether what the plan built is there and was stopped; False also when that can't be told."""
        try:
            return make.stopped(self.settings, plan)
        except (EventstackError, OSError):
            return False

    def perform(self, card: dict[str, Any], verb: str, arguments: dict[str, Any]) -> dict[str, Any]:
        """Do one verb by a control card."""
        answer: dict[str, Any] = clouds.verbs(str(card.get("cloud", ""))).perform(card, verb, **arguments)
        return answer

    def engine(self, say: Say) -> engine.Engine:
        """The engine; found, or made."""
        return engine.find_or_install(self.settings, say)

    def workspace(self, key: StackKey) -> Workspace:
        """Where a stack is worked on."""
        return Workspace(self.settings, key.project, key.stack)
