"""A command of ours that goes on when whoever started it is gone: a session of its own, its output in files."""

import json
import os
import subprocess
import sys
import threading
from collections.abc import Sequence
from dataclasses import asdict, dataclass
from datetime import UTC, datetime
from pathlib import Path

import eventstack
from eventstack.deploy import liveness, private
from eventstack.deploy.journal import StackKey
from eventstack.settings import PASSPHRASE, Settings


@dataclass(frozen=True)
class Begun:
    """A command that runs on: its process (which leads a session), and where its result and its progress are."""

    pid: int
    result: Path
    log: Path


@dataclass(frozen=True)
class Underway:
    """A command that was begun and still runs: what it does to which stack, as which process."""

    verb: str
    key: StackKey
    pid: int


def begin(arguments: Sequence[str], occurrence: str, settings: Settings, *, stack: StackKey | None = None) -> Begun:
    """Start `eventstack` with these arguments and return at once; it writes beside the occurrence's records.

    Its standard output goes to `result` (with `--json` among the arguments: empty while it runs), its standard error
    to `log`. Where the `stack` that it works on is given, `underway` names it until it ends. Raises OSError when no
    file can be written there.
    """
    folder = settings.records / occurrence / "logs"
    folder.mkdir(parents=True, exist_ok=True)
    stamp = f"{datetime.now(UTC):%Y%m%dt%H%M%S.%f}-{arguments[0]}"
    result, log = folder / f"{stamp}.json", folder / f"{stamp}.log"
    environment = {**os.environ, **settings.environment()}
    if settings.passphrase:
        environment[PASSPHRASE] = settings.passphrase  # it was taken out of ours; theirs takes it out of its own
    source = Path(eventstack.__file__).parent.parent
    if source.name not in {"site-packages", "dist-packages"}:
        environment["PYTHONPATH"] = os.pathsep.join([str(source), *filter(None, [environment.get("PYTHONPATH")])])
    with result.open("xb") as out, log.open("xb") as err:
        process = subprocess.Popen(
            [sys.executable, "-P", "-m", "eventstack", *arguments],
            stdin=subprocess.DEVNULL,
            stdout=out,
            stderr=err,
            env=environment,
            start_new_session=True,
        )
    # It may outlive us; if it does not, somebody must take its exit code, or it stays as a zombie.
    threading.Thread(target=process.wait, daemon=True, name=f"eventstack-{process.pid}").start()
    if stack is not None:
        note(settings, Underway(arguments[0], stack, process.pid))
    return Begun(process.pid, result, log)


def underway(settings: Settings) -> list[Underway]:
    """What was begun here and still runs; changes nothing."""
    return [one for path in _notes(settings) if (one := _read(path))]


def note(settings: Settings, one: Underway) -> None:
    """Remember what was begun, and forget what has ended."""
    for path in _notes(settings):
        if _read(path) is None:
            path.unlink(missing_ok=True)
    try:
        began = asdict(liveness.identify(one.pid))
    except ProcessLookupError:
        return
    folder = private.folder(settings.state / "begun")
    private.replace(folder / f"{one.pid}.json", json.dumps({**asdict(one), "process": began}), lasting=False)


def _notes(settings: Settings) -> list[Path]:
    return sorted((settings.state / "begun").glob("*.json"))


def _read(path: Path) -> Underway | None:
    try:
        noted = json.loads(path.read_text(encoding="utf-8"))
        there = liveness.alive(liveness.Identity(**noted["process"]))
        return Underway(noted["verb"], StackKey(**noted["key"]), noted["pid"]) if there else None
    except (OSError, ValueError, TypeError, KeyError):
        return None
