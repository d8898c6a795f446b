"""Laws that every event and profile obeys on its way to a plan, held against many of them."""

import dataclasses
import json
import random
from collections.abc import Mapping
from fractions import Fraction
from functools import cache
from typing import Any

import msgspec
from hypothesis import assume, given, settings
from hypothesis import strategies as st

from eventstack import clouds
from eventstack.cost import prices
from eventstack.cost.plan import costed
from eventstack.errors import ConfigError, NotOffered
from eventstack.models.event import Event
from eventstack.models.load import read_event, read_profile
from eventstack.models.profile import Profile
from eventstack.models.yaml_reader import read
from eventstack.planning.plan import StackPlan
from eventstack.planning.resolve import resolve
from tests.planning import changes
from tests.planning.changes import CLOUDS, OWNER, Change
from tests.planning.files import Document, event_of, profile_of, written


def bent(base: Document, table: Mapping[str, Any], cloud: str, names: list[str]) -> Document:
    """The document with the other values of some fields, as far as they can stand together."""
    for name in names:
        entry = table[name]
        change = entry if isinstance(entry, Change) else entry[cloud]
        try:
            base = written(base, {**change.needs, **change.also, **({} if change.also else {name: change.to})})
        except (KeyError, IndexError, AttributeError, TypeError):
            continue  # what is around the field was taken out by the one before
    return base


def some(table: Mapping[str, Any], *but: str) -> st.SearchStrategy[list[str]]:
    return st.lists(st.sampled_from(sorted(set(table) - set(but))), max_size=5, unique=True)


some_of_event = some(changes.EVENT, "profile", "cloud", "owner", "overrides")
some_of_profile = some(changes.PROFILE, "name")


def plan_of(event: Event, profile: Profile) -> StackPlan:
    return resolve(event, profile, clouds.facts(event.cloud), (), owner=OWNER)


@cache
def both(cloud: str) -> tuple[Event, Profile]:
    return event_of(changes.event(cloud)), profile_of(changes.profile(cloud))


clouds_ = st.sampled_from(CLOUDS)
law = settings(max_examples=60, deadline=None)


@law
@given(clouds_, some_of_event)
def test_an_event_survives_its_json(cloud: str, names: list[str]) -> None:
    document = bent(changes.event(cloud), changes.EVENT, cloud, names)
    try:
        model = event_of(document)
    except ConfigError:
        assume(False)
    dumped = model.model_dump(mode="json")
    assert Event.model_validate(dumped) == model
    assert event_of(dumped) == model


@law
@given(clouds_, some_of_profile)
def test_a_profile_survives_its_json(cloud: str, names: list[str]) -> None:
    document = bent(changes.profile(cloud), changes.PROFILE, cloud, names)
    try:
        model = profile_of(document)
    except ConfigError:
        assume(False)
    dumped = model.model_dump(mode="json")
    assert Profile.model_validate(dumped) == model
    assert profile_of(dumped) == model


@law
@given(clouds_, some_of_event, some_of_profile)
def test_a_plan_survives_its_json(cloud: str, in_event: list[str], in_profile: list[str]) -> None:
    try:
        event = event_of(bent(changes.event(cloud), changes.EVENT, cloud, in_event))
        profile = profile_of(bent(changes.profile(cloud), changes.PROFILE, cloud, in_profile))
        plan = plan_of(event, profile)
    except (ConfigError, NotOffered):
        assume(False)
    assert StackPlan.from_json(plan.to_json()) == plan


def shuffled(value: Any, chance: random.Random) -> Any:
    """The same document with the keys of every mapping in another order."""
    if isinstance(value, dict):
        items = [(key, shuffled(item, chance)) for key, item in value.items()]
        chance.shuffle(items)
        return dict(items)
    return [shuffled(item, chance) for item in value] if isinstance(value, list) else value


def spread(value: Any, chance: random.Random, indent: int = 0) -> str:
    """The document in YAML, over several lines, with comments and blank lines strewn in."""
    blank = chance.choice(["", "\n", f"{' ' * indent}# a word\n", "  \n\n"])
    if isinstance(value, dict) and value:
        lines = (f"{' ' * indent}{json.dumps(key)}:{_below(item, chance, indent)}" for key, item in value.items())
        return blank + "".join(lines)
    if isinstance(value, list) and value and all(isinstance(item, dict) and item for item in value):
        entries = (spread(item, chance, indent + 2) for item in value)
        return "".join(f"{' ' * indent}-\n{entry}" for entry in entries)
    return f"{' ' * indent}{json.dumps(value)} # said\n"


