"""From pydantic's errors to faults that name file, line, field, value given and what is allowed: the one seam.

Types of ours refuse a value with `unfit`, rules across fields with `broken`; everything else is pydantic's own wording,
put into ours here.
"""

import difflib
import re
import types
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import replace
from functools import cache
from typing import Annotated, Any, Literal, NamedTuple, Union, get_args, get_origin, get_type_hints

from pydantic import BaseModel, TypeAdapter, ValidationError
from pydantic_core import ErrorDetails, PydanticCustomError

from eventstack.errors import Fault
from eventstack.models import slips
from eventstack.models.document import Document, Path
from eventstack.models.quoting import is_reference, secretive, shown
from eventstack.models.yaml_reader import MAX_FAULTS


class Rule(NamedTuple):
    """A rule across fields that a document breaks, at `path` from the model that checks it."""

    path: Path
    message: str
    allowed: str | None = None
    hint: str | None = None


def unfit(
    reason: str,
    *,
    allowed: str | None = None,
    hint: str | Callable[[], str | None] | None = None,
    hide: bool = False,
) -> PydanticCustomError:
    """A value that a type of ours refuses; `hide` keeps what was given out of the fault (it may be a secret).

    A hint that takes time to find is given as a function, which is called for as many faults as are shown.
    """
    context: dict[str, Any] = {"reason": reason, "allowed": allowed, "hint": hint, "hide": hide}
    return PydanticCustomError("unfit", "{reason}", context)


def broken(rules: Sequence[Rule]) -> PydanticCustomError:
    """Rules that a whole model breaks."""
    return PydanticCustomError(
        "rules", "{reason}", {"reason": "; ".join(rule.message for rule in rules), "rules": tuple(rules)}
    )


def twice(path: Path, items: Iterable[object]) -> Iterator[Rule]:
    """Nothing stands in a list of names twice."""
    seen: set[object] = set()
    for index, item in enumerate(items):
        if item in seen:
            yield Rule((*path, index), "listed twice", hint="remove one")
        seen.add(item)


def nearest(word: str, known: Iterable[str]) -> str | None:
    """The known word that was probably meant; None rather than one that is only somewhat like it.

    A wrong guess misleads, and where it says who gets in, it lets them in.
    """
    by_case = {item.lower(): item for item in known}
    text = word[:64].lower()
    found = difflib.get_close_matches(text, by_case, n=1, cutoff=0.8 if len(text) <= 5 else 0.75)
    return by_case[found[0]] if found else None


def in_order(faults: Iterable[Fault]) -> list[Fault]:
    """Faults as a reader meets them: by file, then by place, then by field; none twice."""
    return sorted(
        dict.fromkeys(faults),
        key=lambda fault: (fault.file or "", fault.line or 0, fault.column or 0, fault.field or "", fault.message),
    )


def translate(
    error: ValidationError, document: Document, model: type[BaseModel], *, partial: bool = False
) -> list[Fault]:
    """Every fault behind pydantic's error, in the order of the file; of a `partial` document not what it lacks."""
    faults: list[Fault] = []
    details = error.errors(include_url=False)
    more = len(details[MAX_FAULTS:])
    details = _once(details[:MAX_FAULTS], model)
    inside = {detail["loc"][:length] for detail in details for length in range(len(detail["loc"]))}
    halves = _halves(details, document)
    for detail in details:
        if any(detail["loc"][: len(half)] == half for pair in halves for half in pair):
            continue
        if partial and detail["type"] == "missing" and not any(isinstance(part, int) for part in detail["loc"]):
            continue  # others complete a mapping, but nobody an entry of a list
        if detail["type"] == "too_short" and detail["loc"] in inside:
            continue  # entries that are wrong were not counted
        path: Path = tuple(part for part in detail["loc"] if part != "[key]")
        context = detail.get("ctx", {})
        if detail["type"] == "rules":
            room = MAX_FAULTS - len(faults)
            faults += [told(rule._replace(path=(*path, *rule.path)), document) for rule in context["rules"][:room]]
            more += len(context["rules"][room:])
        else:
            faults.append(_fault(detail, path, context, document, model))
    faults += [_comma(*pair, document) for pair in halves]
    return bounded(in_order(faults), more)


