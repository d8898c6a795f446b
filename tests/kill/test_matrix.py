"""The kill matrix on the real engine: whoever is struck, one `up` and one `destroy` heal it, and the cloud's own ledger
shows nothing leaked and nothing doubled. A part of it runs here; `nox -s kill` runs the whole product.
"""

import os
from collections.abc import Iterator
from concurrent.futures import Future, ThreadPoolExecutor

import pytest

from eventstack.deploy.engine import Engine
from tests.kill import cases
from tests.kill.cases import Case, Verdict

pytestmark = [pytest.mark.engine, pytest.mark.timeout(900), pytest.mark.xdist_group("kill")]

AT_ONCE = 1 if "PYTEST_XDIST_WORKER" in os.environ else 2
"""Cases at a time: each keeps about one core busy, and where tests are spread, another one is busy already."""

FAKE = [
    *(Case(victim, "KILL", moment, "fake") for moment in ("create", "update", "delete") for victim in cases.VICTIMS),
    *(Case(victim, "INT", moment, "fake") for moment in ("create", "update", "delete") for victim in cases.VICTIMS),
    *(Case(victim, "STOP", moment, "fake") for moment in ("create", "update", "delete") for victim in cases.VICTIMS),
    *(Case(victim, "KILL", "first-checkpoint", "fake") for victim in ("engine", "worker", "caller", "all")),
    *(Case(victim, "INT", "first-checkpoint", "fake") for victim in ("engine", "caller")),
    *(Case("caller", name, "between", "fake") for name in ("KILL", "INT")),
]

LOCAL = [
    *(Case(victim, "KILL", "create", "local") for victim in cases.VICTIMS),
    Case("all", "KILL", "update", "local"),
    Case("plugin", "KILL", "delete", "local"),
]


@pytest.fixture(scope="module")
def verdicts(real_engine: Engine, tmp_path_factory: pytest.TempPathFactory) -> Iterator[dict[Case, "Future[Verdict]"]]:
    """Every case of this part, under way; a test waits for its own."""
    root = tmp_path_factory.mktemp("kill")
    home = cases.local_home(root / "home", real_engine)
    with ThreadPoolExecutor(AT_ONCE) as pool:
        yield {
            case: pool.submit(cases.run, case, root / str(case), real_engine, home if case.cloud == "local" else None)
            for case in (*LOCAL, *FAKE)
        }
    cases.remove_local_home(home, real_engine)


@pytest.mark.parametrize("case", [*LOCAL, *FAKE], ids=str)
def test_one_up_and_one_destroy_heal_it(case: Case, verdicts: "dict[Case, Future[Verdict]]") -> None:
    verdict = verdicts[case].result()
    assert verdict.struck, verdict.faults
    assert verdict.faults == []


def test_the_part_is_large_enough_to_mean_something() -> None:
    assert len({*LOCAL, *FAKE}) >= 60
    assert {*LOCAL, *FAKE} <= set(cases.product())
