"""What of a plan depends on the profile and the cloud alone: reckoned once, for all events that share them."""

import re
from collections.abc import Sequence
from dataclasses import dataclass
from fractions import Fraction
from functools import lru_cache
from itertools import accumulate
from typing import Generic, TypeVar

import msgspec

from eventstack.errors import Fault
from eventstack.models.faults import Rule
from eventstack.models.profile import Profile
from eventstack.models.yaml_reader import dotted
from eventstack.planning import carried, media, parts, plan, wants
from eventstack.planning.facts import CloudFacts, Machine
from eventstack.planning.lead import path
from eventstack.planning.sources import Origin, of_profile
from eventstack.planning.timeline import Reasons, reasons

HOPS = ("contribution", "encoder", "packager", "origin", "licence", "edge", "picture", "sound")
"""What gates look at when a profile names no hops; `licence` and `picture` only where they are."""

Value = TypeVar("Value")


class _Same(Generic[Value]):
    """A value as a key: the same object, not an equal one, so that looking it up costs nothing."""

    __slots__ = ("value",)

    def __init__(self, value: Value) -> None:
        self.value = value

    def __hash__(self) -> int:
        return id(self.value)

    def __eq__(self, other: object) -> bool:
        return isinstance(other, _Same) and other.value is self.value


@dataclass(frozen=True, eq=False)
class Prepared:
    """A profile on a cloud: its parts of a plan, and what stands against it. `profile` is as the cloud carries it."""

    profile: Profile
    written: Profile
    facts: CloudFacts
    refused: tuple[Fault, ...]
    beyond: tuple[Fault, ...]
    left_out: tuple[plan.LeftOut, ...]
    carried: frozenset[str]
    notes: tuple[plan.Note, ...]
    roles: tuple[str, ...]
    segment: parts.Segment
    encoder: parts.Encoder
    packager: parts.Packager
    monitor: parts.Monitor | None
    gates: plan.Gates
    paths: int
    encoders: int
    ladder_bps: tuple[int, ...]
    lead_s: int
    why: Reasons
    source: parts.Source
    origin_bps: int | None
    origin_rps: int | None
    settle_s: int
    sources: dict[str, str]


def prepared(
    profile: Profile, facts: CloudFacts, others: tuple[CloudFacts, ...], origin: Origin | None = None
) -> Prepared:
    """The profile on the cloud; equal calls with the same objects are answered from memory."""
    return _prepared(_Same(profile), _Same(facts), tuple(map(_Same, others)), origin)


@lru_cache(maxsize=512)
def _prepared(
    kept: _Same[Profile], known: _Same[CloudFacts], others: tuple[_Same[CloudFacts], ...], origin: Origin | None
) -> Prepared:
    written, facts = kept.value, known.value
    clouds = [other.value for other in others]
    judged = carried.judge(wants.of_profile(written), facts, clouds, "profile")
    profile = carried.without(written, judged.undone)
    roles = _roles(profile)
    way = path(facts, roles, single=profile.layers == "single")
    encoder = media.encoder(profile)
    if "preset/any" not in facts.features:
        bare = tuple(msgspec.structs.replace(rung, preset="") for rung in encoder.renditions)
        encoder = msgspec.structs.replace(encoder, renditions=bare)
    paths = 2 if profile.redundancy == "two-path" else 1
    settle_s = max(facts.settle_s, int(profile.teardown.settle or 0))
    return Prepared(
        profile=profile,
        written=written,
        facts=facts,
        refused=(*carried.lacking(facts, roles, clouds), *judged.refused, *_unlicensed(written, facts)),
        beyond=(*carried.bounded(wants.measures(profile), facts, "profile"), *_strange(profile, facts)),
        left_out=judged.left_out,
        carried=judged.carried,
        notes=_notes(written, facts),
        roles=roles,
        segment=media.segment(profile),
        encoder=encoder,
        packager=media.packager(profile),
        monitor=media.monitor(profile),
        gates=_gates(profile),
        paths=paths,
        encoders=paths * _encoders(encoder, facts.machine),
        ladder_bps=_ladder_bps(encoder),
        lead_s=facts.base_lead_s + way.seconds,
        why=reasons(profile, way.told(facts.base_lead_s), settle_s),
        source=media.source(profile),
        origin_bps=int(facts.machine.origin_bps / (1 + profile.capacity.headroom)) if facts.machine else None,
        origin_rps=int(facts.machine.origin_rps / (1 + profile.capacity.headroom)) if facts.machine else None,
        settle_s=settle_s,
        sources=of_profile(written, profile, facts, origin, judged.undone),
    )


