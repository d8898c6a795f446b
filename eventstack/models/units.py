"""Quantities with their units as types: `6Mbps`, `1.92s`, `960x540`, `25fps`.

Each has one exact internal form (an int, a Fraction, a pair), is read from text with its unit, and is written back as
text that reads as the same value. A bare number is refused: nobody has to guess what it counts.
"""

import re
from fractions import Fraction
from typing import Any, ClassVar, NamedTuple, Self

from pydantic import GetCoreSchemaHandler, GetJsonSchemaHandler
from pydantic_core import CoreSchema, core_schema

from eventstack.models.faults import unfit


class Written:
    """A value with a text form of its own, as pydantic needs to know it; a kind adds `parse` and `__str__`."""

    allowed: ClassVar[str]
    """What a user may write, as a fault says it."""

    pattern: ClassVar[str]
    """The same for an editor's schema."""

    examples: ClassVar[tuple[str, ...]] = ()
    """Values for an editor to offer."""

    secret: ClassVar[bool] = False
    """Whether a wrong value may be a secret that was written in the wrong place, and is not to be repeated."""

    @classmethod
    def parse(cls, text: str) -> Self:
        """Read the text form; raises ValueError with the reason."""
        raise ValueError(text)

    @classmethod
    def __get_pydantic_core_schema__(cls, source: Any, handler: GetCoreSchemaHandler) -> CoreSchema:
        return core_schema.no_info_plain_validator_function(
            cls._validate, serialization=core_schema.to_string_ser_schema(when_used="json")
        )

    @classmethod
    def __get_pydantic_json_schema__(cls, schema: CoreSchema, handler: GetJsonSchemaHandler) -> dict[str, Any]:
        examples = {"examples": list(cls.examples)} if cls.examples else {}
        return {"type": "string", "pattern": cls.pattern, "description": cls.allowed, **examples}

    @classmethod
    def _validate(cls, value: Any) -> Self:
        if isinstance(value, cls):
            return value
        if not isinstance(value, str):
            bare = isinstance(value, int | float) and not isinstance(value, bool)
            raise unfit("a number without its unit" if bare else "not text", allowed=cls.allowed, hide=cls.secret)
        try:
            return cls.parse(value)
        except ValueError as cause:
            raise unfit(str(cause), allowed=cls.allowed, hide=cls.secret) from None


_DIGITS = r"[0-9]{1,12}"
_DECIMAL = rf"{_DIGITS}(?:\.[0-9]{{1,9}})?"
_NUMBER = rf"(?:{_DIGITS}/{_DIGITS}|{_DECIMAL})"


def _fraction(text: str) -> Fraction:
    try:
        return Fraction(text)
    except ZeroDivisionError:
        raise ValueError("a division by zero") from None


class Bitrate(Written, int):
    """Bits per second, a whole number above 0; decimal multiples as in broadcasting (1 Mbps = 1 000 000 bit/s)."""

    allowed = "a bit rate with its unit, as 400kbps, 1.8Mbps or 96000bps"
    pattern = rf"^{_DECIMAL}(bps|kbps|Mbps|Gbps)$"
    examples = ("400kbps", "1.8Mbps", "6Mbps")
    _text = re.compile(rf"({_DECIMAL})(bps|kbps|Mbps|Gbps)")
    _factors: ClassVar = {"Gbps": 10**9, "Mbps": 10**6, "kbps": 10**3, "bps": 1}

    @classmethod
    def parse(cls, text: str) -> Self:
        """Read `1.8Mbps`; raises ValueError for anything else, zero and fractions of a bit."""
        match = cls._text.fullmatch(text)
        if not match:
            raise ValueError("not a bit rate")
        value = Fraction(match[1]) * cls._factors[match[2]]
        if value.denominator != 1 or value <= 0:
            raise ValueError("not a whole number of bits a second, above 0")
        return cls(value.numerator)

    def __str__(self) -> str:
        value = int(self)
        for unit, factor in self._factors.items():
            scaled = Fraction(value, factor)
            if value >= factor and 10**9 % scaled.denominator == 0:
                return f"{_decimal(scaled)}{unit}"
        return f"{value}bps"


