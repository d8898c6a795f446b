"""Rules of import that the layer contracts can't say."""

import ast
from pathlib import Path

import eventstack

PACKAGE = Path(eventstack.__file__).parent


def imported(path):
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        if isinstance(node, ast.Import):
            yield from (alias.name for alias in node.names)
        elif isinstance(node, ast.ImportFrom) and node.module:
            yield from (f"{node.module}.{alias.name}" for alias in node.names)


def test_only_deploy_drives_the_engine():
    drivers = {
        path.relative_to(PACKAGE).parts[0]
        for path in PACKAGE.rglob("*.py")
        if any(name.startswith("pulumi.automation") for name in imported(path))
    }
    assert drivers == {"deploy"}


def test_decide_reads_no_clock_and_no_world():
    names = set(imported(PACKAGE / "scheduler" / "decide.py"))
    assert not {name.split(".")[0] for name in names} - {"datetime", "eventstack"}
    source = (PACKAGE / "scheduler" / "decide.py").read_text(encoding="utf-8")
    assert "now()" not in source


def test_the_scheduler_speaks_of_no_engine_no_vendor_and_no_media():
    words = ("pulumi", "ffmpeg", "nginx", "packager", "manifest", "aws", "azure", "gcp")
    for path in (PACKAGE / "scheduler").rglob("*.py"):
        text = path.read_text(encoding="utf-8").lower()
        assert not [word for word in words if word in text], path.name
