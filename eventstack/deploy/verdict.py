"""How an operation's end is read: from exit codes, events and files, into one error of our tree or none."""

import re
from itertools import takewhile

from eventstack.deploy.books import Books
from eventstack.deploy.events import Tally, name_of
from eventstack.deploy.guards import WAYS_OUT
from eventstack.deploy.operation import Ended
from eventstack.deploy.previewed import RULE
from eventstack.deploy.redact import Redactor
from eventstack.deploy.request import NO_RESULT, Result
from eventstack.errors import EventstackError, Final, Refused, Retryable

STACK_NOT_FOUND, CANCELLED = 6, 8
"""Exit codes of the engine (its exit_codes.go)."""

NOT_STARTED = (126, 127)
"""Exit codes of `timeout` for a program that can't be run or is not there (coreutils manual)."""

AFTER_S = 5.0
"""When to try again after a provider's failure or an interruption, in seconds."""

CONSEQUENCE = "expected resource operations for"
"""What the engine says of each planned resource that it didn't come to, once another has failed."""

THROWN = "python inline source runtime error"
"""How the SDK begins to say that a program raised, with a traceback; our own word is of the function alone, not of what
is called back when a resource is there."""

EXCEPTION = re.compile(r"[\w.]+: |[\w.]*(Error|Exception|Exit|Interrupt)$")
"""How the last part of a traceback begins."""

CALLED_BACK = re.compile(r"^Exception: .*Invoke callback \S+ error: ")
"""What the SDK puts before the words of an exception that a transform raised."""

LOCKED = "the stack is currently locked by"
"""What the engine says of a stack that is locked where we can't see it, before a line for each lock."""

ROOM = "See that the disk has room, then call again: what was done stands in the engine's books"
"""What a person can do about a full disk."""

GO_ON = "Call the same again: it goes on from what the engine's books hold"
"""How an operation is completed that did a part of its work."""

MEND = "Mend the program, then preview again; `eventstack logs` shows where it was"
"""What a person can do about a program."""

LOOK = "`eventstack logs` shows all it said, `eventstack doctor` how the stack is"
"""Where a person looks who has to find out."""

SHOWN = 5
"""How many of the engine's errors a text quotes."""


class Beyond(Refused):
    """An `up` would go beyond what it may do: `steps` names what."""

    def __init__(self, refused: tuple[str, ...]) -> None:
        self.steps = ", ".join(refused)
        super().__init__(
            f"the repeated up would do what was not previewed: {self.steps}", rule=RULE, override="preview it again"
        )


def judge(
    kind: str, ended: Ended, result: Result | None, tally: Tally, books: Books, redact: Redactor, *, said: str = ""
) -> EventstackError | None:
    """What an operation came to; None for a success. The text holds no secret that we know.

    `said` is the end of what its process printed, for an end without a result.
    """
    if result is not None and result.ok and result.exit == 0 and not ended.killed:
        return None
    place = {"stack": f"{books.project}/{books.stack}", "operation": kind}
    causes = [error for error in tally.errors if CONSEQUENCE not in error] or tally.errors
    last = said.strip().splitlines()[-1:]
    said = redact("; ".join(causes[-SHOWN:]) or (result.error if result else ""))
    if result is not None and result.refused:
        return Beyond(result.refused)
    cut = _interrupted(ended, result, tally, books, redact, place)
    if broken := cut or _broken_off(ended, result, said, redact("".join(last)), place):
        return broken
    assert result is not None
    if result.exit == STACK_NOT_FOUND:
        return Final(f"the journal knows this stack and the engine's books don't. {WAYS_OUT}", **place)
    if locked := "" if tally.steps else _locked(books, said):
        return Retryable(locked, after_s=AFTER_S, **place)
    if raised := result.program_error or _thrown(tally):
        return Final(f"the program raised: {_ended(redact(_exception(raised)))} {MEND}", **place)
    if result.exit is None or result.exit in NOT_STARTED:
        return Final(f"the engine could not be started: {_ended(said)} `eventstack doctor` looks for it", **place)
    if tally.failed and kind == "destroy" and {urn for urn, _ in tally.failed} <= {*books.look().protected}:
        return _protected([urn for urn, _ in tally.failed], place)
    if tally.failed:
        names = ", ".join(sorted({f"{op} of {name_of(urn)}" for urn, op in tally.failed}))
        return Retryable(f"{names} failed: {_ended(said)} {GO_ON}", after_s=AFTER_S, **place)
    said = said or "it printed nothing"
    return Final(f"the engine stopped (exit code {result.exit}): {_ended(said)} {LOOK}", **place)


