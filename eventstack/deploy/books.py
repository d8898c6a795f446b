"""The engine's books on one stack, wherever they are kept: what the rest of this storey may ask of them.

A backend of plain files is read here (`checkpoint.FileBooks`); any other is asked through the engine (`books_engine`).
"""

from pathlib import Path
from typing import Protocol

from eventstack.deploy.checkpoint import Checkpoint, Lock
from eventstack.deploy.liveness import Identity


class Books(Protocol):
    """The engine's books on one stack, wherever they are kept."""

    @property
    def project(self) -> str:
        """The stack's project."""

    @property
    def stack(self) -> str:
        """The stack's name in it."""

    def look(self) -> Checkpoint:
        """What the books say now."""

    def locks(self) -> list[Lock]:
        """The locks on the stack that can be seen from here."""

    def unlock(self, dead: Identity) -> list[Path]:
        """Remove what can be removed of the locks of a dead engine, and nothing else; says what it removed."""

    def remains(self) -> list[Path]:
        """Files on this machine that outlive the stack's removal from the books."""
