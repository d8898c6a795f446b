"""Machines as the plugin's resources see them: launched, found, shut down, and talked to.

A seam: the local ones below are processes of this computer; tests, and clouds with machines of ours, bring others.
"""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Protocol

import msgspec

from eventstack.errors import Retryable
from eventstack.node import config, launch, record
from eventstack.node.client import NodeClient
from eventstack.node.secrets_file import read_secret
from eventstack.planning import naming
from eventstack.settings import Settings

_FOREIGN = re.compile(r"PULUMI_.*|EVENTSTACK_OP")
"""Variables of the operation that runs us: a machine outlives it, and must not be taken for a part of it."""


@dataclass(frozen=True)
class Machine:
    """Where a machine is reached, and where it lives."""

    address: str
    token_file: Path
    directory: Path


@dataclass(frozen=True)
class KnownPart:
    """What a machine says of a part: its configuration as the text that made it, its tags, its outputs."""

    config: str
    tags: Mapping[str, str]
    outputs: dict[str, Any]


class Control(Protocol):
    """A machine's control endpoint. Raises errors of `eventstack.errors`."""

    def put(
        self, part: str, config: Mapping[str, Any], tags: Mapping[str, str], secrets: Mapping[str, str]
    ) -> dict[str, Any]:
        """Create or update a part; its outputs."""
        ...

    def get(self, part: str) -> KnownPart | None:
        """A part; None when the machine says that it has none of that name."""
        ...

    def delete(self, part: str) -> None:
        """Remove a part; silent when it is gone already."""
        ...


class Machines(Protocol):
    """All machines that one plugin may touch. Raises errors of `eventstack.errors`."""

    def directory(self, tags: Mapping[str, str]) -> Path:
        """Where the machine with these tags is, or will be."""
        ...

    def named(self, name: str) -> Path:
        """Where the machine of that name is, or would be; the name of its directory is its id."""
        ...

    def tags(self, machine: Machine) -> dict[str, str]:
        """The tags that a machine was made with."""
        ...

    def launch(self, tags: Mapping[str, str]) -> Machine:
        """The machine with these tags, started unless it runs."""
        ...

    def find(self, directory: Path) -> Machine | None:
        """The machine of a directory, started again if its supervisor has died; None when the directory is gone."""
        ...

    def shutdown(self, directory: Path) -> None:
        """End everything of a machine, then remove its directory; silent when both are gone."""
        ...

    def control(self, address: str, token_file: Path) -> Control:
        """Talk to a machine."""
        ...


class LocalMachines:
    """Machines that are processes of this computer."""

    def __init__(self, settings: Settings, environ: Mapping[str, str]) -> None:
        self._settings = settings
        self._environ = clean(environ)

    def directory(self, tags: Mapping[str, str]) -> Path:
        """See `Machines`."""
        return self.named(naming.node_directory_name(tags))

    def named(self, name: str) -> Path:
        """See `Machines`."""
        return self._settings.nodes / name

    def tags(self, machine: Machine) -> dict[str, str]:
        """See `Machines`."""
        return dict(record.read_node(machine.directory).tags)

    def launch(self, tags: Mapping[str, str]) -> Machine:
        """See `Machines`."""
        return self._launch(self.directory(tags), tags, self._settings.archive, self._settings.state / "seal.key")

    def find(self, directory: Path) -> Machine | None:
        """See `Machines`."""
        if not (directory / "node.json").exists():
            return None
        known = record.read_node(directory)
        return self._launch(directory, known.tags, Path(known.archive), Path(known.seal_key))

    def shutdown(self, directory: Path) -> None:
        """See `Machines`."""
        launch.shutdown(directory)

    def control(self, address: str, token_file: Path) -> Control:
        """See `Machines`."""
        try:
            return NodeControl(NodeClient(address, read_secret(token_file)))
        except OSError as wrong:
            raise Retryable(f"can't read the token of {address}: {wrong.strerror}", after_s=1.0) from wrong

    def _launch(self, directory: Path, tags: Mapping[str, str], archive: Path, seal_key: Path) -> Machine:
        client = launch.launch(directory, tags, archive, seal_key, self._environ)
        return Machine(client.address, directory / "token", directory)


class NodeControl:
    """The control endpoint of a machine of ours."""

    def __init__(self, client: NodeClient) -> None:
        self._client = client

    def put(
        self, part: str, config: Mapping[str, Any], tags: Mapping[str, str], secrets: Mapping[str, str]
    ) -> dict[str, Any]:
        """See `Control`."""
        return self._client.put_part(part, dict(config), dict(tags), dict(secrets))

    def get(self, part: str) -> KnownPart | None:
        """See `Control`."""
        known = self._client.part(part)
        if known is None:
            return None
        text = config.encode(config.decode(msgspec.json.encode(known["config"]))).decode()
        return KnownPart(text, known["tags"], known["outputs"] or {})

    def delete(self, part: str) -> None:
        """See `Control`."""
        self._client.delete_part(part)


def clean(environ: Mapping[str, str]) -> dict[str, str]:
    """The environment of a machine: ours without what belongs to the operation."""
    return {name: value for name, value in environ.items() if not _FOREIGN.fullmatch(name)}
