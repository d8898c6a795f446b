"""From an event, a profile and a cloud's facts to the plan of one stack. Pure: the same input gives the same bytes."""

import re
from collections.abc import Mapping, Sequence
from datetime import timedelta
from typing import Any

from eventstack.errors import ConfigError, Fault, NotOffered
from eventstack.models.event import Event
from eventstack.models.profile import Profile
from eventstack.models.shape import ID_PATTERN
from eventstack.planning import media, naming
from eventstack.planning.facts import CloudFacts, require_feature, require_role
from eventstack.planning.lead import lead
from eventstack.planning.plan import (
    FORMAT,
    Archive,
    Build,
    Cdn,
    Drm,
    Gates,
    Parent,
    StackPlan,
    sha256,
)
from eventstack.planning.timeline import LABELS_END, epoch, text, timeline

HOPS = ("contribution", "encoder", "packager", "origin", "licence", "edge", "picture", "sound")
"""What gates look at when a profile names no hops; `licence` only where there are licences."""

FOUNDATION_NAME = re.compile(r"[a-z0-9]([a-z0-9-]{0,62}[a-z0-9])?")
"""A foundation's name; longer than an event's id, so that one can be called after its only event."""


def resolve(
    event: Event,
    profile: Profile,
    facts: CloudFacts,
    parents: Sequence[Parent],
    *,
    owner: str,
    incarnation: int = 1,
    others: Sequence[CloudFacts] = (),
) -> StackPlan:
    """The plan of an event's stack.

    `parents` are the recorded outputs of the layers below; without them the plan can be shown but not built.
    `owner` is the installation's. Raises ConfigError for what does not fit together, NotOffered for what this cloud
    lacks (`others` are the clouds that the message may name).
    """
    _fit(event, profile, facts, owner)
    roles = _roles(profile)
    _offered(event, profile, facts, roles, others)
    _foundation(profile, parents)
    occurrence = event.id
    stack = naming.stack_name(occurrence, incarnation)
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
        epoch=text(epoch(event.window, profile.timing)),
        segment=media.segment(profile),
        contribution=media.contribution(event, profile),
        encoder=media.encoder(profile),
        packager=media.packager(profile),
        drm=media.drm(profile, content_id=stack),
        cdn=Cdn(path=occurrence),
        archive=media.archive(profile, occurrence, incarnation),
    )
    lead_s = lead(facts, roles)
    return StackPlan(
        build=build,
        title=event.title,
        profile=profile.name,
        timeline=timeline(event.window, profile.timing, lead_s),
        gates=_gates(profile),
        lead_s=lead_s,
        settle_s=_settle(profile, facts),
        sources=_sources(event, profile, facts),
    )


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
    for role in roles:
        require_role(facts, role)
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


def _fit(event: Event, profile: Profile, facts: CloudFacts, owner: str) -> None:
    _named("owner", owner, re.compile(ID_PATTERN))
    if event.owner not in (None, owner):
        raise ConfigError(
            Fault(
                "another owner's event",
                field="owner",
                given=event.owner,
                allowed=owner,
                hint=f"act for that owner: EVENTSTACK_OWNER={event.owner}",
            )
        )
    if event.profile != profile.name:
        raise ConfigError(Fault("not the event's profile", field="profile", given=profile.name, allowed=event.profile))
    if event.cloud != facts.name:
        raise ConfigError(Fault("not the event's cloud", field="cloud", given=facts.name, allowed=event.cloud))
    end = event.window.end or event.window.start
    over = end + timedelta(seconds=int(profile.timing.tail)) - epoch(event.window, profile.timing)
    if over > LABELS_END:
        raise ConfigError(
            Fault(
                "line-up, programme and tail are too long together: media time would wrap",
                field="window.end",
                given=str(over),
                allowed="25 hours and 45 minutes in all",
                hint="make several events of it",
            )
        )


