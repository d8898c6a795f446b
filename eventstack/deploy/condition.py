"""A stack's condition in words: what the journal, the engine's books, the locks and the processes say together.

`diagnose` is pure: it is handed what was seen. Every finding says what is, what it means and what may be done; `step`
is what `recover` would do about it, in the order of the findings, and None where a person has to decide.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Literal

from eventstack.deploy.checkpoint import Checkpoint, Copy, Lock
from eventstack.deploy.journal import Known, Operation
from eventstack.planning import naming
from eventstack.planning.found import Found, Silence
from eventstack.planning.instants import told

Severity = Literal["ok", "note", "alarm"]

Holder = Literal["alive", "dead", "overdue"]
"""How the operation that holds the stack is."""

AGAIN = ("unfinished", "emptied")
"""Kinds of what the next `up` or `destroy` completes; there is nothing for `recover` to do about it."""

REVIVE = "start what answers for it again; what runs on goes on"
"""The step against a machine that does not answer."""

TORN_S = 10.0
"""A lock file is written at once; one that can't be read after so long has no living writer."""


@dataclass(frozen=True)
class Finding:
    """One thing about a stack: what is (`text`), how bad it is, what a person can do, and what `recover` would do."""

    kind: str
    severity: Severity
    text: str
    remedy: str = ""
    step: str | None = None


@dataclass(frozen=True)
class Condition:
    """Everything that was found about one stack."""

    stack: str
    findings: tuple[Finding, ...]

    @property
    def healthy(self) -> bool:
        """Whether nothing is wrong with it."""
        return not any(finding.severity == "alarm" for finding in self.findings)

    @property
    def mended(self) -> bool:
        """Whether nothing is wrong with it but that its `up` or `destroy` has to be called again."""
        return not any(finding.severity == "alarm" and finding.kind not in AGAIN for finding in self.findings)

    @property
    def steps(self) -> tuple[str, ...]:
        """What `recover` would do, in its order."""
        return tuple(finding.step for finding in self.findings if finding.step)


@dataclass(frozen=True)
class Seen:
    """What was seen of a stack at `now`. `copies` are older forms of the books that can be read, the newest first;
    `sidecar` is a file beside the books that makes them unreadable; `things` is the inventory, None if it was silent;
    `planned` are the URNs of the saved preview, by which what the books lost can be taken back; `last` is the latest
    operation that ended and may have changed something; `silence` is why what was built does not answer.
    """

    known: Known
    books: Checkpoint
    locks: tuple[Lock, ...]
    now: datetime
    operation: Operation | None = None
    holder: Holder = "dead"
    copies: tuple[Copy, ...] = ()
    sidecar: Path | None = None
    things: tuple[Found, ...] | None = None
    planned: tuple[str, ...] = ()
    last: Operation | None = None
    silence: Silence | None = None


def diagnose(seen: Seen) -> Condition:
    """Say what is wrong with a stack, and what is not."""
    known = seen.known
    findings = [
        *_operation(seen),
        *_locks(seen),
        *_sidecar(seen),
        *_books(seen),
        *_pending(seen),
        *_unbooked(seen),
        *_silence(seen),
        *_incomplete(seen),
    ]
    if known.hold and known.hold.holds(seen.now):
        release = f"`eventstack release {_event(known)}` releases it"
        findings.append(Finding("hold", "note", known.hold.words, release))
    if not any(finding.severity == "alarm" for finding in findings):
        findings.append(_well(seen))
    return Condition(str(known.key), tuple(findings))


def _well(seen: Seen) -> Finding:
    known, books = seen.known, seen.books
    if known.forgotten:
        return Finding("gone", "ok", f"removed, proven gone and forgotten on {told(known.forgotten)}")
    if known.created == "no":
        return Finding("unknown", "ok", "never built here")
    if not books.resources:
        return Finding("empty", "ok", "in the engine's books, with no resources")
    return Finding("built", "ok", f"{len(books.resources)} resources in the engine's books, nothing is pending")


