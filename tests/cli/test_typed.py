"""What the command line says that a person can type, and what it prints as JSON when something is wrong."""

# ruff: noqa: F811 - fixtures of tests.automation are used by their names

import json
from pathlib import Path
from types import SimpleNamespace

import pytest

from eventstack import automation
from eventstack.errors import Busy, Refused, Retryable
from tests.automation.conftest import Booked, Here, fake, talk  # noqa: F401
from tests.cli.test_stacks import Run, built, run  # noqa: F401
from tests.models.documents import bent, write


def on_air(override: str) -> Refused:
    return Refused("talk is on air", rule="an event on air is never torn down, replaced or updated", override=override)


@pytest.mark.parametrize(
    ("verb", "api", "typed"),
    [
        (
            "destroy",
            "a person may lift it by name and reason: Override(person, reason)",
            "a person may lift it: `eventstack destroy talk --override --by NAME --reason TEXT`",
        ),
        (
            "destroy",
            "release the hold, or lift it by name and reason: Override(person, reason)",
            "`eventstack release talk` releases it; or a person may lift it: `eventstack destroy talk --override",
        ),
        (
            "up",
            "a person may lift it by name and reason: Override(person, reason)",
            "the same command when it is off air (`eventstack unpublish talk`)",
        ),
        ("up", "plan it with the next incarnation", "`eventstack up FILE` with the event's file builds its next"),
        ("up", "preview it again", "`eventstack preview talk`, then this again"),
    ],
)
def test_the_way_out_of_a_refusal_is_said_as_it_is_typed(
    run: Run, built: Path, fake: Booked, verb: str, api: str, typed: str
) -> None:
    fake.fail(verb, on_air(api))
    code, _, err = run(verb, "talk")
    assert (code, f"\n  override: {typed}" in err) == (3, True)
    assert "Override(" not in err
    fake.fail(verb, on_air(api))
    assert json.loads(run(verb, "talk", "--json")[1])["override"].startswith(typed)


def test_who_finds_a_stack_busy_is_told_what_to_do(run: Run, built: Path, fake: Booked) -> None:
    fake.fail("up", Busy("up 0001 holds the stack", after_s=5.0, holder="0001"))
    code, _, err = run("up", "talk")
    assert code == 4
    assert err.endswith(
        "up 0001 holds the stack\n  to do: the same command again after 5 s, or with a longer --patience;"
        " `eventstack status talk` says how it is\n"
    )


def test_with_json_an_error_is_one_object_and_one_line_beside_it(run: Run, tmp_path: Path) -> None:
    path = write(tmp_path, "broken.yaml", "id: A B\n")
    for words in (("plan", path), ("up", path)):
        code, out, err = run(*words, "--json")
        assert (code, json.loads(out)["error"]) == (2, "ConfigError")
        assert err.count("\n") == 1
    code, out, err = run("publish", "nobody", "--json")
    assert (code, json.loads(out)["error"], err.count("\n")) == (2, "ConfigError", 1)


def test_an_early_interrupt_is_an_object_too(run: Run, built: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def interrupted(*_args: object, **_more: object) -> None:
        raise KeyboardInterrupt

    monkeypatch.setattr(automation, "status", interrupted)
    code, out, _ = run("status", "talk", "--json")
    assert (code, json.loads(out)["error"]) == (130, "Interrupted")


def test_a_no_at_the_terminal_is_a_failure_in_which_nothing_was_done(
    run: Run, built: Path, fake: Booked, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("click.confirm", lambda *_args, **_more: False)
    monkeypatch.setattr("sys.stdin", SimpleNamespace(isatty=lambda: True))
    assert run("destroy", "talk") == (1, "", "Nothing was done.\n")
    assert json.loads(run("destroy", "talk", "--json")[1]) == {
        "ok": False,
        "error": "Declined",
        "message": "nothing was done",
    }
    assert ("destroy", "talk-i1") not in fake.calls


def test_an_event_and_a_foundation_at_once_are_not_both_built(run: Run, talk: Path) -> None:
    code, _, err = run("up", talk, "--new-foundation", "season")
    assert (code, "not both" in err) == (2, True)


def test_a_folder_of_profiles_that_is_none_is_refused(run: Run, talk: Path) -> None:
    for verb in ("plan", "up", "validate"):
        code, _, err = run(verb, talk, "--profile-dir", "no-such-folder")
        assert (code, "no-such-folder" in err) == (2, True)


def test_a_hold_says_whom_it_replaces_and_a_release_who_held(run: Run, built: Path) -> None:
    assert run("hold", "talk", "--reason", "a replay", "--by", "Ada")[1] == (
        "eventstack-event/talk-i1: held by Ada until it is released: a replay\n"
    )
    assert (
        "held by Bo until it is released: news (before: held by Ada until it is released: a replay)"
        in run("hold", "talk", "--reason", "news", "--by", "Bo")[1]
    )
    assert run("release", "talk")[1] == (
        "eventstack-event/talk-i1: released (was held by Bo until it is released: news)\n"
    )
    assert run("release", "talk")[1] == "eventstack-event/talk-i1: not held\n"
    code, _, err = run("hold", "talk", "--reason", "news", "--for", "2x")
    assert (code, "2x: not a duration; give a duration with its unit, as 1.92s, 500ms, 90m" in err) == (2, True)


def test_a_plan_takes_the_foundation_that_up_would_take(run: Run, talk: Path) -> None:
    run("up", "--new-foundation", "season")
    planned = json.loads(run("plan", talk, "--json")[1])
    assert planned["build"]["parents"][0]["stack"] == "season-i1"
    shown = json.loads(run("preview", talk, "--json")[1])["build_hash"]
    assert f"build_hash  {shown}" in run("plan", talk)[1]
    run("up", "--new-foundation", "summer")
    assert f"build_hash  {shown}" in run("plan", talk)[1], "an event stays where it was previewed"
    assert "foundation summer-i1" in run("plan", talk, "--foundation", "summer")[1]


def test_where_two_foundations_stand_a_plan_without_a_name_is_shown_without_one(run: Run, talk: Path) -> None:
    for name in ("season", "summer"):
        run("up", "--new-foundation", name)
    assert "No foundation is chosen here" in run("plan", talk)[1]


def test_a_list_is_in_the_order_of_incarnations(run: Run, built: Path) -> None:
    for _ in range(9):
        run("destroy", "talk")
        run("up", built)
    stacks = [one["stack"] for one in json.loads(run("list", "--all", "--json")[1])]
    assert stacks[1:] == [f"eventstack-event/talk-i{number}" for number in range(1, 11)]


def test_whoever_followed_says_so(run: Run, built: Path, fake: Booked, monkeypatch: pytest.MonkeyPatch) -> None:
    import dataclasses

    real = fake.up
    monkeypatch.setattr(
        fake, "up", lambda *given, **more: dataclasses.replace(real(*given, **more), followed=True, operation="0007-up")
    )
    assert run("up", "talk")[1].startswith("talk: up by 0007-up, which was followed (3 same)\n")


def test_an_event_stays_on_the_foundation_of_an_up_that_was_interrupted(
    run: Run, talk: Path, fake: Booked, tmp_path: Path
) -> None:
    for name in ("season", "summer"):
        run("up", "--new-foundation", name)
    third = write(tmp_path, "third.yaml", bent(talk.read_text(), "id: talk", "id: third"))
    fake.fail("up", Retryable("it was asked to end", after_s=1.0))
    assert run("up", third, "--foundation", "summer")[0] == 4
    assert run("up", third)[0] == 0
    assert "eventstack-foundation/summer-i1" in run("status", "third")[1]
