import json
from pathlib import Path

import pulumi
import pytest
from ruamel.yaml import YAML

from eventstack import program
from eventstack.components import tagging
from eventstack.errors import ConfigError, NotOffered
from eventstack.planning import naming
from eventstack.planning.plan import StackPlan, canonical
from eventstack.testing.mocks import RecordingMocks, run
from tests.components import builds

TAGGED = dict.fromkeys(naming.TAG_KEYS, "x")
STACKS = Path(__file__).parents[2] / "stacks"


def built(build) -> RecordingMocks:
    return run(lambda: program.build(build))


def parts(monitor: RecordingMocks) -> dict[str, dict]:
    return {
        one.inputs["part"]: json.loads(one.inputs["config"])
        for one in monitor.resources.values()
        if one.type == "eventstack:index:Part"
    }


@pytest.fixture(scope="module")
def event() -> RecordingMocks:
    return built(builds.event())


@pytest.fixture(scope="module")
def foundation() -> RecordingMocks:
    return built(builds.foundation())


def test_an_event_has_every_part_of_the_chain(event):
    assert sorted(parts(event)) == [
        "encoder",
        "origin",
        "packager",
        "publisher",
        "receiver",
        "sender",
        "talk-i1-content-key",
        "talk-i1-edge-entry",
        "talk-i1-recording",
    ]


def test_each_part_reads_what_the_part_before_it_offers(event):
    chain = parts(event)
    assert chain["sender"]["ingest"] == "srt://127.0.0.1:7005"
    assert chain["encoder"]["feed"] == "udp://127.0.0.1:7006"
    assert chain["packager"]["stream"] == "udp://127.0.0.1:7007"
    assert chain["publisher"]["packager_directory"] == "/e/parts/packager"
    assert chain["origin"]["root"] == "/e/parts/publisher/root"
    assert chain["talk-i1-edge-entry"]["origin"] == "http://127.0.0.1:7008"
    assert chain["publisher"]["recording"] == "/archive/talk"


def test_what_an_event_owns_of_its_foundation_is_on_the_foundations_machine(event):
    hosts = {one.inputs["part"]: one.inputs["address"] for one in event.resources.values() if "part" in one.inputs}
    assert {part for part, host in hosts.items() if host == "http://foundation:7000"} == {
        "talk-i1-content-key",
        "talk-i1-edge-entry",
        "talk-i1-recording",
    }
    assert hosts["encoder"] == "http://event:7000"


def test_every_resource_of_ours_carries_its_six_tags(event, foundation):
    for monitor in (event, foundation):
        for one in monitor.resources.values():
            if one.custom:
                assert sorted(one.inputs["tags"]) == sorted(naming.TAG_KEYS)
                assert one.inputs["tags"]["eventstack-urn"] == naming.urn_hash(one.urn)


def test_a_resources_role_is_that_of_its_component(event):
    roles = {one.name: one.inputs["tags"]["eventstack-role"] for one in event.resources.values() if one.custom}
    assert roles["event-contribution-sender"] == "contribution"
    assert roles["event-packager-origin"] == "packager"
    assert roles["event-site-node"] == "site"
    assert roles["event-cdn-edge-entry"] == "cdn"


def test_children_hang_below_their_role_and_roles_below_the_event(event):
    for one in event.resources.values():
        if one.custom:
            assert one.name.startswith(f"{one.parent}-")
            assert event.resources[one.parent].parent == "event"


def test_the_packager_waits_for_its_keys(event):
    assert "event-drm-content-key" in event.resources["event-packager-packager"].depends


def test_configurations_hold_whole_numbers_and_their_kind(event):
    encoder = parts(event)["encoder"]
    assert encoder["type"] == "encoder"
    assert [(track["name"], type(track["bitrate"])) for track in encoder["renditions"]] == [
        ("540p", int),
        ("360p", int),
    ]


def test_an_event_exports_what_its_verbs_probes_and_players_need(event):
    outputs = event.exports
    assert outputs["control"] == "http://event:7000"
    assert outputs["entry_control"] == "http://foundation:7000/v1/parts/talk-i1-edge-entry"
    assert outputs["entry_credential_file"] == "/f/parts/edge-entry/token"
    assert outputs["licence"] == "http://127.0.0.1:7003/licence"
    assert outputs["kids"] == {"video": "a" * 32, "audio": "b" * 32}
    assert outputs["preview_credential_file"] == "/foundation/preview"
    assert outputs["occurrence"] == "talk"
    assert outputs["tags"] == builds.event().tags
    assert {"control_token_file", "hls", "dash", "preview_hls", "preview_dash", "vod_hls", "vod_dash"} < set(outputs)
    assert {"origin", "ingest", "recording"} < set(outputs)


def test_a_foundation_exports_what_events_stand_on(foundation):
    assert sorted(parts(foundation)) == ["archive", "edge", "keys"]
    outputs = foundation.exports
    assert outputs["control"] == "http://foundation:7000"
    assert outputs["edge"] == "http://127.0.0.1:7003"
    assert outputs["keys"] == "http://127.0.0.1:7001"
    assert outputs["archive"] == "/archive"
    assert set(outputs) >= set(builds.FOUNDATION_OUTPUTS)


