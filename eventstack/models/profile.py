"""A profile: the reusable description of what is built for an event; the event only says when and from where."""

from collections.abc import Iterator
from pathlib import Path
from typing import Annotated, Any, Literal, Self

from pydantic import BeforeValidator, Field, field_serializer, model_validator

from eventstack.models import rules
from eventstack.models.care import Capacity, Monitoring, Slate, Teardown, Timing
from eventstack.models.delivery import Archive, Cdn, Drm, Packaging
from eventstack.models.faults import Rule, broken, unfit
from eventstack.models.ladder import Ladder
from eventstack.models.shape import Id, Line, Shape, off_or
from eventstack.models.sound import Audio, Caption


def _slate(value: Any) -> Any:
    if value is True:
        return {}
    if value is False or value == "off":
        return None
    if not isinstance(value, dict | Slate):
        raise unfit("neither a yes or no nor a mapping", allowed="true, false, or a mapping with image and size")
    return value


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
    """Whether a slate can be shown instead of the programme: true, false, or a picture of your own."""

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
        found = list(self._broken())
        if found:
            raise broken(found)
        return self

    def _broken(self) -> Iterator[Rule]:
        yield from rules.pictures.check(self.ladder, self.packaging)
        yield from rules.sound.check(self.audio, self.captions, has_pictures=self.ladder is not None)
        yield from rules.delivery.check(self.packaging, self.cdn)
        if self.drm:
            yield from rules.keys.check(self.drm, self.packaging, self.ladder)
        yield from rules.delivery.archive(self.archive, self.drm)
        yield from rules.care.check(self)

    def located(self, directory: Path) -> "Profile":
        """The same profile with a relative path of its slate taken from `directory`, that of the file that says it."""
        slate = self.slate
        if slate is None or slate.image is None:
            return self
        image = f"file:{directory / slate.image.removeprefix('file:')}"
        return self.model_copy(update={"slate": slate.model_copy(update={"image": image})})

    def notes(self) -> Iterator[Rule]:
        """What is said of a profile that is not wrong: deviations, and what they mean."""
        yield from rules.notes.of(self)
