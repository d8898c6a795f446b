"""Finds the Pulumi engine, or brings one here: whoever starts an operation asks this module first.

The ways, in this order; each that fails says why before the next is tried:

1. the executable named by `EVENTSTACK_ENGINE`; a bad one is an error, never passed over in silence;
2. `pulumi` on `PATH`, then in Pulumi's usual home (`$PULUMI_HOME/bin`, `~/.pulumi/bin`), if it is not below `FLOOR`;
3. one that an earlier run put into our cache, so that a later start is instant and needs no network; also into the
   user's, where `EVENTSTACK_HOME` names another place;
4. the vendor's release of `PINNED`, through the SDK's own installer (`engine_vendor`);
5. a build from Go modules whose versions and hashes are pinned in the package's data (`engine_build`).
"""

import os
import re
import shutil
import subprocess
import sys
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Literal

from eventstack.deploy import engine_workshop
from eventstack.errors import ConfigError, Fault, Final
from eventstack.settings import Settings

PINNED = "3.259.0"
"""The release that is installed or built here: the newest whose Go modules can be had, so that the vendor's binary
and a build of our own are one and the same version."""

FLOOR = (3, 259, 0)
"""The oldest engine that is accepted. All that this package relies on was measured on it: saved plans without an
experimental flag, the event stream, the state of interrupted creates, `metadata=skip`. Older ones may well work, newer
ones of the same major version do; below the floor nobody has looked, and an event on air is no place to find out."""

_VERSION = re.compile(r"v?((\d+)\.(\d+)\.(\d+)\S*)")
_ASK_S = 30.0  # `pulumi version` takes 0.2 s; a loaded machine with a cold disk has been seen to need seconds

Way = Literal["named", "found", "cached", "installed", "built"]


@dataclass(frozen=True)
class Engine:
    """An engine that answered: where it is, its version without a leading `v`, and by which way it was come by."""

    path: Path
    version: str
    way: Way


def find(settings: Settings, environ: Mapping[str, str] | None = None) -> tuple[Engine | None, tuple[str, ...]]:
    """Look for an engine without changing anything; the second value says why each place that was tried did not do.

    Raises ConfigError when the engine that the settings name is not there, does not run, or is too old.
    """
    env = os.environ if environ is None else environ
    if settings.engine:
        named = inspect(settings.engine.expanduser().absolute(), "named", env)
        if isinstance(named, str):
            raise ConfigError(
                Fault(
                    named,
                    field="EVENTSTACK_ENGINE",
                    given=str(settings.engine),
                    allowed=f"the path of a Pulumi executable, version {PINNED} or newer",
                    hint="mend the path, or unset it to have an engine found or installed",
                )
            )
        return named, ()
    reasons: list[str] = []
    for path, way in _candidates(settings, env):
        engine = inspect(path, way, env)
        if isinstance(engine, Engine):
            return engine, tuple(reasons)
        reasons.append(engine)
    return None, tuple(reasons) or ("no engine on PATH, in Pulumi's home or in our cache",)


def find_or_install(
    settings: Settings,
    say: Callable[[str], None],
    *,
    environ: Mapping[str, str] | None = None,
    python: str = sys.executable,
    patience: engine_workshop.Patience | None = None,
) -> Engine:
    """Return an engine that works, installing or building one in the cache when none is found.

    `say` gets one line of text at each step and at least every ten seconds during a long one; `python` is the
    interpreter whose `pip` and Pulumi SDK are used; `patience` holds the deadlines. Safe to call from several processes
    at once: one works, the others wait and take its result.

    Raises ConfigError for a bad `EVENTSTACK_ENGINE`, Retryable when another process works on it for too long, and
    Final, with what to install, when every way failed.
    """
    env = os.environ if environ is None else environ
    engine, reasons = find(settings, env)
    if engine:
        return engine
    for reason in reasons:
        say(reason)
    shop = engine_workshop.Workshop(
        home=home(settings),
        version=PINNED,
        environ=env,
        python=python,
        say=say,
        patience=patience or engine_workshop.Patience(),
    )
    with engine_workshop.alone(shop):
        meanwhile = inspect(executable(settings), "cached", env)
        if isinstance(meanwhile, Engine):
            return meanwhile
        failures = list(reasons)
        for way, attempt in engine_workshop.WAYS.items():
            made = _make(shop, way, attempt)
            if isinstance(made, Engine):
                say(f"engine {made.version} is ready: {made.path}")
                return made
            say(made)
            failures.append(made)
    raise Final(_no_engine(failures))


