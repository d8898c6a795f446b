"""What ails a machine costs an operation and never a stack: full and closed disks, stepped clocks, what is missing or
altered. On the real engine and the fake cloud. (Wrong passphrases: `test_passphrase`.)
"""

import json
import os
import subprocess
import sys
from collections.abc import Callable, Iterator
from datetime import UTC, datetime
from pathlib import Path

import pytest

from eventstack.deploy import previewed
from eventstack.deploy.engine import Engine
from eventstack.deploy.journal import StackKey
from eventstack.deploy.pulumi_deployer import PulumiDeployer
from eventstack.deploy.workspace import Workspace
from eventstack.errors import Busy, Final, Refused
from eventstack.settings import Settings
from eventstack.testing.clock import FakeClock
from eventstack.testing.fake_cloud import FakeCloud
from tests.deploy.callers import PATHS
from tests.deploy.conftest import PROGRAMS, a_plan, wait_until
from tests.deploy.test_interrupted_operations import Calling

pytestmark = pytest.mark.engine

Make = Callable[..., PulumiDeployer]

DAY_S = 86400.0
ALONE = (("unshare", "--mount"), ("unshare", "--user", "--map-root-user", "--mount"))
"""Ways to a mount namespace of one's own: as root, and as anybody where the kernel lets them."""


def alone() -> tuple[str, ...]:
    """The way that works here; empty where none does."""
    for way in ALONE:
        tried = subprocess.run([*way, "mount", "-t", "tmpfs", "tmpfs", "/mnt"], capture_output=True, check=False)
        if tried.returncode == 0:
            return way
    return ()


class Led:
    """A life that is led beside the tests on a disk of its own, which is ill in a way; it waits more than it works."""

    def __init__(self, illness: str, folder: Path, engine: Engine, way: tuple[str, ...]) -> None:
        self.cloud = FakeCloud.start(folder / "cloud")
        self._said = folder / "said"
        call = {
            "plan": a_plan().to_json(),
            "cloud": str(self.cloud.folder),
            "engine": str(engine.path),
            "version": engine.version,
            "path": PATHS,
            "patience_s": 0.0,
        }
        own = {"EVENTSTACK_HOME": str(folder / "home"), "EVENTSTACK_LEASE_S": "90", "PYTHONPATH": PATHS}
        with self._said.open("wb") as said:
            self._process = subprocess.Popen(
                [*way, sys.executable, PROGRAMS / "ill_disk.py", illness],
                stdin=subprocess.PIPE,
                stdout=said,
                stderr=said,
                env={**os.environ, **own},
            )
        assert self._process.stdin
        with self._process.stdin as stream:
            stream.write(json.dumps(call).encode())

    def steps(self) -> dict[str, tuple[str, str]]:
        """What came of each step: the error's type and text, or nothing."""
        code, said = self._process.wait(200), self._said.read_text()
        assert code == 0, said
        steps = [json.loads(line) for line in said.splitlines()]
        return {one["step"]: (one.get("error", ""), one.get("text", "")) for one in steps}

    def end(self) -> None:
        self._process.kill()
        self._process.wait()
        self.cloud.stop()


@pytest.fixture(scope="module", autouse=True)
def lives(real_engine: Engine, tmp_path_factory: pytest.TempPathFactory) -> Iterator[dict[str, Led]]:
    """Begun with the first test of this module, and looked at by the last; none where no disk can be made."""
    way = alone()
    illnesses = ("fills up", "is closed") if way else ()
    lives = {one: Led(one, tmp_path_factory.mktemp("disk"), real_engine, way) for one in illnesses}
    yield lives
    for life in lives.values():
        life.end()


def test_a_clock_that_is_stepped_during_an_operation_declares_nobody_dead_and_takes_no_lease(
    on_engine: Make, provider: FakeCloud
) -> None:
    clock, plan, lease_s = FakeClock(datetime.now(UTC)), a_plan(), 0.6
    working, other = (on_engine(clock=clock.now, lease_s=lease_s) for _ in range(2))
    working.preview(plan)
    gate = provider.hold("create", "feed")
    calling = Calling(lambda: working.up(plan, build_hash=plan.build_hash))
    gate.wait_reached()
    operation = other.journal.operations(StackKey.of(plan))[-1]
    for step_s in (DAY_S, -3 * DAY_S):
        clock.step(step_s)
        age_s = other.journal.operations(StackKey.of(plan))[-1].age_s
        wait_until(lambda age_s=age_s: other.journal.operations(StackKey.of(plan))[-1].age_s > age_s + 2 * lease_s)
        for call in (
            lambda: other.up(plan, build_hash=plan.build_hash),
            lambda: other.destroy(plan, reason="the clock says so"),
        ):
            with pytest.raises(Busy) as caught:
                call()
            assert caught.value.holder == operation.intent.id
        assert other.journal.operations(StackKey.of(plan))[-1].lease_left_s > 0
    gate.release()
    calling.join()
    assert calling.error is None
    assert provider.count("create") == 3
    assert working.up(plan, build_hash=plan.build_hash).changes == {"same": 4}


