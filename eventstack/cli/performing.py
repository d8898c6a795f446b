"""What the commands on stacks share: their options, their interruption, and how their answers look as JSON."""

import dataclasses
import json
import math
import os
import signal
import sys
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager, suppress
from datetime import datetime
from pathlib import Path
from types import FrameType
from typing import TYPE_CHECKING, Any, TypeVar

import click

from eventstack.errors import ConfigError, EventstackError, Refused, Retryable

if TYPE_CHECKING:
    from rich.console import Console

    from eventstack.automation import Interrupt
    from eventstack.deploy.line import Urgency

_Command = TypeVar("_Command", bound=Callable[..., None])

ADDRESSES = ("ingest", "hls", "dash", "licence")
"""Outputs that a person wants to see at once."""

INTERRUPTED = 130
"""128 + SIGINT, as shells have it."""

CODES = "Exit codes: 0 done; 1 failed; 2 bad input; 3 refused; 4 try again later; 130 interrupted."
"""The epilog of every command on stacks."""

event = click.argument("event", metavar="EVENT")
as_json = click.option("--json", "as_json", is_flag=True, help="Print one JSON object; progress on standard error.")
by = click.option("--by", default="", metavar="NAME", help="Who, for the records; the user's name unless given.")
wait = click.option(
    "--wait/--no-wait", default=True, help="Wait for the end (default), or start it, say how to follow, and return."
)


patience = click.option(
    "--patience",
    "patience_s",
    type=click.FloatRange(min=0),
    callback=lambda _context, _option, given: _a_number(given),
    metavar="SECONDS",
    help="How long to wait in line, and to follow somebody else's operation; then exit code 4 (default: as long as one "
    "may take).",
)


def _a_number(given: float | None) -> float | None:
    if given is not None and math.isnan(given):
        raise click.BadParameter("nan is not a number of seconds; 0 is for at once")
    return given


def urgency() -> "Urgency":
    """Whoever looks on at a terminal passes before what runs unattended."""
    return "interactive" if sys.stderr.isatty() else "scheduled"


def building(command: _Command) -> _Command:
    """The options that say what is to be built."""
    for decorate in reversed(
        (
            click.argument("event", required=False, metavar="EVENT"),
            click.option(
                "--foundation", metavar="NAME", help="The foundation to stand on, where more than one stands."
            ),
            click.option("--new-foundation", metavar="NAME", help="Build a foundation of that name, not an event."),
            click.option("--cloud", metavar="NAME", help="Where the new foundation is built (default: local)."),
            click.option(
                "--profile-dir",
                "profile_dirs",
                multiple=True,
                type=click.Path(path_type=Path),
                help="A folder of profiles, before those beside the event and the shipped ones.",
            ),
        )
    ):
        command = decorate(command)
    return command


def one_thing(event: str | None, new_foundation: str | None) -> None:
    """Raise a usage error unless an event or a foundation is named."""
    if (event is None) == (new_foundation is None):
        raise click.UsageError("name an EVENT, or a foundation with --new-foundation")


@contextmanager
def interruptible(on: "Console", follow: str) -> Iterator["Interrupt"]:
    """The first Ctrl-C (or SIGTERM, SIGHUP) asks the call to end, the second leaves and says what goes on.

    An error that the wish to end has led to is told as such, and the exit code is 130.
    """
    from eventstack.automation import Interrupt

    interrupt = Interrupt()

    def on_signal(number: int, _frame: FrameType | None) -> None:
        if not interrupt.heard:
            raise KeyboardInterrupt  # nothing is being done yet that could be left half done
        if not interrupt.asked:
            interrupt.ask()  # first: the next signal may come while the line is being written
            _say(f"{signal.Signals(number).name}: asked to end, what is in flight is completed first; again to leave")
            return
        cursor = "\x1b[?25h" if on.is_terminal else ""
        _say(f"{cursor}left: what was asked to end goes on to its end by itself; to follow it: {follow}")
        os._exit(INTERRUPTED)

    before = {number: signal.signal(number, on_signal) for number in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP)}
    try:
        yield interrupt
    except Retryable as fault:
        if not interrupt.asked:
            raise
        click.echo(f"interrupted: {fault}", err=True)
        raise click.exceptions.Exit(INTERRUPTED) from fault
    finally:
        for number, handler in before.items():
            signal.signal(number, handler)


@contextmanager
def answering(*, as_json: bool) -> Iterator[None]:
    """With `--json`, an error is a JSON object on standard output too."""
    try:
        yield
    except EventstackError as fault:
        if as_json:
            show(failure(fault))
        raise


def failure(fault: EventstackError) -> dict[str, Any]:
    """An error as JSON values."""
    more: dict[str, Any] = {}
    if isinstance(fault, ConfigError):
        more = {"faults": [dataclasses.asdict(one) for one in fault.faults]}
    elif isinstance(fault, Refused):
        more = {"rule": fault.rule, "override": fault.override}
    elif isinstance(fault, Retryable):
        more = {"after_s": fault.after_s}
    return {"ok": False, "error": type(fault).__name__, "message": str(fault), **more}


def show(value: Any) -> None:
    """Print a value of the API as JSON."""
    click.echo(json.dumps(plain(value), indent=2, ensure_ascii=False))


def plain(value: Any) -> Any:
    """A value of the API as JSON values; instants in RFC 3339."""
    match value:
        case datetime():
            return value.isoformat().replace("+00:00", "Z")
        case Path():
            return str(value)
        case Mapping():
            return {str(key): plain(item) for key, item in value.items()}
        case list() | tuple():
            return [plain(item) for item in value]
        case _ if dataclasses.is_dataclass(value) and not isinstance(value, type):
            return {one.name: plain(getattr(value, one.name)) for one in dataclasses.fields(value)}
        case _:
            return value


def consent(question: str, *, yes: bool) -> None:
    """Ask whoever sits at the terminal; without one, the command itself is the word. Raises Abort for a no."""
    if not yes and sys.stdin is not None and sys.stdin.isatty():
        click.confirm(question, abort=True, err=True)


def begun(arguments: Sequence[str], occurrence: str, *, as_json: bool) -> None:
    """Start the same command in a session of its own, and say how to follow it."""
    from eventstack import automation
    from eventstack.settings import Settings

    started = automation.begin([*arguments, "--wait", "--json"], occurrence, Settings.from_environment())
    if as_json:
        show({"ok": True, "begun": started})
        return
    click.echo(f"{arguments[0]} of {occurrence} runs on as process {started.pid}")
    click.echo(f"  progress  tail -f {started.log}")
    click.echo(f"  result    {started.result}")
    click.echo(f"  state     eventstack status {occurrence}")


def _say(text: str) -> None:
    # past the display, whose locks the interrupted thread may hold
    with suppress(OSError):
        os.write(2, f"\n{text}\n".encode())
