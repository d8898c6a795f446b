"""The facts of every cloud: whole, sourced, free of contradictions, and true of the one that is built."""

import re
import subprocess
import sys
from collections import Counter
from datetime import date
from importlib import import_module
from pathlib import Path
from typing import Any

import pytest

from eventstack import program
from eventstack.errors import ConfigError, NotOffered
from eventstack.models.load import load_profile
from eventstack.planning.facts import CloudFacts, Creates
from eventstack.planning.features import FEATURES, WORDS
from eventstack.planning.parts import Build
from eventstack.testing import builders
from eventstack.testing.mocks import RecordingMocks, run
from tests.clouds import page

ALL = {name: import_module(f"eventstack.clouds.{name}.facts").FACTS for name in page.CLOUDS}
ROLES = ("site", "contribution", "encoder", "packager", "drm", "cdn", "archive", "monitor")
COUNTS = ("paths", "inputs", "renditions", "tracks", "formats", "endpoints", "alarms", "machines", "packagers")
SOURCE = re.compile(r"(vendor document|measured|secondary): \S.*|estimate(: \S.*| \(.+\))?")
PROFILES = sorted(path.stem for path in (Path(__file__).parents[2] / "profiles").glob("*.yaml"))

every_cloud = pytest.mark.parametrize("facts", ALL.values(), ids=ALL)


def sources(facts: CloudFacts) -> list[str]:
    figures = [*facts.leads.values(), *facts.limits.values(), *facts.billing, *facts.retired]
    return [figure.source for figure in [*figures, *([facts.machine] if facts.machine else [])]]


def decided(facts: CloudFacts, word: str) -> list[str]:
    """What a cloud says of a word, in the order in which it counts."""
    found = {
        "offered": word in facts.features,
        "ignored": facts.reason(facts.ignores, word) is not None,
        "refused": facts.reason(facts.refuses, word) is not None,
    }
    return [verdict for verdict, holds in found.items() if holds]


@every_cloud
def test_every_feature_is_in_the_vocabulary(facts: CloudFacts) -> None:
    assert set(facts.features) <= WORDS
    assert {*facts.ignores, *facts.refuses} <= WORDS | FEATURES.keys()


@every_cloud
def test_every_word_is_offered_or_has_its_reason(facts: CloudFacts) -> None:
    assert [word for word in sorted(WORDS) if not decided(facts, word)] == []


@every_cloud
def test_nothing_is_both_carried_out_and_left_out(facts: CloudFacts) -> None:
    assert [word for word in sorted(facts.features) if "ignored" in decided(facts, word)] == []
    assert [word for word in facts.refuses if word in facts.features or word in facts.ignores] == []


@every_cloud
def test_no_reason_is_given_for_nothing(facts: CloudFacts) -> None:
    used = set()
    for word in WORDS - set(facts.features):
        table = facts.ignores if "ignored" in decided(facts, word) else facts.refuses
        used.add(word if word in table else word.partition("/")[0])
    assert {*facts.ignores, *facts.refuses} - used == set()


@every_cloud
def test_every_figure_has_its_source(facts: CloudFacts) -> None:
    assert [source for source in sources(facts) if not SOURCE.fullmatch(source)] == []


@every_cloud
def test_every_role_has_its_lead(facts: CloudFacts) -> None:
    assert set(facts.leads) == {"site", *facts.roles}
    assert set(facts.leads) <= set(ROLES)
    assert all(lead.seconds >= 0 for lead in facts.leads.values())
    assert min(facts.base_lead_s, facts.settle_s) > 0


@every_cloud
def test_a_limit_has_room_between_least_and_most(facts: CloudFacts) -> None:
    assert [name for name, limit in facts.limits.items() if not 0 <= limit.least < limit.most] == []


@every_cloud
def test_regions_are_known_by_their_names_and_lie_on_the_earth(facts: CloudFacts) -> None:
    for name, region in facts.regions.items():
        assert region.name == name
        assert re.fullmatch("[A-Z]{2}", region.country)
        assert abs(region.latitude) <= 90_00
        assert abs(region.longitude) <= 180_00
    assert facts.default_region in facts.regions or (not facts.regions and not facts.default_region)


