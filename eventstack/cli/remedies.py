"""Which overrides of an event make a shipped profile resolve on a cloud that refuses it as it is.

`eventstack init` writes them into the event that it begins, and the page of profiles by cloud tells them; its test
resolves every one.
"""

from collections.abc import Mapping

REMEDIES: Mapping[tuple[str, str], str] = {
    ("sports-1080p50", "local"): "{ ladder: { frame_rate: 25fps } }",
    ("sports-1080p50", "azure"): "{ scte35: off }",
    ("sports-1080p50", "gcp"): "{ scte35: off }",
    ("sports-hevc-1080p50", "local"): "{ ladder: { codec: avc, profile: high, frame_rate: 25fps } }",
    ("sports-hevc-1080p50", "azure"): "{ scte35: off }",
    ("sports-hevc-1080p50", "gcp"): "{ scte35: off }",
    ("rehearsal-540p25", "aws"): "{ drm: off }",
    ("race-weekend", "local"): "{ layers: split, ladder: { frame_rate: 25fps } }",
    ("premium-drm-1080p50", "local"): (
        "{ ladder: { frame_rate: 25fps }, cdn: { access: open }, drm: { scheme: cenc, systems: [clearkey], "
        "keys: per-label, key_source: local, speke: null } }"
    ),
}
"""Overrides of an event with which a profile resolves where it is refused. What has none here asks for what that cloud
can't be talked into, or for so many others that it would be another profile."""
