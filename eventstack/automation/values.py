"""What the automation API answers with: frozen values, as plain as the JSON that the command line makes of them."""

from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path
from typing import Any, Literal

from eventstack.deploy.deployer import Evidence, Outcome, StackState
from eventstack.deploy.journal import Hold

State = Literal["absent", "previewed", "up", "unfinished", "destroyed", "gone", "unclear"]
"""Where a stack is in its life: never built · previewed only · built · begun and not completed · emptied and not yet
proven gone · proven gone and forgotten · can't be told, `diagnose` says why.
"""


@dataclass(frozen=True)
class Work:
    """An operation, by its record in the journal. `ran` says that a process was started for it, without which nothing
    was touched; `ended` is None while it runs, or where its processes died.
    """

    operation: str
    kind: str
    began: datetime
    host: str
    pid: int
    ran: bool = False
    ended: datetime | None = None
    ok: bool | None = None
    error: str = ""
    detail: str = ""


@dataclass(frozen=True)
class Status:
    """What is known of one stack. `words` says it in a sentence; `on_air` is None where that can't be told;
    `silent` says why what is up does not answer;
    `running` is the operation that holds the stack now, `last` the latest that ended, `hold` a person's word that it is
    to stay.
    """

    stack: str
    layer: str
    owner: str
    occurrence: str
    incarnation: int
    cloud: str
    state: State
    words: str
    observed: StackState
    on_air: bool | None = None
    silent: str = ""
    running: Work | None = None
    last: Work | None = None
    last_error: str = ""
    build_hash: str = ""
    parents: tuple[str, ...] = ()
    outputs: dict[str, Any] = field(default_factory=dict)
    evidence: dict[str, Any] | None = None
    hold: Hold | None = None
    forgotten: datetime | None = None


@dataclass(frozen=True)
class Teardown:
    """How a `destroy` ended: what was removed, the evidence, and that the stack is forgotten. `already` says that
    nothing was to do: it was gone before, or never built.
    """

    stack: str
    ok: bool
    already: bool = False
    outcome: Outcome | None = None
    evidence: Evidence | None = None
    verdict: dict[str, Any] | None = None


@dataclass(frozen=True)
class Log:
    """One file that an operation on a stack left."""

    operation: str
    path: Path

    def text(self) -> str:
        """What is in it; known secrets were taken out when the operation ended."""
        return self.path.read_text(encoding="utf-8", errors="replace")
