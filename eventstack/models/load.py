"""From files to models: the one place that opens what a user wrote.

Every fault of a file, and of the files it stands on, is reported at once, in the order of the files.
"""

import importlib.resources
import os
import re
import stat
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from functools import lru_cache
from pathlib import Path
from typing import Any, Generic, TypeVar

from pydantic import ValidationError

from eventstack.errors import ConfigError, Fault
from eventstack.models import compose
from eventstack.models.document import Document
from eventstack.models.event import Event
from eventstack.models.faults import Rule, bounded, in_order, nearest, told, translate
from eventstack.models.profile import Profile
from eventstack.models.quoting import printable, shown
from eventstack.models.slips import ID_PATTERN
from eventstack.models.yaml_reader import MAX_BYTES, MAX_FAULTS, read

MAX_BASES = 16
"""Profiles that one profile may stand on, one over the other; nobody could follow more."""

MAX_OFFERED = 50
"""Names of profiles that a fault lists."""

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

    What it extends is looked for in the same folders, beside it, and among the shipped ones. Raises ConfigError with
    every fault, or with the known names when there is none of that name.
    """
    chain, faults = _chain(read_file(find_profile(name_or_path, search)), search)
    return _checked_chain(chain, faults).model


def load_profile_of(event: Document, search: Sequence[str | Path] = ()) -> Loaded[Profile]:
    """The profile that an event names, with the event's overrides over it; a fault of these points into the event.

    It is looked for in `search`, beside the event, then among the shipped ones. Raises ConfigError with every fault;
    the event itself need not be valid, only name a profile.
    """
    name = event.data.get("profile")
    if not isinstance(name, str):
        raise ConfigError(event.fault(("profile",), "not a profile's name"))
    folders = (*search, Path(event.file).parent)
    try:
        path = find_profile(name, folders)
    except ConfigError as error:
        raise ConfigError(
            *(
                event.fault(("profile",), fault.message, given=fault.given, allowed=fault.allowed, hint=fault.hint)
                for fault in error.faults
            )
        ) from error
    chain, faults = _chain(read_file(path), folders)
    if is_base(chain[0]):
        known = ", ".join(profile_names(folders))
        hint = f"name a profile that extends {shown(name)}"
        raise ConfigError(event.fault(("profile",), "only a base", given=shown(name), allowed=known, hint=hint))
    if event.data.get("overrides"):
        return _checked_profile(compose.overlay(_composed(chain, faults), event), faults)
    return _checked_chain(chain, faults)


def _folder(document: Document) -> Path:
    """The folder of a document's file, spelt one way whichever way the file was named."""
    return Path(os.path.abspath(document.file)).parent  # noqa: PTH100 - it takes `..` out, without asking the disk


def read_event(document: Document) -> Loaded[Event]:
    """Check a document as an event; wrong values in its overrides are told here, whatever profile they go over."""
    overrides = document.data.get("overrides")
    if isinstance(overrides, dict) and (found := _own_faults(compose.alone(document))):
        raise ConfigError(*in_order([*_faults(Event, document), *found]))
    event = _validate(Event, document)
    return Loaded(event.located(_folder(document)), document)


def _own_faults(overrides: compose.Composed) -> list[Fault]:
    """What is wrong with the values of overrides; rules across fields need the profile's too."""
    try:
        Profile.model_validate(overrides.data)
    except ValidationError as cause:
        return [*overrides.faults, *translate(cause, overrides, Profile, partial=True)]
    return list(overrides.faults)


def read_profile(document: Document, search: Sequence[str | Path] = ()) -> Loaded[Profile]:
    """Check a document as a profile, what it extends under it; a file of profiles is named like the profile in it."""
    chain, faults = _chain(document, search)
    return _checked_profile(_composed(chain, faults), faults)


def compose_profile(document: Document, search: Sequence[str | Path] = ()) -> Document:
    """The profile's data with all that it extends, and which file wrote what; its values are not checked.

    Raises ConfigError for a base that can't be found or read, a cycle, or appendings that append to nothing.
    """
    chain, faults = _chain(document, search)
    whole = _composed(chain, faults)
    if found := (*faults, *whole.faults):
        raise ConfigError(*in_order(found))
    return whole


