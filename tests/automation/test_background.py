"""A command that goes on when whoever started it is gone."""

import json
import os
import subprocess
import sys
from pathlib import Path

from eventstack import automation
from eventstack.automation import background
from eventstack.automation.background import Underway
from eventstack.deploy.journal import StackKey
from eventstack.settings import Settings
from tests.automation.conftest import Here
from tests.deploy.conftest import wait_until


def test_a_command_runs_on_in_a_session_of_its_own_with_its_output_in_files(home: Path) -> None:
    settings = Settings.from_environment()
    begun = automation.begin(["list", "--json"], "talk", settings)
    assert begun.log.parent == settings.records / "talk" / "logs"
    assert os.getsid(begun.pid) == begun.pid
    wait_until(lambda: begun.result.read_text().endswith("\n"))
    assert (json.loads(begun.result.read_text()), begun.log.read_text()) == ([], "")


def test_a_command_that_fails_leaves_its_error_in_both_files(home: Path) -> None:
    begun = automation.begin(["status", "nonsense", "--json"], "talk", Settings.from_environment())
    wait_until(lambda: begun.log.read_text().endswith("\n"))
    assert json.loads(begun.result.read_text())["error"] == "ConfigError"
    assert "no stack of that name" in begun.log.read_text()


def test_what_was_begun_is_known_until_it_has_ended(home: Path) -> None:
    settings, key = Settings.from_environment(), StackKey("local", "eventstack-event", "talk-i1")
    begun = automation.begin(["list", "--json"], "talk", settings, stack=key)
    assert background.underway(settings) in ([Underway("list", key, begun.pid)], [])
    wait_until(lambda: not background.underway(settings))


def test_a_build_that_has_just_begun_is_told_of_the_incarnation_that_it_makes(desk: Here, talk: Path) -> None:
    automation.up(new_foundation="season", world=desk)
    automation.up(talk, world=desk)
    automation.destroy("talk", reason="over", world=desk)
    key = StackKey(desk.settings.owner, "eventstack-event", "talk-i2")
    with subprocess.Popen([sys.executable, "-S", "-c", "input()"], stdin=subprocess.PIPE) as process:
        background.note(desk.settings, Underway("up", key, process.pid))
        for event in ("talk", talk, "talk-i2"):
            status = automation.status(event, world=desk)
            assert (status.stack, status.state) == ("eventstack-event/talk-i2", "absent")
            assert status.words == f"being built by process {process.pid}, which has just begun"
        assert [one.stack for one in automation.list(world=desk)][1:] == ["eventstack-event/talk-i2"]
        process.kill()
    assert automation.status("talk", world=desk).state == "gone"
