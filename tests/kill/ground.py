"""Where one case of the kill matrix takes place: an installation, a plan, a cloud, reached from any process."""

import json
import os
import sys
from collections import Counter
from collections.abc import Mapping
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

from eventstack.clouds.local import inventory, verbs
from eventstack.deploy.engine import Engine
from eventstack.deploy.pulumi_deployer import PulumiDeployer
from eventstack.planning import naming
from eventstack.planning.found import Found
from eventstack.planning.parts import Build, Cdn
from eventstack.planning.plan import StackPlan
from eventstack.settings import Settings
from eventstack.testing import builders
from eventstack.testing.fake_cloud import FakeCloud

HERE = Path(__file__).parent
TESTS = HERE.parents[1]


@dataclass(frozen=True)
class Ground:
    """One case's ground: `changed` says that the plan is that of a later edit, `step` what is waited at."""

    folder: Path
    home: Path
    cloud: str
    occurrence: str
    engine: str
    version: str
    changed: bool = False
    step: str = ""

    @classmethod
    def read(cls, folder: Path) -> "Ground":
        """The ground that was written into a folder."""
        values: dict[str, Any] = json.loads((folder / "ground.json").read_text())
        return cls(**{**values, "folder": folder, "home": Path(values["home"])})

    def write(self) -> "Ground":
        """Let other processes read it."""
        (self.folder / "gate").mkdir(parents=True, exist_ok=True)
        (self.folder / "ground.json").write_text(json.dumps(asdict(self), default=str))
        return self

    @property
    def settings(self) -> Settings:
        """The installation."""
        return Settings.from_environment(
            {"EVENTSTACK_HOME": str(self.home), "EVENTSTACK_GRACE_S": "30", "EVENTSTACK_DEADLINE_S": "90"}
        )

    @property
    def fake(self) -> FakeCloud:
        """The fake cloud of this ground."""
        return FakeCloud.at(self.folder / "cloud")

    def plan(self) -> StackPlan:
        """What is built here."""
        return self._local_plan() if self.cloud == "local" else self._fake_plan()

    def _fake_plan(self) -> StackPlan:
        stack = naming.stack_name(self.occurrence, 1)
        build = Build(
            format=1,
            layer="event",
            owner="local",
            occurrence=self.occurrence,
            incarnation=1,
            cloud="fake",
            project=naming.PROJECTS["event"],
            stack=stack,
            tags=naming.identity_tags("local", self.occurrence, 1, "event"),
            cdn=Cdn(path="edited" if self.changed else "first"),
        )
        return StackPlan(build=build, title=self.occurrence, profile="kill", settle_s=0)

    def _local_plan(self) -> StackPlan:
        profile = builders.profile()
        if self.changed:
            ladder = {**builders.PROFILE["ladder"], "renditions": [{"size": "640x360", "bitrate": "700kbps"}]}
            profile = builders.profile(ladder=ladder)
        outputs = json.loads((self.home / "foundation.json").read_text())
        event = builders.event(id=self.occurrence)
        return builders.plan(event=event, profile=profile, foundation=outputs, settle_s=0)

    def deployer(self, *, patience_s: float = 60.0, gated: bool = False) -> PulumiDeployer:
        """A deployer of this ground; a `gated` one's engine waits where the case says."""
        engine = Engine(Path(self.engine), self.version, "named")
        gate = {"KILL_GATE": str(self.folder / "gate")} if gated else {}
        if self.cloud == "local":
            extra = {**gate, "KILL_PART": "encoder", "KILL_STEP": self.step, "PYTHONPATH": _path(HERE / "site")}
            return local_deployer(self.settings, engine, extra)
        gate = gate if self.step == "program" else {}
        extra = {**gate, "PYTHONPATH": _path(TESTS), **_plugin(self.folder, self.fake.port)}
        return PulumiDeployer(
            self.settings,
            engine,
            inventory=self.fake.inventory,
            remove=self.fake.remove,
            on_air=self.fake.on_air,
            program="tests.kill.programs:chain",
            extra=extra,
            sleep=lambda _: None,
            patience_s=patience_s,
        )

    def things(self) -> Counter[str]:
        """How often each resource exists, by role and the hash of its URN."""
        if self.cloud == "local":
            found = inventory.by_tags(self.settings, self.plan().build.tags)
            return Counter(thing.resource for thing in found if thing.resource)
        return Counter(thing.urn for thing in self.fake.world())

    def doubled(self) -> dict[str, Any]:
        """What exists twice, or once did."""
        if self.cloud == "local":
            return {name: count for name, count in self.things().items() if count > 1}
        return dict(self.fake.doubled())


def local_deployer(settings: Settings, engine: Engine, extra: Mapping[str, str]) -> PulumiDeployer:
    """A deployer on this machine."""

    def look(tags: Mapping[str, str]) -> list[Found]:
        return inventory.by_tags(settings, tags)

    return PulumiDeployer(
        settings,
        engine,
        inventory=look,
        remove=inventory.remove,
        on_air=lambda plan: any(thing.on_air for thing in look(plan.build.tags)),
        card=lambda plan, outputs: verbs.card(outputs) if plan.build.layer == "event" else None,
        extra=extra,
        patience_s=60.0,
    )


def _path(*folders: Path) -> str:
    return os.pathsep.join([*map(str, folders), *filter(None, sys.path)])


def _plugin(folder: Path, port: int) -> dict[str, str]:
    """The environment in which the engine starts the proxy as the fake cloud's plugin."""
    place = folder / "bin"
    place.mkdir(exist_ok=True)
    launcher = place / "pulumi-resource-fakecloud"
    if not launcher.exists():
        draft = place / f"draft-{os.getpid()}"
        draft.write_text(f'#!/bin/sh\nexec {sys.executable} {HERE / "proxy.py"} "$@"\n')
        draft.chmod(0o700)
        draft.replace(launcher)
    return {"PATH": os.pathsep.join([str(place), os.environ.get("PATH", "")]), "FAKE_CLOUD_PORT": str(port)}
