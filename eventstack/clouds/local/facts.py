"""What this machine offers as a cloud, and how long it takes.

A rehearsal leaves out what only viewers elsewhere would notice, since nobody but this machine can reach the address;
it refuses what would make it look as if something had been rehearsed that was not, or would open what is to be closed.

Leads: on two cores an event's stack was there (init, preview, up) in 2.9 s when nothing else ran, and in 9.0 s beside
four other rehearsals; together they come to 10 s. `base_lead_s` and `settle_s` were measured with them.
"""

from eventstack.planning.facts import CloudFacts, Creates, Lead
from eventstack.planning.features import words

_MEASURED = "measured: beside four other rehearsals on two cores the whole stack took 9.0 s"

_NODE = "eventstack:index:Node"
_PART = "eventstack:index:Part"

_UNREACHED = "nobody but this machine can reach the address"

FACTS = CloudFacts(
    name="local",
    roles=("contribution", "encoder", "packager", "drm", "cdn", "archive"),
    features=frozenset[str]().union(
        words("contribution", "srt-listener"),
        words("source"),
        words("secret", "generated", "env", "file"),
        words("codec", "avc"),
        words("profile", "baseline", "main", "high"),
        words("rate-control", "vbr"),
        words("preset"),
        words("audio", "aac"),
        words("channels", "1", "2"),
        words("audio-role", "main"),
        words("format"),
        words("container", "cmaf"),
        words("scheme"),
        words("system", "clearkey", "widevine", "playready"),
        words("licence", "clearkey"),
        words("keys", "per-label"),
        words("key-source", "local"),
        words("access", "open"),
        words("redundancy", "single"),
        words("vod", "none", "copy"),
        words("slate", "card"),
        words("verb", "slate"),
        words("layers", "split"),
        words("teardown", "settle"),
    ),
    ignores={
        "contribution/backup": "one machine has one receiver; the primary feed alone is taken",
        "contribution/allow": "the receiver listens on this machine's own address only",
        "feed/expected": "the gates look at picture and sound, not at what was announced",
        "level/pinned": "the encoder writes the lowest level that size and rate need",
        "rate-control/cbr": "rungs are encoded at a capped variable rate: the same average, and a peak above it",
        "rate-control/qvbr": "rungs are encoded at a capped variable rate: the same average and peak",
        "gop/short": "one key frame a segment, so only seeking is coarser",
        "loudness/target": "sound is passed on as loud as it comes in",
        "audio-role/commentary": "the track is there, and marked as a main one",
        "audio-role/description": "the track is there, and marked as a main one",
        "audio-role/clean": "the track is there, and marked as a main one",
        "audio-role/dub": "the track is there, and marked as a main one",
        "audio-input/any": "every track is made from the feed's first sound here, which is enough for a rehearsal",
        "markers/scte35": "nothing here inserts breaks; marks are dropped",
        "start-over/any": "the window is all that can be rewound; the recording holds the rest afterwards",
        "domain/own": _UNREACHED,
        "cors/any": _UNREACHED,
        "redundancy/two-path": "one machine has one path",
        "archive/keep": "recordings stay in the archive until a person removes them",
        "slate/image": "an image can't be shown here; the slate is a generated card",
        "thresholds/any": "the gates of the line-up look; no alarm is raised afterwards",
        "capacity": "this machine is what there is",
        "teardown/keep": "nothing takes a stack of this machine down but a command",
        "teardown/person": "nothing takes a stack of this machine down but a command",
        "region/named": "this machine is the only place",
        "placement/rule": "this machine is the only place",
        "rights": _UNREACHED,
    },
    refuses={
        "contribution": "the receiver of this machine listens for SRT; let the rehearsal's feed come in by it",
        "secret/store": "there is no secret store here; use generated, env:NAME or file:PATH",
        "scan/interlaced": "the encoder of this machine does not deinterlace: every rung would show combs",
        "codec/hevc": "only AVC was ever run through this chain",
        "rate-control/hevc-vbr": "only AVC was ever run through this chain",
        "profile": "the encoder of this machine makes 8-bit 4:2:0 pictures",
        "rate/mixed": "every rung has the ladder's frame rate on this machine's grid",
        "rate/fractional": "no segment shorter than 21.35 s holds whole numbers of pictures at a rate over 1001 and of "
        "AAC frames at 48 kHz, which this machine's grid needs",
        "programme/audio-only": "the encoder of this machine makes its cells from pictures",
        "audio": "only AAC was ever run through this chain",
        "channels": "sound is mono or stereo here",
        "captions": "captions are not made here, and a rehearsal without them would pass as one with them: "
        "take them out by an override",
        "container/ts": "segments are fragmented MP4",
        "latency/low": "players get whole segments only: a latency rehearsed here would not be the real one",
        "grid/inexact": "a cell is published only when every track has it whole, so a segment has to be a whole number "
        "of audio frames, as 1.92s at 25 frames a second",
        "system/fairplay": "no FairPlay licence can be had here, and nothing that plays one",
        "licence": "the licence service of this machine serves ClearKey",
        "keys/one": "keys are born one for video and one for audio",
        "keys/per-resolution": "keys are born one for video and one for audio",
        "key-source/speke": "content keys of a vendor are not for a rehearsal; take key source local by an override",
        "rotation": "with keys given by value the packager changes their bytes only, and warns that this is naive",
        "policy": "ClearKey licences carry no policy",
        "access/signed": "the edge of this machine checks no signature: what is to be closed would be open",
        "vod/repackage": "the recording is the aired segments; vod: copy lists them for on demand",
        "layers/series": "no stack of a series is built here",
        "layers/single": "the edge and the keys live in a foundation that events share",
    },
    leads={
        "site": Lead(2, _MEASURED),
        "contribution": Lead(1, _MEASURED),
        "encoder": Lead(0, _MEASURED),
        "drm": Lead(1, _MEASURED),
        "archive": Lead(0, _MEASURED),
        "packager": Lead(1, _MEASURED),
        "cdn": Lead(1, _MEASURED),
    },
    base_lead_s=5,
    settle_s=2,
    creates=(
        Creates("site", _NODE),
        Creates("contribution", _PART),
        Creates("contribution", _PART, when="source/synthetic"),
        Creates("contribution", _PART, when="source/file"),
        Creates("encoder", _PART),
        Creates("drm", _PART, when="key-source/local"),
        Creates("archive", _PART),
        # the packager itself, the publisher, the origin
        Creates("packager", _PART),
        Creates("packager", _PART),
        Creates("packager", _PART),
        Creates("cdn", _PART),
        Creates("site", _NODE, layer="foundation"),
        Creates("drm", _PART, when="key-source/local", layer="foundation"),
        Creates("archive", _PART, layer="foundation"),
        Creates("cdn", _PART, layer="foundation"),
    ),
)
