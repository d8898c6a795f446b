"""JSON Schema (draft 2020-12) of event and profile files, so that an editor's completion teaches the format.

What the models say, and what they can't: the words (`off`) that stand for nothing, keys that append to a base's list
(`renditions+`), values that remove a base's (`null`), and the forms of text that code checks. A schema judges one file
alone: rules across fields and files are left to `eventstack validate`. `eventstack schema` and `init` give it out.
"""

import json
from collections.abc import Iterator, Mapping
from copy import deepcopy
from typing import Annotated, Any, Literal

from pydantic import TypeAdapter, ValidationError
from pydantic.fields import FieldInfo

from eventstack.models import countries
from eventstack.models.choices import CHOICES
from eventstack.models.event import Event
from eventstack.models.profile import Profile
from eventstack.models.references import SecretReference, SourceReference
from eventstack.models.shape import ID_PATTERN, Shape
from eventstack.models.units import Bitrate, Duration, FrameRate, Loudness, Resolution, Share, TruePeak

Kind = Literal["event", "profile"]
Schema = dict[str, Any]

DRAFT = "https://json-schema.org/draft/2020-12/schema"

MODELS: Mapping[Kind, type[Shape]] = {"event": Event, "profile": Profile}

_TIME = r"^[0-9]{4}-[0-9]{2}-[0-9]{2}[T ][0-9]{2}:[0-9]{2}(:[0-9]{2})?(Z|[+-][0-9]{2}:[0-9]{2})?$"
_ZONE = r"^((?!Etc/)[A-Z][A-Za-z0-9_+-]*(/[A-Za-z0-9_+-]+){1,2}|(Etc/)?UTC)$"
_IMAGE = r"^file:.+\.([pP][nN][gG]|[jJ][pP][eE]?[gG])$"
_ADDRESS = r"^((https?|rtmps?)://[^\s@]+|[^\s/@]+:[0-9]{1,5})$"
_NETWORK = r"^[0-9a-fA-F.:]+/[0-9]{1,3}$"
_HTTPS = r"^https://[^\s@?]+$"
_LABEL = r"^(?!eventstack)[a-z][a-z0-9_-]{0,62}$"

_COUNTRY: Schema = {"$ref": "#/$defs/Country"}
_COUNTRIES: Schema = {"items": _COUNTRY}

_FORMS: Mapping[tuple[str, str], Schema] = {
    ("Event", "labels"): {"propertyNames": {"pattern": _LABEL}},
    ("Span", "start"): {"pattern": _TIME},
    ("Span", "end"): {"pattern": _TIME},
    ("Span", "zone"): {"pattern": _ZONE},
    ("Blackout", "territories"): _COUNTRIES,
    ("Rights", "territories"): _COUNTRIES,
    ("Rights", "except_in"): _COUNTRIES,
    ("Audience", "countries"): {"propertyNames": _COUNTRY},
    ("Placement", "near"): _COUNTRY,
    ("Placement", "within"): {"items": {"$ref": "#/$defs/Jurisdiction"}},
    ("Input", "address"): {"pattern": _ADDRESS},
    ("Input", "allow"): {"items": {"type": "string", "pattern": _NETWORK}},
    ("Speke", "url"): {"pattern": _HTTPS},
    ("Slate", "image"): {"pattern": _IMAGE},
}
"""The forms of text that code checks, as far as a pattern can say them."""

_WRITTEN = (Bitrate, Duration, FrameRate, Resolution, Share, Loudness, TruePeak, SecretReference, SourceReference)

_WANTED: Mapping[str, str] = {
    **{one.pattern: one.allowed for one in _WRITTEN},
    ID_PATTERN: "lower-case letters, digits and inner hyphens, up to 48",
    _TIME: "a time as 2027-11-22T18:00, with a zone beside it or an offset behind it",
    _ZONE: "a name of the IANA zone database, as Europe/Berlin or UTC; no abbreviation",
    _IMAGE: "file:PATH of a PNG or JPEG, as file:slate.png",
    _ADDRESS: "host:port, as feed.example.org:9000, or an address with https, http, rtmp or rtmps",
    _NETWORK: "a network in CIDR form, as 203.0.113.0/24",
    _HTTPS: "an address with https and without a query, as https://keys.example.org/speke",
    _LABEL: "a word of lower-case letters, digits, _ and -, that does not begin with eventstack",
}
"""What an editor says where text does not fit a pattern; what a field says of itself where there is nothing here."""


def schema(kind: Kind) -> Schema:
    """The schema of an `event` or a `profile` file, as plain JSON values."""
    return _event() if kind == "event" else _profile()


def text(kind: Kind) -> str:
    """The schema as the text of a file; the same bytes each time."""
    return f"{json.dumps(schema(kind), indent=2, ensure_ascii=False)}\n"


