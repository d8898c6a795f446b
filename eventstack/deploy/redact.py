"""Takes secret values that we know out of any text that leaves this storey."""

from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import Any

import msgspec

from eventstack.planning.plan import Build, SecretRef

MASK = "[secret]"
"""What stands in a text where a secret stood; the engine writes the same."""

SHORTEST = 4
"""A value shorter than this would tear holes into ordinary words."""


class Redactor:
    """Masks a fixed set of secret values."""

    def __init__(self, values: Iterable[str]) -> None:
        self._values = sorted({value for value in values if len(value) >= SHORTEST}, key=len, reverse=True)

    def __call__(self, text: str) -> str:
        """The text without any of the values."""
        for value in self._values:
            text = text.replace(value, MASK)
        return text


def redactor(build: Build, passphrase: Path, environ: Mapping[str, str]) -> Redactor:
    """A redactor for what this process can know: the passphrase and the secrets that the plan refers to."""
    values = [passphrase.read_text().strip()] if passphrase.exists() else []
    for reference in _references(build):
        if reference.source == "env":
            values.append(environ.get(reference.name, ""))
        elif reference.source == "file" and Path(reference.name).is_file():
            values.append(Path(reference.name).read_text(errors="replace").strip())
    return Redactor(values)


def _references(value: Any) -> Iterable[SecretRef]:
    if isinstance(value, SecretRef):
        yield value
    elif isinstance(value, msgspec.Struct):
        for name in value.__struct_fields__:
            yield from _references(getattr(value, name))
    elif isinstance(value, tuple | list):
        for item in value:
            yield from _references(item)
