from dataclasses import replace
from datetime import UTC, datetime, timedelta

from hypothesis import given
from hypothesis import strategies as st

from eventstack.scheduler.decide import decide, state
from eventstack.scheduler.state import STEPS, Failure, Finish, Intent, Observed, State, Step, Wait, Wanted

START = datetime(2026, 11, 22, 18, 0, tzinfo=UTC)
WANTED = Wanted(
    up_from=START - timedelta(seconds=30),
    line_up_from=START - timedelta(seconds=10),
    on_air_from=START,
    on_air_until=START + timedelta(seconds=30),
    tail=timedelta(seconds=6),
    owns_parent=True,
)
BUILT = Observed(parent="present", stack="present", resolved=True)
LINE_UP = replace(BUILT, started=True)
LIVE = replace(LINE_UP, on_air=True, good_looks=9)
ENDED = replace(LIVE, started=False, ended=True, ended_at=START + timedelta(seconds=30))

failures = st.builds(
    Failure,
    attempts=st.integers(1, 9),
    detail=st.text(max_size=5),
    last=st.just(START),
    after=st.sampled_from([timedelta(0), timedelta(seconds=60)]),
    final=st.booleans(),
)
sights = st.sampled_from(["absent", "present", "unknown"])
maybe = st.sampled_from([True, False, None])
observations = st.builds(
    Observed,
    parent=sights,
    stack=sights,
    resolved=st.booleans(),
    started=maybe,
    on_air=maybe,
    ended=st.booleans(),
    ended_at=st.sampled_from([None, START, START + timedelta(seconds=60)]),
    good_looks=st.integers(0, 4),
    broken=st.sampled_from([None, "encoder"]),
    called_off=st.sampled_from([None, "no-go: encoder"]),
    checked=st.dictionaries(st.sampled_from(["recording", "replay"]), st.booleans()),
    proven=st.dictionaries(st.sampled_from(["stack", "parent"]), st.booleans()),
    failures=st.dictionaries(st.sampled_from(sorted(STEPS)), failures, max_size=3),
    intent=st.builds(
        Intent, kind=st.sampled_from(["none", "end", "abort", "hold"]), by=st.just("ann"), reason=st.just("r")
    ),
)
moments = st.integers(-90, 200).map(lambda seconds: START + timedelta(seconds=seconds))


@given(moments, observations)
def test_every_situation_has_one_answer(now, observed):
    first, second = decide(now, WANTED, observed), decide(now, WANTED, observed)
    assert first == second
    assert isinstance(first, Wait | Finish) or first.name in STEPS
    assert first.why
    assert isinstance(state(now, WANTED, observed), State)


@given(moments, observations)
def test_what_is_on_air_is_never_destroyed_without_a_human(now, observed):
    action = decide(now, WANTED, observed)
    if isinstance(action, Step) and action.name == "destroy" and observed.stack == "present":
        assert observed.on_air is False or observed.intent.kind == "abort"


@given(moments, observations)
def test_what_cannot_be_read_is_never_changed(now, observed):
    action = decide(now, WANTED, replace(observed, stack="unknown"))
    assert not isinstance(action, Step)


@given(moments, observations)
def test_a_foundation_is_never_destroyed_while_its_event_stands(now, observed):
    action = decide(now, WANTED, observed)
    if isinstance(action, Step) and action.name == "destroy-parent":
        assert observed.stack == "absent"
        assert observed.proven.get("stack")


@given(moments, observations)
def test_a_wait_with_a_time_names_a_time_to_come(now, observed):
    action = decide(now, WANTED, observed)
    if isinstance(action, Wait) and action.until:
        assert action.until > now


def test_nothing_is_built_before_it_is_needed():
    early = WANTED.up_from - timedelta(seconds=1)
    assert decide(early, WANTED, Observed()) == Wait("the stack is not needed yet", WANTED.up_from)


def test_the_foundation_comes_first_then_the_plan_then_the_stack():
    now = WANTED.up_from
    assert decide(now, WANTED, Observed()).name == "build-parent"
    assert decide(now, WANTED, Observed(parent="present")).name == "resolve"
    assert decide(now, WANTED, Observed(parent="present", resolved=True)).name == "build"


def test_the_line_up_starts_when_planned_and_not_before():
    assert isinstance(decide(WANTED.line_up_from - timedelta(seconds=1), WANTED, BUILT), Wait)
    assert decide(WANTED.line_up_from, WANTED, BUILT).name == "start"


def test_a_closed_gate_keeps_the_event_off_the_air():
    assert isinstance(decide(START, WANTED, replace(LINE_UP, good_looks=1, broken="edge")), Wait)
    assert decide(START, WANTED, replace(LINE_UP, good_looks=2)).name == "publish"


def test_a_line_up_that_stays_bad_is_called_off_and_taken_down():
    late = START + WANTED.give_up
    assert decide(late, WANTED, replace(LINE_UP, broken="encoder")).name == "destroy"


def test_what_a_human_put_on_air_is_no_longer_called_off():
    late = START + timedelta(hours=5)
    assert isinstance(decide(late, WANTED, replace(LIVE, called_off="no-go: encoder")), Wait)


def test_an_event_on_air_with_a_broken_hop_stays_on_air():
    late = START + timedelta(hours=5)
    assert isinstance(decide(late, WANTED, replace(LIVE, broken="encoder")), Wait)


def test_the_planned_end_alone_does_not_end_an_event_that_may_stay_up():
    assert isinstance(decide(START + timedelta(hours=1), WANTED, LIVE), Wait)
    keeps = replace(WANTED, overrun="keep-start-times")
    assert decide(START + timedelta(hours=1), keeps, LIVE).name == "stop"


