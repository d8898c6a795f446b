"""What the fake cloud tells: what was asked of it, and what exists in it."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, Literal

ADDRESS, LEDGER, LOG = "address.json", "ledger.jsonl", "cloud.log"
"""The files of a fake cloud's folder."""

ARN = "arn:fake:"
"""What a thing's `arn` begins with; its id follows."""

ON_AIR = "on air"
"""The state of a thing that an audience watches."""

TAG_FIELDS = ("tags", "labels")
"""The inputs that hold tags: of aws and azure-native, and of gcp."""

When = Literal["before", "after"]
"""Before a request's side effect, or after it and before the reply."""


@dataclass(frozen=True)
class Request:
    """One request, as the ledger tells it; times are seconds since 1970, None for what did not happen (yet).

    `op` is create, read, update, delete, invoke or cancel for what an engine asked; inventory, remove or plant for what
    a test or a deployer did beside it. `fields` names the inputs, never their values. `struck_at` is the side effect's
    time, `gone_at` when its caller was lost before an answer. `caller` tells engines apart. `error` is the kind of
    failure that was answered, or "".
    """

    number: int
    op: str
    type: str
    name: str
    urn: str
    asked_at: float
    id: str = ""
    fields: tuple[str, ...] = ()
    caller: str = ""
    struck_at: float | None = None
    gone_at: float | None = None
    answered_at: float | None = None
    error: str = ""

    @property
    def struck(self) -> bool:
        """Whether its side effect happened."""
        return self.struck_at is not None

    @property
    def gone(self) -> bool:
        """Whether its caller never heard the answer."""
        return self.gone_at is not None


@dataclass(frozen=True)
class Existing:
    """One thing that exists. `inputs` are those it was last given, secrets in clear: they never leave the process but
    to its own client. `state` is a word of the test's choosing (`set_state`).
    """

    id: str
    type: str
    name: str
    urn: str
    inputs: dict[str, Any] = field(default_factory=dict)
    outputs: dict[str, Any] = field(default_factory=dict)
    state: str = ""

    @property
    def tags(self) -> dict[str, str]:
        """Its tags, or labels where the vendor calls them so."""
        found: dict[str, str] = {}
        for name in TAG_FIELDS:
            value = self.inputs.get(name)
            if isinstance(value, Mapping):
                found |= {str(key): str(text) for key, text in value.items()}
        return found


@dataclass(frozen=True)
class Asked:
    """A request before it is served."""

    op: str
    type: str = ""
    name: str = ""
    urn: str = ""
    id: str = ""
    inputs: dict[str, Any] = field(default_factory=dict)


def matches(of: str, name: str, type_: str) -> bool:
    """Whether a script's `of` means a thing: its name, its type, or "*" for all."""
    return of in ("*", name, type_)