def check_base(document: Document, search: Sequence[str | Path] = ()) -> None:
    """Check a profile that is only a base: it may leave out what it must say. Raises ConfigError with every fault."""
    chain, faults = _chain(document, search)
    whole = _composed(chain, faults)
    found = [*faults, *whole.faults, *_faults(Profile, whole, partial=True)]
    if found:
        raise ConfigError(*in_order(found))


def is_base(document: Document) -> bool:
    """Whether a profile's file says that it is only a base for others."""
    return document.data.get("abstract") is True


def read_any(document: Document, search: Sequence[str | Path] = ()) -> Loaded[Event] | Loaded[Profile]:
    """Check a document as what its keys say it is: a profile has a ladder, an event a window."""
    match kind(document):
        case "profile":
            return read_profile(document, search)
        case "event":
            return read_event(document)
        case _:
            raise ConfigError(
                document.fault(
                    (),
                    "neither an event nor a profile",
                    allowed="an event (id, window, …) or a profile (name, ladder, …)",
                )
            )


def kind(document: Document) -> str | None:
    """What a document is by its keys: an `event`, a `profile`, or None for neither."""
    score = {name: len(document.data.keys() & keys) for name, keys in _KEYS.items()}
    if not any(score.values()):
        return None
    return "profile" if score["profile"] > score["event"] else "event"


_SHARED = set(Event.model_fields) & set(Profile.model_fields)
_KEYS = {
    "event": set(Event.model_fields) - _SHARED,
    "profile": (set(Profile.model_fields) | {"extends", "abstract"}) - _SHARED,
}


def read_file(path: str | Path) -> Document:
    """Read one YAML file; raises ConfigError for what can't be opened or isn't plain YAML 1.2.

    A pipe or a device is refused unread: it may never end. What was read before is not parsed again, for many events
    have one profile.
    """
    return _parsed_content(_content(path), str(path), str(Path.cwd()))


def _content(path: str | Path) -> bytes:
    try:
        with open(path, "rb", opener=_at_once) as stream:
            if stat.S_ISREG(os.fstat(stream.fileno()).st_mode):
                return stream.read(MAX_BYTES + 1)
    except (OSError, ValueError) as cause:
        reason = cause.strerror if isinstance(cause, OSError) and cause.strerror else str(cause)
        hint = "name a file that is in it" if isinstance(cause, IsADirectoryError) else None
        hint = _beside(Path(path)) if isinstance(cause, FileNotFoundError) else hint
        raise ConfigError(Fault(f"can't be read: {reason}", file=printable(str(path)), hint=hint)) from cause
    raise ConfigError(Fault("can't be read: not a regular file", file=printable(str(path)), allowed="a file of YAML"))


def _at_once(path: str, flags: int) -> int:
    """Open without waiting for whoever may write to a pipe."""
    return os.open(path, flags | os.O_NONBLOCK)


def _beside(path: Path, but: str = "") -> str | None:
    """What to do about a missing file: the one of a like name in its folder, if any and `but` for one."""
    try:
        stems = {one.stem: one.name for one in path.parent.iterdir() if one.name != but}
        meant = stems.get(nearest(path.stem, stems) or "")
    except OSError:
        return None if path.parent.is_dir() else f"there is no folder {printable(str(path.parent))}"
    return f"did you mean {printable(str(path.with_name(meant)))}?" if meant else None


def shipped_profiles() -> Path:
    """The folder of the profiles that come with eventstack: package data, or `profiles/` of a checkout."""
    package = Path(str(importlib.resources.files("eventstack")))
    inside = package / "profiles"
    return inside if inside.is_dir() else package.parent / "profiles"


def profile_names(search: Sequence[str | Path] = (), *, bases: bool = False) -> list[str]:
    """The names of the profiles that `load_profile` would find; what else lies beside them isn't named.

    With `bases` those too that are only there to be extended.
    """
    says = ("profile", "base") if bases else ("profile",)
    return sorted({path.stem for path in _profiles(search) if _says(path) in says})


