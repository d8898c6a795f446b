"""The cases of the kill matrix, and one case's course: build up to the moment, strike, let it settle, heal, count."""

import json
import os
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path

from eventstack.clouds import facts
from eventstack.deploy.engine import Engine
from eventstack.deploy.journal import StackKey
from eventstack.errors import EventstackError
from eventstack.node import processes
from eventstack.planning.resolve import resolve_foundation
from eventstack.settings import Settings
from eventstack.testing.fake_cloud import FakeCloud
from tests.kill.ground import TESTS, Ground, local_deployer

VICTIMS = ("engine", "worker", "plugin", "caller", "all")
SIGNALS = ("KILL", "STOP", "INT")
MOMENTS = ("create", "update", "delete", "first-checkpoint", "between")
CLOUDS = ("fake", "local")

PATIENCE_S = 60.0


@dataclass(frozen=True)
class Case:
    """Who is struck, by what, when, and where."""

    victim: str
    signal: str
    moment: str
    cloud: str

    def __str__(self) -> str:
        return f"{self.cloud}-{self.moment}-{self.victim}-{self.signal}"

    @property
    def possible(self) -> bool:
        """Between operations only a caller lives; before the first checkpoint of an `up` no plugin was started, and on
        the local cloud no program of ours can wait there.
        """
        if self.moment == "between":
            return self.victim in ("caller", "all") and self.cloud == "fake"
        return self.moment != "first-checkpoint" or (self.victim != "plugin" and self.cloud == "fake")

    @property
    def operation(self) -> str:
        """What the struck caller does."""
        return {"delete": "destroy", "between": "preview"}.get(self.moment, "up")


def product() -> Iterator[Case]:
    """Every possible case."""
    for cloud in CLOUDS:
        for moment in MOMENTS:
            for victim in VICTIMS:
                for name in SIGNALS:
                    case = Case(victim, name, moment, cloud)
                    if case.possible:
                        yield case


@dataclass
class Verdict:
    """What became of a case. `struck` says where; `faults` is empty when it healed with nothing leaked or doubled."""

    case: Case
    struck: str = ""
    recovered: tuple[str, ...] = ()
    healed_s: float = 0.0
    faults: list[str] = field(default_factory=list)


def local_home(home: Path, engine: Engine) -> Path:
    """An installation with a foundation on this machine, for all local cases."""
    home.mkdir(parents=True, exist_ok=True)
    settings = Settings.from_environment({"EVENTSTACK_HOME": str(home)})
    plan = resolve_foundation("season", settings.owner, facts("local"))
    deployer = local_deployer(settings, engine, {})
    deployer.preview(plan)
    outputs = deployer.up(plan, build_hash=plan.build_hash).outputs
    (home / "foundation.json").write_text(json.dumps(outputs))
    return home


def remove_local_home(home: Path, engine: Engine) -> None:
    """Take the foundation down again."""
    settings = Settings.from_environment({"EVENTSTACK_HOME": str(home)})
    plan = resolve_foundation("season", settings.owner, facts("local"))
    deployer = local_deployer(settings, engine, {})
    deployer.destroy(plan, reason="the end")
    assert deployer.evidence(plan).clean
    deployer.forget(plan)


def run(case: Case, folder: Path, engine: Engine, home: Path | None = None) -> Verdict:
    """Carry a case out in a folder of its own; `home` is the installation of the local cases."""
    verdict = Verdict(case)
    step = {"first-checkpoint": "program", "delete": "delete"}.get(case.moment, "put")
    occurrence = f"{case.moment}-{case.victim}-{case.signal}".lower()
    ground = Ground(
        folder, home or folder / "home", case.cloud, occurrence, str(engine.path), engine.version, step=step
    )
    folder.mkdir(parents=True, exist_ok=True)
    cloud = FakeCloud.start(folder / "cloud") if case.cloud == "fake" else None
    try:
        _strike(case, ground.write(), verdict)
        began = time.monotonic()
        _heal(ground if case.moment != "update" else Ground.read(folder), verdict)
        verdict.healed_s = time.monotonic() - began
    except (EventstackError, AssertionError, subprocess.TimeoutExpired) as error:
        verdict.faults.append(f"{type(error).__name__}: {error}")
    finally:
        if cloud is not None:
            cloud.stop()
    return verdict


