"""What a player reads: playlists, manifests and licences, whole and broken; and where its key travels."""

import asyncio
import contextlib
from collections.abc import Callable

import aiohttp
import psutil
import pytest

from eventstack.errors import Unplayable
from eventstack.playback.client import Client, at_once
from eventstack.playback.decoding import pictures, sound
from eventstack.playback.licence import obtain, refuses
from eventstack.playback.lists import read_list, read_master
from eventstack.playback.mpd import read_mpd
from eventstack.playback.pieces import read_fragment, read_init
from tests.probes.chain import Chain, Clock, serving
from tests.probes.material import CELLS, FIRST, KEYS, Material

Get = Callable[..., Material]
AT = "http://edge/talk/live/list.m3u8"

LIST = """#EXTM3U
#EXT-X-VERSION:7
#EXT-X-TARGETDURATION:2
#EXT-X-MEDIA-SEQUENCE:17
#EXT-X-KEY:METHOD=SAMPLE-AES-CTR,URI="data:text/plain;base64,AAECAwQFBgcICQoLDA0ODw==",KEYFORMAT="org.w3.clearkey"
#EXT-X-KEY:METHOD=SAMPLE-AES-CTR,URI="../../keys/100102030405060708090a0b0c0d0e0f",KEYFORMAT="identity"
#EXT-X-MAP:URI="../cells/v/init.mp4"
#EXT-X-PROGRAM-DATE-TIME:2026-11-22T18:00:00.000Z
#EXTINF:1.92,
../cells/v/17.m4s
#EXTINF:1.92,
#EXT-X-GAP
../cells/v/18.m4s
"""

MPD = """<?xml version="1.0"?>
<MPD xmlns="urn:mpeg:dash:schema:mpd:2011" type="static" mediaPresentationDuration="PT1M0.5S">{periods}</MPD>"""
PERIOD = """<Period id="{at}"><BaseURL>part/</BaseURL><AdaptationSet><SegmentTemplate timescale="100" startNumber="{at}"
media="$RepresentationID$/$Number$.m4s"><SegmentTimeline><S t="{t}" d="192" r="1"/></SegmentTimeline></SegmentTemplate>
<Representation id="v" bandwidth="1"/></AdaptationSet></Period>"""


def test_a_list_gives_numbers_dates_gaps_and_every_key() -> None:
    listed = read_list(LIST, AT)
    assert (listed.sequence, listed.end, listed.ended) == (17, 19, False)
    assert listed.kids == ("000102030405060708090a0b0c0d0e0f", "100102030405060708090a0b0c0d0e0f")
    assert listed.key_urls == ("http://edge/keys/100102030405060708090a0b0c0d0e0f",)
    assert [cell.gap for cell in listed.cells] == [False, True]
    assert listed.newest is listed.cells[0]
    assert listed.cells[1].at == listed.cells[0].ends_at
    assert listed.cells[0].init_url == "http://edge/talk/cells/v/init.mp4"


@pytest.mark.parametrize(
    ("text", "says"),
    [
        ("", "not an HLS playlist"),
        ("<html>", "not an HLS playlist"),
        ("#EXTM3U\n#EXT-X-STREAM-INF:BANDWIDTH=1\na.m3u8\n", "a master where a media playlist"),
        ("#EXTM3U\n#EXTINF:x,\na.m4s\n", "unreadable"),
    ],
)
def test_what_is_no_media_playlist_says_so(text: str, says: str) -> None:
    with pytest.raises(Unplayable, match=says):
        read_list(text, AT)


@pytest.mark.parametrize("text", ["", "#EXTM3U\n", LIST])
def test_what_is_no_master_says_so(text: str) -> None:
    with pytest.raises(Unplayable):
        read_master(text, AT)


