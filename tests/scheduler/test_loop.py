"""The loop over a small simulated world with a clock of its own: what happens in which order, under which faults."""

from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, timedelta

import pytest

from eventstack.errors import Final, Retryable
from eventstack.scheduler.as_run import AsRun, Mark, Operation
from eventstack.scheduler.loop import Taken, after_failure, run
from eventstack.scheduler.state import Intent, Observed, Step, Wanted

START = datetime(2026, 11, 22, 18, 0, tzinfo=UTC)
WANTED = Wanted(
    up_from=START - timedelta(seconds=30),
    line_up_from=START - timedelta(seconds=10),
    on_air_from=START,
    on_air_until=START + timedelta(seconds=30),
    tail=timedelta(seconds=6),
    overrun="keep-start-times",
    owns_parent=True,
    teardown_tries=3,
)


@dataclass
class Simulated:
    """A world where every step takes a second and does what it says, but for the faults that it is given."""

    moment: datetime = START - timedelta(seconds=60)
    seen: Observed = field(default_factory=Observed)
    faults: dict[str, list[Exception]] = field(default_factory=dict)
    abort_during: str = ""
    gate: bool = True
    taken: list[str] = field(default_factory=list)

    def now(self):
        return self.moment

    def pause(self, span):
        self.moment += max(span, timedelta(milliseconds=1))

    def observe(self):
        looks = self.seen.good_looks + 1 if self.seen.started and self.gate else 0
        broken = None if self.gate else "encoder: no packets"
        self.seen = replace(self.seen, good_looks=looks, broken=broken)
        return self.seen

    def act(self, step):
        self.moment += timedelta(seconds=1)
        self.taken.append(step.name)
        if self.abort_during == step.name:
            self.seen = replace(self.seen, intent=Intent("abort", "ann", "interrupted"))
        if self.faults.get(step.name):
            raise self.faults[step.name].pop(0)
        self.seen = replace(self.seen, **self._after(step.name))

    def _after(self, name):
        return {
            "build-parent": {"parent": "present"},
            "resolve": {"resolved": True},
            "build": {"stack": "present"},
            "start": {"started": True},
            "publish": {"on_air": True},
            "stop": {"ended": True, "ended_at": self.moment, "started": False},
            "unpublish": {"on_air": False},
            "verify-recording": {"checked": {**self.seen.checked, "recording": True}},
            "verify-replay": {"checked": {**self.seen.checked, "replay": True}},
            "destroy": {
                "stack": "absent",
                "started": False,
                "on_air": False,
                "proven": {**self.seen.proven, "stack": True},
            },
            "destroy-parent": {"parent": "absent", "proven": {**self.seen.proven, "parent": True}},
        }[name]


def drive(world, wanted=WANTED):
    taken = []
    finish = run(wanted, world, now=world.now, pause=world.pause, on_taken=taken.append)
    return finish, taken


def test_an_event_lives_its_whole_life_in_order():
    world = Simulated()
    finish, _ = drive(world)
    assert finish.ok
    assert world.taken == [
        "build-parent",
        "resolve",
        "build",
        "start",
        "publish",
        "stop",
        "unpublish",
        "verify-recording",
        "destroy",
        "verify-replay",
        "destroy-parent",
    ]


def test_it_goes_on_air_and_off_when_planned():
    world = Simulated()
    _, taken = drive(world)
    times = {step.step.name: step.started for step in taken}
    assert timedelta(0) <= times["publish"] - START < timedelta(seconds=1)
    assert timedelta(0) <= times["stop"] - WANTED.on_air_until < timedelta(seconds=2)


def test_a_step_that_may_be_retried_is_retried_after_its_delay():
    world = Simulated(faults={"build": [Retryable("busy", after_s=7.0)]})
    finish, taken = drive(world)
    builds = [step for step in taken if step.step.name == "build"]
    assert finish.ok
    assert [step.ok for step in builds] == [False, True]
    assert builds[1].started - builds[0].ended >= timedelta(seconds=7)


def test_a_final_failure_takes_down_what_was_built():
    world = Simulated(faults={"build": [Final("no such plugin")]})
    finish, _ = drive(world)
    assert not finish.ok
    assert "no such plugin" in finish.why
    assert world.taken == ["build-parent", "resolve", "build", "destroy", "destroy-parent"]


@pytest.mark.parametrize("step", ["build-parent", "resolve", "build", "start", "publish", "stop", "unpublish"])
def test_an_abort_during_any_step_ends_with_nothing_left(step):
    world = Simulated(abort_during=step)
    finish, _ = drive(world)
    assert not finish.ok
    assert "aborted by ann: interrupted" in finish.why
    assert (world.seen.stack, world.seen.parent, world.seen.on_air) == ("absent", "absent", False)


def test_an_event_whose_line_up_stays_bad_never_airs():
    world = Simulated(gate=False)
    finish, _ = drive(world)
    assert not finish.ok
    assert finish.why == "no-go: encoder: no packets"
    assert "publish" not in world.taken
    assert world.taken[-2:] == ["destroy", "destroy-parent"]


def test_a_call_off_is_not_taken_back_by_a_half_done_teardown():
    world = Simulated(gate=False, faults={"destroy": [Retryable("in use", after_s=1.0)]})
    drive(world)
    assert world.taken.count("start") == 1


def test_a_teardown_that_keeps_failing_is_left_to_a_sweep():
    world = Simulated(faults={"destroy": [Retryable("in use", after_s=1.0) for _ in range(9)]})
    finish, _ = drive(world)
    assert not finish.ok
    assert "sweep" in finish.why
    assert world.taken.count("destroy") == 3


def test_delays_double_and_stop_growing():
    failure = None
    delays = []
    for _ in range(5000):
        failure = after_failure(failure, Taken(Step("build", "w"), START, START, ok=False, detail="busy\nmore"))
        delays.append(failure.after.total_seconds())
    assert delays[:4] == [1, 2, 4, 8]
    assert max(delays) == 60
    assert failure.detail == "busy"


def test_the_as_run_is_written_whole_and_in_order(tmp_path):
    record = AsRun(tmp_path / "deep" / "as-run.json", {"occurrence": "talk"})
    record.programme += [Mark("off-air", START + timedelta(seconds=30)), Mark("on-air", START, programme_time=START)]
    record.operations.append(Operation("start", None, START, START, "loop", "why", ok=True))
    record.write()
    plain = record.plain()
    assert [mark["kind"] for mark in plain["programme"]] == ["on-air", "off-air"]
    assert plain["programme"][0]["at"] == "2026-11-22T18:00:00.000Z"
    assert [path.name for path in record.path.parent.iterdir()] == ["as-run.json"]
