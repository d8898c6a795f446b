"""Every field of a model, as its path: what a test walks that has to speak of all of them."""

import types
from collections.abc import Iterator
from typing import Annotated, Any, Literal, Union, get_args, get_origin

from pydantic import BaseModel

from eventstack.models.yaml_reader import Path


def fields(model: type[BaseModel], around: Path = ()) -> Iterator[Path]:
    """The path of each value that a file may hold, entries of a list at 0.

    A mapping that may be left out, and a list of mappings, is a value too.
    """
    for name, info in model.model_fields.items():
        path = (*around, name)
        inner = list(_kinds(info.annotation))
        models = [kind for kind in inner if isinstance(kind, type) and issubclass(kind, BaseModel)]
        if not models or len(inner) > 1:
            yield path
        for kind in inner:
            if get_origin(kind) is tuple:
                for entry in _kinds(get_args(kind)[0]):
                    if isinstance(entry, type) and issubclass(entry, BaseModel):
                        yield from fields(entry, (*path, 0))
        for kind in models:
            yield from fields(kind, path)


def choices(model: type[BaseModel]) -> Iterator[tuple[Path, str]]:
    """Every choice of every field that has some, with the field's path; of a list of choices, each alone."""
    for path in fields(model):
        here: list[Any] = [model]
        for part in path:
            here = [inner for kind in here for inner in _inside(kind, part)]
        for kind in here:
            options = (
                [inner for entry in get_args(kind)[:1] for inner in _kinds(entry)]
                if get_origin(kind) is tuple
                else [kind]
            )
            yield from ((path, word) for one in options if get_origin(one) is Literal for word in get_args(one))


def _inside(kind: Any, part: str | int) -> Iterator[Any]:
    if isinstance(part, int):
        yield from _kinds(get_args(kind)[0]) if get_origin(kind) is tuple else ()
    elif isinstance(kind, type) and issubclass(kind, BaseModel):
        yield from _kinds(kind.model_fields[part].annotation)


def _kinds(annotation: Any) -> Iterator[Any]:
    """The types that an annotation is made of."""
    if get_origin(annotation) is Annotated:
        yield from _kinds(get_args(annotation)[0])
    elif get_origin(annotation) in (Union, types.UnionType):
        for part in get_args(annotation):
            yield from _kinds(part)
    else:
        yield annotation
