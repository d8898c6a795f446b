"""The publisher against a packager of our own making; time is passed in wherever no process runs."""

import json
import os
import shutil
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Iterator
from datetime import datetime
from fractions import Fraction
from pathlib import Path

import m3u8
import pytest
from hypothesis import given
from hypothesis import strategies as st

from eventstack.media import recording as form
from eventstack.node import config as configs
from eventstack.node import ondemand, programme, shelf
from eventstack.node.lag import LabelLag
from eventstack.node.parts.publisher import Desk
from eventstack.node.parts.publisher import Publisher as Part
from eventstack.node.programme import Marks, Span
from eventstack.node.publishing import Publication
from tests.node import event
from tests.node.event import GRID, TRACKS, Packager, at


@pytest.fixture
def packager(tmp_path: Path) -> Packager:
    return Packager(tmp_path)


def publication(home: Path, **options: object) -> Publication:
    configuration = event.publisher(home, **options)  # type: ignore[arg-type]  # keyword options of one helper
    return Publication(configuration, GRID, home / "root", Path(configuration.recording))


def published(home: Path, track: str = "v1") -> list[int]:
    return sorted(shelf.numbers(home / "root" / "cells" / track))


def playlist(home: Path, folder: str = "lineup", track: str = "v1") -> m3u8.M3U8:
    return m3u8.loads((home / "root" / folder / f"{track}.m3u8").read_text())


def cells(of: m3u8.M3U8) -> list[int]:
    return [int(Path(str(segment.uri)).stem) for segment in of.segments]


def run(one: Publication, now: datetime) -> None:
    if one.step(now):
        one.write_manifests(now)


def test_a_cell_is_published_only_when_every_track_has_it(tmp_path: Path, packager: Packager) -> None:
    one = publication(tmp_path)
    packager.make(100, ["v1", "v2"])
    run(one, at(101))
    assert published(tmp_path) == []
    packager.make(100, ["a1"])
    run(one, at(101))
    assert [published(tmp_path, track) for track in TRACKS] == [[100]] * 3


def test_the_line_up_is_published_and_not_recorded(tmp_path: Path, packager: Packager) -> None:
    one = publication(tmp_path)
    packager.make(100)
    run(one, at(101))
    assert published(tmp_path) == [100]
    assert not list(Path(one.config.recording).rglob("*.m4s"))


def test_a_cell_on_air_is_recorded_too(tmp_path: Path, packager: Packager) -> None:
    one = publication(tmp_path)
    one.marks = Marks().opened(100)
    packager.make(100)
    run(one, at(101))
    recording = Path(one.config.recording)
    assert all((recording / track / "100.m4s").samefile(tmp_path / f"root/cells/{track}/100.m4s") for track in TRACKS)
    assert all((recording / track / "init.mp4").is_file() for track in TRACKS)


def test_the_playlist_is_numbered_and_dated_by_the_timeline(tmp_path: Path, packager: Packager) -> None:
    one = publication(tmp_path)
    for number in (100, 101):
        packager.make(number)
    run(one, at(102))
    found = playlist(tmp_path)
    assert found.media_sequence == 100
    assert [segment.program_date_time for segment in found.segments] == [at(100), at(101)]


def test_a_short_segment_under_a_regular_name_is_refused(tmp_path: Path, packager: Packager) -> None:
    one = publication(tmp_path)
    packager.make(100, ["v2", "a1"])
    packager.make(100, ["v1"], samples=12)
    run(one, at(101))
    assert published(tmp_path) == []
    assert [(refusal.file, refusal.reason) for refusal in one.gatherer.refusals] == [
        ("0/v1/17280000.m4s", "12 of 48 samples")
    ]


def test_a_segment_is_read_again_when_it_was_half_written(tmp_path: Path, packager: Packager) -> None:
    one = publication(tmp_path)
    packager.make(100)
    path = packager.directory / "v1" / f"{100 * 172800}.m4s"
    whole = path.read_bytes()
    path.write_bytes(whole[:-7])
    run(one, at(101))
    assert published(tmp_path) == []
    path.write_bytes(whole)
    run(one, at(101))
    assert published(tmp_path) == [100]
    assert one.gatherer.refused == 0


