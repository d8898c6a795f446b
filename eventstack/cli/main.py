"""The frame of the command line: a table of commands that are imported only when they run, and what errors look like.

Help and version import nothing but click: no engine, no models, no tables (`benchmarks/startup.py` holds that down).
"""

import errno
import os
import sys
from collections.abc import Sequence
from importlib import import_module
from typing import TYPE_CHECKING, NamedTuple

import click

from eventstack import __version__

if TYPE_CHECKING:
    from eventstack.errors import EventstackError

_INTERRUPTED = 130  # 128 + SIGINT, as shells have it
_UNREAD = 141  # 128 + SIGPIPE: what another program ends with whose reader has gone
_NO_ROOM = (errno.ENOSPC, errno.EDQUOT, errno.EROFS)  # what a machine lacks is no fault of this program


class Entry(NamedTuple):
    """Where a command is, `module:attribute`, what it does in one line, and under which heading help shows it."""

    place: str
    help: str
    heading: str


_MAKE = "From a file to a broadcast"
_STACK = "A stack: an event's, or a foundation's"
_AIR = "An event that is up"
_AFTER = "Afterwards"
_HERE = "This machine"

COMMANDS: dict[str, Entry] = {
    "init": Entry("eventstack.cli.init:command", "Write an event and a profile to start from.", _MAKE),
    "schema": Entry("eventstack.cli.schema:command", "Print the schema of event or profile files, for editors.", _MAKE),
    "profile": Entry("eventstack.cli.profile:command", "List, show and check profiles.", _MAKE),
    "validate": Entry("eventstack.cli.validate:command", "Check event and profile files.", _MAKE),
    "plan": Entry("eventstack.cli.plan:command", "Show what an event resolves to, and its hashes.", _MAKE),
    "diff": Entry("eventstack.cli.diff:command", "Say what changes between two events or plans.", _MAKE),
    "rehearse": Entry("eventstack.cli.rehearse:command", "Live through a whole event, really, on this machine.", _MAKE),
    "preview": Entry("eventstack.cli.preview:command", "Say what `up` would do, and keep it for that.", _STACK),
    "up": Entry("eventstack.cli.up:command", "Build an event, or a foundation; or complete it.", _STACK),
    "status": Entry("eventstack.cli.status:command", "Say where a stack is in its life.", _STACK),
    "list": Entry("eventstack.cli.list:command", "List the stacks that stand.", _STACK),
    "outputs": Entry("eventstack.cli.outputs:command", "Print what a stack gave: addresses, places.", _STACK),
    "logs": Entry("eventstack.cli.logs:command", "Print what the operations on a stack said.", _STACK),
    "destroy": Entry("eventstack.cli.destroy:command", "Remove a stack, and prove that it is gone.", _STACK),
    "recover": Entry("eventstack.cli.recover:command", "Mend what a cut-off operation has left.", _STACK),
    "hold": Entry("eventstack.cli.holding:hold", "Keep a stack from being destroyed.", _STACK),
    "release": Entry("eventstack.cli.holding:release", "End a hold on a stack.", _STACK),
    "env": Entry("eventstack.cli.env:command", "Print what plain `pulumi` needs for a stack.", _STACK),
    "start": Entry("eventstack.cli.verbs:start", "Start the chain of an event: line-up, not yet public.", _AIR),
    "publish": Entry("eventstack.cli.verbs:publish", "Put an event on air.", _AIR),
    "slate": Entry("eventstack.cli.verbs:slate", "Show the slate, or go back to the programme.", _AIR),
    "unpublish": Entry("eventstack.cli.verbs:unpublish", "Take an event off air; its chain goes on running.", _AIR),
    "stop": Entry("eventstack.cli.verbs:stop", "End the programme and stop the chain.", _AIR),
    "vod": Entry("eventstack.cli.vod:command", "Check or serve a recording, with its sealed keys.", _AFTER),
    "sweep": Entry("eventstack.cli.sweep:command", "List what is left of ours on this machine, and remove it.", _AFTER),
    "doctor": Entry(
        "eventstack.cli.doctor:command", "Say what a run needs, or how a stack is, and how to mend it.", _HERE
    ),
}
"""Every command, in the order in which help shows them. A new command is one file and one entry."""


