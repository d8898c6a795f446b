"""Laws of a comparison of plans: nothing that is built is passed over, and the roles named are those that change."""

import json
from collections.abc import Iterator
from functools import cache
from typing import Any

import msgspec
import pytest
from hypothesis import assume, given, settings
from hypothesis import strategies as st

from eventstack import clouds, program
from eventstack.cost import prices
from eventstack.cost.plan import costed
from eventstack.errors import ConfigError, NotOffered
from eventstack.planning import readers
from eventstack.planning.diff import Change, changes, effect, touched
from eventstack.planning.parts import Build
from eventstack.planning.plan import StackPlan
from eventstack.planning.resolve import resolve, resolve_foundation
from eventstack.testing import builders
from eventstack.testing.mocks import run
from tests.planning import changes as alternatives
from tests.planning.changes import CLOUDS, OWNER
from tests.planning.files import event_of, profile_of, written
from tests.planning.test_plan import plans

timeless = plans.map(lambda plan: msgspec.structs.replace(plan, timeline=None))
"""Plans of any values; their instants would have to be instants."""


law = settings(max_examples=60, deadline=None)


def differing(old: Any, new: Any, path: str) -> Iterator[str]:
    """Every place that differs, entry by entry where a list has as many as before."""
    if isinstance(old, list) and isinstance(new, list) and len(old) == len(new):
        old, new = (dict(enumerate(value)) for value in (old, new))
    if isinstance(old, dict) and isinstance(new, dict):
        for name in {**old, **new}:
            inner = path if isinstance(name, int) else f"{path}.{name}"
            if (name in old) != (name in new):
                yield inner
            else:
                yield from differing(old[name], new[name], inner)
    elif json.dumps(old, sort_keys=True) != json.dumps(new, sort_keys=True):
        yield path


KEYED = ("build.parents", "build.encoder.renditions", "build.encoder.audio", "build.encoder.captions")


def passed_over(before: StackPlan, after: StackPlan, found: tuple[Change, ...]) -> list[str]:
    """Places of the build that are different and that no change speaks for."""
    # Of what is compared by its entries, a change names the entry, which the walk above does not.
    spoken = {place for change in found for place in change.covers}
    spoken |= {
        f"{around}.{field}"
        for around in KEYED
        for place in list(spoken)
        if place.startswith(f"{around}.") and (field := place.removeprefix(f"{around}.").rpartition(".")[2])
    } | {around for around in KEYED if any(place.startswith(around) for place in spoken)}
    old, new = (json.loads(plan.to_json())["build"] for plan in (before, after))
    places = differing(old, new, "build")
    return [place for place in places if not any(f"{place}.".startswith(f"{one}.") for one in spoken)]


def check(before: StackPlan, after: StackPlan) -> None:
    """The laws of any two plans."""
    found = changes(before, after)
    if before.build_hash != after.build_hash:
        assert found
        assert passed_over(before, after, found) == []
    assert any(change.covers for change in found) == (before.build_hash != after.build_hash)
    same = before.plan_hash == msgspec.structs.replace(after, sources=before.sources).plan_hash
    assert bool(found) != same
    assert (effect(found) is None) == same
    back = changes(after, before)
    assert bool(back) == bool(found)
    assert all(change.field for change in found)


@law
@given(timeless, timeless, st.sets(st.sampled_from(Build.__struct_fields__), max_size=3))
def test_another_build_is_never_passed_over(one: StackPlan, other: StackPlan, names: set[str]) -> None:
    values = {name: getattr(other.build, name) for name in names}
    check(one, msgspec.structs.replace(one, build=msgspec.structs.replace(one.build, **values)))


@law
@given(plans, plans)
def test_another_plan_is_never_passed_over(one: StackPlan, other: StackPlan) -> None:
    check(one, other)


PARTS = [name for name in StackPlan.__struct_fields__ if name != "sources"]


@law
@given(st.sampled_from(CLOUDS), st.sampled_from(CLOUDS), st.sets(st.sampled_from(PARTS), max_size=3))
def test_no_part_of_a_plan_is_passed_over(cloud: str, another: str, names: set[str]) -> None:
    one, other = unchanged(cloud), unchanged(another)
    check(one, msgspec.structs.replace(one, **{name: getattr(other, name) for name in names}))


# The alternatives of every field


def _resolved(cloud: str, event: dict[str, Any], profile: dict[str, Any]) -> StackPlan:
    parents = [builders.plan().build.parents[0]] if cloud == "local" else []
    wanted = profile_of(profile)
    return costed(resolve(event_of(event), wanted, clouds.facts(cloud), parents, owner=OWNER), prices.table(cloud))


@cache
def unchanged(cloud: str) -> StackPlan:
    return _resolved(cloud, alternatives.event(cloud), alternatives.profile(cloud))