def test_another_run_fills_what_the_first_left_short(tmp_path: Path, packager: Packager) -> None:
    one = publication(tmp_path)
    packager.make(100, samples=12)
    second = Packager(tmp_path, run=1)
    second.make(100)
    run(one, at(101))
    assert published(tmp_path) == [100]


def test_the_first_path_wins_and_a_cell_is_never_published_twice(tmp_path: Path, packager: Packager) -> None:
    one = publication(tmp_path)
    packager.make(100, size=10)
    run(one, at(101))
    before = (tmp_path / "root/cells/v1/100.m4s").read_bytes()
    Packager(tmp_path, run=1).make(100, size=99)
    run(one, at(102))
    assert (tmp_path / "root/cells/v1/100.m4s").read_bytes() == before
    assert one.published == 1


def test_a_later_cell_waits_for_the_one_before_it(tmp_path: Path, packager: Packager) -> None:
    one = publication(tmp_path)
    packager.make(100)
    packager.make(102)
    run(one, at(103))
    assert published(tmp_path) == [100]
    packager.make(101)
    run(one, at(103))
    assert published(tmp_path) == [100, 101, 102]


def test_a_cell_that_stays_away_becomes_a_gap_when_later_ones_are_there(tmp_path: Path, packager: Packager) -> None:
    one = publication(tmp_path)
    for number in (100, 102, 103, 104):
        packager.make(number)
    packager.make(101, ["v1"])
    run(one, at(105))
    assert published(tmp_path) == [100, 102, 103, 104]
    found = playlist(tmp_path)
    assert [bool(segment.gap_tag) for segment in found.segments] == [False, True, False, False, False]
    assert (tmp_path / "root/lineup/manifest.mpd").read_text().count("<Period ") == 2


def test_a_gap_is_given_up_after_two_cells_time_also_when_little_follows(tmp_path: Path, packager: Packager) -> None:
    one = publication(tmp_path)
    packager.make(100)
    packager.make(102)
    run(one, at(103))
    run(one, at(104.9))
    assert published(tmp_path) == [100]
    run(one, at(105.1))
    assert published(tmp_path) == [100, 102]
    assert one.missing == {101}


def test_a_late_cell_does_not_change_what_was_told(tmp_path: Path, packager: Packager) -> None:
    one = publication(tmp_path)
    for number in (100, 102, 103, 104):
        packager.make(number)
    run(one, at(105))
    packager.make(101)
    run(one, at(105))
    assert published(tmp_path) == [100, 102, 103, 104]
    assert one.late == 3


def test_a_label_far_in_the_future_is_not_believed(tmp_path: Path, packager: Packager) -> None:
    one = publication(tmp_path)
    packager.make(100)
    packager.make(100_000)
    run(one, at(101))
    packager.make(101)
    run(one, at(102))
    assert published(tmp_path) == [100, 101]
    assert one.missing == set()


def test_media_without_the_key_of_the_event_are_never_published(tmp_path: Path, packager: Packager) -> None:
    one = publication(tmp_path, protected=True)
    packager.make(100)
    run(one, at(101))
    assert published(tmp_path) == []
    assert one.gatherer.refusals[0].reason == f"its key id is none, not {event.KIDS['video']}"


def test_protected_playlists_carry_both_key_tags(tmp_path: Path) -> None:
    one = publication(tmp_path, protected=True)
    Packager(tmp_path, protected=True).make(100)
    run(one, at(101))
    text = (tmp_path / "root/lineup/a1.m3u8").read_text()
    assert text.count("#EXT-X-KEY") == 3
    assert f'URI="../../keys/{event.KIDS["audio"]}",KEYFORMAT="identity"' in text


