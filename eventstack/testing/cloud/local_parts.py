"""What eventstack's own plugin promises for each resource of the local cloud, with made-up addresses.

By it the programs of real plans run where no machine is built: under Pulumi's mocks, and on the fake cloud when it
attaches as `eventstack`.
"""

import json
from collections.abc import Mapping
from typing import Any

NODE, PART = "eventstack:index:Node", "eventstack:index:Part"

KINDS: Mapping[str, Mapping[str, Any]] = {
    "keys": {"address": "http://127.0.0.1:7001", "credential_file": "/f/parts/keys/token"},
    "archive": {"address": "http://127.0.0.1:7002", "directory": "/archive"},
    "edge": {
        "address": "http://127.0.0.1:7003",
        "preview_address": "http://127.0.0.1:7004",
        "preview_credential_file": "/f/parts/edge/preview",
    },
    "receiver": {"ingest": "srt://127.0.0.1:7005", "passphrase_file": "/e/p", "feed": "udp://127.0.0.1:7006"},
    "sender": {},
    "encoder": {"stream": "udp://127.0.0.1:7007"},
    "packager": {"directory": "/e/parts/packager"},
    "publisher": {"root": "/e/parts/publisher/root"},
    "origin": {"address": "http://127.0.0.1:7008"},
    "content-key": {"kids": {"video": "a" * 32, "audio": "b" * 32}, "record": "/archive/talk/keys.jwe"},
    "recording": {"directory": "/archive/talk"},
    "edge-entry": {
        "hls": "http://127.0.0.1:7003/talk/live/master.m3u8",
        "dash": "http://127.0.0.1:7003/talk/live/manifest.mpd",
        "preview_hls": "http://127.0.0.1:7004/talk/lineup/master.m3u8",
        "preview_dash": "http://127.0.0.1:7004/talk/lineup/manifest.mpd",
        "vod_hls": "http://127.0.0.1:7003/vod/talk/master.m3u8",
        "vod_dash": "http://127.0.0.1:7003/vod/talk/manifest.mpd",
        "credential_file": "/f/parts/edge-entry/token",
    },
}
"""The outputs of every kind of part (`eventstack.node.config`)."""


def outputs(type_: str, inputs: Mapping[str, Any]) -> dict[str, Any]:
    """The outputs of one resource beside its inputs; empty for other types than ours."""
    if type_ == NODE:
        layer = inputs["tags"]["eventstack-layer"]
        return {"address": f"http://{layer}:7000", "token_file": f"/{layer}/token", "directory": f"/{layer}"}
    if type_ == PART:
        return {"outputs": dict(KINDS[json.loads(inputs["config"])["type"]])}
    return {}
