"""The passphrase of the stacks' secrets: where it comes from, that it is the right one, and the file that holds it.

The engine gets it by the path of a file and in no other way. It is made once, in the state directory; or it is given:
by a file, by the environment, or by the system's keyring. The last two are lent to the engine in a private file that
this process removes at its end. With a secrets provider of the engine there is none.
"""

import atexit
import functools
import os
import secrets
import stat
import threading
import time
from dataclasses import dataclass
from pathlib import Path
from typing import Literal

from eventstack.deploy import canary, liveness, private, storage
from eventstack.errors import ConfigError, Fault, Final
from eventstack.node import processes
from eventstack.settings import PASSPHRASE, Settings

BYTES = 32
"""Randomness in a passphrase that we make."""

LENT = "passphrase-lent-"
"""Name, before the pid, of the file by which a process lends the engine what it was given."""

TOLD = "PULUMI_CONFIG_PASSPHRASE_FILE"
"""The variable by which the engine is told the file."""

_lock = threading.Lock()


@dataclass(frozen=True)
class Inspection:
    """What can be said of the passphrase without making or touching anything."""

    found: str
    status: Literal["ok", "warn", "missing"]
    remedy: str = ""
    place: str = ""


def file(settings: Settings) -> Path:
    """The file that the engine reads; there may be none at it yet, and with a secrets provider there need not be."""
    if settings.passphrase_file:
        return settings.passphrase_file
    if settings.passphrase or settings.keyring:
        return settings.state / f"{LENT}{os.getpid()}"
    return _made_at(settings)


def ready(settings: Settings) -> Path:
    """See that the passphrase is there and the right one, and put it where the engine reads it; safe to repeat.

    Raises:
        ConfigError: when what was given can't be had, is open to others, or is not what the stacks were locked with.
        Final: when what we made is lost or empty; another one would make every stack unreadable.
    """
    path = file(settings)
    if settings.secrets_provider:
        return path
    with _lock:
        try:
            text = _text(settings) or _make(settings)
            if not _right(settings, text):
                raise ConfigError(_wrong(settings))
            if path.name.startswith(LENT):
                _lend(path, text, settings.deadline_s + settings.grace_s)
        except OSError as error:
            raise Final(f"the passphrase can't be kept: {error.filename}: {storage.way_out(error)}") from error
    return path


def inspect(settings: Settings) -> Inspection:
    """Judge the passphrase for the doctor; nothing is made."""
    if settings.secrets_provider:
        return Inspection(f"none: {settings.secrets_provider}", "ok")
    try:
        text = _text(settings)
        if not text:
            return Inspection("will be made", "ok", place=str(_made_at(settings)))
        opens = canary.opens(settings.state / canary.NAME, text)
    except ConfigError as error:
        fault = error.faults[0]
        return Inspection(fault.message, "missing", fault.hint or "", fault.given or "")
    except Final as error:
        return Inspection(str(error), "missing", "restore it from a backup")
    except OSError as error:
        return Inspection(f"can't be read: {error.strerror}", "missing", "mend its owner and mode", str(error.filename))
    if opens is False:
        fault = _wrong(settings)
        return Inspection(fault.message, "missing", fault.hint or "")
    path = settings.passphrase_file
    if path and stat.S_IMODE(path.stat().st_mode) & stat.S_IRGRP:
        return Inspection("its group can read it", "warn", f"chmod 600 {path}, unless the group is yours", str(path))
    return Inspection(f"from {_source(settings)}", "ok")


def _text(settings: Settings) -> str:
    """The passphrase as the engine will understand it; "" when it is yet to be made."""
    if settings.passphrase_file:
        return _from_file(settings.passphrase_file)
    if settings.passphrase:
        return _filled(settings.passphrase, PASSPHRASE)
    if settings.keyring:
        return _from_keyring(settings.keyring)
    path = _made_at(settings)
    if not path.exists():
        if (settings.state / canary.NAME).exists():
            raise Final(f"the passphrase file {path} is gone; restore it, the stacks can't be read without it")
        return ""
    text = path.read_text().strip()
    if not text:
        raise Final(f"the passphrase file {path} is empty; restore it, the stacks can't be read without it")
    return text