def test_the_clouds_regions_of_one_place_lie_at_one_place() -> None:
    spots: dict[tuple[str, str], set[tuple[int, int]]] = {}
    for facts in ALL.values():
        for region in facts.regions.values():
            near = (region.latitude // 100, region.longitude // 100)
            spots.setdefault((region.place, region.country), set()).add(near)
    assert {place: near for place, near in spots.items() if len(near) > 1} == {}


@every_cloud
def test_what_is_retired_has_a_date_and_what_takes_its_place(facts: CloudFacts) -> None:
    for gone in facts.retired:
        assert date.fromisoformat(gone.ended).isoformat() == gone.ended
        assert gone.instead
        assert gone.service


@every_cloud
def test_a_role_creates_what_can_be_counted(facts: CloudFacts) -> None:
    for creates in facts.creates:
        assert creates.role in facts.leads
        assert set(creates.per) <= set(COUNTS)
        assert creates.layer in ("foundation", "series", "event")
        assert creates.when == "" or creates.when in facts.features
        assert re.fullmatch(r"[a-z-]+:[a-z]+[\w/]*:[A-Z]\w+|AWS::\w+::\w+", creates.type)


@every_cloud
def test_every_role_creates_something(facts: CloudFacts) -> None:
    assert {creates.role for creates in facts.creates} >= set(facts.roles)


@every_cloud
def test_no_retired_service_is_planned_on(facts: CloudFacts) -> None:
    gone = re.compile(
        r"mediastore|azure-native:media|frontdoor|videoanalyzer|AWS::MediaPackage::Channel", re.IGNORECASE
    )
    assert [creates.type for creates in facts.creates if gone.search(creates.type)] == []


def test_facts_load_without_any_sdk() -> None:
    code = (
        "import sys;"
        + "".join(f"import eventstack.clouds.{name}.facts;" for name in page.CLOUDS)
        + "print([name for name in sys.modules if name.partition('.')[0].startswith("
        "('pulumi', 'boto', 'azure', 'google', 'grpc', 'click', 'aiohttp'))])"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True, timeout=60)
    assert done.stdout.strip() == "[]"


def test_regions_of_aws_have_its_media_services() -> None:
    endpoints = pytest.importorskip("botocore.session").get_session().get_available_regions
    for service in ("medialive", "mediapackagev2", "mediaconnect"):
        assert set(ALL["aws"].regions) - set(endpoints(service)) == set()


@pytest.mark.parametrize(
    ("role", "waits"),
    [
        ("contribution", {"mediaconnect": ["FlowActive"]}),
        ("encoder", {"medialive": ["ChannelCreated", "ChannelRunning"]}),
    ],
)
def test_a_lead_of_aws_is_as_long_as_its_own_library_waits(role: str, waits: dict[str, list[str]]) -> None:
    session = pytest.importorskip("botocore.session").get_session()
    total = 0
    for service, names in waits.items():
        model = session.get_waiter_model(service)
        total += sum(model.get_waiter(name).delay * model.get_waiter(name).max_attempts for name in names)
    assert ALL["aws"].leads[role].seconds == total


def test_bounds_of_aws_are_those_of_its_own_model() -> None:
    model = pytest.importorskip("botocore.session").get_session().get_service_model("mediapackagev2")
    limits = ALL["aws"].limits

    def bound(shape: str, member: str) -> dict[str, Any]:
        return dict(model.shape_for(shape).members[member].metadata)

    assert bound("CreateOriginEndpointRequest", "StartoverWindowSeconds")["max"] == limits["start_over_s"].most
    rotation = bound("Encryption", "KeyRotationIntervalSeconds")
    assert (rotation["min"], rotation["max"]) == (limits["rotation_s"].least, limits["rotation_s"].most)
    segment = bound("Segment", "SegmentDurationSeconds")
    assert (segment["min"] * 1000, segment["max"] * 1000) == (limits["segment_ms"].least, limits["segment_ms"].most)
    assert bound("CreateHlsManifestConfiguration", "ManifestWindowSeconds")["min"] == limits["window_s"].least


def test_this_machine_creates_what_its_program_makes() -> None:
    resolved = []
    for name in PROFILES:
        for source in ("none", "synthetic"):
            try:
                event = builders.event(profile=name, contribution={"source": source})
                plan = builders.plan(event=event, profile=load_profile(name))
            except (ConfigError, NotOffered):
                continue
            resolved.append(name)
            assert made(plan.build) == expected(plan.build)
    assert {"rehearsal-540p25", "talk-720p25"} <= set(resolved)


@pytest.mark.parametrize("drm", [False, True])
def test_this_machine_creates_what_its_foundations_program_makes(drm: bool) -> None:
    build = builders.foundation_plan(drm=drm).build
    assert made(build) == expected(build)


def made(build: Build) -> Counter[tuple[str, str]]:
    """How many resources of each role and type a program makes, components aside."""
    seen = run(lambda: program.build(build), RecordingMocks())
    return Counter((one.inputs["tags"]["eventstack-role"], one.type) for one in seen.resources.values() if one.custom)


def expected(build: Build) -> Counter[tuple[str, str]]:
    """How many this machine's facts foretell."""
    wanted = {""}
    if build.drm:
        wanted.add(f"key-source/{build.drm.key_source}")
    if build.contribution:
        wanted.add(f"source/{build.contribution.source.kind}")
    return Counter((one.role, one.type) for one in ALL["local"].creates if counts(one, build.layer, wanted))


def counts(one: Creates, layer: str, wanted: set[str]) -> bool:
    assert one.per == (), "nothing on this machine comes in numbers"
    return one.layer == layer and one.when in wanted


def test_the_page_of_clouds_is_the_data() -> None:
    assert page.PAGE.read_text(encoding="utf-8") == page.text(), "write it with: python -m tests.clouds.page"
