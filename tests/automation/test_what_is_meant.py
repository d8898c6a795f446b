"""Which stack a caller means, and what it stands on."""

from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import msgspec
import pytest

from eventstack import automation
from eventstack.deploy.turns import DRIVEN
from eventstack.errors import ConfigError, Final, Refused, Retryable
from eventstack.planning.found import Silence
from eventstack.planning.plan import StackPlan
from tests.automation.conftest import Here
from tests.deploy.conftest import a_plan
from tests.models.documents import bent, write


def test_an_event_stands_on_the_only_foundation_of_its_cloud_without_its_name(desk: Here, talk: Path) -> None:
    automation.up(new_foundation="season", world=desk)
    plan = automation.resolve(talk, world=desk)
    assert [(parent.stack, parent.outputs) for parent in plan.build.parents] == [
        ("season-i1", {"hls": "http://127.0.0.1/season"})
    ]


def test_of_two_foundations_one_must_be_named_and_the_message_lists_them(desk: Here, talk: Path) -> None:
    for name in ("season", "summer"):
        automation.up(new_foundation=name, world=desk)
    with pytest.raises(ConfigError, match=r"which one\?[^$]*season \(local\), summer \(local\)"):
        automation.resolve(talk, world=desk)
    with pytest.raises(ConfigError, match=r"no foundation of that name[^$]*given: winter"):
        automation.resolve(talk, foundation="winter", world=desk)
    plan = automation.resolve(talk, foundation="summer", world=desk)
    assert plan.build.parents[0].stack == "summer-i1"

    automation.up(talk, foundation="summer", world=desk)
    assert automation.resolve(talk, world=desk).build_hash == plan.build_hash


def test_a_rehearsals_foundation_is_none_to_stand_on(desk: Here, talk: Path) -> None:
    automation.up(new_foundation="season", world=desk)
    desk.theirs.driven = DRIVEN  # type: ignore[attr-defined]
    automation.up(new_foundation="rehearsal-talk", world=desk)
    plan = automation.resolve(talk, world=desk)
    assert [parent.stack for parent in plan.build.parents] == ["season-i1"]
    with pytest.raises(ConfigError, match=r"no foundation of that name[^$]*allowed: season \(local\)\n"):
        automation.resolve(talk, foundation="rehearsal-talk", world=desk)


def test_without_a_foundation_the_message_says_how_to_build_one(desk: Here, talk: Path) -> None:
    with pytest.raises(ConfigError, match=r"none is built yet[^$]*eventstack up --new-foundation NAME --cloud local"):
        automation.up(talk, world=desk)


def test_a_name_that_nothing_has_is_answered_with_the_nearest(desk: Here) -> None:
    automation.up(new_foundation="season", world=desk)
    with pytest.raises(ConfigError, match=r"allowed: season[^$]*did you mean season\?"):
        automation.status("seson", world=desk)
    with pytest.raises(ConfigError, match="no stack of that name"):
        automation.destroy("nonsense", reason="a slip", world=desk)


def test_a_name_of_an_event_and_a_foundation_needs_its_project(desk: Here, talk: Path) -> None:
    automation.up(new_foundation="talk", world=desk)
    automation.up(talk, world=desk)
    with pytest.raises(ConfigError, match="eventstack-event/talk-i1, eventstack-foundation/talk-i1"):
        automation.status("talk", world=desk)
    assert automation.status("eventstack-foundation/talk-i1", world=desk).layer == "foundation"
    assert automation.status(talk, world=desk).layer == "event"


def test_an_event_is_also_meant_by_its_plan_and_by_the_plans_file(desk: Here, talk: Path, tmp_path: Path) -> None:
    automation.up(new_foundation="season", world=desk)
    plan = automation.resolve(talk, world=desk)
    file = write(tmp_path, "plan.json", plan.to_json())
    assert automation.up(plan, build_hash=plan.build_hash, world=desk).build_hash == plan.build_hash
    assert automation.up(file, world=desk).changes == {"same": 3}
    assert automation.destroy(plan, reason="over", world=desk).ok


def test_a_plan_of_another_owner_is_bad_input(desk: Here) -> None:
    plan = StackPlan.from_json(a_plan().to_json().replace('"owner":"local"', '"owner":"sports"'))
    for call in (automation.up, automation.status):
        with pytest.raises(ConfigError, match="EVENTSTACK_OWNER=sports"):
            call(plan, world=desk)


def test_an_event_that_was_never_built_is_absent_and_destroying_it_is_nothing_to_do(desk: Here, talk: Path) -> None:
    status = automation.status(talk, world=desk)
    assert (status.state, status.words, status.observed.existence) == ("absent", "not built", "absent")
    assert automation.destroy(talk, reason="in case", world=desk).already
    assert desk.theirs.calls == []  # type: ignore[attr-defined]