def test_a_track_of_several_periods_is_one_track() -> None:
    text = MPD.format(periods=PERIOD.format(at=3, t=576) + PERIOD.format(at=6, t=1152))
    mpd = read_mpd(text, "http://edge/vod/talk/manifest.mpd")
    assert mpd.static
    assert mpd.duration_s == pytest.approx(60.5)
    (track,) = mpd.tracks
    assert [url.rpartition("/talk/")[2] for url in track.urls] == [f"part/v/{n}.m4s" for n in (3, 4, 6, 7)]
    assert track.duration_s == pytest.approx(4 * 1.92)


@pytest.mark.parametrize("text", ["", "/etc/hostname", "http://127.0.0.1:9/x.mpd", "<MPD", "<MPD></MPD><MPD>"])
def test_what_is_no_manifest_is_not_looked_for_elsewhere(text: str) -> None:
    with pytest.raises(Unplayable):
        read_mpd(text, "http://edge/manifest.mpd")


@pytest.mark.parametrize("data", [b"", b"garbage garbage", b"\0\0\0\x08moov"])
def test_boxes_that_are_none_are_unplayable(data: bytes) -> None:
    with pytest.raises(Unplayable):
        read_init(data, "init.mp4")


@pytest.mark.chain
def test_a_segment_cut_short_is_unplayable(material: Get) -> None:
    track = material().folder / "v234"
    init = read_init((track / "init.mp4").read_bytes(), "init.mp4")
    whole = (track / f"{FIRST}.m4s").read_bytes()
    assert read_fragment(whole, init, "n.m4s").samples == 48
    with pytest.raises(Unplayable):
        read_fragment(whole[: len(whole) // 2], init, "n.m4s")


async def test_the_first_failure_ends_what_runs_beside_it() -> None:
    ended = asyncio.Event()

    async def wait() -> None:
        try:
            await asyncio.Event().wait()
        finally:
            ended.set()

    async def fail() -> None:
        await asyncio.sleep(0)
        raise Unplayable("no")

    with pytest.raises(Unplayable, match="no"):
        await at_once([wait(), fail()])
    assert ended.is_set()


@pytest.mark.chain
async def test_a_broken_key_service_refuses_nothing(material: Get) -> None:
    chain = Chain(material(protected=True), Clock().now)
    async with serving(chain), aiohttp.ClientSession() as session:
        client, url = Client(session), f"{chain.base}/licence"
        assert await obtain(client, url, [KEYS["video"][0]]) == dict([KEYS["video"]])
        assert await refuses(client, url, "f" * 32)
        assert not await refuses(client, url, KEYS["video"][0])
        chain.key_service = False
        with pytest.raises(Unplayable, match="502"):
            await refuses(client, url, "f" * 32)


@pytest.mark.chain
async def test_a_key_is_in_no_argument_while_it_is_used(material: Get) -> None:
    track = material(protected=True).folder / "v360"
    media = b"".join((track / name).read_bytes() for name in ("init.mp4", *(f"{FIRST + n}.m4s" for n in range(CELLS))))
    key = KEYS["video"][1]
    seen: list[list[str]] = []
    for _ in range(20):
        task = asyncio.create_task(pictures(media, key))
        while not task.done():
            with contextlib.suppress(psutil.Error):
                seen += [child.cmdline() for child in psutil.Process().children() if "ffmpeg" in child.name()]
            await asyncio.sleep(0.001)
        decoded, frames = await task
        assert decoded.clean, decoded.errors
        assert len(frames) == 48 * CELLS
        if seen:
            break
    assert seen
    assert not any(key in argument for arguments in seen for argument in arguments)


@pytest.mark.chain
async def test_what_the_decoder_complains_of_shows_no_key(material: Get) -> None:
    track = material(protected=True).folder / "sound"
    media = b"".join((track / name).read_bytes() for name in ("init.mp4", f"{FIRST}.m4s"))
    wrong = "ab" * 16
    decoded = await sound(media, wrong)
    assert not decoded.clean
    assert wrong not in repr(decoded.errors)
    with pytest.raises(Unplayable) as refused:
        await sound(media, "not a key")
    assert "not a key" not in str(refused.value)
