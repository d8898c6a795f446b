"""From an event, a profile and a cloud's facts to the plan of one stack. Pure: the same input gives the same bytes."""

import re
from collections.abc import Mapping, Sequence
from fractions import Fraction
from typing import Any

from eventstack.errors import ConfigError, Fault, NotOffered
from eventstack.models.event import Event
from eventstack.models.faults import nearest
from eventstack.models.profile import Profile
from eventstack.models.shape import ID_PATTERN
from eventstack.planning import carried, counts, fit, media, naming, region, sources, viewers, wants
from eventstack.planning.facts import CloudFacts
from eventstack.planning.lead import lead
from eventstack.planning.parts import Archive, Build, Capacity, Cdn, Drm, Parent
from eventstack.planning.plan import FORMAT, About, Chosen, Contact, Note, StackPlan, Viewers, sha256
from eventstack.planning.prepared import Prepared, noted, prepared
from eventstack.planning.sources import Origin
from eventstack.planning.timeline import epoch, text, timeline

FOUNDATION_NAME = re.compile(r"[a-z0-9]([a-z0-9-]{0,62}[a-z0-9])?")
"""A foundation's name; longer than an event's id, so that one can be called after its only event."""


MOST_PACKAGERS = 100
"""As many as a profile may ask for."""


def resolve(
    event: Event,
    profile: Profile,
    facts: CloudFacts,
    parents: Sequence[Parent],
    *,
    owner: str,
    incarnation: int = 1,
    others: Sequence[CloudFacts] = (),
    origin: Origin | None = None,
) -> StackPlan:
    """The plan of an event's stack.

    `parents` are the recorded outputs of the layers below; without them the plan can be shown but not built.
    `owner` is the installation's; `origin` says who wrote a field of the profile (left out: the profile itself).
    Raises ConfigError for what does not fit together, NotOffered for what this cloud lacks (`others` are the clouds
    that the message may name); either holds every fault found.
    """
    ready = prepared(profile, facts, tuple(others), origin)
    asked = carried.judge(wants.of_event(event), facts, others, "event")
    _agreed(event, profile, facts, owner)
    chosen, unplaced = _placed(event, facts)
    _refuse(
        config=(
            *fit.faults(event, ready.profile),
            *carried.bounded(wants.of_feed(event), facts, "event"),
            *ready.beyond,
            *unplaced,
            *_foundation(profile, parents),
        ),
        offered=(*asked.refused, *ready.refused),
    )
    event = carried.without(event, asked.undone)
    occurrence = event.id
    stack = naming.stack_name(occurrence, incarnation)
    seen = viewers.of(event, ready)
    capacity = _capacity(ready, seen.packagers if seen else 0)
    build = Build(
        format=FORMAT,
        layer="event",
        owner=owner,
        occurrence=occurrence,
        incarnation=incarnation,
        cloud=facts.name,
        project=naming.PROJECTS["event"],
        stack=stack,
        tags=naming.identity_tags(owner, occurrence, incarnation, "event"),
        parents=tuple(parents),
        epoch=text(epoch(event.window, ready.profile.timing.line_up)),
        segment=ready.segment,
        contribution=media.contribution(event, ready.source),
        encoder=ready.encoder,
        packager=ready.packager,
        drm=media.drm(ready.profile, content_id=stack),
        cdn=media.cdn(occurrence, event.rights, ready.profile),
        archive=media.archive(ready.profile, occurrence, incarnation),
        region=chosen.region if chosen else "",
        paths=ready.paths,
        monitor=ready.monitor,
        capacity=capacity,
        series=event.series or "" if ready.profile.layers == "series" else "",
    )
    return StackPlan(
        build=build,
        title=event.title,
        profile=profile.name,
        timeline=timeline(event.window, ready.profile, ready.lead_s, ready.why, ready.settle_s),
        gates=ready.gates,
        lead_s=ready.lead_s,
        settle_s=ready.settle_s,
        about=_about(event),
        placed=chosen,
        viewers=seen,
        creates=counts.created(event, ready, asked.carried, capacity),
        shares=counts.shared(ready, parents),
        left_out=(*asked.left_out, *ready.left_out),
        notes=(*ready.notes, *_notes(event, ready, seen)),
        sources=sources.of(event, ready, placed=chosen is not None),
    )


