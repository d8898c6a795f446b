"""The journal in one sqlite3 file: write-ahead log, migrations counted by `user_version`, a connection per call."""

import contextlib
import os
import sqlite3
import time
from collections.abc import Callable, Collection, Iterator
from datetime import datetime
from pathlib import Path
from typing import Any

import msgspec

from eventstack.deploy import journal_rows, private, storage
from eventstack.deploy.journal import Created, Hold, Intent, Known, Operation, StackKey, Ticket, passes
from eventstack.deploy.liveness import Identity
from eventstack.errors import StoreError
from eventstack.planning.plan import StackPlan

MIGRATIONS = (
    """
    CREATE TABLE stacks (
        owner TEXT NOT NULL, project TEXT NOT NULL, stack TEXT NOT NULL,
        epoch INTEGER NOT NULL, holder TEXT, created TEXT NOT NULL DEFAULT 'no',
        plan TEXT, parents TEXT NOT NULL DEFAULT '[]', outputs TEXT, evidence TEXT, forgotten TEXT,
        PRIMARY KEY (owner, project, stack)
    ) STRICT;
    CREATE TABLE operations (
        id TEXT PRIMARY KEY, owner TEXT NOT NULL, project TEXT NOT NULL, stack TEXT NOT NULL,
        occurrence TEXT NOT NULL, incarnation INTEGER NOT NULL, epoch INTEGER NOT NULL, kind TEXT NOT NULL,
        build_hash TEXT NOT NULL, host TEXT NOT NULL, boot TEXT NOT NULL,
        caller_pid INTEGER NOT NULL, caller_started REAL NOT NULL, detail TEXT NOT NULL,
        session INTEGER, pid INTEGER, pid_started REAL,
        intended TEXT NOT NULL, started TEXT, ended TEXT, outcome TEXT
    ) STRICT;
    CREATE INDEX operations_by_stack ON operations (owner, project, stack, epoch);
    """,
    """
    ALTER TABLE operations ADD COLUMN ticket TEXT NOT NULL DEFAULT '';
    ALTER TABLE operations ADD COLUMN claimed_s REAL NOT NULL DEFAULT 0;
    ALTER TABLE operations ADD COLUMN lease_until_s REAL NOT NULL DEFAULT 0;
    ALTER TABLE operations ADD COLUMN over_at_s REAL NOT NULL DEFAULT 0;
    CREATE INDEX operations_unended ON operations (owner) WHERE ended IS NULL;
    ALTER TABLE stacks ADD COLUMN hold TEXT;
    CREATE TABLE line (
        number INTEGER PRIMARY KEY AUTOINCREMENT, id TEXT NOT NULL UNIQUE, urgency INTEGER NOT NULL,
        what TEXT NOT NULL, host TEXT NOT NULL, boot TEXT NOT NULL,
        caller_pid INTEGER NOT NULL, caller_started INTEGER NOT NULL, admitted INTEGER NOT NULL DEFAULT 0,
        asked_s REAL NOT NULL
    ) STRICT
    """,
)
"""Each brings the file from its index to the next version; they are only ever appended to."""

REMEDIES = {
    sqlite3.SQLITE_BUSY: "call again",
    sqlite3.SQLITE_FULL: "free some space there, then call again",
    sqlite3.SQLITE_IOERR: "see that the disk has room and is well, then call again",
    sqlite3.SQLITE_READONLY: "make it writable, then call again",
    sqlite3.SQLITE_CORRUPT: "restore it from a backup",
    sqlite3.SQLITE_NOTADB: "restore it from a backup",
}
"""What a person can do, by sqlite's primary result code."""

BUSY_S = 30.0
"""How long a call waits for another process's transaction."""


def since_boot() -> float:
    """The clock of a journal that lives on one machine: seconds since boot, sleep included."""
    return time.clock_gettime(time.CLOCK_BOOTTIME)