def find_profile(name_or_path: str | Path, search: Sequence[str | Path] = ()) -> Path:
    """The file of a profile; raises ConfigError that lists the known names."""
    text = str(name_or_path)
    if isinstance(name_or_path, Path) or _is_path(text):
        return Path(name_or_path)
    if path := _named(text, search):
        return path
    names = profile_names(search)
    meant = _nearest(text, tuple(names))
    folders = ", ".join(dict.fromkeys(printable(str(folder)) for folder in search))
    looked = f"in {folders} and " if folders else ""
    where = f"it is looked for {looked}among the shipped ones; --profile-dir names another folder"
    raise ConfigError(
        Fault(
            "no profile of that name",
            field="profile",
            given=shown(text),
            allowed=_listed(names),
            hint=f"did you mean {meant}? {where}" if meant else where,
        )
    )


_nearest = lru_cache(64)(nearest)


def _listed(names: Sequence[str]) -> str:
    """Names for a fault to offer, as many as somebody might read."""
    more = f", and {len(names) - MAX_OFFERED} more" if len(names) > MAX_OFFERED else ""
    return f"{', '.join(map(printable, names[:MAX_OFFERED]))}{more}" or "none found"


def _is_path(text: str) -> bool:
    return "/" in text or text.endswith((".yaml", ".yml"))


def _named(name: str, search: Sequence[str | Path]) -> Path | None:
    files = (Path(folder) / f"{name}.yaml" for folder in (*search, shipped_profiles()))
    return next((path for path in files if os.path.isfile(path)), None)  # noqa: PTH113 - answers for any text


def _profiles(search: Sequence[str | Path]) -> Iterator[Path]:
    for folder in (*map(Path, search), shipped_profiles()):
        if folder.is_dir():
            yield from sorted(folder.glob("*.yaml"))


def _says(path: Path) -> str | None:
    """Whether a file is a `profile`, a `base` for some, or neither (None)."""
    try:
        state = path.stat()
    except OSError:
        return None
    return _says_at(str(path.absolute()), state.st_ino, state.st_mtime_ns, state.st_size)


@lru_cache(16_384)
def _says_at(path: str, *state: int) -> str | None:
    del state  # what is there may be another file by now
    try:
        document = read_file(path)
    except ConfigError:
        return None
    said = document.data.keys() & (_KEYS["profile"] - {"name", "description"})
    if not said or kind(document) != "profile":
        return None
    return "base" if is_base(document) else "profile"


@lru_cache(64)
def _parsed_content(content: bytes, file: str, folder: str) -> Document:
    """A document by its content; `folder` is where a relative name is taken from, which may change."""
    del folder
    return read(content, file)


def _chain(document: Document, search: Sequence[str | Path]) -> tuple[tuple[Document, ...], tuple[Fault, ...]]:
    """A profile and what it extends, the profile first; and what stopped that short, if anything did."""
    chain = [document]
    while "extends" in chain[-1].data:
        here = chain[-1]
        try:
            base = read_file(_base(here, search))
        except ConfigError as error:
            return tuple(chain), error.faults
        places = [os.path.realpath(one.file) for one in chain]
        if os.path.realpath(base.file) in places:
            names = " extends ".join(shown(one.file) for one in (*chain, base))
            fault = here.fault(("extends",), f"a circle: {names}", given=_given(here), hint="end it in one of them")
            return tuple(chain), (fault,)
        if len(chain) > MAX_BASES:
            fault = here.fault(("extends",), "too many profiles over one another", allowed=f"up to {MAX_BASES} bases")
            return tuple(chain), (fault,)
        chain.append(base)
    return tuple(chain), ()


def _base(document: Document, search: Sequence[str | Path]) -> Path:
    """The file that a profile extends; raises ConfigError with a fault at that value."""
    name, beside = document.data["extends"], Path(document.file).parent
    if not isinstance(name, str) or not name.strip():
        allowed = "one profile's name, or the path of its file from here"
        raise ConfigError(document.fault(("extends",), "not a profile's name", given=_given(document), allowed=allowed))
    folders = (*search, beside)
    if _is_path(name):
        path = beside / name
        if os.path.isfile(path):  # noqa: PTH113 - answers for any text
            return path
        hint = (
            "name a file: profiles are not fetched from addresses"
            if "://" in name
            else _beside(path, Path(document.file).name)
        )
        fault = document.fault(("extends",), "no such file", given=_given(document), hint=hint)
        raise ConfigError(fault)
    if found := _named(name, folders):
        return found
    names = [
        one
        for one in profile_names(folders, bases=True)
        if one not in (document.data.get("name"), Path(document.file).stem)
    ]
    meant = nearest(name, names)
    raise ConfigError(
        document.fault(
            ("extends",),
            "no profile of that name",
            given=_given(document),
            allowed=_listed(names),
            hint=f"did you mean {meant}?" if meant else None,
        )
    )


