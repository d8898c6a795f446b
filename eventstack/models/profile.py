"""A profile: the reusable description of what is built for an event; the event only says when and from where."""

import os
from collections.abc import Callable, Iterable, Iterator, Mapping
from contextlib import suppress
from pathlib import Path
from typing import Annotated, Any, Literal, Self

from pydantic import BeforeValidator, Field, ValidationError, field_serializer, model_validator

from eventstack.models import rules
from eventstack.models.care import Capacity, Monitoring, Slate, Teardown, Timing
from eventstack.models.delivery import Archive, Cdn, Drm, Packaging
from eventstack.models.faults import Rule, adapter, broken, unfit
from eventstack.models.ladder import Ladder
from eventstack.models.shape import Id, Line, Shape, off_or
from eventstack.models.sound import Audio, Caption


def _slate(value: Any) -> Any:
    if value is True:
        return {}
    if value is False or value == "off":
        return None
    if not isinstance(value, dict | Slate):
        raise unfit("neither a yes or no nor a mapping", allowed="true, false, off, or a mapping with image and size")
    return value


class _Faulty(Exception):
    """A part of a profile has a fault of its own, so that nothing more can be said of it."""


class _Parts:
    """The sound parts of a profile that has faults."""

    def __init__(self, parts: Iterable[tuple[str, Any]]) -> None:
        self.__dict__.update(parts)

    def __getattr__(self, name: str) -> Any:
        raise _Faulty(name)


_CHECKS: tuple[Callable[[Any], Iterable[Rule]], ...] = (
    lambda whole: rules.pictures.check(whole.ladder, whole.packaging),
    lambda whole: rules.sound.check(whole.audio, whole.captions, has_pictures=whole.ladder is not None),
    lambda whole: rules.delivery.check(whole.packaging, whole.cdn),
    lambda whole: rules.keys.check(whole.drm, whole.packaging, whole.ladder),
    lambda whole: rules.delivery.archive(whole.archive, whole.drm),
    rules.care.durations,
    rules.care.timing,
    rules.care.gates,
    rules.care.thresholds,
    rules.care.slate,
    rules.care.capacity,
)
"""Rules across fields; each names the parts that it needs."""


class Profile(Shape):
    """What is built for an event."""

    name: Id
    """What events call it; the same as the file's name without .yaml."""

    description: Line | None = None
    """What it is for, on one line."""

    ladder: Annotated[Ladder | None, BeforeValidator(off_or)]
    """The video renditions; off for a programme of sound alone."""

    audio: Audio
    """The audio tracks."""

    captions: Annotated[tuple[Caption, ...], Field(max_length=8)] = ()
    """Captions and subtitles of the feed that viewers get: a list of languages and formats."""

    scte35: Literal["off", "passthrough"] = "off"
    """Whether SCTE-35 marks of the feed (breaks, programme ends) stand in manifests: off or passthrough."""

    packaging: Packaging = Packaging()
    """What players are given."""

    drm: Annotated[Drm | None, BeforeValidator(off_or)] = Field(default=None, examples=["off"])
    """Encryption: off, or scheme, systems and keys."""

    cdn: Cdn = Cdn()
    """What viewers reach: access, domain, cors."""

    redundancy: Literal["single", "two-path"] = "single"
    """One chain from the feed to the origin (single), or two that stand in for each other (two-path)."""

    slate: Annotated[Slate | None, BeforeValidator(_slate)] = Field(
        default=None, examples=[True, {"image": "file:slate.png", "size": "1920x1080"}]
    )
    """Whether a slate can be shown instead of the programme: true, false (or off), or a picture of your own."""

    archive: Archive = Archive()
    """What is kept of the broadcast."""

    timing: Timing
    """Line-up, tail, overrun and turn-round."""

    monitoring: Monitoring = Monitoring()
    """Gates and thresholds."""

    capacity: Capacity = Capacity()
    """Hints for the size of what is built."""

    layers: Literal["split", "series", "single"] = "split"
    """Where slow things live: in a foundation that events share (split), some of them in a layer of the season
    (series), or in the event's own stack (single)."""

    teardown: Teardown = Teardown()
    """When it goes, and how the end is proven."""

    @field_serializer("drm", "ladder", when_used="always")
    def _off(self, part: Any) -> Any:
        return "off" if part is None else part

    @field_serializer("slate", when_used="always")
    def _slate_off(self, slate: Slate | None) -> Any:
        return False if slate is None else slate

    @model_validator(mode="after")
    def _rules(self) -> Self:
        found = [rule for check in _CHECKS for rule in check(self)]
        if found:
            raise broken(found)
        return self

    @classmethod
    def broken_by(cls, data: Mapping[str, Any], *, partial: bool = False) -> list[Rule]:
        """The rules that a document breaks which has other faults: those whose parts are all sound.

        Of a `partial` one, which others complete, what it leaves out is no part.
        """
        parts = _Parts(cls._sound(data, partial=partial))
        found: list[Rule] = []
        for check in _CHECKS:
            with suppress(_Faulty):
                found += list(check(parts))
        return found

    @classmethod
    def _sound(cls, data: Mapping[str, Any], *, partial: bool) -> Iterator[tuple[str, Any]]:
        for name, field in cls.model_fields.items():
            if name in data:
                with suppress(ValidationError):
                    yield name, adapter(cls, name).validate_python(data[name])
            elif not field.is_required() and not partial:
                yield name, field.get_default()

    def located(self, directory: Path) -> "Profile":
        """The same profile with a relative path of its slate taken from `directory`, that of the file that says it."""
        slate = self.slate
        if slate is None or slate.image is None:
            return self
        image = f"file:{os.path.normpath(directory / slate.image.removeprefix('file:'))}"
        return self.model_copy(update={"slate": slate.model_copy(update={"image": image})})

    def notes(self) -> Iterator[Rule]:
        """What is said of a profile that is not wrong: deviations, and what they mean."""
        yield from rules.notes.of(self)
