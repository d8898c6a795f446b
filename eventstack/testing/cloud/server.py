"""The fake cloud's process: `python -m eventstack.testing.cloud.server FOLDER NAME…`.

It writes where it can be reached to `address.json`, and ends when it is told to, by SIGTERM or SIGINT, when its folder
is gone, or when nobody has asked it anything for `IDLE_S`.
"""

import json
import os
import secrets
import signal
import sys
import threading
import time
from pathlib import Path

from eventstack.deploy import private
from eventstack.deploy.liveness import identify
from eventstack.testing.cloud.control import Control, ControlServer
from eventstack.testing.cloud.ledger import Ledger
from eventstack.testing.cloud.provider import serve
from eventstack.testing.cloud.records import ADDRESS, LEDGER
from eventstack.testing.cloud.service import Service

IDLE_S = 1800.0
"""Without a word from test or engine for so long, whoever started it is taken to be dead."""

LOOK_S = 1.0


def main(folder: Path, names: list[str]) -> None:
    """Serve until told to end."""
    stop = threading.Event()
    for number in (signal.SIGTERM, signal.SIGINT):
        signal.signal(number, lambda *_: stop.set())
    service = Service(Ledger(folder / LEDGER))
    _, port = serve(service)
    token = secrets.token_urlsafe()
    control = ControlServer(Control(service, stop.set), token)
    control.start()
    me = identify(os.getpid())
    address = {
        "names": names,
        "port": port,
        "control": control.port,
        "token": token,
        "pid": me.pid,
        "started": me.started,
    }
    private.replace(folder / ADDRESS, json.dumps(address))
    while not stop.wait(LOOK_S):
        latest = max((request.asked_at for request in service.ledger.requests()), default=0.0)
        idle = min(time.monotonic() - control.touched, time.time() - latest)
        if idle > IDLE_S or not (folder / ADDRESS).exists():
            break
    # An orderly exit would wait for requests that are held at gates.
    os._exit(0)


if __name__ == "__main__":
    main(Path(sys.argv[1]), sys.argv[2:])
