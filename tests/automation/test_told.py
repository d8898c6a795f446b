"""A stack's place in its life, in words: what the journal remembers, held against what was seen."""

import dataclasses
from datetime import UTC, datetime
from typing import Any

from eventstack.automation.life import status
from eventstack.automation.values import Status
from eventstack.deploy.deployer import StackState
from eventstack.deploy.journal import Known, Operation
from eventstack.deploy.liveness import Identity
from eventstack.testing.contracts.journal import KEY, an_intent

NOW = datetime(2026, 11, 22, 18, 0, tzinfo=UTC)
WORKER = Identity(4711, 1)


def operation(id_: str, *, ok: bool | None = None, ran: bool = True, **outcome: Any) -> Operation:
    intent = dataclasses.replace(an_intent(id_), kind=id_.split("-")[1])  # type: ignore[arg-type]
    process = WORKER if ran else None
    ended = {"ended": NOW, "outcome": {"ok": ok, **outcome}} if ok is not None else {}
    return Operation(intent, 1, session=77 if ran else None, process=process, **ended)  # type: ignore[arg-type]


PREVIEWED = operation("0001-preview-x", ok=True)
BUILT = operation("0002-up-x", ok=True)
GIVEN = {"hls": "http://127.0.0.1/talk"}


def told(*operations: Operation, resources: int = 0, died: bool = False, known: Any = None, **more: Any) -> Status:
    holder = next((one.intent.id for one in operations if one.ended is None), None)
    book = Known(KEY, epoch=3, created="yes", holder=holder, **(known or {}))
    seen = StackState(KEY.project, KEY.stack, "present", resources)
    return status(book, operations, seen, on_air=False, holder_died=died, now=NOW, **more)


def test_what_was_only_previewed_is_not_built() -> None:
    assert (told(PREVIEWED).state, told(PREVIEWED).words) == ("previewed", "previewed, nothing is built")


def test_the_first_up_that_runs_is_told_as_building_with_what_stands_so_far() -> None:
    running = told(PREVIEWED, operation("0002-up-x"), resources=11)
    assert (running.state, running.running and running.running.pid) == ("unfinished", 4711)
    assert running.words.startswith("being built, 11 resources stand; an operation runs: up 0002-up-x since ")


def test_what_a_dead_first_up_has_built_is_told_as_unfinished() -> None:
    dead = told(PREVIEWED, operation("0002-up-x"), resources=11, died=True)
    assert (dead.state, dead.running) == ("unfinished", None)
    assert dead.words.startswith("unfinished, 11 resources stand: the same `up` goes on; its processes died: up 0002-")


def test_resources_that_no_operation_accounts_for_are_unfinished_too() -> None:
    assert told(PREVIEWED, resources=2).words == "unfinished, 2 resources stand: the same `up` goes on"


def test_an_up_that_failed_says_in_one_line_what_stands_and_how_it_ended() -> None:
    failed = told(PREVIEWED, operation("0002-up-x", ok=False, error="it was asked to end\nand more"), resources=4)
    assert failed.words == "unfinished, 4 resources stand: the same `up` goes on; it ended with: it was asked to end"


def test_what_stands_goes_on_standing_while_an_up_looks_at_it() -> None:
    again = told(PREVIEWED, BUILT, operation("0003-up-x"), resources=5)
    assert (again.state, again.words.endswith("; up, 5 resources")) == ("up", True)


def test_an_up_without_wait_is_told_from_its_beginning() -> None:
    words = "being built by process 815, which has just begun; previewed, nothing is built"
    assert told(PREVIEWED, begun=815).words == words
    assert told(PREVIEWED, operation("0002-up-x"), begun=815).words.startswith("being built, nothing stands; an op")
    assert told(operation("0001-preview-x"), begun=815).words.startswith("being built; an operation runs: preview")


def test_a_destroy_that_runs_is_told_as_removing() -> None:
    going = told(PREVIEWED, BUILT, operation("0003-destroy-x"), resources=2)
    assert (going.state, going.words.startswith("being removed, 2 resources stand;")) == ("unfinished", True)


def test_a_preview_that_failed_has_previewed_nothing() -> None:
    failed = told(operation("0001-preview-x", ok=False, error="no engine"))
    assert (failed.state, failed.words) == ("absent", "not built: no engine")


def test_a_refusal_is_not_told_as_the_last_operation() -> None:
    refused = operation("0003-destroy-x", ok=False, ran=False, refused=True, error="talk is on air")
    status = told(PREVIEWED, BUILT, refused, resources=5)
    assert (status.words, status.last_error) == ("up, 5 resources", "")
    assert status.last
    assert status.last.operation == "0002-up-x"


def test_a_stack_that_is_gone_has_no_addresses() -> None:
    destroyed = operation("0003-destroy-x", ok=True)
    assert told(PREVIEWED, BUILT, resources=5, known={"outputs": GIVEN}).outputs == GIVEN
    assert told(PREVIEWED, BUILT, destroyed, known={"outputs": GIVEN}).outputs == {}
    assert told(PREVIEWED, BUILT, destroyed, known={"outputs": GIVEN, "forgotten": NOW}).outputs == {}
