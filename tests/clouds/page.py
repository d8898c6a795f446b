"""Writes docs/clouds.md out of the facts of all clouds: `python -m tests.clouds.page`. A test keeps the page."""

from collections.abc import Iterable, Sequence
from importlib import import_module
from pathlib import Path

from eventstack.planning.facts import CloudFacts
from eventstack.planning.features import FEATURES, KINDS

PAGE = Path(__file__).parents[2] / "docs" / "clouds.md"
CLOUDS = ("local", "aws", "azure", "gcp")

_HEAD = """# Clouds

What each cloud offers, what it leaves out, and what it refuses, with the reason and the source. The page is written
from `eventstack/clouds/*/facts.py` (`python -m tests.clouds.page`), and planning reads the same data: what is refused
here is refused in a plan, and what is left out is listed in every plan that asks for it.

Today one cloud is built, `local`. For `aws`, `azure` and `gcp` the facts say what their chain is to offer, so that
every event can be planned on them; nothing can be built there yet.

| cloud | chain |
|---|---|
| `local` | processes of this machine: ffmpeg, Shaka Packager, our publisher and key service, nginx |
| `aws` | managed: MediaConnect, MediaLive, MediaPackage v2 with keys over SPEKE, CloudFront, S3 |
| `azure` | machines of ours in scale sets, blobs as origin, Front Door |
| `gcp` | machines of ours in instance groups, a bucket as origin, Cloud CDN |

A source says who stands behind a figure: *vendor document*, *measured* (by us), *secondary* (published by others), or
*estimate* (nobody: it is ours, and may be wrong). A quota is a default that the vendor raises on request. What is
slow, as a distribution, a new endpoint of Front Door or a certificate, is in no lead: it lives in the foundation.
Beside the limits of each cloud there is one of ours: everything around one event takes less than 26 hours, since media
labels of 33 bits wrap half an hour later.

Types under "what is created" are Pulumi's; those that begin with `AWS::` are CloudFormation's, made through
`aws:cloudcontrol/resource:Resource`. Every type was looked up in the providers of the state of 2026-11: pulumi-aws
7.51.1, pulumi-azure-native 3.29.0, pulumi-gcp 10.2.0, and the schemas of cfn-lint 1.58.0.
"""

_NOTES = {
    "local": """
Everything runs on this machine and is reached from it alone, so a rehearsal leaves out what only viewers elsewhere
would notice. It refuses what would make it look as if something had been rehearsed that was not.
""",
    "aws": """
The regions are those in which MediaLive, MediaPackage v2 and MediaConnect have endpoints. Quotas are the defaults of an
account; what yours may have, its `service-quotas` API knows. MediaLive has no variable rate for HEVC, only CBR and
QVBR. Only feeds that are pushed, or come by MediaConnect, can back each other up. A segment's length is asked for in
whole seconds and rounded to a multiple of what the encoder sends.
""",
    "azure": """
The regions are a selection of those with availability zones, which two paths need. Not checked: which sizes of machine
each of them has, and the quota of cores, which is low for a new subscription. Of the products in the provider's schema
only `Standard_AzureFrontDoor` and `Premium_AzureFrontDoor` are planned on; the others are retired or for China.
""",
    "gcp": """
The regions are a selection. Not checked: which sizes of machine each of them has, and the quota of cores, which is low
for a new project. The managed Live Stream API is not planned on, since no provider of Pulumi's has it; nor is Media
CDN, to which a project has to be admitted and which has no public prices.
""",
}


def text() -> str:
    """The page, as it should be."""
    facts = {name: import_module(f"eventstack.clouds.{name}.facts").FACTS for name in CLOUDS}
    parts = [_HEAD, _overview(facts.values())]
    parts += [part for one in facts.values() for part in _cloud(one)]
    return "\n".join(parts)


def _overview(clouds: Iterable[CloudFacts]) -> str:
    clouds = list(clouds)
    rows = [
        (f"{kind}: {value}", *(_verdict(one, f"{kind}/{value}") for one in clouds))
        for kind, values in FEATURES.items()
        for value in values
    ]
    kinds = _table(("kind", "is about"), [(name, kind.means) for name, kind in KINDS.items()])
    note = "`+` carried out, `o` left out without harm, `-` refused; the reasons stand below, cloud by cloud.\n"
    return "\n".join(
        [
            "## Side by side\n",
            note,
            _table(("feature", *(one.name for one in clouds)), rows),
            "What they mean:\n",
            kinds,
        ]
    )


def _verdict(facts: CloudFacts, word: str) -> str:
    if word in facts.features:
        return "+"
    return "o" if facts.reason(facts.ignores, word) else "-"


def _cloud(facts: CloudFacts) -> list[str]:
    parts = [f"## {facts.name}\n", _NOTES[facts.name].lstrip(), f"Roles: {', '.join(facts.roles)}.\n"]
    parts += _section(
        "Left out, and listed in the plan",
        ("feature", "why"),
        [(_named(word), why) for word, why in facts.ignores.items()],
    )
    parts += _section(
        "Refused", ("feature", "why"), [(_refused(facts, word), why) for word, why in facts.refuses.items()]
    )
    leads = [(role, str(lead.seconds), lead.source) for role, lead in facts.leads.items()]
    parts += _section("Leads", ("role", "seconds", "source"), leads)
    basis = "measured" if facts.name == "local" else "both estimates"
    parts.append(
        f"Any operation takes {facts.base_lead_s} s beside; an inventory is right after {facts.settle_s} s ({basis}).\n"
    )
    if facts.machine:
        one = facts.machine
        parts.append(
            f"One machine is reckoned to serve {one.origin_bps // 1_000_000} Mbit/s and {one.origin_rps} requests a "
            f"second to the edge, and to encode {one.pixels_s // 1_000_000} million pixels a second ({one.source}).\n"
        )
    limits = [
        (name, str(limit.least or ""), str(limit.most), "yes" if limit.quota else "", limit.source)
        for name, limit in facts.limits.items()
    ]
    parts += _section("Limits", ("measure", "least", "most", "quota", "source"), limits)
    regions = [
        (("**" + name + "**") if name == facts.default_region else name, f"{one.place}, {one.country}")
        for name, one in facts.regions.items()
    ]
    parts += _section("Regions, the default one in bold", ("region", "place"), regions)
    parts += _section("Billing", ("service", "rule", "source"), list(facts.billing))
    parts += _section("Retired", ("service", "since", "instead", "source"), list(facts.retired))
    creates = [(one.layer, one.role, f"`{one.type}`", " x ".join(one.per) or "1", one.when) for one in facts.creates]
    parts += _section("What is created", ("layer", "role", "type", "as many as", "if the plan wants"), creates)
    return parts


def _named(word: str) -> str:
    return word.replace("/", ": ")


def _refused(facts: CloudFacts, word: str) -> str:
    """A word, or of a kind those values that are refused for that reason."""
    if "/" in word:
        return _named(word)
    values = [
        value
        for value in FEATURES[word]
        if _verdict(facts, f"{word}/{value}") == "-" and f"{word}/{value}" not in facts.refuses
    ]
    return f"{word}: {', '.join(values)}"


def _section(title: str, head: Sequence[str], rows: Sequence[Sequence[str]]) -> list[str]:
    return [f"### {title}\n", _table(head, rows)] if rows else []


def _table(head: Sequence[str], rows: Iterable[Sequence[str]]) -> str:
    lines = [head, ["---"] * len(head), *rows]
    return "".join("| " + " | ".join(row) + " |\n" for row in lines)


if __name__ == "__main__":
    PAGE.write_text(text(), encoding="utf-8")
