"""Which processes of this machine belong to which node, told by what the processes themselves carry.

This is the mark that needs no ledger. A process counts when its environment names the node, or when it works in, or
holds open, something below the node's directory and its session leader carries a mark of that node too (nginx
overwrites its environment, and its workers lead no session). A worker that outlived its leader still counts while it
may write to something there, as nginx to its logs. A person's shell, pager or test that merely looks into the
directory has a terminal, or a session leader that is elsewhere, or only reads, and is left alone.
"""

import os
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path

from eventstack.node import processes

TAG = "EVENTSTACK_TAG"
"""Variable that carries a part's tags, as `planning.naming.tag_text` writes them."""

NODE = "EVENTSTACK_NODE"
"""Variable that carries the node's directory: another installation on the same machine is not ours."""


@dataclass(frozen=True)
class Marked:
    """A process of ours: the node's directory name, the part's name ("" for the supervisor or unknown), the tag
    text of its environment ("" when overwritten) and the marks: `environment`, `working directory`, `open file`.
    """

    seen: processes.Seen
    node: str
    part: str
    tag: str
    marks: tuple[str, ...]


def marked(nodes: Path, only: str | None = None) -> list[Marked]:
    """Every marked process below `nodes`, or below the one node directory `only`; never the caller or its forebears."""
    root = str(nodes.resolve())
    seen = {one.identity.pid: one for one in processes.everything()}
    mine = set(_forebears(seen))
    found = {pid: mark for pid, one in seen.items() if pid not in mine and (mark := _mark(one, root))}
    return [
        mark
        for pid, mark in sorted(found.items())
        if only in (None, mark.node) and (mark.tag or _ours_by_its_session(mark, root, seen, found))
    ]


def _mark(one: processes.Seen, root: str) -> Marked | None:
    pid = one.identity.pid
    variables = processes.environment(pid, (TAG, NODE))
    named = _below(variables.get(NODE, ""), root)
    cwd = _below(processes.working_directory(pid), root)
    files = [place for path in processes.open_files(pid) if (place := _below(path, root))]
    places = {
        "environment": named if variables.get(TAG) else None,
        "working directory": cwd,
        "open file": files[0] if files else None,
    }
    known = {mark: place for mark, place in places.items() if place}
    if not known:
        return None
    node = next(iter(known.values()))[0]
    part = next((place[1] for place in (cwd, *files) if place and place[0] == node and place[1]), "")
    tag = variables.get(TAG, "") if "environment" in known else ""
    return Marked(seen=one, node=node, part=part, tag=tag, marks=tuple(known))


def _below(path: str, root: str) -> tuple[str, str] | None:
    """The node and the part that a path is below; a deleted file's path counts as well."""
    if not path.startswith(root + os.sep):
        return None
    node, *rest = Path(path.removesuffix(" (deleted)")).relative_to(root).parts
    return node, rest[1] if len(rest) > 1 and rest[0] == "parts" else ""


def _ours_by_its_session(
    mark: Marked, root: str, seen: Mapping[int, processes.Seen], found: Mapping[int, Marked]
) -> bool:
    if mark.seen.terminal:
        return False
    leader = mark.seen.session
    if leader in seen:
        return leader in found and found[leader].node == mark.node
    # nobody can vouch for it: a session without its leader is a worker's, a cron job's or a test runner's
    written = (_below(path, root) for path in processes.written_files(mark.seen.identity.pid))
    return any(place is not None and place[0] == mark.node for place in written)


def _forebears(seen: Mapping[int, processes.Seen]) -> Iterator[int]:
    pid = os.getpid()
    while pid in seen:
        yield pid
        pid = seen[pid].parent
