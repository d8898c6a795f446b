import base64
import warnings
from datetime import UTC, datetime
from fractions import Fraction
from typing import Any
from xml.etree import ElementTree as ET

import m3u8
import pytest
from hypothesis import given
from hypothesis import strategies as st
from mpegdash.parser import MPEGDASHParser

from eventstack.media import dash, hls, pssh
from eventstack.media.grid import Grid
from eventstack.media.presentation import Entry, Presentation, Protection, Stream

GRID = Grid(datetime(2026, 11, 22, 18, tzinfo=UTC), Fraction(48, 25))
KIDS = ("00112233445566778899aabbccddeeff", "10112233445566778899aabbccddeeff")
PROTECTION = Protection("cenc", ("clearkey", "widevine", "playready"), "http://127.0.0.1:8080/licence")
NOW = datetime(2026, 11, 22, 18, 5, tzinfo=UTC)
NS = {"d": dash.MPD, "cenc": dash.CENC, "dashif": dash.DASHIF, "mspr": dash.MSPR}


def streams(*, protected: bool = True) -> tuple[Stream, ...]:
    video_kid, audio_kid = KIDS if protected else (None, None)
    return (
        Stream("v1", "video", "avc1.4d401e", 90000, 440_000, 400_000, video_kid, 416, 234),
        Stream("v2", "video", "avc1.4d401f", 90000, 1_980_000, 1_800_000, video_kid, 960, 540),
        Stream("a1", "audio", "mp4a.40.2", 90000, 96_000, 96_000, audio_kid, language="en", title="English"),
    )


def presentation(numbers: list[int], missing: tuple[int, ...] = (), *, protected: bool = True) -> Presentation:
    entries = tuple(Entry(number, GRID.instant(number), number in missing) for number in numbers)
    return Presentation(GRID, streams(protected=protected), entries, PROTECTION if protected else None)


def mpd(text: str) -> Any:
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        return MPEGDASHParser.parse(text)


@st.composite
def windows(draw: st.DrawFn) -> Presentation:
    first = draw(st.integers(0, 10**6))
    length = draw(st.integers(1, 40))
    numbers = list(range(first, first + length))
    holes = draw(st.sets(st.sampled_from(numbers[1:-1]))) if length > 2 else set()
    return presentation(numbers, tuple(holes), protected=draw(st.booleans()))


@given(view=windows())
def test_a_media_playlist_numbers_and_dates_every_cell(view: Presentation) -> None:
    playlist = m3u8.loads(hls.media(view, view.streams[0]))
    assert playlist.media_sequence == view.entries[0].number
    assert playlist.target_duration == 2
    assert len(playlist.segments) == len(view.entries)
    for segment, entry in zip(playlist.segments, view.entries, strict=True):
        assert segment.uri == f"../cells/v1/{entry.number}.m4s"
        assert bool(segment.gap_tag) == entry.missing
        assert segment.duration == 1.92
        assert abs((segment.program_date_time - entry.instant).total_seconds()) < 0.0006
        assert segment.init_section.uri == "../cells/v1/init.mp4"
    assert not playlist.is_endlist


@given(view=windows())
def test_a_dash_timeline_names_exactly_the_cells_that_are_there(view: Presentation) -> None:
    root = ET.fromstring(dash.manifest(view, dash.Live(NOW, Fraction(60))))
    named: list[tuple[int, Fraction]] = []
    for period in root.iterfind("d:Period", NS):
        start = Fraction(period.get("start", "")[2:-1])
        template = period.find("d:AdaptationSet/d:SegmentTemplate", NS)
        assert template is not None
        only = template.find("d:SegmentTimeline/d:S", NS)
        assert only is not None
        offset = int(template.get("presentationTimeOffset", "0"))
        for index in range(int(only.get("r", "0")) + 1):
            ticks = int(only.get("t", "")) + index * int(only.get("d", ""))
            named.append((int(template.get("startNumber", "")) + index, start + Fraction(ticks - offset, 90000)))
    assert named == [(entry.number, entry.number * GRID.duration) for entry in view.entries if not entry.missing]