class Duration(Written, Fraction):
    """Seconds, exact; 0 or more."""

    allowed = "a duration with its unit, as 1.92s, 500ms, 90m, 1h30m, 30d or 8/15s"
    pattern = rf"^(?=.)({_NUMBER}d)?({_NUMBER}h)?({_NUMBER}m)?({_NUMBER}s)?({_NUMBER}ms)?$"
    examples = ("1.92s", "500ms", "15m", "1h30m", "30d")
    _text = re.compile(rf"(?:({_NUMBER})d)?(?:({_NUMBER})h)?(?:({_NUMBER})m(?!s))?(?:({_NUMBER})s)?(?:({_NUMBER})ms)?")
    _factors: ClassVar = (Fraction(86400), Fraction(3600), Fraction(60), Fraction(1), Fraction(1, 1000))

    @classmethod
    def parse(cls, text: str) -> Self:
        """Read `1.92s`, `90m`, `1h30m`; raises ValueError for anything else."""
        match = cls._text.fullmatch(text)
        if not match or not text:
            raise ValueError("not a duration")
        parts = zip(match.groups(), cls._factors, strict=True)
        return cls(sum((_fraction(number) * factor for number, factor in parts if number), Fraction(0)))

    def __str__(self) -> str:
        value = Fraction(self)
        if value.denominator == 1 and value:
            for unit, seconds in (("d", 86400), ("h", 3600), ("m", 60)):
                if value % seconds == 0:
                    return f"{value.numerator // seconds}{unit}"
        if 10**9 % value.denominator == 0:
            return f"{_decimal(value)}s"
        return f"{value.numerator}/{value.denominator}s"

    @property
    def rational(self) -> str:
        """Seconds as canonical JSON holds them: `48/25`, `60`."""
        return rational(self)


class FrameRate(Written, Fraction):
    """Frames a second, exact; above 0."""

    allowed = "frames a second with their unit, as 25fps, 50fps or 30000/1001fps"
    pattern = rf"^{_NUMBER}fps$"
    examples = ("25fps", "50fps", "30000/1001fps", "60000/1001fps", "24fps", "24000/1001fps")
    _text = re.compile(rf"({_NUMBER})fps")

    @classmethod
    def parse(cls, text: str) -> Self:
        """Read `25fps` or `30000/1001fps`; raises ValueError for anything else and for decimal 1001 rates."""
        match = cls._text.fullmatch(text)
        if not match:
            raise ValueError("not a frame rate")
        value = _fraction(match[1])
        if not 0 < value <= 300:
            raise ValueError("not above 0 and up to 300 frames a second")
        exact = _NEAR_1001.get(match[1])
        if exact:
            raise ValueError(f"{match[1]} is a rounded rate: the exact one is {exact}fps")
        return cls(value)

    def __str__(self) -> str:
        return f"{rational(self)}fps"

    @property
    def rational(self) -> str:
        """Frames a second as canonical JSON holds them: `25`, `30000/1001`."""
        return rational(self)


_NEAR_1001 = {
    "23.976": "24000/1001",
    "23.98": "24000/1001",
    "29.97": "30000/1001",
    "59.94": "60000/1001",
    "119.88": "120000/1001",
}


class _Size(NamedTuple):
    width: int
    height: int


