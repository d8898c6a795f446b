"""What a person needs to operate a stack of ours with plain `pulumi`: a folder and some variables."""

import os
import shlex
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from eventstack.automation import given
from eventstack.automation.given import Event
from eventstack.automation.stacks import find
from eventstack.automation.world import Say, World
from eventstack.deploy import backend, passphrase
from eventstack.deploy.redact import CREDENTIALS
from eventstack.errors import ConfigError, Fault
from eventstack.settings import Settings

OURS = ("PULUMI_", "EVENTSTACK_", "XDG_")
"""The beginnings of the variables that the engine and our provider are told by."""

ONLY_AUTOMATION = ("PULUMI_AUTOMATION_API", "PULUMI_DEBUG_COMMANDS")
"""What is set where no person looks on."""


@dataclass(frozen=True)
class ByHand:
    """The folder to be in, the stack to name, and the variables to set; a passphrase is named by its file only.
    `withheld` are variables that hold a secret, or would name one that only this process has: set them yourself.
    """

    work: Path
    stack: str
    variables: dict[str, str]
    withheld: tuple[str, ...] = ()

    def script(self) -> str:
        """The same for a shell: `eval "$(eventstack env EVENT)"`."""
        lines = [f"export {name}={shlex.quote(value)}" for name, value in self.variables.items()]
        lines += [f"# not printed, set it yourself: {name}" for name in self.withheld]
        return "\n".join([*lines, f"cd {shlex.quote(str(self.work))}"])


def env(
    event: Event, *, say: Say = lambda _: None, settings: Settings | None = None, world: World | None = None
) -> ByHand:
    """How plain `pulumi` reaches a stack that stands. Raises ConfigError when it does not stand."""
    world = world or World(settings)
    known = find(world, event)
    workspace = world.workspace(known.key)
    if not known.living or not workspace.work.is_dir():
        raise ConfigError(Fault("nothing of it stands", field="EVENT", given=given.shown(event)))
    engine = world.engine(say)
    theirs = workspace.environment({})
    variables = {
        name: value
        for name, value in sorted(theirs.items())
        if (name.startswith(OURS) and name not in ONLY_AUTOMATION)
        or (name == "PYTHONPATH" and value != os.environ.get(name))
    }
    withheld = _withheld(world.settings, variables)
    variables = {name: value for name, value in variables.items() if name not in withheld}
    variables["PULUMI_STACK"] = workspace.stack
    variables["PATH"] = os.pathsep.join([str(engine.path.parent), os.environ.get("PATH", os.defpath)])
    return ByHand(workspace.work, workspace.stack, variables, withheld)


def _withheld(settings: Settings, variables: Mapping[str, str]) -> tuple[str, ...]:
    secrets = backend.secrets(backend.url(settings))
    names = [name for name, value in variables.items() if any(secret in value for secret in secrets)]
    lent = passphrase.file(settings).name.startswith(passphrase.LENT)
    names += [name for name in CREDENTIALS if name in variables]
    return tuple(sorted({*names, *(["PULUMI_CONFIG_PASSPHRASE_FILE"] if lent else [])}))