def _agreed(event: Event, profile: Profile, facts: CloudFacts, owner: str) -> None:
    """Refuse what was put together by mistake: another owner's event, another profile, another cloud's facts."""
    _named("owner", owner, re.compile(ID_PATTERN))
    if event.owner not in (None, owner):
        hint = f"act for that owner: EVENTSTACK_OWNER={event.owner}"
        raise ConfigError(fit.of_event(("owner",), "another owner's event", event.owner, owner, hint))
    if event.profile != profile.name:
        raise ConfigError(fit.of_event(("profile",), "not the event's profile", profile.name, event.profile))
    if event.cloud != facts.name:
        raise ConfigError(fit.of_event(("cloud",), "not the event's cloud", facts.name, event.cloud))


def _refuse(config: Sequence[Fault], offered: Sequence[Fault]) -> None:
    if config:
        raise ConfigError(*config, *offered)
    if offered:
        raise NotOffered(*offered)


def _placed(event: Event, facts: CloudFacts) -> tuple[Chosen | None, tuple[Fault, ...]]:
    """Where it is built, and what is wrong with where it was to be."""
    if not facts.regions:
        return None, ()
    within, audience = event.placement.within or (), event.audience.countries if event.audience else {}
    if event.region is None:
        try:
            found = region.choose(
                facts.regions, audience, within=within, near=event.placement.near, default=facts.default_region
            )
        except ConfigError as error:
            return None, tuple(fit.as_event(fault) for fault in error.faults)
        return Chosen(region=found.region, km=found.km, why=found.why, others=found.others), ()
    known = facts.regions.get(event.region)
    if known is None:
        places = {one.place.casefold(): name for name, one in facts.regions.items()}
        meant = places.get(event.region.casefold()) or nearest(event.region, facts.regions)
        hint = f"did you mean {meant}?" if meant else None
        allowed = ", ".join(sorted(facts.regions))
        return None, (fit.of_event(("region",), f"no region of {facts.name}", event.region, allowed, hint),)
    if why := region.refusal(known, within):
        message = f"{event.region} lies where it may not: {why}"
        return None, (fit.of_event(("region",), message, event.region, ", ".join(within)),)
    why = f"the event names it: {known.place}"
    return Chosen(region=event.region, km=0, why=why), ()


def _capacity(ready: Prepared, packagers: int) -> Capacity:
    hints = ready.profile.capacity
    return Capacity(
        machine=hints.machine or "",
        packagers=hints.packagers or (max(ready.paths, packagers) if ready.facts.machine else 0),
        encoders=ready.encoders,
        spot=hints.spot,
        warm=hints.warm,
    )


def _about(event: Event) -> About:
    placement = event.placement
    rule = [f"within {', '.join(placement.within)}"] if placement.within else []
    rule += [f"near {placement.near}"] if placement.near else []
    return About(
        importance=event.importance,
        owner=event.owner or "",
        series=event.series or "",
        placement=", ".join(rule),
        contacts=tuple(
            Contact(name=one.name, role=one.role or "", phone=one.phone or "", email=one.email or "")
            for one in event.contacts
        ),
        labels=event.labels,
    )


def _notes(event: Event, ready: Prepared, seen: Viewers | None) -> tuple[Note, ...]:
    found = (*map(noted, fit.notes(event, ready.profile)), *_strained(ready, seen))
    hints, packagers = ready.profile.capacity.packagers, seen.packagers if seen else 0
    if hints is None or hints >= packagers:
        return found
    text = f"{hints} packagers are fewer than the {packagers} that the audience asks for"
    return (*found, Note(field="capacity.packagers", text=text, better=str(packagers)))