def test_a_run_with_another_picture_size_is_refused(tmp_path: Path, packager: Packager) -> None:
    one = publication(tmp_path)
    packager.make(100)
    run(one, at(101))
    other = Packager(tmp_path, run=1)
    init = (other.directory / "v1/init.mp4").read_bytes()
    (other.directory / "v1/init.mp4").write_bytes(init.replace(b"\x02\x80\x01\x68", b"\x03\x00\x01\x68"))
    other.make(101, ["v1"])
    run(one, at(102))
    assert one.gatherer.refusals[0].reason == "its width is 768, published is 640"


def test_old_cells_leave_the_origin_after_the_playlist_and_stay_recorded(tmp_path: Path, packager: Packager) -> None:
    one = publication(tmp_path)
    one.marks = Marks().opened(100)
    for number in range(100, 140):
        packager.make(number)
        run(one, at(number + 1))
    window = one.window_cells
    assert cells(playlist(tmp_path)) == list(range(140 - window, 140))
    assert published(tmp_path) == list(range(139 - 2 * window, 140))
    assert len(shelf.numbers(Path(one.config.recording) / "v1")) == 40


def test_the_programmes_playlists_begin_at_the_mark(tmp_path: Path, packager: Packager) -> None:
    one = publication(tmp_path)
    for number in range(100, 104):
        packager.make(number)
    run(one, at(104))
    assert not (tmp_path / "root/live").exists()
    one.marks = Marks().opened(102)
    one.write_manifests(at(104))
    assert cells(playlist(tmp_path, "live")) == [102, 103]
    assert cells(playlist(tmp_path)) == [100, 101, 102, 103]


def test_the_programme_ends_behind_its_last_cell_and_the_line_up_goes_on(tmp_path: Path, packager: Packager) -> None:
    one = publication(tmp_path)
    one.marks = Marks(spans=(Span(start=100, end=102),), finish_by_ms=int(at(106).timestamp() * 1000))
    packager.make(100)
    run(one, at(101))
    assert not playlist(tmp_path, "live").is_endlist
    for number in (101, 102):
        packager.make(number)
    run(one, at(103))
    live = playlist(tmp_path, "live")
    assert (cells(live), live.is_endlist) == ([100, 101], True)
    assert 'type="static"' in (tmp_path / "root/live/manifest.mpd").read_text()
    assert (cells(playlist(tmp_path)), playlist(tmp_path).is_endlist) == ([100, 101, 102], False)


def test_a_programme_that_is_taken_off_air_may_come_back_so_its_list_does_not_end(
    tmp_path: Path, packager: Packager
) -> None:
    one = publication(tmp_path)
    one.marks = Marks(spans=(Span(start=100, end=101),))
    for number in (100, 101):
        packager.make(number)
    run(one, at(102))
    live = playlist(tmp_path, "live")
    assert (cells(live), live.is_endlist) == ([100], False)
    assert 'type="dynamic"' in (tmp_path / "root/live/manifest.mpd").read_text()


def test_what_was_taken_off_air_is_a_gap_in_the_programme(tmp_path: Path, packager: Packager) -> None:
    one = publication(tmp_path)
    one.marks = Marks(spans=(Span(start=100, end=101), Span(start=103)))
    for number in range(100, 105):
        packager.make(number)
    run(one, at(105))
    live = playlist(tmp_path, "live")
    assert [bool(segment.gap_tag) for segment in live.segments] == [False, True, True, False, False]


def test_a_successor_goes_on_where_the_publisher_was_killed(tmp_path: Path, packager: Packager) -> None:
    for number in (100, 102, 103, 104):
        packager.make(number)
    one = publication(tmp_path)
    one.marks = Marks().opened(100)
    run(one, at(105))
    (tmp_path / "root/cells/a1/104.m4s").unlink()
    (tmp_path / "archive/talk-20261122t1800/a1/104.m4s").unlink()
    successor = publication(tmp_path)
    assert (successor.first, successor.last, successor.missing) == (100, 103, {101})
    packager.make(105)
    run(successor, at(106))
    assert published(tmp_path, "a1") == [100, 102, 103, 104, 105]
    assert playlist(tmp_path).media_sequence == 100


