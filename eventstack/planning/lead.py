"""How long before its line-up a stack must be started: the critical path of its roles."""

from collections.abc import Collection, Mapping

from eventstack.planning.facts import CloudFacts

NEEDS: Mapping[str, tuple[str, ...]] = {
    "site": (),
    "contribution": ("site",),
    "encoder": ("contribution",),
    "drm": ("site",),
    "archive": ("site",),
    "packager": ("encoder", "drm", "archive"),
    "cdn": ("packager",),
}
"""What must stand before a role can be built, in the order of the chain."""


def lead(facts: CloudFacts, roles: Collection[str]) -> int:
    """Seconds from the start of an operation to the last of `roles` built: one lead per stack."""
    done: dict[str, int] = {}
    for role, needs in NEEDS.items():
        before = max((done[need] for need in needs), default=0)
        takes = facts.leads.get(role, 0) if role == "site" or role in roles else 0
        done[role] = before + takes
    return facts.base_lead_s + max(done.values())
