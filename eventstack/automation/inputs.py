"""From files that a caller names to a plan; faults that planning finds get the place of the value."""

import dataclasses
import json
import re
from collections.abc import Sequence
from pathlib import Path
from typing import Any, Literal

from eventstack import clouds
from eventstack.errors import ConfigError, Fault, NotOffered
from eventstack.models.document import Document
from eventstack.models.event import Event
from eventstack.models.faults import in_order
from eventstack.models.load import Loaded, load_profile_of, read_event
from eventstack.models.profile import Profile
from eventstack.models.shape import ID_PATTERN
from eventstack.planning.facts import CloudFacts
from eventstack.planning.parts import Parent
from eventstack.planning.plan import StackPlan
from eventstack.planning.resolve import recorded, resolve


def planned(
    event: Loaded[Event],
    search: Sequence[Path],
    owner: str,
    parents: Sequence[Parent] = (),
    *,
    incarnation: int = 1,
) -> tuple[Profile, StackPlan]:
    """The event's profile (looked for in `search`, beside the event, then among the shipped ones) and its plan."""
    profile, facts = checked(event.document, event.model.cloud, search)
    try:
        return profile.model, resolve(
            event.model,
            profile.model,
            facts,
            parents,
            owner=owner,
            incarnation=incarnation,
            others=every_cloud(),
            origin=profile.document.label,
        )
    except (ConfigError, NotOffered) as error:
        found = in_order(_placed(fault, event.document, profile.document) for fault in error.faults)
        raise type(error)(*found) from error


def priced(plan: StackPlan, prices: Path | None = None) -> StackPlan:
    """The plan with the estimate of its cost, by the shipped prices or by those of a file.

    Whatever is shown, built or recorded of an event's file has passed here, so that all agree on one plan hash. A check
    has no need of it. Raises ConfigError for a file of prices that can't be read, or is another cloud's.
    """
    from eventstack.cost import prices as known
    from eventstack.cost.plan import costed

    cloud, region = plan.build.cloud, plan.build.region or None
    if prices is None:
        return costed(plan, known.table(cloud, region))
    own = known.read(prices, region)
    if own.cloud != cloud:
        raise ConfigError(Fault("prices of another cloud", file=str(prices), given=own.cloud, allowed=cloud))
    return costed(plan, own)


def every_cloud() -> tuple[CloudFacts, ...]:
    """The facts of every cloud, for what a refusal may name."""
    return tuple(clouds.facts(name) for name in clouds.CLOUDS)


def checked_event(document: Document, search: Sequence[Path]) -> Loaded[Event]:
    """Check a document as an event; where it has faults, those of its profile and its cloud come with them."""
    try:
        return read_event(document)
    except ConfigError as error:
        raise ConfigError(*in_order([*error.faults, *_around(document, search)])) from error


def _around(event: Document, search: Sequence[Path]) -> list[Fault]:
    """What is wrong with the profile and the cloud of an event that has faults of its own."""
    profile, cloud = event.data.get("profile"), event.data.get("cloud")
    if not _is_id(profile):
        return []
    try:
        checked(event, str(cloud) if _is_id(cloud) else clouds.CLOUDS[0], search)
    except ConfigError as error:
        return list(error.faults)
    return []


def _is_id(value: Any) -> bool:
    """Whether a value could be a name; what could not has a fault of the event itself."""
    return isinstance(value, str) and re.fullmatch(ID_PATTERN, value) is not None


def checked(event: Document, cloud: str, search: Sequence[Path]) -> tuple[Loaded[Profile], CloudFacts]:
    """What an event's document stands on: its profile, overridden, and the facts of its cloud.

    Raises ConfigError with the faults of both; the event itself need not be valid.
    """
    profile = facts = None
    faults: list[Fault] = []
    try:
        profile = load_profile_of(event, search)
    except ConfigError as error:
        faults += error.faults
    try:
        facts = clouds.facts(cloud)
    except ConfigError as error:
        faults += error.faults
    if profile is None or facts is None:
        raise ConfigError(*in_order(_placed(fault, event) for fault in faults))
    return profile, facts


def read_parent(path: Path) -> Parent:
    """A layer's outputs as `pulumi stack output --json` writes them; raises ConfigError for anything else."""
    try:
        outputs: Any = json.loads(path.read_text())
    except (OSError, ValueError) as cause:
        raise ConfigError(Fault(f"can't be read as JSON: {cause}", file=str(path))) from cause
    if not isinstance(outputs, dict):
        raise ConfigError(Fault("not the outputs of a stack", file=str(path), allowed="a JSON object"))
    try:
        return recorded(outputs)
    except ConfigError as error:
        raise ConfigError(*(dataclasses.replace(fault, file=str(path)) for fault in error.faults)) from error


def _placed(fault: Fault, event: Document, profile: Document | None = None) -> Fault:
    """A fault of planning at the value that it is about: in the event, or in what wrote the profile's value."""
    if fault.file or not fault.field:
        return fault
    path = tuple(int(part) if part.isdigit() else part for part in re.findall(r"[^.\[\]]+", fault.field))
    about = fault.subject or _subject(str(path[0] if path else ""))
    document = profile if profile and about == "profile" else event
    place = document.fault(path, fault.message)
    return dataclasses.replace(
        fault,
        file=place.file,
        line=place.line,
        column=place.column,
        field=place.field,
        quoted=place.quoted,
        marked=place.marked,
        span=place.span,
    )


def _subject(field: str) -> Literal["event", "profile"]:
    return "profile" if field in Profile.model_fields and field not in Event.model_fields else "event"
