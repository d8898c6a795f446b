"""A command that goes on when whoever started it is gone."""

import json
import os
from pathlib import Path

from eventstack import automation
from eventstack.settings import Settings
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
