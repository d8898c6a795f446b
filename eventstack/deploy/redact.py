"""Takes secret values that we know out of any text that leaves this storey."""

import io
import json
from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import Any, TextIO

import msgspec

from eventstack.deploy import backend, private
from eventstack.planning.parts import Build, SecretRef

MASK = "[secret]"
"""What stands in a text where a secret stood; the engine writes the same."""

SHORTEST = 4
"""A value shorter than this would tear holes into ordinary words."""

SHORTEST_LINE = 12
"""Lines of a longer secret, such as a key file, are masked one by one from this length on."""

CREDENTIALS = (
    "AWS_SECRET_ACCESS_KEY",
    "AWS_SESSION_TOKEN",
    "ARM_CLIENT_SECRET",
    "AZURE_CLIENT_SECRET",
    "AZURE_STORAGE_KEY",
    "AZURE_STORAGE_SAS_TOKEN",
    "GOOGLE_CREDENTIALS",
    "PGPASSWORD",
    "PULUMI_ACCESS_TOKEN",
)
"""Variables by which clouds and backends are told secrets."""

BACKENDS = ("EVENTSTACK_BACKEND", "PULUMI_BACKEND_URL")
"""Variables that hold a backend's URL, which may carry a password."""


class Redactor:
    """Masks a fixed set of secret values, also where they stand in JSON or go over several lines."""

    def __init__(self, values: Iterable[str]) -> None:
        known = set()
        for value in values:
            lines = [line.strip() for line in value.splitlines()]
            for text in (value, *(line for line in lines if len(line) >= SHORTEST_LINE)):
                known |= {text, json.dumps(text)[1:-1], json.dumps(text, ensure_ascii=False)[1:-1]}
        self._values = sorted((text for text in known if len(text) >= SHORTEST), key=len, reverse=True)

    def __call__(self, text: str) -> str:
        """The text without any of the values."""
        for value in self._values:
            text = text.replace(value, MASK)
        return text

    def deep(self, value: Any) -> Any:
        """Plain JSON with every text in it redacted."""
        if isinstance(value, dict):
            return {key: self.deep(item) for key, item in value.items()}
        if isinstance(value, list):
            return [self.deep(item) for item in value]
        return self(value) if isinstance(value, str) else value


class RedactedStream(io.TextIOBase):
    """A text stream that redacts whole lines before they reach another one; `finish` passes on a line without end."""

    def __init__(self, stream: TextIO, redact: Redactor) -> None:
        self._stream = stream
        self._redact = redact
        self._pending = ""

    @property
    def encoding(self) -> str:  # type: ignore[override]
        """The encoding of the stream behind it."""
        return self._stream.encoding

    def fileno(self) -> int:
        """The descriptor behind it: what a child writes there is not seen here."""
        return self._stream.fileno()

    def writable(self) -> bool:
        """It can be written to."""
        return True

    def write(self, text: str) -> int:
        """Take a text; its whole lines go on at once."""
        *lines, self._pending = (self._pending + text).split("\n")
        if lines:
            self._stream.write("".join(self._redact(line) + "\n" for line in lines))
            self._stream.flush()
        return len(text)

    def finish(self) -> None:
        """Pass on what is left."""
        self._stream.write(self._redact(self._pending))
        self._pending = ""
        self._stream.flush()


def redactor(build: Build, passphrase: Path, environ: Mapping[str, str]) -> Redactor:
    """A redactor for what this process can know: the passphrase, the secrets that the plan refers to, and the
    credentials of clouds and backends in the environment.
    """
    values = [passphrase.read_text().strip()] if passphrase.is_file() else []
    values += [environ[name] for name in CREDENTIALS if name in environ]
    for name in BACKENDS:
        values += backend.secrets(environ.get(name, ""))
    for reference in _references(build):
        if reference.source == "env":
            values.append(environ.get(reference.name, ""))
        elif reference.source == "file" and Path(reference.name).is_file():
            values.append(Path(reference.name).read_text(errors="replace").strip())
    return Redactor(values)


def scrub(paths: Iterable[Path], redact: Redactor) -> None:
    """Take secrets out of files that somebody else wrote, such as the engine when a provider's error quotes one."""
    for path in paths:
        text = path.read_text(errors="replace") if path.exists() else ""
        clean = redact(text)
        if clean != text:
            private.replace(path, clean)


def shown(address: str) -> str:
    """A backend's URL as it may be shown."""
    for secret in backend.secrets(address):
        address = address.replace(secret, MASK)
    return address


def _references(value: Any) -> Iterable[SecretRef]:
    if isinstance(value, SecretRef):
        yield value
    elif isinstance(value, msgspec.Struct):
        for name in value.__struct_fields__:
            yield from _references(getattr(value, name))
    elif isinstance(value, tuple | list):
        for item in value:
            yield from _references(item)
