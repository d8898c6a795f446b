"""A small ladder and its chain's configurations, for tests that run parts or build their command lines."""

from datetime import UTC, datetime, timedelta

from eventstack.node import config
from eventstack.planning.parts import AudioTrack, Rendition, Segment

SEGMENT = Segment(duration="48/25", timescale=90_000, ticks=172_800)
SOUND = AudioTrack(
    name="a-en", codec="aac", language="en", label="English", bitrate=96_000, sample_rate=48_000, channels=2
)


def rung(height: int, width: int, bitrate: int, frame_rate: str = "25") -> Rendition:
    return Rendition(
        name=f"v{height}",
        codec="avc",
        profile="main",
        width=width,
        height=height,
        frame_rate=frame_rate,
        bitrate=bitrate,
        max_bitrate=bitrate * 11 // 10,
        buffer_bits=bitrate,
        preset="ultrafast",
    )


LADDER = (rung(180, 320, 300_000), rung(234, 416, 400_000), rung(360, 640, 800_000))
TRACKS = (
    *(config.Track(index=i, name=one.name, kind="video", label="video", rendition=one) for i, one in enumerate(LADDER)),
    config.Track(index=len(LADDER), name=SOUND.name, kind="audio", label="audio", audio=SOUND),
)


def epoch(ago: timedelta = timedelta(minutes=15)) -> str:
    return (datetime.now(UTC) - ago).replace(microsecond=0).isoformat()


def encoder(feed: str, at: str, *, slate: bool = True) -> config.Encoder:
    return config.Encoder(feed=feed, epoch=at, segment=SEGMENT, renditions=LADDER, audio=(SOUND,), slate=slate)
