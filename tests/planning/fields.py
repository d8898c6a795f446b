"""Every field of a model, as its path: what a test walks that has to speak of all of them."""

import types
from collections.abc import Iterator
from typing import Annotated, Any, Union, get_args, get_origin

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


def _kinds(annotation: Any) -> Iterator[Any]:
    """The types that an annotation is made of."""
    if get_origin(annotation) is Annotated:
        yield from _kinds(get_args(annotation)[0])
    elif get_origin(annotation) in (Union, types.UnionType):
        for part in get_args(annotation):
            yield from _kinds(part)
    else:
        yield annotation
