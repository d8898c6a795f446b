"""What each of a field's choices means, one sentence each: an editor shows it beside the choice.

`schema` takes them from here; a test demands a sentence for every choice of every field.
"""

from collections.abc import Mapping
from typing import Any

_CODECS = {
    "avc": "H.264: every player has it.",
    "hevc": "H.265: fewer bits for the same picture, for newer players.",
}
_PROFILES = {
    "baseline": "H.264 without B pictures, for very old players.",
    "main": "The usual one of H.265 in 8 bits; of H.264 for older players.",
    "high": "The usual one of H.264.",
    "high10": "H.264 in 10 bits.",
    "high422": "H.264 in 10 bits with 4:2:2 colour; few players have it.",
    "main10": "H.265 in 10 bits.",
}
_PRESETS = {
    "ultrafast": "The least work, and the worst picture for its bits.",
    "superfast": "Very little work.",
    "veryfast": "Little work: the usual one where a machine encodes several rungs live.",
    "faster": "Somewhat more work than veryfast.",
    "fast": "More work: a better picture for the same bits.",
    "medium": "Much work, for machines with cores to spare.",
    "slow": "The most work that a live chain can be asked for.",
}
_SCANS = {
    "progressive": "Whole pictures, as 25p and 50p.",
    "interlaced": "Two fields for each picture, as 1080i25.",
}
_PROTOCOLS = {
    "srt": "SRT: encrypted, and repairs losses; what most venues send.",
    "rtmp": "RTMP: of phones and small encoders; the stream key is the passphrase.",
    "rtp": "RTP without a connection: no repair and no passphrase, so allow says who may send.",
    "rist": "RIST: repairs losses as SRT does.",
    "pull": "We fetch an HLS playlist or a file by HTTP.",
}
_MODES = {"listener": "We wait, and the venue calls.", "caller": "We call the address that is given."}

CHOICES: Mapping[tuple[str, str], Mapping[Any, str]] = {
    ("Event", "cloud"): {
        "local": "This machine: really built, needs no account.",
        "aws": "Amazon Web Services.",
        "azure": "Microsoft Azure.",
        "gcp": "Google Cloud.",
    },
    ("Event", "importance"): {
        "low": "Goes last when not everything can.",
        "normal": "As most events.",
        "high": "Goes before most others.",
        "critical": "Goes first.",
    },
    ("Input", "protocol"): _PROTOCOLS,
    ("Input", "mode"): _MODES,
    ("Feed", "codec"): _CODECS | {"mpeg2": "MPEG-2, of older contribution encoders."},
    ("Feed", "scan"): _SCANS,
    ("Profile", "scte35"): {
        "off": "Marks of the feed are dropped.",
        "passthrough": "Marks of the feed stand in manifests.",
    },
    ("Profile", "redundancy"): {
        "single": "One chain; when it fails, the programme does.",
        "two-path": "Two chains that stand in for each other.",
    },
    ("Profile", "layers"): {
        "split": "Slow things stand in a foundation that all events share.",
        "series": "Some of them stand in a layer of the season, which its events share.",
        "single": "All of it in the event's own stack: slow to build, and nothing is shared.",
    },
    ("Ladder", "codec"): _CODECS,
    ("Ladder", "profile"): _PROFILES,
    ("Ladder", "preset"): _PRESETS,
    ("Ladder", "rate_control"): {
        "vbr": "An average and a peak.",
        "cbr": "Always the same rate.",
        "qvbr": "A quality under a peak: fewer bits where a picture is easy.",
    },
    ("Ladder", "aspect"): {
        "16:9": "Wide, as television is.",
        "4:3": "As television was.",
        "1:1": "Square.",
        "9:16": "Upright, for phones.",
    },
    ("Ladder", "scan"): _SCANS,
    ("Rendition", "codec"): _CODECS,
    ("Rendition", "profile"): _PROFILES,
    ("Rendition", "preset"): _PRESETS,
    ("Track", "role"): {
        "main": "The programme's sound.",
        "commentary": "With another commentary.",
        "description": "Says what is to be seen, for those who do not see it.",
        "clean": "The sound of the place without commentary.",
        "dub": "Speech in another language.",
    },
    ("Track", "codec"): {
        "aac": "AAC-LC: every player has it.",
        "ac3": "Dolby Digital.",
        "eac3": "Dolby Digital Plus.",
    },
    ("Track", "channels"): {1: "Mono.", 2: "Stereo.", 6: "5.1.", 8: "7.1."},
    ("Caption", "format"): {
        "cea-608": "In the picture's data, channels 1 to 4; North America.",
        "cea-708": "In the picture's data, services 1 to 63; North America.",
        "teletext": "Pages 100 to 899 of a transport stream; Europe.",
        "dvb-sub": "Pictures of text in a transport stream.",
        "webvtt": "Text of its own.",
    },
    ("Packaging", "formats"): {
        "hls": "HTTP Live Streaming: what Apple's players need.",
        "dash": "MPEG-DASH: what most others take.",
    },
    ("Packaging", "container"): {
        "cmaf": "Fragmented MP4, the same segments for HLS and DASH.",
        "ts": "Transport stream, for HLS alone.",
    },
    ("Drm", "scheme"): {
        "cenc": "AES in counter mode: Widevine, PlayReady and ClearKey.",
        "cbcs": "AES in CBC mode by a pattern: FairPlay, and newer Widevine and PlayReady.",
    },
    ("Drm", "systems"): {
        "clearkey": "Keys in plain answers to players: for rehearsals, no protection against viewers.",
        "widevine": "Google's: Chrome, Android, many televisions.",
        "playready": "Microsoft's: Windows, Xbox, many televisions.",
        "fairplay": "Apple's: Safari, iOS, tvOS.",
    },
    ("Drm", "keys"): {
        "one": "One key for everything.",
        "per-label": "One key for video, one for audio.",
        "per-resolution": "One key for each class of picture size, and one for audio.",
    },
    ("Drm", "key_source"): {
        "local": "The foundation's own key service; its licences are ClearKey's.",
        "speke": "A key server that is asked by SPEKE.",
    },
    ("Speke", "version"): {"2.0": "SPEKE 2.0; in quotes.", "2.1": "SPEKE 2.1; in quotes."},
    ("Cdn", "access"): {
        "open": "Whoever has the address gets in.",
        "signed": "Only a signed address or cookie gets in.",
    },
    ("Archive", "route"): {
        "copy": "The segments as they were aired, with the same keys.",
        "repackage": "Made anew from clear segments.",
    },
    ("Gates", "hops"): {
        "contribution": "The venue's feed comes in.",
        "encoder": "The encoder makes pictures.",
        "packager": "The packager writes segments.",
        "origin": "The origin serves them.",
        "licence": "The licence service answers.",
        "edge": "The edge serves what a viewer asks for.",
        "picture": "The picture is neither black nor still.",
        "sound": "There is something to hear.",
    },
    ("Timing", "overrun"): {
        "stay-up": "Nothing gives way: it stays until a person ends it.",
        "keep-start-times": "This one's end gives way: it ends on time for the next.",
        "keep-durations": "The starts that follow give way.",
    },
    ("Capacity", "spot"): {
        "never": "No machine that can be taken away.",
        "spare": "Only as spare ones beside the pair.",
    },
    ("Teardown", "confirm"): {
        "auto": "It goes once the end was proven.",
        "person": "It stays until somebody says so.",
    },
}
"""By the model and the field; a list's choices are those of its items."""