def _interrupted(
    ended: Ended, result: Result | None, tally: Tally, books: Books, redact: Redactor, place: dict[str, str]
) -> Retryable | None:
    """The end of what was asked to end, killed by us, or interrupted by somebody; None for another end."""
    cancelled = result is not None and (result.interrupted or result.exit == CANCELLED)
    if not (ended.asked or ended.killed or cancelled):
        return None
    return Retryable(_interruption(ended, tally, books, redact), after_s=AFTER_S, **place)


def _broken_off(
    ended: Ended, result: Result | None, said: str, last: str, place: dict[str, str]
) -> EventstackError | None:
    """An end that the engine did not come to by itself; None for one that it did."""
    if result is None and ended.exit == NO_RESULT:
        return Retryable(f"its result could not be written. {ROOM}", after_s=AFTER_S, **place)
    if result is None and ended.exit >= 0:
        return Final(
            f"the program ended its own process (exit code {ended.exit}){f', saying: {last}' if last else ''}. Mend the"
            " program, then preview again: what was built until then stands in the engine's books",
            **place,
        )
    if result is None or (result.exit is not None and result.exit < 0):
        return Retryable(f"its process was killed. {GO_ON}", after_s=AFTER_S, **place)
    if result.exit == 0 and result.error and not result.program_error:
        return Retryable(f"the engine's events could not be written ({said}). {ROOM}", after_s=AFTER_S, **place)
    return None


def _thrown(tally: Tally) -> str:
    """What the SDK says of a program that raised; "" where a resource failed, of which it may be a consequence."""
    return "" if tally.failed else next((error for error in tally.errors if THROWN in error), "")


def _exception(text: str) -> str:
    """What a traceback ends with, in one line: the exception with its words, without what the SDK puts around it."""
    lines = text.strip().splitlines()
    begins = (
        number
        for number in range(len(lines) - 1, 0, -1)
        if lines[number - 1].startswith("    ") and EXCEPTION.match(lines[number])
    )
    words = list(takewhile(lambda line: not line.startswith('  File "'), lines[next(begins, -1) :]))
    return CALLED_BACK.sub("", "; ".join(line.strip() for line in words)).rstrip(":")


def _protected(urns: list[str], place: dict[str, str]) -> Final:
    return Final(
        f"protected, and so still there: {', '.join(sorted({name_of(urn) for urn in urns}))}. All that does not hang on"
        f" it is gone. Lift the protection by `pulumi state unprotect '{urns[0]}'`, then destroy again",
        **place,
    )


def _ended(text: str) -> str:
    """A text that another sentence may follow."""
    return text if text.endswith((".", "!", "?")) else f"{text}."


def _locked(books: Books, said: str) -> str:
    """Who locks the stack: by the lock files, else by the engine's words without its advice to cancel; "" if nobody."""
    for lock in books.locks():
        if lock.pid is None:
            return f"locked: its lock file {lock.path.name} can't be read. `eventstack recover` removes a torn one"
        return (
            f"locked by pid {lock.pid} on {lock.host} ({lock.path.name}). Call again when that engine has ended; of a"
            " host that is gone for good, remove exactly that file"
        )
    if LOCKED not in said:
        return ""
    lines = said[said.index(LOCKED) :].splitlines()[1:]
    who = "; ".join(line.strip() for line in lines if "created by" in line) or "somebody"
    return (
        f"locked: {who}. If that process is dead, delete exactly that object; `pulumi cancel` would remove every lock,"
        " a living one's too"
    )


def _interruption(ended: Ended, tally: Tally, books: Books, redact: Redactor) -> str:
    """Why it ended, and what stands: of all that the engine says then only what failed is no consequence of the end."""
    why = {
        "deadline": "it passed its deadline",
        "request": "it was asked to end",
        "lease": "its stack was taken over",
        "": "it was interrupted",
    }[ended.asked]
    end = ", did not end in time and was killed" if ended.killed else " and ended"
    longer = " EVENTSTACK_DEADLINE_S gives it longer." if ended.asked == "deadline" else ""
    standing = len(books.look().resources)
    stand = f"; {standing} resources stand" if standing else ""
    failures = "; ".join([text for text in tally.failures() if CONSEQUENCE not in text][-SHOWN:])
    return _ended(f"{why}{end}{stand}" + (f"; {redact(failures)}" if failures else "")) + f"{longer} {GO_ON}"
