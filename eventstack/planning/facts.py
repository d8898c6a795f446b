"""What a cloud offers and how long it takes, as data: each cloud's `facts.py` holds one `CloudFacts`.

A difference between clouds is a value here, never a branch in `resolve`.
"""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass

from eventstack.errors import NotOffered


@dataclass(frozen=True)
class CloudFacts:
    """One cloud, as far as planning needs to know it."""

    name: str
    """The cloud's name, as events write it."""

    roles: Collection[str]
    """The roles that it can build: contribution, encoder, packager, drm, cdn, archive."""

    features: Collection[str]
    """What it can do, as `kind/value`: `format/dash`, `scheme/cenc`, `licence/clearkey`, `layers/split`."""

    leads: Mapping[str, int]
    """Seconds that each role, and the `site` under them, takes to be built once what it needs is there."""

    base_lead_s: int
    """Seconds that any operation takes beside its resources: the engine's start, its preview, its checkpoint."""

    settle_s: int
    """Seconds until an inventory shows what was just removed or created."""


def require_role(facts: CloudFacts, role: str, others: Sequence[CloudFacts] = ()) -> None:
    """Refuse a role that the cloud lacks; the error names those of `others` that have it."""
    if role not in facts.roles:
        raise _not_offered(facts, f"{role!r} role", [other for other in others if role in other.roles])


def require_feature(facts: CloudFacts, feature: str, field: str, others: Sequence[CloudFacts] = ()) -> None:
    """Refuse a feature that the cloud lacks; `field` is what asks for it."""
    if feature not in facts.features:
        kind, _, value = feature.partition("/")
        having = [other for other in others if feature in other.features]
        raise _not_offered(facts, f"{kind} {value!r} (asked for by {field})", having)


def _not_offered(facts: CloudFacts, what: str, having: Sequence[CloudFacts]) -> NotOffered:
    names = ", ".join(sorted(other.name for other in having if other.name != facts.name))
    return NotOffered(f"{facts.name} offers no {what}; clouds that do: {names or 'none'}")
