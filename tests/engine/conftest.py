"""A stack on the real engine with our plugin, every operation in a process of its own."""

import json
import os
import stat
import subprocess
import sys
import textwrap
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pytest

ROOT = Path(__file__).parents[2]


@dataclass
class Run:
    """What one operation did: `error` is empty when it succeeded, `ops` maps resource names to the engine's word."""

    seconds: float
    diagnostics: list[tuple[str, str]]
    outputs: dict[str, Any]
    ops: dict[str, str]
    error: str

    @property
    def complaints(self) -> list[str]:
        return [text for severity, text in self.diagnostics if severity in {"warning", "error"}]


@dataclass
class Bench:
    """One stack in folders of its own, and the world that its plugin's stub keeps in files."""

    folder: Path
    engine: str
    environment: dict[str, str] = field(default_factory=dict)

    def __post_init__(self) -> None:
        for name in ("work", "home", "state", "plugin", "world", "runs"):
            (self.folder / name).mkdir()
        plugins = {"providers": [{"name": "eventstack", "path": str(self.folder / "plugin")}]}
        project = {"name": "bench", "runtime": "python", "plugins": plugins}
        (self.folder / "work" / "Pulumi.yaml").write_text(json.dumps(project))
        self.plugin("from eventstack.plugin.server import main; main()")

    @property
    def world(self) -> Path:
        return self.folder / "world"

    @property
    def checkpoint(self) -> Path:
        return next((self.folder / "state").rglob("one.json"))

    def plugin(self, source: str) -> None:
        """Have the engine find this as our plugin."""
        script = self.folder / "plugin" / "serve.py"
        script.write_text(textwrap.dedent(source))
        launcher = self.folder / "plugin" / "pulumi-resource-eventstack"
        launcher.write_text(f'#!/bin/sh\nexec {sys.executable} {script} "$@"\n')
        launcher.chmod(launcher.stat().st_mode | stat.S_IXUSR)

    def variables(self) -> dict[str, str]:
        return {
            **os.environ,
            "PULUMI_BACKEND_URL": f"file://{self.folder}/state?metadata=skip",
            "PULUMI_HOME": str(self.folder / "home"),
            "PULUMI_CONFIG_PASSPHRASE": "bench",
            "PULUMI_SKIP_UPDATE_CHECK": "true",
            "PULUMI_DISABLE_AUTOMATIC_PLUGIN_ACQUISITION": "true",
            "PULUMI_OPTION_SKIP_PLUGIN_PRE_INSTALL": "true",
            "PULUMI_DISABLE_REGISTRY_RESOLVE": "true",
            "EVENTSTACK_HOME": str(self.folder / "es"),
            "EVENTSTACK_OP": "bench/1",
            "PYTHONPATH": os.pathsep.join([str(ROOT), os.environ.get("PYTHONPATH", "")]),
            "WORLD": str(self.world),
            **self.environment,
        }

    def start(
        self, kind: str, program: str = "", *, plan: Path | None = None, **arguments: Any
    ) -> tuple[Path, "subprocess.Popen[bytes]"]:
        """Begin one operation; where its result will be, and its process."""
        result = self.folder / "runs" / f"{len(list((self.folder / 'runs').iterdir()))}.json"
        result.touch()
        request = {
            "kind": kind,
            "program": program,
            "arguments": arguments,
            "plan": plan and str(plan),
            "engine": self.engine,
            "work": str(self.folder / "work"),
            "result": str(result),
            "new": not list((self.folder / "state").rglob("one.json")),
        }
        command = [sys.executable, "-m", "tests.engine.operation", json.dumps(request)]
        return result, subprocess.Popen(command, cwd=ROOT, env=self.variables())

    def run(self, kind: str, program: str = "", *, plan: Path | None = None, **arguments: Any) -> Run:
        """Do one operation with a program of `tests.engine.programs`; one that fails says so in `error`."""
        result, process = self.start(kind, program, plan=plan, **arguments)
        assert process.wait(60) == 0
        return Run(**json.loads(result.read_text()))


STUB = """
import json, os, threading, time
from pathlib import Path
from eventstack.errors import Final, Retryable
from eventstack.planning import naming
from eventstack.plugin.machines import KnownPart, Machine
from eventstack.plugin.server import main

WORLD = Path(os.environ["WORLD"])

class Control:
    def __init__(self, directory):
        self.parts = directory / "parts"
    def put(self, part, config, tags, secrets):
        (WORLD / "started").open("a").write(part + "\\n")
        time.sleep(float(os.environ.get("CREATE_S", "0.05")))
        if (WORLD / "fail").exists():
            raise {"retry": Retryable, "final": Final}[(WORLD / "fail").read_text()](
                "not ready: the port is taken", **({"after_s": 1.0} if "retry" in (WORLD / "fail").read_text() else {}))
        self.parts.mkdir(exist_ok=True)
        (self.parts / part).write_text(json.dumps({"config": config, "tags": tags, "secrets": secrets}))
        return {"place": str(self.parts / part), "ports": {"first": 1}}
    def get(self, part):
        path = self.parts / part
        return KnownPart("", {}, {"place": str(path), "ports": {"first": 1}}) if path.exists() else None
    def delete(self, part):
        (self.parts / part).unlink(missing_ok=True)

class Machines:
    def directory(self, tags):
        return self.named(naming.node_directory_name(tags))
    def named(self, name):
        return WORLD / name
    def launch(self, tags):
        directory = self.directory(tags)
        directory.mkdir(exist_ok=True)
        (directory / "token").write_text("t")
        return self.find(directory)
    def find(self, directory):
        return Machine("http://127.0.0.1:1", directory / "token", directory) if directory.exists() else None
    def shutdown(self, directory):
        for path in sorted(directory.rglob("*"), reverse=True):
            path.rmdir() if path.is_dir() else path.unlink()
        directory.rmdir()
    def control(self, address, token_file):
        return Control(token_file.parent)

(WORLD / "plugin.pid").open("a").write(f"{os.getpid()}\\n")
main(machines=Machines())
"""


@pytest.fixture
def bench(tmp_path: Path, engine_path: Path) -> Bench:
    return Bench(tmp_path, str(engine_path))


@pytest.fixture
def stubbed(bench: Bench) -> Bench:
    """A bench whose machines and parts are files."""
    bench.plugin(STUB)
    return bench
