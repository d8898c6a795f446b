"""What of ours is on this machine, told by the machine itself: the local cloud's inventory by tag.

Called by `deploy` for evidence and by `sweep`. Two marks, each of which suffices: the ledgers of the nodes' directories
(who was started and still lives, by pid and start time), and the processes' own marks (environment, working
directory, open files; `node.marks`). The directories themselves count too, for nothing of an event may stay.

Runs as root and as an ordinary user; what belongs to other users can't be read, so it can't be ours.
"""

import shutil
import socket
from collections import defaultdict
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path

import psutil

from eventstack.errors import DeployError, Retryable, StoreError
from eventstack.node import marks, record
from eventstack.node.client import NodeClient
from eventstack.node.launch import end_ours
from eventstack.node.ledger import SUPERVISOR, Ledger
from eventstack.node.processes import Identity
from eventstack.planning import naming
from eventstack.planning.found import Found
from eventstack.settings import Settings


@dataclass
class _Process:
    identity: Identity
    node: str
    part: str
    supervisor: bool
    tag: str = ""
    marks: list[str] = field(default_factory=list)


@dataclass(frozen=True)
class _Machine:
    """One node's directory as it can be read: `tags` of its own, those of its `parts`, and who is `public`."""

    directory: Path
    tags: dict[str, str]
    parts: dict[str, dict[str, str]]
    on_air: bool
    public: tuple[str, ...]

    @property
    def airing(self) -> set[tuple[str, ...]]:
        """The stacks that have an audience as far as this machine knows: its own, and its guests by their parts."""
        own = {_stack(self.tags)} if self.on_air else set()
        return own | {_stack(self.parts.get(part, self.tags)) for part in self.public}

    def airs(self, tags: Mapping[str, str], airing: set[tuple[str, ...]]) -> bool:
        """Whether ending a thing of this machine may be seen by an audience: `airing` are the stacks that have one.

        What a stack on air has on another machine, as its keys, is on air too; and so is what carries a guest on air.
        """
        guests = {_stack(part) for part in self.parts.values()}
        return _stack(tags) in airing or (_stack(tags) == _stack(self.tags) and bool(guests & airing))


def inventory(settings: Settings, **wanted: str | int) -> list[Found]:
    """Everything of this owner on this machine, in the order in which it can be removed.

    `wanted` narrows it by tags, named without their prefix: `occurrence`, `incarnation`, `layer`, `role`, `urn`, and
    `owner`, which is the settings' unless given. Supervisors come first, then parts' processes, parts' directories,
    nodes' directories. `on_air` says that an audience may be watching through that node.
    """
    nodes = settings.nodes.resolve()
    by_node: dict[str, list[_Process]] = defaultdict(list)
    for process in _running(nodes):
        by_node[process.node].append(process)
    names = {path.name for path in nodes.iterdir() if path.is_dir()} if nodes.is_dir() else set()
    machines = {name: _machine(nodes / name, bool(by_node[name])) for name in sorted(names | by_node.keys())}
    ours = {name: machine for name, machine in machines.items() if machine}  # other names are not of our giving
    airing = {stack for machine in ours.values() for stack in machine.airing}
    found = [one for name, machine in ours.items() for one in _node(machine, by_node[name], airing)]
    kinds = ("supervisor", "process", "part", "node")
    selection = {f"eventstack-{key}": str(value) for key, value in {"owner": settings.owner, **wanted}.items()}
    return sorted(
        (one for one in found if all(one.tag.get(key) == value for key, value in selection.items())),
        key=lambda one: kinds.index(one.kind),
    )


def by_tags(settings: Settings, tags: Mapping[str, str]) -> list[Found]:
    """The inventory of everything whose tags contain the given ones."""
    return inventory(settings, **{key.removeprefix("eventstack-"): value for key, value in tags.items()})


def remove(found: Found) -> None:
    """Remove exactly this thing, checked again right before; nothing happens when it is gone.

    A process is ended by pid and start time, with its whole session when it leads one. A directory is removed only
    when no living process uses it. Raises DeployError when the thing withstands.
    """
    kind, _, rest = found.identity.partition(":")
    if kind == "process":
        identity, _, node = rest.partition(":")
        if not end_ours(Identity.parse(identity), Path(node)):
            raise DeployError(f"a process does not end: {found.detail}")
        return
    directory = Path(rest)
    node_directory = directory.parents[1] if kind == "part" else directory
    if kind == "part" and _asked_its_node(node_directory, directory.name):
        return
    users = _running(node_directory.parent, node_directory.name)
    if users:
        pids = ", ".join(str(one.identity.pid) for one in users)
        raise DeployError(f"{found.detail}: still used by the processes {pids}")
    if directory.exists():
        shutil.rmtree(directory)


