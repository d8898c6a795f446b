"""Reads a recording from an archive: what it says of itself, where its files are, its keys."""

from dataclasses import dataclass
from pathlib import Path

import msgspec

from eventstack.errors import ConfigError, Fault
from eventstack.media import recording
from eventstack.media.recording import VodRecord
from eventstack.node import shelf
from eventstack.node.keystore import ContentKey, open_record


@dataclass(frozen=True)
class Recording:
    """One programme on demand in its directory."""

    directory: Path
    record: VodRecord

    def segment(self, track: str, number: int) -> Path:
        """The file of one cell of a track."""
        return self.directory / track / f"{number}.m4s"

    def init(self, track: str) -> Path:
        """The initialisation segment of a track."""
        return self.directory / track / "init.mp4"

    @property
    def protected(self) -> bool:
        """Whether its media are encrypted."""
        return bool(self.record.kids)

    def absent(self) -> tuple[Path, ...]:
        """Every file that should be there and isn't: manifests are not counted, since a format may be off."""
        wanted = [
            path
            for track in self.record.tracks
            for path in (self.init(track.name), *(self.segment(track.name, n) for n in self.record.numbers()))
        ]
        return tuple(path for path in wanted if not path.is_file())

    def unclosed(self) -> int:
        """How many cells lie here that the record does not name: of a programme that was never finished."""
        return len(cells(self.directory) - set(self.record.numbers()))

    def keys(self, seal_key: Path) -> tuple[ContentKey, ...]:
        """Its content keys from the sealed record beside it; raises StoreError when they can't be opened."""
        return open_record(self.directory / recording.KEYS, seal_key)


def cells(directory: Path) -> set[int]:
    """The numbers of the cells in a directory, of any track."""
    return {number for folder in directory.iterdir() if folder.is_dir() for number in shelf.numbers(folder)}


def left_open(directory: Path) -> int:
    """How many cells lie where no recording was ever closed; 0 where one was, or none was begun."""
    closed = (directory / recording.FILE).exists()
    return 0 if closed or not directory.is_dir() else len(cells(directory))


def read(directory: Path) -> Recording:
    """Read the recording in a directory; raises ConfigError when there is none or it can't be understood."""
    path = directory / recording.FILE
    try:
        record = recording.decode(path.read_bytes())
    except OSError as cause:
        count = left_open(directory)
        what = f"{count} cells recorded and not closed" if count else "no recording that was closed"
        hint = "the programme was never finished" if count else "name a directory of the archive"
        fault = Fault(what, file=str(path), hint=hint)
        raise ConfigError(fault) from cause
    except (msgspec.ValidationError, msgspec.DecodeError) as cause:
        raise ConfigError(Fault(f"not a recording's record: {cause}", file=str(path))) from cause
    return Recording(directory, record)