def bounded(faults: Sequence[Fault], more: int = 0) -> list[Fault]:
    """The first faults, up to MAX_FAULTS; the last of them says how many there are besides, with `more` untold ones."""
    more += len(faults[MAX_FAULTS:])
    kept = list(faults[:MAX_FAULTS])
    if more and kept:
        told = f"mend these first: {more} more faults are not shown"
        kept[-1] = replace(kept[-1], hint=f"{kept[-1].hint}; and {told}" if kept[-1].hint else told)
    return kept


_HALF = re.compile(r"[0-9]+ ?[A-Za-z%/]*")


def _halves(details: Sequence[ErrorDetails], document: Document) -> list[tuple[Path, Path]]:
    """Numbers that a decimal comma cut in two inside braces: the key of the first half, and the second as a key."""
    found: dict[tuple[Path, Path], None] = {}
    for detail in details:
        path: Path = tuple(part for part in detail["loc"] if part != "[key]")
        source, at = document.source(path)
        if not isinstance(path[-1] if path else None, str) or source.written.get(at) != "":
            continue
        before = [key for key in source.keys if key[:-1] == at[:-1] and source.keys[key] < source.keys.get(at, (0, 0))]
        first = max(before, key=lambda key: source.keys[key], default=None)
        if first and _HALF.fullmatch(str(path[-1])) and source.written.get(first, "").isdigit():
            found[(*path[:-1], first[-1]), path] = None
    return list(found)


def _comma(first: Path, second: Path, document: Document) -> Fault:
    source, at = document.source(first)
    whole, rest = source.written[at], str(second[-1])
    hint = f"did you mean {whole}.{rest}?"
    return document.fault(
        first, "a decimal comma", given=shown(f"{whole},{rest}"), allowed="a decimal point", hint=hint
    )


def _once(details: list[ErrorDetails], model: type[BaseModel]) -> list[ErrorDetails]:
    """The details without those that follow from another: a key is missing because it is misspelt."""
    unknown = [detail["loc"] for detail in details if detail["type"] == "extra_forbidden"]
    misspelt = {
        (*loc[:-1], meant) for loc in unknown if (meant := nearest(str(loc[-1]), _fields(model, loc[:-1]))) is not None
    }
    return [one for one in details if not (one["type"] == "missing" and one["loc"] in misspelt)]


def _unknown(path: Path, document: Document, model: type[BaseModel]) -> Fault:
    key, known = str(path[-1]), _fields(model, path[:-1])
    if path[:-1] == () and "extends" not in known and "timing" in known and document.source(path)[1] == path:
        known = [*known, "extends", "abstract"]
    meant = nearest(key, known)
    hint = f"did you mean {meant}?" if meant else _elsewhere(path, document, model)
    return document.fault(path, "unknown key", key=True, given=shown(key), allowed=", ".join(known), hint=hint)


def _elsewhere(path: Path, document: Document, model: type[BaseModel]) -> str | None:
    """Under which key beside it an unknown key belongs: one whose value is missing, else the only one that knows it."""
    around = path[:-1]
    homes = [name for name in _fields(model, around) if path[-1] in _fields(model, (*around, name))]
    empty = [name for name in homes if document.source((*around, name))[0].written.get((*around, name)) == ""]
    home = empty[0] if empty else homes[0] if len(homes) == 1 else None
    return f"it belongs under {home}: indent it below that line" if home else None


def _asked(hint: str | Callable[[], str | None] | None) -> str | None:
    """A hint, which may be worked out only for what is shown."""
    return hint() if callable(hint) else hint


def told(rule: Rule, document: Document) -> Fault:
    """A broken rule as a fault of the document, at the value that it is about."""
    given = _written(document, rule.path)
    return document.fault(rule.path, rule.message, given=given, allowed=rule.allowed, hint=rule.hint)


