from typing import Any

import msgspec
import pulumi
import pytest

from eventstack.clouds import roles
from eventstack.components import Foundation, LiveEvent, inputs, specs
from eventstack.errors import ConfigError
from eventstack.planning import naming, parts
from eventstack.testing.mocks import run
from tests.components import builds

MIRRORS = {
    specs.SegmentSpec: parts.Segment,
    specs.RenditionSpec: parts.Rendition,
    specs.AudioTrackSpec: parts.AudioTrack,
    specs.CaptionSpec: parts.Caption,
    specs.LoudnessSpec: parts.Loudness,
    specs.FeedSpec: parts.Feed,
    specs.InputSpec: parts.Input,
    specs.SpekeSpec: parts.Speke,
    specs.BlackoutSpec: parts.Blackout,
    specs.SecretSpec: parts.SecretRef,
    specs.SourceSpec: parts.Source,
    specs.ContributionSpec: parts.Contribution,
    specs.EncoderSpec: parts.Encoder,
    specs.PackagerSpec: parts.Packager,
    specs.DrmSpec: parts.Drm,
    specs.CdnSpec: parts.Cdn,
    specs.ArchiveSpec: parts.Archive,
}


def arguments(**changes: Any) -> dict[str, Any]:
    build = builds.event()
    args = {
        "tags": build.tags,
        "epoch": build.epoch,
        "foundation": dict(builds.FOUNDATION_OUTPUTS),
        "segment": msgspec.to_builtins(build.segment),
        "contribution": msgspec.to_builtins(build.contribution),
        "encoder": msgspec.to_builtins(build.encoder),
        "packager": msgspec.to_builtins(build.packager),
        "drm": msgspec.to_builtins(build.drm),
        "cdn": {},
        "archive": {},
    }
    return {**args, **changes}


def later(value: Any) -> pulumi.Output[Any]:
    """A value that another resource gives, numbers as floats."""
    return pulumi.Output.from_input({"value": value}).apply(lambda known: known["value"])


def live_event(**changes: Any) -> LiveEvent:
    return LiveEvent("match", arguments(**changes), roles=roles("local")["event"])


@pytest.mark.parametrize("spec", MIRRORS, ids=lambda spec: spec.__name__)
def test_a_spec_mirrors_the_plans_structure(spec):
    fields = msgspec.structs.fields(MIRRORS[spec])
    assert spec.__required_keys__ == {field.name for field in fields if field.required}
    assert spec.__optional_keys__ == {field.name for field in fields if not field.required}


@pytest.mark.parametrize(
    ("changes", "message"),
    [
        ({"segment": {"duration": "1,92", "timescale": 90000, "ticks": 172800}}, r"match-encoder.segment.duration"),
        ({"segment": {"duration": "0", "timescale": 90000, "ticks": 172800}}, "a rational above 0"),
        ({"segment": {"duration": "48/25", "timescale": 90000}}, r"segment\.ticks: missing"),
        ({"encoder": {"renditions": [], "audio": [], "slate": True}}, "at least one"),
        ({"encoder": {"renditions": [], "audio": [], "slates": True}}, r"spec\.slates: unknown field"),
        ({"packager": {"hls": True, "dash": True, "window_s": 0}}, "a whole number above 0"),
        ({"packager": {"hls": "yes", "dash": True, "window_s": 60}}, r"match-packager\.spec\.hls"),
        ({"epoch": "tomorrow"}, r"match-contribution\.epoch"),
        ({"foundation": {"edge": "http://e"}}, "match.foundation: lacks control"),
        ({"tags": {"eventstack-owner": "local"}}, "match.tags: lacks eventstack-occurrence"),
        ({"drm": {**msgspec.to_builtins(builds.DRM), "scheme": "rot13"}}, r"match-drm\.spec\.scheme"),
        ({"foundation": {**builds.FOUNDATION_OUTPUTS, "edge": "edge"}}, r"match-drm\.edge"),
    ],
)
def test_what_is_known_to_be_wrong_is_refused_at_once(changes, message):
    raised: list[ConfigError] = []

    def program() -> None:
        try:
            live_event(**changes)
        except ConfigError as error:
            raised.append(error)

    run(program)
    assert len(raised) == 1
    with pytest.raises(ConfigError, match=message):
        raise raised[0]


@pytest.mark.parametrize(
    ("changes", "message"),
    [
        ({"segment": {"duration": later, "timescale": 90000, "ticks": 172800}}, "duration: not usable"),
        ({"epoch": later}, "an instant in UTC"),
    ],
)
def test_what_turns_out_wrong_is_refused_where_it_is_used(changes, message):
    with pytest.raises(ConfigError, match=message):
        run(lambda: live_event(**_with_outputs(changes)) and None)


def _with_outputs(value: Any) -> Any:
    if value is later:
        return later("wrong")
    return {key: _with_outputs(item) for key, item in value.items()} if isinstance(value, dict) else value


def test_every_leaf_may_come_from_another_resource():
    def outputs(value: Any) -> Any:
        if isinstance(value, dict):
            return {key: outputs(item) for key, item in value.items()}
        if isinstance(value, list | tuple):
            return [outputs(item) for item in value]
        return later(float(value) if type(value) is int else value)

    def program() -> None:
        whole = arguments()
        leaves = {key: outputs(whole[key]) for key in ("foundation", "segment", "encoder", "packager", "drm")}
        live_event(**leaves, epoch=later(builds.EPOCH))

    leaves = run(program)
    plain = run(live_event)
    assert {name: one.inputs.get("config") for name, one in leaves.resources.items()} == {
        name: one.inputs.get("config") for name, one in plain.resources.items()
    }


def test_a_fault_in_a_spec_is_told_with_every_other():
    with pytest.raises(ConfigError) as refused:
        inputs.structure({"duration": "x", "timescale": 0}, parts.Segment, "segment")
    assert [fault.field for fault in refused.value.faults] == ["segment.duration", "segment.timescale", "segment.ticks"]


def test_foundation_and_event_fit_together_in_one_program():
    def program() -> None:
        tags = naming.identity_tags("local", "rehearsal", 1, "foundation")
        args = {"tags": tags, "archive": {}, "cdn": {}, "drm": msgspec.to_builtins(builds.DRM)}
        foundation = Foundation("shared", args, roles=roles("local")["foundation"])
        live_event(foundation=foundation.for_events)

    seen = run(program).resources
    assert seen["match-cdn-edge-entry"].inputs["address"] == "http://foundation:7000"
    assert "shared-site-node" in seen["match-cdn-edge-entry"].depends


def test_options_of_the_program_are_honoured():
    class Bare(pulumi.ProviderResource):
        def __init__(self) -> None:
            super().__init__("eventstack", "mine", {})

    def program() -> None:
        parent = pulumi.ComponentResource("test:index:Season", "season")
        opts = pulumi.ResourceOptions(parent=parent, providers=[Bare()], protect=True)
        LiveEvent("match", arguments(), opts, roles=roles("local")["event"])

    seen = run(program).resources
    assert seen["match"].parent == "season"
    parts = [one for one in seen.values() if one.type == "eventstack:index:Part"]
    assert parts
    assert all(one.provider == "mine" and one.protect for one in parts)
