"""Both sides of the benchmarks of operations, and the fake cloud between them.

Each side runs in a process of its own that has one life behind it (a scheduler lives long, so only ours pays for
starting Python during a life): `python operations.py ours|automation TASK`, the task as JSON. It prints one JSON line:
the `Cost` of the task.
"""

import contextlib
import json
import os
import resource
import statistics
import subprocess
import sys
import tempfile
import threading
import time
from collections.abc import Callable, Iterator, Mapping
from concurrent.futures import ThreadPoolExecutor
from dataclasses import asdict, dataclass, replace
from pathlib import Path
from typing import Any, Self

import psutil

from eventstack.deploy import engine
from eventstack.deploy.pulumi_deployer import PulumiDeployer
from eventstack.planning.parts import Build
from eventstack.planning.plan import StackPlan
from eventstack.settings import Settings
from eventstack.testing.fake_cloud import FakeCloud

HERE = Path(__file__).parent
PROJECT = "eventstack-event"
WEIGH_EVERY_S = 0.25
PATIENCE_S = 600.0
PASSPHRASE = "a benchmark keeps no secret"

OFFLINE = {
    "PULUMI_SKIP_UPDATE_CHECK": "true",
    "PULUMI_DISABLE_AUTOMATIC_PLUGIN_ACQUISITION": "true",
    "PULUMI_OPTION_SKIP_PLUGIN_PRE_INSTALL": "true",
    "PULUMI_DISABLE_REGISTRY_RESOLVE": "true",
}
"""Given to both sides: without them a machine that is offline adds 2.5 s to operations, and only to the other side."""


@dataclass(frozen=True)
class Task:
    """What a side is asked to do: lives of `resources`, `times` of them, `at_once` in parallel, each with a preview
    or none, against the cloud at `port`.
    """

    folder: str
    port: int
    engine: str
    version: str
    resources: int = 20
    times: int = 1
    at_once: int = 1
    preview: bool = False


@dataclass(frozen=True)
class Cost:
    """What a task took: seconds of the wall and of CPUs (those of every process below included), `failures` by name,
    and the most memory at once of all its processes (proportional set size, each shared page counted once).
    """

    wall_s: float
    cpu_s: float
    failures: tuple[str, ...] = ()
    peak_bytes: int = 0


@contextlib.contextmanager
def cloud(*, latency_s: float = 0.0) -> Iterator[int]:
    """The port of a fake cloud in a process of its own, which ends with the block or with this process.

    Its every create, update and delete takes `latency_s`. Raises SystemExit when a thing is left in it at the end.
    """
    with tempfile.TemporaryDirectory(prefix="eventstack-bench-") as folder, FakeCloud.running(Path(folder)) as running:
        if latency_s:
            for operation in ("create", "update", "delete"):
                running.latency(operation, "*", latency_s)
        yield running.port
        left = len(running.world())
    if left:
        raise SystemExit(f"{left} things were left in the fake cloud")


def attach(port: int) -> dict[str, str]:
    """What makes an engine attach to the fake cloud, and a worker find the benchmarks' program."""
    return {"PULUMI_DEBUG_PROVIDERS": f"fakecloud:{port}", "PYTHONPATH": str(HERE)}


def plan(number: int, resources: int) -> StackPlan:
    """The plan of one event; the occurrence's name says how many resources the program makes."""
    occurrence = f"event-{number}-of-{resources}"
    tags = {"eventstack-owner": "local", "eventstack-occurrence": occurrence}
    build = Build(
        format=1,
        layer="event",
        owner="local",
        occurrence=occurrence,
        incarnation=1,
        cloud="fake",
        project=PROJECT,
        stack=f"{occurrence}-i1",
        tags=tags,
    )
    return StackPlan(build=build, title=occurrence, profile="benchmark", settle_s=0)


def deployer(task: Task) -> PulumiDeployer:
    """Ours as it ships, on the fake cloud; its inventory is empty, the cloud's own books are asked by the tests."""
    settings = Settings.from_environment(
        {"EVENTSTACK_HOME": str(Path(task.folder) / "home"), "EVENTSTACK_SETTLE_S": "0.001"}
    )
    return PulumiDeployer(
        settings,
        engine.Engine(Path(task.engine), task.version, "named"),
        inventory=lambda _: [],
        remove=lambda _: None,
        on_air=lambda _: False,
        program="bench_program:build",
        extra=attach(task.port),
        patience_s=PATIENCE_S,
    )


def ours(task: Task) -> Callable[[int], None]:
    """A life by our deployer: up (which makes the stack), destroy, evidence, forget."""
    made = deployer(task)

    def life(number: int) -> None:
        wanted = plan(number, task.resources)
        if task.preview:
            made.preview(wanted)
        made.up(wanted, build_hash=wanted.build_hash, unpreviewed=not task.preview)
        made.destroy(wanted, reason="the benchmark is over")
        made.evidence(wanted)
        made.forget(wanted)

    return life


