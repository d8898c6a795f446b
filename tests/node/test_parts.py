"""What single parts do without their processes: outputs, private files, refusals."""

import stat
from pathlib import Path

import pytest

from eventstack.errors import ConfigError, Retryable
from eventstack.node import binaries, config, ffmpeg, timeline
from eventstack.node.parts import PARTS, packager, receiver, sender
from eventstack.planning.parts import SecretRef, Source
from tests.node import ladder
from tests.node.workbench import Bench

KEYS = {
    label: {"kid": digit * 32, "key": other * 32} for label, digit, other in (("video", "1", "a"), ("audio", "2", "b"))
}


@pytest.fixture
def bench(tmp_path: Path) -> Bench:
    root = tmp_path / "nodes" / "talk.i1.event"
    root.mkdir(parents=True)
    return Bench(root)


def drm(bench: Bench, scheme: str, systems: tuple[str, ...] = ("clearkey",)) -> config.PackagerDrm:
    token = bench.root / "token"
    token.write_text("the-token")
    return config.PackagerDrm(
        scheme=scheme, systems=systems, content_id="talk", keys="http://127.0.0.1:1", credential_file=str(token)
    )


def test_every_kind_of_part_has_a_module_of_its_own() -> None:
    tags = {kind.__struct_config__.tag for kind in config.PartConfig.__args__}
    assert set(PARTS) == tags
    assert {PARTS[kind].kind for kind in PARTS} == tags


def test_the_chain_starts_from_its_end() -> None:
    order = sorted(("sender", "receiver", "encoder", "packager"), key=lambda kind: PARTS[kind].start_order)
    assert order == ["packager", "encoder", "receiver", "sender"]


def test_a_generated_passphrase_is_private_and_not_in_the_outputs(bench: Bench) -> None:
    outputs = bench.prepare(
        "receiver", config.Receiver(epoch=ladder.epoch(), latency_ms=120, passphrase=SecretRef(source="generated"))
    )
    file = Path(outputs["passphrase_file"])
    assert stat.S_IMODE(file.stat().st_mode) == 0o600
    assert file.read_text().strip() not in str(outputs)


def test_the_receivers_script_is_private(bench: Bench) -> None:
    bench.prepare(
        "receiver", config.Receiver(epoch=ladder.epoch(), latency_ms=120, passphrase=SecretRef(source="generated"))
    )
    launch = PARTS["receiver"].launch(bench.configs["receiver"], bench.place("receiver"))
    script = bench.directory("receiver") / ffmpeg.CONCAT
    secret = Path(bench.outputs["receiver"]["passphrase_file"]).read_text().strip()
    assert stat.S_IMODE(script.stat().st_mode) == 0o600
    assert secret in script.read_text()
    assert launch
    assert not any(secret in word for word in launch.argv)


def test_a_passphrase_that_is_nowhere_is_named(bench: Bench) -> None:
    away = config.Receiver(
        epoch=ladder.epoch(), latency_ms=120, passphrase=SecretRef(source="env", name="EVENTSTACK_NO_SUCH")
    )
    with pytest.raises(ConfigError, match="EVENTSTACK_NO_SUCH"):
        bench.prepare("receiver", away)


def test_each_start_of_the_receiver_is_a_session_that_waits_for_its_sender(bench: Bench) -> None:
    bench.prepare("receiver", config.Receiver(epoch=ladder.epoch(), latency_ms=120))
    for _ in range(2):
        PARTS["receiver"].launch(bench.configs["receiver"], bench.place("receiver"))
    directory = bench.directory("receiver")
    sessions = timeline.read_sessions(directory / receiver.TIMELINE)
    assert len(sessions) == 2
    assert receiver.flowing_label(directory, 0) is None
    assert float(receiver.waiting_label(directory) or 0) == sessions[-1].label_s


