"""The supervisor of one node: its parts, what is wanted of them, and what a predecessor left running.

It knows no kind of part by name; what a node does as a whole (start, publish, …) is in `broadcast`. Everything
that must survive it is on disk before it is acted upon, so that it may be killed at any moment.
"""

import asyncio
import functools
import logging
import os
import re
import shutil
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import msgspec

from eventstack.errors import DeployError, StoreError
from eventstack.node import config as configs
from eventstack.node import marks, ports, processes, record
from eventstack.node.ledger import SUPERVISOR, Ledger
from eventstack.node.part import Part, Place
from eventstack.node.pool import Pool
from eventstack.node.processes import Seen
from eventstack.node.secrets_file import keep_secret, private_directory, read_secret, write_private
from eventstack.node.supervised import Patience, Supervised, Surroundings, Wanted
from eventstack.planning import naming

_NAME = re.compile(r"[a-z0-9][a-z0-9._-]{0,120}")
_FIELD = re.compile(r"[a-z][a-z0-9_]*")
_KEPT_VARIABLES = ("PATH", "HOME", "LANG", "TMPDIR")
_HEALTH_S = 2.0

_log = logging.getLogger(__name__)


class RequestError(DeployError):
    """A request that can't be fulfilled; `status` is the HTTP status that says so."""

    def __init__(self, status: int, message: str) -> None:
        self.status = status
        super().__init__(message)


def clean_environment(environ: Mapping[str, str]) -> dict[str, str]:
    """What processes of a node get of an environment: nothing of an operation, of an engine or of a person.

    `PYTHONPATH` leads to this very package, so that parts written in Python run from anywhere; their working
    directory, which holds data, is kept off the path of modules.
    """
    kept = {name: environ[name] for name in _KEPT_VARIABLES if name in environ}
    return {**kept, "PYTHONPATH": str(Path(__file__).parents[2]), "PYTHONSAFEPATH": "1", "PYTHONUNBUFFERED": "1"}


def tag_text(tags: Mapping[str, str], role: str) -> str:
    """The tag text of tags that may lack the last two keys: a role of our own and the hash of no URN stand in."""
    return naming.tag_text({**naming.role_tags({}, role, ""), **tags})


