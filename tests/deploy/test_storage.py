"""What a full or closed disk answers: in words, with the file and the way out, and without half a line believed."""

import errno
import os
from pathlib import Path

import pytest
from pulumi.automation.events import DiagnosticEvent, EngineEvent

from eventstack.deploy import private, storage
from eventstack.deploy.commands import decode_engine
from eventstack.deploy.event_stream import EventWriter
from eventstack.deploy.events import Event, decode, encode
from eventstack.deploy.redact import Redactor
from eventstack.errors import StoreError
from eventstack.settings import Settings

FULL = Path("/dev/full")


@pytest.mark.parametrize(
    ("number", "remedy"),
    [
        (errno.ENOSPC, "No space left on device; free some space there, then call again"),
        (errno.EROFS, "Read-only file system; mount it writable, then call again"),
        (errno.EACCES, "Permission denied; mend its owner and mode, then call again"),
        (errno.EISDIR, "Is a directory; see that it is there and yours, then call again"),
    ],
)
def test_a_disk_that_refuses_is_named_with_the_way_out(settings: Settings, number: int, remedy: str) -> None:
    path = settings.state / "stacks" / "x"
    with pytest.raises(StoreError) as caught, storage.in_words(settings, "p/s", "up"):
        raise OSError(number, os.strerror(number), str(path))
    assert str(caught.value) == f"up of p/s: {path} can't be used: {remedy}: what was done so far is known"


@pytest.mark.parametrize("name", [None, "/somewhere/else", 7])
def test_what_is_not_about_a_file_of_ours_passes_as_it_is(settings: Settings, name: object) -> None:
    wrong = OSError(errno.EPIPE, "Broken pipe", name)
    with pytest.raises(OSError, match="Broken pipe") as caught, storage.in_words(settings, "p/s", "up"):
        raise wrong
    assert caught.value is wrong


def test_a_file_that_could_not_be_written_is_named_and_no_draft_of_it_stays(tmp_path: Path) -> None:
    with pytest.raises(OSError, match="No space left") as caught:
        private.write(FULL, "x")
    assert caught.value.filename == str(FULL)
    target = tmp_path / "folder"
    (target / "full").mkdir(parents=True)
    with pytest.raises(OSError, match="directory"):
        private.replace(target, "x")
    assert [path.name for path in tmp_path.iterdir()] == ["folder"]


def test_events_that_could_not_be_written_are_known_to_be_lost_and_nobody_waits_for_them(tmp_path: Path) -> None:
    path = tmp_path / "events.jsonl"
    path.symlink_to(FULL)
    writer = EventWriter(path, Redactor([]))
    said = EngineEvent(
        sequence=1, timestamp=1, diagnostic_event=DiagnosticEvent(message="x", color="", severity="info")
    )
    for _ in range(3):
        writer(said)
    writer.close()
    assert writer.lost == f"{path}: No space left on device"


def test_a_line_that_a_full_disk_cut_off_is_skipped() -> None:
    whole = encode(Event(kind="done", urn="urn::feed"))
    assert decode(whole) is not None
    assert decode(whole[: len(whole) // 2]) is None
    assert decode(whole[:9] + whole) is None
    assert decode_engine(b'{"sequence":1,"resOutputsEvent":{"met') is None
