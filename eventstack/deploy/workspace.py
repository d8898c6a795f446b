"""The private folders of one stack, the files the engine reads there, and the environment it runs in.

`Pulumi.yaml` is ours (the SDK would write the caller's folder into it); our provider plugin is found by its folder,
without a warning; the plan reaches the program as one JSON string in the stack's configuration, never as an argument.
"""

import os
import shlex
import sys
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

import eventstack
from eventstack.deploy import backend, passphrase, private
from eventstack.deploy.books import Books
from eventstack.deploy.books_engine import EngineBooks
from eventstack.deploy.checkpoint import FileBooks
from eventstack.errors import Refused
from eventstack.planning.parts import Build
from eventstack.planning.plan import canonical
from eventstack.settings import PASSPHRASE, Settings

PLUGIN = "eventstack"
"""Name of our provider; the engine looks for `pulumi-resource-eventstack` in the folder that Pulumi.yaml names."""

PLAN_KEY = "plan"
"""Configuration key (`<project>:plan`) that holds the canonical JSON of `StackPlan.build`."""

HERMETIC = {
    "PULUMI_SKIP_UPDATE_CHECK": "true",
    "PULUMI_DISABLE_AUTOMATIC_PLUGIN_ACQUISITION": "true",
    "PULUMI_OPTION_SKIP_PLUGIN_PRE_INSTALL": "true",
    "PULUMI_OPTION_REMOVE_BACKUPS": "true",
    "PULUMI_DISABLE_REGISTRY_RESOLVE": "true",
    "PULUMI_DEBUG_COMMANDS": "true",
    "PULUMI_AUTOMATION_API": "true",
}
"""No downloads (offline, each costs 2.5 s per operation) and no questions; the debug commands bring `--event-log`."""


