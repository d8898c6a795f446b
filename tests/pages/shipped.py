"""Every shipped profile on every cloud: one sample event each, and its plan or what stands against it.

`tests.planning.test_golden` keeps the plans, `tests.pages.profiles_by_cloud` tells them on a page.
"""

from collections.abc import Mapping
from functools import cache
from typing import NamedTuple

from eventstack.clouds import CLOUDS, facts
from eventstack.errors import ConfigError, Fault, NotOffered
from eventstack.models.load import load_profile_of, profile_names, read_event
from eventstack.models.yaml_reader import read
from eventstack.planning.plan import StackPlan
from eventstack.planning.resolve import resolve

OWNER = "sports"
PROFILES = tuple(profile_names())

_EVENT = """\
id: sample
title: A sample of {profile} on {cloud}
window:
  start: 2027-06-12T18:00
  end: 2027-06-12T20:00
  zone: Europe/Berlin
audience:
  expected: 40000
  peak: 60000
  ramp: 10m
  countries: {{ DE: 70%, AT: 15%, CH: 10% }}
contribution: {contribution}
profile: {profile}
cloud: {cloud}
"""

_AT_HOME = "{ source: synthetic }"
_AWAY = "{ passphrase: store:contribution/passphrase, allow: [203.0.113.0/24] }"

_OF_PROFILE: Mapping[str, str] = {
    "race-weekend": "series: spring-gp-2027\n",
    "premium-drm-1080p50": "rights: { territories: [DE, AT, CH] }\n",
}
"""What a profile expects of its events."""


class Outcome(NamedTuple):
    """A plan, or the faults that stand against it."""

    plan: StackPlan | None
    faults: tuple[Fault, ...]


def event_text(profile: str, cloud: str, overrides: str = "") -> str:
    """The sample event's file: two hours in the evening with viewers in three countries."""
    text = _EVENT.format(profile=profile, cloud=cloud, contribution=_AT_HOME if cloud == "local" else _AWAY)
    return text + _OF_PROFILE.get(profile, "") + (f"overrides: {overrides}\n" if overrides else "")


@cache
def outcome(profile: str, cloud: str, overrides: str = "") -> Outcome:
    """What the sample event comes to."""
    event = read_event(read(event_text(profile, cloud, overrides).encode(), "sample.yaml"))
    found = load_profile_of(event.document)
    others = tuple(facts(name) for name in CLOUDS)
    try:
        plan = resolve(
            event.model, found.model, facts(cloud), (), owner=OWNER, others=others, origin=found.document.label
        )
    except (ConfigError, NotOffered) as error:
        return Outcome(None, error.faults)
    return Outcome(plan, ())


def refusal(faults: tuple[Fault, ...]) -> str:
    """What stands against a plan, a fault a line with what is given, what is allowed and the way out below."""
    lines = []
    for fault in dict.fromkeys(faults):
        lines.append(f"{fault.field}: {fault.message}" if fault.field else fault.message)
        told = (("given", fault.given), ("allowed", fault.allowed), ("to do", fault.hint))
        lines += [f"    {word}: {text}" for word, text in told if text]
    return "\n".join(lines) + "\n"
