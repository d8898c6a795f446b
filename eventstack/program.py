"""The program that the engine runs: a plan's build becomes resources. A function of that build alone.

The automation hands `build` over as an inline program; the folders in `stacks/` call `main` for `pulumi up` by hand.
"""

from collections.abc import Callable
from pathlib import Path
from typing import Any, cast

import msgspec
import pulumi

from eventstack import clouds
from eventstack.components import Foundation, FoundationArgs, LiveEvent, LiveEventArgs, Role, Roles, refuse_untagged
from eventstack.components.specs import FoundationOutputs
from eventstack.errors import ConfigError, Fault, NotOffered
from eventstack.planning.parts import Build
from eventstack.planning.plan import StackPlan, read_build


def main() -> None:
    """Build the plan that the stack's configuration holds under `plan`; raises ConfigError when it is not one."""
    build(read(pulumi.Config().require("plan")))


def project(layer: str) -> Path:
    """The folder of a layer's project: package data, or `stacks/` of a checkout."""
    package = Path(__file__).parent
    inside = package / "stacks" / layer
    return inside if inside.is_dir() else package.parent / "stacks" / layer


def from_file(path: Path) -> Callable[[], None]:
    """An inline program for the Automation API out of a project's own file, as `stacks/event/__main__.py`.

    Safe between threads, which `runpy` is not: that puts each program into `sys.modules["__main__"]`, for all of them.
    """
    code = compile(path.read_bytes(), str(path), "exec")

    def program() -> None:
        exec(code, {"__name__": "__main__", "__file__": str(path)})  # noqa: S102 - a program is code that is run

    return program


def read(text: str) -> Build:
    """The build of a plan's JSON, whole or the build alone; raises ConfigError when it is neither."""
    try:
        whole = "build" in msgspec.json.decode(text, type=dict[str, msgspec.Raw])
        return StackPlan.from_json(text).build if whole else read_build(text)
    except msgspec.DecodeError as wrong:
        raise ConfigError(
            Fault(f"not a plan: {wrong}", field="plan", hint="write it with: eventstack plan EVENT.yaml --json")
        ) from wrong


def build(wanted: Build) -> None:
    """Make the resources of one stack and export its outputs.

    Raises ConfigError for a build that contradicts itself, NotOffered for a layer that has no program.
    """
    refuse_untagged()
    composed = _LAYERS.get(wanted.layer)
    if composed is None:
        raise NotOffered(f"no stack is built for layer {wanted.layer!r}; layers that are: {', '.join(_LAYERS)}")
    role = composed(wanted, clouds.roles(wanted.cloud))
    for name in role.outputs:
        pulumi.export(name, getattr(role, name))
    pulumi.export("occurrence", wanted.occurrence)
    pulumi.export("tags", wanted.tags)


def _foundation(wanted: Build, roles: Roles) -> Role:
    args = {
        "tags": wanted.tags,
        "archive": _spec(wanted, "archive"),
        "cdn": _spec(wanted, "cdn"),
        "drm": msgspec.to_builtins(wanted.drm),
    }
    return Foundation("foundation", cast("FoundationArgs", args), roles=roles["foundation"])


def _event(wanted: Build, roles: Roles) -> Role:
    args = {
        "tags": wanted.tags,
        "epoch": wanted.epoch,
        "foundation": _foundation_outputs(wanted),
        "segment": _spec(wanted, "segment"),
        "contribution": _spec(wanted, "contribution"),
        "encoder": _spec(wanted, "encoder"),
        "packager": _spec(wanted, "packager"),
        "cdn": _spec(wanted, "cdn"),
        "drm": msgspec.to_builtins(wanted.drm),
        "archive": msgspec.to_builtins(wanted.archive),
    }
    return LiveEvent("event", cast("LiveEventArgs", args), roles=roles["event"])


_LAYERS = {"foundation": _foundation, "event": _event}


def _spec(wanted: Build, part: str) -> Any:
    """A part of the build as a component takes it."""
    value = getattr(wanted, part)
    if value is None:
        raise ConfigError(Fault(f"a stack of layer {wanted.layer!r} can't do without", field=f"build.{part}"))
    return msgspec.to_builtins(value)


def _foundation_outputs(wanted: Build) -> FoundationOutputs:
    for parent in wanted.parents:
        if parent.layer == "foundation":
            known = FoundationOutputs.__annotations__
            return cast("FoundationOutputs", {key: value for key, value in parent.outputs.items() if key in known})
    raise ConfigError(Fault("no foundation to stand on", field="build.parents", hint="build the foundation first"))