def _roles(profile: Profile) -> tuple[str, ...]:
    drm = ("drm",) if profile.drm else ()
    watched = ("monitor",) if media.monitor(profile) else ()
    return ("contribution", "encoder", "packager", *drm, "cdn", "archive", *watched)


def _unlicensed(profile: Profile, facts: CloudFacts) -> tuple[Fault, ...]:
    drm = profile.drm
    if drm is None or any(f"licence/{system}" in facts.features for system in drm.systems):
        return ()
    served = ", ".join(sorted(item.removeprefix("licence/") for item in facts.features if item.startswith("licence/")))
    return (
        Fault(
            f"{facts.name} serves licences for {served or 'no system'} only, drm.systems has "
            f"{', '.join(drm.systems)}: nobody could play it",
            field="drm.systems",
            subject="profile",
        ),
    )


def noted(rule: Rule) -> plan.Note:
    """What a rule says that is not broken, as a plan holds it."""
    return plan.Note(field=dotted(rule.path) or "", text=rule.message, better=rule.allowed or "")


def _notes(profile: Profile, facts: CloudFacts) -> tuple[plan.Note, ...]:
    found = list(map(noted, profile.notes()))
    settle = profile.teardown.settle
    if settle is not None and settle < facts.settle_s:
        text = f"{settle} is not enough for {facts.name}, whose inventory is behind: it is {facts.settle_s} s"
        found.append(plan.Note(field="teardown.settle", text=text, better=f"{facts.settle_s}s or more"))
    return tuple(found)


def _encoders(encoder: parts.Encoder, machine: Machine | None) -> int:
    """Machines that encode the ladder once; none where the vendor keeps them."""
    if machine is None:
        return 0
    work = sum(
        rung.width
        * rung.height
        * Fraction(rung.frame_rate)
        * machine.weights.get(rung.codec, 1)
        * machine.weights.get(rung.preset, 1)
        for rung in encoder.renditions
    )
    return max(1, -(-work // machine.pixels_s))


def _strange(profile: Profile, facts: CloudFacts) -> tuple[Fault, ...]:
    """A machine type of another cloud."""
    named = profile.capacity.machine
    if named is None or not facts.machine_form or re.fullmatch(facts.machine_form, named):
        return ()
    fault = Fault(
        f"not a machine type of {facts.name}",
        field="capacity.machine",
        given=named,
        allowed=f"a name as {facts.machine_example}",
        subject="profile",
    )
    return (fault,)


def _gates(profile: Profile) -> plan.Gates:
    gates = profile.monitoring.gates
    there = {"licence": profile.drm is not None, "picture": profile.ladder is not None}
    every = tuple(hop for hop in HOPS if there.get(hop, True))
    hops = tuple(hop for hop in HOPS if hop in gates.hops) if gates.hops else every
    return plan.Gates(hops=hops, in_a_row=gates.in_a_row, give_up_s=int(gates.give_up))


def _ladder_bps(encoder: parts.Encoder) -> tuple[int, ...]:
    """What each choice of a viewer weighs: a rung with the first track, or the first track alone."""
    sound = encoder.audio[0].bitrate
    rungs: Sequence[int] = [rung.bitrate + sound for rung in encoder.renditions]
    return tuple(accumulate(rungs, max)) or (sound,)
