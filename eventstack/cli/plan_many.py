"""`eventstack plan DIR`: every event of a folder in one table, with what is wrong with each, and the sums."""

import json
import os
import sys
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from itertools import accumulate
from pathlib import Path

import click

from eventstack.automation.inputs import checked_event
from eventstack.cli import faults_display as display
from eventstack.cli import files
from eventstack.cli.plan_summary import late
from eventstack.cost.told import money
from eventstack.errors import ConfigError, Fault, NotOffered
from eventstack.models.event import LONGEST, Event
from eventstack.models.faults import in_order
from eventstack.models.load import kind, read_file
from eventstack.planning.following import Clash, clashes
from eventstack.planning.plan import StackPlan

PATIENCE_S = 2.0
"""A person who waits longer is told how far it is."""


@dataclass(frozen=True)
class Row:
    """One event: its file, itself and its plan as far as they could be had, and its faults."""

    file: str
    event: Event | None = None
    plan: StackPlan | None = None
    faults: tuple[Fault, ...] = ()


def report(paths: Sequence[str], plan_of: Callable[[str], StackPlan], search: Sequence[Path], *, as_json: bool) -> int:
    """Plan the events among files and folders, print the summary, and return the exit code."""
    known = files.given(paths)
    rows, skipped = _rows(known, plan_of, search)
    faults = in_order([fault for row in rows for fault in row.faults])
    if not rows:
        faults = [files.none_there(paths, "event", known.folders)]
    if as_json:
        click.echo(display.as_json([_fields(row) for row in rows]))
    else:
        _print(rows, skipped, datetime.now(UTC))
        if faults:
            click.echo(display.render(faults), color=display.colours())
    return 2 if faults else 0


def _rows(
    known: files.Given, plan_of: Callable[[str], StackPlan], search: Sequence[Path]
) -> tuple[list[Row], dict[str, int]]:
    rows: list[Row] = []
    skipped = {"profile": 0, "other file": 0, "folder": known.folders}
    ids: dict[str, str] = {}
    with _progress(len(known.files)) as tell:
        for done, (file, named) in enumerate(known.files):
            tell(done)
            what, row = _row(file, plan_of, ids, search)
            if row is None and (what == "profile" or not named):
                skipped[what or "other file"] += 1
            else:
                rows.append(row or Row(file, faults=(_no_event(file),)))
    return _followed(rows), skipped


def _followed(rows: Sequence[Row]) -> list[Row]:
    """The rows with what events of one series leave each other too little room for."""
    found = {clash.occurrence: clash for clash in clashes(row.plan for row in rows if row.plan)}
    return [_clashing(row, found.get(row.event.id)) if row.plan and row.event else row for row in rows]


def _clashing(row: Row, clash: Clash | None) -> Row:
    if clash is None:
        return row
    fault = read_file(row.file).fault(
        ("window", "start"),
        clash.text,
        given=f"a line-up from {clash.line_up_from}",
        allowed=f"one from {clash.free_from}",
        hint=f"start it {clash.short} later, or ask for less line-up, tail or turn-round in timing",
    )
    return replace(row, faults=(*row.faults, fault))


def _no_event(file: str) -> Fault:
    return Fault("not an event", file=file, allowed="an event (id, window, …)")


def _row(
    file: str, plan_of: Callable[[str], StackPlan], ids: dict[str, str], search: Sequence[Path]
) -> tuple[str | None, Row | None]:
    """What a file is, and its row where it is an event, or can't be read."""
    event = None
    try:
        document = read_file(file)
        what = kind(document)
        if what != "event":
            return what, None
        event = checked_event(document, search).model
        if event.id in ids:
            hint = f"{ids[event.id]} has it: give one of them another"
            fault = document.fault(("id",), "two events of one id", given=event.id, hint=hint)
            return what, Row(file, event, faults=(fault,))
        ids[event.id] = file
        return what, Row(file, event, plan_of(_spelt(file)))
    except (ConfigError, NotOffered) as error:
        return "event", Row(file, event, faults=error.faults)


def _spelt(file: str) -> str:
    """A file in a way that can't be taken for a stack's name."""
    return file if file.endswith((".yaml", ".yml")) else str(Path(file).absolute())


def _fields(row: Row) -> dict[str, object]:
    return {
        "file": row.file,
        "ok": not row.faults,
        "id": row.event.id if row.event else None,
        "plan": json.loads(row.plan.to_json()) if row.plan else None,
        "build_hash": row.plan.build_hash if row.plan else None,
        "plan_hash": row.plan.plan_hash if row.plan else None,
        "faults": [display.fields(fault) for fault in row.faults],
    }


def _print(rows: Sequence[Row], skipped: dict[str, int], now: datetime) -> None:
    from rich import box
    from rich.console import Console
    from rich.table import Table
    from rich.text import Text

    on = Console(highlight=False)
    if not on.is_terminal and "COLUMNS" not in os.environ:
        on = Console(highlight=False, width=_PIPED)
    ordered = sorted(rows, key=_when)
    cells = _named_by_file(ordered, [_cells(row, now) for row in ordered])
    kept = _fitting(cells, on.width)
    table = Table(box=box.SIMPLE_HEAD, pad_edge=False)
    for index in kept:
        table.add_column(_COLUMNS[index], overflow="fold", no_wrap=index != _VERDICT)
    for row in cells:
        table.add_row(*(Text(row[index]) for index in kept))
    if rows:
        on.print(table)
    on.print(_sums(rows, skipped, now), soft_wrap=True)


