"""An event's file as it was at a revision of git, with the profiles that lay beside it; for `eventstack diff`.

Only reads, by the `git` that is installed: names of revisions are what git takes them for.
"""

import os
import subprocess
import tempfile
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, replace
from pathlib import Path, PurePosixPath

from eventstack.errors import ConfigError, Fault, NotOffered
from eventstack.models.yaml_reader import Document, read
from eventstack.planning.plan import StackPlan, canonical

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
    """A file of a revision: its content, where it lies today or would, and a folder with the profiles of then.

    That folder lies below `unpacked` as it lies below the root today, so that a path that leads out of it leads there.
    """

    revision: Revision
    content: bytes
    place: Path
    unpacked: Path

    @property
    def profiles(self) -> Path:
        """The folder with the profiles of then."""
        return self.unpacked / self.place.parent.relative_to(self.place.anchor)

    def at_home(self, plan: StackPlan) -> StackPlan:
        """The plan with the paths that a profile of then names where its file lies today, or would."""
        root, text = canonical(f"{self.unpacked}{os.sep}")[1:-1], plan.to_json()
        return StackPlan.from_json(text.replace(root, canonical(self.place.anchor)[1:-1])) if root in text else plan

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
    top = _top(revision)
    commit = _git(
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
    inside = place.relative_to(top) if place.is_relative_to(top) else None
    content = next(_blobs(revision, commit, [inside]), None) if inside else None
    if inside is None or content is None:
        hint = None if here else f"the path counts from {top}; from here: {revision.name}:./{revision.path}"
        raise ConfigError(Fault(f"no {revision.path} at {revision.name}", given=revision.spelt, hint=hint))
    if content.leads_to is not None:
        fault = Fault(f"a link out of the repository, to {content.leads_to}", given=revision.spelt)
        raise ConfigError(fault)
    with tempfile.TemporaryDirectory(prefix="eventstack-diff-") as folder:
        was = Then(revision, content.content, place, Path(folder))
        was.profiles.mkdir(parents=True)
        for found in _beside(revision, commit, inside):
            (was.profiles / found.path.name).write_bytes(found.content)
        yield was


def _top(revision: Revision) -> Path:
    """The folder that paths count from: of the working tree, or of a repository that has none."""
    why = "not in a repository of git"
    has_tree = _git(revision, "rev-parse", "--is-inside-work-tree", why=why) == "true"
    return Path(_git(revision, "rev-parse", "--show-toplevel" if has_tree else "--absolute-git-dir", why=why))


@dataclass(frozen=True)
class _Blob:
    """A file of a revision, what it links to followed; `leads_to` is a target that is out of the repository."""

    path: Path
    content: bytes
    leads_to: str | None = None


def _beside(revision: Revision, commit: str, but: Path) -> Iterator[_Blob]:
    """The YAML files that lay in the same folder; those that link to nothing were none."""
    why = f"{but.parent} at {revision.name} can't be read"
    asked = f"{commit}:{'' if but.parent == Path() else but.parent.as_posix()}\n".encode()
    tree = _run(revision, "cat-file", "--batch-check", "--follow-symlinks", why=why, sent=asked).split()[0].decode()
    names = _git(revision, "ls-tree", "-z", "--name-only", tree, why=why).split("\0")
    files = [but.with_name(name) for name in names if name.endswith(".yaml") and name != but.name]
    yield from (found for found in _blobs(revision, commit, files) if found.leads_to is None)


def _blobs(revision: Revision, commit: str, paths: Sequence[Path]) -> Iterator[_Blob]:
    """The files among some paths, read in one go."""
    paths = [path for path in paths if "\n" not in str(path)]
    asked = "".join(f"{commit}:{path.as_posix()}\n" for path in paths)
    why = f"{revision.name} can't be read"
    answer = _run(revision, "cat-file", "--batch", "--follow-symlinks", why=why, sent=os.fsencode(asked))
    for path in paths:
        head, _, answer = answer.partition(b"\n")
        first, *_, last = head.split(b" ")
        if not last.isdigit() or not head:  # missing, ambiguous
            continue
        content, answer = answer[: int(last)], answer[int(last) + 1 :]
        if first == b"symlink":
            yield _Blob(path, b"", os.fsdecode(content))
        elif b" blob " in head:
            yield _Blob(path, content)


def _git(revision: Revision, *arguments: str, why: str, hint: str | None = None) -> str:
    return os.fsdecode(_run(revision, *arguments, why=why, hint=hint)).rstrip("\n")


def _run(revision: Revision, *arguments: str, why: str, hint: str | None = None, sent: bytes = b"") -> bytes:
    """What git answers; `why` is what it means when it refuses, unless it says that it trusts the repository not."""
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
        if b"dubious ownership" in done.stderr:
            why, hint = "git does not trust this repository: it is another user's", "see git's safe.directory"
        raise ConfigError(Fault(why, given=revision.spelt, hint=hint))
    return done.stdout