@pytest.mark.parametrize("step_s", [DAY_S, -DAY_S], ids=["forward", "back"])
def test_a_schedule_whose_clock_was_stepped_removes_nothing_however_often_it_asks(
    on_engine: Make, provider: FakeCloud, step_s: float
) -> None:
    clock, plan = FakeClock(datetime.now(UTC)), a_plan()
    deployer = on_engine(clock=clock.now)
    deployer.up(plan, build_hash=plan.build_hash, unpreviewed=True)
    # Time passes for the journal by itself; the clock in our hands goes with it.
    clock.advance(deployer.journal.operations(StackKey.of(plan))[-1].age_s)
    clock.step(step_s)
    for _ in range(2):
        with pytest.raises(Refused, match=r"the wall clock has moved [+-]86\d\d\d s against the journal's"):
            deployer.destroy(plan, reason="it is over", revision=plan.plan_hash)
    assert provider.count("delete") == 0
    clock.step(-step_s)
    assert deployer.destroy(plan, reason="it is over", revision=plan.plan_hash).ok
    assert provider.world() == []


def test_a_missing_plugin_is_final_wherever_it_is_missed_and_nothing_is_lost(
    on_engine: Make, provider: FakeCloud, settings: Settings
) -> None:
    deployer, without, plan = on_engine(), on_engine(extra={"PULUMI_DEBUG_PROVIDERS": ""}), a_plan()
    missing = "no resource plugin 'pulumi-resource-fakecloud' found"
    with pytest.raises(Final, match=missing):
        without.preview(plan)
    deployer.preview(plan)
    with pytest.raises(Final, match=missing):
        without.up(plan, build_hash=plan.build_hash)
    assert provider.world() == []
    assert deployer.up(plan, build_hash=plan.build_hash).outputs["port"] == 9000
    books = Workspace(settings, plan.build.project, plan.build.stack).books
    before = books.look().resources
    with pytest.raises(Final, match=missing):
        without.destroy(plan, reason="the end")
    assert books.look().resources == before
    assert len(provider.world()) == 3
    deployer.destroy(plan, reason="the end")
    assert (provider.world(), provider.count("create")) == ([], 3)


def test_what_was_kept_of_a_preview_runs_only_as_it_was_kept(
    on_engine: Make, provider: FakeCloud, settings: Settings
) -> None:
    deployer, plan = on_engine(), a_plan()
    deployer.preview(plan)
    folder = Workspace(settings, plan.build.project, plan.build.stack).previewed
    kept, saved = folder / "preview.json", previewed.plan_file(folder)
    as_kept, as_saved = kept.read_text(), saved.read_text()
    other = a_plan(path="elsewhere")
    alterations: list[tuple[Path, str | None, str]] = [
        (kept, as_kept.replace('"cloud":"fake"', '"cloud":"fuke"'), r"preview\.json is not as it was written"),
        (kept, as_kept.replace(plan.build_hash, other.build_hash), r"preview\.json is not as it was written"),
        (kept, as_kept[: len(as_kept) // 2], r"preview\.json can't be read"),
        (kept, None, r"nothing was previewed"),
        (saved, as_saved.replace('"path": ""', '"path": "x"'), r"engine-plan\.json is not the one"),
        (saved, "", r"engine-plan\.json is not the one"),
        (saved, None, r"engine-plan\.json is not the one"),
    ]
    for path, text, refusal in alterations:
        assert text not in (as_kept, as_saved)
        path.unlink() if text is None else path.write_text(text)
        with pytest.raises(Refused, match=refusal):
            deployer.up(plan, build_hash=plan.build_hash)
        kept.write_text(as_kept)
        saved.write_text(as_saved)
    assert provider.count("create") == 0
    deployer.up(plan, build_hash=plan.build_hash)
    saved.write_text(as_saved.replace('"path": ""', '"path": "x"'))
    with pytest.raises(Refused, match=r"engine-plan\.json is not the one"):
        deployer.up(plan, build_hash=plan.build_hash)
    assert {thing.inputs.get("path") for thing in provider.world()} == {"", None}


def led(lives: dict[str, Led], illness: str) -> Led:
    if illness not in lives:
        pytest.skip("no mount namespace of one's own can be made here")
    return lives[illness]


def test_a_disk_that_fills_up_costs_the_operation_and_once_there_is_room_nothing_is_lost_or_doubled(
    lives: dict[str, Led],
) -> None:
    life = led(lives, "fills up")
    steps = life.steps()
    well = {step: told for step, told in steps.items() if "," not in step}
    assert well == dict.fromkeys(("preview", "recover", "up", "destroy", "leave"), ("", ""))
    for step in ("up, full", "up, filled in a create"):
        error, text = steps[step]
        assert error == "StoreError"
        assert text.endswith("see that the disk has room and is well, then call again")
    # The engine tries for half a minute to save, and at last leaves an empty file in place of its books.
    error, text = steps["up, torn"]
    assert (error, "as `eventstack recover` does" in text) == ("Final", True)
    assert (life.cloud.world(), life.cloud.doubled()) == ([], {})
    assert life.cloud.count("create") == 3


def test_a_home_that_is_closed_is_named_and_goes_on_once_it_is_open(lives: dict[str, Led]) -> None:
    life = led(lives, "is closed")
    steps = life.steps()
    well = {step: told for step, told in steps.items() if "," not in step}
    assert well == dict.fromkeys(("preview", "up", "destroy", "leave"), ("", ""))
    for step in ("preview, closed", "up, closed", "destroy, closed"):
        error, text = steps[step]
        assert error == "StoreError"
        assert "journal.sqlite3 can't be used: " in text
    assert (life.cloud.world(), life.cloud.count("create")) == ([], 3)