def inspect(path: Path, way: Way, environ: Mapping[str, str]) -> Engine | str:
    """Ask an executable for its version: an Engine when it will do, else the reason why not."""
    if not path.is_file():
        return f"{path}: no such file"
    try:
        asked = subprocess.run(
            [str(path), "version"],
            env={**environ, "PULUMI_SKIP_UPDATE_CHECK": "true"},
            stdin=subprocess.DEVNULL,
            capture_output=True,
            text=True,
            errors="replace",
            timeout=_ASK_S,
            check=False,
        )
    except subprocess.TimeoutExpired:
        return f"{path}: did not tell its version within {_ASK_S:.0f} s"
    except OSError as error:
        return f"{path}: does not run: {error.strerror or error}"
    match = _VERSION.fullmatch(asked.stdout.strip())
    if asked.returncode or not match:
        said = (asked.stderr.strip() or asked.stdout.strip() or "nothing").splitlines()[-1]
        return f"{path}: is no Pulumi engine: `version` ended with code {asked.returncode} and said: {said[:200]}"
    number = tuple(int(part) for part in match.group(2, 3, 4))
    if number < FLOOR:
        return f"{path}: version {match[1]} is older than {PINNED}"
    if number[0] != FLOOR[0]:
        return f"{path}: version {match[1]} is of another major version than {PINNED}"
    return Engine(path, match[1], way)


def home(settings: Settings) -> Path:
    """The directory in the cache that holds, or will hold, an engine of our own."""
    return settings.cache / "engine" / PINNED


def executable(settings: Settings) -> Path:
    """The engine of our own, whether it is there or not."""
    return home(settings) / "bin" / "pulumi"


def _candidates(settings: Settings, environ: Mapping[str, str]) -> list[tuple[Path, Way]]:
    candidates: list[tuple[Path, Way]] = []
    on_path = shutil.which("pulumi", path=environ.get("PATH", os.defpath))
    if on_path:
        candidates.append((Path(on_path).absolute(), "found"))
    vendor_home = environ.get("PULUMI_HOME")
    user_home = environ.get("HOME")
    for folder in filter(None, (vendor_home, f"{user_home}/.pulumi" if user_home else None)):
        usual = Path(folder) / "bin" / "pulumi"
        if usual.is_file() and (usual, "found") not in candidates:
            candidates.append((usual, "found"))
    ours = [executable(settings)]
    cache = environ.get("XDG_CACHE_HOME") or (f"{user_home}/.cache" if user_home else None)
    if cache:
        ours.append(Path(cache) / "eventstack" / ours[0].relative_to(settings.cache))
    candidates.extend((path, "cached") for path in dict.fromkeys(ours) if path.exists())
    return candidates


def _make(shop: engine_workshop.Workshop, way: Way, attempt: engine_workshop.Attempt) -> Engine | str:
    with engine_workshop.bench(shop) as bench:
        failure = attempt(shop, bench)
        if failure:
            return failure
        made = inspect(bench / "bin" / "pulumi", way, shop.environ)
        if isinstance(made, str):
            return made
        engine_workshop.keep(shop, bench)
    return Engine(shop.home / "bin" / "pulumi", made.version, way)


def _no_engine(failures: list[str]) -> str:
    tried = "\n".join(f"  - {failure}" for failure in failures)
    return (
        f"no Pulumi engine, and none could be installed. What was tried:\n{tried}\n"
        "Any one of these helps:\n"
        f"  - install the Pulumi CLI, version {PINNED} or newer, as its vendor describes, so that `pulumi` is on PATH\n"
        "  - install Go and let it reach a module proxy (GOPROXY); the engine is then built here in some minutes\n"
        "  - copy a Pulumi executable from another machine and set EVENTSTACK_ENGINE to its path"
    )