@dataclass(frozen=True)
class Workspace:
    """Where one stack is worked on. All folders have mode 0700."""

    settings: Settings
    project: str
    stack: str

    @property
    def root(self) -> Path:
        """Everything of this stack but the engine's state."""
        return self.settings.state / "stacks" / self.project / self.stack

    @property
    def work(self) -> Path:
        """The engine's working directory."""
        return self.root / "work"

    @property
    def home(self) -> Path:
        """The engine's home, thrown away with the stack."""
        return self.root / "home"

    @property
    def operations(self) -> Path:
        """One folder per operation."""
        return self.root / "ops"

    @property
    def previewed(self) -> Path:
        """What was previewed last, with the engine's saved plan."""
        return self.root / "previewed"

    @property
    def passphrase(self) -> Path:
        """The file by which the engine gets the passphrase; with a secrets provider there may be none at it."""
        return passphrase.file(self.settings)

    @property
    def secrets_provider(self) -> str:
        """What a new stack's secrets are locked with, in the engine's words; "" leaves it to the passphrase."""
        service = "passphrase" if backend.is_service(self.settings) else ""
        return self.settings.secrets_provider or service

    @property
    def books(self) -> Books:
        """The engine's books on this stack: read here where they are plain files, else asked through the engine."""
        folder = backend.folder(self.settings)
        if folder is not None:
            return FileBooks(folder, self.project, self.stack)
        settings, url = self.settings, backend.url(self.settings)
        return EngineBooks(settings.engine, self.environment({}), settings.state, url, self.project, self.stack)

    def prepare(self, build: Build | None = None) -> None:
        """Make the folders and files of the stack, again if need be; with a `build`, hand the engine that plan."""
        for folder in (self.settings.state, self.root, self.work, self.home, self.operations, self.previewed):
            private.folder(folder)
        self._own()
        if not self.settings.backend:
            private.folder(backend.home(self.settings))
        logs = self.home / "logs"
        if not logs.exists():
            # Where the engine wants a folder for its logs it finds a file and writes none: they would hold secrets.
            private.write(logs, "")
        passphrase.ready(self.settings)
        plugin = self._plugin()
        project = {
            "name": self.project,
            "runtime": "python",
            "plugins": {"providers": [{"name": PLUGIN, "path": str(plugin)}]},
        }
        private.ensure(self.work / "Pulumi.yaml", canonical(project) + "\n")
        if build is not None:
            self._configure(build)

    def _own(self) -> None:
        """Refuse folders of another owner's stack of the same name; mark new ones."""
        mark = self.root / "owner"
        owner = mark.read_text() if mark.exists() else self.settings.owner
        if owner != self.settings.owner:
            raise Refused(
                f"{self.project}/{self.stack} stands here already, of the owner {owner}",
                rule="a stack belongs to one owner",
                override=f"another occurrence, another EVENTSTACK_HOME, or EVENTSTACK_OWNER={owner}",
            )
        private.ensure(mark, owner)

    def _configure(self, build: Build) -> None:
        path = self.work / f"Pulumi.{self.stack}.yaml"
        locks = _locks(path.read_text()) if path.exists() else {}
        settings: dict[str, object] = {**locks, "config": {f"{self.project}:{PLAN_KEY}": canonical(build)}}
        private.replace(path, canonical(settings) + "\n")

    def _plugin(self) -> Path:
        folder = private.folder(self.root / "plugin")
        launcher = folder / f"pulumi-resource-{PLUGIN}"
        # What the plugin launches must not inherit the operation's private umask.
        python = shlex.quote(sys.executable)
        private.ensure(launcher, f'#!/bin/sh\numask 022\nexec {python} -P -m eventstack.plugin.server "$@"\n')
        launcher.chmod(0o700)
        return folder

    def environment(self, extra: Mapping[str, str], *, mark: str = "") -> dict[str, str]:
        """The environment of an operation's processes: the caller's without any `PULUMI_*`, then ours, then `extra`."""
        dropped = {"EVENTSTACK_HOME", "EVENTSTACK_OP", "EVENTSTACK_TAG", PASSPHRASE}
        kept = {backend.TOKEN} if backend.is_service(self.settings) else set()
        base = {
            name: value
            for name, value in os.environ.items()
            if name in kept or not (name.startswith("PULUMI_") or name in dropped)
        }
        ours = {
            **HERMETIC,
            **_same_settings(self.settings),
            "PULUMI_BACKEND_URL": backend.url(self.settings),
            "PULUMI_HOME": str(self.home),
        }
        if self.passphrase.exists() or not self.settings.secrets_provider:
            ours[passphrase.TOLD] = str(self.passphrase)
        if mark:
            ours["EVENTSTACK_OP"] = mark
        environment = {**base, **ours, **extra}
        source = Path(eventstack.__file__).parent.parent
        if source.name not in {"site-packages", "dist-packages"}:
            paths = [str(source), *filter(None, [environment.get("PYTHONPATH")])]
            environment["PYTHONPATH"] = os.pathsep.join(paths)
        return environment


def _same_settings(settings: Settings) -> dict[str, str]:
    """Variables by which another process of ours arrives at these settings."""
    variables = settings.environment()
    if "EVENTSTACK_HOME" not in variables:
        homes = {"XDG_CACHE_HOME": settings.cache, "XDG_STATE_HOME": settings.state, "XDG_DATA_HOME": settings.data}
        variables |= {name: str(path.parent) for name, path in homes.items()}
    return variables


LOCKS = ("secretsprovider", "encryptedkey", "encryptionsalt")
"""What the engine keeps beside the configuration to open its secrets with; it has a copy in the state."""


def _locks(text: str) -> dict[str, str]:
    from ruamel.yaml import YAML
    from ruamel.yaml.error import YAMLError

    try:
        content = YAML(typ="safe", pure=True).load(text)
    except YAMLError:
        return {}
    known = content if isinstance(content, dict) else {}
    return {name: str(known[name]) for name in LOCKS if known.get(name)}