def _fault(
    detail: ErrorDetails, path: Path, context: dict[str, Any], document: Document, model: type[BaseModel]
) -> Fault:
    of_key = "[key]" in detail["loc"]
    given = shown(str(path[-1])) if of_key else _written(document, path)
    match detail["type"]:
        case "unfit":
            hide = bool(context["hide"])
            return document.fault(
                path,
                context["reason"],
                key=of_key,
                given=None if hide else given,
                allowed=_or_off(context["allowed"], model, path),
                hint=_asked(context["hint"]) or (None if hide or of_key else _meant(document, model, path)),
                hide=hide,
            )
        case "extra_forbidden":
            return _unknown(path, document, model)
        case "missing":
            return _missing(path, document, model)
        case "literal_error":
            options = _options(model, path)
            meant = nearest(str(detail["input"]), options)
            hint = f"did you mean {meant}?" if meant else _meant(document, model, path)
            if meant and meant == str(detail["input"]):
                hint = f'put it in quotes: "{meant}"'
            return document.fault(path, "not one of the choices", given=given, allowed=", ".join(options), hint=hint)
        case kind:
            message, allowed = _reworded(kind, context, detail["msg"])
            if kind == "string_pattern_mismatch":
                of_id = context["pattern"] == slips.ID_PATTERN and path[-1] != "cloud"
                allowed = slips.ID_FORM if of_id else _description(model, path) or allowed
            elif allowed == "a whole number":
                allowed += _range(model, path)
            hint = None if of_key else _meant(document, model, path)
            return document.fault(path, message, key=of_key, given=given, allowed=allowed, hint=hint)


def _or_off(allowed: str | None, model: type[BaseModel], path: Path) -> str | None:
    """What is allowed, and off where the field takes that too."""
    return f"{allowed}, or off" if allowed and "off" not in allowed and _fits(model, path, "off") else allowed


def _meant(document: Document, model: type[BaseModel], path: Path) -> str | None:
    """What was probably meant by the text at `path`: the first of the usual slips that the field takes."""
    source, at = document.source(path)
    text = source.written.get(at)
    if not text or any(isinstance(part, str) and secretive(part) for part in at):
        return None
    for value in slips.candidates(text):
        if _fits(model, path, value):
            if str(value) == text:
                return (
                    f"put it in quotes: {slips.spelt(value)}" if isinstance(value, str) else "write it without quotes"
                )
            return f"did you mean {slips.spelt(value)}?"
    listed = [_entry(model, path, entry) for entry in slips.entries(text)]
    if listed and _fits(model, path, listed):
        return f"write [{', '.join(map(slips.spelt, listed))}]"
    return None


def _entry(model: type[BaseModel], path: Path, text: str) -> slips.Meant:
    return next((value for value in slips.candidates(text) if _fits(model, path, [value])), text)


def _fits(model: type[BaseModel], path: Path, value: Any) -> bool:
    """Whether the field that `path` leads to, or into, takes a value there."""
    if (found := _field(model, path)) is None:
        return False
    kind, name, inside = found
    for part in reversed(inside):
        value = [value] if isinstance(part, int) else {part: value}
    try:
        adapter(kind, name).validate_python(value)
    except ValidationError:
        return False
    return True


def _field(model: type[BaseModel], path: Path) -> tuple[type[BaseModel], str, Path] | None:
    """The model and the field that a path ends in, and the rest of the path inside its value."""
    for length in range(len(path), 0, -1):
        for kind in _at(model, path[: length - 1]):
            name = path[length - 1]
            if isinstance(kind, type) and issubclass(kind, BaseModel) and name in kind.model_fields:
                return kind, str(name), path[length:]
    return None


@cache
def adapter(kind: type[BaseModel], name: str) -> TypeAdapter[Any]:
    """What reads one field of a model alone."""
    return TypeAdapter(get_type_hints(kind, include_extras=True)[name])


def _range(model: type[BaseModel], path: Path) -> str:
    """From where to where a whole number may go, in words."""
    found = _field(model, path)
    for kind in _whole(adapter(*found[:2]).json_schema()) if found else ():
        return f" from {kind['minimum']} to {kind['maximum']}"
    return ""


def _whole(schema: Any) -> Iterable[dict[str, Any]]:
    """The whole numbers with bounds inside a schema."""
    if isinstance(schema, dict):
        if {"minimum", "maximum"} <= schema.keys():
            yield schema
        for part in schema.values():
            yield from _whole(part)
    elif isinstance(schema, list):
        for part in schema:
            yield from _whole(part)


