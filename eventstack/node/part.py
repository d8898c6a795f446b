"""What a part of a node is to its supervisor: how it is prepared, started, known to be ready, and stopped.

One module per kind implements `Part`; the supervisor knows no kind by name, only `PARTS` (`eventstack.node.parts`).
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Protocol, TypeVar

Config_contra = TypeVar("Config_contra", contravariant=True)


@dataclass(frozen=True)
class Place:
    """Where one part lives on its node.

    `directory` (0700) is its working directory, below the node's tagged directory; `port(name)` gives a free
    loopback port, chosen once and recorded there; `secret(name)` the path (0600) of a secret made once and kept
    there; `runs` counts starts of the process so far (0 at the first).
    """

    directory: Path
    name: str
    port: Callable[[str], int]
    secret: Callable[[str], Path]
    archive: Path
    """The machine's store of recordings; outlives the node."""

    seal_key: Path
    """The private file (0600) whose key seals what must outlive this node: 32 bytes, base64url."""

    runs: int = 0
    others: Mapping[str, Path] = field(default_factory=dict)
    """Directories of the other parts of this node, by part name."""


@dataclass(frozen=True)
class Launch:
    """One process to run: `argv` holds no secret; `env` is added to a clean environment.

    `ready` is polled until true. `stop_signals` are sent in turn, `stop_wait_s` apart, before SIGKILL.
    `log` is the file name of standard output and error, `progress` that of an ffmpeg-style key=value file that
    health reads. `restart` is "always" for what must live while the part is started, "never" for one-shots.
    """

    argv: Sequence[str]
    env: Mapping[str, str] = field(default_factory=dict)
    ready: Callable[[], bool] = lambda: True
    stop_signals: Sequence[int] = (15,)
    stop_wait_s: float = 3.0
    log: str = "log.txt"
    restart: str = "always"
    restart_delay_s: float = 0.5


class Part(Protocol[Config_contra]):
    """One kind of part. Every method is blocking and idempotent, and is called off the event loop."""

    kind: str
    autostart: bool
    """Started by its creation (origin, edge, keys, archive) or by the `start` verb (what costs: sender to packager)."""

    start_order: int
    """Lower starts first and stops last: publisher 10, packager 20, encoder 30, receiver 40, sender 50."""

    def prepare(self, config: Config_contra, place: Place) -> dict[str, Any]:
        """Make private files, choose ports, return the outputs; called at create and at update."""
        ...

    def launch(self, config: Config_contra, place: Place) -> Launch | None:
        """The process to run now (called at each start, so that it may take the time); None for a part without one."""
        ...

    def health(self, config: Config_contra, place: Place) -> dict[str, Any]:
        """What the running part says of itself, as plain JSON values; called on each health request."""
        ...

    def verb(self, name: str, arguments: dict[str, Any], config: Config_contra, place: Place) -> dict[str, Any]:
        """Act on the running part; raises `LookupError` for a verb that it does not have."""
        ...

    def remove(self, config: Config_contra, place: Place) -> None:
        """Undo what `prepare` did outside `place.directory`; called at delete, after the process has ended."""
        ...