def test_an_event_in_the_clear_has_no_keys_and_says_so():
    monitor = built(builds.event(drm=None))
    assert "talk-i1-content-key" not in parts(monitor)
    assert parts(monitor)["packager"]["drm"] is None
    assert monitor.exports["licence"] == ""
    assert monitor.exports.get("kids", {}) == {}


def test_a_foundation_without_drm_has_no_key_service():
    monitor = built(builds.foundation(drm=None))
    assert sorted(parts(monitor)) == ["archive", "edge"]
    assert monitor.exports["keys"] == ""


def test_a_build_without_its_foundation_is_refused():
    with pytest.raises(ConfigError, match="no foundation to stand on"):
        built(builds.event(parents=()))


def test_a_build_without_a_ladder_is_refused():
    with pytest.raises(ConfigError, match=r"build\.encoder"):
        built(builds.event(encoder=None))


def test_a_layer_without_a_program_is_refused():
    with pytest.raises(NotOffered, match="series"):
        built(builds.event(layer="series"))


def test_a_plan_is_read_whole_or_as_its_build_alone():
    build = builds.event()
    whole = StackPlan(build=build, title="Talk", profile="talk-720p25")
    assert program.read(whole.to_json()) == build
    assert program.read(canonical(build)) == build


def test_what_is_no_plan_is_refused_with_the_command_that_writes_one():
    with pytest.raises(ConfigError, match="eventstack plan"):
        program.read('{"layer": 1}')


@pytest.mark.parametrize("layer", ["foundation", "event"])
def test_the_program_on_disk_builds_the_plan_of_its_stacks_configuration(layer):
    path = STACKS / layer / "__main__.py"
    build = getattr(builds, layer)()

    def by_hand() -> None:
        pulumi.runtime.set_all_config({"eventstack-event:plan": canonical(build)})
        exec(compile(path.read_text(), str(path), "exec"), {"__name__": "__main__", "__file__": str(path)})

    assert sorted(run(by_hand).resources) == sorted(built(build).resources)


def test_the_projects_on_disk_have_the_names_that_automation_uses():
    for layer in ("foundation", "event"):
        project = YAML(typ="safe").load(STACKS / layer / "Pulumi.yaml")
        assert project["name"] == naming.PROJECTS[layer]
    top = YAML(typ="safe").load(STACKS.parent / "Pulumi.yaml")
    assert (top["name"], top["main"]) == (naming.PROJECTS["event"], "stacks/event")


def test_the_first_thing_a_program_does_is_to_refuse_the_untagged():
    monitor = built(builds.foundation())
    assert monitor.transforms == [tagging.check]


@pytest.mark.parametrize(
    ("type_", "custom", "props"),
    [
        ("pulumi:providers:aws", True, {}),
        ("eventstack:index:LiveEvent", False, {}),
        ("aws:s3:Bucket", True, {"tags": dict.fromkeys(naming.TAG_KEYS, "x")}),
        ("gcp:storage:Bucket", True, {"labels": dict.fromkeys(naming.TAG_KEYS, "x")}),
    ],
)
def test_the_tagged_and_what_costs_nothing_pass(type_, custom, props):
    args = pulumi.ResourceTransformArgs(custom, type_, "one", props, pulumi.ResourceOptions())
    assert tagging.check(args) is None


@pytest.mark.parametrize("tags", [{}, {"eventstack-owner": "x"}, dict.fromkeys(naming.TAG_KEYS, "")])
def test_the_untagged_are_refused_by_name(tags):
    args = pulumi.ResourceTransformArgs(True, "aws:s3:Bucket", "films", {"tags": tags}, pulumi.ResourceOptions())
    with pytest.raises(ConfigError, match="aws:s3:Bucket 'films'"):
        tagging.check(args)


def test_what_the_engine_would_forget_with_another_is_refused():
    other = pulumi.runtime.stack.Stack.__new__(pulumi.runtime.stack.Stack)
    options = pulumi.ResourceOptions(deleted_with=other)
    args = pulumi.ResourceTransformArgs(True, "aws:s3:Bucket", "films", {"tags": TAGGED}, options)
    with pytest.raises(ConfigError, match="'films': refused: it has deleted_with"):
        tagging.check(args)


@pytest.mark.parametrize("moment", ["before_delete", "after_delete"])
def test_what_could_not_be_removed_without_its_program_is_refused(moment):
    hook = pulumi.ResourceHook("guard", lambda _: None)
    options = pulumi.ResourceOptions(hooks=pulumi.ResourceHookBinding(**{moment: [hook]}))
    args = pulumi.ResourceTransformArgs(True, "aws:s3:Bucket", "films", {"tags": TAGGED}, options)
    with pytest.raises(ConfigError, match="'films': refused: it has a delete hook"):
        tagging.check(args)


def test_a_hook_of_a_create_is_not_refused():
    hook = pulumi.ResourceHook("note", lambda _: None)
    options = pulumi.ResourceOptions(hooks=pulumi.ResourceHookBinding(after_create=[hook]))
    args = pulumi.ResourceTransformArgs(True, "aws:s3:Bucket", "films", {"tags": TAGGED}, options)
    assert tagging.check(args) is None
