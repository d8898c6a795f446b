"""What a chain of our own machines carries out, whichever cloud rents them: ffmpeg, Shaka Packager and our publisher.

For the facts of clouds that have no managed live chain. The software and its grid are those of the local cloud; more
is offered here than there, since a cloud's machine is chosen for its event. Pure data.
"""

from collections.abc import Mapping

from eventstack.planning.facts import Machine
from eventstack.planning.features import words

FEATURES: frozenset[str] = frozenset[str]().union(
    words("contribution"),
    words("source", "none"),
    words("secret", "store"),
    words("scan"),
    words("codec"),
    words("profile"),
    words("level"),
    words("rate-control", "vbr", "hevc-vbr", "cbr"),
    words("rate", "mixed"),
    words("gop"),
    words("preset"),
    words("programme"),
    words("audio"),
    words("channels"),
    words("loudness"),
    words("audio-role"),
    words("audio-input"),
    words("format"),
    words("container", "cmaf"),
    words("start-over"),
    words("scheme"),
    words("system"),
    words("licence", "clearkey"),
    words("keys"),
    words("key-source", "local"),
    words("access", "open"),
    words("domain"),
    words("cors"),
    words("redundancy"),
    words("vod"),
    words("archive"),
    words("slate", "card"),
    words("verb"),
    words("thresholds"),
    words("capacity", "machine", "headroom"),
    words("layers", "split", "series"),
    words("teardown"),
    words("region"),
    words("placement"),
)
"""What it carries out; a cloud adds what its own services do."""

IGNORES: Mapping[str, str] = {
    "feed/expected": "the gates look at picture and sound, not at what was announced",
    "rate-control/qvbr": "x264 and x265 have no such mode; a capped variable rate takes its place",
    "capacity/spot": "every machine is on demand; none that can be taken away stands beside the pair",
    "slate/image": "an image can't be shown here; the slate is a generated card",
}
"""What it leaves out."""

REFUSES: Mapping[str, str] = {
    "source": "a stand-in for a venue is sent from a machine of yours, not from here",
    "secret": "a machine fetches a passphrase from the cloud's secret store with its own identity, so that it passes "
    "through no plan and no state: put it there and write store:NAME",
    "rate/fractional": "no segment shorter than 21.35 s holds whole numbers of pictures at a rate over 1001 and of AAC "
    "frames at 48 kHz, which the grid of our publisher needs",
    "captions": "no captions were ever carried through this chain, and viewers would miss them",
    "markers": "ffmpeg drops the marks when it encodes: breaks would be lost without a word",
    "container/ts": "segments are fragmented MP4",
    "latency/low": "the packager writes low-latency DASH and no low-latency HLS, and neither was ever tried here",
    "grid/inexact": "a cell is published only when every track has it whole, and two paths meet on such cells only, so "
    "a segment has to be a whole number of audio frames, as 1.92s at 25 frames a second",
    "licence": "the key service of our own serves ClearKey; a vendor's licence server does not know its keys",
    "key-source/speke": "the packager's released binary, 3.8.0, rejects its own flags for CPIX",
    "rotation": "with keys given by value the packager changes their bytes only, and warns that this is naive",
    "policy": "ClearKey licences carry no policy",
}
"""What it refuses, as far as somebody may well ask for it."""

MACHINE = Machine(
    origin_bps=950_000_000,
    origin_rps=990,
    pixels_s=(1920 * 1080 + 1280 * 720 + 960 * 540 + 640 * 360) * 50,
    weights={"hevc": 3, "slow": 2},
    source="measured: 950 Mbit/s and 994 requests a second to 500 virtual viewers on two shared cores, none late; "
    "four rungs up to 1080p25 take 4.8 s of a core a second at preset medium, so 16 cores can do the double rate. "
    "Estimates: HEVC takes three times as much, preset slow twice",
)
"""What one machine carries. The network of a vendor's machine may carry more; no figure of theirs is counted on."""
