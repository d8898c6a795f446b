import json
from datetime import UTC, datetime
from typing import Any

import pytest

from eventstack.deploy.deployer import Found, Override
from eventstack.deploy.engine import Engine
from eventstack.deploy.journal import Hold, StackKey
from eventstack.errors import Refused, Retryable
from eventstack.planning.plan import StackPlan, sha256
from eventstack.settings import Settings
from tests.deploy.conftest import World, a_plan, write_books

NOW = datetime(2026, 11, 22, 18, 0, tzinfo=UTC)


def a_thing(plan: StackPlan, identity: str = "part-1", **more: Any) -> Found:
    return Found("part", identity, dict(plan.build.tags), **more)


def read(settings: Settings, occurrence: str) -> dict[str, Any]:
    return dict(json.loads((settings.records / occurrence / "evidence.json").read_text()))


def test_a_stray_is_removed_and_not_in_the_second_inventory(
    settings: Settings, no_engine: Engine, world: World
) -> None:
    plan = a_plan(settle_s=7)
    deployer = world.deployer(settings, no_engine)
    write_books(settings, plan)
    world.items = [a_thing(plan), Found("part", "other", {"eventstack-owner": "somebody"})]
    evidence = deployer.evidence(plan)
    assert evidence.clean
    assert [[found.identity for found in items] for items in evidence.inventories] == [["part-1"], []]
    assert [found.identity for found in world.items] == ["other"]
    assert world.slept == [7]
    line = read(settings, "talk")["stacks"][0]
    assert (line["clean"], line["plan_hash"], line["removed"][0]["identity"]) == (True, plan.plan_hash, "part-1")
    assert line["inventories"][0]["sha256"] == sha256(line["inventories"][0]["items"])
    assert line["inventories"][0]["at"].endswith("Z")


def test_what_cannot_be_removed_is_named_and_the_stack_is_not_forgotten(
    settings: Settings, no_engine: Engine, world: World
) -> None:
    plan = a_plan()

    def stuck(_: Found) -> None:
        raise OSError("device busy")

    deployer = world.deployer(settings, no_engine, remove=stuck)
    write_books(settings, plan)
    world.items = [a_thing(plan)]
    evidence = deployer.evidence(plan)
    assert not evidence.clean
    assert read(settings, "talk")["stacks"][0]["removed"][0]["error"] == "device busy"
    deployer.journal.created(StackKey.of(plan), "yes")
    with pytest.raises(Refused, match="no clean evidence"):
        deployer.forget(plan)


def test_while_the_books_hold_the_stack_nothing_is_removed(settings: Settings, no_engine: Engine, world: World) -> None:
    plan = a_plan()
    write_books(settings, plan, resources=2)
    world.items = [a_thing(plan)]
    assert not world.deployer(settings, no_engine).evidence(plan).clean
    assert len(world.items) == 1


def test_while_the_books_cannot_be_read_nothing_is_removed(settings: Settings, no_engine: Engine, world: World) -> None:
    plan = a_plan()
    write_books(settings, plan).write_text("")
    world.items = [a_thing(plan)]
    assert not world.deployer(settings, no_engine).evidence(plan).clean
    assert len(world.items) == 1


def test_what_is_on_air_is_not_removed(settings: Settings, no_engine: Engine, world: World) -> None:
    plan = a_plan()
    write_books(settings, plan)
    world.items = [a_thing(plan, on_air=True)]
    assert not world.deployer(settings, no_engine).evidence(plan).clean
    assert len(world.items) == 1


def test_what_is_accounted_for_stays_and_is_a_line(settings: Settings, no_engine: Engine, world: World) -> None:
    plan = a_plan()
    write_books(settings, plan)
    world.items = [a_thing(plan, "recording")]
    lines = [{"kind": "recording", "identity": "recording", "why": "the archive outlives the event"}]
    evidence = world.deployer(settings, no_engine, accounted=lambda _: lines).evidence(plan)
    assert evidence.clean
    assert len(world.items) == 1
    assert read(settings, "talk")["stacks"][0]["accounted"] == lines


def test_an_inventory_that_cannot_be_read_proves_nothing(settings: Settings, no_engine: Engine, world: World) -> None:
    plan = a_plan()
    write_books(settings, plan)

    def silent(_: Any) -> list[Found]:
        raise OSError("no answer")

    with pytest.raises(Retryable, match="can't be read: no answer"):
        world.deployer(settings, no_engine, inventory=silent).evidence(plan)


def test_a_foundation_and_its_event_share_one_file(settings: Settings, no_engine: Engine, world: World) -> None:
    event, foundation = a_plan(), a_plan("talk-foundation", layer="foundation")
    deployer = world.deployer(
        settings, no_engine, record_of=lambda plan: plan.build.occurrence.removesuffix("-foundation")
    )
    write_books(settings, event)
    write_books(settings, foundation, resources=1)
    deployer.evidence(event)
    deployer.evidence(foundation)
    deployer.evidence(event)
    content = read(settings, "talk")
    assert [(line["layer"], line["clean"]) for line in content["stacks"]] == [("foundation", False), ("event", True)]
    assert content["clean"] is False


def test_a_hold_that_comes_while_the_cloud_is_asked_spares_the_strays(
    settings: Settings, no_engine: Engine, world: World
) -> None:
    plan = a_plan()

    def asked(tags: Any) -> list[Found]:
        deployer.hold(plan, Hold("ada", "extra time", NOW))
        return world.inventory(tags)

    deployer = world.deployer(settings, no_engine, inventory=asked)
    write_books(settings, plan)
    world.items = [a_thing(plan)]
    found = deployer.evidence(plan)
    assert (found.clean, found.spared) == (False, "is held by ada: extra time")
    assert len(world.items) == 1


def test_a_person_may_have_a_stray_removed_that_is_on_air(settings: Settings, no_engine: Engine, world: World) -> None:
    plan = a_plan()
    deployer = world.deployer(settings, no_engine)
    write_books(settings, plan)
    world.items, world.on_air = [a_thing(plan, on_air=True)], True
    assert not deployer.evidence(plan).clean
    assert deployer.evidence(plan, override=Override("ada", "the venue is closed")).clean
    assert world.items == []