def test_an_encoder_before_a_waiting_receiver_begins_in_its_cell(bench: Bench) -> None:
    epoch = ladder.epoch()
    outputs = bench.prepare("receiver", config.Receiver(epoch=epoch, latency_ms=120))
    PARTS["receiver"].launch(bench.configs["receiver"], bench.place("receiver"))
    label = receiver.waiting_label(bench.directory("receiver"))
    assert label
    bench.prepare("encoder", ladder.encoder(outputs["feed"], epoch))
    launch = PARTS["encoder"].launch(bench.configs["encoder"], bench.place("encoder"))
    assert launch
    graph = launch.argv[list(launch.argv).index("-filter_complex") + 1]
    start = float(graph.partition("start_time=")[2].partition(",")[0])
    assert float(label) - 1.92 < start <= float(label)


def test_a_slate_that_cannot_be_shown_now_is_remembered(bench: Bench) -> None:
    bench.prepare("encoder", ladder.encoder("udp://127.0.0.1:20001", ladder.epoch()))
    assert bench.verb("encoder", "slate", on=True) == {"on": True, "applied": False}
    assert bench.health("encoder") == {"slate": True}
    assert bench.verb("encoder", "slate", on=False) == {"on": False, "applied": False}


def test_an_encoder_without_slate_has_no_such_verb(bench: Bench) -> None:
    bench.prepare("encoder", ladder.encoder("udp://127.0.0.1:20001", ladder.epoch(), slate=False))
    with pytest.raises(LookupError, match="slate"):
        bench.verb("encoder", "slate", on=True)


def test_the_packager_reads_every_track_from_one_stream_and_names_by_time() -> None:
    config_ = config.Packager(stream="udp://127.0.0.1:20002", segment=ladder.SEGMENT, tracks=ladder.TRACKS)
    argv = packager.arguments(Path("/bin/packager"), config_, "runs/3", None)
    streams = [dict(field.partition("=")[::2] for field in word.split(",")) for word in argv[1:5]]
    assert {stream["in"] for stream in streams} == {"udp://127.0.0.1:20002?buffer_size=4194304"}
    assert [stream["stream"] for stream in streams] == ["0", "1", "2", "3"]
    assert streams[2]["segment_template"] == "runs/3/v360/$Time$.m4s"
    assert "--segment_duration=1.92" in argv
    assert "drm_label" not in streams[0]


def test_the_packagers_keys_stand_in_its_flag_file_only(bench: Bench) -> None:
    settings = drm(bench, "cenc", ("clearkey", "widevine", "playready"))
    flags = packager.encryption_flags(settings, KEYS).splitlines()
    assert f"--keys=label=audio:key_id={'2' * 32}:key={'b' * 32},label=video:key_id={'1' * 32}:key={'a' * 32}" in flags
    assert "--protection_systems=Common,Widevine,PlayReady" in flags
    config_ = config.Packager(
        stream="udp://127.0.0.1:20002", segment=ladder.SEGMENT, tracks=ladder.TRACKS, drm=settings
    )
    argv = packager.arguments(Path("/bin/packager"), config_, "runs/0", "packager.flags")
    assert argv[-1] == "--flagfile=packager.flags"
    assert not any("a" * 32 in word for word in argv)
    assert "drm_label=video" in argv[1]


def test_every_run_has_the_same_vector_under_cbcs_and_its_own_under_cenc(bench: Bench) -> None:
    constant = packager.encryption_flags(drm(bench, "cbcs"), KEYS)
    assert constant.count(":iv=") == 2
    assert constant == packager.encryption_flags(drm(bench, "cbcs"), KEYS)
    assert ":iv=" not in packager.encryption_flags(drm(bench, "cenc"), KEYS)


def test_a_key_service_that_is_away_is_worth_another_try(bench: Bench) -> None:
    chosen = config.Packager(
        stream="udp://127.0.0.1:20002", segment=ladder.SEGMENT, tracks=ladder.TRACKS, drm=drm(bench, "cenc")
    )
    bench.prepare("packager", chosen)
    with pytest.raises(Retryable, match="key service"):
        PARTS["packager"].launch(chosen, bench.place("packager"))


def test_only_the_last_runs_of_the_packager_are_kept(bench: Bench) -> None:
    chosen = config.Packager(stream="udp://127.0.0.1:20002", segment=ladder.SEGMENT, tracks=ladder.TRACKS)
    bench.prepare("packager", chosen)
    for run in range(12):
        bench.runs["packager"] = run
        PARTS["packager"].launch(chosen, bench.place("packager"))
    kept = sorted(int(run.name) for run in (bench.directory("packager") / "runs").iterdir())
    assert kept == [7, 8, 9, 10, 11]


