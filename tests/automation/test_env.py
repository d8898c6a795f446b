"""What is printed for plain `pulumi`, and what is not."""

import dataclasses
from pathlib import Path

from eventstack import automation
from eventstack.deploy.engine import Engine
from eventstack.deploy.journal import StackKey
from tests.automation.conftest import Here


def standing(desk: Here, tmp_path: Path) -> Here:
    automation.up(new_foundation="season", world=desk)
    desk.found = Engine(tmp_path / "bin" / "pulumi", "3.259.0", "named")
    plan = automation.resolve(new_foundation="season", world=desk)
    desk.workspace(StackKey.of(plan)).work.mkdir(parents=True)
    return desk


def test_a_shell_gets_the_folder_the_stack_and_the_passphrases_file(desk: Here, tmp_path: Path) -> None:
    found = automation.env("season", world=standing(desk, tmp_path))
    lines = found.script().splitlines()
    assert "export PULUMI_STACK=season-i1" in lines
    assert f"export PULUMI_CONFIG_PASSPHRASE_FILE={desk.settings.state}/passphrase" in lines
    assert lines[-1] == f"cd {desk.settings.state}/stacks/eventstack-foundation/season-i1/work"
    assert found.withheld == ()
    assert any(line.startswith(f"export PATH={tmp_path}/bin:") for line in lines)


def test_a_secret_in_the_backends_url_is_withheld_and_named(desk: Here, tmp_path: Path) -> None:
    standing(desk, tmp_path)
    url = "postgres://ada:planted-4711@127.0.0.1/state"
    desk.settings = dataclasses.replace(desk.settings, backend=url, passphrase="planted-4712")
    found = automation.env("season", world=desk)
    assert found.withheld == ("EVENTSTACK_BACKEND", "PULUMI_BACKEND_URL", "PULUMI_CONFIG_PASSPHRASE_FILE")
    assert "planted" not in found.script()
    assert "# not printed, set it yourself: PULUMI_BACKEND_URL" in found.script()
