"""The end of a rehearsal as a human reads it: what was planned and what happened, what the viewer saw, what is left."""

from typing import Any

from rich.console import Group, RenderableType
from rich.table import Table
from rich.text import Text

from eventstack.rehearsal.conduct import Result


def summary(result: Result) -> RenderableType:
    """The summary as rich renders it."""
    verdict = Text("rehearsal held" if result.ok else "rehearsal failed", "bold green" if result.ok else "bold red")
    rows: list[RenderableType] = [_operations(result), _programme(result), Text()]
    rows += [Text(f"{name:>22}  {text}") for name, text in _facts(result)]
    rows.append(Text.assemble(f"{'result':>22}  ", verdict, f": {result.why}"))
    return Group(*rows)


def _operations(result: Result) -> Table:
    table = Table(title="operations", title_justify="left", box=None, pad_edge=False, padding=(0, 2, 0, 0))
    for heading in ("step", "planned", "actual", "took", "by", ""):
        table.add_column(heading)
    for operation in result.as_run.operations:
        planned = f"{operation.planned:%H:%M:%S}" if operation.planned else ""
        took = f"{(operation.ended - operation.started).total_seconds():.1f} s"
        mark = Text("ok", "green") if operation.ok else Text(operation.detail.splitlines()[0], "red")
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
        lines.append(("first playable", f"{first:.1f} s after the source was started"))
    viewer = facts.get("viewer")
    if viewer and viewer["cells"]:
        lines.append(("viewer", _viewer(viewer)))
    for stage, found in facts["verification"].items():
        bad = [f"{finding['name']}: {finding['detail']}" for finding in found["findings"] if not finding["ok"]]
        good = ", ".join(finding["name"] for finding in found["findings"] if finding["ok"])
        lines.append((f"{stage} verified", "; ".join(bad) if bad else f"ok ({good})"))
    lines += [("evidence", path) for path in facts["evidence"]]
    lines.append(("as-run", str(result.as_run.path)))
    return lines


def _viewer(seen: dict[str, Any]) -> str:
    cached = f", {100 * seen['hit_ratio']:.0f} % from cache" if seen["hit_ratio"] is not None else ""
    latency = (
        f", newest cell {seen['edge_latency_s']:.1f} s old when seen" if seen["edge_latency_s"] is not None else ""
    )
    return (
        f"{seen['cells']} cells, {seen['media_s']:g} s of media, {seen['gaps']} gaps, {seen['stalls']} stalls; "
        f"{seen['requests']} requests{cached}{latency}"
    )
