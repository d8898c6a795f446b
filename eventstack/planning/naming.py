"""Names and tags: one place decides what everything of ours is called, and how such a name is read back.

Used by everything that builds, finds or removes a thing: plans, components, the local cloud's machines,
inventories. Identifiers match `ID`, which holds neither dot nor slash, so that both forms below can be
taken apart again without doubt.
"""

import hashlib
import re
from collections.abc import Mapping
from typing import Literal

TAG_KEYS = (
    "eventstack-owner",
    "eventstack-occurrence",
    "eventstack-incarnation",
    "eventstack-layer",
    "eventstack-role",
    "eventstack-urn",
)
"""The tags of every resource, in the order of a tag text; constant for the resource's whole life."""

IDENTITY_KEYS = TAG_KEYS[:4]
"""The tags that a whole stack shares."""

Layer = Literal["foundation", "series", "event"]

PROJECTS: dict[str, str] = {
    "foundation": "eventstack-foundation",
    "series": "eventstack-series",
    "event": "eventstack-event",
}
"""The engine's project of each layer, the same in automation and by hand."""

ID = re.compile(r"[a-z0-9]([a-z0-9-]*[a-z0-9])?")
"""What owners, occurrences, layers and roles look like."""

_NUMBER = re.compile(r"[1-9][0-9]*")
_URN = re.compile(r"[0-9a-f]{12}")
_RECORDING = re.compile(rf"(?P<occurrence>{ID.pattern})(\.i(?P<incarnation>{_NUMBER.pattern}))?")
_DIRECTORY = re.compile(rf"({ID.pattern})\.({ID.pattern})\.i({_NUMBER.pattern})\.({'|'.join(PROJECTS)})")


def identity_tags(owner: str, occurrence: str, incarnation: int, layer: str) -> dict[str, str]:
    """The four tags that say whose and of which stack a thing is."""
    return dict(zip(IDENTITY_KEYS, (owner, occurrence, str(incarnation), layer), strict=True))


def role_tags(tags: Mapping[str, str], role: str, urn: str) -> dict[str, str]:
    """The tags of one resource: its stack's identity, its role and the hash of its URN."""
    return {**tags, "eventstack-role": role, "eventstack-urn": urn_hash(urn)}


def urn_hash(urn: str) -> str:
    """First 12 hex digits of the SHA-256 of a URN: enough to tell resources of one owner apart."""
    return hashlib.sha256(urn.encode()).hexdigest()[:12]


def tag_text(tags: Mapping[str, str]) -> str:
    """All six tags as `owner/occurrence/incarnation/layer/role/urn`, the value of `EVENTSTACK_TAG`.

    Raises KeyError when a tag is missing.
    """
    return "/".join(tags[key] for key in TAG_KEYS)


def parse_tag_text(text: str) -> dict[str, str]:
    """The tags behind a tag text; raises ValueError for anything that `tag_text` did not write."""
    values = text.split("/")
    if len(values) != len(TAG_KEYS):
        raise ValueError(f"not a tag: {text!r} has {len(values)} fields, a tag has {len(TAG_KEYS)}")
    tags = dict(zip(TAG_KEYS, values, strict=True))
    for key, value in tags.items():
        pattern = {"eventstack-incarnation": _NUMBER, "eventstack-urn": _URN}.get(key, ID)
        if not pattern.fullmatch(value):
            raise ValueError(f"not a tag: {text!r}, {key} can't be {value!r}")
    return tags


def node_directory_name(tags: Mapping[str, str]) -> str:
    """The directory of a machine of the local cloud, `owner.occurrence.i<incarnation>.layer`."""
    owner, occurrence, incarnation, layer = (tags[key] for key in IDENTITY_KEYS)
    return f"{owner}.{occurrence}.i{incarnation}.{layer}"


def parse_node_directory_name(text: str) -> dict[str, str] | None:
    """The four identity tags behind a machine's directory name; None for a name that is not ours."""
    match = _DIRECTORY.fullmatch(text)
    if not match:
        return None
    owner, occurrence, incarnation, layer = match.group(1, 3, 5, 6)
    return identity_tags(owner, occurrence, int(incarnation), layer)


def recording_name(occurrence: str, incarnation: int) -> str:
    """The archive's folder of one incarnation's recording: what a former one recorded is never written over.

    The first one's is the occurrence itself; the dot of later ones, which no identifier holds, keeps them apart from
    every other occurrence.
    """
    return occurrence if incarnation == 1 else f"{occurrence}.i{incarnation}"


def parse_recording_name(text: str) -> tuple[str, int] | None:
    """The occurrence and the incarnation of which `recording_name` made it; None for any other text."""
    parts = _RECORDING.fullmatch(text)
    return (parts["occurrence"], int(parts["incarnation"] or 1)) if parts else None


def is_recording_name(text: str) -> bool:
    """Whether `recording_name` may have made it: plain in paths and addresses."""
    return parse_recording_name(text) is not None


def stack_name(occurrence: str, incarnation: int) -> str:
    """The stack of one incarnation of an occurrence; a stack built again is never mistaken for its forebear."""
    return f"{occurrence}-i{incarnation}"
