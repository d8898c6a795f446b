"""JSON Schema of what a user writes: an editor and the loader say the same of whole files, and of usual slips."""

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any, Literal, get_args, get_origin, get_type_hints

import pytest
from jsonschema import Draft202012Validator
from pydantic import TypeAdapter

from eventstack.clouds import CLOUDS
from eventstack.models import schema
from eventstack.models.choices import CHOICES
from eventstack.models.event import Event
from eventstack.models.load import shipped_profiles
from eventstack.models.profile import Profile
from eventstack.models.shape import Shape
from eventstack.models.yaml_reader import read
from tests.models.documents import EVENT, PROFILE, bent
from tests.pages.fields import models

KINDS: tuple[schema.Kind, ...] = ("event", "profile")
JUDGES = {kind: Draft202012Validator(schema.schema(kind)) for kind in KINDS}
ROOT = Path(__file__).parents[2]

EVENTS = ("Audience", "Blackout", "Contact", "Contribution", "Feed", "Input", "Placement", "Rights", "Window")
"""The mappings of an event that are no profile's."""

FULL = """\
id: cup-final
title: Cup final
window: {start: 2027-05-22T20:00, end: 2027-05-22T22:30, zone: Europe/Berlin}
contribution:
  protocol: srt
  mode: caller
  address: feed.example.org:9000
  passphrase: env:FEED_PASSPHRASE
  backup: {protocol: pull, address: https://feed.example.org/live.m3u8}
  expected: {codec: avc, size: 1920x1080, frame_rate: 50fps, scan: progressive, bitrate: 20Mbps, channels: 8}
audience: {expected: 20000, peak: 50000, ramp: 10m, countries: {DE: 70%, AT: 12.5%}}
profile: sports-1080p50
cloud: aws
placement: {within: [EU, CH], near: DE}
rights:
  territories: [DE, AT]
  blackouts: [{start: 2027-05-22T20:00+02:00, end: 2027-05-22T21:00Z, territories: [AT]}]
importance: high
series: season-2027
contacts: [{name: Desk, role: producer, phone: +49 30 1234567, email: desk@example.org}]
labels: {department: sports}
overrides:
  drm: off
  archive: {keep: null}
  timing: {line_up: 30m}
  audio: {tracks+: [{language: de}]}
"""

CHILD = """\
name: mine
extends: wide
slate: {image: file:slate.png, size: 1280x720}
drm: null
ladder: {renditions+: [{size: 1920x1080, bitrate: 6Mbps, level: "4.2"}]}
packaging: {start_over: off, low_latency: {part: 0.32s}}
archive: {keep: 30d}
captions+: [{language: de, format: teletext, service: 150}]
monitoring: {thresholds: {black: 3s, low_bitrate: 50%}}
"""


def faults(kind: schema.Kind, text: str) -> list[str]:
    return [fault.json_path for fault in JUDGES[kind].iter_errors(read(text.encode(), "written.yaml").data)]


@pytest.mark.parametrize("kind", KINDS)
def test_a_schema_is_one_of_its_draft(kind: schema.Kind) -> None:
    Draft202012Validator.check_schema(schema.schema(kind))
    assert schema.schema(kind)["$schema"] == schema.DRAFT


@pytest.mark.parametrize("kind", KINDS)
def test_the_kept_schema_is_the_models_own(kind: schema.Kind) -> None:
    kept = ROOT / "schema" / f"{kind}.schema.json"
    again = f"eventstack schema {kind} > schema/{kind}.schema.json"
    assert kept.read_text() == schema.text(kind), f"write it anew: {again}"


@pytest.mark.parametrize("path", sorted(shipped_profiles().glob("*.yaml")), ids=lambda path: path.stem)
def test_shipped_profiles_fit(path: Path) -> None:
    assert faults("profile", path.read_text()) == []


@pytest.mark.parametrize(
    "path", sorted((ROOT / "docs" / "examples" / "events").glob("*.yaml")), ids=lambda path: path.stem
)
def test_example_events_fit(path: Path) -> None:
    assert faults("event", path.read_text()) == []


@pytest.mark.parametrize(
    ("kind", "text"), [("event", EVENT), ("event", FULL), ("profile", PROFILE), ("profile", CHILD)]
)
def test_what_the_loader_takes_fits(kind: schema.Kind, text: str) -> None:
    assert faults(kind, text) == []


def test_the_full_event_is_one_that_the_model_takes_but_for_its_rules() -> None:
    text = FULL.replace(", near: DE", "").replace("audio: {tracks+: [{language: de}]}", "slate: true")
    assert Event.model_validate(read(text.encode(), "full.yaml").data).id == "cup-final"


