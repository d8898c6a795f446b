"""Where things live and how patient we are: one frozen value, read once at the edge and passed down."""

import os
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

import platformdirs

from eventstack.errors import ConfigError, Fault


@dataclass(frozen=True)
class Settings:
    """Everything that an installation may set; each field names its environment variable."""

    cache: Path
    """What can be made again: the engine that was built here.
    `$EVENTSTACK_HOME/cache`, else the user's cache directory."""

    state: Path
    """What must not be lost while a stack lives: passphrase, journal, engine state, control cards, the seal key.
    `$EVENTSTACK_HOME/state`, else the user's state directory. Mode 0700."""

    data: Path
    """What people come for: archives and records; and the local cloud's machines while they live.
    `$EVENTSTACK_HOME/data`, else the user's data directory."""

    owner: str = "local"
    """Whose things these are: the first half of every tag and the name of the state backend. `EVENTSTACK_OWNER`."""

    engine: Path | None = None
    """The Pulumi executable to use; none means find or install one. `EVENTSTACK_ENGINE`."""

    parallel: int = 32
    """Resource operations that the engine runs at once; 32 suits light suppliers (measured). `EVENTSTACK_PARALLEL`."""

    settle_s: float = 2.0
    """Seconds between the two inventories that prove a stack gone; vendors need more than a laptop.
    `EVENTSTACK_SETTLE_S`."""

    deadline_s: float = 600.0
    """Seconds an operation may run before it is interrupted. `EVENTSTACK_DEADLINE_S`."""

    grace_s: float = 60.0
    """Seconds an interrupted operation gets to finish what is in flight, at least the slowest create.
    `EVENTSTACK_GRACE_S`."""

    operations: int = 0
    """Operations that may run at once on this machine; 0 means four a core, as far as memory allows.
    `EVENTSTACK_OPERATIONS`."""

    lease_s: float = 30.0
    """Seconds after which the lease of an operation that is no longer renewed has run out. `EVENTSTACK_LEASE_S`."""

    @classmethod
    def from_environment(cls, environ: Mapping[str, str] | None = None) -> "Settings":
        """Read the settings; raises ConfigError for a value that can't be understood."""
        env = os.environ if environ is None else environ
        home = env.get("EVENTSTACK_HOME")
        base = Path(home).expanduser().absolute() if home else None
        dirs = platformdirs.PlatformDirs("eventstack", appauthor=False)
        return cls(
            cache=base / "cache" if base else dirs.user_cache_path,
            state=base / "state" if base else dirs.user_state_path,
            data=base / "data" if base else dirs.user_data_path,
            owner=env.get("EVENTSTACK_OWNER", cls.owner),
            engine=Path(env["EVENTSTACK_ENGINE"]) if env.get("EVENTSTACK_ENGINE") else None,
            parallel=int(_number(env, "EVENTSTACK_PARALLEL", cls.parallel)),
            settle_s=_number(env, "EVENTSTACK_SETTLE_S", cls.settle_s),
            deadline_s=_number(env, "EVENTSTACK_DEADLINE_S", cls.deadline_s),
            grace_s=_number(env, "EVENTSTACK_GRACE_S", cls.grace_s),
            operations=int(_number(env, "EVENTSTACK_OPERATIONS", cls.operations)),
            lease_s=_number(env, "EVENTSTACK_LEASE_S", cls.lease_s),
        )

    def environment(self) -> dict[str, str]:
        """The variables that make another process of ours read the same settings."""
        variables = {
            "EVENTSTACK_OWNER": self.owner,
            "EVENTSTACK_PARALLEL": str(self.parallel),
            "EVENTSTACK_SETTLE_S": str(self.settle_s),
            "EVENTSTACK_DEADLINE_S": str(self.deadline_s),
            "EVENTSTACK_GRACE_S": str(self.grace_s),
            "EVENTSTACK_LEASE_S": str(self.lease_s),
        }
        if self.operations:
            variables["EVENTSTACK_OPERATIONS"] = str(self.operations)
        if self.engine:
            variables["EVENTSTACK_ENGINE"] = str(self.engine)
        if self.state.parent == self.data.parent == self.cache.parent:
            variables["EVENTSTACK_HOME"] = str(self.state.parent)
        return variables

    @property
    def nodes(self) -> Path:
        """Machines of the local cloud, one tagged directory each."""
        return self.data / "nodes"

    @property
    def archive(self) -> Path:
        """Recordings, one directory per occurrence; outlives every stack."""
        return self.data / "archive"

    @property
    def records(self) -> Path:
        """As-run, evidence and logs, one directory per occurrence; outlives every stack."""
        return self.data / "records"

    @property
    def cards(self) -> Path:
        """Control cards, one private file per living event."""
        return self.state / "cards"


def _number(env: Mapping[str, str], name: str, default: float) -> float:
    text = env.get(name)
    if text is None:
        return default
    try:
        value = float(text)
    except ValueError:
        value = -1.0
    if not 0 < value < float("inf"):
        raise ConfigError(
            Fault(
                "not a positive number",
                field=name,
                given=text,
                allowed="a number above 0",
                hint=f"unset {name} or mend it",
            )
        )
    return value
