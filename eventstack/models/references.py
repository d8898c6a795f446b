"""Values that point at something: where a secret is to be found, where a feed comes from."""

import re
from typing import Any, ClassVar, NamedTuple, Self

from eventstack.models.faults import nearest, unfit
from eventstack.models.units import Written

_VARIABLE = re.compile(r"[A-Za-z_][A-Za-z0-9_]*")


class _Pair(NamedTuple):
    kind: str
    name: str


class _Reference(Written, _Pair):
    """A kind that stands alone (`generated`), or a kind with a name (`env:NAME`)."""

    alone: ClassVar[tuple[str, ...]] = ()
    named: ClassVar[tuple[str, ...]] = ()

    @classmethod
    def parse(cls, text: str) -> Self:
        """Read `kind` or `kind:name`; raises ValueError for anything else, without repeating it."""
        if text in cls.alone:
            return cls(text, "")
        kind, colon, name = text.partition(":")
        if kind in cls.alone and colon:
            raise ValueError(f"{kind} takes no name")
        if kind not in cls.named or not colon:
            raise ValueError(f"not {cls.what}")
        if not name.strip() or not name.isprintable():
            raise ValueError(f"{kind}: needs a name after the colon")
        if kind == "env" and not _VARIABLE.fullmatch(name.strip()):
            raise ValueError("env: not a variable's name")
        if kind == "store" and (len(name.split()) > 1 or ".." in name.split("/")):
            raise ValueError("store: not a secret's name")
        return cls(kind, name.strip())

    what: ClassVar[str] = "a reference"

    def __str__(self) -> str:
        return f"{self.kind}:{self.name}" if self.kind in self.named else self.kind


class SecretReference(_Reference):
    """Where a secret is found: made where it is needed, in a variable, a private file, a cloud's secret store."""

    what = "a reference to a secret"
    allowed = "generated, env:NAME, file:PATH, store:NAME or none; never the secret itself"
    pattern = r"^(generated|none|env: *[A-Za-z_][A-Za-z0-9_]* *|file:.+|store: *[^ ]+ *)$"
    examples = ("generated", "env:FEED_PASSPHRASE", "file:passphrase.txt", "store:feeds/hall-4")
    secret = True
    alone = ("generated", "none")
    named = ("env", "file", "store")


class SourceReference(_Reference):
    """What stands in for a venue: nothing of ours, a synthetic picture, a file in a loop."""

    what = "a source"
    allowed = "none, synthetic or file:PATH"
    pattern = r"^(none|synthetic|file:.+)$"
    examples = ("none", "synthetic", "file:clip.mp4")
    alone = ("none", "synthetic")
    named = ("file",)

    @classmethod
    def _validate(cls, value: Any) -> Self:
        if isinstance(value, str) and value not in cls.alone and not set(value) & set(":./"):
            meant = nearest(value, cls.alone)
            hint = f"did you mean {meant}?" if meant else None
            # no kind, and no name of a file: it may be a passphrase that slipped by a line
            raise unfit("no source", allowed=cls.allowed, hint=hint, hide=True)
        return super()._validate(value)
