"""The deployer of a cloud, put together from the settings and the cloud's own answers."""

import hashlib
from collections.abc import Callable, Mapping
from typing import Any

from eventstack import clouds
from eventstack.deploy import engine
from eventstack.deploy.deployer import Found
from eventstack.deploy.line import Urgency
from eventstack.deploy.pulumi_deployer import PulumiDeployer
from eventstack.planning.found import Silence
from eventstack.planning.plan import StackPlan
from eventstack.settings import Settings


def deployer(
    settings: Settings,
    cloud: str,
    *,
    found: engine.Engine | None = None,
    record_of: Callable[[StackPlan], str] = lambda plan: plan.build.occurrence,
    say: Callable[[str], None] = lambda _: None,
    urgency: Urgency = "scheduled",
    patience_s: float = 0.0,
    driven: bool = False,
) -> PulumiDeployer:
    """The deployer of one cloud; finds the engine, or makes it (minutes, told to `say`), unless it is given.

    `record_of` names the occurrence under whose records a stack's evidence and logs go; `urgency` is its place in the
    line of those who want an engine, `patience_s` how long it waits there or follows another's operation; `driven`
    says that what it builds goes with the caller, so that a sweep may take it when the caller is dead.
    Raises ConfigError for an unknown cloud, and what `engine.find_or_install` raises.
    """
    inventory, verbs = clouds.inventory(cloud), clouds.verbs(cloud)

    def look(tags: Mapping[str, str]) -> list[Found]:
        things: list[Found] = inventory.by_tags(settings, tags)
        return things

    return PulumiDeployer(
        settings,
        found or engine.find_or_install(settings, say),
        inventory=look,
        remove=inventory.remove,
        on_air=lambda plan: on_air(settings, plan),
        accounted=lambda plan: accounted(settings, plan),
        silent=lambda plan: silent(settings, plan),
        revive=lambda plan: clouds.answering(plan.build.cloud).revive(settings, plan),
        card=lambda plan, outputs: verbs.card(outputs) if plan.build.layer == "event" else None,
        record_of=record_of,
        urgency=urgency,
        patience_s=patience_s,
        driven=driven,
    )


def on_air(settings: Settings, plan: StackPlan) -> bool:
    """Whether an audience may be watching what the plan built; raises ConfigError for an unknown cloud."""
    things: list[Found] = clouds.inventory(plan.build.cloud).by_tags(settings, plan.build.tags)
    return any(thing.on_air for thing in things)


def silent(settings: Settings, plan: StackPlan) -> Silence | None:
    """Why what the plan built does not answer, None when it does; raises ConfigError for an unknown cloud."""
    found: Silence | None = clouds.answering(plan.build.cloud).silent(settings, plan)
    return found


def stopped(settings: Settings, plan: StackPlan) -> bool:
    """Whether what the plan built is there and shows nothing; raises ConfigError for an unknown cloud."""
    return bool(clouds.answering(plan.build.cloud).stopped(settings, plan))


def accounted(settings: Settings, plan: StackPlan) -> list[dict[str, Any]]:
    """What an event leaves on purpose, a line each: its recording, the sealed keys beside it, its records."""
    if plan.build.layer != "event":
        return []
    lines: list[dict[str, Any]] = [{"what": "records", "identity": str(settings.records / plan.build.occurrence)}]
    if plan.build.archive is None or not plan.build.archive.path:
        return lines
    recording = settings.archive / plan.build.archive.path
    files = [path for path in recording.rglob("*") if path.is_file()]
    if files:
        size = sum(path.stat().st_size for path in files)
        lines.append({"what": "recording", "identity": str(recording), "files": len(files), "bytes": size})
    sealed = recording / "keys.jwe"
    if sealed.is_file():
        digest = hashlib.sha256(sealed.read_bytes()).hexdigest()
        lines.append({"what": "sealed key record", "identity": str(sealed), "sha256": digest})
    return lines