def test_program_date_time_follows_the_lag_of_the_session(tmp_path: Path, packager: Packager) -> None:
    sessions = {"sessions": [{"label_s": 0.32, "lag_s": 0.0}, {"label_s": 193.92, "lag_s": 1.6}]}
    (tmp_path / "receiver").mkdir()
    (tmp_path / "receiver/timeline.json").write_text(json.dumps(sessions))
    lag = LabelLag.beside(tmp_path / "publisher")
    one = publication(tmp_path)
    one.lag = lambda number: lag.at(number * GRID.duration)
    for number in (100, 101):
        packager.make(number)
    run(one, at(102))
    dates = [segment.program_date_time for segment in playlist(tmp_path).segments]
    assert (dates[1] - dates[0]).total_seconds() == pytest.approx(1.92 + 1.6)
    assert lag.newest() == Fraction(8, 5)


def test_a_torn_timeline_changes_nothing(tmp_path: Path) -> None:
    (tmp_path / "receiver").mkdir()
    (tmp_path / "receiver/timeline.json").write_text('{"sess')
    assert LabelLag.beside(tmp_path / "publisher").newest() == 0


@given(orders=st.lists(st.sampled_from(["publish", "unpublish", "finish"]), max_size=8), step=st.integers(0, 5))
def test_marks_never_overlap_and_never_run_backwards(orders: list[str], step: int) -> None:
    marks = Marks()
    for index, order in enumerate(orders):
        number = 100 + index * step
        marks = marks.opened(number) if order == "publish" else marks.closed(number)
    bounds = [bound for span in marks.spans for bound in (span.start, span.end) if bound is not None]
    assert bounds == sorted(bounds)
    assert all(span.end is None or span.end > span.start for span in marks.spans)
    assert sum(span.end is None for span in marks.spans[:-1]) == 0


def test_a_second_publish_or_unpublish_changes_nothing() -> None:
    marks = Marks().opened(100)
    assert marks.opened(105) == marks
    closed = marks.closed(110)
    assert closed.closed(120) == closed


def test_the_recording_is_closed_over_the_programme_alone(tmp_path: Path, packager: Packager) -> None:
    one = publication(tmp_path)
    one.marks = Marks().opened(101)
    for number in range(100, 106):
        packager.make(number)
    run(one, at(106))
    directory = Path(one.config.recording)
    marks = Marks(spans=(Span(start=101, end=104),))
    record = ondemand.close(directory, one.config, GRID, marks, end=104)
    assert record is not None
    assert (record.first_cell, record.end_cell, record.cells, record.missing) == (101, 104, 3, ())
    assert (record.duration, record.programme_start) == ("144/25", "2026-11-22T18:03:13.920Z")
    assert shelf.numbers(directory / "v1") == {101, 102, 103}
    found = m3u8.load(str(directory / "v1.m3u8"))
    assert (cells(found), found.is_endlist, found.playlist_type) == ([101, 102, 103], True, "vod")
    assert all((directory / str(segment.uri)).is_file() for segment in found.segments)
    assert form.decode((directory / form.FILE).read_bytes()) == record


def test_time_off_air_is_told_apart_from_lost_cells(tmp_path: Path, packager: Packager) -> None:
    one = publication(tmp_path)
    one.marks = Marks(spans=(Span(start=100, end=102), Span(start=104, end=108)))
    for number in (100, 101, 102, 103, 104, 105, 107):
        packager.make(number)
    run(one, at(112))
    run(one, at(118))
    record = ondemand.close(Path(one.config.recording), one.config, GRID, one.marks, end=108)
    assert record is not None
    assert (record.missing, record.off_air) == ((106,), (102, 103))
    assert record.numbers() == (100, 101, 104, 105, 107)