def _strike(case: Case, ground: Ground, verdict: Verdict) -> None:
    ground = _prepared(case, ground)
    gate = None
    if ground.cloud == "fake" and case.moment in ("create", "update", "delete"):
        gate = ground.fake.hold(case.moment, "feed", when="after")
    with (ground.folder / "caller.log").open("wb") as log:
        caller = subprocess.Popen(
            [sys.executable, "-m", "tests.kill.caller", str(ground.folder), case.operation],
            stdin=subprocess.PIPE,
            stdout=log,
            stderr=log,
            env={**os.environ, "PYTHONPATH": os.pathsep.join([str(TESTS), *filter(None, sys.path)])},
            start_new_session=True,
        )
    with caller:
        try:
            if gate is not None:
                request = gate.wait_reached(PATIENCE_S)
                assert request.struck, "it was held before its side effect"
            else:
                reached = ground.folder / "gate" / "reached"
                assert processes.wait_until(reached.exists, PATIENCE_S), "the moment was not reached"
            victims = _victims(case, ground, caller.pid)
            assert victims, f"no {case.victim} lives"
            assert all(processes.alive(victim) for victim in victims)
            verdict.struck = f"{len(victims)} x {case.victim} after the side effect of {case.moment}"
            _send(victims, getattr(signal, f"SIG{case.signal}"))
            if case.signal == "KILL":
                assert processes.wait_until(lambda: not any(map(processes.alive, victims)), 10.0)
            if case.signal == "STOP":
                assert processes.wait_until(lambda: all(_stopped(victim) for victim in victims), 10.0)
        finally:
            if gate is not None:
                gate.release()
            (ground.folder / "gate" / "open").touch()
        if case.signal == "STOP":
            _send(victims, signal.SIGCONT)
        assert caller.stdin is not None
        caller.stdin.close()
        caller.wait(PATIENCE_S)


def _prepared(case: Case, ground: Ground) -> Ground:
    """Everything before the operation that is struck."""
    deployer, plan = ground.deployer(), ground.plan()
    if case.moment == "between":
        return ground
    deployer.preview(plan)
    if case.moment in ("update", "delete"):
        deployer.up(plan, build_hash=plan.build_hash)
    if case.moment == "update":
        ground = Ground(**{**vars(ground), "changed": True}).write()
        ground.deployer().preview(ground.plan())
    return ground


def _victims(case: Case, ground: Ground, caller: int) -> list[processes.Identity]:
    seen = processes.look(caller)
    assert seen is not None
    if case.moment == "between" or case.victim == "caller":
        return [seen.identity]
    deployer, plan = ground.deployer(), ground.plan()
    operation = deployer.journal.operations(StackKey.of(plan))[-1]
    assert operation.session is not None
    members = processes.members(operation.session)
    if case.victim == "all":
        return [seen.identity, *(member.identity for member in members)]
    engines = {member.identity.pid for member in members if _executable(member.identity.pid) == ground.engine}
    if case.victim == "engine":
        return [member.identity for member in members if member.identity.pid in engines]
    if case.victim == "plugin":
        return [member.identity for member in members if member.parent in engines]
    workers = [one.identity for one in members if b"eventstack.deploy.worker" in _command(one.identity.pid)]
    leader = [one.identity for one in members if one.identity.pid == operation.session]
    return [one for one in workers if one.pid != operation.session] or leader


def _executable(pid: int) -> str:
    try:
        return str(Path(f"/proc/{pid}/exe").readlink())
    except OSError:
        return ""


def _command(pid: int) -> bytes:
    try:
        return Path(f"/proc/{pid}/cmdline").read_bytes()
    except OSError:
        return b""


def _stopped(victim: processes.Identity) -> bool:
    seen = processes.look(victim.pid)
    return seen is None or seen.identity != victim or seen.state in "TtZX"


def _send(victims: list[processes.Identity], number: int) -> None:
    for victim in victims:
        processes.send(victim, number)


def _heal(ground: Ground, verdict: Verdict) -> None:
    """One `up` and one `destroy`, and what the world itself says after each."""
    deployer, plan = ground.deployer(), ground.plan()
    if verdict.case.moment == "between":
        deployer.preview(plan)
    outcome = deployer.up(plan, build_hash=plan.build_hash)
    verdict.recovered = outcome.recovered
    wanted = len([urn for urn in deployer.diagnose(plan).findings if urn.kind == "built"])
    if wanted != 1 or not deployer.diagnose(plan).healthy:
        verdict.faults.append(f"not well after up: {[one.text for one in deployer.diagnose(plan).findings]}")
    expected = 3 if ground.cloud == "fake" else len(ground.things())
    if len(ground.things()) != expected or not expected:
        verdict.faults.append(f"after up there are {dict(ground.things())}")
    deployer.destroy(plan, reason="the end")
    if left := ground.things():
        verdict.faults.append(f"leaked: {dict(left)}")
    proof = deployer.evidence(plan)
    if proof.inventories[0] or not proof.clean:
        verdict.faults.append(f"evidence found strays: {[one.identity for one in proof.inventories[0]]}")
    deployer.forget(plan)
    if twice := ground.doubled():
        verdict.faults.append(f"doubled: {twice}")
