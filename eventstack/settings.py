"""Where things live and how patient we are: one frozen value, read once at the edge and passed down."""

import os
import re
from collections.abc import Mapping
from dataclasses import dataclass, field
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

    backend: str = field(default="", repr=False)
    """URL of the engine's state backend; none means files in the state directory. It may carry a password, so it is
    shown by `deploy.redact.shown` only. `EVENTSTACK_BACKEND`."""

    secrets_provider: str = ""
    """A secrets provider of the engine (`awskms://…`) in place of a passphrase. `EVENTSTACK_SECRETS_PROVIDER`."""

    passphrase_file: Path | None = None
    """A file that holds the stacks' passphrase; none means that one is made. `EVENTSTACK_PASSPHRASE_FILE`."""

    passphrase: str = field(default="", repr=False)
    """The stacks' passphrase itself; read once, then no longer in the environment. `EVENTSTACK_PASSPHRASE`."""

    keyring: str = ""
    """Where the system's keyring holds the passphrase, `service/user`. `EVENTSTACK_KEYRING`."""

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
        """Read the settings; raises ConfigError for a value that can't be understood.

        Without an `environ` it is this process's own; a passphrase in that is taken out, so that no child inherits it.
        """
        env = os.environ if environ is None else environ
        home = env.get("EVENTSTACK_HOME")
        base = Path(home).expanduser().absolute() if home else None
        dirs = platformdirs.PlatformDirs("eventstack", appauthor=False)
        file = env.get("EVENTSTACK_PASSPHRASE_FILE")
        passphrase = _taken() if environ is None else env.get(PASSPHRASE, "")
        _one_source(env, passphrase)
        provider = _matching(env, "EVENTSTACK_SECRETS_PROVIDER", _PROVIDER, "a URL without credentials, awskms://KEY")
        return cls(
            cache=base / "cache" if base else dirs.user_cache_path,
            state=base / "state" if base else dirs.user_state_path,
            data=base / "data" if base else dirs.user_data_path,
            owner=env.get("EVENTSTACK_OWNER", cls.owner),
            engine=Path(env["EVENTSTACK_ENGINE"]) if env.get("EVENTSTACK_ENGINE") else None,
            backend=_matching(env, "EVENTSTACK_BACKEND", _URL, "a URL: s3://bucket/folder, file:///folder"),
            secrets_provider="" if provider == "passphrase" else provider,
            passphrase_file=Path(file).expanduser().absolute() if file else None,
            passphrase=passphrase,
            keyring=_matching(env, "EVENTSTACK_KEYRING", _ENTRY, "service/user"),
            parallel=_count(env, "EVENTSTACK_PARALLEL", cls.parallel),
            settle_s=_seconds(env, "EVENTSTACK_SETTLE_S", cls.settle_s),
            deadline_s=_seconds(env, "EVENTSTACK_DEADLINE_S", cls.deadline_s),
            grace_s=_seconds(env, "EVENTSTACK_GRACE_S", cls.grace_s),
            operations=_count(env, "EVENTSTACK_OPERATIONS", cls.operations),
            lease_s=_seconds(env, "EVENTSTACK_LEASE_S", cls.lease_s, least=0.1),
        )

    def environment(self) -> dict[str, str]:
        """The variables that make another process of ours read the same settings, but for a passphrase."""
        variables = {
            "EVENTSTACK_OWNER": self.owner,
            "EVENTSTACK_PARALLEL": str(self.parallel),
            "EVENTSTACK_SETTLE_S": str(self.settle_s),
            "EVENTSTACK_DEADLINE_S": str(self.deadline_s),
            "EVENTSTACK_GRACE_S": str(self.grace_s),
            "EVENTSTACK_LEASE_S": str(self.lease_s),
        }
        variables |= {
            name: str(value)
            for name, value in (
                ("EVENTSTACK_OPERATIONS", self.operations),
                ("EVENTSTACK_ENGINE", self.engine),
                ("EVENTSTACK_BACKEND", self.backend),
                ("EVENTSTACK_SECRETS_PROVIDER", self.secrets_provider),
                ("EVENTSTACK_PASSPHRASE_FILE", self.passphrase_file),
                ("EVENTSTACK_KEYRING", self.keyring),
            )
            if value
        }
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


PASSPHRASE = "EVENTSTACK_PASSPHRASE"  # noqa: S105 - the name of a variable
"""The variable that may hold the passphrase itself."""

_URL = re.compile(r"[a-z][a-z0-9+.-]*://.+")
_PROVIDER = re.compile(r"passphrase|[a-z][a-z0-9+.-]*://[^@]+")
_ENTRY = re.compile(r".+/[^/]+")
_WHOLE = re.compile(r"[0-9]{1,9}")

_own: dict[str, str] = {}


def _taken() -> str:
    """The passphrase of this process's environment, taken out of it; the next reading still knows it."""
    if PASSPHRASE in os.environ:
        _own[PASSPHRASE] = os.environ.pop(PASSPHRASE)
    return _own.get(PASSPHRASE, "")


def _one_source(env: Mapping[str, str], passphrase: str) -> None:
    names = ("EVENTSTACK_SECRETS_PROVIDER", "EVENTSTACK_PASSPHRASE_FILE", "EVENTSTACK_KEYRING")
    given = [name for name in names if env.get(name)] + ([PASSPHRASE] if passphrase else [])
    if len(given) > 1:
        raise ConfigError(
            Fault(
                "the stacks' secrets are locked in more than one way",
                field=" and ".join(given),
                allowed="one of them, or none: then a passphrase is made",
                hint="unset the others",
            )
        )


def _matching(env: Mapping[str, str], name: str, form: re.Pattern[str], allowed: str) -> str:
    """The variable's text, "" when it is not set; a wrong one is not quoted, since it may hold a secret."""
    text = env.get(name, "")
    if text and not form.fullmatch(text):
        raise ConfigError(Fault("can't be understood", field=name, allowed=allowed, hint=f"unset {name} or mend it"))
    return text


MOST_S = 7 * 86400.0
"""The longest time that a setting may name, in seconds: no operation takes a week."""

MOST = 1000
"""The most of anything at once that a setting may ask for."""


def _seconds(env: Mapping[str, str], name: str, default: float, *, least: float = 0.0) -> float:
    text = env.get(name)
    if text is None:
        return default
    try:
        value = float(text)
    except ValueError:
        value = -1.0
    if not (value > 0 and least <= value <= MOST_S):
        raise _out_of_range(name, text, f"a number of seconds above {least:g}, at most {MOST_S:.0f}")
    return value


def _count(env: Mapping[str, str], name: str, default: int) -> int:
    text = env.get(name)
    if text is None:
        return default
    if not (_WHOLE.fullmatch(text) and 0 < int(text) <= MOST):
        raise _out_of_range(name, text, f"a whole number from 1 to {MOST}")
    return int(text)


def _out_of_range(name: str, text: str, allowed: str) -> ConfigError:
    return ConfigError(Fault("out of range", field=name, given=text, allowed=allowed, hint=f"unset {name} or mend it"))
