"""The files that a command is given by name or by their folder; `plan` and `validate` take both."""

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from eventstack.errors import Fault

_ENDINGS = (".yaml", ".yml")


@dataclass(frozen=True)
class Given:
    """Files, each once, with whether it was named itself; and how many folders inside a folder were not looked into."""

    files: tuple[tuple[str, bool], ...]
    folders: int


def given(paths: Sequence[str]) -> Given:
    """The YAML files of folders, in order of their names, and every file that is named."""
    found: dict[str, bool] = {}
    folders = 0
    for path in map(Path, paths):
        if not path.is_dir():
            found[str(path)] = True
            continue
        for inside in sorted(path.iterdir()):
            hidden = inside.name.startswith(".")
            if inside.is_dir():
                folders += not hidden
            elif inside.suffix in _ENDINGS:
                found.setdefault(str(inside), False)
    return Given(tuple(found.items()), folders)


def none_there(paths: Sequence[str], what: str, folders: int) -> Fault:
    """The fault of folders in which nothing is that was looked for; `what` as `event`."""
    hint = f"{count(folders, 'folder')} inside not looked into: name them, as DIR/*" if folders else None
    return Fault(f"no {what} there", file=", ".join(paths), allowed="files that end in .yaml or .yml", hint=hint)


def told(skipped: dict[str, int]) -> list[str]:
    """What was skipped, in words: `2 profiles skipped`."""
    return [f"{count(number, word)} skipped" for word, number in skipped.items() if number]


def count(number: int, word: str) -> str:
    """A number and its noun: `1 folder`, `2 folders`."""
    return f"{number} {word}{'' if number == 1 else 's'}"