def test_a_human_ends_it():
    assert decide(START, WANTED, replace(LIVE, intent=Intent("end", "ann", "full time"))) == Step(
        "stop", "ann: full time"
    )


def test_a_hold_keeps_an_ended_clock_from_stopping_it():
    held = replace(LIVE, intent=Intent("hold", "ann", "penalties"))
    keeps = replace(WANTED, overrun="keep-start-times")
    assert isinstance(decide(START + timedelta(hours=1), keeps, held), Wait)
    assert state(START, WANTED, held) is State.HELD


def test_a_half_built_stack_is_built_on_and_not_taken_for_ready():
    failed = Failure(1, "busy", last=WANTED.up_from, after=timedelta(0))
    assert decide(WANTED.line_up_from, WANTED, replace(BUILT, failures={"build": failed})).name == "build"
    half = Observed(parent="present", failures={"build-parent": failed})
    assert decide(WANTED.line_up_from, WANTED, half).name == "build-parent"


def test_a_way_up_that_keeps_failing_is_called_off_when_the_line_up_would_be():
    failed = Failure(9, "busy", last=START, after=timedelta(0))
    late = START + WANTED.give_up
    assert decide(late - timedelta(seconds=1), WANTED, replace(BUILT, failures={"build": failed})).name == "build"
    assert decide(late, WANTED, replace(BUILT, failures={"build": failed})) == Step(
        "destroy", "no-go: build failed: busy"
    )


def test_an_event_that_a_human_took_off_air_is_held_whatever_its_gates_say():
    off = replace(LINE_UP, good_looks=9, intent=Intent("hold", "hand", "a blackout"))
    late = START + timedelta(hours=1)
    assert isinstance(decide(START, WANTED, off), Wait)
    assert isinstance(decide(late, WANTED, replace(off, good_looks=0, broken="edge")), Wait)
    assert state(late, WANTED, off) is State.HELD


def test_an_event_that_is_held_off_air_is_ended_by_a_human():
    ended = replace(LINE_UP, good_looks=9, intent=Intent("end", "hand", "full time"))
    assert decide(START, WANTED, ended) == Step("stop", "hand: full time")


def test_viewers_behind_the_live_edge_get_the_tail():
    assert isinstance(decide(ENDED.ended_at, WANTED, ENDED), Wait)
    assert decide(ENDED.ended_at + WANTED.tail, WANTED, ENDED).name == "unpublish"


def test_the_recording_is_checked_before_anything_is_destroyed():
    closed = replace(ENDED, on_air=False)
    later = START + timedelta(minutes=2)
    assert decide(later, WANTED, closed).name == "verify-recording"
    assert decide(later, WANTED, replace(closed, checked={"recording": True})).name == "destroy"


def test_the_replay_is_checked_after_the_stack_is_gone_and_before_its_foundation_goes():
    gone = replace(ENDED, on_air=False, stack="absent", checked={"recording": True}, proven={"stack": True})
    later = START + timedelta(minutes=2)
    assert decide(later, WANTED, gone).name == "verify-replay"
    checked = replace(gone, checked={"recording": True, "replay": True})
    assert decide(later, WANTED, checked).name == "destroy-parent"
    assert decide(later, WANTED, replace(checked, parent="absent", proven={"stack": True, "parent": True})) == Finish(
        True, "the event ran as planned and nothing of it is left"
    )


def test_a_stack_that_is_absent_is_still_proven_gone():
    gone = replace(ENDED, on_air=False, stack="absent", checked={"recording": True})
    assert decide(START + timedelta(minutes=2), WANTED, gone).name == "destroy"


def test_an_abort_on_air_stops_unpublishes_and_destroys():
    abort = Intent("abort", "ann", "interrupted")
    assert decide(START, WANTED, replace(LIVE, intent=abort)).name == "stop"
    assert decide(START, WANTED, replace(ENDED, intent=abort)).name == "unpublish"
    assert decide(START, WANTED, replace(ENDED, on_air=False, intent=abort)).name == "destroy"


def test_a_failing_step_waits_for_its_delay():
    failed = Failure(1, "busy", last=WANTED.up_from, after=timedelta(seconds=8))
    observed = Observed(parent="present", resolved=True, failures={"build": failed})
    assert isinstance(decide(WANTED.up_from, WANTED, observed), Wait)
    assert decide(WANTED.up_from + timedelta(seconds=8), WANTED, observed).name == "build"


def test_a_final_failure_on_the_way_up_takes_everything_down():
    failed = Failure(1, "no engine", last=WANTED.up_from, final=True)
    observed = Observed(parent="present", resolved=True, failures={"build": failed})
    assert decide(WANTED.up_from, WANTED, observed).name == "destroy"


def test_a_failing_teardown_is_tried_for_ever_unless_limited():
    failed = Failure(50, "in use", last=START, final=True)
    observed = replace(ENDED, on_air=False, checked={"recording": True}, failures={"destroy": failed})
    later = START + timedelta(minutes=5)
    assert decide(later, WANTED, observed).name == "destroy"
    assert decide(later, replace(WANTED, teardown_tries=3), observed).name == "finish"


def test_a_failed_verification_makes_the_end_a_failure():
    done = replace(
        ENDED,
        on_air=False,
        stack="absent",
        parent="absent",
        checked={"recording": True, "replay": False},
        proven={"stack": True, "parent": True},
    )
    action = decide(START + timedelta(minutes=2), WANTED, done)
    assert action == Finish(False, "verification of the replay failed")
