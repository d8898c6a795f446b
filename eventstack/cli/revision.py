"""An event's file as it was at a revision of git, with the profiles that lay beside it; for `eventstack diff`.

Only reads, by the `git` that is installed: names of revisions are what git takes them for.
"""

import os
import subprocess
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, replace
from pathlib import Path, PurePosixPath

from eventstack.errors import ConfigError, Fault, NotOffered
from eventstack.models.yaml_reader import Document, read

SECONDS = 30.0
"""More than any answer of git takes; a repository on a filesystem that hangs is told after this."""


@dataclass(frozen=True)
class Revision:
    """`REV:path`: as in git, the path counts from the top of the repository, and with ./ from here."""

    name: str
    path: str

    @property
    def spelt(self) -> str:
        """As it was given."""
        return f"{self.name}:{self.path}"

    @classmethod
    def of(cls, text: str) -> "Revision | None":
        """Read `HEAD~1:shows/final.yaml`; None for what is none, as a path that is there."""
        name, colon, path = text.partition(":")
        if not colon or not name or name.startswith("-") or Path(text).exists():
            return None
        return cls(name, path) if path.endswith((".yaml", ".yml", ".json")) else None


@dataclass(frozen=True)
class Then:
    """A file of a revision: its content, where it lies today or would, and a folder with the profiles of then."""

    revision: Revision
    content: bytes
    place: Path
    profiles: Path

    def document(self) -> Document:
        """The file as YAML, under its name of today, so that what it refers to is found beside it."""
        return read(self.content, str(self.place))

    @contextmanager
    def told(self) -> Iterator[None]:
        """Name the revision in faults, where the files' places on this machine would mean nothing."""
        folder = str(PurePosixPath(self.revision.path).parent)
        beside = f"{self.revision.name}:{'' if folder == '.' else f'{folder}/'}"

        def spelt(text: str | None) -> str | None:
            if text is None:
                return None
            return text.replace(f"{self.profiles}{os.sep}", beside).replace(str(self.place), self.revision.spelt)

        try:
            yield
        except (ConfigError, NotOffered) as error:
            faults = (
                replace(
                    fault,
                    message=spelt(fault.message) or "",
                    file=spelt(fault.file),
                    allowed=spelt(fault.allowed),
                    hint=spelt(fault.hint),
                )
                for fault in error.faults
            )
            raise type(error)(*faults) from error


@contextmanager
def then(revision: Revision) -> Iterator[Then]:
    """The file of a revision. Raises ConfigError for no git, no repository, no such revision, no such path."""
    top = Path(_git(revision, "rev-parse", "--show-toplevel", why="not in a repository of git"))
    _git(
        revision,
        "rev-parse",
        "--verify",
        "--quiet",
        "--end-of-options",
        f"{revision.name}^{{commit}}",
        why=f"no revision {revision.name}",
        hint="name a commit, a branch or a tag, as HEAD~1:event.yaml",
    )
    here = revision.path.startswith(("./", "../"))
    place = Path(os.path.normpath((Path.cwd().resolve() if here else top) / revision.path))
    why = f"no {revision.path} at {revision.name}"
    hint = None if here else f"the path counts from {top}; from here: {revision.name}:./{revision.path}"
    content = _run(revision, "show", "--end-of-options", f"{revision.name}:{revision.path}", why=why, hint=hint)
    with tempfile.TemporaryDirectory(prefix="eventstack-diff-") as folder:
        for name, profile in _beside(revision, place.parent.relative_to(top), place.name):
            (Path(folder) / name).write_bytes(profile)
        yield Then(revision, content, place, Path(folder))


def _beside(revision: Revision, folder: Path, but: str) -> Iterator[tuple[str, bytes]]:
    """The YAML files that lay in the same folder, read in one go."""
    tree = f"{revision.name}:{'' if folder == Path() else folder.as_posix()}"
    why = f"{folder} at {revision.name} can't be read"
    entries = _git(revision, "ls-tree", "-z", tree, why=why).split("\0")
    blobs = [entry.partition("\t") for entry in entries if entry.endswith(".yaml") and " blob " in entry]
    files = [(name, about.split()[2]) for about, _, name in blobs if name != but]
    if not files:
        return
    asked = "".join(f"{blob}\n" for _, blob in files).encode()
    answer = _run(revision, "cat-file", "--batch", why=why, sent=asked)
    for name, _ in files:
        head, _, rest = answer.partition(b"\n")
        size = int(head.split()[2])
        yield name, rest[:size]
        answer = rest[size + 1 :]


def _git(revision: Revision, *arguments: str, why: str, hint: str | None = None) -> str:
    return os.fsdecode(_run(revision, *arguments, why=why, hint=hint)).rstrip("\n")


def _run(revision: Revision, *arguments: str, why: str, hint: str | None = None, sent: bytes = b"") -> bytes:
    """What git answers; `why` is what it means when it refuses."""
    try:
        done = subprocess.run(
            ["git", *arguments],
            input=sent,
            capture_output=True,
            check=False,
            timeout=SECONDS,
            env=os.environ | {"LC_ALL": "C"},
        )
    except FileNotFoundError as cause:
        fault = Fault("there is no git on this machine", given=revision.spelt, hint="install git, or name two files")
        raise ConfigError(fault) from cause
    except subprocess.TimeoutExpired as cause:
        raise ConfigError(Fault(f"git gave no answer in {SECONDS:.0f} s", given=revision.spelt)) from cause
    if done.returncode:
        raise ConfigError(Fault(why, given=revision.spelt, hint=hint))
    return done.stdout