@pytest.mark.parametrize(
    ("kind", "old", "new", "at"),
    [
        ("event", "title: An", "titel: An", "$"),
        ("event", "id: talk-20261122", "id: Talk_1", "$.id"),
        ("event", "id: talk-20261122\n", "", "$"),
        ("event", "2026-11-22T18:00", "tomorrow", "$.window.start"),
        ("event", "2026-11-22T19:30", "19:30", "$.window.end"),
        ("event", "latency: 200ms", "latency: 200", "$.contribution.latency"),
        ("event", "protocol: srt", "protocol: str", "$.contribution.protocol"),
        ("event", "passphrase: generated", "passphrase: hunter2", "$.contribution.passphrase"),
        ("event", "cloud: local", "cloud: local\noverrides: {drm: on}", "$.overrides.drm"),
        ("event", "cloud: local", "cloud: local\noverrides: {name: other}", "$.overrides"),
        ("event", "cloud: local", "cloud: local\noverrides: {timing: {lineup: 5m}}", "$.overrides.timing"),
        ("event", "cloud: local", "cloud: local\nrights: {territories: [Germany]}", "$.rights.territories[0]"),
        (
            "event",
            "cloud: local",
            "cloud: local\naudience: {expected: 1, countries: {DE: 70}}",
            "$.audience.countries.DE",
        ),
        (
            "event",
            "cloud: local",
            "cloud: local\naudience: {expected: 1, countries: {XX: 70%}}",
            "$.audience.countries",
        ),
        ("event", "cloud: local", "cloud: local\naudience: {expected: many}", "$.audience.expected"),
        ("event", "cloud: local", "cloud: local\nlabels: {eventstack-x: y}", "$.labels"),
        ("event", "cloud: local", "cloud: AWS", "$.cloud"),
        ("event", "cloud: local", "cloud: local\nregion: null", "$.region"),
        ("event", "cloud: local", "cloud: local\nplacement: {within: [EUR]}", "$.placement.within[0]"),
        ("event", "cloud: local", "cloud: local\noverrides: {drm: {scheme: aes}}", "$.overrides.drm.scheme"),
        ("event", "Europe/Berlin", "CEST", "$.window.zone"),
        ("profile", "frame_rate: 25fps", "frame_rate: 25", "$.ladder.frame_rate"),
        ("profile", "frame_rate: 25fps\n", "framerate: 25fps\n", "$.ladder"),
        ("profile", "preset: veryfast", "preset: verryfast", "$.ladder.preset"),
        ("profile", "size: 640x360", "size: 360p", "$.ladder.renditions[0].size"),
        ("profile", "      bitrate: 800kbps\n", "", "$.ladder.renditions[0]"),
        ("profile", "channels: 2", "channels: 5", "$.audio.tracks[0].channels"),
        ("profile", "rotation: off", "rotation: never", "$.drm.rotation"),
        ("profile", "slate: true", "slate: yes", "$.slate"),
        ("profile", "vod: true", "vod: yes", "$.archive.vod"),
        ("profile", "layers: split", "layers: spilt", "$.layers"),
        ("profile", "  line_up: 12s\n", "", "$.timing"),
    ],
)
def test_a_usual_slip_is_marked(kind: schema.Kind, old: str, new: str, at: str) -> None:
    text = bent(EVENT if kind == "event" else PROFILE, old, new)
    assert any(path.startswith(at) or at == "$" for path in faults(kind, text))


@pytest.mark.parametrize("kind", KINDS)
def test_every_field_has_a_title_and_words(kind: schema.Kind) -> None:
    untold = [place for place, field in fields(schema.schema(kind), "$") if not told(field)]
    assert untold == []


@pytest.mark.parametrize("kind", KINDS)
def test_every_mapping_of_known_keys_refuses_others(kind: schema.Kind) -> None:
    whole = schema.schema(kind)
    parts = {"$": whole, **whole["$defs"]}
    mappings = {name: part for name, part in parts.items() if "properties" in part}
    assert [name for name, part in mappings.items() if part.get("additionalProperties") is not False] == []


def test_the_clouds_are_those_that_there_are() -> None:
    assert schema.schema("event")["properties"]["cloud"]["enum"] == list(CLOUDS)


def test_every_choice_has_its_sentence_and_no_other_has() -> None:
    wanted = {place: choices for place, choices in literals() if choices}
    known = {place: set(told) for place, told in CHOICES.items()}
    coded = {("Event", "cloud"), ("Track", "channels")}
    assert {place: choices for place, choices in known.items() if place not in coded} == wanted
    assert all(told.endswith(".") for sentences in CHOICES.values() for told in sentences.values())


