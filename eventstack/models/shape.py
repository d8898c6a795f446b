"""What every model of ours has in common: frozen, no unknown keys, a docstring under every field."""

from functools import partial
from typing import Annotated, Any
from unicodedata import category

from pydantic import AfterValidator, BaseModel, BeforeValidator, ConfigDict, Field, StrictBool

from eventstack.models import countries
from eventstack.models.faults import unfit
from eventstack.models.slips import ID_PATTERN
from eventstack.models.units import Duration

__all__ = [
    "ID_PATTERN",
    "Country",
    "Id",
    "Jurisdiction",
    "Line",
    "Shape",
    "Switch",
    "WholeSeconds",
    "off_or",
]

Id = Annotated[str, Field(pattern=ID_PATTERN)]


def _meant(value: str, *, unions: bool = False) -> str | None:
    meant = countries.nearest(value[:64], unions=unions)
    return f"did you mean {meant}?" if meant else None


def _country(value: Any) -> str:
    allowed = "a country's code as ISO 3166-1 has it, as DE"
    if not isinstance(value, str):
        raise unfit("not a country", allowed=allowed)
    if value in countries.known():
        return value
    raise unfit("not a country", allowed=allowed, hint=lambda: _meant(value))


Country = Annotated[str, BeforeValidator(_country), Field(pattern="^[A-Z]{2}$")]
"""A country as ISO 3166-1 alpha-2 has it, as DE."""


def _jurisdiction(value: Any) -> str:
    named = ", ".join(countries.jurisdictions())
    if isinstance(value, str) and (value in countries.known() or value in countries.jurisdictions()):
        return value
    hint = partial(_meant, value, unions=True) if isinstance(value, str) else None
    raise unfit("neither a country nor a jurisdiction", allowed=f"a country's code, as DE, or {named}", hint=hint)


Jurisdiction = Annotated[str, BeforeValidator(_jurisdiction)]
"""A country, or several under one law or on one continent: DE, EU, EEA, europe."""

Switch = StrictBool

_JOINERS = "\u200c\u200d"
"""Invisible, and part of Persian words and of composed emoji."""


def _visible(text: str) -> str:
    odd = next((char for char in text if category(char) in ("Cc", "Cf", "Zl", "Zp") and char not in _JOINERS), None)
    if odd:
        raise unfit(f"a character that can't be seen: U+{ord(odd):04X}", allowed="letters, digits, signs and spaces")
    if not text.strip(f" {_JOINERS}"):
        raise unfit("nothing that can be seen", allowed="letters, digits, signs and spaces")
    return text


def _unquoted(text: str) -> str:
    if '"' in text:
        raise unfit("a double quote: manifests have none in a label", allowed="other quotes, as “ and ”")
    return text


Line = Annotated[
    str,
    Field(min_length=1, max_length=200, pattern=r"^[^\x00-\x1f\x7f]*[^\s\x00-\x1f\x7f][^\x00-\x1f\x7f]*$"),
    AfterValidator(_visible),
]
"""One line of text for people."""

Label = Annotated[Line, AfterValidator(_unquoted)]
"""One line for a player's menu; it stands in manifests, whose values have no double quotes (RFC 8216, section 4.2)."""


class Shape(BaseModel):
    """A mapping that a user writes."""

    model_config = ConfigDict(frozen=True, extra="forbid", use_attribute_docstrings=True, validate_default=False)


def _whole_seconds(value: Duration) -> Duration:
    if value.denominator != 1:
        raise unfit("not whole seconds", allowed="whole seconds, as 6s or 2m")
    return value


WholeSeconds = Annotated[Duration, AfterValidator(_whole_seconds)]


def off_or(value: Any) -> Any:
    """Let a mapping be switched off in words; an empty value is neither and is refused."""
    if value == "off":
        return None
    if value is None or isinstance(value, str | bool | int | float):
        raise unfit("neither off nor a mapping", allowed="off, or a mapping of keys to values")
    return value
