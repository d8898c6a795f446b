"""The crontab of the documentation, line by line as cron would run it, on the real engine and the fake cloud."""

# ruff: noqa: F811 - fixtures of tests.deploy are used by their names

import re
import shlex
import subprocess
import sys
from pathlib import Path

import pytest

from eventstack.deploy.engine import Engine
from eventstack.testing.fake_cloud import FakeCloud
from tests.automation.conftest import talk  # noqa: F401

pytestmark = pytest.mark.engine

ROOT = Path(__file__).parents[2]
FILE = "/srv/events/talk.yaml"
PROGRAMS = "/srv/eventstack/.venv/bin"


def crontab() -> tuple[dict[str, str], list[str]]:
    """The variables that the page's crontab sets, and its commands."""
    page = (ROOT / "docs" / "automation.md").read_text(encoding="utf-8")
    [block] = re.findall(r"^```crontab\n(.*?)^```$", page, re.MULTILINE | re.DOTALL)
    lines = block.splitlines()
    variables = dict(line.split("=", 1) for line in lines if re.match(r"[A-Z]+=", line))
    return variables, [line.split(maxsplit=5)[5] for line in lines if re.match(r"[0-9*]", line)]


def test_the_lines_of_the_crontab_build_and_remove_an_event(
    real_engine: Engine, provider: FakeCloud, talk: Path, tmp_path: Path
) -> None:
    programs, user = tmp_path / "bin", tmp_path / "user"
    programs.mkdir()
    user.mkdir()
    words = [sys.executable, "-m", "tests.automation.on_the_fake"]
    words += [str(provider.folder), str(real_engine.path), real_engine.version]
    launcher = programs / "eventstack"
    launcher.write_text(f'#!/bin/sh\nexport PYTHONPATH={shlex.quote(str(ROOT))}\nexec {shlex.join(words)} "$@"\n')
    launcher.chmod(0o700)
    variables, commands = crontab()
    environment = {"HOME": str(user), "LOGNAME": "ada", "SHELL": "/bin/sh", **variables}
    environment["PATH"] = variables["PATH"].replace(PROGRAMS, str(programs))

    def run(command: str) -> str:
        done = subprocess.run(
            ["/bin/sh", "-c", command.replace(FILE, str(talk))],
            cwd=user,
            env=environment,
            stdin=subprocess.DEVNULL,
            capture_output=True,
            text=True,
            check=False,
        )
        assert done.returncode == 0, done.stdout + done.stderr
        return done.stdout

    up, destroy = commands
    run("eventstack up --new-foundation season --wait")
    assert "4 create" in run(up)
    assert len(provider.world()) == 6
    assert "proven gone and forgotten" in run(destroy)
    assert len(provider.world()) == 3