def test_looking_makes_no_journal(desk: Here, talk: Path) -> None:
    fresh = automation.World(desk.settings)
    journal = fresh.settings.state / "journal.sqlite3"
    journal.unlink()
    assert automation.list(world=fresh) == ()
    assert automation.status(talk, world=fresh).state == "absent"
    assert not journal.exists()


def test_an_occurrence_that_was_removed_is_not_built_again_by_its_name_alone(desk: Here, talk: Path) -> None:
    automation.up(new_foundation="season", world=desk)
    automation.up(talk, world=desk)
    automation.destroy("talk", reason="over", world=desk)
    with pytest.raises(ConfigError, match="give the event's file"):
        automation.up("talk", world=desk)
    assert automation.resolve(talk, world=desk).build.stack == "talk-i2"


def test_an_override_names_a_person(desk: Here, talk: Path) -> None:
    automation.up(new_foundation="season", world=desk)
    automation.up(talk, world=desk)
    desk.theirs.on_air.add("talk")  # type: ignore[attr-defined]
    with pytest.raises(Refused, match="names the person"):
        automation.destroy("talk", reason="a drill", override=True, world=desk)
    with pytest.raises(Refused, match="is on air"):
        automation.destroy("talk", reason="a drill", by="Ada", world=desk)
    status = automation.status("talk", world=desk)
    assert (status.state, status.words) == ("up", "up, 3 resources")
    assert (status.last and status.last.kind, status.last_error) == ("up", "")
    assert automation.destroy("talk", reason="a drill", by="Ada", override=True, world=desk).ok


def test_who_built_and_who_removed_stands_in_the_records(desk: Here, talk: Path) -> None:
    automation.up(new_foundation="season", world=desk)
    automation.up(talk, by="Ada", world=desk)
    desk.theirs.fail("destroy", Retryable("throttled", after_s=1.0))  # type: ignore[attr-defined]
    with pytest.raises(Retryable, match="throttled"):
        automation.destroy("talk", reason="over", by="Bo", world=desk)
    automation.destroy("talk", reason="over", by="Bo", world=desk)
    text = (desk.settings.records / "talk" / "operations.jsonl").read_text()
    assert [
        [word for word in ('"up"', '"destroy"', '"Ada"', '"Bo"', '"ok": true', "throttled") if word in line]
        for line in text.splitlines()
    ] == [['"up"', '"Ada"', '"ok": true'], ['"destroy"', '"Bo"', "throttled"], ['"destroy"', '"Bo"', '"ok": true']]


def test_what_still_stands_after_a_destroy_is_named_and_worth_another_try(desk: Here, talk: Path) -> None:
    from eventstack.planning.found import Found

    automation.up(new_foundation="season", world=desk)
    automation.up(talk, world=desk)
    deployer = desk.theirs
    left = Found("process", "process:77", {})
    deployer.leftovers["talk-i1"] = [left]  # type: ignore[attr-defined]
    deployer.fail("destroy", Retryable("it was cut", after_s=1.0))  # type: ignore[attr-defined]
    with pytest.raises(Retryable, match="it was cut"):
        automation.destroy("talk", reason="over", world=desk)
    assert "unfinished" in automation.status("talk", world=desk).words
    assert automation.status("talk", world=desk).last_error == "it was cut"
    ended = automation.destroy("talk", reason="over", world=desk)
    assert ended.evidence
    assert ended.evidence.inventories == ((left,), ())


def test_a_changed_file_does_not_destroy_what_stands(desk: Here, talk: Path, tmp_path: Path) -> None:
    automation.up(new_foundation="season", world=desk)
    automation.up(talk, world=desk)
    write(tmp_path, "talk.yaml", bent(talk.read_text(), "latency: 200ms", "latency: 300ms"))
    with pytest.raises(Refused, match=r"contribution\.latency_ms[^$]*name it, and what stands goes: talk"):
        automation.destroy(talk, reason="over", world=desk)
    write(tmp_path, "talk.yaml", "not: an event\n")
    with pytest.raises(ConfigError):
        automation.destroy(talk, reason="over", world=desk)
    assert ("destroy", "talk-i1") not in desk.theirs.calls  # type: ignore[attr-defined]


def test_a_verb_goes_by_the_control_card_and_stands_in_the_records(desk: Here, talk: Path) -> None:
    desk.settings.cards.mkdir(parents=True)
    (desk.settings.cards / "talk.json").write_text('{"occurrence": "talk", "cloud": "local"}')
    answers = [
        automation.verb(event, "slate", on=True, by="Ada", reason="rain", world=desk)
        for event in ("talk", talk, desk.settings.cards / "talk.json")
    ]
    assert answers == [{"occurrence": "talk", "verb": "slate", "ok": True, "detail": "slate done"}] * 3
    assert desk.performed == [("slate", {"on": True})] * 3
    assert '"who": "Ada", "why": "rain"' in (desk.settings.records / "talk" / "operations.jsonl").read_text()


