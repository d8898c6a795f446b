"""What only the engine can read of a stack: its secrets, for a person who asks for them, and never into a file."""

import json
import subprocess
from typing import Any

from eventstack.deploy import passphrase
from eventstack.deploy.engine import Engine
from eventstack.deploy.redact import redactor
from eventstack.deploy.workspace import Workspace
from eventstack.errors import Final, Retryable
from eventstack.planning.parts import Build

PATIENCE_S = 60.0
"""How long the engine may take to answer; 0.4 s was measured."""


def outputs_in_clear(workspace: Workspace, engine: Engine, build: Build) -> dict[str, Any]:
    """The outputs of a build's stack with their secrets, out of the engine's books into memory.

    Raises Final when the engine can't read them, Retryable when it does not answer in time, and what
    `passphrase.ready` raises.
    """
    passphrase.ready(workspace.settings)
    arguments = ("stack", "output", "--json", "--show-secrets", "--non-interactive", "--stack", workspace.stack)
    environment = workspace.environment({})
    name = f"{workspace.project}/{workspace.stack}"
    try:
        asked = subprocess.run(
            [str(engine.path), *arguments],
            cwd=workspace.work,
            env=environment,
            stdin=subprocess.DEVNULL,
            capture_output=True,
            text=True,
            timeout=PATIENCE_S,
            check=False,
        )
    except subprocess.TimeoutExpired as late:
        raise Retryable("the engine does not answer", after_s=PATIENCE_S, stack=name, operation="outputs") from late
    except OSError as error:
        raise Final(f"the engine can't be asked: {error.strerror}", stack=name, operation="outputs") from error
    if asked.returncode:
        said = redactor(build, workspace.passphrase, environment)(asked.stderr.strip())
        raise Final(f"the engine can't read them: {said}", stack=name, operation="outputs")
    found: dict[str, Any] = json.loads(asked.stdout)
    return found
