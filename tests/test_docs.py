"""Every block of README and docs that can run, runs: python, YAML events, and console lines of our own command."""

import os
import re
import shlex
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).parent.parent
PAGES = [ROOT / "README.md", ROOT / "CONTRIBUTING.md", *sorted((ROOT / "docs").glob("*.md"))]
BLOCK = re.compile(r"^```(\w+)\n(.*?)^```$", re.MULTILINE | re.DOTALL)

pytestmark = [pytest.mark.docs, pytest.mark.timeout(600)]


MOCKED = """
from pulumi.runtime import Mocks, set_mocks

class Echo(Mocks):
    def new_resource(self, args):
        return args.name, args.inputs

    def call(self, args):
        return {}

set_mocks(Echo())
program()
"""


def blocks(language):
    found = []
    for page in PAGES:
        for number, (kind, text) in enumerate(BLOCK.findall(page.read_text(encoding="utf-8"))):
            if kind == language:
                found.append(pytest.param(text, id=f"{page.name}-{number}"))
    return found


@pytest.mark.parametrize("text", blocks("python"))
def test_a_python_block_runs(text, home, engine_path, tmp_path):
    home.mkdir()
    write_yaml(tmp_path)
    script = tmp_path / "block.py"
    script.write_text(text + (MOCKED if "def program()" in text else ""), encoding="utf-8")
    environment = {**os.environ, "EVENTSTACK_ENGINE": str(engine_path)}
    done = subprocess.run(
        [sys.executable, str(script)], cwd=tmp_path, env=environment, capture_output=True, text=True, check=False
    )
    assert done.returncode == 0, done.stderr


@pytest.mark.parametrize("text", blocks("console"))
def test_a_console_block_of_quick_commands_runs(text, home, engine_path, tmp_path):
    home.mkdir()
    write_yaml(tmp_path)
    environment = {**os.environ, "EVENTSTACK_ENGINE": str(engine_path)}
    lines = [line.removeprefix("$ ") for line in text.splitlines() if line.startswith("$ ")]
    assert lines, "a console block without a prompt shows nothing to type"
    for line in lines:
        words = shlex.split(line)
        if words[0] == "eventstack" and words[1] != "rehearse":
            done = subprocess.run(
                [sys.executable, "-m", *words],
                cwd=tmp_path,
                env=environment,
                capture_output=True,
                text=True,
                check=False,
            )
            assert done.returncode == 0, f"{line}\n{done.stdout}\n{done.stderr}"
        else:
            assert words[0] == "eventstack" or ".venv/bin" in line, f"nobody runs: {line}"


def named_yaml():
    """The YAML blocks that say in their first line what file they are."""
    texts = [text for page in PAGES for kind, text in BLOCK.findall(page.read_text(encoding="utf-8")) if kind == "yaml"]
    return [(name.group(1), text) for text in texts if (name := re.match(r"# (\S+\.yaml)\n", text))]


def write_yaml(folder):
    """Put the named YAML blocks where a block's commands find them."""
    for name, document in named_yaml():
        (folder / name).write_text(document, encoding="utf-8")


@pytest.mark.parametrize("named", [pytest.param(item, id=item[0]) for item in named_yaml()])
def test_a_yaml_block_is_a_valid_document(named, home, tmp_path):
    path = tmp_path / named[0]
    path.write_text(named[1], encoding="utf-8")
    done = subprocess.run(
        [sys.executable, "-m", "eventstack", "validate", str(path)], capture_output=True, text=True, check=False
    )
    assert done.returncode == 0, done.stdout + done.stderr


def test_ci_runs_the_test_command_of_the_readme_word_for_word():
    readme = (ROOT / "README.md").read_text(encoding="utf-8")
    command = next(line.removeprefix("$ ") for line in readme.splitlines() if line.endswith("&& .venv/bin/nox"))
    assert command in (ROOT / ".ci" / "run").read_text(encoding="utf-8").splitlines()


@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.name)
def test_every_link_to_a_file_leads_to_one(page):
    links = re.findall(r"\]\((?!https?:|#)([^)#]+)", page.read_text(encoding="utf-8"))
    missing = [link for link in links if not (page.parent / link).exists() and link != "LICENSE"]
    assert not missing


def test_every_command_is_documented():
    from eventstack.cli.main import COMMANDS

    text = "\n".join(page.read_text(encoding="utf-8") for page in PAGES)
    assert not [name for name in COMMANDS if f"eventstack {name}" not in text and f"`{name}`" not in text]


def test_every_hop_is_documented():
    from eventstack.probes.probe import HOPS

    text = (ROOT / "docs" / "rehearse.md").read_text(encoding="utf-8")
    assert not [hop for hop in HOPS if f"| {hop} |" not in text]


def test_every_setting_is_documented():
    import dataclasses

    from eventstack.settings import Settings

    text = (ROOT / "docs" / "settings.md").read_text(encoding="utf-8")
    names = {f"EVENTSTACK_{one.name.upper()}" for one in dataclasses.fields(Settings)} - {
        f"EVENTSTACK_{name}" for name in ("CACHE", "STATE", "DATA")
    }
    assert not [name for name in names if name not in text]