def every(cloud: str) -> list[str]:
    return [f"event:{name}" for name in alternatives.EVENT] + [f"profile:{name}" for name in alternatives.PROFILE]


NAMES = [name for name in every("local") if name not in ("event:cloud", "event:owner", "event:profile", "profile:name")]


@cache
def pair(cloud: str, names: tuple[str, ...]) -> tuple[StackPlan, StackPlan] | None:
    """The plan without and with other values of some fields; None where they can't stand together, or are refused."""
    documents = {"event": alternatives.event(cloud), "profile": alternatives.profile(cloud)}
    needed, after = dict(documents), dict(documents)
    try:
        for name in names:
            where, _, field = name.partition(":")
            entry = (alternatives.EVENT if where == "event" else alternatives.PROFILE)[field]
            change = entry if isinstance(entry, alternatives.Change) else entry[cloud]
            for path, value in change.needs.items():
                at, key = ("event", path.removeprefix("event:")) if path.startswith("event:") else (where, path)
                needed[at], after[at] = (written(document[at], {key: value}) for document in (needed, after))
            after[where] = written(after[where], {field: change.to} if where == "event" or not change.also else {})
            after[where] = written(after[where], change.also)
        return (
            _resolved(cloud, needed["event"], needed["profile"]),
            _resolved(cloud, after["event"], after["profile"]),
        )
    except (ConfigError, NotOffered, KeyError, IndexError, AttributeError, TypeError):
        return None


@pytest.mark.parametrize("cloud", CLOUDS)
def test_no_alternative_of_a_field_is_passed_over(cloud: str) -> None:
    compared = [found for name in NAMES if (found := pair(cloud, (name,)))]
    assert len(compared) > 40
    for before, after in compared:
        check(before, after)
        check(after, before)


@law
@given(st.sampled_from(CLOUDS), st.lists(st.sampled_from(NAMES), min_size=2, max_size=4, unique=True))
def test_alternatives_together_are_never_passed_over(cloud: str, names: list[str]) -> None:
    found = pair(cloud, tuple(names))
    assume(found is not None)
    assert found
    check(*found)
    check(unchanged(cloud), found[1])


def test_another_headroom_is_told_where_it_changes_no_count() -> None:
    found = pair("gcp", ("profile:capacity.headroom",))
    assert found
    (change,) = changes(*found)
    assert (change.field, change.before, change.after) == ("capacity.headroom", "3/10", "31/100")
    assert change.effect == "plan-only"


def test_a_foundation_is_another_layer_and_no_more_is_said() -> None:
    foundation = resolve_foundation("season", OWNER, clouds.facts("local"))
    found = changes(foundation, unchanged("local"))
    assert [change.field for change in found][:1] == ["layer"]
    assert {change.effect for change in found} == {"replace"}
    check(foundation, unchanged("local"))


# The roles


@cache
def configured(build: bytes) -> dict[str, Any]:
    """What each role's parts are configured with, under mocks."""
    seen = run(lambda: program.build(msgspec.json.decode(build, type=Build)))
    found: dict[str, Any] = {}
    for name, one in seen.resources.items():
        if one.type == "eventstack:index:Part":
            found.setdefault(one.inputs["tags"]["eventstack-role"], {})[name] = one.inputs["config"]
    return found


def really(before: StackPlan, after: StackPlan) -> tuple[str, ...]:
    """The roles whose parts are configured otherwise."""
    old, new = (configured(msgspec.json.encode(plan.build)) for plan in (before, after))
    return tuple(role for role in readers.ORDER if old.get(role) != new.get(role))


@pytest.mark.parametrize("name", NAMES)
def test_the_roles_named_are_those_that_are_configured_otherwise(name: str) -> None:
    found = pair("local", (name,))
    if found is None or effect(changes(*found)) == "replace":
        pytest.skip("refused here, or another stack")
    assert touched(changes(*found)) == really(*found)


def test_the_roles_named_are_those_that_read_another_foundation() -> None:
    before = unchanged("local")
    (parent,) = before.build.parents
    for name, value in builders.FOUNDATION.items():
        other = value.replace("127.0.0.1", "127.0.0.2") if "127.0.0.1" in value else f"{value}/another"
        outputs = {**parent.outputs, name: other}
        below = (msgspec.structs.replace(parent, outputs=outputs),)
        after = msgspec.structs.replace(before, build=msgspec.structs.replace(before.build, parents=below))
        # A part on the foundation's machine is another one there, with the same configuration; and where recordings
        # lie is told to the publisher and to the keys by the recording itself, which under mocks lies in one place.
        beyond = {"control": ("drm", "cdn"), "control_token_file": ("drm", "cdn"), "archive": ("packager", "drm")}
        known = {*really(before, after), *beyond.get(name, ()), *(("archive",) if name in beyond else ())}
        assert set(touched(changes(before, after))) == known, name
