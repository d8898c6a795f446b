"""The journal in one sqlite3 file: write-ahead log, migrations counted by `user_version`, a connection per call."""

import contextlib
import os
import sqlite3
from collections.abc import Iterator
from datetime import datetime
from pathlib import Path
from typing import Any

import msgspec

from eventstack.deploy import private
from eventstack.deploy.journal import Created, Intent, Known, Operation, StackKey
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
)
"""Each brings the file from its index to the next version; they are only ever appended to."""

BUSY_S = 30.0
"""How long a call waits for another process's transaction."""


class SqliteJournal:
    """The `Journal` of one installation, in a private file."""

    def __init__(self, path: Path) -> None:
        self.path = path
        try:
            private.folder(path.parent)
            os.close(os.open(path, os.O_RDWR | os.O_CREAT, 0o600))
        except OSError as error:
            raise StoreError(f"the journal {path} can't be used: {error.strerror}") from error
        with self._transaction() as db:
            version = db.execute("PRAGMA user_version").fetchone()[0]
            if version > len(MIGRATIONS):
                raise StoreError(f"the journal {path} was written by a newer eventstack (form {version})")
            for migration in MIGRATIONS[version:]:
                for statement in migration.split(";"):
                    db.execute(statement)
            db.execute(f"PRAGMA user_version = {len(MIGRATIONS)}")

    @contextlib.contextmanager
    def _transaction(self) -> Iterator[sqlite3.Connection]:
        try:
            with contextlib.closing(sqlite3.connect(self.path, timeout=BUSY_S, isolation_level=None)) as db:
                db.row_factory = sqlite3.Row
                db.execute("PRAGMA journal_mode = WAL")
                db.execute("PRAGMA synchronous = FULL")
                db.execute("BEGIN IMMEDIATE")
                try:
                    yield db
                except BaseException:
                    db.execute("ROLLBACK")
                    raise
                db.execute("COMMIT")
        except sqlite3.Error as error:
            raise StoreError(f"the journal {self.path} can't be used: {error}") from error

    def stack(self, key: StackKey) -> Known:
        """See `Journal.stack`."""
        with self._transaction() as db:
            row = db.execute(
                "SELECT * FROM stacks WHERE owner = ? AND project = ? AND stack = ?", _columns(key)
            ).fetchone()
        return _known(row) if row else Known(key)

    def stacks(self, owner: str) -> list[Known]:
        """See `Journal.stacks`."""
        with self._transaction() as db:
            rows = db.execute("SELECT * FROM stacks WHERE owner = ? ORDER BY project, stack", (owner,)).fetchall()
        return [_known(row) for row in rows]

    def children(self, key: StackKey) -> list[Known]:
        """See `Journal.children`."""
        return [known for known in self.stacks(key.owner) if str(key) in known.parents]

    def operation(self, id_: str) -> Operation | None:
        """See `Journal.operation`."""
        with self._transaction() as db:
            row = db.execute("SELECT * FROM operations WHERE id = ?", (id_,)).fetchone()
        return _operation(row) if row else None

    def operations(self, key: StackKey) -> list[Operation]:
        """See `Journal.operations`."""
        with self._transaction() as db:
            rows = db.execute(
                "SELECT * FROM operations WHERE owner = ? AND project = ? AND stack = ? ORDER BY epoch", _columns(key)
            ).fetchall()
        return [_operation(row) for row in rows]

    def claim(self, intent: Intent, *, epoch: int) -> Operation | None:
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
            db.execute(
                "INSERT INTO operations (id, owner, project, stack, occurrence, incarnation, epoch, kind, build_hash,"
                " host, boot, caller_pid, caller_started, detail, intended)"
                " VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)",
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
                    intent.at.isoformat(),
                ),
            )
        return Operation(intent, epoch + 1)

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


def _read(text: str | None) -> Any:
    return None if text is None else msgspec.json.decode(text)


def _time(text: str | None) -> datetime | None:
    return None if text is None else datetime.fromisoformat(text)


def _known(row: sqlite3.Row) -> Known:
    try:
        plan = None if row["plan"] is None else StackPlan.from_json(row["plan"])
    except msgspec.ValidationError as error:
        raise StoreError(f"the journal's plan of {row['project']}/{row['stack']} can't be read: {error}") from error
    return Known(
        key=StackKey(row["owner"], row["project"], row["stack"]),
        epoch=row["epoch"],
        holder=row["holder"],
        created=row["created"],
        plan=plan,
        parents=tuple(_read(row["parents"])),
        outputs=_read(row["outputs"]),
        evidence=_read(row["evidence"]),
        forgotten=_time(row["forgotten"]),
    )


def _operation(row: sqlite3.Row) -> Operation:
    intent = Intent(
        id=row["id"],
        key=StackKey(row["owner"], row["project"], row["stack"]),
        occurrence=row["occurrence"],
        incarnation=row["incarnation"],
        kind=row["kind"],
        build_hash=row["build_hash"],
        host=row["host"],
        boot=row["boot"],
        caller=Identity(row["caller_pid"], row["caller_started"]),
        at=datetime.fromisoformat(row["intended"]),
        detail=row["detail"],
    )
    process = None if row["pid"] is None else Identity(row["pid"], row["pid_started"])
    return Operation(
        intent, row["epoch"], row["session"], process, _time(row["started"]), _time(row["ended"]), _read(row["outcome"])
    )