def _operation(seen: Seen) -> list[Finding]:
    operation = seen.operation
    if operation is None:
        return []
    intent = operation.intent
    what = f"{intent.kind} {intent.id} of {told(intent.at)} (pid {operation.pid} on {intent.host})"
    if seen.holder == "alive":
        return [
            Finding("running", "note", f"{what} holds the stack and is at work", "wait for it, or follow it by `logs`")
        ]
    if seen.holder == "overdue":
        text = f"{what} holds the stack; it has passed its time, and nobody looks after it"
        return [Finding("overdue", "alarm", text, step=f"end what is left of session {operation.session}, by identity")]
    text = f"{what} was cut off: its processes are dead"
    again = f"`eventstack {intent.kind} {_event(seen.known)}` does it too, and goes on"
    remedy = again if intent.kind in ("up", "destroy") else ""
    return [Finding("died", "alarm", text, remedy, f"take the stack over from {intent.id}")]


def _locks(seen: Seen) -> list[Finding]:
    findings = []
    for lock in seen.locks:
        name = lock.path.name
        if lock.pid is None:
            step = f"remove the torn lock file {name}" if lock.age_s > TORN_S and seen.holder != "alive" else None
            text = f"the lock file {name} can't be read; the engine refuses to work while it is there"
            findings.append(Finding("torn-lock", "alarm", text, "look again in a minute", step))
        elif lock.dead:
            text = f"the lock file {name} was left by pid {lock.pid}, which is dead"
            findings.append(Finding("dead-lock", "alarm", text, step=f"remove the lock file {name}"))
        elif not (seen.operation and seen.holder == "alive"):
            text = f"the lock file {name} is held by pid {lock.pid} on {lock.host}, which is not an operation of ours"
            remedy = f"wait for it; if {lock.host} is gone for good, `pulumi cancel` removes its lock"
            findings.append(Finding("foreign-lock", "alarm", text, remedy))
    return findings


def _sidecar(seen: Seen) -> list[Finding]:
    if seen.sidecar is None:
        return []
    text = f"{seen.sidecar.name} is empty: the engine takes the books for unreadable, and `stack init` would wipe them"
    return [Finding("empty-sidecar", "alarm", text, step=f"remove the empty {seen.sidecar.name}")]


def _books(seen: Seen) -> list[Finding]:
    known, books = seen.known, seen.books
    if books.existence == "absent" and known.created == "yes" and known.living and known.proven:
        text = "two inventories have proven it gone, and its removal was cut off before the end"
        return [Finding("proven", "note", text, "destroy it once more: there is nothing left but to forget it")]
    if lost(known, books) or books.existence == "unknown":
        text = (
            f"the engine's books are unreadable: {books.detail}"
            if books.existence == "unknown"
            else ("the journal knows this stack and the engine's books don't: building would double it")
        )
        if seen.copies:
            best = seen.copies[0]
            step = f"restore the books from {best.path.name} ({told(best.at)}, {best.resources} resources)"
            remedy = "or put the state folder back from a backup of yours"
            return [Finding("books-lost", "alarm", text, remedy, step)]
        remedy = (
            "no older form of the books is left. Put the state folder back from a backup; or, if the cloud's inventory"
            " shows nothing of the stack, take evidence and forget it"
        )
        return [Finding("books-lost", "alarm", text, remedy)]
    if books.existence == "present" and known.created == "no":
        text = "the engine's books hold a stack that the journal never created"
        remedy = (
            "restore the journal from a backup; or see with `pulumi stack` that it is empty, and `pulumi stack rm` it"
        )
        return [Finding("journal-lost", "alarm", text, remedy)]
    return []


