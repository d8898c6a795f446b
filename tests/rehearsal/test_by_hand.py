import json
from datetime import UTC, datetime, timedelta

from eventstack.rehearsal.by_hand import HAND, acts, merged
from eventstack.scheduler.as_run import Operation

BEGIN = datetime(2026, 11, 22, 18, 0, tzinfo=UTC)


def step(name, after_s, by):
    at = BEGIN + timedelta(seconds=after_s)
    return Operation(name, None, at, at, by, "why", ok=True)


def line(what, after_s, who="Ada", **more):
    at = (BEGIN + timedelta(seconds=after_s)).isoformat()
    return json.dumps({"at": at, "what": what, "who": who, "why": "full time", "ok": True, "detail": what, **more})


def test_nothing_done_by_hand_adds_nothing(tmp_path):
    steps = [step("start", 0, "rehearsal")]
    assert merged(steps, tmp_path) == steps


def test_what_was_done_by_hand_stands_between_the_loops_steps_with_who_and_why(tmp_path):
    (tmp_path / "operations.jsonl").write_text(line("slate", 5) + "\n")
    found = merged([step("publish", 0, "rehearsal"), step("stop", 9, "rehearsal")], tmp_path)
    assert [one.step for one in found] == ["publish", "slate", "stop"]
    assert (found[1].by, found[1].why, found[1].planned) == ("Ada", "full time", None)


def test_the_steps_after_an_end_by_hand_are_those_of_who_ended_it(tmp_path):
    (tmp_path / "operations.jsonl").write_text(line("stop", 9) + "\n" + line("slate", 10, who="Bob") + "\n")
    found = merged([step("publish", 0, "rehearsal"), step("destroy", 20, HAND)], tmp_path)
    assert [one.by for one in found] == ["rehearsal", "Ada", "Bob", "Ada"]


def test_a_torn_or_foreign_line_is_passed_over(tmp_path):
    (tmp_path / "operations.jsonl").write_text('[]\n{"what": "stop"}\n' + line("slate", 1) + '\n{"at": "20')
    assert [act.step for act in acts(tmp_path)] == ["slate"]
