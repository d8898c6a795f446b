"""How a rehearsal looks: a live picture on a terminal, plain lines elsewhere; both on standard error."""

import threading
from dataclasses import dataclass, field
from datetime import UTC, datetime

from rich.columns import Columns
from rich.console import Console, Group, RenderableType
from rich.live import Live
from rich.table import Table
from rich.text import Text

from eventstack.deploy.deployer import Progress
from eventstack.planning.plan import StackPlan
from eventstack.probes.probe import HOPS, ProbeResult
from eventstack.scheduler.loop import Taken
from eventstack.scheduler.state import STEPS, Action, Observed, State, Step, Wait, Wanted

MARKS = {"planned": "·", "running": "…", "done": "✓", "failed": "✗"}


@dataclass
class Picture:
    """Everything that is shown, as it is known now; calls come from several threads."""

    title: str = ""
    wanted: Wanted | None = None
    state: State = State.PLANNED
    doing: str = ""
    waiting: str = ""
    taken: dict[str, Taken] = field(default_factory=dict)
    resources: dict[str, dict[str, str]] = field(default_factory=dict)
    hops: dict[str, ProbeResult] = field(default_factory=dict)
    addresses: dict[str, str] = field(default_factory=dict)
    edge: str = ""
    note: str = ""
    keys: str = ""


class Quiet:
    """Shows nothing."""

    def planned(self, title: str, wanted: Wanted) -> None: ...
    def decided(self, action: Action, observed: Observed, state: State) -> None: ...
    def taken(self, taken: Taken) -> None: ...
    def resolved(self, plan: StackPlan) -> None: ...
    def moved(self, layer: str, progress: Progress) -> None: ...
    def looked(self, results: tuple[ProbeResult, ...]) -> None: ...
    def addresses(self, named: dict[str, str]) -> None: ...
    def edge(self, requests: int, viewers: int, hits: int) -> None: ...
    def note(self, text: str) -> None: ...


class Lines(Quiet):
    """One line a change, for logs and pipes."""

    def __init__(self, console: Console) -> None:
        self._console = console
        self._state: State | None = None
        self._hops = ""
        self._waiting = ""

    def planned(self, title: str, wanted: Wanted) -> None:
        self._say(f"{title}: line-up {_clock(wanted.line_up_from)}, on air {_clock(wanted.on_air_from)}")

    def decided(self, action: Action, observed: Observed, state: State) -> None:
        if isinstance(action, Step):
            self._say(f"{action.name}: {action.why}")
        elif isinstance(action, Wait) and action.why != self._waiting and state is not State.LINE_UP:
            self._say(f"waiting: {action.why}")
            self._waiting = action.why

    def taken(self, taken: Taken) -> None:
        span = (taken.ended - taken.started).total_seconds()
        self._say(f"{taken.step.name}: {'done' if taken.ok else 'FAILED'} after {span:.1f} s {taken.detail}".rstrip())

    def resolved(self, plan: StackPlan) -> None:
        self._say(f"plan {plan.build.stack}: build hash {plan.build_hash[:12]}")

    def moved(self, layer: str, progress: Progress) -> None:
        if progress.state in ("done", "failed") and progress.op != "same" and not progress.type.startswith("pulumi:"):
            span = f" {progress.duration_s:.1f} s" if progress.duration_s is not None else ""
            self._say(
                f"  {layer} {MARKS[progress.state]} {progress.op} {progress.name}{span} {progress.detail}".rstrip()
            )

    def looked(self, results: tuple[ProbeResult, ...]) -> None:
        text = " ".join(f"{result.hop}{'✓' if result.ok else '✗'}" for result in results)
        if text != self._hops:
            self._hops = text
            bad = [f"{result.hop}: {result.detail}" for result in results if not result.ok]
            self._say(f"  probes {text}  {''.join(bad[:1])}".rstrip())

    def addresses(self, named: dict[str, str]) -> None:
        for name, address in named.items():
            self._say(f"  {name}: {address}")

    def note(self, text: str) -> None:
        self._say(text)

    def _say(self, text: str) -> None:
        self._console.print(f"{_clock(datetime.now(UTC))} {text}", markup=False, highlight=False, soft_wrap=True)


