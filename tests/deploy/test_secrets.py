"""No secret in arguments, state, logs, events or error texts: on the real engine and the fake cloud."""

import sys
from collections.abc import Callable
from pathlib import Path

import msgspec
import psutil
import pytest

from eventstack.deploy.pulumi_deployer import PulumiDeployer
from eventstack.errors import Retryable
from eventstack.planning.plan import Contribution, SecretRef, Source
from eventstack.settings import Settings
from eventstack.testing.fake_provider import FakeProvider
from tests.deploy.conftest import PROGRAMS, a_plan, wait_until
from tests.deploy.test_interrupted_operations import Calling

pytestmark = pytest.mark.engine

FEED_PASSPHRASE = "planted-feed-0815"


def test_planted_secrets_are_found_nowhere(
    on_engine: Callable[..., PulumiDeployer],
    provider: FakeProvider,
    settings: Settings,
    monkeypatch: pytest.MonkeyPatch,
    tmp_path: Path,
) -> None:
    monkeypatch.syspath_prepend(str(PROGRAMS))
    from engine_programs import SECRET_OUTPUT

    monkeypatch.setenv("TEST_FEED_PASSPHRASE", FEED_PASSPHRASE)
    contribution = Contribution(
        protocol="srt",
        mode="listener",
        latency_ms=120,
        passphrase=SecretRef(source="env", name="TEST_FEED_PASSPHRASE"),
        source=Source(kind="none"),
    )
    plan = a_plan()
    plan = msgspec.structs.replace(plan, build=msgspec.structs.replace(plan.build, contribution=contribution))
    deployer = on_engine()
    deployer.preview(plan)
    secrets = [FEED_PASSPHRASE, SECRET_OUTPUT, (settings.state / "passphrase").read_text()]

    provider.refuse("create", "encoder", f"bad key {FEED_PASSPHRASE}")
    gate = provider.hold("create", "feed")
    calling = Calling(lambda: deployer.up(plan, build_hash=plan.build_hash))
    wait_until(gate.reached.is_set)
    arguments = _arguments_of_marked_processes()
    gate.release()
    calling.join(30)
    assert isinstance(calling.error, Retryable)
    assert "bad key [secret]" in str(calling.error)
    deployer.up(plan, build_hash=plan.build_hash)

    assert any("eventstack.deploy.worker" in line for line in arguments)
    assert any(" up " in line for line in arguments)
    assert [secret for secret in secrets for line in arguments if secret in line] == []
    files = [path for path in (tmp_path / "home").rglob("*") if path.is_file() and path.name != "passphrase"]
    assert any(path.name == "engine.log" for path in files)
    assert [(path.name, secret) for path in files for secret in secrets if secret.encode() in path.read_bytes()] == []
    assert [path.name for path in files if path.stat().st_mode & 0o077] == []

    deployer.destroy(plan, reason="the end")
    assert deployer.evidence(plan).clean
    deployer.forget(plan)
    kept = [path for path in settings.records.rglob("*") if path.is_file()]
    assert kept
    assert [(path.name, secret) for path in kept for secret in secrets if secret.encode() in path.read_bytes()] == []


def _arguments_of_marked_processes() -> list[str]:
    lines = []
    for process in psutil.process_iter():
        try:
            if "EVENTSTACK_OP" in process.environ():
                lines.append(" ".join(process.cmdline()))
        except (psutil.NoSuchProcess, psutil.AccessDenied):
            continue
    assert sys.executable
    return lines
