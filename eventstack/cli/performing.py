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
from typing import IO, TYPE_CHECKING, Any, TypeVar

import click

from eventstack.cli.faults_display import fields, printable
from eventstack.cli.typed import typed
from eventstack.errors import ConfigError, EventstackError, NotOffered, Refused, Retryable

if TYPE_CHECKING:
    from rich.console import Console

    from eventstack.automation import Interrupt
    from eventstack.deploy.journal import StackKey
    from eventstack.deploy.line import Urgency

_Command = TypeVar("_Command", bound=Callable[..., None])

ADDRESSES = ("ingest", "hls", "dash", "licence")
"""Outputs that a person wants to see at once."""

INTERRUPTED = 130
"""128 + SIGINT, as shells have it."""

FOLDER = click.Path(exists=True, file_okay=False, path_type=Path)
"""A folder that is there."""

CODES = "Exit codes: 0 done; 1 failed; 2 bad input; 3 refused; 4 try again later; 130 interrupted."
"""The epilog of every command on stacks."""

event = click.argument("event", metavar="EVENT")
as_json = click.option("--json", "as_json", is_flag=True, help="Print one JSON object; progress on standard error.")
as_json_array = click.option("--json", "as_json", is_flag=True, help="Print one JSON array; of an error, an object.")
by = click.option("--by", default="", metavar="NAME", help="Who, for the records; the user's name unless given.")
wait = click.option(
    "--wait/--no-wait", default=True, help="Wait for the end (default), or start it, say how to follow, and return."
)

profile_dirs = click.option(
    "--profile-dir",
    "profile_dirs",
    multiple=True,
    type=FOLDER,
    help="A folder of profiles, before those beside the event and the shipped ones.",
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
            profile_dirs,
        )
    ):
        command = decorate(command)
    return command


def one_thing(event: str | None, new_foundation: str | None) -> None:
    """Raise a usage error unless an event or a foundation is named."""
    if event is None and new_foundation is None:
        raise click.UsageError("name an EVENT, or a foundation with --new-foundation")
    if event is not None and new_foundation is not None:
        raise click.UsageError("name an EVENT, or a foundation with --new-foundation, not both")


@contextmanager
def interruptible(on: "Console", follow: str, *, as_json: bool = False) -> Iterator["Interrupt"]:
    """The first Ctrl-C (or SIGTERM, SIGHUP) asks the call to end, the second leaves and says what goes on.

    An error that the wish to end has led to is told as such, and the exit code is 130. With `--json` whoever leaves
    prints an object too.
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
        left = f"left: what was asked to end goes on to its end by itself; to follow it: {follow}"
        _say(f"{cursor}{left}")
        if as_json:
            with suppress(OSError):
                os.write(1, f"{json.dumps(_interrupted(left))}\n".encode())
        os._exit(INTERRUPTED)

    before = {number: signal.signal(number, on_signal) for number in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP)}
    try:
        yield interrupt
    except (Retryable, Told) as told:
        fault = told.fault if isinstance(told, Told) else told
        if not interrupt.asked or not isinstance(fault, Retryable):
            raise
        click.echo(f"interrupted: {_line(fault) if isinstance(told, Told) else fault}", err=True)
        raise click.exceptions.Exit(INTERRUPTED) from fault
    finally:
        for number, handler in before.items():
            signal.signal(number, handler)


@contextmanager
def answering(*, as_json: bool) -> Iterator[None]:
    """Errors in words that can be typed; with `--json` an object on standard output, and one line beside it."""
    try:
        yield
    except EventstackError as raised:
        fault = typed(raised)
        if not as_json:
            if fault is raised:
                raise
            raise fault from raised
        show(failure(fault))
        raise Told(fault) from raised
    except (click.Abort, KeyboardInterrupt):
        if as_json:
            show(_interrupted("interrupted before anything was begun"))
        raise


class Told(click.ClickException):
    """An error that standard output has as JSON; standard error gets its first line."""

    def __init__(self, fault: EventstackError) -> None:
        super().__init__(_line(fault))
        self.fault = fault
        self.exit_code = fault.exit_code  # type: ignore[misc]

    def show(self, file: IO[Any] | None = None) -> None:
        """Print the line."""
        click.echo(f"{click.style('eventstack:', fg='red', bold=True)} {self.message}", file=file, err=True)


def _line(fault: EventstackError) -> str:
    return printable(str(fault).partition("\n")[0])


def _interrupted(message: str) -> dict[str, Any]:
    return {"ok": False, "error": "Interrupted", "message": message}


def failure(fault: EventstackError) -> dict[str, Any]:
    """An error as JSON values."""
    more: dict[str, Any] = {}
    if isinstance(fault, ConfigError | NotOffered):
        more = {"faults": [fields(one) for one in fault.faults]}
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


def consent(question: str, *, yes: bool, as_json: bool = False) -> None:
    """Ask whoever sits at the terminal; without one, the command itself is the word. A no ends with exit code 1."""
    if yes or sys.stdin is None or not sys.stdin.isatty() or click.confirm(question, err=True):
        return
    if as_json:
        show({"ok": False, "error": "Declined", "message": "nothing was done"})
    click.echo("Nothing was done.", err=True)
    raise click.exceptions.Exit(1)


def begun(arguments: Sequence[str], occurrence: str, stack: "StackKey", *, as_json: bool) -> None:
    """Start the same command in a session of its own, and say how to follow it."""
    from eventstack import automation
    from eventstack.settings import Settings

    started = automation.begin([*arguments, "--wait", "--json"], occurrence, Settings.from_environment(), stack=stack)
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
