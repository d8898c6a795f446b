"""What the doctor judges, and how it says it."""

import json
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from eventstack.cli import main as frame
from eventstack.deploy import checkup, engine_build, health
from eventstack.deploy.health import Check
from eventstack.settings import Settings

NOW = datetime(2026, 11, 22, 18, 0, tzinfo=UTC)


@pytest.mark.parametrize(
    ("soft", "hard", "status"),
    [(1024, 4096, "ok"), (-1, -1, "ok"), (256, 4096, "warn"), (256, -1, "warn"), (256, 512, "missing")],
)
def test_open_files_are_missing_only_when_the_user_cannot_raise_them(soft: int, hard: int, status: str) -> None:
    assert health.open_files(soft, hard).status == status


def test_small_udp_buffers_are_a_warning_with_the_command_that_mends_them() -> None:
    check = health.udp_buffers(212992)
    assert (check.status, check.found, check.wanted) == ("warn", "208 KiB", "4 MiB or more")
    assert check.remedy == "sysctl -w net.core.rmem_max=4194304"


def test_a_full_disk_is_missing_and_an_unknown_buffer_limit_is_not() -> None:
    assert health.disk("data", Path("/data"), health.DISK - 1, health.DISK).status == "missing"
    assert health.disk("data", Path("/data"), health.DISK, health.DISK).status == "ok"
    assert health.udp_buffers(None).status == "ok"


def test_a_clock_before_the_installation_is_missing_and_an_unsynchronised_one_a_warning() -> None:
    day = timedelta(days=1)
    assert health.clock(NOW, NOW + 2 * day, 0.0, True).status == "missing"
    assert health.clock(NOW, NOW - day, 0.0, False).status == "warn"
    assert health.clock(NOW, NOW - day, 1.0, True).status == "warn"
    assert health.clock(NOW, NOW - day, 0.0, True).status == "ok"
    assert health.clock(NOW, NOW - day, 0.0, None).status == "ok"


def test_a_state_directory_that_others_can_read_is_a_warning(tmp_path: Path) -> None:
    folder = tmp_path / "state"
    assert checkup.state_check(folder).found == "will be made"
    folder.mkdir(mode=0o755)
    folder.chmod(0o755)
    check = checkup.state_check(folder)
    assert (check.status, check.remedy) == ("warn", f"chmod 700 {folder}")
    folder.chmod(0o700)
    assert checkup.state_check(folder).status == "ok"


def test_a_program_that_does_not_run_is_missing_with_its_word(tmp_path: Path) -> None:
    path = tmp_path / "ffmpeg"
    path.write_text("#!/bin/sh\necho 'no such codec'; exit 4\n")
    path.chmod(0o755)
    check = checkup.executable("ffmpeg", lambda: path, "-version")
    assert (check.status, check.found) == ("missing", "ended with code 4: no such codec")
    assert "eventstack[local]" in check.remedy


def test_a_program_that_runs_is_known_by_its_version(tmp_path: Path) -> None:
    path = tmp_path / "nginx"
    path.write_text("#!/bin/sh\necho 'nginx version: nginx/1.28.0' >&2\n")
    path.chmod(0o755)
    check = checkup.executable("nginx", lambda: path, "-v")
    assert (check.status, check.found, check.place) == ("ok", "1.28.0", str(path))


def test_without_an_engine_the_doctor_says_what_would_happen_and_builds_nothing(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(engine_build, "_USUAL", str(tmp_path / "no-go-here"))
    settings = Settings.from_environment({"EVENTSTACK_HOME": str(tmp_path)})
    check = checkup.engine_check(settings, {"PATH": str(tmp_path), "HOME": str(tmp_path)})
    assert check.status == "warn"
    assert "the first run fetches the vendor's release" in check.remedy
    assert list(tmp_path.iterdir()) == []


def test_a_bad_named_engine_is_missing(tmp_path: Path) -> None:
    settings = Settings.from_environment({"EVENTSTACK_HOME": str(tmp_path), "EVENTSTACK_ENGINE": str(tmp_path / "no")})
    check = checkup.engine_check(settings, {"PATH": str(tmp_path)})
    assert check.status == "missing"
    assert "EVENTSTACK_ENGINE" in check.remedy


def test_an_examination_covers_everything_a_run_needs_and_makes_no_folder(tmp_path: Path) -> None:
    settings = Settings.from_environment({"EVENTSTACK_HOME": str(tmp_path / "home")})
    names = [check.name for check in checkup.examine(settings)]
    assert names == [
        *("engine", "plugin", "ffmpeg", "ffprobe", "packager", "nginx", "packages", "Python", "ports"),
        *("disk: data", "disk: state", "disk: cache", "state", "passphrase", "backend"),
        *("clock", "open files", "UDP buffers", "user"),
    ]
    assert not (tmp_path / "home").exists()


@pytest.mark.parametrize(("status", "code"), [("ok", 0), ("warn", 0), ("missing", 1)])
def test_only_what_is_missing_makes_the_exit_code_1(
    status: health.Status, code: int, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr(checkup, "examine", lambda _: iter([Check("disk", "1 MiB free", "1 GiB", status, "free some")]))
    assert frame.main(["doctor"]) == code
    table = capsys.readouterr().out
    assert all(word in table for word in ("what", "found", "wanted", "status", "remedy", "1 MiB free", status))
    assert frame.main(["doctor", "--json"]) == code
    document = json.loads(capsys.readouterr().out)
    assert document["ok"] is (code == 0)
    assert document["checks"][0]["status"] == status
