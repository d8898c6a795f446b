"""The life of a stack, ours against the Automation API as its documentation shows it, in turn.

A life is: make the stack, build 20 resources without latency, destroy them, remove the stack; once without a preview
and once with. Ours also takes the evidence that nothing is left. Both are long-lived callers with one life behind them.

Run: python benchmarks/life.py [--rounds 5] [--profile]. Prints medians and ratios of wall and CPU time; exits with 1
when a ratio is above its goal. With `--profile` it prints where our own time goes, call by call, and compares nothing.
"""

import argparse
import sys
import tempfile
import time
from collections.abc import Callable
from dataclasses import replace
from functools import partial

from operations import SIDES, Cost, Task, cloud, cpu_s, deployer, found, measure, medians, plan, verdict

from eventstack.deploy.engine import Engine

GOALS = {False: 0.65, True: 0.75}
"""The most that ours may take of the other's wall and CPU time, without and with a preview."""


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--rounds", type=int, default=5)
    parser.add_argument("--profile", action="store_true")
    chosen = parser.parse_args()
    engine = found()
    if chosen.profile:
        profile(engine, chosen.rounds)
        return 0
    costs: dict[tuple[bool, str], list[Cost]] = {(preview, side): [] for preview in GOALS for side in SIDES}
    with cloud() as port:
        task = Task("", port, str(engine.path), engine.version)
        for number in range(chosen.rounds):
            for (preview, side), seen in costs.items():
                seen.append(measure(side, replace(task, preview=preview)))
            said = (f"{side} {seen[-1].wall_s:.2f}/{seen[-1].cpu_s:.2f}" for (_, side), seen in costs.items())
            print(f"round {number + 1}, wall/CPU s: {', '.join(said)}")
    print(f"{'life of 20 resources':<34} {'API s':>9} {'ours s':>9} {'ratio':>8}  goal")
    met = []
    for preview, goal in GOALS.items():
        theirs, mine = medians(costs[preview, "automation"]), medians(costs[preview, "ours"])
        name = "with preview" if preview else "without preview"
        met.append(verdict(f"{name}, wall", theirs.wall_s, mine.wall_s, mine.wall_s / theirs.wall_s, goal))
        met.append(verdict(f"{name}, CPU", theirs.cpu_s, mine.cpu_s, mine.cpu_s / theirs.cpu_s, goal))
    return 0 if all(met) else 1


def profile(engine: Engine, rounds: int) -> None:
    """Print the medians of wall and CPU time of every call of our life with a preview."""
    seen: dict[str, list[Cost]] = {}
    with cloud() as port, tempfile.TemporaryDirectory(prefix="eventstack-bench-") as folder:
        made = deployer(Task(folder, port, str(engine.path), engine.version))
        for number in range(rounds):
            wanted = plan(number, Task.resources)
            calls: dict[str, Callable[[], object]] = {
                "preview, which makes the stack": partial(made.preview, wanted),
                "up": partial(made.up, wanted, build_hash=wanted.build_hash),
                "destroy": partial(made.destroy, wanted, reason="the benchmark is over"),
                "evidence": partial(made.evidence, wanted),
                "forget": partial(made.forget, wanted),
            }
            for name, call in calls.items():
                cpu, began = cpu_s(), time.perf_counter()
                call()
                seen.setdefault(name, []).append(Cost(time.perf_counter() - began, cpu_s() - cpu))
    for name, costs in seen.items():
        cost = medians(costs)
        print(f"{name:<34} wall {cost.wall_s:5.2f} s, CPU {cost.cpu_s:5.2f} s")


if __name__ == "__main__":
    sys.exit(main())
