"""Events, profiles and plans for tests: valid as they come, and any field may be another.

```python
from eventstack.testing import builders

plan = builders.plan(profile=builders.profile(drm={"keys": "one"}), occurrence="cup-final", settle_s=1)
assert plan.build.tags["eventstack-occurrence"] == "cup-final"
```
"""

from collections.abc import Mapping
from typing import Any

import msgspec

from eventstack.clouds.local.facts import FACTS
from eventstack.errors import ConfigError, Fault
from eventstack.models.event import Event
from eventstack.models.load import read_event, read_profile
from eventstack.models.profile import Profile
from eventstack.models.yaml_reader import read
from eventstack.planning import naming, resolve
from eventstack.planning.parts import Build
from eventstack.planning.plan import StackPlan

OWNER = "local"
"""Whose plans these are, unless another is given; the settings' own default."""

EVENT: Mapping[str, Any] = {
    "id": "talk",
    "title": "An evening talk",
    "window": {"start": "2026-11-22T18:00", "end": "2026-11-22T19:30", "zone": "Europe/Berlin"},
    "contribution": {"latency": "200ms", "source": "synthetic"},
    "profile": "test",
    "cloud": FACTS.name,
}
"""The document of `event()`."""

PROFILE: Mapping[str, Any] = {
    "name": "test",
    "ladder": {
        "frame_rate": "25fps",
        "renditions": [{"size": "640x360", "bitrate": "800kbps"}, {"size": "1280x720", "bitrate": "3Mbps"}],
    },
    "audio": {"tracks": [{"language": "en", "label": "English"}]},
    "timing": {"line_up": "12s"},
}
"""The document of `profile()`: two rungs, one language, in the clear."""

FOUNDATION: Mapping[str, Any] = {
    "control": "http://127.0.0.1:7000",
    "control_token_file": "/foundation/token",
    "edge": "http://127.0.0.1:7003",
    "preview": "http://127.0.0.1:7004",
    "preview_credential_file": "/foundation/preview",
    "keys": "http://127.0.0.1:7001",
    "keys_credential_file": "/foundation/keys",
    "archive": "/archive",
    "occurrence": "season",
}
"""The outputs of the foundation that `plan()` stands on, made up; its tags are those of `foundation_plan()`."""


def event(**overrides: Any) -> Event:
    """An event as its author's file would hold it, with these fields instead; a mapping changes the fields it names.

    Raises ConfigError as a file would.
    """
    return read_event(read(_text(EVENT, overrides), "event.yaml")).model


def profile(**overrides: Any) -> Profile:
    """A profile as its file would hold it, with these fields instead; a mapping changes the fields it names.

    Raises ConfigError as a file would.
    """
    name = overrides.get("name", PROFILE["name"])
    return read_profile(read(_text(PROFILE, overrides), f"{name}.yaml")).model


def plan(
    *,
    event: Event | None = None,
    profile: Profile | None = None,
    foundation: Mapping[str, Any] | None = None,
    **overrides: Any,
) -> StackPlan:
    """The plan of an event's stack, resolved for the local cloud on a made-up foundation, with these fields instead.

    `overrides` are fields of `StackPlan` or of its `Build`. Without an `event` one is made that has the profile;
    `foundation` are the outputs of one that was built. Names and tags follow `owner`, `occurrence`, `incarnation` and
    `layer` unless they are given themselves. A deployer builds no event whose foundation it did not build: give it
    that one's outputs, or `parents=()` for a program that needs none.

    Raises ConfigError for a field that neither has, and what `resolve` raises.
    """
    chosen = profile or globals()["profile"](name=event.profile if event else PROFILE["name"])
    wanted = event or globals()["event"](profile=chosen.name)
    below = resolve.parent(foundation_plan(), FOUNDATION) if foundation is None else resolve.recorded(foundation)
    return _changed(resolve.resolve(wanted, chosen, FACTS, (below,), owner=OWNER), overrides)


def foundation_plan(name: str = "season", *, drm: bool = True, **overrides: Any) -> StackPlan:
    """The plan of a foundation of the local cloud, with these fields of `StackPlan` or `Build` instead."""
    return _changed(resolve.resolve_foundation(name, OWNER, FACTS, drm=drm), overrides)


def _changed(plan: StackPlan, overrides: Mapping[str, Any]) -> StackPlan:
    fields = {field.name for field in msgspec.structs.fields(Build)}
    known = fields | {field.name for field in msgspec.structs.fields(StackPlan)} - {"build"}
    if unknown := overrides.keys() - known:
        raise ConfigError(
            Fault("no such field of a plan", given=", ".join(sorted(unknown)), allowed=", ".join(sorted(known)))
        )
    of_build = {name: value for name, value in overrides.items() if name in fields}
    build = msgspec.structs.replace(plan.build, **of_build)
    identity = {
        "project": naming.PROJECTS[build.layer],
        "stack": naming.stack_name(build.occurrence, build.incarnation),
        "tags": naming.identity_tags(build.owner, build.occurrence, build.incarnation, build.layer),
    }
    build = msgspec.structs.replace(build, **{**identity, **of_build})
    of_plan = {name: value for name, value in overrides.items() if name not in fields}
    return msgspec.structs.replace(plan, build=build, **of_plan)


def _text(document: Mapping[str, Any], overrides: Mapping[str, Any]) -> bytes:
    return msgspec.json.encode(_merged(document, overrides))


def _merged(document: Mapping[str, Any], overrides: Mapping[str, Any]) -> dict[str, Any]:
    merged = dict(document)
    for name, value in overrides.items():
        old = merged.get(name)
        merged[name] = _merged(old, value) if isinstance(old, Mapping) and isinstance(value, Mapping) else value
    return merged
