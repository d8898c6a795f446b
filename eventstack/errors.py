"""The whole exception tree; every layer translates what it catches into it, once, at its seam.

    EventstackError
    ├─ ConfigError            the user can fix it: file, line, field, given, allowed, hint
    ├─ NotOffered             this cloud lacks that role or feature: which clouds have it
    ├─ Refused                a promise forbids it: which rule, who owns the override, how
    ├─ DeployError            an operation on a stack did not succeed
    │   ├─ Retryable          trying again after `after_s` seconds may help
    │   │   └─ Busy           somebody else works on the stack, or as many operations run as may
    │   └─ Final              trying again cannot help until a human changes something
    ├─ StoreError             the journal or a record can't be read or written
    └─ Unplayable             what a player met at an address stops it; probes turn it into a result

`exit_code` is what the command line returns for the error: 2 for bad input, 3 for a refusal, 4 for what is worth
another try, 1 for the rest.
"""

from dataclasses import dataclass
from typing import Literal


class EventstackError(Exception):
    """Base of every error that eventstack raises on purpose; `str()` is fit for a user's eyes."""

    exit_code = 1


@dataclass(frozen=True)
class Fault:
    """One thing wrong with an input.

    `file` is the path as the user gave it, `line` and `column` count from 1, `field` is a dotted path
    (`ladder.renditions[1].bitrate`), `given` the offending value as written, `allowed` what would be
    accepted and `hint` what to do. `quoted` is the line of the file without what looks like a secret, cut when very
    long; `marked` is the character of it (from 1) at which what is wrong begins and `span` how many it covers.
    `subject` says which document a fault of planning is about, where it has no file yet. A note never fails.
    """

    message: str
    file: str | None = None
    line: int | None = None
    column: int | None = None
    field: str | None = None
    given: str | None = None
    allowed: str | None = None
    hint: str | None = None
    quoted: str | None = None
    marked: int | None = None
    span: int | None = None
    subject: Literal["event", "profile"] | None = None
    severity: Literal["error", "note"] = "error"

    def __str__(self) -> str:
        place = ":".join(str(part) for part in (self.file, self.line, self.column) if part is not None)
        head = ": ".join(part for part in (place, self.field, self.message) if part)
        details = [
            f"  {label}: {value}"
            for label, value in (("given", self.given), ("allowed", self.allowed), ("to do", self.hint))
            if value
        ]
        return "\n".join([head, *details])


class ConfigError(EventstackError):
    """Input that its author can mend; holds every fault found, in the order of the file."""

    exit_code = 2

    def __init__(self, *faults: Fault) -> None:
        self.faults = faults
        super().__init__("\n".join(str(fault) for fault in faults))


class NotOffered(EventstackError):
    """A cloud lacks a role or a feature; the message names the clouds that have it.

    `faults` says the same of each value that asks for it, where planning knows which; else it is the message alone.
    """

    exit_code = 2

    def __init__(self, message: str, *faults: Fault) -> None:
        self.faults = faults or (Fault(message),)
        super().__init__(message)


class Refused(EventstackError):
    """A promise forbids the operation: `rule` says which, `override` who may lift it and how."""

    exit_code = 3

    def __init__(self, message: str, *, rule: str, override: str | None = None) -> None:
        self.rule = rule
        self.override = override
        tail = f"\n  override: {override}" if override else ""
        super().__init__(f"{message}\n  rule: {rule}{tail}")


class DeployError(EventstackError):
    """An operation on a stack did not succeed; `stack` and `operation` say which."""

    def __init__(self, message: str, *, stack: str | None = None, operation: str | None = None) -> None:
        self.stack = stack
        self.operation = operation
        place = " of ".join(part for part in (operation, stack) if part)
        super().__init__(f"{place}: {message}" if place else message)


class Retryable(DeployError):
    """Worth another try after `after_s` seconds: a busy stack, throttling, a quota that may free up."""

    exit_code = 4

    def __init__(self, message: str, *, after_s: float, stack: str | None = None, operation: str | None = None) -> None:
        self.after_s = after_s
        super().__init__(message, stack=stack, operation=operation)


class Busy(Retryable):
    """Somebody else works on the stack (`holder` is the operation's id in the journal), or the line is long ("")."""

    def __init__(
        self, message: str, *, after_s: float, holder: str = "", stack: str | None = None, operation: str | None = None
    ) -> None:
        self.holder = holder
        super().__init__(message, after_s=after_s, stack=stack, operation=operation)


class Final(DeployError):
    """Not worth another try: credentials, a missing engine, a fault in a program."""


class StoreError(EventstackError):
    """The journal, or a record that must not be lost, can't be read or written."""


class Unplayable(EventstackError):
    """What a player met at an address stops it: nobody answers, a list that is none, a licence refused."""