def _event() -> Schema:
    whole = _told(Event)
    over = _told(Profile)
    parts = over["$defs"]
    assert not parts.keys() & whole["$defs"].keys(), "an event's and a profile's parts share a name"
    for part in parts.values():
        _may_merge(part)
    _as_items_again(parts)
    _may_merge(over)
    over["type"] = "object"
    said = _without(over["properties"], "name")
    whole["properties"]["overrides"] |= {"additionalProperties": False, "properties": said}
    return {
        "$schema": DRAFT,
        "title": "An event of eventstack",
        **_without(whole, "title"),
        "$defs": whole["$defs"] | parts | _places(),
    }


def _places() -> Schema:
    """Countries, and the jurisdictions that hold them, each with its name."""
    names = {code: countries.place(code).name for code in sorted(countries.known())}
    unions = {name: f"Its {len(countries.members(name))} countries." for name in countries.jurisdictions()}
    return {
        "Country": {"description": "A country's code as ISO 3166-1 has it.", **_one_of(names)},
        "Jurisdiction": {"description": "A country, or several under one law.", **_one_of(unions | names)},
    }


def _one_of(choices: Mapping[Any, str]) -> Schema:
    return {"enum": list(choices), "enumDescriptions": list(choices.values())}


def _profile() -> Schema:
    whole = _told(Profile)
    needs = _needs(Profile)
    for part in whole["$defs"].values():
        _may_merge(part)
    _as_items_again(whole["$defs"])
    _may_merge(whole, but=("name",))
    whole["type"] = "object"
    own = {
        "name": whole["properties"].pop("name"),
        "extends": {
            "title": "Extends",
            "description": "The profile that this one stands on: its name, or the path of its file. Mappings merge, "
            "lists replace, a key with a plus (renditions+) appends to a list, null removes.",
            "type": "string",
            "examples": ["sports-1080p50", "../shared/house-base.yaml"],
        },
        "abstract": {
            "title": "Abstract",
            "description": "true for a profile that is only there to be extended: it may leave out what it must say.",
            "type": "boolean",
            "default": False,
        },
    }
    whole["properties"] = own | whole["properties"]
    whole["required"] = ["name"]
    stands_alone = {"not": {"anyOf": [{"required": ["extends"]}, {"required": ["abstract"]}]}}
    return {
        "$schema": DRAFT,
        "title": "A profile of eventstack",
        **_without(whole, "title", "$defs"),
        "if": stands_alone,
        "then": needs,
        "$defs": whole["$defs"],
    }


def _told(model: type[Shape]) -> Schema:
    """A model's own schema, with each field's title in words, its forms, and the words that stand for nothing."""
    whole: Schema = model.model_json_schema()
    for part, of in ((whole, model), *((whole["$defs"][one.__name__], one) for one in _shapes(model))):
        for name, field in of.model_fields.items():
            part["properties"][name] = _field(part["properties"][name], of, name, field)
    return whole


def _field(said: Schema, model: type[Shape], name: str, field: FieldInfo) -> Schema:
    about: Schema = {
        "title": name.replace("_", " ").capitalize(),
        "description": " ".join(str(field.description or said.get("description", "")).split()),
    }
    value = _value(_without(said, "title", "description", "default"))
    value |= deepcopy(_kept(_FORMS, model, name))
    if "$ref" in value:
        value.pop("type", None)
    _described(value, _kept(CHOICES, model, name))
    _worded(value, about["description"])
    words = _words(field)
    if words:
        value = _or_words(value, words)
    default = said.get("default")
    if default is not None and not isinstance(default, dict) and default != []:
        about["default"] = default
    elif words and field.default is None:
        about["default"] = False if False in words else "off"
    return about | value


_ABOUT = ("title", "description", "default", "examples")


def _value(said: Schema) -> Schema:
    """The plain form of a value that may be left out: what says so has its place in a file, and null has none."""
    forms = [one for one in said.get("anyOf", ()) if one != {"type": "null"}]
    plain = {**forms[0], **_without(said, "anyOf")} if len(forms) == 1 else dict(said)
    return _without(plain, "format", "description")


def _kept(table: Mapping[tuple[str, str], Any], model: type[Shape], name: str) -> Any:
    return next((table[one.__name__, name] for one in model.__mro__ if (one.__name__, name) in table), {})


def _described(value: Schema, choices: Mapping[Any, str]) -> None:
    """Put what each choice means beside it, in a list beside those of its items."""
    if choices:
        value.get("items", value).update(_one_of(choices))


def _worded(value: Schema, description: str) -> None:
    """Say in words what is wanted where text does not fit a pattern."""
    if "pattern" in value:
        value["patternErrorMessage"] = f"Wanted: {_WANTED.get(value['pattern'], description)}"
    for key in ("items", "additionalProperties", "propertyNames"):
        if isinstance(inner := value.get(key), dict):
            value[key] = inner = _without(inner, "description", "examples") if "pattern" in inner else inner
            _worded(inner, description)
    for inner in value.get("patternProperties", {}).values():
        _worded(inner, description)