def _make(settings: Settings) -> str:
    path = _made_at(settings)
    private.folder(path.parent)
    private.create(path, secrets.token_urlsafe(BYTES))
    return path.read_text().strip()


def _right(settings: Settings, text: str) -> bool:
    path, made = settings.state / canary.NAME, _made_at(settings)
    opens = canary.opens(path, text)
    if opens is None:
        # A passphrase that was made here before there were canaries has locked what stands; a given one may not.
        older = made.read_text().strip() if made.exists() else text
        opens = canary.seal(path, older) and older == text
    return bool(opens)


def _wrong(settings: Settings) -> Fault:
    made, seal = _made_at(settings), settings.state / canary.NAME
    return Fault(
        "this is not the passphrase that the stacks here were locked with; nothing was touched",
        field=_source(settings),
        allowed=f"the one that {seal} was sealed with" + (f", as in {made}" if made.exists() else ""),
        hint=f"give that one; to begin anew once no stack stands, remove {seal} and, if it is there, {made}",
    )


def _source(settings: Settings) -> str:
    given = {
        "EVENTSTACK_PASSPHRASE_FILE": settings.passphrase_file,
        PASSPHRASE: settings.passphrase,
        "EVENTSTACK_KEYRING": settings.keyring,
    }
    return next((name for name, value in given.items() if value), str(_made_at(settings)))


def _made_at(settings: Settings) -> Path:
    return settings.state / "passphrase"


def _from_file(path: Path) -> str:
    field = "EVENTSTACK_PASSPHRASE_FILE"
    try:
        mode = path.stat().st_mode
        text = path.read_text()
    except (OSError, UnicodeDecodeError) as error:
        why = error.strerror if isinstance(error, OSError) else "not a text"
        raise ConfigError(
            Fault("can't be read", field=field, given=str(path), allowed="a readable file", hint=str(why))
        ) from error
    # A warning would be read by nobody; a group may read it, for so do orchestrators hand a secret to their services.
    if mode & (stat.S_IRWXO | stat.S_IWGRP):
        raise ConfigError(
            Fault(
                f"every stack's secrets are open to others (mode {stat.S_IMODE(mode):04o})",
                field=field,
                given=str(path),
                allowed="a file that only its owner may change and only owner and group may read",
                hint=f"chmod 600 {path}",
            )
        )
    return _filled(text, field)


def _filled(text: str, field: str) -> str:
    # The engine trims too, so both mean the same passphrase.
    if not text.strip():
        raise ConfigError(Fault("the passphrase is empty", field=field, hint=f"put it there, or unset {field}"))
    return text.strip()


@functools.lru_cache(maxsize=4)
def _from_keyring(entry: str) -> str:
    field, (service, _, user) = "EVENTSTACK_KEYRING", entry.rpartition("/")
    try:
        import keyring
        from keyring.errors import KeyringError
    except ImportError as error:
        raise ConfigError(
            Fault("the keyring library is not here", field=field, hint="pip install 'eventstack[keyring]'")
        ) from error
    try:
        text = keyring.get_password(service, user)
    except KeyringError as error:
        raise ConfigError(
            Fault(f"the keyring does not answer ({type(error).__name__})", field=field, given=entry, hint="unlock it")
        ) from error
    if text is None:
        raise ConfigError(
            Fault("the keyring has no such entry", field=field, given=entry, hint=f"keyring set {service} {user}")
        )
    return _filled(text, field)


def _lend(path: Path, text: str, longest_s: float) -> None:
    """Put a given passphrase where the engine finds it, until this process ends; clear what dead ones left behind."""
    private.folder(path.parent)
    for other in path.parent.glob(f"{LENT}*"):
        pid = other.name.removeprefix(LENT)
        # A worker outlives a caller that was killed, at most by the longest operation since it was last lent; as a
        # stepped clock may say that this is over, nobody may have been told of the file either.
        old = pid.isdigit() and processes.look(int(pid)) is None and other.stat().st_mtime + longest_s < time.time()
        if old and not liveness.marked(str(other), TOLD):
            other.unlink(missing_ok=True)
    if path.exists() and path.read_text() == text:
        os.utime(path)
        return
    private.replace(path, text)
    atexit.register(_take_back, path, os.getpid())


def _take_back(path: Path, owner: int) -> None:
    if os.getpid() == owner:
        path.unlink(missing_ok=True)
