"""Following an operation that somebody else carries out, by its files and the journal, without touching it."""

import threading
import time
from collections.abc import Callable
from pathlib import Path

from eventstack.deploy.commands import decode_engine
from eventstack.deploy.deployer import OnProgress
from eventstack.deploy.events import Tally, decode
from eventstack.deploy.journal import Journal, Operation
from eventstack.deploy.operation import POLL_S, Lines
from eventstack.deploy.request import ENGINE_EVENTS, EVENTS

LOOK_EVERY = 10
"""Looks at the files between two looks at the journal and at the processes."""


def follow(
    journal: Journal,
    id_: str,
    place: Path,
    on_progress: OnProgress,
    *,
    patience_s: float,
    give_up: threading.Event,
    over: Callable[[Operation], bool],
) -> Operation | None:
    """Pass on an operation's progress until it has ended, or is `over` (its processes died).

    None when patience ran out or `give_up` was set; what is returned has no `ended` when nobody has noted its end.
    """
    end = time.monotonic() + patience_s
    files = ((Lines(place / EVENTS), decode), (Lines(place / ENGINE_EVENTS), decode_engine))
    tally, looks = Tally(), 0
    while True:
        for lines, read in files:
            for line in lines.read():
                event = read(line)
                moved = tally.add(event) if event else None
                if moved is not None:
                    on_progress(moved)
        if looks % LOOK_EVERY == 0:
            operation = journal.operation(id_)
            if operation is None or operation.ended is not None or over(operation):
                return operation
        if time.monotonic() >= end or give_up.is_set():
            return None
        looks += 1
        give_up.wait(POLL_S)