@given(view=windows())
def test_the_dash_manifest_is_read_by_its_library(view: Presentation) -> None:
    parsed = mpd(dash.manifest(view))
    assert parsed.type == "static"
    assert [r.id for a in parsed.periods[0].adaptation_sets for r in a.representations] == ["v1", "v2", "a1"]
    lasts = len(view.entries) * 1.92
    assert float(parsed.media_presentation_duration[2:-1]) == pytest.approx(lasts)


def test_a_static_manifest_begins_at_zero() -> None:
    parsed = mpd(dash.manifest(presentation([100, 101, 102, 103], missing=(101,))))
    assert [(period.id, period.start) for period in parsed.periods] == [("c100", "PT0S"), ("c102", "PT3.84S")]
    template = parsed.periods[0].adaptation_sets[0].segment_templates[0]
    assert template.presentation_time_offset == 100 * 172800


def test_a_period_keeps_its_place_when_its_first_cells_leave_the_window() -> None:
    holed = presentation(list(range(100, 110)), missing=(103,))
    later = presentation(list(range(106, 112)))
    live = dash.Live(NOW, Fraction(60))
    before, after = mpd(dash.manifest(holed, live)), mpd(dash.manifest(later, live, first_run=104))
    offsets = [
        (p.id, p.start, p.adaptation_sets[0].segment_templates[0].presentation_time_offset)
        for p in (before.periods[-1], after.periods[0])
    ]
    assert offsets[0] == offsets[1]


def test_the_live_timeline_is_the_clocks_also_when_labels_trail_it() -> None:
    lags = {100: Fraction(180), 101: Fraction(180), 103: Fraction(1, 2)}
    entries = tuple(Entry(n, GRID.instant(n, lags.get(n, Fraction(0))), n == 102) for n in range(100, 104))
    view = Presentation(GRID, streams(), entries)
    parsed = mpd(dash.manifest(view, dash.Live(NOW, Fraction(60), trail=lags[100])))
    assert [(period.id, period.start) for period in parsed.periods] == [("c0", "PT180S"), ("c103", "PT198.26S")]
    later = Presentation(GRID, streams(), entries[3:])
    slid = mpd(dash.manifest(later, dash.Live(NOW, Fraction(60), trail=lags[103]), first_run=103))
    assert [(period.id, period.start) for period in slid.periods] == [("c103", "PT198.26S")]


def test_labels_ahead_of_the_clock_begin_no_period_before_the_epoch() -> None:
    parsed = mpd(dash.manifest(presentation([5]), dash.Live(NOW, Fraction(60), trail=Fraction(-41, 1000))))
    assert parsed.periods[0].start == "PT0S"


def test_a_live_manifest_says_when_to_ask_again_and_where_the_clock_is() -> None:
    text = dash.manifest(presentation([5, 6, 7]), dash.Live(NOW, Fraction(60)))
    parsed = mpd(text)
    assert (parsed.type, parsed.availability_start_time) == ("dynamic", "2026-11-22T18:00:00.000Z")
    assert (parsed.minimum_update_period, parsed.time_shift_buffer_depth) == ("PT1.92S", "PT60S")
    assert parsed.suggested_presentation_delay == "PT5.76S"
    assert 'schemeIdUri="urn:mpeg:dash:utc:http-xsdate:2014" value="/time"' in text


def test_an_ended_live_manifest_stays_on_its_timeline() -> None:
    parsed = mpd(dash.manifest(presentation([5, 6, 7]), dash.Live(NOW, Fraction(60), ended=True)))
    assert (parsed.type, parsed.media_presentation_duration) == ("static", "PT15.36S")
    assert parsed.minimum_update_period is None
    assert parsed.periods[0].start == "PT0S"