def _or_words(value: Schema, words: tuple[Any, ...]) -> Schema:
    """A value that words may stand for: one pattern where it is text, else a mapping or one of the words."""
    if "pattern" in value:
        message = value["patternErrorMessage"].replace("Wanted: ", f"Wanted: {', '.join(words)}, or ", 1)
        return value | {"pattern": f"^({'|'.join(words)})$|{value['pattern']}", "patternErrorMessage": message}
    about = {key: value[key] for key in _ABOUT if key in value}
    return about | {
        "if": {"type": "object"},
        "then": _without(value, *_ABOUT),
        "else": {"enum": [*words], "errorMessage": f"Wanted: {', '.join(map(_written, words))}, or a mapping"},
    }


def _written(word: Any) -> str:
    return word if isinstance(word, str) else json.dumps(word)


def _words(field: FieldInfo) -> tuple[Any, ...]:
    """The words that a field reads as nothing, or as a mapping that says nothing."""
    kind: Any = Annotated[field.annotation, *field.metadata] if field.metadata else field.annotation
    reader: TypeAdapter[Any] = TypeAdapter(kind)
    found: tuple[Any, ...] = ("off",) if _read(reader, "off") is None else ()
    return (True, False, *found) if isinstance(_read(reader, True), Shape) else found


def _read(reader: TypeAdapter[Any], value: Any) -> Any:
    try:
        return reader.validate_python(value)
    except ValidationError:
        return ValidationError


def _shapes(model: type[Shape]) -> Iterator[type[Shape]]:
    """The mappings inside a model, each once."""
    known: dict[type[Shape], None] = {}

    def look(annotation: Any) -> None:
        if isinstance(annotation, type) and issubclass(annotation, Shape) and annotation not in known:
            known[annotation] = None
            for field in annotation.model_fields.values():
                look(field.annotation)
        for inner in getattr(annotation, "__args__", ()):
            look(inner)

    for field in model.model_fields.values():
        look(field.annotation)
    yield from known


def _needs(model: type[Shape]) -> Schema:
    """What must be said of a mapping that stands on no other, and of those inside; lists ask for theirs themselves."""
    inside = {
        name: needs
        for name, field in model.model_fields.items()
        if name != "name" and (shape := _mapping(field.annotation)) and (needs := _needs(shape))
    }
    required = [name for name, field in model.model_fields.items() if field.is_required() and name != "name"]
    found: Schema = {}
    if required:
        found["required"] = required
    if inside:
        found["properties"] = inside
    return found


def _mapping(annotation: Any) -> type[Shape] | None:
    """The mapping that a field is, or may be; None for lists of them and for all else."""
    if isinstance(annotation, type) and issubclass(annotation, Shape):
        return annotation
    if getattr(annotation, "__origin__", None) is tuple:
        return None
    return next((shape for one in getattr(annotation, "__args__", ()) if (shape := _mapping(one))), None)


def _may_merge(part: Schema, but: tuple[str, ...] = ()) -> None:
    """Let a mapping be one over another: nothing is required, null removes (itself too), a plus appends."""
    part.pop("required", None)
    part["type"] = ["object", "null"]
    kept = {name: field for name, field in part["properties"].items() if name in but}
    more = {name: _or_null(field) for name, field in part["properties"].items() if name not in but}
    part["properties"] = kept | _with_appending(more)


def _as_items_again(parts: dict[str, Schema]) -> None:
    """Mappings in lists are never merged: they say all that they must, and nothing is appended in them."""
    for model in _items(Profile):
        whole = _told(model)
        parts[model.__name__] = _without(whole, "$defs")


def _items(model: type[Shape]) -> Iterator[type[Shape]]:
    for shape in (model, *_shapes(model)):
        for field in shape.model_fields.values():
            for inner in _tuples(field.annotation):
                if isinstance(inner, type) and issubclass(inner, Shape):
                    yield inner


def _tuples(annotation: Any) -> Iterator[Any]:
    arguments: tuple[Any, ...] = getattr(annotation, "__args__", ())
    if getattr(annotation, "__origin__", None) is tuple:
        yield arguments[0]
    else:
        for inner in arguments:
            yield from _tuples(inner)


def _with_appending(fields: Mapping[str, Schema]) -> dict[str, Schema]:
    """The fields, and beside each list the key that appends to the base's."""
    every: dict[str, Schema] = {}
    for name, field in fields.items():
        every[name] = field
        if "items" in field:
            every[f"{name}+"] = {
                "title": f"{field['title']}, more",
                "description": f"Appended to the list that the base has: {field['description']}",
                "type": "array",
                "items": field["items"],
            }
    return every


def _or_null(field: Schema) -> Schema:
    """A field that null may remove; a mapping's own schema has its null."""
    if "else" in field:
        return field | {"else": field["else"] | {"enum": [*field["else"]["enum"], None]}}
    if "enum" in field:
        described = [*field["enumDescriptions"], "Removes what the base says."]
        field = field | {"enum": [*field["enum"], None], "enumDescriptions": described}
    return field | {"type": [field["type"], "null"]} if "type" in field else field


def _without(part: Schema, *keys: str) -> Schema:
    return {key: value for key, value in part.items() if key not in keys}
