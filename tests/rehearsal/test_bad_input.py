import os
from pathlib import Path

import pytest
from click.testing import CliRunner

from eventstack.cli.rehearse import command
from eventstack.errors import ConfigError

NO_EVENT = "id: talk\ntitle: A talk\nwindow: {start: tomorrow}\nprofile: talk-720p25\ncloud: local\n"


@pytest.fixture
def files(tmp_path: Path) -> Path:
    (tmp_path / "noise.mp4").write_bytes(os.urandom(4096))
    (tmp_path / "broken.yaml").write_text(NO_EVENT)
    source = "contribution: {source: 'file:gone.mp4'}\n"
    (tmp_path / "gone.yaml").write_text(NO_EVENT.replace("tomorrow", "2030-01-01T18:00Z") + source)
    (tmp_path / "secret.yaml").write_text(
        NO_EVENT.replace("tomorrow", "2030-01-01T18:00Z") + "contribution: {passphrase: 'env:NOT_SET_ANYWHERE'}\n"
    )
    return tmp_path


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (["--duration", "soon"], "4s to 24h"),
        (["--duration", "0s"], "4s to 24h"),
        (["--duration", "25h"], "4s to 24h"),
        (["--input", "missing.mp4"], "no such file"),
        (["--input", "."], "a video file"),
        pytest.param(["--input", "noise.mp4"], "with a picture", marks=pytest.mark.chain),
        (["--event", "missing.yaml"], "can't be read"),
        (["--event", "broken.yaml"], "tomorrow"),
        pytest.param(["--event", "gone.yaml"], "gone.mp4", marks=pytest.mark.chain),
        (["--event", "secret.yaml"], "env:NOT_SET_ANYWHERE"),
        (["--profile", "nothing-like-it"], "rehearsal-540p25"),
    ],
)
def test_bad_input_is_said_before_anything_is_built(home, files, monkeypatch, arguments, said):
    monkeypatch.chdir(files)
    answer = CliRunner().invoke(command, arguments)
    assert isinstance(answer.exception, ConfigError)
    assert answer.exception.exit_code == 2
    assert said in str(answer.exception)
    assert not home.exists()


def test_a_home_that_cannot_be_written_is_said_before_anything_is_built(monkeypatch):
    monkeypatch.setenv("EVENTSTACK_HOME", "/proc/nowhere")
    answer = CliRunner().invoke(command, [])
    assert isinstance(answer.exception, ConfigError)
    assert "EVENTSTACK_HOME" in str(answer.exception)