def test_each_adaptation_set_carries_the_headers_of_its_own_key() -> None:
    root = ET.fromstring(dash.manifest(presentation([5])))
    for element, kid in zip(root.iterfind(".//d:AdaptationSet", NS), KIDS, strict=True):
        protections = element.findall("d:ContentProtection", NS)
        assert protections[0].get("value") == "cenc"
        assert protections[0].get(f"{{{dash.CENC}}}default_KID", "").replace("-", "") == kid
        systems = [p.get("schemeIdUri", "").removeprefix("urn:uuid:") for p in protections[1:]]
        assert systems == [pssh.WIDEVINE, pssh.PLAYREADY, pssh.CLEARKEY]
        boxes = [base64.b64decode(box.text or "") for box in element.iterfind(".//cenc:pssh", NS)]
        assert boxes == [pssh.header(name, kid, "cenc").box for name in ("widevine", "playready")]
        assert [e.text for e in element.iterfind(".//dashif:Laurl", NS)] == ["http://127.0.0.1:8080/licence"]
        assert len(element.findall(".//mspr:pro", NS)) == 1


def test_a_clear_manifest_says_nothing_of_keys() -> None:
    view = presentation([5], protected=False)
    assert "ContentProtection" not in dash.manifest(view)
    assert "EXT-X-KEY" not in hls.media(view, view.streams[0])


def test_both_key_tags_that_players_need_come_first() -> None:
    tags = hls.key_tags(PROTECTION, KIDS[0], "../../keys/")
    kid = base64.b64encode(bytes.fromhex(KIDS[0])).decode()
    assert tags[0] == (
        f'#EXT-X-KEY:METHOD=SAMPLE-AES-CTR,URI="data:text/plain;base64,{kid}",'
        'KEYFORMAT="org.w3.clearkey",KEYFORMATVERSIONS="1"'
    )
    assert f'URI="../../keys/{KIDS[0]}",KEYFORMAT="identity"' in tags[1]
    assert [tag.split('KEYFORMAT="')[1].split('"')[0] for tag in tags[2:]] == [
        f"urn:uuid:{pssh.WIDEVINE}",
        "com.microsoft.playready",
    ]


def test_cbcs_has_the_method_of_sample_aes() -> None:
    tags = hls.key_tags(Protection("cbcs", ("clearkey",), ""), KIDS[0], "")
    assert all("METHOD=SAMPLE-AES," in tag for tag in tags)


def test_a_closed_playlist_says_so() -> None:
    view = presentation([5, 6])
    assert m3u8.loads(hls.media(view, view.streams[0], ended=True)).is_endlist
    recorded = m3u8.loads(hls.media(view, view.streams[0], vod=True))
    assert recorded.is_endlist
    assert recorded.playlist_type == "vod"


def test_the_master_playlist_adds_the_sound_to_every_variant() -> None:
    master = m3u8.loads(hls.master(presentation([5])))
    assert [playlist.uri for playlist in master.playlists] == ["v1.m3u8", "v2.m3u8"]
    info = master.playlists[1].stream_info
    assert (info.bandwidth, info.average_bandwidth) == (2_076_000, 1_896_000)
    assert (info.codecs, info.resolution, info.frame_rate) == ("avc1.4d401f,mp4a.40.2", (960, 540), 25.0)
    assert [(media.uri, media.language, media.default) for media in master.media] == [("a1.m3u8", "en", "YES")]


def test_sound_alone_is_a_variant_of_its_own() -> None:
    view = presentation([5])
    alone = Presentation(view.grid, view.of_kind("audio"), view.entries)
    master = m3u8.loads(hls.master(alone))
    assert [playlist.uri for playlist in master.playlists] == ["a1.m3u8"]
    assert not master.media


def test_nothing_but_holes_has_no_manifest() -> None:
    with pytest.raises(ValueError, match="no cell"):
        dash.manifest(presentation([5], missing=(5,)))