class SqliteJournal:
    """The `Journal` of one installation, in a private file."""

    def __init__(self, path: Path, clock: Callable[[], float] = since_boot) -> None:
        self.path = path
        self._clock = clock
        try:
            private.folder(path.parent)
            # Never opened when it is there: closing it would drop the locks that sqlite holds on it for this process.
            if not path.exists():
                with contextlib.suppress(FileExistsError):
                    os.close(os.open(path, os.O_RDWR | os.O_CREAT | os.O_EXCL, 0o600))
        except OSError as error:
            raise StoreError(f"the journal {path} can't be used: {storage.way_out(error)}") from error
        with self._transaction() as db:
            version = db.execute("PRAGMA user_version").fetchone()[0]
            if version > len(MIGRATIONS):
                raise StoreError(
                    f"the journal {path} was written by a newer eventstack (form {version}); use that one here"
                )
            for migration in MIGRATIONS[version:]:
                for statement in migration.split(";"):
                    db.execute(statement)
            db.execute(f"PRAGMA user_version = {len(MIGRATIONS)}")

    def _connect(self) -> sqlite3.Connection:
        db = sqlite3.connect(self.path, timeout=BUSY_S, isolation_level=None)
        try:
            db.row_factory = sqlite3.Row
            db.execute("PRAGMA journal_mode = WAL")
        except BaseException:
            db.close()
            raise
        return db

    @contextlib.contextmanager
    def _transaction(self, *, lasting: bool = True) -> Iterator[sqlite3.Connection]:
        """A transaction; what is `lasting` is on the disk when it ends, the rest need not outlive this boot."""
        try:
            with contextlib.closing(self._connect()) as db:
                db.execute(f"PRAGMA synchronous = {'FULL' if lasting else 'NORMAL'}")
                db.execute("BEGIN IMMEDIATE")
                try:
                    yield db
                except BaseException:
                    if db.in_transaction:  # of a full disk sqlite rolls back by itself
                        db.execute("ROLLBACK")
                    raise
                db.execute("COMMIT")
        except sqlite3.Error as error:
            remedy = REMEDIES.get(error.sqlite_errorcode & 0xFF, "see that its folder is there and yours")
            raise StoreError(f"the journal {self.path} can't be used: {error}; {remedy}") from error

    def stack(self, key: StackKey) -> Known:
        """See `Journal.stack`."""
        with self._transaction() as db:
            row = db.execute(
                "SELECT * FROM stacks WHERE owner = ? AND project = ? AND stack = ?", _columns(key)
            ).fetchone()
        return journal_rows.known(row) if row else Known(key)

    def stacks(self, owner: str) -> list[Known]:
        """See `Journal.stacks`."""
        with self._transaction() as db:
            rows = db.execute("SELECT * FROM stacks WHERE owner = ? ORDER BY project, stack", (owner,)).fetchall()
        return [journal_rows.known(row) for row in rows]

    def children(self, key: StackKey) -> list[Known]:
        """See `Journal.children`."""
        return [known for known in self.stacks(key.owner) if str(key) in known.parents]

    def operation(self, id_: str) -> Operation | None:
        """See `Journal.operation`."""
        with self._transaction() as db:
            row = db.execute("SELECT * FROM operations WHERE id = ?", (id_,)).fetchone()
        return journal_rows.operation(row, self._clock()) if row else None

    def operations(self, key: StackKey) -> list[Operation]:
        """See `Journal.operations`."""
        with self._transaction() as db:
            rows = db.execute(
                "SELECT * FROM operations WHERE owner = ? AND project = ? AND stack = ? ORDER BY epoch", _columns(key)
            ).fetchall()
        return [journal_rows.operation(row, self._clock()) for row in rows]

    def unended(self, owner: str) -> list[Operation]:
        """See `Journal.unended`."""
        with self._transaction() as db:
            rows = db.execute(
                "SELECT * FROM operations WHERE owner = ? AND ended IS NULL ORDER BY rowid", (owner,)
            ).fetchall()
        return [journal_rows.operation(row, self._clock()) for row in rows]

    def claim(self, intent: Intent, *, epoch: int, lease_s: float, over_s: float) -> Operation | None:
        """See `Journal.claim`."""
        with self._transaction() as db:
            db.execute(
                "INSERT OR IGNORE INTO stacks (owner, project, stack, epoch) VALUES (?, ?, ?, 0)", _columns(intent.key)
            )
            taken = db.execute(
                "UPDATE stacks SET epoch = epoch + 1, holder = ?"
                " WHERE owner = ? AND project = ? AND stack = ? AND epoch = ? AND holder IS NULL",
                (intent.id, *_columns(intent.key), epoch),
            )
            if taken.rowcount != 1:
                return None
            now = self._clock()
            db.execute(
                "INSERT INTO operations (id, owner, project, stack, occurrence, incarnation, epoch, kind, build_hash,"
                " host, boot, caller_pid, caller_started, detail, ticket, intended,"
                " claimed_s, lease_until_s, over_at_s)"
                " VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)",
                (
                    intent.id,
                    *_columns(intent.key),
                    intent.occurrence,
                    intent.incarnation,
                    epoch + 1,
                    intent.kind,
                    intent.build_hash,
                    intent.host,
                    intent.boot,
                    intent.caller.pid,
                    intent.caller.started,
                    intent.detail,
                    intent.ticket,
                    intent.at.isoformat(),
                    now,
                    now + lease_s,
                    now + over_s,
                ),
            )
        return Operation(intent, epoch + 1, lease_left_s=lease_s, over_in_s=over_s)

    def renew(self, id_: str, *, lease_s: float) -> bool:
        """See `Journal.renew`."""
        with self._transaction(lasting=False) as db:
            renewed = db.execute(
                "UPDATE operations SET lease_until_s = ? WHERE id = ? AND ended IS NULL",
                (self._clock() + lease_s, id_),
            )
            return renewed.rowcount == 1

    def started(self, id_: str, *, session: int, process: Identity, at: datetime) -> None:
        """See `Journal.started`."""
        with self._transaction() as db:
            db.execute(
                "UPDATE operations SET session = ?, pid = ?, pid_started = ?, started = ? WHERE id = ?",
                (session, process.pid, process.started, at.isoformat(), id_),
            )

    def finish(self, id_: str, outcome: dict[str, Any], *, at: datetime) -> None:
        """See `Journal.finish`."""
        with self._transaction() as db:
            db.execute(
                "UPDATE operations SET ended = ?, outcome = ? WHERE id = ? AND ended IS NULL",
                (at.isoformat(), _text(outcome), id_),
            )
            db.execute("UPDATE stacks SET holder = NULL WHERE holder = ?", (id_,))

    def created(self, key: StackKey, state: Created) -> None:
        """See `Journal.created`."""
        self._set(key, created=state)

    def planned(self, plan: StackPlan) -> None:
        """See `Journal.planned`."""
        parents = [f"{parent.project}/{parent.stack}" for parent in plan.build.parents]
        self._set(StackKey.of(plan), plan=plan.to_json(), parents=_text(parents), evidence=None)

    def built(self, key: StackKey, outputs: dict[str, Any]) -> None:
        """See `Journal.built`."""
        self._set(key, outputs=_text(outputs))

    def proved(self, key: StackKey, evidence: dict[str, Any]) -> None:
        """See `Journal.proved`."""
        self._set(key, evidence=_text(evidence))

    def forgot(self, key: StackKey, *, at: datetime) -> None:
        """See `Journal.forgot`."""
        self._set(key, forgotten=at.isoformat())

    def hold(self, key: StackKey, hold: Hold | None) -> None:
        """See `Journal.hold`."""
        with self._transaction() as db:
            db.execute("INSERT OR IGNORE INTO stacks (owner, project, stack, epoch) VALUES (?, ?, ?, 0)", _columns(key))
        self._set(key, hold=None if hold is None else _text(hold))

    def enqueue(self, ticket: Ticket) -> None:
        """See `Journal.enqueue`."""
        with self._transaction(lasting=False) as db:
            db.execute(
                "INSERT OR IGNORE INTO line (id, urgency, what, host, boot, caller_pid, caller_started, asked_s)"
                " VALUES (?, ?, ?, ?, ?, ?, ?, ?)",
                (
                    ticket.id,
                    ticket.urgency,
                    ticket.what,
                    ticket.host,
                    ticket.boot,
                    ticket.caller.pid,
                    ticket.caller.started,
                    self._clock(),
                ),
            )

    def line(self) -> list[Ticket]:
        """See `Journal.line`."""
        with self._transaction() as db:
            return self._line(db)

    def admit(self, id_: str, *, most: int, gone: Collection[str]) -> bool:
        """See `Journal.admit`."""
        with self._transaction(lasting=False) as db:
            db.execute("UPDATE line SET asked_s = ? WHERE id = ?", (self._clock(), id_))
            if not passes(self._line(db), id_, most=most, gone=gone):
                return False
            db.execute("UPDATE line SET admitted = 1 WHERE id = ?", (id_,))
            return True

    def dequeue(self, id_: str) -> None:
        """See `Journal.dequeue`."""
        with self._transaction(lasting=False) as db:
            db.execute("DELETE FROM line WHERE id = ?", (id_,))

    def _line(self, db: sqlite3.Connection) -> list[Ticket]:
        rows = db.execute("SELECT * FROM line ORDER BY urgency, number").fetchall()
        return [journal_rows.ticket(row, self._clock()) for row in rows]

    def _set(self, key: StackKey, **values: str | None) -> None:
        assignments = ", ".join(f"{column} = ?" for column in values)
        with self._transaction() as db:
            db.execute(
                f"UPDATE stacks SET {assignments} WHERE owner = ? AND project = ? AND stack = ?",  # noqa: S608 - our own column names
                (*values.values(), *_columns(key)),
            )


def _columns(key: StackKey) -> tuple[str, str, str]:
    return key.owner, key.project, key.stack


def _text(value: Any) -> str:
    return msgspec.json.encode(value, order="sorted").decode()