_COLUMNS = (
    "event",
    "file",
    "start (there)",
    "announce by (there)",
    "zone",
    "where",
    "profile",
    "lead",
    "peak",
    "cost",
    "",
)
_FILE, _VERDICT = 1, len(_COLUMNS) - 1
_FIRST = (0, _VERDICT, _FILE, 2, 9, 3, 5, 8, 6, 4, 7)
"""Which columns are kept before which where a terminal is too narrow for all; `--json` has everything."""

_REFUSAL = 18
"""Characters that a verdict gets at least; a longer one is broken over lines."""

_PIPED = 200
"""Columns where no terminal says how many."""


def _fitting(cells: Sequence[Sequence[str]], width: int) -> list[int]:
    """The columns that fit a width, in their order."""
    kept: list[int] = []
    for index in _FIRST:
        if not any(row[index] for row in cells):
            continue
        wide = max((len(row[index]) for row in (*cells, _COLUMNS)), default=0)
        takes = 3 + (min(wide, _REFUSAL) if index == _VERDICT else wide)
        if takes <= width:
            kept.append(index)
            width -= takes
    return sorted(kept) or [0, _VERDICT]


def _named_by_file(rows: Sequence[Row], cells: Sequence[tuple[str, ...]]) -> list[tuple[str, ...]]:
    """The cells with the files where these are not called as their events: by name, or by path where two share one."""
    names = [Path(row.file).name for row in rows]
    if all(name == f"{row.event.id}.yaml" for name, row in zip(names, rows, strict=True) if row.event):
        return list(cells)
    shown = names if len(set(names)) == len(names) else [row.file for row in rows]
    return [(*cell[:_FILE], file, *cell[_FILE + 1 :]) for cell, file in zip(cells, shown, strict=True)]


def _when(row: Row) -> tuple[bool, str, str]:
    """The first to start comes first; what can't be read, last."""
    start = row.event.window.start.astimezone(UTC).isoformat() if row.event else ""
    return row.event is None, start, row.file


def _refusal(faults: Sequence[Fault]) -> str:
    first = faults[0]
    return f"✗ {f'{first.field}: ' if first.field else ''}{first.message}"


def _cells(row: Row, now: datetime) -> tuple[str, ...]:
    from eventstack.cli.plan_display import lasting, moment, number

    event, plan = row.event, row.plan
    if event is None:
        return (Path(row.file).name, *("" for _ in _COLUMNS[2:]), _refusal(row.faults))
    zone = event.window.clocks
    start, there = f"{event.window.start.astimezone(zone):%Y-%m-%d %H:%M}", str(zone or "")
    where = f"{event.cloud}{f' {event.region}' if event.region else ''}"
    if plan is None or plan.timeline is None:
        return event.id, "", start, "", there, where, event.profile, "", "", "", _verdict(row, now)
    return (
        event.id,
        "",
        start,
        moment(plan.timeline.announce_by, zone)[:16],  # the minute before is early enough
        there,
        f"{plan.build.cloud} {plan.build.region}".rstrip(),
        event.profile,
        lasting(plan.lead_s),
        number(plan.viewers.peak) if plan.viewers else "-",
        money(plan.cost.low, plan.cost.high) if plan.cost else "open end",
        _verdict(row, now),
    )


def _verdict(row: Row, now: datetime) -> str:
    if row.faults:
        return _refusal(row.faults)
    passed = _late(row, now)
    return f"ok, but {passed}" if passed else "ok"


def _late(row: Row, now: datetime) -> str:
    return late(row.plan.timeline, now) if row.plan and row.plan.timeline else ""


def _sums(rows: Sequence[Row], skipped: dict[str, int], now: datetime) -> str:
    from eventstack.cli.plan_display import number

    wrong = sum(bool(row.faults) for row in rows)
    parts = [files.count(len(rows), "event"), f"{len(rows) - wrong} ok", f"{wrong} with faults"]
    passed = [_late(row, now) for row in rows]
    parts += [f"{passed.count(word)} {word}" for word in ("over", "too late") if word in passed]
    plans = [row.plan for row in rows if row.plan]
    costs = [plan.cost for plan in plans if plan.cost]
    if costs:
        parts.append(f"{money(sum(one.low for one in costs), sum(one.high for one in costs))} altogether")
    if any(plan.viewers for plan in plans):
        parts.append(f"up to {number(at_once(plans))} viewers at one time")
    return ", ".join([*parts, *files.told(skipped)])


def at_once(plans: Sequence[StackPlan]) -> int:
    """The most viewers at one time: the peaks of all that are on air together, an open end lasting for a day."""
    changes: list[tuple[datetime, int]] = []
    for plan in plans:
        if plan.viewers and plan.timeline:
            since = datetime.fromisoformat(plan.timeline.on_air_from)
            until = plan.timeline.on_air_until
            changes.append((since, plan.viewers.peak))
            changes.append((datetime.fromisoformat(until) if until else since + LONGEST, -plan.viewers.peak))
    return max(accumulate(change for _, change in sorted(changes)), default=0)


@contextmanager
def _progress(total: int) -> Iterator[Callable[[int], None]]:
    """Say on standard error how far it is, to a person who waits: a line that is written over, or one now and then."""
    began = last = time.monotonic()
    on_terminal = sys.stderr.isatty()
    told = False

    def tell(done: int) -> None:
        nonlocal last, told
        now = time.monotonic()
        if now - began < PATIENCE_S or (now - last < PATIENCE_S and (told or not on_terminal)):
            return
        last, told = now, True
        click.echo(f"{_START if on_terminal else ''}{done} of {total} files planned", err=True, nl=not on_terminal)

    yield tell
    if told and on_terminal:
        click.echo(_START, err=True, nl=False)


_START = "\r\x1b[2K"
"""Back to the start of the line, which is emptied."""
