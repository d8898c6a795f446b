"""The engine's books on one stack, wherever they are kept: what the rest of this storey may ask of them.

A backend of plain files is read here (`checkpoint.FileBooks`); any other is asked through the engine (`books_engine`).
"""

from pathlib import Path
from typing import Protocol

from eventstack.deploy.checkpoint import Checkpoint, Copy, Lock


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

    def unlock(self) -> list[Path]:
        """Remove the locks whose engine is provably dead, and nothing else; says what it removed."""

    def sidecar(self) -> Path | None:
        """A file beside the books that makes them unreadable."""

    def copies(self) -> list[Copy]:
        """Older forms of the books that can be read, the newest first."""

    def restore(self, copy: Copy) -> None:
        """Put an older form of the books in place."""

    def strike(self) -> bool:
        """Take an empty stack out of the books here; False when only the engine can, or can say why not."""

    def remains(self) -> list[Path]:
        """Files on this machine that outlive the stack's removal from the books."""