def _named(field: str, value: str, pattern: re.Pattern[str]) -> None:
    if not pattern.fullmatch(value):
        raise ConfigError(
            Fault("can't be a name", field=field, given=value, allowed="lower-case letters, digits and inner hyphens")
        )


def _roles(profile: Profile) -> tuple[str, ...]:
    drm = ("drm",) if profile.drm else ()
    return ("contribution", "encoder", "packager", *drm, "cdn", "archive")


def _offered(
    event: Event, profile: Profile, facts: CloudFacts, roles: Sequence[str], others: Sequence[CloudFacts]
) -> None:
    for role in roles:
        require_role(facts, role, others)
    for feature, field in _features(event, profile):
        require_feature(facts, feature, field, others)
    if profile.drm and not any(f"licence/{system}" in facts.features for system in profile.drm.systems):
        served = ", ".join(
            sorted(item.removeprefix("licence/") for item in facts.features if item.startswith("licence/"))
        )
        raise NotOffered(
            f"{facts.name} serves licences for {served or 'no system'} only, drm.systems has "
            f"{', '.join(profile.drm.systems)}: nobody could play it"
        )


def _features(event: Event, profile: Profile) -> list[tuple[str, str]]:
    """Every feature that an event asks of a cloud, and the field that asks for it."""
    feed = event.contribution
    wanted = [
        (f"contribution/{feed.protocol}-{feed.mode}", "contribution.protocol"),
        (f"source/{feed.source.kind}", "contribution.source"),
        (f"layers/{profile.layers}", "layers"),
        *((f"codec/{rung.codec}", "ladder.codec") for rung in profile.ladder.rungs()),
        *((f"format/{item}", "packaging.formats") for item in profile.packaging.formats),
    ]
    if profile.slate:
        wanted.append(("verb/slate", "slate"))
    if profile.drm:
        wanted += [
            (f"scheme/{profile.drm.scheme}", "drm.scheme"),
            (f"keys/{profile.drm.keys}", "drm.keys"),
            *((f"system/{system}", "drm.systems") for system in profile.drm.systems),
        ]
    return wanted


def _foundation(profile: Profile, parents: Sequence[Parent]) -> None:
    layers = [item.layer for item in parents]
    if len(set(layers)) != len(layers) or "event" in layers:
        raise ConfigError(Fault("not one parent for each layer below", field="parents", given=", ".join(layers)))
    for item in parents:
        if item.layer == "foundation" and profile.drm and item.outputs.get("keys") == "":
            raise ConfigError(
                Fault(
                    "the foundation has no key service",
                    field="drm",
                    given=item.stack,
                    hint="build a foundation with drm, or choose a clear profile",
                )
            )


def _gates(profile: Profile) -> Gates:
    gates = profile.monitoring.gates
    every = tuple(hop for hop in HOPS if hop != "licence" or profile.drm)
    hops = tuple(hop for hop in HOPS if hop in gates.hops) if gates.hops else every
    return Gates(hops=hops, in_a_row=gates.in_a_row, give_up_s=int(gates.give_up))


def _settle(profile: Profile, facts: CloudFacts) -> int:
    wanted = profile.teardown.settle
    return max(facts.settle_s, int(wanted) if wanted else 0)


def _sources(event: Event, profile: Profile, facts: CloudFacts) -> dict[str, str]:
    """Where each part of the plan comes from."""
    by_event, by_profile, by_cloud = f"event {event.id}", f"profile {profile.name}", f"cloud {facts.name}"
    return {
        "title": by_event,
        "build.cloud": by_event,
        "build.contribution": by_event,
        "build.epoch": f"{by_event}, {by_profile}",
        "build.parents": "the layers below",
        "timeline": f"{by_event}, {by_profile}, {by_cloud}",
        "gates": by_profile,
        "lead_s": by_cloud,
        "settle_s": by_profile if _settle(profile, facts) > facts.settle_s else by_cloud,
        **{f"build.{part}": by_profile for part in ("archive", "cdn", "drm", "encoder", "packager", "segment")},
    }
