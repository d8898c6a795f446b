import io
import subprocess
from dataclasses import replace
from pathlib import Path

import pytest

from eventstack.deploy import cards, passphrase, private
from eventstack.deploy.redact import RedactedStream, Redactor
from eventstack.deploy.workspace import Workspace
from eventstack.errors import Final
from eventstack.planning.plan import canonical
from eventstack.settings import Settings
from tests.deploy.conftest import a_plan


@pytest.fixture
def workspace(settings: Settings) -> Workspace:
    workspace = Workspace(settings, "eventstack-event", "talk-i1")
    workspace.prepare(a_plan().build)
    return workspace


def test_everything_of_a_stack_is_private(workspace: Workspace, settings: Settings) -> None:
    assert [path for path in settings.state.rglob("*") if path.stat().st_mode & 0o077] == []


def test_the_plan_reaches_the_program_as_one_text_and_the_salt_stays(workspace: Workspace) -> None:
    import json

    path = workspace.work / "Pulumi.talk-i1.yaml"
    content = json.loads(path.read_text())
    assert content == {"config": {"eventstack-event:plan": canonical(a_plan().build)}}
    path.write_text("config: {}\nencryptionsalt: v1:abc\n")
    workspace.prepare(a_plan(path="live").build)
    content = json.loads(path.read_text())
    assert content["encryptionsalt"] == "v1:abc"
    assert '"path":"live"' in content["config"]["eventstack-event:plan"]


def test_the_environment_holds_no_stranger_of_the_engine(workspace: Workspace, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PULUMI_ACCESS_TOKEN", "x")
    monkeypatch.setenv("PULUMI_BACKEND_URL", "https://elsewhere")
    monkeypatch.setenv("EVENTSTACK_TAG", "x")
    environment = workspace.environment({}, mark="talk/1/x")
    assert "PULUMI_ACCESS_TOKEN" not in environment
    assert "EVENTSTACK_TAG" not in environment
    assert environment["PULUMI_BACKEND_URL"] == f"file://{workspace.settings.state}/pulumi/local?metadata=skip"
    assert environment["EVENTSTACK_OP"] == "talk/1/x"
    assert environment["EVENTSTACK_HOME"] == str(workspace.settings.state.parent)


def test_separate_folders_reach_other_processes_by_xdg(settings: Settings, tmp_path: Path) -> None:
    apart = replace(
        settings,
        state=tmp_path / "s" / "eventstack",
        data=tmp_path / "d" / "eventstack",
        cache=tmp_path / "c" / "eventstack",
    )
    environment = Workspace(apart, "p", "s").environment({})
    assert "EVENTSTACK_HOME" not in environment
    assert Settings.from_environment({}).state != apart.state
    assert environment["XDG_STATE_HOME"] == str(tmp_path / "s")
    assert environment["XDG_DATA_HOME"] == str(tmp_path / "d")


def test_the_plugin_is_launched_with_an_ordinary_umask(workspace: Workspace) -> None:
    launcher = workspace.root / "plugin" / "pulumi-resource-eventstack"
    assert launcher.stat().st_mode & 0o777 == 0o700
    assert f'path":"{launcher.parent}' in (workspace.work / "Pulumi.yaml").read_text()
    shown = launcher.read_text().replace("exec ", "umask; exit; ")
    assert (
        subprocess.run(["sh", "-c", shown], capture_output=True, text=True, umask=0o077, check=True).stdout == "0022\n"
    )


def test_a_passphrase_is_made_once(workspace: Workspace) -> None:
    first = workspace.passphrase.read_text()
    workspace.prepare()
    assert workspace.passphrase.read_text() == first
    assert len(first) > 40


def test_an_empty_passphrase_is_not_replaced(workspace: Workspace) -> None:
    workspace.passphrase.write_text("")
    with pytest.raises(Final, match="restore it"):
        passphrase.ready(workspace.settings)
    assert workspace.passphrase.read_text() == ""


def test_a_card_is_private_and_goes(settings: Settings) -> None:
    path = cards.write(settings, "talk", {"control": "http://127.0.0.1:1"})
    assert path.stat().st_mode & 0o777 == 0o600
    assert cards.read(settings, "talk") == {"control": "http://127.0.0.1:1"}
    cards.remove(settings, "talk")
    cards.remove(settings, "talk")
    assert cards.read(settings, "talk") is None


def test_longer_secrets_are_masked_before_their_parts() -> None:
    redact = Redactor(["abcd", "abcdefgh", "xyz", ""])
    assert redact("abcdefgh abcd xyz") == "[secret] [secret] xyz"


def test_a_secret_of_several_lines_is_masked_line_by_line_and_within_json() -> None:
    redact = Redactor(['planted "line" 1\nplanted line two\nend'])
    assert redact("see: planted line two.") == "see: [secret]."
    assert redact('{"said":"planted \\"line\\" 1\\nplanted line two\\nend"}') == '{"said":"[secret]"}'
    assert redact.deep({"a": ["planted line two", 1, None]}) == {"a": ["[secret]", 1, None]}


def test_a_printed_secret_is_masked_though_it_comes_in_pieces() -> None:
    behind = io.StringIO()
    stream = RedactedStream(behind, Redactor(["planted-secret"]))
    print("see planted-", end="", file=stream)
    print("secret", file=stream)
    assert behind.getvalue() == "see [secret]\n"
    stream.write("planted-secret")
    stream.finish()
    assert behind.getvalue() == "see [secret]\n[secret]"


def test_a_folder_that_is_there_keeps_its_mode_and_new_ones_are_private(tmp_path):
    tmp_path.chmod(0o755)
    made = private.folder(tmp_path / "state" / "stacks")
    assert private.folder(tmp_path) == tmp_path
    assert [path.stat().st_mode & 0o777 for path in (tmp_path, made.parent, made)] == [0o755, 0o700, 0o700]