class Resolution(Written, _Size):
    """A picture's width and height in pixels, both above 0."""

    allowed = "a picture size in pixels, width first, as 1280x720"
    pattern = r"^[1-9][0-9]{0,4}x[1-9][0-9]{0,4}$"
    examples = ("640x360", "960x540", "1280x720", "1920x1080")
    _text = re.compile(r"([1-9][0-9]{0,4})x([1-9][0-9]{0,4})")

    @classmethod
    def parse(cls, text: str) -> Self:
        """Read `1280x720`; raises ValueError for anything else."""
        match = cls._text.fullmatch(text)
        if not match:
            raise ValueError("not a picture size")
        return cls(int(match[1]), int(match[2]))

    def __str__(self) -> str:
        return f"{self.width}x{self.height}"


class Share(Written, Fraction):
    """A part of a whole, exact; 0 to 1, written in per cent."""

    allowed = "a share in per cent, as 60% or 12.5%"
    pattern = rf"^{_DECIMAL}%$"
    examples = ("60%", "12.5%")
    _text = re.compile(rf"({_DECIMAL})%")

    @classmethod
    def parse(cls, text: str) -> Self:
        """Read `12.5%`; raises ValueError for anything else and for more than the whole."""
        match = cls._text.fullmatch(text)
        if not match:
            raise ValueError("not a share")
        value = Fraction(match[1]) / 100
        if value > 1:
            raise ValueError("more than 100%")
        return cls(value)

    def __str__(self) -> str:
        return f"{_decimal(Fraction(self) * 100)}%"

    @property
    def rational(self) -> str:
        """The share as canonical JSON holds it: `1/8`."""
        return rational(self)


class _Level(Written, Fraction):
    """A level in a logarithmic unit, exact to a tenth."""

    unit: ClassVar[str]
    what: ClassVar[str]
    span: ClassVar[tuple[int, int]]

    @classmethod
    def parse(cls, text: str) -> Self:
        """Read a number with a sign and its unit; raises ValueError for anything else and what is out of range."""
        match = re.fullmatch(rf"(-?[0-9]{{1,3}}(?:\.[0-9])?) ?{cls.unit}", text)
        if not match:
            raise ValueError(f"not {cls.what}")
        value = Fraction(match[1])
        low, high = cls.span
        if not low <= value <= high:
            raise ValueError(f"not between {low} and {high} {cls.unit}")
        return cls(value)

    def __str__(self) -> str:
        tenths = int(Fraction(self) * 10)
        whole, rest = divmod(abs(tenths), 10)
        return f"{'-' if tenths < 0 else ''}{whole}{f'.{rest}' if rest else ''}{self.unit}"

    @property
    def rational(self) -> str:
        """The number of units as canonical JSON holds it: `-23`, `-3/2`."""
        return rational(self)


class Loudness(_Level):
    """Programme loudness in LUFS (EBU R 128, ITU-R BS.1770)."""

    allowed = "a loudness in LUFS from -40 to -5, as -23LUFS (EBU R 128) or -24LUFS (ATSC A/85)"
    pattern = r"^-[0-9]{1,2}(\.[0-9])? ?LUFS$"
    examples = ("-23LUFS", "-24LUFS", "-16LUFS")
    unit, what, span = "LUFS", "a loudness", (-40, -5)


class TruePeak(_Level):
    """The highest true peak in dBTP (ITU-R BS.1770)."""

    allowed = "a true peak in dBTP from -20 to 0, as -1dBTP"
    pattern = r"^(-[0-9]{1,2}(\.[0-9])?|0) ?dBTP$"
    examples = ("-1dBTP", "-2dBTP")
    unit, what, span = "dBTP", "a true peak", (-20, 0)


def rational(value: Fraction) -> str:
    """A number as canonical JSON holds it: an integer's digits, else `numerator/denominator` in lowest terms."""
    return str(value.numerator) if value.denominator == 1 else f"{value.numerator}/{value.denominator}"


def _decimal(value: Fraction) -> str:
    """A fraction whose denominator divides a power of ten, as decimal digits without an exponent."""
    whole, rest = divmod(value.numerator * 10**9 // value.denominator, 10**9)
    return f"{whole}.{rest:09d}".rstrip("0").rstrip(".") if rest else str(whole)
