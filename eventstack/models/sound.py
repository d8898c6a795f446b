"""What is heard and read: audio tracks, their loudness, captions."""

from typing import Annotated, Any, Literal

from pydantic import AfterValidator, BeforeValidator, Field

from eventstack.models import countries
from eventstack.models.faults import unfit
from eventstack.models.shape import Label, Shape
from eventstack.models.units import Bitrate, Loudness, TruePeak

AudioCodec = Literal["aac", "ac3", "eac3"]
Role = Literal["main", "commentary", "description", "clean", "dub"]
CaptionFormat = Literal["cea-608", "cea-708", "teletext", "dvb-sub", "webvtt"]
_CODES = (
    "alb:sq ara:ar arm:hy baq:eu bel:be ben:bn bos:bs bul:bg cat:ca ces:cs chi:zh cym:cy cze:cs dan:da deu:de "
    "dut:nl ell:el eng:en est:et eus:eu fas:fa fin:fi fra:fr fre:fr geo:ka ger:de gle:ga gre:el heb:he hin:hi "
    "hrv:hr hun:hu hye:hy ice:is ind:id isl:is ita:it jpn:ja kat:ka kaz:kk kor:ko lav:lv lit:lt ltz:lb mac:mk "
    "may:ms mkd:mk mlt:mt msa:ms nld:nl nno:nn nob:nb nor:no per:fa pol:pl por:pt ron:ro rum:ro rus:ru slk:sk "
    "slo:sk slv:sl spa:es sqi:sq srp:sr swa:sw swe:sv tam:ta tel:te tha:th tur:tr ukr:uk urd:ur vie:vi wel:cy "
    "zho:zh cn:zh cz:cs dk:da gr:el jp:ja"
)
"""Codes of ISO 639-2 and of countries, each with the one of ISO 639-1 that BCP 47 has (RFC 5646, section 2.2.1)."""

_SHORT = dict(pair.split(":") for pair in _CODES.split())


def _language(tag: str) -> str:
    allowed = "a language as BCP 47 names it, as en, nb or pt-BR"
    language, *rest = tag.split("-")
    meant = [_SHORT.get(language, language)]
    for part in rest:
        region = "GB" if part.upper() == "UK" else part.upper()
        meant.append(region if len(part) == 2 and region in countries.known() else part)
    if any(len(part) == 2 and part.upper() not in countries.known() for part in meant[1:]):
        raise unfit("not a language of a country that there is", allowed=allowed)
    if [part.lower() for part in meant] != tag.lower().split("-"):
        raise unfit("not the code that BCP 47 has", allowed=allowed, hint=f"did you mean {'-'.join(meant)}?")
    return tag


Language = Annotated[
    str,
    Field(pattern=r"^[a-z]{2,3}(-[A-Za-z0-9]{2,8}){0,3}$", examples=["en", "de", "nb", "pt-BR", "sr-Latn"]),
    AfterValidator(_language),
]


def _channels(value: Any) -> Any:
    if type(value) is not int or value not in (1, 2, 6, 8):
        raise unfit("not a channel count", allowed="1 (mono), 2 (stereo), 6 (5.1) or 8 (7.1)")
    return value


class Track(Shape):
    """One audio track."""

    language: Language
    """The language as BCP 47 names it, as en, nb or pt-BR."""

    label: Label | None = Field(default=None, examples=["English"])
    """What a player's menu calls it; left out: the language."""

    role: Role = "main"
    """What it is: main, commentary, description (of the picture), clean (without commentary) or dub."""

    codec: AudioCodec = "aac"
    """The audio codec: aac, ac3 or eac3."""

    bitrate: Bitrate = Field(default=Bitrate(96_000), examples=["96kbps", "128kbps", "384kbps"])
    """The bit rate of the audio, as 96kbps."""

    channels: Annotated[int, BeforeValidator(_channels)] = 2
    """1 (mono), 2 (stereo), 6 (5.1) or 8 (7.1)."""

    take: Annotated[tuple[Annotated[int, Field(ge=1, le=32, strict=True)], ...], Field(min_length=1)] | None = Field(
        default=None, examples=[[1, 2]]
    )
    """Which channels of the feed it is made of, counted from 1, as [1, 2]; left out: the first ones."""


class LoudnessTarget(Shape):
    """How loud the programme is made."""

    target: Loudness
    """The programme loudness, as -23LUFS (EBU R 128) or -24LUFS (ATSC A/85)."""

    true_peak: TruePeak = TruePeak(-1)
    """The highest true peak, as -1dBTP."""


class Audio(Shape):
    """The audio tracks, at 48 kHz."""

    tracks: Annotated[tuple[Track, ...], Field(min_length=1, max_length=16)]
    """The tracks: a list of languages and bit rates; the first is what players choose."""

    loudness: LoudnessTarget | None = None
    """How loud the programme is made; left out: as it comes."""


class Caption(Shape):
    """One caption or subtitle track of the feed that viewers get."""

    language: Language
    """The language as BCP 47 names it, as en, nb or pt-BR."""

    label: Label | None = Field(default=None, examples=["English"])
    """What a player's menu calls it; left out: the language."""

    format: CaptionFormat
    """How it comes in the feed: cea-608, cea-708, teletext, dvb-sub or webvtt."""

    service: Annotated[int, Field(ge=1, le=899, strict=True)] | None = Field(default=None, examples=[1, 888])
    """Which of the feed's: the channel of cea-608 (1 to 4), the service of cea-708 (1 to 63), the page of teletext
    (100 to 899)."""
