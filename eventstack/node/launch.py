"""How a node comes to be on this machine, and how it is seen gone: called by the engine plugin and by sweeps.

`launch` and `shutdown` are idempotent and safe to repeat after a crash of the caller at any step.
"""

import contextlib
import fcntl
import os
import shutil
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Mapping, Sequence
from pathlib import Path

from eventstack.errors import DeployError, Final, Refused, Retryable, StoreError
from eventstack.node import marks, processes, record
from eventstack.node.client import NodeClient
from eventstack.node.ledger import Ledger
from eventstack.node.processes import Identity, Seen
from eventstack.node.secrets_file import keep_secret, private_directory
from eventstack.node.supervisor import clean_environment, tag_text
from eventstack.planning import naming

_POLL_S = 0.05
_TAIL_LINES = 8


def launch(
    directory: Path,
    tags: Mapping[str, str],
    archive: Path,
    seal_key: Path,
    environ: Mapping[str, str],
    *,
    command: Sequence[str] = (sys.executable, "-m", "eventstack.node"),
    deadline_s: float = 20.0,
) -> NodeClient:
    """Make the node's directory, start its supervisor unless one answers, and return its client.

    The supervisor gets a session of its own and a clean environment made from `environ`. `seal_key` is made when
    it is not there. Raises Refused when the directory belongs to another node, Retryable when the supervisor does
    not answer within `deadline_s` seconds (with the end of its log).
    """
    directory = _furnish(directory, tags, archive, seal_key)
    end = time.monotonic() + deadline_s
    child: subprocess.Popen[bytes] | None = None
    while (client := _answering(directory)) is None:
        ended = child is not None and child.poll() is not None
        if time.monotonic() >= end or (child and child.returncode and not _supervised(directory)):
            raise Retryable(f"the node {directory.name} does not come up: {_tail(directory)}", after_s=5.0)
        if (child is None or ended) and not _supervised(directory):
            child = _spawn(directory, tags, environ, command)
        time.sleep(_POLL_S)
    if child:
        # a thread that only waits for the child leaves no zombie behind in a long-lived caller
        threading.Thread(target=child.wait, daemon=True, name=f"reap {child.pid}").start()
    return client


def shutdown(directory: Path, *, deadline_s: float = 60.0) -> None:
    """End everything of the node, see it gone, remove its directory. Nothing happens for a node that is not there.

    Through the control endpoint when it answers, else session by session after the ledger and the marks.
    Raises DeployError when something is left after `deadline_s` seconds, naming pids.
    """
    end = time.monotonic() + deadline_s
    client = _answering(directory) if directory.exists() else None
    if client:
        with contextlib.suppress(Retryable, Final):
            client.end()
            processes.wait_until(lambda: not left(directory), 5.0)
    while leftovers := left(directory):
        if time.monotonic() >= end:
            raise DeployError(f"processes of {directory.name} are left: {', '.join(str(one.pid) for one in leftovers)}")
        for identity in leftovers:
            end_ours(identity, directory)
    if directory.exists():
        shutil.rmtree(directory)


def left(directory: Path) -> list[Identity]:
    """Every living process of a node by either mark, its supervisors first, then leaders of sessions."""
    by_ledger = {entry.identity: entry.part == "" for entry in Ledger(directory / "ledger.jsonl").live()}
    by_mark = {one.seen.identity: _supervises(one) for one in _marked(directory)}
    known = {**by_ledger, **by_mark}
    return sorted(known, key=lambda identity: (not known[identity], not _leads(identity), identity))


def end_ours(identity: Identity, directory: Path) -> bool:
    """End one process of a node, with its whole session when it leads one; True when it is gone."""
    if not _leads(identity):
        return processes.end(identity)

    def ours(seen: Seen) -> bool:
        return any(one.seen.identity == seen.identity for one in _marked(directory))

    return processes.end_session(identity, ours, signals=(signal.SIGTERM,), wait_s=3.0)


def _marked(directory: Path) -> list[marks.Marked]:
    return marks.marked(directory.parent, directory.name)


def _supervises(one: marks.Marked) -> bool:
    return one.part == "" and one.seen.session == one.seen.identity.pid


def _leads(identity: Identity) -> bool:
    seen = processes.look(identity.pid)
    return seen is not None and seen.identity == identity and seen.session == identity.pid


def _furnish(directory: Path, tags: Mapping[str, str], archive: Path, seal_key: Path) -> Path:
    directory = private_directory(directory).resolve()
    private_directory(archive)
    keep_secret(seal_key)
    keep_secret(directory / "token")
    wanted = record.NodeRecord(tags=dict(tags), archive=str(archive.resolve()), seal_key=str(seal_key.resolve()))
    try:
        known = record.read_node(directory)
    except StoreError as fault:
        if (directory / "node.json").exists():
            raise Final(f"{fault}; nothing was started in it") from fault
        record.write_first(directory, record.NodeState())
        record.write_first(directory, wanted)
        known = record.read_node(directory)
    if any(known.tags.get(key) != wanted.tags.get(key) for key in naming.IDENTITY_KEYS):
        raise Refused(
            f"{directory.name} is the directory of another node ({tag_text(known.tags, 'node')})",
            rule="one node per directory",
        )
    return directory


def _answering(directory: Path) -> NodeClient | None:
    try:
        client = NodeClient.of(directory)
        answer = client.health(timeout_s=2.0)
    except (Retryable, Final):
        return None
    return client if answer.get("node") == directory.name else None


def _supervised(directory: Path) -> bool:
    """Whether a supervisor holds the directory, be it that it does not answer yet."""
    try:
        descriptor = os.open(directory / "lock", os.O_RDWR)
    except OSError:
        return False
    try:
        fcntl.flock(descriptor, fcntl.LOCK_SH | fcntl.LOCK_NB)
    except BlockingIOError:
        return True
    finally:
        os.close(descriptor)
    return False


def _spawn(
    directory: Path, tags: Mapping[str, str], environ: Mapping[str, str], command: Sequence[str]
) -> subprocess.Popen[bytes]:
    environment = {
        **clean_environment(environ),
        marks.TAG: tag_text(tags, "node"),
        marks.NODE: str(directory),
    }
    with os.fdopen(os.open(directory / "node.log", os.O_WRONLY | os.O_CREAT | os.O_APPEND, 0o600), "ab") as log:
        return subprocess.Popen(
            [*command, str(directory)],
            cwd=directory,
            env=environment,
            stdin=subprocess.DEVNULL,
            stdout=log,
            stderr=subprocess.STDOUT,
            start_new_session=True,
        )


def _tail(directory: Path) -> str:
    try:
        lines = (directory / "node.log").read_text(encoding="utf-8", errors="replace").splitlines()
    except OSError:
        return "no log"
    return "\n".join(lines[-_TAIL_LINES:]) or "empty log"
