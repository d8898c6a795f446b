"""The life of a stack on the real engine and the fake cloud."""

from collections.abc import Callable
from pathlib import Path

import pytest

from eventstack.deploy.deployer import Progress
from eventstack.deploy.pulumi_deployer import PulumiDeployer
from eventstack.settings import Settings
from eventstack.testing.fake_cloud import FakeCloud
from tests.deploy.conftest import a_plan

pytestmark = pytest.mark.engine


def test_a_stack_is_previewed_built_left_alone_destroyed_proven_gone_and_forgotten(
    on_engine: Callable[..., PulumiDeployer], provider: FakeCloud, settings: Settings
) -> None:
    deployer, plan = on_engine(card=lambda plan, outputs: {"reach": outputs["ingest"]}), a_plan()
    seen: list[Progress] = []

    preview = deployer.preview(plan, seen.append)
    assert preview.changes == {"create": 4}
    assert {(p.name, p.state) for p in seen} >= {("feed", "planned"), ("encoder", "planned")}
    assert provider.world() == []

    seen.clear()
    built = deployer.up(plan, build_hash=plan.build_hash, on_progress=seen.append)
    assert built.outputs["ingest"].startswith("arn:fake:feed-")
    assert (built.outputs["port"], built.outputs["credential"]) == (9000, "[secret]")
    assert {p.name for p in seen if p.state == "done" and p.duration_s is not None} >= {"feed", "archive", "encoder"}
    card = settings.cards / "talk.json"
    assert card.read_text().startswith('{"reach":"arn:fake:feed')
    assert card.stat().st_mode & 0o777 == 0o600

    again = deployer.up(plan, build_hash=plan.build_hash)
    assert again.changes == {"same": 4}
    assert provider.count("create") == 3
    assert again.outputs == built.outputs
    state = deployer.observe("eventstack-event", "talk-i1")
    assert (state.existence, state.resources, state.pending) == ("present", 5, 0)

    assert deployer.destroy(plan, reason="the end").changes["delete"] == 4
    assert provider.world() == []
    assert deployer.evidence(plan).clean
    deployer.forget(plan)
    assert deployer.observe("eventstack-event", "talk-i1").existence == "absent"
    left = {p.relative_to(settings.state).as_posix() for p in settings.state.rglob("*") if p.is_file()}
    assert left <= {"passphrase", "passphrase.canary", "journal.sqlite3", "pulumi/local/.pulumi/meta.yaml"}
    logs = settings.records / "talk" / "logs" / "eventstack-event" / "talk-i1"
    assert [place.name.split("-")[1] for place in sorted(logs.iterdir())] == ["preview", "up", "up", "destroy"]
    assert Path(logs / next(logs.iterdir()) / "engine.log").exists()
