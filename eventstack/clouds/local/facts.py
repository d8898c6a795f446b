"""What this machine offers as a cloud, and how long it takes.

Leads: on two cores an event's stack was there (init, preview, up) in 2.9 s when nothing else ran, and in 9.0 s beside
four other rehearsals; together they come to 10 s.
"""

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
    leads={"site": 2, "contribution": 1, "encoder": 0, "drm": 1, "archive": 0, "packager": 1, "cdn": 1},
    base_lead_s=5,
    settle_s=2,
)
