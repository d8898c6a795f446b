"""What the rows of the sqlite3 journal say, as values."""

import contextlib
import math
import sqlite3
from collections.abc import Iterator
from datetime import datetime
from typing import Any

import msgspec

from eventstack.deploy import liveness
from eventstack.deploy.journal import Hold, Intent, Known, Operation, StackKey, Ticket
from eventstack.deploy.liveness import Identity
from eventstack.errors import StoreError
from eventstack.planning.plan import StackPlan


def _read(text: str | None) -> dict[str, Any] | None:
    return None if text is None else msgspec.json.decode(text, type=dict[str, Any])


def _time(text: str | None) -> datetime | None:
    return None if text is None else datetime.fromisoformat(text)


def known(row: sqlite3.Row) -> Known:
    """A row of `stacks`; raises StoreError when it can't be read."""
    with _in_words(f"of {row['project']}/{row['stack']}"):
        return _as_known(row)


@contextlib.contextmanager
def _in_words(what: str) -> Iterator[None]:
    try:
        yield
    except (msgspec.DecodeError, ValueError, TypeError) as error:
        remedy = "restore the journal from a backup"
        raise StoreError(f"what the journal says {what} can't be read: {error}; {remedy}") from error


def _as_known(row: sqlite3.Row) -> Known:
    return Known(
        key=StackKey(row["owner"], row["project"], row["stack"]),
        epoch=row["epoch"],
        holder=row["holder"],
        created=row["created"],
        plan=None if row["plan"] is None else StackPlan.from_json(row["plan"]),
        parents=tuple(msgspec.json.decode(row["parents"], type=list[str])),
        outputs=_read(row["outputs"]),
        evidence=_read(row["evidence"]),
        forgotten=_time(row["forgotten"]),
        hold=None if row["hold"] is None else msgspec.json.decode(row["hold"], type=Hold),
    )


def operation(row: sqlite3.Row, now: float) -> Operation:
    """A row of `operations` as of `now` on the journal's clock; raises StoreError when it can't be read."""
    with _in_words(f"of {row['id']}"):
        return _as_operation(row, now)


def _as_operation(row: sqlite3.Row, now: float) -> Operation:
    intent = Intent(
        id=row["id"],
        key=StackKey(row["owner"], row["project"], row["stack"]),
        occurrence=row["occurrence"],
        incarnation=row["incarnation"],
        kind=row["kind"],
        build_hash=row["build_hash"],
        host=row["host"],
        boot=row["boot"],
        caller=Identity(row["caller_pid"], int(row["caller_started"])),
        at=datetime.fromisoformat(row["intended"]),
        detail=row["detail"],
        ticket=row["ticket"],
    )
    process = None if row["pid"] is None else Identity(row["pid"], int(row["pid_started"]))
    lease_left_s, over_in_s, age_s = _times(row, now)
    return Operation(
        intent,
        row["epoch"],
        row["session"],
        process,
        _time(row["started"]),
        _time(row["ended"]),
        _read(row["outcome"]),
        lease_left_s=lease_left_s,
        over_in_s=over_in_s,
        age_s=age_s,
    )


def _times(row: sqlite3.Row, now: float) -> tuple[float, float, float]:
    """What is left of the lease and of the operation's own time, and its age: on this boot's clock.

    Of an earlier boot of this host nothing is left; of another host this clock can't tell, so nothing has passed.
    """
    if row["boot"] == liveness.boot():
        return row["lease_until_s"] - now, row["over_at_s"] - now, now - row["claimed_s"]
    return (0.0, 0.0, 0.0) if row["host"] == liveness.host() else (math.inf, math.inf, 0.0)


def ticket(row: sqlite3.Row, now: float) -> Ticket:
    """A row of `line`."""
    return Ticket(
        id=row["id"],
        urgency=row["urgency"],
        what=row["what"],
        host=row["host"],
        boot=row["boot"],
        caller=Identity(row["caller_pid"], row["caller_started"]),
        number=row["number"],
        admitted=bool(row["admitted"]),
        asked_ago_s=now - row["asked_s"],
    )