def _strained(ready: Prepared, seen: Viewers | None) -> tuple[Note, ...]:
    """What the audience asks of services that a vendor bounds, and of machines that nobody would rent."""
    if seen is None:
        return ()
    found = []
    bound = ready.facts.limits.get("egress_requests_s")
    if bound and Fraction(seen.origin_rps) > bound.most:
        asked = -(-Fraction(seen.origin_rps) // 1)
        text = f"{asked} requests a second would reach the origin, which answers some {bound.most} ({bound.source})"
        found.append(Note(field="audience.peak", text=text, better="another cache before the origin"))
    if seen.packagers > MOST_PACKAGERS:
        text = f"{seen.packagers} packagers are beyond what anybody can rent at once"
        found.append(Note(field="audience.peak", text=text, better="another cache before the origin"))
    return tuple(found)


def resolve_foundation(
    name: str, owner: str, facts: CloudFacts, *, incarnation: int = 1, drm: bool = True, title: str = ""
) -> StackPlan:
    """The plan of a foundation: the edge, the archive and, with `drm`, the key service.

    In a foundation `build.drm` means the key service: it names no content and no labels, those are each event's own.
    Raises ConfigError for a name or an owner that can't be one.
    """
    _named("name", name, FOUNDATION_NAME)
    _named("owner", owner, re.compile(ID_PATTERN))
    roles = ("archive", "cdn", *(("drm",) if drm else ()))
    if lacking := carried.lacking(facts, roles, ()):
        raise NotOffered(*lacking)
    build = Build(
        format=FORMAT,
        layer="foundation",
        owner=owner,
        occurrence=name,
        incarnation=incarnation,
        cloud=facts.name,
        project=naming.PROJECTS["foundation"],
        stack=naming.stack_name(name, incarnation),
        tags=naming.identity_tags(owner, name, incarnation, "foundation"),
        drm=Drm(scheme="cenc", systems=("clearkey",), content_id="", labels=(), key_source="local") if drm else None,
        cdn=Cdn(),
        archive=Archive(),
    )
    return StackPlan(
        build=build,
        title=title or name,
        profile="",
        lead_s=lead(facts, roles),
        settle_s=facts.settle_s,
        sources={"build": f"foundation {name}", "settle_s": f"cloud {facts.name}", "lead_s": f"cloud {facts.name}"},
    )


def parent(plan: StackPlan, outputs: Mapping[str, Any]) -> Parent:
    """The record of a layer below, as the plans above hold it: its identity, its outputs and their hash.

    Outputs are plain JSON values without secrets. Whole floats become integers (the engine turns every number into a
    float). Raises ConfigError for other floats, which have no exact form.
    """
    return _parent(plan.build.tags, outputs)


def recorded(outputs: Mapping[str, Any]) -> Parent:
    """The same from a stack's outputs alone, which hold its tags; raises ConfigError for those of another program."""
    tags = outputs.get("tags")
    if not isinstance(tags, Mapping) or not all(isinstance(tags.get(key), str) for key in naming.IDENTITY_KEYS):
        raise ConfigError(
            Fault(
                "not the outputs of a stack of ours",
                field="tags",
                allowed=f"the tags {', '.join(naming.IDENTITY_KEYS)}",
            )
        )
    if tags["eventstack-layer"] not in naming.PROJECTS or not tags["eventstack-incarnation"].isdigit():
        raise ConfigError(
            Fault("not a layer below", field="tags", given=tags["eventstack-layer"], allowed="foundation, series")
        )
    return _parent(tags, outputs)


def _parent(tags: Mapping[str, str], outputs: Mapping[str, Any]) -> Parent:
    exact = {name: _exact(value, name) for name, value in outputs.items()}
    _, occurrence, incarnation, layer = (tags[key] for key in naming.IDENTITY_KEYS)
    return Parent(
        layer=layer,
        project=naming.PROJECTS[layer],
        stack=naming.stack_name(occurrence, int(incarnation)),
        incarnation=int(incarnation),
        outputs=exact,
        outputs_hash=sha256(exact),
    )


def _exact(value: Any, path: str) -> Any:
    match value:
        case float() if value.is_integer():
            return int(value)
        case float():
            raise ConfigError(
                Fault(
                    "an output without an exact form",
                    field=path,
                    given=str(value),
                    allowed='an integer or text, as "8/15"',
                )
            )
        case dict():
            return {str(key): _exact(item, f"{path}.{key}") for key, item in value.items()}
        case list() | tuple():
            return [_exact(item, f"{path}[{index}]") for index, item in enumerate(value)]
        case _:
            return value


def _named(field: str, value: str, pattern: re.Pattern[str]) -> None:
    if not pattern.fullmatch(value):
        raise ConfigError(
            Fault("can't be a name", field=field, given=value, allowed="lower-case letters, digits and inner hyphens")
        )


def _foundation(profile: Profile, parents: Sequence[Parent]) -> tuple[Fault, ...]:
    layers = [item.layer for item in parents]
    if len(set(layers)) != len(layers) or "event" in layers:
        return (Fault("not one parent for each layer below", field="parents", given=", ".join(layers)),)
    return tuple(
        fit.of_profile(
            ("drm",),
            "the foundation has no key service",
            item.stack,
            None,
            "build a foundation with drm, or choose a clear profile",
        )
        for item in parents
        if item.layer == "foundation"
        and profile.drm
        and profile.drm.key_source == "local"
        and item.outputs.get("keys") == ""
    )
