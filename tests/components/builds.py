"""Builds as a plan holds them, small but whole."""

from typing import Any

import msgspec

from eventstack.planning import naming, parts

FOUNDATION_OUTPUTS: dict[str, Any] = {
    "control": "http://foundation:7000",
    "control_token_file": "/foundation/token",
    "edge": "http://127.0.0.1:7003",
    "preview": "http://127.0.0.1:7004",
    "preview_credential_file": "/foundation/preview",
    "keys": "http://127.0.0.1:7001",
    "keys_credential_file": "/foundation/keys",
    "archive": "/archive",
    "tags": {},
    "occurrence": "rehearsal",
}

DRM = parts.Drm(scheme="cenc", systems=("clearkey",), content_id="talk", labels=("video", "audio"), key_source="local")
ENCODER = parts.Encoder(
    renditions=tuple(
        parts.Rendition(
            name=f"{height}p",
            codec="avc",
            profile="main",
            width=height * 16 // 9,
            height=height,
            frame_rate="25",
            bitrate=height * 2000,
            max_bitrate=height * 2200,
            buffer_bits=height * 4000,
            preset="veryfast",
        )
        for height in (540, 360)
    ),
    audio=(
        parts.AudioTrack(
            name="en", codec="aac", language="en", label="English", bitrate=96000, sample_rate=48000, channels=2
        ),
    ),
    slate=True,
)
CONTRIBUTION = parts.Contribution(
    protocol="srt",
    mode="listener",
    latency_ms=120,
    passphrase=parts.SecretRef(source="generated"),
    source=parts.Source(kind="synthetic"),
)
SEGMENT = parts.Segment(duration="48/25", timescale=90000, ticks=172800)
EPOCH = "2026-11-22T17:30:00Z"


def foundation(**changes: Any) -> parts.Build:
    build = parts.Build(
        format=1,
        layer="foundation",
        owner="local",
        occurrence="rehearsal",
        incarnation=1,
        cloud="local",
        project="eventstack-foundation",
        stack="rehearsal-i1",
        tags=naming.identity_tags("local", "rehearsal", 1, "foundation"),
        drm=DRM,
        cdn=parts.Cdn(),
        archive=parts.Archive(),
    )
    return msgspec.structs.replace(build, **changes)


def event(**changes: Any) -> parts.Build:
    parent = parts.Parent(
        layer="foundation",
        project="eventstack-foundation",
        stack="rehearsal-i1",
        incarnation=1,
        outputs=FOUNDATION_OUTPUTS,
        outputs_hash="0",
    )
    build = parts.Build(
        format=1,
        layer="event",
        owner="local",
        occurrence="talk",
        incarnation=1,
        cloud="local",
        project="eventstack-event",
        stack="talk-i1",
        tags=naming.identity_tags("local", "talk", 1, "event"),
        parents=(parent,),
        epoch=EPOCH,
        segment=SEGMENT,
        contribution=CONTRIBUTION,
        encoder=ENCODER,
        packager=parts.Packager(hls=True, dash=True, window_s=60),
        drm=DRM,
        cdn=parts.Cdn(path="talk"),
        archive=parts.Archive(path="talk"),
    )
    return msgspec.structs.replace(build, **changes)
