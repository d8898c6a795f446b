"""JSON Schema (draft 2020-12) of event and profile files, so that an editor's completion teaches the format.

What the models say, and what they can't: the words (`off`) that stand for nothing, keys that append to a base's list
(`renditions+`), values that remove a base's (`null`), and the forms of text that code checks. A schema judges one file
alone: rules across fields and files are left to `eventstack validate`. `eventstack schema` and `init` give it out.
"""

import json
from collections.abc import Iterator, Mapping
from typing import Annotated, Any, Literal

from pydantic import TypeAdapter, ValidationError
from pydantic.fields import FieldInfo

from eventstack.models import countries
from eventstack.models.event import Event
from eventstack.models.profile import Profile
from eventstack.models.shape import Shape

Kind = Literal["event", "profile"]
Schema = dict[str, Any]

DRAFT = "https://json-schema.org/draft/2020-12/schema"

MODELS: Mapping[Kind, type[Shape]] = {"event": Event, "profile": Profile}

_COUNTRY = r"^[A-Z]{2}$"
_TIME = r"^[0-9]{4}-[0-9]{2}-[0-9]{2}[T ][0-9]{2}:[0-9]{2}(:[0-9]{2})?(Z|[+-][0-9]{2}:[0-9]{2})?$"
_IMAGE = r"^file:.+\.([pP][nN][gG]|[jJ][pP][eE]?[gG])$"

_FORMS: Mapping[tuple[str, str], Schema] = {
    ("Span", "start"): {"pattern": _TIME},
    ("Span", "end"): {"pattern": _TIME},
    ("Span", "zone"): {"pattern": r"^[A-Z][A-Za-z0-9_+-]*(/[A-Za-z0-9_+-]+){0,2}$"},
    ("Blackout", "territories"): {"items": {"type": "string", "pattern": _COUNTRY}},
    ("Rights", "territories"): {"items": {"type": "string", "pattern": _COUNTRY}},
    ("Rights", "except_in"): {"items": {"type": "string", "pattern": _COUNTRY}},
    ("Audience", "countries"): {"propertyNames": {"pattern": _COUNTRY}},
    ("Placement", "near"): {"pattern": _COUNTRY},
    ("Placement", "within"): {
        "items": {"anyOf": [{"enum": list(countries.jurisdictions())}, {"type": "string", "pattern": _COUNTRY}]}
    },
    ("Input", "address"): {"pattern": r"^((https?|rtmps?)://[^\s@]+|[^\s/@]+:[0-9]{1,5})$"},
    ("Input", "allow"): {"items": {"type": "string", "pattern": r"^[0-9a-fA-F.:]+/[0-9]{1,3}$"}},
    ("Track", "channels"): {"enum": [1, 2, 6, 8]},
    ("Speke", "url"): {"pattern": r"^https://[^\s@?]+$"},
    ("Slate", "image"): {"pattern": _IMAGE},
}
"""The forms of text that code checks, as far as a pattern can say them."""


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
    said = _without(over["properties"], "name")
    whole["properties"]["overrides"] |= {"additionalProperties": False, "properties": said}
    return {
        "$schema": DRAFT,
        "title": "An event of eventstack",
        **_without(whole, "title"),
        "$defs": whole["$defs"] | parts,
    }


def _profile() -> Schema:
    whole = _told(Profile)
    needs = _needs(Profile)
    for part in whole["$defs"].values():
        _may_merge(part)
    _as_items_again(whole["$defs"])
    _may_merge(whole, but=("name",))
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
    told: Schema = {"title": name.replace("_", " ").capitalize()} | _without(said, "title", "default")
    told["description"] = " ".join(str(field.description or said.get("description", "")).split())
    _refine(told, _form(model, name))
    default = said.get("default")
    if default is not None and not isinstance(default, dict) and default != []:
        told["default"] = default
    words = _words(field)
    if words and "anyOf" in told:
        told["anyOf"] = [*words, *told["anyOf"]]
        if field.default is None and {"const": "off"} in words:
            told["default"] = "off"
    elif words:
        inner = {key: told.pop(key) for key in list(told) if key not in _ABOUT}
        told["anyOf"] = [*words, inner]
    return told


_ABOUT = ("title", "description", "default", "examples")


def _form(model: type[Shape], name: str) -> Schema:
    return next((_FORMS[one.__name__, name] for one in model.__mro__ if (one.__name__, name) in _FORMS), {})


def _refine(told: Schema, form: Schema) -> None:
    """Put a form where the value is, beside the null that it may be instead."""
    value = next((one for one in told.get("anyOf", ()) if one.get("type") != "null"), told)
    value.pop("format", None)
    value.update(form)


def _words(field: FieldInfo) -> list[Schema]:
    """The words that a field reads as nothing, or as a mapping that says nothing."""
    kind: Any = Annotated[field.annotation, *field.metadata] if field.metadata else field.annotation
    reader: TypeAdapter[Any] = TypeAdapter(kind)
    found: list[Schema] = []
    if _read(reader, "off") is None:
        found.append({"const": "off"})
    if isinstance(_read(reader, True), Shape):
        found.append({"type": "boolean"})
    return found


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
    """Let a mapping be one over another: nothing is required, null removes, a plus appends."""
    part.pop("required", None)
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
        lists = [one for one in (field, *field.get("anyOf", ())) if one.get("type") == "array"]
        if lists:
            every[f"{name}+"] = {
                "title": f"{field['title']}, more",
                "description": f"Appended to the list that the base has: {field['description']}",
                "type": "array",
                "items": lists[0]["items"],
            }
    return every


def _or_null(field: Schema) -> Schema:
    if {"type": "null"} in field.get("anyOf", ()):
        return field
    if "anyOf" in field:
        return field | {"anyOf": [*field["anyOf"], {"type": "null"}]}
    about = {key: field[key] for key in _ABOUT if key in field}
    return about | {"anyOf": [_without(field, *_ABOUT), {"type": "null"}]}


def _without(part: Schema, *keys: str) -> Schema:
    return {key: value for key, value in part.items() if key not in keys}
