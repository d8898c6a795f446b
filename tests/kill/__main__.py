"""The whole product of the kill matrix, as a table in Markdown: `python -m tests.kill [AT_ONCE]`."""

import sys
import tempfile
from collections import defaultdict
from concurrent.futures import ThreadPoolExecutor, as_completed
from pathlib import Path

from eventstack.deploy.engine import find
from eventstack.settings import Settings
from tests.kill import cases
from tests.kill.cases import Case, Verdict


def table(verdicts: dict[Case, Verdict]) -> str:
    """A row for each moment and victim, a column for each signal."""
    rows: dict[tuple[str, str, str], dict[str, str]] = defaultdict(dict)
    for case, verdict in verdicts.items():
        word = f"{verdict.healed_s:.0f} s" if not verdict.faults else "**failed**"
        adopted = sum(line.startswith("adopted") for line in verdict.recovered)
        rows[case.cloud, case.moment, case.victim][case.signal] = f"{word}, adopted {adopted}" if adopted else word
    order = [
        (cloud, moment, victim)
        for cloud in cases.CLOUDS
        for moment in cases.MOMENTS
        for victim in cases.VICTIMS
        if (cloud, moment, victim) in rows
    ]
    head = f"| cloud | in | struck | {' | '.join(cases.SIGNALS)} |"
    lines = []
    for key in order:
        cells = [*key, *(rows[key].get(name, "") for name in cases.SIGNALS)]
        lines.append(f"| {' | '.join(cells)} |")
    return "\n".join([head, "|---" * (3 + len(cases.SIGNALS)) + "|", *lines])


def main() -> int:
    """Run every case; 1 when one did not heal."""
    engine, tried = find(Settings.from_environment())
    if engine is None:
        print("\n".join(map(str, tried)), file=sys.stderr)
        return 1
    at_once = int(sys.argv[1]) if len(sys.argv) > 1 else 3
    verdicts: dict[Case, Verdict] = {}
    with tempfile.TemporaryDirectory(prefix="eventstack-kill-") as place:
        root = Path(place)
        home = cases.local_home(root / "home", engine)
        with ThreadPoolExecutor(at_once) as pool:
            work = {
                pool.submit(cases.run, case, root / str(case), engine, home if case.cloud == "local" else None): case
                for case in cases.product()
            }
            for done in as_completed(work):
                case = work[done]
                verdicts[case] = done.result()
                print(f"{case}: {'; '.join(verdicts[case].faults) or 'healed'}", file=sys.stderr, flush=True)
        cases.remove_local_home(home, engine)
    failed = sum(bool(verdict.faults) for verdict in verdicts.values())
    print(table(verdicts))
    print(f"\n{len(verdicts) - failed} passed, {failed} failed")
    return 1 if failed else 0


if __name__ == "__main__":
    sys.exit(main())
