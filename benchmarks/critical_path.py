"""What an `up` adds to the time that the cloud itself takes.

The stack has 20 resources, four of them in a chain; each create takes 1 s, so that the critical path is 4 s. The fixed
start (a Python, an engine, the key derivation, the end) is the same `up` on a cloud without latency, in turn, and is
stated apart.

Run: python benchmarks/critical_path.py [--rounds 5]. Prints the medians; exits with 1 when the wall time beyond the
fixed start is above 1.05 times the critical path.
"""

import argparse
import statistics
import sys
import tempfile
import time
from dataclasses import replace

import bench_program
from operations import Task, cloud, deployer, found, plan, verdict

GOAL = 1.05
"""Wall time of an `up` beyond its fixed start, over the critical path, at most."""

LATENCY_S = 1.0


def up_s(task: Task) -> float:
    """How long the `up` of a previewed stack takes; the stack is gone afterwards."""
    with tempfile.TemporaryDirectory(prefix="eventstack-bench-") as folder:
        made = deployer(replace(task, folder=folder))
        wanted = plan(0, task.resources)
        try:
            made.preview(wanted)
            began = time.perf_counter()
            made.up(wanted, build_hash=wanted.build_hash)
            return time.perf_counter() - began
        finally:
            made.destroy(wanted, reason="the benchmark is over")


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--rounds", type=int, default=5)
    chosen = parser.parse_args()
    engine = found()
    fixed: list[float] = []
    walls: list[float] = []
    with cloud() as quick, cloud(latency_s=LATENCY_S) as slow:
        task = Task("", quick, str(engine.path), engine.version)
        for number in range(chosen.rounds):
            fixed.append(up_s(task))
            walls.append(up_s(replace(task, port=slow)))
            print(f"round {number + 1}: {fixed[-1]:.2f} s without latency, {walls[-1]:.2f} s with {LATENCY_S:g} s each")
    start, wall = statistics.median(fixed), statistics.median(walls)
    critical = bench_program.CHAIN * LATENCY_S
    print(f"fixed start {start:.2f} s, up {wall:.2f} s (medians of {chosen.rounds})")
    print(f"{'up of 20 resources':<34} {'path s':>9} {'beyond s':>9} {'ratio':>8}  goal")
    return 0 if verdict("wall beyond the fixed start", critical, wall - start, (wall - start) / critical, GOAL) else 1


if __name__ == "__main__":
    sys.exit(main())
