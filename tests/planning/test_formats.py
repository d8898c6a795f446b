"""Plans of other formats: an older one is read as it was meant, a newer one refused with the way out."""

import json
from functools import partial
from pathlib import Path

import msgspec
import pytest

from eventstack import program
from eventstack.errors import ConfigError
from eventstack.models.load import load_profile
from eventstack.planning.plan import FORMAT, StackPlan, sha256
from eventstack.testing import builders
from eventstack.testing.mocks import run

OLD = (Path(__file__).parent / "data" / "format-1.json").read_bytes()


def test_a_plan_of_format_1_is_read() -> None:
    plan = StackPlan.from_json(OLD)
    assert (plan.build.format, plan.build.stack, plan.title) == (1, "cup-final-i1", "Cup final")
    assert plan.timeline
    assert (plan.timeline.on_air_from, plan.timeline.steps) == ("2027-05-29T18:00:00Z", ())
    assert StackPlan.from_json(plan.to_json()) == plan


def test_what_format_1_says_is_all_there() -> None:
    def holds(new: object, old: object) -> bool:
        if isinstance(old, dict):
            return isinstance(new, dict) and all(name in new and holds(new[name], old[name]) for name in old)
        if isinstance(old, list):
            return isinstance(new, list) and len(new) == len(old) and all(map(holds, new, old))
        return new == old

    assert holds(json.loads(StackPlan.from_json(OLD).to_json()), json.loads(OLD))


def test_a_plan_of_format_1_makes_the_resources_that_its_event_has_today() -> None:
    old = StackPlan.from_json(OLD).build
    event = builders.event(
        id="cup-final",
        title="Cup final",
        window={"start": "2027-05-29T18:00Z", "end": "2027-05-29T20:00Z"},
        contribution={"latency": "120ms"},
        profile="rehearsal-540p25",
    )
    today = builders.plan(event=event, profile=load_profile("rehearsal-540p25"), owner="sports").build
    old = msgspec.structs.replace(old, parents=today.parents)
    # Format 1 left a rung's level to the encoder, which took the lowest that will do: the one that stands there today.
    assert today.encoder
    rungs = tuple(msgspec.structs.replace(rung, level="") for rung in today.encoder.renditions)
    today = msgspec.structs.replace(today, encoder=msgspec.structs.replace(today.encoder, renditions=rungs))
    made = [run(partial(program.build, build)).resources for build in (old, today)]
    assert made[0].keys() == made[1].keys()
    assert len(made[0]) > 10
    for name, resource in made[0].items():
        assert resource.inputs == made[1][name].inputs, name


def test_a_parent_of_format_1_is_the_one_that_was_recorded() -> None:
    (parent,) = StackPlan.from_json(OLD).build.parents
    assert parent.outputs_hash == sha256(parent.outputs)


def test_a_plan_of_a_newer_format_is_refused_with_the_way_out() -> None:
    newer = json.loads(OLD)
    newer["build"] |= {"format": FORMAT + 1, "wholly": "new"}
    with pytest.raises(ConfigError) as caught:
        StackPlan.from_json(json.dumps(newer))
    (fault,) = caught.value.faults
    assert (fault.field, fault.given, fault.allowed) == ("build.format", str(FORMAT + 1), f"1 to {FORMAT}")
    assert fault.hint == "use the eventstack that wrote it, or a newer one"
