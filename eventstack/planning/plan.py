"""The resolved execution plan of one stack: frozen data with one canonical JSON form.

`StackPlan.build` is all that `program.build` reads and alone feeds `build_hash`; everything around it
(timeline, gates, counts, cost, where values came from) feeds `plan_hash` only, so that an extension or a hold never
looks like a change of infrastructure.

Canonical JSON: UTF-8, keys sorted, no insignificant white space, integers or rational strings ("48/25"),
never floats (the engine turns every number into a float). Instants are RFC 3339 in UTC with a `Z`.
Secrets are references (`SecretRef`), never values. The form is told in docs/plans.md.
"""

import hashlib
from typing import Any, Literal

import msgspec

from eventstack.errors import ConfigError, Fault
from eventstack.planning.parts import Build, Plain

FORMAT = 2
"""Version of the plan's JSON form. Format 1 held less; it is read as it is, with what it did not know left at its
default."""


class Step(Plain, frozen=True):
    """One step of an event: when (None where a person or the overrun rule decides), how long before, and why then."""

    name: str
    at: str | None
    lead_s: int
    why: str


class Timeline(Plain, frozen=True):
    """When what is wanted, as instants: the stack, the line-up, the air, the tail, the teardown.

    `on_air_until` is None for an event with an open end; `overrun` says what an overrun does. `announce_by` is the
    latest moment at which this event can still become known and be ready on time. `steps` are in order.
    """

    up_from: str
    line_up_from: str
    on_air_from: str
    on_air_until: str | None
    tail_s: int
    overrun: Literal["stay-up", "keep-start-times", "keep-durations"] = "stay-up"
    turn_round_s: int = 0
    keep_s: int = 0
    confirm: str = "auto"
    announce_by: str = ""
    steps: tuple[Step, ...] = ()


class Gates(Plain, frozen=True):
    """What the line-up demands before it opens to the public: hops that must be good, this many times in a row."""

    hops: tuple[str, ...]
    in_a_row: int
    give_up_s: int


class Contact(Plain, frozen=True):
    """Whom to call."""

    name: str
    role: str = ""
    phone: str = ""
    email: str = ""


class About(Plain, frozen=True):
    """What people and records want to know of an event, and nothing is built from."""

    importance: str = "normal"
    owner: str = ""
    series: str = ""
    placement: str = ""
    contacts: tuple[Contact, ...] = ()
    labels: dict[str, str] = msgspec.field(default_factory=dict)


class Chosen(Plain, frozen=True):
    """Why it is built where it is; `others` are the regions that were not taken, with their distance and why."""

    region: str
    km: int
    why: str
    others: tuple[tuple[str, int, str], ...] = ()


class Assumed(Plain, frozen=True):
    """One figure that a model takes for granted: an integer or a rational, what it counts, and who says so."""

    value: str
    unit: str
    source: str


class Viewers(Plain, frozen=True):
    """What the audience asks of the chain: bit/s and requests a second as rationals, machines as counts.

    `egress_gb` and `requests` are the edge's over the whole programme, `origin_gb` the origin's; None for an open end.
    """

    expected: int
    peak: int
    ramp_s: int
    countries: dict[str, str]
    edge_bps: str
    average_bps: str
    origin_bps: str
    edge_rps: str
    origin_rps: str
    joins_rps: str
    egress_gb: str | None
    requests: str | None
    packagers: int
    assumptions: dict[str, Assumed]
    licences_rps: str = "0"
    origin_gb: str | None = None


class Created(Plain, frozen=True):
    """How many resources of one type a role makes, and in which layer's stack."""

    layer: str
    role: str
    type: str
    count: int


class Shared(Plain, frozen=True):
    """What the event uses and does not make: the role, the layer that has it, its stack ("" while none is chosen)."""

    role: str
    layer: str
    stack: str


class LeftOut(Plain, frozen=True):
    """A value that this cloud does not carry: the field, what it says, and why leaving it out does no harm."""

    field: str
    given: str
    why: str


