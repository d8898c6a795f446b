"""Which roles read a place of a build: whose resources are others when it is another. `planning.diff` asks.

The places are those that the chain of our own machines reads, which a test holds against the configurations that
`program.build` makes. A role of a vendor's may read less.
"""

from collections.abc import Mapping, Sequence

from eventstack.planning.parts import Build
from eventstack.planning.plan import StackPlan

Path = tuple[str, ...]
"""A place in a plan: names of fields, and what an entry of a list is."""

ORDER = ("contribution", "encoder", "packager", "drm", "cdn", "archive", "monitor")
"""The roles in the order of the chain."""

_MEDIA = ("contribution", "encoder", "packager")

READERS: Mapping[Path, tuple[str, ...]] = {
    ("format",): (),
    ("tags",): ORDER,
    ("epoch",): _MEDIA,
    ("segment",): ("encoder", "packager"),
    ("contribution",): ("contribution",),
    ("encoder",): ("encoder",),
    ("encoder", "renditions"): ("encoder", "packager"),
    ("encoder", "audio"): ("encoder", "packager"),
    ("encoder", "captions"): ("encoder", "packager"),
    ("encoder", "scte35"): ("encoder", "packager"),
    ("packager",): ("packager",),
    ("drm",): ("packager", "drm"),
    ("drm", "scheme"): ("packager",),
    ("drm", "systems"): ("packager",),
    ("cdn",): ("cdn",),
    ("archive",): ("archive",),
    ("archive", "vod"): ("packager",),
    ("archive", "clear_origin"): ("packager",),
    ("monitor",): ("monitor",),
    ("capacity",): ("encoder", "packager"),
    ("capacity", "encoders"): ("encoder",),
    ("capacity", "packagers"): ("packager",),
    ("paths",): _MEDIA,
}
"""The longest place that fits counts; what has none is read by no role."""

OUTPUTS: Mapping[str, tuple[str, ...]] = {
    "control": ("drm", "cdn", "archive"),
    "control_token_file": ("drm", "cdn", "archive"),
    "edge": ("packager", "cdn"),
    "keys": ("packager", "drm"),
    "keys_credential_file": ("packager", "drm"),
    "archive": ("packager", "drm", "archive"),
    "preview": (),
    "preview_credential_file": (),
    "occurrence": (),
    "tags": (),
}
"""The same for the outputs of a layer below, by name; of another name it is not known, and any role that reads some."""

_ANY_OUTPUT = ("packager", "drm", "cdn", "archive")

BELOW: Mapping[Path, str] = {
    ("cdn", "domain"): "cdn",
    ("cdn", "access"): "cdn",
    ("cdn", "cors"): "cdn",
    ("archive", "keep_s"): "archive",
}
"""What a role carries out where its slow things are, so in a layer below: certificates, keys that sign, headers, rules
of a bucket. An event never updates those."""


def roles(path: Path, before: StackPlan, after: StackPlan) -> tuple[str, ...]:
    """The roles that read a place of `build`, in the order of the chain; none for what only a layer below carries."""
    if below(path, after):
        return ()
    builds = before.build, after.build
    if path[:2] == ("contribution", "source") and not any(_stands_in(build) for build in builds):
        return ()
    if path[:1] == ("parents",):
        found: Sequence[str] = OUTPUTS.get(path[3], _ANY_OUTPUT) if path[2:3] == ("outputs",) else _ANY_OUTPUT
        if path[2:] == ("outputs", "edge") and not any(build.drm for build in builds):
            found = ("cdn",)  # the packager tells players where licences are
    else:
        found = next((READERS[path[:n]] for n in range(len(path), 0, -1) if path[:n] in READERS), ())
    return tuple(role for role in ORDER if role in found and any(_has(build, role) for build in builds))


def below(path: Path, plan: StackPlan) -> bool:
    """Whether a place of `build` is carried out by a layer that the plan's own stack only uses."""
    role = BELOW.get(path[:2])
    return role is not None and any(one.role == role and one.layer != plan.build.layer for one in plan.shares)


def _stands_in(build: Build) -> bool:
    return build.contribution is not None and build.contribution.source.kind != "none"


def _has(build: Build, role: str) -> bool:
    """Whether the role is there at all; all others are in every chain."""
    return role not in ("drm", "archive", "monitor") or getattr(build, role) is not None
