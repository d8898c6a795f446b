"""What was previewed last of a stack, kept so that only that can run."""

import hashlib
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import msgspec

from eventstack.deploy import private, saved_plan
from eventstack.deploy.saved_plan import Goal
from eventstack.errors import Refused
from eventstack.planning.parts import Build
from eventstack.planning.plan import StackPlan, canonical, sha256

RULE = "what was previewed is what runs"
"""The promise that this module keeps."""

SHOWN = 12
"""How many differing keys a refusal names."""


class Previewed(msgspec.Struct, frozen=True, kw_only=True):
    """A preview: of which build, which URNs it saw, whether an `up` has already begun with its saved plan (the engine
    refuses a plan that was begun), and the SHA-256 of that plan.
    """

    build_hash: str
    build: Build
    urns: tuple[str, ...]
    begun: bool = False
    engine_plan: str = ""


def of(folder: Path, plan: StackPlan, urns: Sequence[str]) -> Previewed:
    """The preview that has just been made of a plan, with the engine's saved plan in its folder."""
    return Previewed(build_hash=plan.build_hash, build=plan.build, urns=tuple(urns), engine_plan=_digest(folder))


def needs(folder: Path) -> dict[str, tuple[str, ...]]:
    """Which resources wait for which, by URN, as the engine's saved plan has it; empty where it can't be read."""
    return {
        urn: tuple(one for one in [*(goal.dependencies or ()), goal.parent] if one)
        for urn, goal in _goals(folder).items()
    }


def goals(folder: Path) -> dict[str, Goal]:
    """What the engine's saved plan wants of each custom resource, by URN; empty where it can't be read."""
    return {urn: goal for urn, goal in _goals(folder).items() if goal.custom and not goal.type.startswith("pulumi:")}


def _goals(folder: Path) -> dict[str, Goal]:
    return {urn: entry.goal for urn, entry in saved_plan.read(plan_file(folder)).items() if entry.goal}


def _digest(folder: Path) -> str:
    try:
        return hashlib.sha256(plan_file(folder).read_bytes()).hexdigest()
    except FileNotFoundError:
        return ""


def plan_file(folder: Path) -> Path:
    """The engine's saved plan; its secrets are encrypted."""
    return folder / "engine-plan.json"


def keep(folder: Path, preview: Previewed) -> None:
    """Keep a preview in place of the one before."""
    if plan_file(folder).exists():
        plan_file(folder).chmod(0o600)
    private.replace(folder / "preview.json", canonical(preview))


def begin(folder: Path, preview: Previewed) -> None:
    """Note that an `up` begins with the saved plan."""
    keep(folder, msgspec.structs.replace(preview, begun=True))


def drop(folder: Path) -> None:
    """Forget what was previewed: an `up` without a preview overtakes it."""
    for path in (folder / "preview.json", plan_file(folder)):
        path.unlink(missing_ok=True)


def same_build(plan: StackPlan, build_hash: str) -> None:
    """Raise Refused when the caller means another build than the plan's."""
    if build_hash != plan.build_hash:
        raise Refused(
            f"the plan's build is {plan.build_hash}, not {build_hash}", rule=RULE, override="preview it again"
        )


def demand(folder: Path, plan: StackPlan) -> Previewed:
    """The kept preview of exactly this plan.

    Raises:
        Refused: when nothing was previewed, or something else was.
    """
    path = folder / "preview.json"
    try:
        kept = msgspec.json.decode(path.read_bytes(), type=Previewed)
    except FileNotFoundError:
        raise Refused("nothing was previewed for this stack", rule=RULE, override="preview it first") from None
    except (OSError, msgspec.DecodeError) as error:
        raise Refused(
            f"the kept preview {path} can't be read: {error}", rule=RULE, override="preview it again"
        ) from error
    if sha256(kept.build) != kept.build_hash:
        raise Refused(f"the kept preview {path} is not as it was written", rule=RULE, override="preview it again")
    if kept.build_hash != plan.build_hash:
        raise Refused(
            f"what was previewed differs from the plan in: {differing(kept.build, plan.build)}",
            rule=RULE,
            override="preview it again",
        )
    if _digest(folder) != kept.engine_plan:
        raise Refused(
            f"the engine's saved plan {plan_file(folder)} is not the one that the preview left",
            rule=RULE,
            override="preview it again",
        )
    return kept


def differences(old: Any, new: Any, path: str = "") -> list[str]:
    """The dotted paths at which two plain values differ, in order."""
    if isinstance(old, dict) and isinstance(new, dict):
        keys = sorted({*old, *new}, key=str)
        return [
            found
            for key in keys
            for found in differences(old.get(key), new.get(key), f"{path}.{key}" if path else str(key))
        ]
    if isinstance(old, list | tuple) and isinstance(new, list | tuple) and len(old) == len(new):
        return [
            found
            for index, (one, other) in enumerate(zip(old, new, strict=True))
            for found in differences(one, other, f"{path}[{index}]")
        ]
    return [] if old == new else [path or "."]


def kept(folder: Path) -> Previewed | None:
    """The kept preview, of whichever build; None when there is none that can be read."""
    try:
        return msgspec.json.decode((folder / "preview.json").read_bytes(), type=Previewed)
    except (OSError, msgspec.DecodeError):
        return None


def differing(old: Build, new: Build) -> str:
    """The places at which two builds differ, the first of them by name."""
    keys = differences(msgspec.to_builtins(old), msgspec.to_builtins(new))
    return ", ".join(keys[:SHOWN]) + (f" and {len(keys) - SHOWN} more" if len(keys) > SHOWN else "")