def _below(value: Any, chance: random.Random, indent: int) -> str:
    if isinstance(value, dict | list) and value and not (isinstance(value, list) and not isinstance(value[0], dict)):
        return f"{chance.choice(['', ' # below'])}\n{spread(value, chance, indent + 2)}"
    return f" {json.dumps(value)}{chance.choice(['', ' # said', '   '])}\n"


@law
@given(clouds_, st.randoms(use_true_random=False), some_of_event)
def test_order_comments_and_blank_lines_change_no_byte(cloud: str, chance: random.Random, names: list[str]) -> None:
    document, profile = bent(changes.event(cloud), changes.EVENT, cloud, names), changes.profile(cloud)
    try:
        plan = plan_of(event_of(document), profile_of(profile))
    except (ConfigError, NotOffered):
        assume(False)
    other = read_event(read(spread(shuffled(document, chance), chance).encode(), "/files/event.yaml")).model
    same = read_profile(read(spread(shuffled(profile, chance), chance).encode(), "/files/wide.yaml")).model
    assert plan_of(other, same).to_json() == plan.to_json()


PEOPLES = ("title", "contacts", "labels", "importance", "window.end", "audience.ramp")
"""What people and records want to know: nothing is built from it."""


@law
@given(clouds_, st.lists(st.sampled_from(PEOPLES), min_size=1, unique=True))
def test_what_is_for_people_alone_leaves_what_is_built(cloud: str, names: list[str]) -> None:
    event, profile = both(cloud)
    other = event_of(bent(changes.event(cloud), changes.EVENT, cloud, names))
    before, after = plan_of(event, profile), plan_of(other, profile)
    assert after.build_hash == before.build_hash
    assert after.plan_hash != before.plan_hash


@law
@given(clouds_, st.integers(0, 3_000_000), st.integers(0, 3_000_000))
def test_an_audience_changes_what_is_built_by_its_counts_alone(cloud: str, one: int, other: int) -> None:
    plans = [plan_of(event_of(written(changes.event(cloud), _viewers(many))), both(cloud)[1]) for many in (one, other)]
    builds = [plan.build for plan in plans]
    counts = [build.capacity for build in builds]
    assert (counts[0] == counts[1]) == (plans[0].build_hash == plans[1].build_hash)
    assert msgspec.structs.replace(builds[0], capacity=counts[1]) == builds[1]


def _viewers(many: int) -> dict[str, Any]:
    return {"audience": {"expected": many, "countries": {"DE": "100%"}}}


seconds = st.integers(1, 6 * 3600)


@law
@given(clouds_, seconds, seconds)
def test_a_longer_line_up_is_never_up_later(cloud: str, one: int, other: int) -> None:
    short, long = sorted((one, other))
    event = both(cloud)[0]
    ups = []
    for line_up in (long, short):
        line = plan_of(event, profile_of(written(changes.profile(cloud), {"timing.line_up": f"{line_up}s"}))).timeline
        assert line
        ups.append(line.up_from)
    assert ups == sorted(ups)


@law
@given(clouds_, st.integers(0, 100_000), st.integers(0, 100_000))
def test_a_larger_lead_is_never_announced_later(cloud: str, one: int, other: int) -> None:
    event, profile = both(cloud)
    facts = clouds.facts(cloud)
    known = [
        resolve(event, profile, dataclasses.replace(facts, base_lead_s=lead), (), owner=OWNER)
        for lead in sorted((one, other), reverse=True)
    ]
    assert [plan.lead_s for plan in known] == sorted((plan.lead_s for plan in known), reverse=True)
    by = [plan.timeline.announce_by for plan in known if plan.timeline]
    assert by == sorted(by)


@law
@given(clouds_, st.integers(0, 3_000_000), st.integers(0, 3_000_000))
def test_more_viewers_never_ask_for_less(cloud: str, one: int, other: int) -> None:
    few, many = (
        costed(plan_of(event_of(written(changes.event(cloud), _viewers(viewers))), both(cloud)[1]), prices.table(cloud))
        for viewers in sorted((one, other))
    )
    assert few.build.capacity
    assert many.build.capacity
    assert few.build.capacity.packagers <= many.build.capacity.packagers
    for name in (
        "edge_bps",
        "average_bps",
        "origin_bps",
        "edge_rps",
        "origin_rps",
        "joins_rps",
        "egress_gb",
        "requests",
    ):
        low, high = (Fraction(getattr(plan.viewers, name)) for plan in (few, many))
        assert low <= high, name
    assert few.cost
    assert many.cost
    assert (few.cost.low, few.cost.high) <= (many.cost.low, many.cost.high)
    assert few.cost.high <= many.cost.high