def _missing(path: Path, document: Document, model: type[BaseModel]) -> Fault:
    allowed = _description(model, path)
    if document.removal(path):
        hint = f"remove this line, or give {path[-1]} a value"
        return document.fault(path, "missing: null removes it here", given="null", allowed=allowed, hint=hint)
    return document.fault(path, "missing", key=True, allowed=allowed, hint=_where(path[:-1], str(path[-1])))


_WHOLE = ("not a whole number", "a whole number")
_YES_NO = ("not a yes or no", "true, false")
_MAPPING = ("not a mapping", "a mapping of keys to values")
_WORDING = {
    "string_type": ("not text", "text; put it in quotes if it looks like a number"),
    "string_pattern_mismatch": ("not of the right form", "{pattern}"),
    "string_too_long": ("too long", "up to {max_length} characters"),
    "string_too_short": ("too short", "at least {min_length} characters"),
    "int_type": _WHOLE,
    "int_from_float": _WHOLE,
    "int_parsing": _WHOLE,
    "int_parsing_size": _WHOLE,
    "bool_type": _YES_NO,
    "bool_parsing": _YES_NO,
    "dict_type": _MAPPING,
    "model_type": _MAPPING,
    "model_attributes_type": _MAPPING,
    "tuple_type": ("not a list", "a list"),
    "too_short": ("too few entries", "at least {min_length}"),
    "too_long": ("too many entries", "up to {max_length}"),
    "greater_than_equal": ("too small", "{ge} or more"),
    "less_than_equal": ("too large", "{le} or less"),
}
"""Pydantic's kinds of error in our words: the message and what is allowed."""


def _reworded(kind: str, context: dict[str, Any], message: str) -> tuple[str, str | None]:
    if kind not in _WORDING:
        return message[:1].lower() + message[1:], None
    text, allowed = _WORDING[kind]
    return text, allowed.format(**context)


def _where(around: Path, key: str) -> str:
    return f"write it under {around[-1]}" if around and isinstance(around[-1], str) else f"add a line {key}: …"


def _written(document: Document, path: Path) -> str | None:
    """What stands at `path`, as written; never more than a line of it."""
    source, at = document.source(path)
    text = source.written.get(at)
    if text is not None:
        if any(isinstance(part, str) and secretive(part) for part in at) and not is_reference(text):
            return None
        return shown(text) if text else "nothing"
    value: Any = document.data
    for part in path:
        try:
            value = value[part]
        except (KeyError, IndexError, TypeError):
            return None
    return "a list" if isinstance(value, list) else "a mapping" if isinstance(value, dict) else None


def _models(annotation: Any) -> Iterable[Any]:
    """The types that an annotation is made of, unions and annotations taken apart."""
    origin = get_origin(annotation)
    if origin is Annotated:
        yield from _models(get_args(annotation)[0])
    elif origin in (Union, types.UnionType):
        for part in get_args(annotation):
            yield from _models(part)
    else:
        yield annotation


def _at(model: type[BaseModel], path: Path) -> list[Any]:
    """The types that a path leads to."""
    here: list[Any] = [model]
    for part in path:
        following: list[Any] = []
        for kind in here:
            if isinstance(part, str) and isinstance(kind, type) and issubclass(kind, BaseModel):
                info = kind.model_fields.get(part)
                following += _models(info.annotation) if info else []
            elif isinstance(part, int) and get_origin(kind) in (tuple, list):
                following += _models(get_args(kind)[0])
        here = following
    return here


def _fields(model: type[BaseModel], path: Path) -> list[str]:
    return [
        name
        for kind in _at(model, path)
        if isinstance(kind, type) and issubclass(kind, BaseModel)
        for name in kind.model_fields
    ]


def _options(model: type[BaseModel], path: Path) -> list[str]:
    return [str(option) for kind in _at(model, path) if get_origin(kind) is Literal for option in get_args(kind)]


def _description(model: type[BaseModel], path: Path) -> str | None:
    """The first sentence of a field's docstring."""
    if not path or not isinstance(path[-1], str):
        return None
    for kind in _at(model, path[:-1]):
        if isinstance(kind, type) and issubclass(kind, BaseModel) and path[-1] in kind.model_fields:
            text = " ".join((kind.model_fields[path[-1]].description or "").split())
            return text.split(". ")[0].rstrip(".") or None
    return None
