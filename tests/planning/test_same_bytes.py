"""The same files give the same bytes on any machine: whatever its hash seed, its language and its time zone."""

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest

from tests.planning import changes
from tests.planning.changes import CLOUDS
from tests.planning.files import answer, written

PLANS = """
import json, sys
from pathlib import Path
from tests.planning.files import answer
folder = Path(sys.argv[1])
for line in sys.stdin:
    event, profile = json.loads(line)
    print(answer(event, profile, folder).plan.to_json())
"""

WIDE = {
    "contacts": [{"name": "Ann Müller", "phone": "+49 30 1234567"}],
    "labels": {"department": "sports", "area": "nord", "city": "Zürich"},
    "audience.countries": {"DE": "50%", "AT": "20%", "CH": "10%"},
    "placement.within": ["EU", "CH"],
}


@pytest.mark.parametrize(
    "environment",
    [
        {"PYTHONHASHSEED": "1", "TZ": "Pacific/Kiritimati", "LC_ALL": "C"},
        {"PYTHONHASHSEED": "4242", "TZ": "America/St_Johns", "LC_ALL": "tr_TR.UTF-8", "PYTHONUTF8": "1"},
    ],
    ids=["seed 1, Kiritimati, C", "seed 4242, St. John's, Turkish"],
)
def test_another_machine_gives_the_same_bytes(environment: dict[str, str], tmp_path: Path) -> None:
    files = [(written(changes.event(cloud), WIDE), changes.profile(cloud)) for cloud in CLOUDS]
    ran = subprocess.run(
        [sys.executable, "-c", PLANS, str(tmp_path)],
        input="\n".join(map(json.dumps, files)),
        capture_output=True,
        text=True,
        encoding="utf-8",
        check=True,
        env={**os.environ, "PYTHONPATH": os.pathsep.join(sys.path), "PYTHONIOENCODING": "utf-8", **environment},
    )
    here = [answer(event, profile, tmp_path).plan for event, profile in files]
    assert ran.stdout.splitlines() == [plan.to_json() for plan in here if plan]
    assert len(here) == len(CLOUDS)