class Note(Plain, frozen=True):
    """What is said of a plan that is not wrong."""

    field: str
    text: str
    better: str = ""


class CostLine(Plain, frozen=True, kw_only=False):
    """One role's share, in micro-dollars."""

    role: str
    low: int
    high: int
    gaps: tuple[str, ...] = ()
    """What of the role has no price."""


class Estimate(Plain, frozen=True):
    """The cost of one event, in micro-dollars; the lower and upper end differ where a price is uncertain."""

    cloud: str
    basis: str
    """Where the prices come from, and how old they are."""

    cdn_permille: int
    """The CDN's share of the total, from the middle of the range."""

    lines: tuple[CostLine, ...]
    """Role by role, the CDN first."""

    low: int
    high: int
    month_low: int
    month_high: int
    """A month of the same chain, always on and without viewers."""

    hours_a_month: str | None
    """Hours on air a month above which always on is cheaper, to the minute, as a rational; None: see `hours_reason`."""

    hours_reason: str
    """Why there is no such number, or what it leaves out; empty where there is nothing to say."""

    gaps: tuple[str, ...]
    """What has no price or another region's, and where a figure stops being sure."""


class StackPlan(Plain, frozen=True):
    """One stack, wholly resolved. What only an event has is None or empty for a foundation.

    `sources` says of each part of the plan where it comes from: the field, and who wrote it.
    """

    build: Build
    title: str
    profile: str
    timeline: Timeline | None = None
    gates: Gates | None = None
    lead_s: int = 0
    settle_s: int = 2
    about: About | None = None
    placed: Chosen | None = None
    viewers: Viewers | None = None
    creates: tuple[Created, ...] = ()
    shares: tuple[Shared, ...] = ()
    left_out: tuple[LeftOut, ...] = ()
    notes: tuple[Note, ...] = ()
    cost: Estimate | None = None
    sources: dict[str, str] = msgspec.field(default_factory=dict)

    @property
    def build_hash(self) -> str:
        """SHA-256 (hex) over the canonical JSON of `build`."""
        return sha256(self.build)

    @property
    def plan_hash(self) -> str:
        """SHA-256 (hex) over the canonical JSON of the whole plan."""
        return sha256(self)

    def to_json(self) -> str:
        """The canonical JSON of the whole plan."""
        return canonical(self)

    @classmethod
    def from_json(cls, text: str | bytes) -> "StackPlan":
        """Read a plan of this format or an older one back; raises `msgspec.ValidationError` for anything else.

        Raises ConfigError for one of a newer format than this eventstack knows.
        """
        refuse_other(msgspec.json.decode(text, type=_Whole).build.format)
        return msgspec.json.decode(text, type=cls)


class _Formatted(msgspec.Struct):
    format: int


class _Whole(msgspec.Struct):
    build: _Formatted


def read_build(text: str | bytes) -> Build:
    """Read the build alone back, as a stack's configuration holds it; raises as `StackPlan.from_json` does."""
    refuse_other(msgspec.json.decode(text, type=_Formatted).format)
    return msgspec.json.decode(text, type=Build)


def refuse_other(format_: int) -> None:
    """Raise ConfigError for a plan of an unknown format: a newer one may ask for more than can be seen here."""
    if not 1 <= format_ <= FORMAT:
        raise ConfigError(
            Fault(
                "a plan of a newer format" if format_ > FORMAT else "a plan of no known format",
                field="build.format",
                given=str(format_),
                allowed=f"1 to {FORMAT}",
                hint="use the eventstack that wrote it, or a newer one",
            )
        )


def canonical(value: Any) -> str:
    """The one JSON text of a value; equal values give equal bytes on any machine."""
    return msgspec.json.encode(value, order="sorted").decode()


def sha256(value: Any) -> str:
    """SHA-256 (hex) of the canonical JSON of a value."""
    return hashlib.sha256(canonical(value).encode()).hexdigest()