def automation(task: Task) -> Callable[[int], None]:
    """A life by the Automation API as its documentation shows it, with its defaults."""
    import bench_program
    from pulumi import automation as auto

    state = Path(task.folder) / "state"
    state.mkdir(parents=True, exist_ok=True)
    os.environ |= {
        **OFFLINE,
        **attach(task.port),
        "PATH": os.pathsep.join([str(Path(task.engine).parent), os.environ["PATH"]]),
        "PULUMI_BACKEND_URL": state.as_uri(),
        "PULUMI_HOME": str(Path(task.folder) / "pulumi-home"),
        "PULUMI_CONFIG_PASSPHRASE": PASSPHRASE,
    }

    def life(number: int) -> None:
        name = f"event-{number}"
        stack = auto.create_or_select_stack(
            stack_name=name, project_name=PROJECT, program=lambda: bench_program.make(task.resources)
        )
        if task.preview:
            stack.preview(on_output=said)
        stack.up(on_output=said)
        stack.destroy(on_output=said)
        stack.workspace.remove_stack(name)

    return life


def said(line: str) -> None:
    """What the documentation's `on_output=print` does, away from the benchmark's own output."""
    print(line, file=sys.stderr)


SIDES: Mapping[str, Callable[[Task], Callable[[int], None]]] = {"ours": ours, "automation": automation}


def perform(side: str, task: Task) -> Cost:
    """Carry out a task in this process and say what it cost."""
    life = SIDES[side](task)

    def attempt(number: int) -> str | None:
        try:
            life(number)
        except Exception as error:  # noqa: BLE001 - whatever failed, the benchmark goes on and tells it
            return f"{type(error).__name__}: {error}"
        return None

    life(task.times)  # what a caller does once in its own life, it has done
    cpu, began = cpu_s(), time.perf_counter()
    if task.at_once == 1:
        failures = [attempt(number) for number in range(task.times)]
    else:
        with ThreadPoolExecutor(task.at_once) as threads:
            failures = list(threads.map(attempt, range(task.times)))
    return Cost(time.perf_counter() - began, cpu_s() - cpu, tuple(failure for failure in failures if failure))


def cpu_s() -> float:
    """CPU seconds of this process and of all that it has waited for, theirs included."""
    used = [resource.getrusage(who) for who in (resource.RUSAGE_SELF, resource.RUSAGE_CHILDREN)]
    return sum(one.ru_utime + one.ru_stime for one in used)


def measure(side: str, task: Task, *, weigh: bool = False) -> Cost:
    """Let a side carry out a task in a fresh process and folder, gone afterwards; with `weigh` memory is watched."""
    with tempfile.TemporaryDirectory(prefix="eventstack-bench-") as folder:
        asked = json.dumps(asdict(replace(task, folder=folder)))
        process = subprocess.Popen(
            [sys.executable, str(HERE / "operations.py"), side, asked],
            stdout=subprocess.PIPE,
            stderr=subprocess.DEVNULL,
            text=True,
        )
        with Scale(process.pid) if weigh else contextlib.nullcontext() as scale:
            told, _ = process.communicate()
    if process.returncode:
        raise SystemExit(f"{side} ended with code {process.returncode}")
    cost: dict[str, Any] = json.loads(told)
    return Cost(cost["wall_s"], cost["cpu_s"], tuple(cost["failures"]), scale.peak_bytes if scale else 0)


class Scale:
    """Watches the memory of a process and all below it while its block runs."""

    def __init__(self, pid: int) -> None:
        self.peak_bytes = 0
        self._pid = pid
        self._over = threading.Event()
        self._thread = threading.Thread(target=self._watch)

    def __enter__(self) -> Self:
        self._thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._over.set()
        self._thread.join()

    def _watch(self) -> None:
        while not self._over.wait(WEIGH_EVERY_S):
            self.peak_bytes = max(self.peak_bytes, memory_bytes(self._pid))


def memory_bytes(pid: int) -> int:
    """The proportional set size of a process and all below it."""
    total = 0
    with contextlib.suppress(psutil.NoSuchProcess):
        root = psutil.Process(pid)
        for process in (root, *root.children(recursive=True)):
            with contextlib.suppress(OSError, StopIteration):
                lines = Path(f"/proc/{process.pid}/smaps_rollup").read_text(encoding="ascii").splitlines()
                total += int(next(line for line in lines if line.startswith("Pss:")).split()[1]) * 1024
    return total


def medians(costs: list[Cost]) -> Cost:
    """The medians of several costs; any failure ends the benchmark."""
    failures = [failure for cost in costs for failure in cost.failures]
    if failures:
        raise SystemExit("\n".join(failures))
    return Cost(
        statistics.median(cost.wall_s for cost in costs),
        statistics.median(cost.cpu_s for cost in costs),
        peak_bytes=max(cost.peak_bytes for cost in costs),
    )


def verdict(what: str, base: float, value: float, ratio: float, goal: float, *, least: bool = False) -> bool:
    """Print a row of a benchmark's table; whether the goal is met, which `least` says is the least, not the most."""
    met = ratio >= goal if least else ratio <= goal
    asked = f"{'>=' if least else '<='} {goal:.2f}x  {'met' if met else 'MISSED'}"
    print(f"{what:<34} {base:9.2f} {value:9.2f} {ratio:7.2f}x  {asked}")
    return met


def found() -> engine.Engine:
    """The engine that both sides use."""
    return engine.find_or_install(Settings.from_environment(), lambda line: print(line, file=sys.stderr))


if __name__ == "__main__":
    import bench_program  # noqa: F401 - both sides have their imports behind them when time counts
    from pulumi import automation as _automation  # noqa: F401

    print(json.dumps(asdict(perform(sys.argv[1], Task(**json.loads(sys.argv[2]))))))