class LivePicture(Quiet):
    """A timeline that is redrawn as it happens; `keys` says what the keyboard does meanwhile."""

    def __init__(self, console: Console, keys: str = "") -> None:
        self._picture = Picture(keys=keys)
        self._lock = threading.Lock()
        self._live = Live(console=console, get_renderable=self._draw, refresh_per_second=6, transient=True)

    def __enter__(self) -> "LivePicture":
        self._live.__enter__()
        return self

    def __exit__(self, *_: object) -> None:
        self._live.stop()

    def planned(self, title: str, wanted: Wanted) -> None:
        with self._lock:
            self._picture.title, self._picture.wanted, self._picture.note = title, wanted, ""

    def decided(self, action: Action, observed: Observed, state: State) -> None:
        with self._lock:
            self._picture.state = state
            self._picture.doing = action.name if isinstance(action, Step) else ""
            self._picture.waiting = action.why if isinstance(action, Wait) else ""

    def taken(self, taken: Taken) -> None:
        with self._lock:
            self._picture.taken[taken.step.name] = taken
            self._picture.doing = ""

    def moved(self, layer: str, progress: Progress) -> None:
        if progress.type.startswith("pulumi:"):
            return
        with self._lock:
            self._picture.resources.setdefault(layer, {})[progress.name] = progress.state

    def looked(self, results: tuple[ProbeResult, ...]) -> None:
        with self._lock:
            self._picture.hops = {result.hop: result for result in results}

    def addresses(self, named: dict[str, str]) -> None:
        with self._lock:
            self._picture.addresses = named

    def edge(self, requests: int, viewers: int, hits: int) -> None:
        share = f", {100 * hits // requests} % from cache" if requests else ""
        with self._lock:
            people = f"{viewers} viewer{'' if viewers == 1 else 's'}"
            self._picture.edge = f"{people}, {requests} requests in the last 10 s{share}"

    def note(self, text: str) -> None:
        with self._lock:
            self._picture.note = text

    def _draw(self) -> RenderableType:
        with self._lock:
            return draw(self._picture, datetime.now(UTC))


def draw(picture: Picture, now: datetime) -> RenderableType:
    """The picture as rich renders it."""
    rows: list[RenderableType] = []
    if picture.title:
        rows.append(Text.assemble((picture.title, "bold"), f"  {_state(picture)}  {_clock(now)} UTC"))
    if picture.wanted:
        rows.append(_timeline(picture, picture.wanted, now))
    rows += [_resources(layer, names) for layer, names in picture.resources.items()]
    if picture.hops:
        rows.append(_hops(picture.hops))
    rows += [Text(f"{name:>11} {address}", style="cyan") for name, address in picture.addresses.items()]
    if picture.edge:
        rows.append(Text(f"{'edge':>11} {picture.edge}"))
    for line in (picture.waiting, picture.note, picture.keys):
        if line:
            rows.append(Text(line, style="dim"))
    return Group(*rows)


def _state(picture: Picture) -> str:
    seen = picture.hops.get("picture")
    slate = "  SLATE" if seen and seen.measured.get("slate") is True else ""
    return f"{picture.state.value.upper()}{slate}"


def _timeline(picture: Picture, wanted: Wanted, now: datetime) -> Table:
    planned = {
        "build-parent": wanted.up_from,
        "start": wanted.line_up_from,
        "publish": wanted.on_air_from,
        "stop": wanted.on_air_until,
    }
    table = Table(box=None, pad_edge=False, padding=(0, 2, 0, 0))
    for heading in ("", "step", "planned", "actual", "took"):
        table.add_column(heading)
    for name in STEPS:
        taken, plan = picture.taken.get(name), planned.get(name)
        due = _clock(plan) if plan else ""
        if taken:
            mark = Text("✓", "green") if taken.ok else Text("✗", "red")
            table.add_row(
                mark, name, due, _clock(taken.started), f"{(taken.ended - taken.started).total_seconds():.1f} s"
            )
        elif picture.doing == name:
            table.add_row(Text("…", "yellow"), Text(name, "yellow"), due, "now", "")
        else:
            left = f"in {(plan - now).total_seconds():.0f} s" if plan and plan > now else ""
            table.add_row(Text("·", "dim"), Text(name, "dim"), due, Text(left, "dim"), "")
    return table


def _resources(layer: str, names: dict[str, str]) -> RenderableType:
    styles = {"planned": "dim", "running": "yellow", "done": "green", "failed": "red"}
    shown = [
        Text(f"{MARKS[state]} {name.removeprefix(layer).lstrip('-')}", styles[state])
        for name, state in names.items()
        # A component is as far as its parts are: only what stands at the end of a branch is shown.
        if not any(other.startswith(f"{name}-") for other in names)
    ]
    return _beside(layer, shown)


def _hops(hops: dict[str, ProbeResult]) -> Group:
    shown = [
        Text(f"{'●' if hops[hop].ok else '○'} {hop}", "green" if hops[hop].ok else "red") for hop in HOPS if hop in hops
    ]
    broken = [Text(f"{'':>11} {hop}: {found.detail}", "red") for hop, found in hops.items() if not found.ok]
    return Group(_beside("probes", shown), *broken[:1])


def _beside(name: str, shown: list[Text]) -> RenderableType:
    """Many short things beside a name, in as many lines as they need."""
    table = Table.grid(padding=(0, 1, 0, 0))
    table.add_column(width=11, justify="right")
    table.add_column()
    table.add_row(name, Columns(shown, padding=(0, 2, 0, 0)))
    return table


def _clock(moment: datetime) -> str:
    return f"{moment:%H:%M:%S}"
