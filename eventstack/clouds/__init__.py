"""The clouds: one folder each, with the same file names; a module is imported when it is asked for."""

from importlib import import_module
from types import ModuleType
from typing import TYPE_CHECKING, cast

from eventstack.errors import ConfigError, Fault

if TYPE_CHECKING:
    from eventstack.components import Roles
    from eventstack.planning.facts import CloudFacts

CLOUDS = ("local",)
"""Every cloud that events may name. A new one is a folder and its name here."""


def facts(name: str) -> "CloudFacts":
    """What planning needs to know of a cloud; loads no vendor's library. Raises ConfigError for an unknown one."""
    return cast("CloudFacts", _module(name, "facts").FACTS)


def roles(name: str) -> "Roles":
    """The classes that build each role of a cloud, by layer. Raises ConfigError for an unknown one."""
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
        raise ConfigError(Fault("no cloud of that name", field="cloud", given=name, allowed=", ".join(CLOUDS)))
    return import_module(f"eventstack.clouds.{name}.{part}")
