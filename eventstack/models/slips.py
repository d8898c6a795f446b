"""What was probably meant by a value that is refused: the usual slips with units, numbers, sizes, codecs and switches.

Every function offers values for a text, the likeliest first, whatever the field is; `faults` takes the first that the
field accepts, so that what is suggested can be written.
"""

import re
import unicodedata
from collections.abc import Iterator

from eventstack.models.core_schema import plain

ID_PATTERN = r"^[a-z0-9]([a-z0-9-]{0,46}[a-z0-9])?$"
"""Ids become names of stacks, directories and addresses: up to 48 lower-case letters, digits and inner hyphens."""

ID_FORM = "lower-case letters, digits and inner hyphens, up to 48"

Meant = str | int | bool

_UNITS = {
    "bps": "bit/s bits/s",
    "kbps": "k kb kbit kbits kbit/s kbits/s kb/s kbps",
    "Mbps": "m mb mbit mbits mbit/s mbits/s mb/s mbps",
    "Gbps": "g gb gbit gbit/s gb/s gbps",
    "ms": "ms msec msecs millis milliseconds millisekunden",
    "s": "s sec secs second seconds sek sekunde sekunden",
    "m": "m min mins minute minutes minuten",
    "h": "h hr hrs hour hours std stunde stunden",
    "d": "d day days tag tage",
    "fps": "fps hz p frames",
    "%": "% percent pct prozent",
    "LUFS": "lufs lkfs",
    "dBTP": "dbtp db",
}
_WORDS: dict[str, tuple[Meant, ...]] = {
    **dict.fromkeys(("yes", "on", "ja", "y", "true", "wahr"), (True,)),
    **dict.fromkeys(("no", "off", "nein", "n", "none", "false", "falsch", "never"), (False, "off")),
    **dict.fromkeys(("h264", "h.264", "x264", "avc1", "mpeg4"), ("avc",)),
    **dict.fromkeys(("h265", "h.265", "x265", "hvc1", "hev1"), ("hevc",)),
    **dict.fromkeys(("fmp4", "mp4", "isobmff"), ("cmaf",)),
    **dict.fromkeys(("mpegts", "mpeg-ts", "m2ts"), ("ts",)),
    **dict.fromkeys(("interlace", "i"), ("interlaced",)),
    "mono": (1,),
    "stereo": (2,),
    "5.1": (6,),
    "7.1": (8,),
    "4k": ("3840x2160",),
    "uhd": ("3840x2160",),
}
_AMOUNT = re.compile(r"(-?[0-9]{1,12}(?:[.,][0-9]{1,9})?)([A-Za-z/%]*)")
_THOUSANDS = re.compile(r"[0-9]{1,3}(?:[., _'][0-9]{3})+")
_MANY = re.compile(r"([0-9]{1,6}(?:[.,][0-9]{1,3})?) ?([kKmM])")
_LINES = re.compile(r"(2160|1440|1080|900|720|540|360|288|180)[pi][0-9.]*")
_PIXELS = re.compile(r"([0-9]{2,5})\s*[xX\u00d7*]\s*([0-9]{2,5})")
_HOST = re.compile(r"(?:[0-9]{1,3}\.){3}[0-9]{1,3}")


def candidates(text: str) -> Iterator[Meant]:
    """What a text may have been meant as, the likeliest first."""
    line = " ".join(text.split())[:100]
    yield line
    if (value := plain(line)) is not None and isinstance(value, int):
        yield value
    yield from _WORDS.get(line.lower(), ())
    yield from _numbers(line)
    yield from _amounts(line)
    if found := _LINES.fullmatch(line.lower()):
        yield f"{int(found[1]) * 16 // 9}x{found[1]}"
    if found := _PIXELS.fullmatch(line):
        yield f"{found[1]}x{found[2]}"
    if _HOST.fullmatch(line):
        yield f"{line}/32"
    yield line.replace("_", "-")
    yield line.lower()
    yield slug(line)


def _numbers(line: str) -> Iterator[int]:
    if _THOUSANDS.fullmatch(line):
        yield int(re.sub(r"\D", "", line))
    if found := _MANY.fullmatch(line):
        number = float(found[1].replace(",", ".")) * (1000 if found[2] in "kK" else 1_000_000)
        yield round(number)
    if found := re.fullmatch(r"([0-9]{1,12}) ?[A-Za-z]+", line):
        yield int(found[1])


def _amounts(line: str) -> Iterator[str]:
    dense = line.replace(" ", "")
    yield dense
    if found := _AMOUNT.fullmatch(dense):
        number, unit = found[1].replace(",", "."), found[2].lower()
        for wanted, names in _UNITS.items():
            if unit in names.split():
                yield f"{number}{wanted}"
        if not unit:  # never a duration or a bit rate: nobody has to guess what those count
            yield from (f"{number}{only}" for only in ("%", "fps", "LUFS", "dBTP"))


def slug(text: str) -> str:
    """The text as an id: `HB 2027` is `hb-2027`."""
    stem = re.sub(r"\.ya?ml$", "", text.lower()).translate({ord("ä"): "ae", ord("ö"): "oe", ord("ü"): "ue"})
    ascii_only = unicodedata.normalize("NFKD", stem.replace("ß", "ss")).encode("ascii", "ignore").decode()
    return re.sub(r"[^a-z0-9]+", "-", ascii_only).strip("-")[:48].strip("-")


def entries(text: str) -> list[str]:
    """The entries of a list that was written without brackets: `hls, dash`, and of numbers `1-2`."""
    if found := re.fullmatch(r"([0-9]{1,2}) ?(?:-|\u2013|to) ?([0-9]{1,2})", text.strip()):
        return [str(number) for number in range(int(found[1]), min(int(found[2]), int(found[1]) + 32) + 1)]
    return [part for part in re.split(r"\s*[,;]\s*|\s+", text.strip()) if part][:20]


def spelt(value: Meant) -> str:
    """A value as YAML has it, in quotes where it would be something else without."""
    if isinstance(value, bool):
        return str(value).lower()
    return f'"{value}"' if isinstance(value, str) and not isinstance(plain(value), str) else str(value)