@pytest.mark.parametrize("kind", KINDS)
def test_what_an_editor_is_told_of_choices_is_as_long_as_they_are(kind: schema.Kind) -> None:
    found = [part for part in parts(schema.schema(kind)) if "enum" in part and "errorMessage" not in part]
    assert [part for part in found if len(part["enum"]) != len(part["enumDescriptions"])] == []


@pytest.mark.parametrize("kind", KINDS)
def test_every_pattern_of_a_value_says_in_words_what_is_wanted(kind: schema.Kind) -> None:
    assert [
        part for part in parts(schema.schema(kind)) if "pattern" in part and "patternErrorMessage" not in part
    ] == []


def test_a_word_that_stands_for_nothing_is_said_beside_the_form() -> None:
    whole = schema.schema("profile")
    start_over = whole["$defs"]["Packaging"]["properties"]["start_over"]
    assert start_over["patternErrorMessage"].startswith("Wanted: off, or a duration")
    assert whole["properties"]["slate"]["default"] is False
    assert whole["properties"]["drm"]["default"] == "off"


def test_an_event_is_offered_null_only_where_it_removes() -> None:
    whole = schema.schema("event")
    own = {name: field for name, field in whole["properties"].items() if name != "overrides"}
    of_event = {name: part for name, part in whole["$defs"].items() if part.get("type") == "object"}
    texts = [json.dumps(field) for field in (own, {name: of_event[name] for name in EVENTS})]
    assert [text for text in texts if "null" in text] == []
    assert "null" in json.dumps(whole["properties"]["overrides"])


def test_the_fields_are_the_models_fields() -> None:
    assert set(schema.schema("event")["properties"]) == set(Event.model_fields)
    own = {name for name in schema.schema("profile")["properties"] if not name.endswith("+")}
    assert own == set(Profile.model_fields) | {"extends", "abstract"}


@pytest.mark.parametrize("kind", KINDS)
def test_an_example_fits_where_it_stands(kind: schema.Kind) -> None:
    whole = schema.schema(kind)
    wrong = []
    for place, field in fields(whole, "$"):
        judge = Draft202012Validator({"$defs": whole["$defs"], **field})
        shown = [*field.get("examples", ()), *([field["default"]] if "default" in field else [])]
        wrong += [(place, example) for example in shown if not judge.is_valid(example)]
    assert wrong == []


@pytest.mark.parametrize("model", {**models(Event), **models(Profile)}, ids=lambda model: model.__name__)
def test_an_example_is_one_that_the_model_takes(model: type[Shape]) -> None:
    """Also where a type has examples for all its fields: those of a field are right for that field."""
    told = model.model_json_schema()["properties"]
    for name, kind in get_type_hints(model, include_extras=True).items():
        if name in model.model_fields and not isinstance(told[name].get("$ref"), str) and name not in ("start", "end"):
            for example in _examples(told[name]):
                TypeAdapter(kind).validate_python(example)


@pytest.mark.parametrize("kind", KINDS)
def test_the_text_is_the_schema(kind: schema.Kind) -> None:
    assert json.loads(schema.text(kind)) == schema.schema(kind)


def fields(part: Any, place: str) -> list[tuple[str, dict[str, Any]]]:
    """Every field of a schema, by its place."""
    found = []
    for name, field in part.get("properties", {}).items():
        found += [(f"{place}.{name}", field), *fields(field, f"{place}.{name}")]
    for name, inner in part.get("$defs", {}).items():
        found += fields(inner, name)
    return found


def _examples(field: dict[str, Any]) -> list[Any]:
    """Those of a field, or those of the form that it has."""
    inner = [one for form in field.get("anyOf", ()) for one in form.get("examples", ())]
    return list(field.get("examples", inner))


def parts(part: Any) -> Iterator[dict[str, Any]]:
    """Every schema inside a schema, and itself."""
    if isinstance(part, dict):
        yield part
    for inner in part.values() if isinstance(part, dict) else part if isinstance(part, list) else ():
        yield from parts(inner)


def literals() -> Iterator[tuple[tuple[str, str], set[Any]]]:
    """The choices of each field of a file's mappings, in the class that says them first."""
    for model in {**models(Event), **models(Profile)}:
        for name, hint in model.__annotations__.items():
            del hint
            kind = get_type_hints(model, include_extras=True)[name]
            if name in model.model_fields:
                yield (model.__name__, name), set(choices_of(kind))


def choices_of(hint: Any) -> Iterator[Any]:
    if get_origin(hint) is Literal:
        yield from get_args(hint)
        return
    for inner in get_args(hint):
        if not (isinstance(inner, type) and issubclass(inner, Shape)):
            yield from choices_of(inner)


def told(field: dict[str, Any]) -> bool:
    return bool(field.get("title")) and len(field.get("description", "")) > 5
