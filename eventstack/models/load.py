"""From files to models: the one place that opens what a user wrote.

Every fault of a file is reported at once, in the order of the file.
"""

import importlib.resources
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Generic, TypeVar

from pydantic import ValidationError

from eventstack.errors import ConfigError, Fault
from eventstack.models.event import Event
from eventstack.models.faults import nearest, shown, translate
from eventstack.models.profile import Profile
from eventstack.models.yaml_reader import MAX_BYTES, Document, read

Model = TypeVar("Model", Event, Profile)


@dataclass(frozen=True)
class Loaded(Generic[Model]):
    """A model and the document that it was read from, so that faults found later have a place too."""

    model: Model
    document: Document


def load_event(path: str | Path) -> Event:
    """Read an event; relative paths in it are taken from its file. Raises ConfigError with every fault."""
    return read_event(read_file(path)).model


def load_profile(name_or_path: str | Path, search: Sequence[str | Path] = ()) -> Profile:
    """Read a profile: a path (it ends in .yaml or has a slash), else a name in the folders of `search`, then shipped.

    Raises ConfigError with every fault, or with the known names when there is none of that name.
    """
    return read_profile(read_file(find_profile(name_or_path, search))).model


def read_event(document: Document) -> Loaded[Event]:
    """Check a document as an event."""
    event = _validate(Event, document)
    return Loaded(event.located(Path(document.file).absolute().parent), document)


def read_profile(document: Document) -> Loaded[Profile]:
    """Check a document as a profile; a file of profiles is named like the profile in it."""
    profile = _validate(Profile, document)
    stem = Path(document.file).stem
    if profile.name != stem:
        hint = f"rename the file to {profile.name}.yaml, or the profile"
        raise ConfigError(
            document.fault(("name",), "not the name of its file", given=profile.name, allowed=shown(stem), hint=hint)
        )
    return Loaded(profile, document)


def read_any(document: Document) -> Loaded[Event] | Loaded[Profile]:
    """Check a document as what its keys say it is: a profile has a ladder, an event a window."""
    known = {"event": set(Event.model_fields), "profile": set(Profile.model_fields)}
    shared = known["event"] & known["profile"]
    score = {kind: len(document.data.keys() & (keys - shared)) for kind, keys in known.items()}
    if not any(score.values()):
        raise ConfigError(
            document.fault(
                (), "neither an event nor a profile", allowed="an event (id, window, …) or a profile (name, ladder, …)"
            )
        )
    return read_profile(document) if score["profile"] > score["event"] else read_event(document)


def read_file(path: str | Path) -> Document:
    """Read one YAML file; raises ConfigError for what can't be opened or isn't plain YAML 1.2."""
    try:
        with Path(path).open("rb") as stream:
            content = stream.read(MAX_BYTES + 1)
    except (OSError, ValueError) as cause:
        reason = cause.strerror if isinstance(cause, OSError) and cause.strerror else str(cause)
        raise ConfigError(Fault(f"can't be read: {reason}", file=shown(str(path)))) from cause
    return read(content, str(path))


def shipped_profiles() -> Path:
    """The folder of the profiles that come with eventstack: package data, or `profiles/` of a checkout."""
    package = Path(str(importlib.resources.files("eventstack")))
    inside = package / "profiles"
    return inside if inside.is_dir() else package.parent / "profiles"


def profile_names(search: Sequence[str | Path] = ()) -> list[str]:
    """The names of the profiles that `load_profile` would find; what else lies beside them isn't named."""
    return sorted({path.stem for path in _profiles(search) if _is_profile(path)})


def find_profile(name_or_path: str | Path, search: Sequence[str | Path] = ()) -> Path:
    """The file of a profile; raises ConfigError that lists the known names."""
    text = str(name_or_path)
    if isinstance(name_or_path, Path) or "/" in text or text.endswith((".yaml", ".yml")):
        return Path(name_or_path)
    for path in _profiles(search):
        if path.stem == text:
            return path
    names = profile_names(search)
    meant = nearest(text, names)
    raise ConfigError(
        Fault(
            "no profile of that name",
            field="profile",
            given=shown(text),
            allowed=", ".join(names) or "none found",
            hint=f"did you mean {meant}?" if meant else None,
        )
    )


def _profiles(search: Sequence[str | Path]) -> Iterator[Path]:
    for folder in (*map(Path, search), shipped_profiles()):
        if folder.is_dir():
            yield from sorted(folder.glob("*.yaml"))


def _is_profile(path: Path) -> bool:
    try:
        return "ladder" in read_file(path).data
    except ConfigError:
        return False


def _validate(model: type[Model], document: Document) -> Model:
    try:
        return model.model_validate(document.data)
    except ValidationError as cause:
        raise ConfigError(*translate(cause, document, model)) from cause
