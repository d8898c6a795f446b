"""The files of what is published: cells in the origin's folder and in the recording, manifests replaced whole.

Readers (nginx, a player, a successor of the publisher) never see half a file: each appears by a rename.
"""

import contextlib
import os
from pathlib import Path

from eventstack.node.gathering import Offer


def write_whole(path: Path, content: bytes | str) -> None:
    """Replace a file in one step; no wait for the disk, since a lost manifest is written again within a cell."""
    path.parent.mkdir(parents=True, exist_ok=True)
    draft = path.with_name(f".{path.name}.draft")
    draft.write_bytes(content.encode() if isinstance(content, str) else content)
    draft.replace(path)


def put(root: Path, recording: Path | None, offer: Offer) -> None:
    """Publish one track's cell: into the origin's folder, and into the recording where there is one.

    A file that is there already stays, so a cell never changes after its first publication.
    """
    name = f"{offer.cell.number}.m4s"
    folder = root / "cells" / offer.cell.track
    for file, data in (("init.mp4", offer.init_data), (name, offer.data)):
        if not (folder / file).exists():
            write_whole(folder / file, data)
        if recording:
            _share(folder / file, recording / offer.cell.track / file)


def _share(source: Path, target: Path) -> None:
    """The same file under a second name, a copy where the file system can't."""
    target.parent.mkdir(parents=True, exist_ok=True)
    with contextlib.suppress(FileExistsError):
        try:
            os.link(source, target)
        except FileExistsError:
            raise
        except OSError:
            write_whole(target, source.read_bytes())


def numbers(folder: Path) -> set[int]:
    """The cells in one track's folder."""
    with contextlib.suppress(FileNotFoundError):
        return {int(path.stem) for path in folder.glob("*.m4s") if path.stem.isdecimal()}
    return set()


def remove(folders: list[Path], unwanted: set[int]) -> None:
    """Delete these cells from each track's folder."""
    for folder in folders:
        for number in unwanted & numbers(folder):
            (folder / f"{number}.m4s").unlink(missing_ok=True)