class Supervisor:
    """All parts of one node directory; `parts` is the table of kinds. Made and used on one event loop."""

    def __init__(self, directory: Path, parts: Mapping[str, Part[Any]], patience: Patience) -> None:
        self.directory = directory
        self.node = record.read_node(directory)
        self.tag = tag_text(self.node.tags, "node")
        self.parts: dict[str, Supervised] = {}
        self.ended = asyncio.Event()
        self.state = self._kept_state()
        self._table = parts
        self._pool = Pool()
        self._ledger = Ledger(directory / "ledger.jsonl")
        self._around = Surroundings(
            ledger=self._ledger,
            pool=self._pool,
            environment={**clean_environment(os.environ), marks.NODE: str(directory)},
            ours=self._ours,
            patience=patience,
        )
        self._tasks: dict[str, asyncio.Task[None]] = {}
        self._locks: dict[str, asyncio.Lock] = {}

    async def begin(self) -> None:
        """Write down this supervisor, take over what lives of its predecessor's, and go on with what is wanted."""
        myself = processes.look(os.getpid())
        assert myself
        self._ledger.started(SUPERVISOR, self.tag, myself.identity)
        record.write(self.directory, self.state)
        private_directory(self.directory / "parts")
        for path in sorted((self.directory / "parts").iterdir()):
            self._load(path)
        living = {entry.part: entry for entry in self._ledger.live()}
        for name, part in self.parts.items():
            if name in living:
                part.adopt(living[name])
        await self._pool(self._end_strays, {part.pid for part in self.parts.values()})
        for name, part in self.parts.items():
            part.want("started" if self.state.wanted.get(name) == "started" else "stopped")
            self._tend(name)

    async def put(
        self, name: str, document: bytes, tags: Mapping[str, str], secrets: Mapping[str, str]
    ) -> dict[str, Any]:
        """Create or update a part and return its outputs; one that starts by itself is ready then.

        `secrets` are values that a configuration only refers to, by its field; each becomes a private file of that
        name in the part's directory.

        Raises RequestError: 400 for what is not a configuration, 409 for another kind under the same name, 500 when
        the part can't be prepared or does not become ready (it stays, and is tried again).
        """
        config = self._decode(name, document)
        if not all(_FIELD.fullmatch(field) for field in secrets):
            raise RequestError(400, "a secret is named by a field of the configuration")
        async with self._lock(name):
            known = name in self.parts
            part = await (self._update if known else self._create)(name, config, tags, secrets)
            if part.part.autostart:
                self._want(name, "started")
                await self._until_ready(part)
            return part.kept.outputs or {}

    async def delete(self, name: str) -> None:
        """End the part's process and remove its directory; nothing happens for a part that is not there."""
        async with self._lock(name):
            part = self.parts.get(name)
            if part:
                await self.stop_part(part)
                await self._pool(part.part.remove, part.config, part.place)
                self._tasks.pop(name).cancel()
                del self.parts[name]
                self._forget(name)
            if _NAME.fullmatch(name):
                await self._pool(functools.partial(shutil.rmtree, ignore_errors=True), self._path(name))

    def get(self, name: str) -> Supervised:
        """The part of that name; raises RequestError (404)."""
        if name not in self.parts:
            raise RequestError(404, f"this node has no part {name!r}")
        return self.parts[name]

    async def verb(self, name: str, verb: str, arguments: dict[str, Any]) -> dict[str, Any]:
        """Have a part act; raises RequestError (404) for a verb that it does not have.

        A part that is told to publish on its own counts as public from before the attempt until it is told to
        unpublish: an inventory must never take an audience's node for a leftover.
        """
        part = self.get(name)
        was_public = name in self.state.public
        if verb == "publish" and not was_public:
            self.change(public=[*self.state.public, name])
        try:
            answer = await self._pool(part.part.verb, verb, arguments, part.config, part.place)
        except LookupError as fault:
            self._take_back(verb, name, was_public)
            raise RequestError(404, f"{part.kept.kind} has no verb {verb!r} ({fault})") from fault
        except Exception:
            self._take_back(verb, name, was_public)
            raise
        if verb == "unpublish" and name in self.state.public:
            self.change(public=[one for one in self.state.public if one != name])
        _log.info("verb", extra={"part": name, "verb": verb})
        return answer

    async def health(self) -> dict[str, dict[str, Any]]:
        """What is known of every part, with what it says of itself."""
        names = list(self.parts)
        measured = await asyncio.gather(*(self._measured(self.parts[name]) for name in names))
        return {
            name: {
                "kind": part.kept.kind,
                "state": part.state,
                "pid": part.pid,
                "started": part.started_at,
                "restarts": part.restarts,
                "wanted": part.wanted,
                "detail": part.detail,
                "measured": values,
            }
            for name, values in zip(names, measured, strict=True)
            if (part := self.parts.get(name))
        }

    def change(self, **fields: Any) -> None:
        """Change the node's state, on disk first."""
        state = msgspec.structs.replace(self.state, **fields)
        record.write(self.directory, state)
        self.state = state

    def want_part(self, part: Supervised, wanted: Wanted) -> None:
        """Say, on disk first, whether a part is to run."""
        self._want(part.name, wanted)

    async def stop_part(self, part: Supervised) -> None:
        """Stop a part and see its session empty; raises RequestError (500) when that can't be had."""
        self._want(part.name, "stopped")
        if not await part.until(part.has_settled, self._around.patience.stop_s + part.stop_s):
            raise RequestError(500, f"{part.name} (pid {part.pid}) does not end")

    async def end(self) -> None:
        """Stop every part, last of the chain's starters first, and let the supervisor end."""
        for order in sorted({part.part.start_order for part in self.parts.values()}, reverse=True):
            await asyncio.gather(
                *(self.stop_part(part) for part in list(self.parts.values()) if part.part.start_order == order)
            )
        _log.info("all parts ended")
        self.ended.set()

    async def leave(self) -> None:
        """Stop looking after the parts and leave them running for a successor."""
        for task in self._tasks.values():
            task.cancel()
        await asyncio.gather(*self._tasks.values(), return_exceptions=True)
        self._pool.close()

    def _kept_state(self) -> record.NodeState:
        if not (self.directory / "state.json").exists():
            return record.NodeState()
        try:
            return record.read_state(self.directory)
        except StoreError:
            # contradictory input ends nothing: whatever lives is adopted and kept, and counts as on air
            _log.exception("unreadable state")
            living = {entry.part: "started" for entry in Ledger(self.directory / "ledger.jsonl").live() if entry.part}
            return record.NodeState(on_air=bool(living), started=bool(living), wanted=living)

    def _load(self, path: Path) -> None:
        try:
            kept = record.read_part(path)
            config = configs.decode((path / "config.json").read_bytes())
            self._add(path.name, config, kept)
        except (StoreError, OSError, msgspec.ValidationError, msgspec.DecodeError, KeyError):
            # a part whose making was cut short: it has never run, and its next PUT makes it whole
            _log.exception("incomplete part", extra={"part": path.name})

    def _add(self, name: str, config: Any, kept: record.PartRecord) -> Supervised:
        place = functools.partial(self._place, name)
        part = Supervised(self._table[kept.kind], config, kept, place, self._around, tag_text(kept.tags, name))
        self.parts[name] = part
        return part

    def _tend(self, name: str) -> None:
        self._tasks[name] = asyncio.create_task(self.parts[name].tend(), name=f"tend {name}")

    def _end_strays(self, adopted: set[int | None]) -> None:
        for stray in marks.marked(self.directory.parent, self.directory.name):
            if stray.seen.session not in adopted:
                _log.warning("stray ended", extra={"part": stray.part, "pid": stray.seen.identity.pid})
                processes.end(stray.seen.identity)

    def _ours(self, seen: Seen) -> bool:
        return any(
            one.seen.identity == seen.identity for one in marks.marked(self.directory.parent, self.directory.name)
        )

    def _place(self, name: str, runs: int) -> Place:
        directory = self._path(name)
        return Place(
            directory=directory,
            name=name,
            port=lambda port: ports.recorded_port(directory / "ports.json", port, self.directory.parent),
            secret=lambda secret: keep_secret(private_directory(directory / "secrets") / secret),
            archive=Path(self.node.archive),
            seal_key=Path(self.node.seal_key),
            runs=runs,
            others={other: self._path(other) for other in self.parts if other != name},
        )

    def _path(self, name: str) -> Path:
        return self.directory / "parts" / name

    def _lock(self, name: str) -> asyncio.Lock:
        return self._locks.setdefault(name, asyncio.Lock())

    def _decode(self, name: str, document: bytes) -> configs.PartConfig:
        if not _NAME.fullmatch(name):
            raise RequestError(400, f"not a part's name: {name!r} (lower-case letters, digits, '.', '_' and '-')")
        try:
            return configs.decode(document)
        except (msgspec.ValidationError, msgspec.DecodeError) as fault:
            raise RequestError(400, f"the configuration of {name} can't be understood: {fault}") from fault

    async def _create(
        self, name: str, config: configs.PartConfig, tags: Mapping[str, str], secrets: Mapping[str, str]
    ) -> Supervised:
        kind = _kind(config)
        if kind not in self._table:
            raise RequestError(400, f"this node knows no part of kind {kind!r}")
        directory = private_directory(self._path(name))
        keep_secret(directory / "token")
        _hand_over(directory, secrets)
        kept = record.PartRecord(kind=kind, tags=dict(tags))
        record.write(directory, kept)
        part = self._add(name, config, kept)
        try:
            await self._prepare(part, config)
        except BaseException:
            del self.parts[name]
            shutil.rmtree(directory, ignore_errors=True)
            raise
        self._tend(name)
        return part

    async def _update(
        self, name: str, config: configs.PartConfig, tags: Mapping[str, str], secrets: Mapping[str, str]
    ) -> Supervised:
        part = self.parts[name]
        if _kind(config) != part.kept.kind:
            raise RequestError(409, f"{part.name} is of kind {part.kept.kind!r}, not {_kind(config)!r}")
        changed = _hand_over(part.place.directory, secrets) or config != part.config
        if dict(tags) != part.kept.tags:
            part.kept.tags, part.tag = dict(tags), tag_text(tags, part.name)
            record.write(part.place.directory, part.kept)
        if changed or part.kept.outputs is None:
            await self._prepare(part, config)
        if changed and part.wanted == "started":
            part.want("started", anew=True)
        return part

    async def _prepare(self, part: Supervised, config: configs.PartConfig) -> None:
        outputs = await self._pool(part.part.prepare, config, part.place)
        write_private(part.place.directory / "config.json", configs.encode(config).decode() + "\n")
        part.config, part.kept.outputs = config, outputs
        record.write(part.place.directory, part.kept)

    async def _until_ready(self, part: Supervised) -> None:
        patience = self._around.patience
        await part.until(part.has_settled, patience.ready_s + patience.stop_s)
        if part.state not in ("running", "none", "stopped"):
            raise RequestError(500, f"{part.name} is not ready: {part.detail or part.state}")

    async def _measured(self, part: Supervised) -> dict[str, Any]:
        try:
            return await asyncio.wait_for(self._pool(part.part.health, part.config, part.place), _HEALTH_S)
        except TimeoutError:
            return {"error": f"no answer within {_HEALTH_S:g} s"}
        # a part that can't speak of itself is a finding of its own, and must not hide the others
        except Exception as fault:  # noqa: BLE001
            return {"error": f"{type(fault).__name__}: {fault}"}

    def _want(self, name: str, wanted: Wanted) -> None:
        if self.state.wanted.get(name) != wanted:
            self.change(wanted={**self.state.wanted, name: wanted})
        self.parts[name].want(wanted)

    def _take_back(self, verb: str, name: str, was_public: bool) -> None:
        if verb == "publish" and not was_public:
            self.change(public=[one for one in self.state.public if one != name])

    def _forget(self, name: str) -> None:
        self.change(
            wanted={one: wanted for one, wanted in self.state.wanted.items() if one != name},
            public=[one for one in self.state.public if one != name],
        )


def _kind(config: configs.PartConfig) -> str:
    return str(config.__struct_config__.tag)


def _hand_over(directory: Path, secrets: Mapping[str, str]) -> bool:
    """Write the secrets that are new or changed; whether there were any."""
    files = {directory / field: value for field, value in secrets.items()}
    changed = {path: value for path, value in files.items() if not path.exists() or read_secret(path) != value}
    for path, value in changed.items():
        write_private(path, value)
    return bool(changed)
