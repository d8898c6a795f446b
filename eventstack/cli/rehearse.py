"""`eventstack rehearse`: the whole life of one event, really, on this machine."""

import json
import os
import signal
import sys
import threading
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from datetime import timedelta
from fractions import Fraction
from pathlib import Path
from types import FrameType
from typing import Any

import click

from eventstack.errors import ConfigError, Fault

SHOW_CURSOR = "\x1b[?25h"
"""What makes a terminal show its cursor again (DECTCEM)."""

PAPER = 140
"""Columns of a summary that goes to a file or a pipe."""

KEYS = {
    False: "Ctrl-C takes everything down",
    True: "Enter ends the programme once it is on air, and all is taken down as planned; Ctrl-C does so at any time",
}
"""What the keyboard does, without and with --keep."""


@click.command(name="rehearse")
@click.option(
    "--profile", metavar="NAME", help="Profile, a name or a file (default: the event's, else rehearsal-540p25)."
)
@click.option(
    "--event", type=click.Path(path_type=Path), metavar="FILE", help="Event to rehearse; its window moves to now."
)
@click.option(
    "--input",
    "source",
    type=click.Path(path_type=Path),
    metavar="FILE",
    help="Clip to send in a loop instead of the test picture.",
)
@click.option("--duration", default="30s", show_default=True, metavar="TIME", help="Time on air, as 30s or 2m.")
@click.option("--keep", is_flag=True, help="Stay on air until Enter or a signal.")
@click.option("--json", "as_json", is_flag=True, help="The as-run on standard output, progress on standard error.")
@click.option("--quiet", is_flag=True, help="Only the summary.")
def command(
    profile: str | None,
    event: Path | None,
    source: Path | None,
    duration: str,
    *,
    keep: bool,
    as_json: bool,
    quiet: bool,
) -> None:
    """Run the whole life of one event on this machine.

    A foundation and an event stack are built by the real engine; a feed is encoded, packaged, encrypted and served;
    probes open the line-up gate; the programme airs, ends and becomes video on demand; everything is taken down again,
    and an evidence file shows that nothing else is left. Ctrl-C at any moment ends in the same clean teardown.

    Exit code 0 only if every step held, 1 if one did not, 2 for bad input, 130 when interrupted.
    """
    from rich.console import Console

    from eventstack.cli.listeners import listened
    from eventstack.cli.rehearsal_display import Lines, LivePicture, Quiet
    from eventstack.rehearsal.conduct import Conductor
    from eventstack.rehearsal.script import Choices
    from eventstack.rehearsal.summary import summary
    from eventstack.settings import Settings

    choices = Choices(profile, event, _clip(source), None if keep else _span(duration))
    settings = Settings.from_environment()
    errors = Console(file=listened(sys.stderr), width=None if sys.stderr.isatty() else PAPER)
    live = LivePicture(errors, KEYS[keep]) if errors.is_terminal else Lines(errors)
    with _shown(Quiet() if quiet else live) as reporter:
        conductor = Conductor(settings, choices, reporter)
        with _signals(conductor, errors, keep=keep):
            result = conductor.run()
    if as_json:
        sys.stdout.write(json.dumps(result.as_run.plain(), indent=2, ensure_ascii=False) + "\n")
    shown = errors if as_json else Console(width=None if sys.stdout.isatty() else PAPER)
    shown.print(summary(result, shown.width if shown.is_terminal else None), soft_wrap=not shown.is_terminal)
    sys.exit(130 if conductor.aborted else 0 if result.ok else 1)


def _span(text: str) -> timedelta:
    from eventstack.models.units import Duration

    try:
        span = Fraction(Duration.parse(text))
    except ValueError:
        span = Fraction(0)
    if not Fraction(4) <= span <= Fraction(86400):
        raise ConfigError(
            Fault(
                "not a time on air",
                field="--duration",
                given=text,
                allowed="4s to 24h, as 30s, 2m or 1h",
                hint="give a longer or shorter time" if span else "give a number with its unit",
            )
        )
    return timedelta(seconds=float(span))


def _clip(path: Path | None) -> Path | None:
    if path is not None and not (path.is_file() and os.access(path, os.R_OK)):
        raise ConfigError(
            Fault(
                "no such file, or it can't be read",
                field="--input",
                given=str(path),
                allowed="a video file",
                hint="check the path",
            )
        )
    return path


@contextmanager
def _shown(reporter: Any) -> Iterator[Any]:
    if hasattr(reporter, "__enter__"):
        with reporter:
            yield reporter
    else:
        yield reporter


@contextmanager
def _signals(conductor: Any, errors: Any, *, keep: bool) -> Iterator[None]:
    """The first signal takes all down (or ends a kept programme), one more leaves at once and says what stays."""
    asked = 0

    def on_signal(number: int, _frame: FrameType | None) -> None:
        nonlocal asked
        name = signal.Signals(number).name
        if keep and conductor.on_air:
            conductor.end(f"{name} at the keyboard")
            return
        if not conductor.occurrence:
            raise KeyboardInterrupt  # nothing is built yet, at most an engine is being installed
        asked += 1
        if asked == 1:
            conductor.abort(f"{name} at the keyboard")
            return
        # past the display, whose locks the interrupted thread may hold
        cursor = SHOW_CURSOR if errors.is_terminal else ""
        with suppress(OSError):
            os.write(2, f"{cursor}\n{_left(conductor)}\n".encode())
        os._exit(130)

    before = {number: signal.signal(number, on_signal) for number in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP)}
    if keep and sys.stdin is not None and sys.stdin.isatty():
        threading.Thread(target=_end_on_enter, args=(conductor,), daemon=True, name="eventstack-enter").start()
    try:
        yield
    finally:
        for number, handler in before.items():
            signal.signal(number, handler)


def _left(conductor: Any) -> str:
    """What stays when it is left now, and the commands that list and remove it."""
    override = " --on-air --by NAME --reason TEXT" if conductor.public else ""
    return (
        f"left as it is: what stands of {conductor.occurrence} and its foundation{', on air' if override else ''}; "
        f"to see it: eventstack sweep; to remove it: eventstack sweep --delete{override}"
    )


def _end_on_enter(conductor: Any) -> None:
    for _line in sys.stdin:
        if conductor.on_air:
            conductor.end("Enter at the keyboard")
            return
