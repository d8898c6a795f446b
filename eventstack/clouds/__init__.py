"""The clouds: one folder each, with the same file names; a module is imported when it is asked for."""

from difflib import get_close_matches
from importlib import import_module
from types import ModuleType
from typing import TYPE_CHECKING, cast

from eventstack.errors import ConfigError, Fault, NotOffered

if TYPE_CHECKING:
    from eventstack.components import Roles
    from eventstack.planning.facts import CloudFacts

CLOUDS = ("local", "aws", "azure", "gcp")
"""Every cloud that events may name. A new one is a folder and its name here."""

BUILT = ("local",)
"""The clouds on which stacks can be built; the others can be planned on."""


def facts(name: str) -> "CloudFacts":
    """What planning needs to know of a cloud; loads no vendor's library. Raises ConfigError for an unknown one."""
    return cast("CloudFacts", _module(name, "facts").FACTS)


def roles(name: str) -> "Roles":
    """The classes that build each role, by layer. Raises ConfigError for an unknown cloud, NotOffered for some."""
    return cast("Roles", _module(name, "roles").ROLES)


def verbs(name: str) -> ModuleType:
    """The module that acts on running events of a cloud. Raises ConfigError for an unknown one."""
    return _module(name, "verbs")


def inventory(name: str) -> ModuleType:
    """The module that asks a cloud itself what is there. Raises ConfigError for an unknown one."""
    return _module(name, "inventory")


def answering(name: str) -> ModuleType:
    """The module that asks whether a stack answers, and revives it. Raises ConfigError for an unknown one."""
    return _module(name, "answering")


def _module(name: str, part: str) -> ModuleType:
    if name not in CLOUDS:
        near = get_close_matches(name, CLOUDS, n=1)
        hint = f"did you mean {near[0]}?" if near else None
        allowed = ", ".join(CLOUDS)
        raise ConfigError(Fault("no cloud of that name", field="cloud", given=name, allowed=allowed, hint=hint))
    if part != "facts" and name not in BUILT:
        raise NotOffered(
            f"nothing is built on {name} yet, it can be planned on; clouds that are built on: {', '.join(BUILT)}"
        )
    return import_module(f"eventstack.clouds.{name}.{part}")
