"""How long the command line takes to say anything: ratios of programs run in turn on the same machine.

Run it as `python benchmarks/startup.py [RUNS]`; it ends with code 1 when a goal is missed.
"""

import os
import subprocess
import sys
import time

PROGRAMS: dict[str, list[str]] = {
    "python -c pass": ["-c", "pass"],
    "import eventstack": ["-c", "import eventstack"],
    "eventstack --help": ["-m", "eventstack", "--help"],
}
GOALS = {"import eventstack": 3.0, "eventstack --help": 5.0}
"""The most that each may take, as a multiple of an interpreter that does nothing."""

RUNS = 31


def once(arguments: list[str]) -> float:
    """Seconds that one run takes, from start to exit."""
    began = time.perf_counter()
    subprocess.run([sys.executable, *arguments], env=dict(os.environ), stdout=subprocess.DEVNULL, check=True)
    return time.perf_counter() - began


def measure(runs: int) -> dict[str, float]:
    """Least seconds per program: what else the machine does only ever adds. The programs take turns all the same."""
    for arguments in PROGRAMS.values():
        once(arguments)  # byte code is written and the disk is warm before anything counts
    samples: dict[str, list[float]] = {name: [] for name in PROGRAMS}
    for _ in range(runs):
        for name, arguments in PROGRAMS.items():
            samples[name].append(once(arguments))
    return {name: min(values) for name, values in samples.items()}


def main() -> int:
    """Measure, print a table, and return 1 when a goal is missed."""
    least = measure(int(sys.argv[1]) if len(sys.argv) > 1 else RUNS)
    base = least["python -c pass"]
    met = True
    print(f"{'program':<20} {'least':>9} {'ratio':>7} {'goal':>7}")
    for name, seconds in least.items():
        goal = GOALS.get(name)
        ratio = seconds / base
        met = met and (goal is None or ratio <= goal)
        verdict = "" if goal is None else f"{goal:6.1f}x  {'met' if ratio <= goal else 'MISSED'}"
        print(f"{name:<20} {seconds * 1000:6.1f} ms {ratio:6.2f}x {verdict}")
    return 0 if met else 1


if __name__ == "__main__":
    sys.exit(main())
