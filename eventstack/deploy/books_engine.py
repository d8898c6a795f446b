"""The engine's books in a backend that only the engine can read: each look asks it once, about 0.4 s and a connection.

`stack export` reads without a lock and without the passphrase, and leaves secrets encrypted. Locks lie where we can't
see them; a locked stack is known by the engine's message (`verdict`), and only a person removes such a lock.
"""

import json
import subprocess
import tempfile
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path

from eventstack.deploy import backend, private
from eventstack.deploy.checkpoint import Checkpoint, Copy, Lock, read
from eventstack.deploy.redact import Redactor, shown
from eventstack.errors import Final

ASK_S = 60.0
"""How long the engine may take to answer, in seconds."""

STACK_NOT_FOUND = 6
"""Exit code of the engine for a stack that its books don't hold (its exit_codes.go)."""

SAID = 600
"""How much of the engine's words a text quotes, in characters."""


@dataclass(frozen=True)
class EngineBooks:
    """The books of one stack, asked through the engine; `scratch` is where a look may work, `url` the backend's."""

    engine: Path | None
    environment: Mapping[str, str] = field(repr=False)
    scratch: Path
    url: str = field(repr=False)
    project: str
    stack: str

    def look(self) -> Checkpoint:
        """Ask the engine; any answer that is not the stack or its absence is `unknown`."""
        if self.engine is None:
            return Checkpoint("unknown", detail=f"no engine is named that could read {shown(self.url)}")
        try:
            asked = self._export(self.engine)
            if asked.returncode == STACK_NOT_FOUND:
                return Checkpoint("absent")
            if asked.returncode == 0:
                return read(json.loads(asked.stdout)["deployment"] or {})
            said = Redactor(backend.secrets(self.url))(asked.stderr.decode(errors="replace").strip())[-SAID:]
        except subprocess.TimeoutExpired:
            said = f"the engine did not answer within {ASK_S:g} s"
        except (OSError, ValueError, KeyError, TypeError, AttributeError) as error:
            said = f"{type(error).__name__}: {error}"
        return Checkpoint("unknown", detail=f"{shown(self.url)} can't be read: {said}")

    def locks(self) -> list[Lock]:
        """None that can be seen from here."""
        return []

    def unlock(self) -> list[Path]:
        """Nothing: `pulumi cancel` would remove every lock, also a living one's."""
        return []

    def sidecar(self) -> None:
        """None that can be seen from here."""
        return

    def copies(self) -> list[Copy]:
        """None that can be seen from here; a store that keeps versions of its objects has them."""
        return []

    def restore(self, copy: Copy) -> None:
        """Raise Final: what the store holds is put back by the store's own means."""
        raise Final(f"{shown(self.url)} is not restored from {copy.path}: put an older version of its object back")

    def strike(self) -> bool:
        """Nothing: the engine itself removes a stack here."""
        return False

    def remains(self) -> list[Path]:
        """Nothing on this machine; the engine removes backups and history with the stack."""
        return []

    def _export(self, engine: Path) -> "subprocess.CompletedProcess[bytes]":
        # A folder of its own: the stack's work directory may be gone, or be in use by an operation.
        with tempfile.TemporaryDirectory(prefix=".look-", dir=private.folder(self.scratch)) as place:
            private.write(Path(place) / "Pulumi.yaml", json.dumps({"name": self.project, "runtime": "python"}))
            return subprocess.run(
                [str(engine), "stack", "export", "--stack", self.stack, "--non-interactive", "--color", "never"],
                cwd=place,
                env={**self.environment, "PULUMI_HOME": place},
                stdin=subprocess.DEVNULL,
                capture_output=True,
                timeout=ASK_S,
                check=False,
            )
