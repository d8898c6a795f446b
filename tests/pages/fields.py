"""Writes the tables of fields of docs/events.md and docs/profiles.md: `python -m tests.pages.fields`. Kept by a test.

A table stands between `<!-- fields: PATH -->` and `<!-- end -->`, where PATH is that of the mapping in the file, as
`contribution.backup`. What a field means is its docstring in `eventstack.models`, where an editor's completion has it
from too.
"""

import re
import types
from collections.abc import Iterator, Mapping
from datetime import datetime
from pathlib import Path
from typing import Annotated, Any, Literal, Union, get_args, get_origin, get_type_hints

from pydantic import BeforeValidator
from pydantic_core import PydanticUndefined

from eventstack.models import event, feed, ladder, shape, sound, units
from eventstack.models.care import Slate, Some
from eventstack.models.event import Event
from eventstack.models.profile import Profile
from eventstack.models.references import SecretReference, SourceReference
from eventstack.models.shape import Shape, WholeSeconds

DOCS = Path(__file__).parents[2] / "docs"
PAGES: Mapping[str, type[Shape]] = {"events.md": Event, "profiles.md": Profile}

_PLACE = re.compile(r"(<!-- fields: ([\w.]+) -->\n).*?(<!-- end -->)", re.DOTALL)

_FORMS: Mapping[Any, str] = {
    units.Bitrate: "bit rate",
    Some: "duration in whole seconds, above 0",
    WholeSeconds: "duration in whole seconds",
    units.Duration: "duration",
    units.FrameRate: "frame rate",
    units.Resolution: "size",
    units.Share: "per cent",
    units.Loudness: "loudness",
    units.TruePeak: "true peak",
    SecretReference: "reference",
    SourceReference: "`none`, `synthetic` or `file:PATH`",
    shape.Id: "id",
    shape.Country: "country",
    shape.Jurisdiction: "country or jurisdiction",
    shape.Line: "line",
    shape.Switch: "`true` or `false`",
    sound.Language: "language",
    ladder.Level: "level",
    event.LabelKey: "word",
    datetime: "time",
    Any: "any value",
    str: "text",
    int: "number",
}

_SPECIAL: Mapping[str, str] = {
    "zone": "IANA zone",
    "address": "address",
    "allow": "list of networks",
    "image": "`file:PATH`",
    "slate": "`true`, `false` or [mapping](#slate)",
    "channels": "`1`, `2`, `6` or `8`",
    "overrides": "mapping, as in the profile",
}
"""Fields whose form their type does not tell."""


def pages() -> dict[Path, str]:
    """Each page with its tables as they should be."""
    return {DOCS / name: _filled((DOCS / name).read_text(encoding="utf-8"), model) for name, model in PAGES.items()}


def _filled(page: str, model: type[Shape]) -> str:
    known = {path: one for one, path in models(model).items()}
    return _PLACE.sub(lambda found: f"{found[1]}{_table(known[found[2]], known)}{found[3]}", page)


def models(model: type[Shape], path: str = "") -> dict[type[Shape], str]:
    """A model and all that it is made of, with the path at which each stands in a file; itself by its name."""
    found = {model: path or model.__name__.lower()}
    for name, hint in get_type_hints(model, include_extras=True).items():
        for one in _shapes(hint):
            inside = models(one, f"{path}.{name}" if path else name)
            found |= {other: where for other, where in inside.items() if other not in found}
    return found


def _shapes(hint: Any) -> Iterator[type[Shape]]:
    if isinstance(hint, type) and issubclass(hint, Shape):
        yield hint
    for part in get_args(hint):
        yield from _shapes(part)


def tables(page: str) -> list[str]:
    """The paths whose tables a page has."""
    return [path for _, path, _ in _PLACE.findall(page)]


def _table(model: type[Shape], known: Mapping[str, type[Shape]]) -> str:
    anchors = {one: path.replace(".", "") for path, one in known.items()}
    hints = get_type_hints(model, include_extras=True)
    lines = ["| field | form | default | meaning |", "| --- | --- | --- | --- |"]
    for name, field in model.model_fields.items():
        meaning = " ".join((field.description or "").split())
        assert meaning, f"{model.__name__}.{name} has no docstring"
        form = _SPECIAL.get(name) if (model, name) != (feed.Feed, "channels") else None
        lines.append(f"| `{name}` | {form or _form(hints[name], anchors)} | {_default(field)} | {meaning} |")
    return "\n".join(lines) + "\n"


def _default(known: Any) -> str:
    if known.is_required():
        return "**required**"
    value = known.get_default(call_default_factory=True)
    if value is PydanticUndefined or value is None or value == () or value == {}:
        off = "`false`" if known.annotation == Slate | None else "`off`"
        return off if _offable(known.metadata) and value is None else ""
    if isinstance(value, Shape):
        return ""
    shown = ", ".join(map(str, value)) if type(value) is tuple else str(value)
    return f"`[{shown}]`" if type(value) is tuple else f"`{shown.lower() if isinstance(value, bool) else shown}`"


def _offable(metadata: Any) -> bool:
    return any(isinstance(item, BeforeValidator) for item in metadata)


def _form(hint: Any, anchors: Mapping[Any, str]) -> str:
    for known, form in _FORMS.items():
        if hint is known or (get_origin(known) is Annotated and hint == known):
            return form
    origin, parts = get_origin(hint), get_args(hint)
    if origin is Annotated:
        off = "`off` or " if type(None) in get_args(parts[0]) and _offable(hint.__metadata__) else ""
        return off + _form(parts[0], anchors) + _bounds(hint.__metadata__)
    if origin is Literal:
        return " ".join(f"`{value}`" for value in parts)
    if origin in (Union, types.UnionType):
        return _form(next(part for part in parts if part is not type(None)), anchors)
    if origin is tuple:
        inner = _form(parts[0], anchors)
        return f"list of {_plural(inner)}"
    if origin is dict:
        return f"mapping of {_plural(_form(parts[0], anchors))} to {_form(parts[1], anchors)}"
    if isinstance(hint, type) and issubclass(hint, Shape):
        return f"[mapping](#{anchors[hint]})"
    raise TypeError(f"no form for {hint}")


def _plural(form: str) -> str:
    several = {"country": "countries", "country or jurisdiction": "countries and jurisdictions", "text": "texts"}
    return several.get(form, form.replace("number ", "numbers "))


def _bounds(metadata: Any) -> str:
    spans = [inner for item in metadata for inner in (getattr(item, "metadata", None) or [item])]
    low = next((item.ge for item in spans if hasattr(item, "ge")), None)
    high = next((item.le for item in spans if hasattr(item, "le")), None)
    return f" {low} to {high:,}".replace(",", " ") if low is not None and high is not None else ""


if __name__ == "__main__":
    for path, text in pages().items():
        path.write_text(text, encoding="utf-8")
