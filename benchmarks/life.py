"""The life of a stack, ours against the Automation API as its documentation shows it, in turn.

A life is: make the stack, build 20 resources without latency, destroy them, remove the stack; once without a preview
and once with. Ours also takes the evidence that nothing is left. Both are one long-lived caller whose imports are done.

Run: python benchmarks/life.py [--rounds 5]. Prints the medians and ratios of wall and CPU time; exits with 1 when a
ratio is above its goal.
"""

import argparse
import sys
from dataclasses import replace

from operations import SIDES, Cost, Task, cloud, found, measure, medians, verdict

GOALS = {False: 0.65, True: 0.75}
"""The most that ours may take of the other's wall and CPU time, without and with a preview."""


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--rounds", type=int, default=5)
    chosen = parser.parse_args()
    engine = found()
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


if __name__ == "__main__":
    sys.exit(main())
