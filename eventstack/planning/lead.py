"""How long before its line-up a stack must be started: the critical path of its roles."""

from collections.abc import Collection, Mapping
from typing import NamedTuple

from eventstack.planning.facts import CloudFacts

NEEDS: Mapping[str, tuple[str, ...]] = {
    "site": (),
    "contribution": ("site",),
    "encoder": ("contribution",),
    "drm": ("site",),
    "archive": ("site",),
    "packager": ("encoder", "drm", "archive"),
    "cdn": ("packager",),
    "monitor": ("cdn",),
}
"""What must stand before a role can be built, in the order of the chain."""


class Path(NamedTuple):
    """The longest way through the roles: seconds, and each role on it with its own."""

    seconds: int
    roles: tuple[tuple[str, int], ...]

    def told(self, base_s: int) -> str:
        """The way in words: what follows what, and how long each takes."""
        parts = [f"{role} {seconds} s" for role, seconds in self.roles if seconds]
        return ", then ".join([f"the operation itself {base_s} s", *parts])


def lead(facts: CloudFacts, roles: Collection[str]) -> int:
    """Seconds from the start of an operation to the last of `roles` built: one lead per stack."""
    return facts.base_lead_s + path(facts, roles).seconds


def path(facts: CloudFacts, roles: Collection[str], *, single: bool = False) -> Path:
    """The critical path through `roles`, without the operation's own time; `single`: with what else lies below."""
    done: dict[str, Path] = {}
    for role, needs in NEEDS.items():
        before = max((done[need] for need in needs), key=lambda way: way.seconds, default=Path(0, ()))
        known = facts.leads.get(role) if role == "site" or role in roles else None
        lower = facts.below.get(role) if known and single else None
        takes = (known.seconds if known else 0) + (lower.seconds if lower else 0)
        done[role] = Path(before.seconds + takes, (*before.roles, (role, takes)))
    return max(done.values(), key=lambda way: way.seconds)