class LazyGroup(click.Group):
    """A click group that knows its commands from a table and imports one only when it is run."""

    def list_commands(self, ctx: click.Context) -> list[str]:
        """Name the commands in the order of the table."""
        del ctx
        return list(COMMANDS)

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:
        """Import a command; none for a name that is not in the table."""
        del ctx
        entry = COMMANDS.get(cmd_name)
        if entry is None:
            return None
        module, _, attribute = entry.place.partition(":")
        found: object = getattr(import_module(module), attribute)
        assert isinstance(found, click.Command)
        return found

    def resolve_command(
        self, ctx: click.Context, args: list[str]
    ) -> tuple[str | None, click.Command | None, list[str]]:
        """Find the command that the arguments name; an unknown one is answered with the names that look like it."""
        name = args[0]
        if name not in COMMANDS and not name.startswith("-"):
            from difflib import get_close_matches

            near = get_close_matches(name, COMMANDS, n=3)
            hint = f"Did you mean {' or '.join(near)}?" if near else f"There are: {', '.join(COMMANDS)}."
            raise click.UsageError(f"No such command {name!r}. {hint}", ctx)
        return super().resolve_command(ctx, args)

    def invoke(self, ctx: click.Context) -> object:
        """Run the command; click itself would end the program with 1 when its reader has gone."""
        try:
            return super().invoke(ctx)
        except BrokenPipeError:
            raise click.exceptions.Exit(_nobody_reads()) from None

    def get_help(self, ctx: click.Context) -> str:
        """Format the help for this terminal's width, without the archive formats that asking `shutil` would import."""
        ctx.terminal_width = ctx.terminal_width or _width(ctx.max_content_width or 80)
        return super().get_help(ctx)

    def format_commands(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:
        """Write the commands under their headings, from the table alone."""
        del ctx
        width = max(len(name) for name in COMMANDS)
        for heading in dict.fromkeys(entry.heading for entry in COMMANDS.values()):
            rows = [(name.ljust(width), entry.help) for name, entry in COMMANDS.items() if entry.heading == heading]
            with formatter.section(heading):
                formatter.write_dl(rows)


@click.command(
    cls=LazyGroup,
    context_settings={"help_option_names": ["-h", "--help"], "max_content_width": 100},
    epilog="`eventstack COMMAND --help` says more. A first try: `eventstack rehearse`. Exit codes: 0 done; 1 failed; "
    "2 bad input; 3 refused; 4 try again later; 130 interrupted.",
)
@click.version_option(__version__, "-V", "--version", prog_name="eventstack", message="%(prog)s %(version)s")
def cli() -> None:
    """Live-broadcast infrastructure as one ephemeral Pulumi stack per event."""


def main(argv: Sequence[str] | None = None) -> int:
    """Run the command line and return its exit code.

    0 success · 1 a failure · 2 bad input or usage · 3 refused by a promise · 4 worth another try later ·
    130 interrupted · 141 nobody reads on. A command says its code with `ctx.exit(code)`. An error of ours, a usage
    error or a missing extra is text on standard error; a traceback is a fault of this program.
    """
    _open_streams()
    try:
        code = cli.main(args=None if argv is None else list(argv), prog_name="eventstack", standalone_mode=False)
        sys.stdout.flush()
    except _ours() as error:
        return _fail(_words(error), error.exit_code, placed=_placed(error))
    except click.ClickException as error:
        error.show()
        return error.exit_code
    except (click.Abort, KeyboardInterrupt):
        return _fail("interrupted", _INTERRUPTED)
    except BrokenPipeError:
        return _nobody_reads()
    except OSError as error:
        if error.errno not in _NO_ROOM:
            raise
        if error.filename is None:
            _nobody_reads()
        return _fail(f"{error.filename or 'standard output'}: {error.strerror}", 1)
    except ModuleNotFoundError as error:
        if error.name is None or error.name.partition(".")[0] == "eventstack":
            raise
        return _fail(f"the Python package {error.name!r} is missing; pip install 'eventstack[local]' brings it", 1)
    return code if isinstance(code, int) else 0


def _open_streams() -> None:
    """Put the null device where a standard stream was closed: else the next file or socket that is opened takes its
    number, and what is printed by a child goes there.
    """
    for number, name in enumerate(("stdin", "stdout", "stderr")):
        try:
            os.fstat(number)
        except OSError:
            os.set_inheritable(os.open(os.devnull, os.O_RDWR), True)  # it gets the lowest number that is free: this one
        if getattr(sys, name) is None:
            setattr(sys, name, open(number, "w" if number else "r", encoding="utf-8", closefd=False))  # noqa: SIM115


def _width(most: int) -> int:
    try:
        columns = int(os.environ.get("COLUMNS", "0")) or os.get_terminal_size().columns
    except (OSError, ValueError):
        columns = 80
    return max(min(columns, most) - 2, 50)


def _ours() -> "type[EventstackError]":
    # Asked for only once something was raised: the tree of errors costs a tenth of the time that help takes.
    from eventstack.errors import EventstackError

    return EventstackError


def _words(error: "EventstackError") -> str:
    from eventstack.errors import ConfigError, NotOffered

    if not isinstance(error, ConfigError | NotOffered) or not error.faults:
        return str(error)
    from eventstack.cli.faults_display import render

    return render(error.faults)


def _placed(error: "EventstackError") -> bool:
    """Whether it begins with `file:line`, which an editor looks for at the very start of a line."""
    from eventstack.errors import ConfigError, NotOffered

    return isinstance(error, ConfigError | NotOffered) and bool(error.faults) and error.faults[0].file is not None


def _fail(text: str, code: int, *, placed: bool = False) -> int:
    forced = os.environ.get("FORCE_COLOR")
    colour = False if os.environ.get("NO_COLOR") or forced == "0" else True if forced else None
    by = "" if placed else f"{click.style('eventstack:', fg='red', bold=True)} "
    click.echo(f"{by}{text}", err=True, color=colour)
    return code


def _nobody_reads() -> int:
    # The interpreter flushes standard output once more when it ends; give it somewhere to write.
    os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
    return _UNREAD


if __name__ == "__main__":
    sys.exit(main())