def test_a_source_that_holds_no_picture_is_refused_before_it_is_sent(bench: Bench, tmp_path: Path) -> None:
    clip = tmp_path / "notes.txt"
    clip.write_text("no film")
    for path in (clip, tmp_path / "missing.mp4"):
        chosen = Source(kind="file", path=str(path))
        part = config.Sender(ingest="srt://127.0.0.1:1", passphrase_file="", latency_ms=120, source=chosen)
        with pytest.raises(ConfigError, match=path.name):
            bench.prepare("sender", part)


def test_no_stand_in_is_sent_where_the_plan_wants_none(bench: Bench) -> None:
    none = config.Sender(ingest="srt://127.0.0.1:1", passphrase_file="", latency_ms=120, source=Source(kind="none"))
    bench.prepare("sender", none)
    assert PARTS["sender"].launch(none, bench.place("sender")) is None


def test_a_font_of_fixed_width_is_preferred(tmp_path: Path) -> None:
    for name in ("A.ttf", "deep/BMono.ttf"):
        (tmp_path / name).parent.mkdir(exist_ok=True)
        (tmp_path / name).touch()
    assert sender.find_font([str(tmp_path / "none"), str(tmp_path)]) == tmp_path / "deep" / "BMono.ttf"
    assert sender.find_font([]) is None


def test_a_recording_outlives_its_part(bench: Bench) -> None:
    chosen = config.Recording(archive="http://127.0.0.1:1", occurrence="talk-20261122t1800")
    directory = Path(bench.prepare("recording", chosen)["directory"])
    (directory / "v180").mkdir()
    (directory / "v180" / "1.m4s").touch()
    assert bench.health("recording") == {"cells": {"v180": 1}}
    PARTS["recording"].remove(chosen, bench.place("recording"))
    assert (directory / "v180" / "1.m4s").exists()


def test_a_later_incarnation_records_into_a_folder_of_its_own(bench: Bench) -> None:
    first = config.Recording(archive="http://127.0.0.1:1", occurrence="talk-20261122t1800")
    again = config.Recording(
        archive="http://127.0.0.1:1", occurrence="talk-20261122t1800", folder="talk-20261122t1800.i2"
    )
    directories = [Path(bench.prepare("recording", one)["directory"]).name for one in (first, again)]
    assert directories == ["talk-20261122t1800", "talk-20261122t1800.i2"]


@pytest.mark.parametrize("folder", ["../other", "talk.i0", "talk.i2/x", "vod", "talk."])
def test_a_recording_is_kept_under_no_other_name(bench: Bench, folder: str) -> None:
    wrong = config.Recording(archive="http://127.0.0.1:1", occurrence="talk", folder=folder)
    with pytest.raises(ConfigError, match="name"):
        bench.prepare("recording", wrong)


def test_an_entry_without_an_edge_says_what_is_missing(bench: Bench) -> None:
    entry = config.EdgeEntry(edge="http://127.0.0.1:1", occurrence="talk-20261122t1800", origin="http://127.0.0.1:2")
    with pytest.raises(ConfigError, match="edge"):
        bench.prepare("edge-entry", entry)


def test_a_missing_program_names_the_extra_that_brings_it(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    (tmp_path / "imageio_ffmpeg.py").write_text("raise ImportError")
    monkeypatch.syspath_prepend(str(tmp_path))
    monkeypatch.delitem(__import__("sys").modules, "imageio_ffmpeg", raising=False)
    binaries._imageio_ffmpeg.cache_clear()
    with pytest.raises(ConfigError, match=r"eventstack\[local\]"):
        binaries.ffmpeg()


def test_the_machines_own_nginx_is_preferred(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    own = tmp_path / "nginx"
    own.write_text("#!/bin/sh\n")
    own.chmod(0o755)
    monkeypatch.setenv("PATH", str(tmp_path))
    assert binaries.nginx() == own