def _given(document: Document) -> str:
    value: Any = document.data["extends"]
    return "a list" if isinstance(value, list) else "a mapping" if isinstance(value, dict) else shown(str(value))


def _composed(chain: tuple[Document, ...], faults: tuple[Fault, ...]) -> compose.Composed:
    """The chain, which `faults` stopped short, as one document; what a file says of itself alone is not inherited."""
    whole = compose.without(chain[0], ("extends", "abstract"))
    for base in chain[1:]:
        whole = compose.compose(whole, compose.without(base, ("extends", "abstract", "name", "description")))
    shipped = frozenset(one.file for one in chain if Path(one.file).parent == shipped_profiles())
    over = chain if faults else chain[:-1]
    return compose.settled(replace(whole, shipped=shipped), over, unfinished=bool(faults))


@lru_cache(64)
def _checked_chain(chain: tuple[Document, ...], faults: tuple[Fault, ...]) -> Loaded[Profile]:
    return _checked_profile(_composed(chain, faults), faults)


def _checked_profile(document: Document, faults: tuple[Fault, ...]) -> Loaded[Profile]:
    """A composed document as a profile; with faults of its chain, what it lacks is none of its own."""
    own = document.source(())[0]
    found = [*faults, *document.faults]
    if "abstract" in own.data:
        found += _abstract(own)
    stem = Path(document.file).stem
    name = document.data.get("name")
    if isinstance(name, str) and name != stem and re.fullmatch(ID_PATTERN, name):
        hint = f"rename the file to {shown(name)}.yaml, or the profile"
        found.append(
            document.fault(("name",), "not the name of its file", given=shown(name), allowed=shown(stem), hint=hint)
        )
    partial = bool(faults) or is_base(own) or _misspelt(own)
    if found or partial:
        raise ConfigError(*bounded(in_order([*found, *_faults(Profile, document, partial=partial)])))
    wrote_slate = _folder(document.source(("slate", "image"))[0])
    return Loaded(_validate(Profile, document).located(wrote_slate), document)


def _misspelt(document: Document) -> bool:
    """Whether a profile means to extend one, with a misspelt key."""
    known = (*Profile.model_fields, "extends", "abstract")
    return "extends" not in document.data and any(
        nearest(key, known) == "extends" for key in document.data.keys() - set(known)
    )


def _abstract(document: Document) -> list[Fault]:
    path = ("abstract",)
    if is_base(document):
        return [document.fault(path, "only a base", hint="name a profile that extends it, or remove this line")]
    if document.data["abstract"] is False:
        return []
    given = document.written.get(path)
    return [document.fault(path, "not a yes or no", given=shown(given) if given else None, allowed="true, false")]


def _faults(model: type[Model], document: Document, *, partial: bool = False) -> list[Fault]:
    try:
        model.model_validate(document.data)
    except ValidationError as cause:
        return _behind(cause, model, document, partial=partial)
    return []


def _behind(cause: ValidationError, model: type[Model], document: Document, *, partial: bool = False) -> list[Fault]:
    """The faults behind pydantic's error, and the rules that are broken where pydantic did not look any more."""
    faults: list[Fault] = translate(cause, document, model, partial=partial)
    further: list[Rule] = (
        Profile.broken_by(document.data, partial=partial)
        if issubclass(model, Profile)
        else Event.broken_by(document.data)
    )
    room: int = MAX_FAULTS - len(faults)
    found = in_order([*faults, *(told(rule, document) for rule in further[:room])])
    return bounded(found, len(further[room:]))


def _validate(model: type[Model], document: Document) -> Model:
    try:
        return model.model_validate(document.data)
    except ValidationError as cause:
        raise ConfigError(*_behind(cause, model, document)) from cause
