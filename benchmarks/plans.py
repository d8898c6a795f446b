"""How quickly events become plans, and how long checking a season's files takes: ratios of things run in turn.

Run it as `python benchmarks/plans.py [ROUNDS]`; it ends with code 1 when a goal is missed. Processor time counts, not
the clock: the machine may do other work.
"""

import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Sequence
from pathlib import Path
from resource import RUSAGE_CHILDREN, getrusage

from eventstack import clouds
from eventstack.models.event import Event
from eventstack.models.load import load_profile, read_event
from eventstack.models.yaml_reader import read
from eventstack.planning.resolve import resolve

FEW, MANY = 500, 5_000
FILES = 1_000
ROUNDS = 5

LINEAR = 1.2
"""What an event of many may take, as a multiple of one of few."""

RATE = 5_000
"""Events a second that one core plans, with the profile prepared."""

VALIDATE = 3.0
"""What `eventstack validate` may take, as a multiple of only parsing the same files' YAML."""

EVENT = """\
id: match-{number}
title: Match {number}
window:
  start: 2027-{month:02}-{day:02}T{hour:02}:00
  end: 2027-{month:02}-{day:02}T{hour:02}:45
  zone: Europe/Berlin
contribution:
  protocol: srt
  latency: 200ms
  passphrase: store:feeds/match-{number}
  allow: [203.0.113.0/24]
audience:
  expected: {viewers}
  peak: {peak}
  countries: {{ DE: 70%, AT: 20%, CH: 10% }}
profile: talk-720p25
cloud: aws
labels: {{ league: second, matchday: "{day}" }}
"""

PARSE = """\
import sys
from ruamel.yaml import YAML
for name in sys.argv[1:]:
    with open(name, "rb") as stream:
        YAML(typ="safe", pure=True).load(stream)
"""


def text(number: int) -> str:
    """One event's file."""
    return EVENT.format(
        number=number,
        month=number % 12 + 1,
        day=number % 27 + 1,
        hour=number % 20 + 1,
        viewers=1_000 + number,
        peak=3_000 + number,
    )


def spent(work: Callable[[], object]) -> float:
    """Processor seconds of this process."""
    began = time.process_time()
    work()
    return time.process_time() - began


def spent_by(command: Sequence[str]) -> float:
    """Processor seconds of a command and what it starts."""
    before = getrusage(RUSAGE_CHILDREN)
    subprocess.run(command, check=True, stdout=subprocess.DEVNULL)
    after = getrusage(RUSAGE_CHILDREN)
    return after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime


def planned(events: Sequence[Event]) -> Callable[[], object]:
    """Resolving them all, hashes included."""
    profile, facts = load_profile("talk-720p25"), clouds.facts("aws")
    others = tuple(clouds.facts(name) for name in clouds.CLOUDS)
    return lambda: [resolve(event, profile, facts, (), owner="league", others=others).build_hash for event in events]


def main() -> int:
    """Measure, print a table, and return 1 when a goal is missed."""
    rounds = int(sys.argv[1]) if len(sys.argv) > 1 else ROUNDS
    events = [read_event(read(text(number).encode(), f"match-{number}.yaml")).model for number in range(MANY)]
    few, many = planned(events[:FEW]), planned(events)
    few()
    each_few = min(spent(few) for _ in range(rounds)) / FEW
    each_many = min(spent(many) for _ in range(rounds)) / MANY
    with tempfile.TemporaryDirectory() as folder:
        files = [Path(folder) / f"match-{number}.yaml" for number in range(FILES)]
        for number, path in enumerate(files):
            path.write_text(text(number), encoding="utf-8")
        names = list(map(str, files))
        parsing, checking = [], []
        for _ in range(max(1, rounds // 2)):
            parsing.append(spent_by([sys.executable, "-c", PARSE, *names]))
            checking.append(spent_by([sys.executable, "-m", "eventstack", "validate", *names]))
    rows = [
        ("an event of many against one of few", each_many / each_few, f"≤ {LINEAR}x", each_many <= LINEAR * each_few),
        ("events a second and core", 1 / each_many, f"≥ {RATE}", each_many * RATE <= 1),
        (
            "validate against only parsing",
            min(checking) / min(parsing),
            f"≤ {VALIDATE}x",
            min(checking) <= VALIDATE * min(parsing),
        ),
    ]
    for name, value, goal, met in rows:
        print(f"{name:<40} {value:10.2f}  {goal:<8} {'met' if met else 'MISSED'}")
    return 0 if all(met for *_, met in rows) else 1


if __name__ == "__main__":
    sys.exit(main())
