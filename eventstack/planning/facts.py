"""What a cloud offers, how long it takes and what bounds it, as data: each cloud's `facts.py` holds one `CloudFacts`.

A difference between clouds is a value here, never a branch in `resolve`. Features are words, `kind/value`; which words
there are, and which field of an event or a profile asks for which, is told in `planning.wants`.
"""

from collections.abc import Collection, Mapping
from dataclasses import dataclass, field
from typing import NamedTuple

from eventstack.planning.region import Region


class Lead(NamedTuple):
    """How long something takes to be built, in seconds, and who says so."""

    seconds: int
    source: str


class Limit(NamedTuple):
    """A bound on a measure of one event; `quota` marks a default that the vendor raises on request."""

    most: int
    source: str
    least: int = 0
    quota: bool = False


class Billing(NamedTuple):
    """A rule by which a service bills, as far as it changes what an event does or costs."""

    service: str
    rule: str
    source: str


class Retired(NamedTuple):
    """A service that must not be planned on any more: since when (a date), and what takes its place."""

    service: str
    ended: str
    instead: str
    source: str


class Creates(NamedTuple):
    """Resources of one type that a role makes.

    As many as the product of the counts named in `per` (paths, inputs, renditions, tracks, formats, endpoints, alarms,
    machines, packagers), where the plan wants the feature `when` ("" for always). `layer` says in which stack they
    live: the event's, the foundation's, or the series' where a profile has such a layer, else the foundation's too.
    """

    role: str
    type: str
    per: tuple[str, ...] = ()
    when: str = ""
    layer: str = "event"


class Machine(NamedTuple):
    """What one machine of ours carries: bit/s and requests a second to the edge, pixels a second to encode.

    `pixels_s` counts pixels of AVC at a preset up to medium; `weights` says how much more a pixel of another codec or
    of another preset takes, in whole multiples.
    """

    origin_bps: int
    origin_rps: int
    pixels_s: int
    weights: Mapping[str, int]
    source: str


@dataclass(frozen=True)
class CloudFacts:
    """One cloud, as far as planning needs to know it."""

    name: str
    """The cloud's name, as events write it."""

    roles: Collection[str]
    """The roles that it can build: contribution, encoder, packager, drm, cdn, archive, monitor."""

    features: Collection[str]
    """What it carries out, as `kind/value`: `format/dash`, `scheme/cenc`, `licence/clearkey`, `layers/split`."""

    leads: Mapping[str, Lead]
    """How long each role, and the `site` under them, takes to be built once what it needs is there."""

    base_lead_s: int
    """Seconds that any operation takes beside its resources: the engine's start, its preview, its checkpoint."""

    settle_s: int
    """Seconds until an inventory shows what was just removed or created."""

    ignores: Mapping[str, str] = field(default_factory=dict)
    """What it leaves out without harm, and why: `kind/value`, or a `kind` for all of it. Listed in every plan."""

    refuses: Mapping[str, str] = field(default_factory=dict)
    """Why it does not offer what somebody may well ask for: `kind/value`, or a `kind`."""

    below: Mapping[str, Lead] = field(default_factory=dict)
    """How long what a role has in the layers below takes, where one stack may hold it all (`layers/single`)."""

    limits: Mapping[str, Limit] = field(default_factory=dict)
    """Bounds by measure, as `renditions`, `start_over_s`; the measures are told in `planning.wants`."""

    regions: Mapping[str, Region] = field(default_factory=dict)
    """Where it can be built; none for a cloud that is one place."""

    default_region: str = ""
    """Where it is built when nothing says where."""

    creates: tuple[Creates, ...] = ()
    """What each role makes."""

    billing: tuple[Billing, ...] = ()
    """Rules of billing that a plan should know."""

    retired: tuple[Retired, ...] = ()
    """Services that are gone, or going."""

    machine_form: str = ""
    """What names of machine types look like here, as a regular expression; "" where none is chosen."""

    machine_example: str = ""
    """One of them."""

    machine: Machine | None = None
    """What one machine of ours carries; None where the vendor keeps encoders and origins, or all is one machine."""

    def reason(self, table: Mapping[str, str], feature: str) -> str | None:
        """What a table of reasons says of a feature, by its word or by its kind."""
        return table.get(feature) or table.get(feature.partition("/")[0])
