"""Builds as a plan holds them, small but whole."""

from typing import Any

import msgspec

from eventstack.planning import naming, plan

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

DRM = plan.Drm(scheme="cenc", systems=("clearkey",), content_id="talk", labels=("video", "audio"), key_source="local")
ENCODER = plan.Encoder(
    renditions=tuple(
        plan.Rendition(
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
        plan.AudioTrack(
            name="en", codec="aac", language="en", label="English", bitrate=96000, sample_rate=48000, channels=2
        ),
    ),
    slate=True,
)
CONTRIBUTION = plan.Contribution(
    protocol="srt",
    mode="listener",
    latency_ms=120,
    passphrase=plan.SecretRef(source="generated"),
    source=plan.Source(kind="synthetic"),
)
SEGMENT = plan.Segment(duration="48/25", timescale=90000, ticks=172800)
EPOCH = "2026-11-22T17:30:00Z"


def foundation(**changes: Any) -> plan.Build:
    build = plan.Build(
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
        cdn=plan.Cdn(),
        archive=plan.Archive(),
    )
    return msgspec.structs.replace(build, **changes)


def event(**changes: Any) -> plan.Build:
    parent = plan.Parent(
        layer="foundation",
        project="eventstack-foundation",
        stack="rehearsal-i1",
        incarnation=1,
        outputs=FOUNDATION_OUTPUTS,
        outputs_hash="0",
    )
    build = plan.Build(
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
        packager=plan.Packager(hls=True, dash=True, window_s=60),
        drm=DRM,
        cdn=plan.Cdn(path="talk"),
        archive=plan.Archive(path="talk"),
    )
    return msgspec.structs.replace(build, **changes)
