"""A command of ours that goes on when whoever started it is gone: a session of its own, its output in files."""

import os
import subprocess
import sys
import threading
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

import eventstack
from eventstack.settings import PASSPHRASE, Settings


@dataclass(frozen=True)
class Begun:
    """A command that runs on: its process (which leads a session), and where its result and its progress are."""

    pid: int
    result: Path
    log: Path


def begin(arguments: Sequence[str], occurrence: str, settings: Settings) -> Begun:
    """Start `eventstack` with these arguments and return at once; it writes beside the occurrence's records.

    Its standard output goes to `result` (with `--json` among the arguments: empty while it runs), its standard error
    to `log`. Raises OSError when no file can be written there.
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
    return Begun(process.pid, result, log)