def _asked_its_node(directory: Path, part: str) -> bool:
    """A part of a node that is supervised is removed by its supervisor, which would else start it again."""
    try:
        NodeClient.of(directory).delete_part(part)
    except Retryable:
        return False
    return True


def _running(nodes: Path, only: str | None = None) -> list[_Process]:
    if not nodes.is_dir():
        return []
    known: dict[Identity, _Process] = {}
    for path in [nodes / only] if only else nodes.iterdir():
        for entry in Ledger(path / "ledger.jsonl").live():
            supervisor = entry.part == SUPERVISOR
            known[entry.identity] = _Process(entry.identity, path.name, entry.part, supervisor, entry.tag, ["ledger"])
    for one in marks.marked(nodes, only):
        identity = one.seen.identity
        supervisor = not one.part and one.seen.session == identity.pid
        process = known.setdefault(identity, _Process(identity, one.node, one.part, supervisor))
        process.tag = process.tag or one.tag
        process.marks += one.marks
    return list(known.values())


def _node(machine: _Machine, running: list[_Process], airing: set[tuple[str, ...]]) -> list[Found]:
    directory = machine.directory
    found = [_process(one, machine, airing) for one in running]
    for name, tags in machine.parts.items():
        detail = f"part {name} of {directory.name}"
        identity = f"part:{directory / 'parts' / name}"
        on_air, resource = machine.airs(tags, airing), f"{directory.name}/{name}"
        found.append(Found("part", identity, tags, detail, ("directory",), on_air=on_air, resource=resource))
    if directory.is_dir():
        identity, detail = f"node:{directory}", f"directory {directory.name}"
        on_air = machine.airs(machine.tags, airing)
        marks = ("directory",)
        found.append(Found("node", identity, machine.tags, detail, marks, on_air=on_air, resource=directory.name))
    return found


def _process(one: _Process, machine: _Machine, airing: set[tuple[str, ...]]) -> Found:
    tags = _tag(one, machine)
    what = "supervisor" if one.supervisor else one.part or "process"
    return Found(
        kind="supervisor" if one.supervisor else "process",
        identity=f"process:{one.identity}:{machine.directory}",
        tag=tags,
        detail=f"{what} of {machine.directory.name}, pid {one.identity.pid}{_ports(one.identity.pid)}",
        marks=tuple(one.marks),
        on_air=machine.airs(tags, airing),
    )


def _stack(tags: Mapping[str, str]) -> tuple[str, ...]:
    return tuple(tags.get(key, "") for key in naming.IDENTITY_KEYS)


def _tag(one: _Process, machine: _Machine) -> dict[str, str]:
    """The process's own tags, else its part's, else its node's."""
    try:
        return naming.parse_tag_text(one.tag)
    except ValueError:
        return machine.parts.get(one.part, machine.tags)


def _machine(directory: Path, running: bool) -> _Machine | None:
    identity = naming.parse_node_directory_name(directory.name)
    if identity is None:
        return None
    try:
        own = {"eventstack-role": "node", **record.read_node(directory).tags, **identity}
    except StoreError:
        own = {"eventstack-role": "node", **identity}
    try:
        state = record.read_state(directory)
    except StoreError:
        state = record.NodeState(on_air=True)  # an unreadable state counts as live
    parts = directory / "parts"
    return _Machine(
        directory=directory,
        tags=own,
        parts={path.name: _part_tags(path, identity) for path in (sorted(parts.iterdir()) if parts.is_dir() else [])},
        on_air=running and state.on_air,
        public=tuple(state.public) if running else (),
    )


def _part_tags(path: Path, identity: Mapping[str, str]) -> dict[str, str]:
    try:
        return {**identity, "eventstack-role": path.name, **record.read_part(path).tags}
    except StoreError:
        return {**identity, "eventstack-role": path.name}


def _ports(pid: int) -> str:
    try:
        sockets = psutil.Process(pid).net_connections(kind="inet")
    except (psutil.Error, OSError):
        return ""
    tcp = {f"{one.laddr.port}/tcp" for one in sockets if one.status == psutil.CONN_LISTEN and one.laddr}
    udp = {f"{one.laddr.port}/udp" for one in sockets if one.type == socket.SOCK_DGRAM and one.laddr and not one.raddr}
    return f", ports {' '.join(sorted(tcp | udp))}" if tcp | udp else ""
