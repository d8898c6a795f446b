"""The end of a rehearsal as a human reads it: what was planned and what happened, what the viewer saw, what is left."""

import textwrap
from typing import Any

from rich.console import Group, RenderableType
from rich.table import Table
from rich.text import Text

from eventstack.rehearsal.conduct import Result

_LABEL = 22

_BUSY = 2.0
"""Load a core above which a rehearsal's own part of it is the smaller one."""


def summary(result: Result, width: int | None = None) -> RenderableType:
    """The summary as rich renders it; `width` columns fold the long lines below their beginnings, None leaves them."""
    verdict = "rehearsal held" if result.ok else "rehearsal failed"
    rows: list[RenderableType] = [_operations(result)]
    rows += [_programme(result)] if result.as_run.programme else []
    rows.append(Text())
    # what is still too long for a line is a path, and stays in one piece for copying
    rows += [Text(_hanging(name, text, width), no_wrap=True, overflow="ignore") for name, text in _facts(result)]
    last = Text(_hanging("result", f"{verdict}: {result.why}", width), no_wrap=True, overflow="ignore")
    last.highlight_words([verdict], "bold green" if result.ok else "bold red")
    return Group(*rows, last)


def _hanging(name: str, text: str, width: int | None) -> str:
    label = f"{name:>{_LABEL}}  "
    room = (width or 0) - len(label)
    if width is None or room < _LABEL:
        return label + text
    folded = textwrap.wrap(text, room, break_long_words=False, break_on_hyphens=False)
    return label + ("\n" + " " * len(label)).join(folded)


def _operations(result: Result) -> Table:
    table = Table(title="operations", title_justify="left", box=None, pad_edge=False, padding=(0, 2, 0, 0))
    for heading in ("step", "planned", "actual", "took", "by", ""):
        table.add_column(heading)
    checks = {f"verify-{stage}": found["ok"] for stage, found in result.facts.get("verification", {}).items()}
    for operation in result.as_run.operations:
        planned = f"{operation.planned:%H:%M:%S}" if operation.planned else ""
        took = f"{(operation.ended - operation.started).total_seconds():.1f} s"
        mark = Text("ok", "green") if operation.ok else Text(operation.detail.partition("\n")[0], "red")
        if not checks.get(operation.step, True):
            mark = Text("not as it should be", "red")
        table.add_row(operation.step, planned, f"{operation.started:%H:%M:%S}", took, operation.by, mark)
    return table


def _programme(result: Result) -> Table:
    table = Table(
        title="\nprogramme, as seen at the edge", title_justify="left", box=None, pad_edge=False, padding=(0, 2, 0, 0)
    )
    for heading in ("seen", "what", "programme time", ""):
        table.add_column(heading)
    for mark in sorted(result.as_run.programme, key=lambda mark: mark.at):
        programme = f"{mark.programme_time:%H:%M:%S.%f}"[:12] if mark.programme_time else ""
        table.add_row(f"{mark.at:%H:%M:%S}", mark.kind, programme, mark.detail)
    return table


def _facts(result: Result) -> list[tuple[str, str]]:
    facts = result.facts
    lines = []
    first = facts.get("time_to_first_playable_s")
    if first is not None:
        lines.append(("first playable", f"{first:.1f} s after the source was started, in the line-up"))
    viewer = facts.get("viewer")
    if viewer and viewer["cells"]:
        lines.append(("viewer", _viewer(viewer)))
    for stage, found in facts["verification"].items():
        bad = [f"{finding['name']}: {finding['detail']}" for finding in found["findings"] if not finding["ok"]]
        good = ", ".join(finding["name"] for finding in found["findings"] if finding["ok"])
        lines.append((f"{stage} verified", "; ".join(bad) if bad else f"ok ({good})"))
    machine = facts.get("machine")
    if machine and facts.get("broken_hops") and not result.ok and machine["load"] > _BUSY * machine["cores"]:
        busy = f"load average {machine['load']:g} on {machine['cores']} cores"
        lines.append(("machine", f"{busy}: a machine this busy makes every hop late; rehearse again when it is calmer"))
    lines += [("evidence", path) for path in facts["evidence"]]
    lines.append(("as-run", str(result.as_run.path)))
    return lines


def _viewer(seen: dict[str, Any]) -> str:
    cached = f", {100 * seen['hit_ratio']:.0f} % from cache" if seen["hit_ratio"] is not None else ""
    latency = (
        f", newest cell {seen['edge_latency_s']:.1f} s old when seen" if seen["edge_latency_s"] is not None else ""
    )
    troubles = f"{_count(seen['gaps'], 'gap')}, {_count(seen['stalls'], 'stall')}"
    return (
        f"{seen['cells']} cells, {seen['media_s']:g} s of media, {troubles}; "
        f"{seen['requests']} requests{cached}{latency}"
    )


def _count(number: int, what: str) -> str:
    return f"{number} {what}{'' if number == 1 else 's'}"
