"""One stack, many hands: the calls, plain `pulumi`, and the projects' own program files, on the local cloud."""

import json
import os
import shutil
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

import eventstack
from eventstack import automation
from tests.automation.conftest import talk  # noqa: F401

pytestmark = [pytest.mark.engine, pytest.mark.chain]

ROOT = Path(__file__).parents[2]
INLINE = Path(__file__).parent / "programs" / "inline.py"


def by_hand(found: automation.ByHand, *words: str) -> str:
    """What a person types in a shell that knows the variables."""
    environment = {**os.environ, **found.variables}
    done = subprocess.run(words, cwd=found.work, env=environment, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stdout + done.stderr
    return done.stdout


def inline(work: Path, variables: dict[str, str], layer: str, stack: str, *new: str) -> dict[str, Any]:
    """The project's own program file, by the Automation API, in a process of its own."""
    result = work / "result.json"
    words = [sys.executable, str(INLINE), str(ROOT / "stacks" / layer / "__main__.py"), stack, str(result), *new]
    source = str(Path(eventstack.__file__).parent.parent)
    environment = {**os.environ, **variables, "PYTHONPATH": os.pathsep.join([source, *sys.path])}
    done = subprocess.run(words, cwd=work, env=environment, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stdout + done.stderr
    read: dict[str, Any] = json.loads(result.read_text())
    return read


def urns(found: automation.ByHand) -> list[str]:
    exported = json.loads(by_hand(found, "pulumi", "stack", "export"))
    return sorted(resource["urn"] for resource in exported["deployment"]["resources"])


@pytest.fixture
def installed(home: Path, engine_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setenv("EVENTSTACK_ENGINE", str(engine_path))
    return home


def test_plain_pulumi_lists_reads_refreshes_and_destroys_what_the_wrapper_built(
    installed: Path,
    talk: Path,  # noqa: F811
) -> None:
    automation.up(new_foundation="season")
    automation.up(talk)
    try:
        found = automation.env("talk")
        assert found.variables["PULUMI_CONFIG_PASSPHRASE_FILE"].endswith("state/passphrase")
        assert "PULUMI_CONFIG_PASSPHRASE" not in found.variables
        listed = json.loads(by_hand(found, "pulumi", "stack", "ls", "--json"))
        assert [(one["name"], one["current"]) for one in listed] == [("talk-i1", True)]
        outputs = json.loads(by_hand(found, "pulumi", "stack", "output", "--json"))
        assert outputs["hls"] == automation.outputs("talk")["hls"]
        built = urns(found)
        by_hand(found, "pulumi", "refresh", "--yes", "--skip-preview", "--non-interactive")
        assert urns(found) == built

        ours = inline(found.work, found.variables, "event", "talk-i1")
        assert (ours["changes"], ours["urns"]) == ({"same": len(built) - 1}, built)
        assert automation.up(talk).changes == {"same": len(built) - 1}

        by_hand(found, "pulumi", "destroy", "--yes", "--skip-preview", "--non-interactive")
        assert automation.status("talk").state == "destroyed"
    finally:
        for name in ("talk", "season"):
            assert automation.destroy(name, reason="the test is over").ok
    assert automation.list() == ()


def test_a_projects_own_file_makes_the_same_stack_with_the_same_urns_as_the_wrapper(
    installed: Path, tmp_path: Path
) -> None:
    automation.up(new_foundation="season")
    try:
        plan, found = automation.resolve(new_foundation="season"), automation.env("season")
        built = urns(found)
    finally:
        assert automation.destroy("season", reason="the test is over").ok

    work = tmp_path / "work"
    shutil.copytree(ROOT / "stacks" / "foundation", work)
    (tmp_path / "plan.json").write_text(plan.to_json())
    (tmp_path / "state").mkdir()
    theirs = {
        **found.variables,
        "PULUMI_BACKEND_URL": f"file://{tmp_path}/state?metadata=skip",
        "PULUMI_HOME": str(tmp_path / "pulumi"),
        "PULUMI_CONFIG_PASSPHRASE_FILE": str(installed / "state" / "passphrase"),
        "PATH": os.pathsep.join([str(Path(sys.executable).parent), found.variables["PATH"]]),
    }
    shell = automation.ByHand(work, "season-i1", theirs)
    try:
        made = inline(work, theirs, "foundation", "season-i1", str(tmp_path / "plan.json"))
        assert (made["changes"], made["urns"]) == ({"create": len(built) - 1}, built)
    finally:
        by_hand(shell, "pulumi", "destroy", "--yes", "--skip-preview", "--non-interactive")
