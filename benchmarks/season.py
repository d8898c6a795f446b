"""A season's worth of events, eight at once: ours against threads of the Automation API, in turn.

Each event is a life of 20 resources without a preview, as `life.py` has it. Memory is the peak of the proportional set
sizes of the caller and all its processes.

Run: python benchmarks/season.py [--rounds 1]. Prints events per minute and peak memory of both; exits with 1 when ours
makes less than 1.3 times the other's events per minute, or any event of ours fails.
"""

import argparse
import sys

from operations import SIDES, Cost, Task, cloud, found, measure, medians, verdict

GOAL = 1.3
"""Events per minute of ours over the other's, at least."""

EVENTS = 32
AT_ONCE = 8
RESOURCES = 20


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--rounds", type=int, default=1)
    chosen = parser.parse_args()
    engine = found()
    costs: dict[str, list[Cost]] = {side: [] for side in SIDES}
    with cloud() as port:
        task = Task("", port, str(engine.path), engine.version, RESOURCES, EVENTS, AT_ONCE)
        for number in range(chosen.rounds):
            for side, seen in costs.items():
                seen.append(measure(side, task, weigh=True))
                cost = seen[-1]
                print(
                    f"round {number + 1}: {side} {cost.wall_s:.1f} s, CPU {cost.cpu_s:.1f} s,"
                    f" {cost.peak_bytes / 1e6:.0f} MB, {len(cost.failures)} of {EVENTS} failed"
                )
    rate = {side: 60 * EVENTS / medians(seen).wall_s for side, seen in costs.items()}
    print(f"{f'{EVENTS} events, {AT_ONCE} at once':<34} {'API':>9} {'ours':>9} {'ratio':>8}  goal")
    ratio = rate["ours"] / rate["automation"]
    met = verdict("events per minute", rate["automation"], rate["ours"], ratio, GOAL, least=True)
    return 0 if met else 1


if __name__ == "__main__":
    sys.exit(main())