def _pending(seen: Seen) -> list[Finding]:
    findings = []
    for urn in seen.books.creating:
        text = f"the creation of {urn} was cut off: the thing may exist, and the books don't hold it"
        step = f"ask the inventory for {_name(urn)}: adopt it into the books if it is there, else strike it out"
        findings.append(Finding("pending-create", "alarm", text, step=step))
    others = [entry for entry in seen.books.pending if not entry.startswith("creating ")]
    if others:
        text = f"cut off and to be done again by the next up or destroy: {', '.join(others)}"
        findings.append(Finding("pending-other", "note", text))
    return findings


def _unbooked(seen: Seen) -> list[Finding]:
    if seen.things is None:
        text = "the cloud's inventory could not be read"
        return [Finding("inventory-silent", "note", text, "look again; nothing is concluded from its silence")]
    if seen.books.existence == "unknown":
        return []
    planned = {naming.urn_hash(urn): urn for urn in seen.planned}
    findings = []
    for thing in unbooked(seen.books, seen.things):
        urn = planned.get(thing.tag.get("eventstack-urn", ""))
        text = f"in the cloud, and not in the engine's books: {thing.kind} {thing.resource}"
        if urn:
            findings.append(Finding("unbooked", "alarm", text, step=f"adopt it into the books as {_name(urn)}"))
        else:
            remedy = "destroy the event: evidence removes it by identity; `up` refuses, for it would be there twice"
            findings.append(Finding("unbooked", "alarm", text, remedy))
    return findings


def _silence(seen: Seen) -> list[Finding]:
    if seen.silence is None or (seen.operation and seen.holder == "alive"):
        return []
    if seen.silence.revivable:
        return [Finding("silent", "alarm", seen.silence.text, step=REVIVE)]
    remedy = "what it carried is lost: destroy the stack, then build it again"
    return [Finding("silent", "alarm", seen.silence.text, remedy)]


def lost(known: Known, books: Checkpoint) -> bool:
    """Whether the engine's books lack a stack that the journal knows as made, and not as proven gone."""
    return books.existence == "absent" and known.created == "yes" and known.living and not known.proven


def unbooked(books: Checkpoint, things: Sequence[Found]) -> list[Found]:
    """The resources in an inventory that the books neither hold, under their id, nor have pending."""
    pending = {naming.urn_hash(urn) for urn in books.creating}
    held = {(naming.urn_hash(urn), one) for urn, ids in books.ids.items() for one in ids}
    return [
        thing
        for thing in things
        if thing.resource
        and (known := thing.tag.get("eventstack-urn", "")) not in pending
        and (known, thing.resource) not in held
    ]


def _incomplete(seen: Seen) -> list[Finding]:
    """What its last `up` or `destroy` left undone, where nobody is at it; and what was removed past us."""
    known, last, standing = seen.known, seen.last, len(seen.books.resources)
    if seen.operation or seen.books.existence != "present" or not known.living or last is None:
        return []
    name, outcome = _event(known), last.outcome or {}
    stand = f"{standing} resources stand" if standing else "nothing stands"
    if not outcome.get("ok"):
        why = str(outcome.get("error") or "").partition("\n")[0] or "its processes died"
        text = f"the last {last.intent.kind}, {last.intent.id}, did not end well, {stand}: {why}"
        return [Finding("unfinished", "alarm", text, f"`eventstack {last.intent.kind} {name}` goes on")]
    removed = f"`eventstack destroy {name}` proves that it is gone, and forgets it"
    if last.intent.kind == "destroy" and not standing:
        return [Finding("emptied", "alarm", "its resources are gone, and it is not yet proven and forgotten", removed)]
    if not standing:
        text = f"{last.intent.id} built it, and the engine's books hold nothing: it was removed by hand"
        return [Finding("emptied", "alarm", text, f"{removed}; `eventstack up {name}` builds it again")]
    return []


def _event(known: Known) -> str:
    """What a person types for a stack."""
    return known.plan.build.occurrence if known.plan else known.key.stack


def _name(urn: str) -> str:
    return urn.rsplit("::", 1)[-1]