def test_closing_again_gives_the_same_recording(tmp_path: Path, packager: Packager) -> None:
    one = publication(tmp_path)
    one.marks = Marks().opened(100)
    for number in (100, 102, 103, 104):
        packager.make(number)
    run(one, at(105))
    directory = Path(one.config.recording)
    marks = Marks(spans=(Span(start=100, end=105),))
    first = ondemand.close(directory, one.config, GRID, marks, end=105)
    assert first is not None
    assert first.missing == (101,)
    assert ondemand.close(directory, one.config, GRID, marks, end=105) == first


def test_a_programme_whose_marks_are_gone_stays_on_demand_beside_the_next(tmp_path: Path, packager: Packager) -> None:
    one = publication(tmp_path)
    directory = Path(one.config.recording)
    one.marks = Marks(spans=(Span(start=100, end=102),))
    for number in range(100, 108):
        packager.make(number)
    run(one, at(103))
    assert ondemand.close(directory, one.config, GRID, one.marks, end=102)
    again = Marks(spans=(Span(start=105, end=107),))
    one.recording, one.marks = directory, again
    for number in (105, 106):
        for track in TRACKS:
            shutil.copy(tmp_path / f"root/cells/{track}/{number}.m4s", directory / track)
    record = ondemand.close(directory, one.config, GRID, again, end=107)
    assert record is not None
    assert record.numbers() == (100, 101, 105, 106)
    assert (record.missing, record.off_air) == ((), (102, 103, 104))
    assert shelf.numbers(directory / "v1") == {100, 101, 105, 106}


def test_what_nobody_closed_of_a_former_programme_is_not_deleted(tmp_path: Path, packager: Packager) -> None:
    one = publication(tmp_path)
    one.marks = Marks().opened(100)
    for number in range(100, 105):
        packager.make(number)
    run(one, at(106))
    directory = Path(one.config.recording)
    record = ondemand.close(directory, one.config, GRID, Marks(spans=(Span(start=103, end=104),)), end=104)
    assert record is not None
    assert record.numbers() == (103,)
    assert shelf.numbers(directory / "v1") == {100, 101, 102, 103}


def test_a_line_up_that_never_went_on_air_is_not_made_into_a_programme(tmp_path: Path, packager: Packager) -> None:
    one = publication(tmp_path)
    packager.make(100)
    run(one, at(101))
    assert ondemand.close(Path(one.config.recording), one.config, GRID, Marks(), end=101) is None
    assert not list(Path(one.config.recording).rglob("*.m4s"))


def test_the_desk_gives_the_last_cell_up_when_it_stays_away(tmp_path: Path, packager: Packager) -> None:
    directory = tmp_path / "publisher"
    directory.mkdir()
    desk = Desk(directory, event.publisher(tmp_path))
    packager.make(100)
    programme.write(directory, Marks().opened(100))
    desk.turn(at(101).timestamp())
    by_ms = int(at(104).timestamp() * 1000)
    programme.write(directory, Marks(spans=(Span(start=100, end=103),), finish_by_ms=by_ms))
    desk.turn(at(103).timestamp())
    assert event.status(directory)["finished"] is False
    desk.turn(at(104.1).timestamp())
    assert event.status(directory)["finished"] is True
    assert m3u8.load(str(directory / "root/live/v1.m3u8")).is_endlist
    assert (tmp_path / "archive/talk-20261122t1800" / form.FILE).is_file()


def on_air_without_a_process(home: Path, packager: Packager) -> configs.Publisher:
    """Three cells recorded, the marks open, the process gone without a word."""
    config = event.publisher(home)
    directory = event.place(home, "publisher").directory
    programme.write(directory, Marks().opened(100))
    desk = Desk(directory, config)
    for number in (100, 101, 102):
        packager.make(number)
    desk.turn(at(103).timestamp())
    return config


def test_the_recording_of_a_process_that_died_on_air_is_closed_at_its_removal(
    tmp_path: Path, packager: Packager
) -> None:
    config = on_air_without_a_process(tmp_path, packager)
    shutil.rmtree(tmp_path / "packager")
    Part().remove(config, event.place(tmp_path, "publisher"))
    record = form.decode((Path(config.recording) / form.FILE).read_bytes())
    assert record.numbers() == (100, 101, 102)


