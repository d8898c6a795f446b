"""Every field of every model changes the plan, or is refused by its name, or is listed as left out: on every cloud."""

import json
from collections.abc import Iterator, Mapping
from functools import cache
from pathlib import Path
from typing import Any

import msgspec
import pytest

from eventstack.models.event import Event
from eventstack.models.profile import Profile
from eventstack.models.yaml_reader import dotted
from eventstack.planning.plan import StackPlan
from tests.planning import changes
from tests.planning.changes import CLOUDS, Change
from tests.planning.fields import choices, fields
from tests.planning.files import PARTS, Answer, answer, written


def around(field: str, *others: str) -> bool:
    """Whether a field is one of some others, around one, or inside one."""
    whole = PARTS.findall(field)
    return any(
        whole[: len(parts)] == parts or parts[: len(whole)] == whole
        for parts in (PARTS.findall(other) for other in others)
    )


def listed(plan: StackPlan, name: str) -> bool:
    return any(around(left.field, name) for left in plan.left_out)


def check(name: str, change: Change, before: Answer, after: Answer) -> None:
    """One of three: another plan, a fault that names the field, an entry in what is left out."""
    if before.plan is None:
        assert change.needs, before.faults
        assert all(around(told, *change.needs) for told in before.told), before.faults
        return
    if after.plan is None:
        if name == "cloud":
            assert all(f"{change.to} " in str(fault) for fault in after.faults)
            return
        assert any(around(told, name, *filter(None, [change.named])) for told in after.told), after.faults
        return
    same = msgspec.structs.replace(after.plan, sources={}) == msgspec.structs.replace(before.plan, sources={})
    assert not same or listed(after.plan, name), f"{name} has no effect"
    if listed(after.plan, name) and not listed(before.plan, name):
        assert after.plan.build == before.plan.build, f"{name} is left out, and in the plan"


def cases(table: Mapping[str, Change | Mapping[str, Change]]) -> Iterator[Any]:
    for cloud in CLOUDS:
        for name, entry in table.items():
            yield pytest.param(cloud, name, entry if isinstance(entry, Change) else entry[cloud], id=f"{cloud}-{name}")


@cache
def unchanged(cloud: str, event: str, profile: str, folder: Path) -> Answer:
    return answer(json.loads(event), json.loads(profile), folder)


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("files")


@pytest.mark.parametrize(("cloud", "name", "change"), list(cases(changes.EVENT)))
def test_a_field_of_an_event_is_carried_refused_or_left_out(
    cloud: str, name: str, change: Change, folder: Path
) -> None:
    needed = written(changes.event(cloud), change.needs)
    after = written(needed, {name: change.to, **change.also})
    profile = changes.profile(cloud)
    assert after != needed
    before = unchanged(cloud, json.dumps(needed), json.dumps(profile), folder)
    check(name, change, before, answer(after, profile, folder))


@pytest.mark.parametrize(("cloud", "name", "change"), list(cases(changes.PROFILE)))
def test_a_field_of_a_profile_is_carried_refused_or_left_out(
    cloud: str, name: str, change: Change, folder: Path
) -> None:
    needed = written(changes.profile(cloud), change.needs)
    after = written(needed, change.also or {name: change.to})
    event = changes.event(cloud)
    assert after != needed
    before = unchanged(cloud, json.dumps(event), json.dumps(needed), folder)
    check(name, change, before, answer(event, after, folder))


CHOICES: dict[str, list[str]] = {}
for path, word in (*choices(Event), *choices(Profile)):
    CHOICES.setdefault(dotted(path) or "", []).append(word)


@pytest.mark.parametrize("cloud", CLOUDS)
@pytest.mark.parametrize("name", CHOICES)
def test_no_two_choices_of_a_field_come_to_the_same_plan(cloud: str, name: str, folder: Path) -> None:
    entry = changes.EVENT.get(name) or changes.PROFILE[name]
    change = entry if isinstance(entry, Change) else entry[cloud]
    event, profile = changes.event(cloud), changes.profile(cloud)
    texts = set()
    for word in CHOICES[name]:
        values = {**change.needs, name: [word] if isinstance(change.to, list) else word}
        if name in changes.EVENT:
            found = answer(written(event, values), profile, folder)
        else:
            found = answer(event, written(profile, values), folder)
        without = msgspec.structs.replace(found.plan, sources={}) if found.plan else None
        text = without.to_json() if without else f"{word}: {found.faults}"
        assert text not in texts, f"{word} has no effect"
        texts.add(text)


@pytest.mark.parametrize("cloud", CLOUDS)
def test_the_unchanged_files_resolve(cloud: str, folder: Path) -> None:
    assert answer(changes.event(cloud), changes.profile(cloud), folder).faults == ()


def test_every_field_has_another_value() -> None:
    assert {dotted(path) for path in fields(Event)} == set(changes.EVENT)
    assert {dotted(path) for path in fields(Profile)} == set(changes.PROFILE) | set(changes.UNPLANNED)


@pytest.mark.parametrize("name", changes.UNPLANNED)
def test_a_field_that_is_for_people_alone_changes_no_plan(name: str, folder: Path) -> None:
    profile = changes.profile("local")
    other = written(profile, {name: "Another"})
    assert answer(changes.event("local"), other, folder) == answer(changes.event("local"), profile, folder)
