"""What this machine offers as a cloud, and how long it takes (measured on two cores)."""

from eventstack.planning.facts import CloudFacts

FACTS = CloudFacts(
    name="local",
    roles=("contribution", "encoder", "packager", "drm", "cdn", "archive"),
    features=frozenset(
        {
            "contribution/srt-listener",
            "source/none",
            "source/synthetic",
            "source/file",
            "codec/avc",
            "format/hls",
            "format/dash",
            "scheme/cenc",
            "scheme/cbcs",
            "system/clearkey",
            "system/widevine",
            "system/playready",
            "licence/clearkey",
            "keys/per-label",
            "layers/split",
            "verb/slate",
        }
    ),
    # Only the machine's supervisor takes time of its own; parts are prepared in parallel, well under a second.
    leads={"site": 2, "contribution": 1, "encoder": 0, "drm": 1, "archive": 0, "packager": 1, "cdn": 1},
    base_lead_s=5,
    settle_s=2,
)
