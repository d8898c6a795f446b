"""Where each value of a plan comes from: every one is told, and what is told is true."""

import json
from pathlib import Path
from typing import Any

import msgspec
import pytest

from eventstack import clouds
from eventstack.automation.inputs import planned
from eventstack.models.load import read_event, read_profile
from eventstack.models.yaml_reader import read
from eventstack.planning.plan import StackPlan
from eventstack.planning.resolve import resolve
from tests.planning import changes
from tests.planning.changes import CLOUDS, OWNER
from tests.planning.files import PARTS, answer, leaves, written

RICH = {
    "aws": {
        "captions": [{"language": "en", "format": "cea-608", "service": 1}],
        "packaging.low_latency": {"part": "0.96s"},
        "drm.rotation": "30m",
        "archive.all_keys": True,
        "slate": {"image": "file:a.png", "size": "1280x720"},
    },
    "azure": {"capacity.machine": "F16s_v2", "slate": {"image": "file:a.png", "size": "1280x720"}},
    "gcp": {"redundancy": "two-path", "ladder": "off", "slate": False, "monitoring.thresholds": {"silence": "5s"}},
    "local": {"drm": "off", "teardown.settle": "9s", "ladder.rate_control": "cbr", "ladder.gop": "0.96s"},
}
"""Values that bring more parts into a plan, or leave some out."""


def plan_of(cloud: str, folder: Path) -> tuple[StackPlan, dict[str, Any], dict[str, Any], dict[str, Any]]:
    """A plan, and what was written for it: the event, its profile, and what that extends."""
    base = written(changes.profile(cloud), {"name": "base", "monitoring.thresholds": {"black": "3s"}} | RICH[cloud])
    own = {"name": "wide", "extends": "base", "packaging": {"window": "90s"}, "cdn": {"cors": ["*"]}}
    event = written(
        changes.event(cloud),
        {
            "overrides": {"timing": {"tail": "60s"}, "packaging": {"start_over": "2h"}},
            "contribution.allow": ["10.0.0.0/8"],
        },
    )
    for profile in (base, own):
        (folder / f"{profile['name']}.yaml").write_text(json.dumps(profile), encoding="utf-8")
    loaded = read_event(read(json.dumps(event).encode(), str(folder / "event.yaml")))
    return planned(loaded, [folder], OWNER)[1], event, own, base


def says(document: Any, path: list[str]) -> bool:
    """Whether a file says the value at a path, or what stands around it as a whole."""
    for part in path:
        if isinstance(document, list) and part.isdigit():
            if int(part) >= len(document):
                return False
            document = document[int(part)]
        elif isinstance(document, dict) and part in document:
            document = document[part]
        else:
            return False
    return True


@pytest.mark.parametrize("cloud", CLOUDS)
def test_every_value_of_what_is_built_has_a_source(cloud: str, tmp_path: Path) -> None:
    plan = plan_of(cloud, tmp_path)[0]
    told = [PARTS.findall(name) for name in plan.sources]
    for leaf in leaves(msgspec.to_builtins(plan.build), ("build",)):
        assert any(list(leaf[: len(name)]) == name for name in told), leaf


@pytest.mark.parametrize("cloud", CLOUDS)
def test_every_part_around_what_is_built_has_a_source(cloud: str, tmp_path: Path) -> None:
    plan = plan_of(cloud, tmp_path)[0]
    there = {name for name in plan.__struct_fields__ if getattr(plan, name)} - {"build", "sources", "cost"}
    assert there <= {PARTS.findall(name)[0] for name in plan.sources}


@pytest.mark.parametrize("cloud", CLOUDS)
def test_a_source_names_a_part_of_the_plan(cloud: str, tmp_path: Path) -> None:
    plan = plan_of(cloud, tmp_path)[0]
    document = json.loads(plan.to_json())
    assert [name for name in plan.sources if not says(document, PARTS.findall(name))] == []


@pytest.mark.parametrize("cloud", CLOUDS)
def test_a_source_is_who_wrote_the_value(cloud: str, tmp_path: Path) -> None:
    plan, event, own, base = plan_of(cloud, tmp_path)
    left_out = {left.field for left in plan.left_out}
    told = dict(item.split(": ", 1) for item in plan.sources.values() if ": " in item)
    told = {path: who for path, who in told.items() if path not in ("derived", "placed")}
    assert len(told) > 50
    for name, who in told.items():
        path = PARTS.findall(name)
        files = (
            ("event cup", event if path[0] in changes.EVENT or path[0] in event else event["overrides"]),
            ("profile wide", own),
            ("profile base", base),
        )
        wrote = [title for title, document in files if says(document, path)]
        expected = wrote[0] if wrote and not any(name.startswith(left) for left in left_out) else "default"
        assert who == expected, name


def test_a_base_and_an_override_are_told_apart(tmp_path: Path) -> None:
    sources = plan_of("local", tmp_path)[0].sources
    assert sources["build.packager.window_s"] == "packaging.window: profile wide"
    assert sources["timeline.tail_s"] == "timing.tail: event cup"
    assert sources["timeline.line_up_from"] == "timing.line_up: profile base"
    assert sources["timeline.overrun"] == "timing.overrun: default"
    assert sources["settle_s"] == "teardown.settle: profile base"


@pytest.mark.parametrize("cloud", CLOUDS)
def test_a_profile_that_extends_nothing_is_its_own_source(cloud: str, tmp_path: Path) -> None:
    event, profile = changes.event(cloud), written(changes.profile(cloud), RICH[cloud])
    files = answer(event, profile, tmp_path).plan
    models = (
        read_event(read(json.dumps(event).encode(), str(tmp_path / "event.yaml"))).model,
        read_profile(read(json.dumps(profile).encode(), str(tmp_path / "wide.yaml"))).model,
    )
    assert files
    assert resolve(*models, clouds.facts(cloud), (), owner=OWNER).sources == files.sources


def test_what_is_left_out_is_nobodys(tmp_path: Path) -> None:
    plan = plan_of("local", tmp_path)[0]
    assert {"ladder.rate_control", "contribution.allow"} <= {left.field for left in plan.left_out}
    assert plan.sources["build.encoder.rate_control"] == "ladder.rate_control: default"
    assert plan.sources["build.contribution.allow"] == "contribution.allow: default"