def test_the_status_says_that_what_is_up_does_not_answer(
    desk: Here, talk: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    automation.up(new_foundation="season", world=desk)
    automation.up(talk, world=desk)
    dead = Silence("its machine does not answer")
    monkeypatch.setattr(desk, "silent", lambda plan: dead if plan.build.layer == "event" else None)
    status = automation.status("talk", world=desk)
    assert status.silent == "its machine does not answer"
    assert status.words.startswith("its machine does not answer: `eventstack recover talk`; up")
    automation.destroy("talk", reason="the end", world=desk)
    assert automation.status("talk", world=desk).silent == ""


@pytest.fixture
def headless(desk: Here, talk: Path, monkeypatch: pytest.MonkeyPatch) -> Here:
    """An installation with a talk that is up, whose foundation's machine does not answer."""
    automation.up(new_foundation="season", world=desk)
    automation.up(talk, world=desk)
    dead = Silence("its machine does not answer")
    monkeypatch.setattr(desk, "silent", lambda plan: dead if plan.build.layer == "foundation" else None)
    return desk


def test_the_status_of_an_event_names_its_foundation_that_does_not_answer(headless: Here) -> None:
    status = automation.status("talk", world=headless)
    assert status.words.startswith("its foundation's machine does not answer: `eventstack recover season`; up")
    assert status.silent == "its foundation season: its machine does not answer"


def test_an_event_whose_foundation_does_not_answer_is_not_well(headless: Here) -> None:
    condition = automation.diagnose("talk", world=headless)
    assert not condition.healthy
    assert condition.findings[-1].remedy == "`eventstack recover season`"


def test_nothing_is_built_on_a_foundation_that_does_not_answer(headless: Here, talk: Path) -> None:
    calls = list(headless.theirs.calls)  # type: ignore[attr-defined]
    with pytest.raises(Retryable, match="foundation's machine does not answer: `eventstack recover season`"):
        automation.up(talk, world=headless)
    assert headless.theirs.calls == calls  # type: ignore[attr-defined]


def test_nothing_is_built_on_a_foundation_whose_machine_is_gone(
    headless: Here, talk: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(headless, "silent", lambda _: Silence("its machine is gone", revivable=False))
    with pytest.raises(Final, match="foundation's machine is gone: `eventstack doctor season`"):
        automation.up(talk, world=headless)


def test_a_verb_that_fails_for_its_foundation_names_that(headless: Here, monkeypatch: pytest.MonkeyPatch) -> None:
    def mute(*_: object) -> dict[str, Any]:
        raise Retryable("the node does not answer", after_s=1.0)

    headless.settings.cards.mkdir(parents=True)
    (headless.settings.cards / "talk.json").write_text('{"occurrence": "talk", "cloud": "local"}')
    monkeypatch.setattr(headless, "perform", mute)
    with pytest.raises(Retryable, match=r"the node does not answer; its foundation's[^$]*`eventstack recover season`"):
        automation.verb("talk", "publish", world=headless)


def test_what_was_stopped_and_is_public_still_is_said_with_what_to_do(
    desk: Here, talk: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    automation.up(new_foundation="season", world=desk)
    automation.up(talk, world=desk)
    desk.airing = True
    assert automation.status("talk", world=desk).words.startswith("on air; up")
    monkeypatch.setattr(desk, "stopped", lambda _: True)
    words = automation.status("talk", world=desk).words
    assert words.startswith("stopped, still public: `eventstack unpublish talk`; up")
    desk.airing = False
    assert automation.status("talk", world=desk).words.startswith("up")


def test_what_is_built_for_a_window_that_is_over_is_said_with_what_to_do(desk: Here, talk: Path) -> None:
    automation.up(new_foundation="season", world=desk)
    plan = automation.resolve(talk, world=desk)
    said: list[list[str]] = []
    assert plan.timeline
    for ends in (-30, -2, 24):
        until = datetime.now(UTC) + timedelta(hours=ends)
        timeline = msgspec.structs.replace(plan.timeline, on_air_until=until.isoformat())
        epoch = (until - timedelta(hours=1)).isoformat()
        build = msgspec.structs.replace(plan.build, epoch=epoch)
        said.append([])
        automation.preview(
            msgspec.structs.replace(plan, build=build, timeline=timeline), say=said[-1].append, world=desk
        )
    over, late, ahead = said
    assert "can't be started any more" in over[0]
    assert "it can be started until" in late[0]
    assert all("give its file a window that is ahead" in lines[0] for lines in (over, late))
    assert ahead == []
