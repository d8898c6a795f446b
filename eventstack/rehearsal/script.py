"""What is rehearsed: an event and its profile, moved to now, with names that no other rehearsal has."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path

from eventstack.clouds import facts as facts_of
from eventstack.models.event import Event, Window
from eventstack.models.feed import Contribution
from eventstack.models.load import load_event, load_profile
from eventstack.models.profile import Profile
from eventstack.models.references import SecretReference, SourceReference
from eventstack.models.units import Duration
from eventstack.planning.parts import Parent
from eventstack.planning.plan import StackPlan, Timeline
from eventstack.planning.resolve import resolve, resolve_foundation
from eventstack.scheduler.state import Wanted

DEFAULT_PROFILE = "rehearsal-540p25"
"""The profile that is rehearsed when nobody names one."""

FOUNDATION_LEAD = timedelta(seconds=5)
"""What a foundation of this machine takes: init, preview and up in 3.1 s when nothing else ran (two cores)."""

LONGEST_LINE_UP = Duration(12)
"""A rehearsal waits for no technician: nine seconds bring the first cell and two good looks, measured."""

LONGEST_TAIL = Duration(6)
"""Nobody watches a rehearsal to its end but its own viewer."""

LONGEST_PATIENCE = Duration(60)
"""How long a rehearsal's gates are waited for."""

TEARDOWN_TRIES = 4
"""How often a rehearsal tries a teardown that fails before it leaves the rest to `eventstack sweep`."""


@dataclass(frozen=True)
class Choices:
    """What the person at the keyboard asks for. `on_air_for` is None to stay on air until told."""

    profile: str | None = None
    event: Path | None = None
    source: Path | None = None
    on_air_for: timedelta | None = timedelta(seconds=30)


@dataclass(frozen=True)
class Script:
    """One rehearsal, ready to be driven: `resolve` makes the event's plan once its foundation is known."""

    event: Event
    profile: Profile
    foundation: StackPlan
    wanted: Wanted
    resolve: Callable[[Parent], StackPlan]


def write(choices: Choices, now: datetime, owner: str) -> Script:
    """Make the script; raises ConfigError for an event or a profile that is not right."""
    event = _event(choices)
    beside = (choices.event.absolute().parent,) if choices.event else ()
    profile = _hastened(load_profile(choices.profile or event.profile, beside))
    occurrence = f"rehearsal-{now.astimezone(UTC):%Y%m%dt%H%M%S}"
    facts = facts_of("local")
    foundation = resolve_foundation(f"{occurrence}-foundation", owner, facts, drm=profile.drm is not None)
    draft = event.model_copy(update={"id": occurrence, "owner": owner, "profile": profile.name})
    # The lead is known only from a plan: one for a start of now says how far ahead the start must be.
    probe = _timeline(resolve(_moved(draft, now, choices.on_air_for), profile, facts, (), owner=owner))
    ahead = now - _instant(probe.up_from)
    start = now + ahead + FOUNDATION_LEAD
    moved = _moved(draft, start, choices.on_air_for)
    timeline = _timeline(resolve(moved, profile, facts, (), owner=owner))
    return Script(
        event=moved,
        profile=profile,
        foundation=foundation,
        wanted=_wanted(timeline, now, profile),
        resolve=lambda parent: resolve(moved, profile, facts, (parent,), owner=owner),
    )


def _event(choices: Choices) -> Event:
    if choices.event:
        event = load_event(choices.event)
    else:
        now = datetime(2000, 1, 1, tzinfo=UTC)
        event = Event(
            id="rehearsal",
            title="Rehearsal",
            window=Window(start=now, end=now + timedelta(seconds=30)),
            contribution=Contribution(source=SourceReference("synthetic", "")),
            profile=DEFAULT_PROFILE,
            cloud="local",
        )
    source = event.contribution.source
    if choices.source:
        source = SourceReference("file", str(choices.source.absolute()))
    elif source.kind == "none":
        source = SourceReference("synthetic", "")
    secret = event.contribution.secret
    if secret.kind == "store":  # a cloud's secret store, of which there is none here
        secret = SecretReference("generated", "")
    contribution = event.contribution.model_copy(update={"source": source, "passphrase": secret})
    return event.model_copy(update={"contribution": contribution, "cloud": "local"})


def _hastened(profile: Profile) -> Profile:
    """The same profile with the waiting shortened; nothing else of it changes."""
    timing, gates = profile.timing, profile.monitoring.gates
    waits = {"line_up": min(timing.line_up, LONGEST_LINE_UP), "tail": min(timing.tail, LONGEST_TAIL)}
    patience = {"give_up": min(gates.give_up, LONGEST_PATIENCE)}
    monitoring = profile.monitoring.model_copy(update={"gates": gates.model_copy(update=patience)})
    return profile.model_copy(update={"timing": timing.model_copy(update=waits), "monitoring": monitoring})


def _moved(event: Event, start: datetime, on_air_for: timedelta | None) -> Event:
    end = start + on_air_for if on_air_for else None
    return event.model_copy(update={"window": Window(start=start, end=end)})


def _wanted(timeline: Timeline, now: datetime, profile: Profile) -> Wanted:
    gates = profile.monitoring.gates
    return Wanted(
        up_from=now,
        line_up_from=_instant(timeline.line_up_from),
        on_air_from=_instant(timeline.on_air_from),
        on_air_until=_instant(timeline.on_air_until) if timeline.on_air_until else None,
        tail=timedelta(seconds=timeline.tail_s),
        overrun="stay-up",
        gate_in_a_row=gates.in_a_row,
        give_up=timedelta(seconds=float(gates.give_up)),
        owns_parent=True,
        verify=profile.archive.vod,
        teardown_tries=TEARDOWN_TRIES,
    )


def _timeline(plan: StackPlan) -> Timeline:
    assert plan.timeline, "an event's plan has a timeline"
    return plan.timeline


def _instant(text: str) -> datetime:
    return datetime.fromisoformat(text)