def test_a_recording_that_can_not_be_closed_keeps_no_publisher_from_being_removed(
    tmp_path: Path, packager: Packager, caplog: pytest.LogCaptureFixture
) -> None:
    config = on_air_without_a_process(tmp_path, packager)
    (Path(config.recording) / "v1" / "init.mp4").write_bytes(b"")
    Part().remove(config, event.place(tmp_path, "publisher"))
    assert "recording not closed" in caplog.text


def test_a_programme_that_is_put_back_on_air_is_recorded_on(tmp_path: Path, packager: Packager) -> None:
    directory = tmp_path / "publisher"
    directory.mkdir()
    desk = Desk(directory, event.publisher(tmp_path))
    finish_by = int(at(200).timestamp() * 1000)
    packager.make(100)
    programme.write(directory, Marks(spans=(Span(start=100, end=101),), finish_by_ms=finish_by))
    desk.turn(at(101).timestamp())
    packager.make(101)
    desk.turn(at(102).timestamp())
    programme.write(directory, programme.read(directory).opened(102))
    packager.make(102)
    desk.turn(at(103).timestamp())
    assert shelf.numbers(tmp_path / "archive/talk-20261122t1800/v1") == {100, 102}
    assert not m3u8.load(str(directory / "root/live/v1.m3u8")).is_endlist


def wait_until(what: Callable[[], bool], seconds: float = 10) -> None:
    deadline = time.monotonic() + seconds
    while not what():
        assert time.monotonic() < deadline
        threading.Event().wait(0.02)


@pytest.fixture
def running(tmp_path: Path) -> Iterator[tuple[configs.Publisher, "subprocess.Popen[bytes]"]]:
    """A publisher's process over a living packager: cell 99 has just ended."""
    configuration = event.publisher(tmp_path, epoch=event.soon())
    place = event.place(tmp_path, "publisher")
    launch = Part().launch(configuration, place)
    process = subprocess.Popen(launch.argv, cwd=place.directory, env={"PATH": os.environ["PATH"], **_path()})
    try:
        wait_until(launch.ready)
        yield configuration, process
    finally:
        process.send_signal(signal.SIGTERM)
        assert process.wait(10) == 0


def _path() -> dict[str, str]:
    return {"PYTHONPATH": os.pathsep.join(path for path in sys.path if path)}


def test_the_process_publishes_obeys_its_verbs_and_finishes(
    tmp_path: Path, running: tuple[configs.Publisher, object], packager: Packager
) -> None:
    configuration, _ = running
    part, place = Part(), event.place(tmp_path, "publisher")
    assert part.prepare(configuration, place) == {"root": str(place.directory / "root")}
    packager.make(98)
    packager.make(99)
    wait_until(lambda: part.health(configuration, place).get("last_cell") == 99)
    assert part.health(configuration, place)["age_s"]["v1"] < 10
    marked = part.verb("publish", {}, configuration, place)
    assert marked["in"] >= 100
    for number in range(100, marked["in"] + 2):
        packager.make(number)
    wait_until((place.directory / "root/live/master.m3u8").exists)
    answer = part.verb("finish", {}, configuration, place)
    assert answer["ok"] is True
    assert "cells on demand" in answer["detail"]
    assert m3u8.load(str(place.directory / "root/live/v1.m3u8")).is_endlist
    record = form.decode((Path(configuration.recording) / form.FILE).read_bytes())
    assert record.first_cell == marked["in"]
    assert part.verb("finish", {}, configuration, place)["ok"] is True


def test_a_verb_that_it_does_not_have_is_a_lookup_error(tmp_path: Path) -> None:
    with pytest.raises(LookupError, match="publish, unpublish, finish"):
        Part().verb("slate", {}, event.publisher(tmp_path), event.place(tmp_path, "publisher"))
