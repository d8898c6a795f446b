"""No secret in arguments, environments, state, logs, events or error texts: on the real engine and the fake cloud."""

import os
import threading
import traceback
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path

import msgspec
import psutil
import pytest

from eventstack.deploy import passphrase
from eventstack.deploy.pulumi_deployer import PulumiDeployer
from eventstack.errors import EventstackError, Final, Retryable
from eventstack.planning.parts import Contribution, SecretRef, Source
from eventstack.planning.plan import StackPlan
from eventstack.settings import PASSPHRASE, Settings
from eventstack.testing.fake_cloud import FakeCloud
from tests.deploy.conftest import PROGRAMS, a_plan
from tests.deploy.programs.engine_programs import SECRET_OUTPUT
from tests.deploy.test_interrupted_operations import Calling

pytestmark = pytest.mark.engine

GIVEN = "planted-given-2718"
FEED = 'planted "feed" \\ 0815'
KEY_LINES = ("-----BEGIN PLANTED KEY-----", "cGxhbnRlZC1saW5lLTE=", "cGxhbnRlZC1saW5lLTI=")


def a_plan_with(secret: SecretRef) -> StackPlan:
    contribution = Contribution(
        protocol="srt", mode="listener", latency_ms=120, passphrase=secret, source=Source(kind="none")
    )
    plan = a_plan()
    return msgspec.structs.replace(plan, build=msgspec.structs.replace(plan.build, contribution=contribution))


@dataclass
class Hunt:
    """Looks for secrets in files and in what processes of operations are given."""

    places: tuple[Path, ...]
    secrets: tuple[str, ...]
    errors: list[str] = field(default_factory=list)
    arguments: set[str] = field(default_factory=set)
    environments: set[str] = field(default_factory=set)

    def in_files(self, *, but: str = "") -> list[tuple[str, str]]:
        in_json = {secret: msgspec.json.encode(secret).decode()[1:-1] for secret in self.secrets}
        forms = [*in_json.items(), *((secret, secret) for secret in self.secrets)]
        found = set()
        for path in self.files():
            content = path.read_bytes() if path.name != but else b""
            found |= {(path.name, secret) for secret, form in forms if form.encode() in content}
        return sorted(found)

    def files(self) -> list[Path]:
        files = [path for place in self.places for path in place.rglob("*") if path.is_file()]
        return [path for path in files if not path.name.startswith(passphrase.LENT)]

    def failing(self, kind: type[EventstackError], call: Callable[[], object]) -> str:
        with pytest.raises(kind) as caught:
            call()
        self.errors.append("".join(traceback.format_exception(caught.value)))
        return str(caught.value)

    @contextmanager
    def watching(self) -> Iterator[None]:
        """Read what every process of an operation is given, again and again, from a thread."""
        over = threading.Event()
        watch = threading.Thread(target=self._watch, args=(over,))
        watch.start()
        try:
            yield
        finally:
            over.set()
            watch.join()

    def _watch(self, over: threading.Event) -> None:
        known: dict[psutil.Process, str] = {}
        while not over.wait(0.02):
            for process in psutil.process_iter():
                try:
                    line = " ".join(process.cmdline())
                    if known.get(process) == line:
                        continue
                    known[process], environment = line, process.environ()
                except (psutil.NoSuchProcess, psutil.AccessDenied, psutil.ZombieProcess):
                    continue
                if "EVENTSTACK_OP" in environment:
                    self.arguments.add(line)
                    self.environments |= {f"{name}={value}" for name, value in environment.items()}


@pytest.fixture(params=["env", "file"])
def plan(request: pytest.FixtureRequest, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> StackPlan:
    if request.param == "env":
        monkeypatch.setenv("TEST_FEED_PASSPHRASE", FEED)
        return a_plan_with(SecretRef(source="env", name="TEST_FEED_PASSPHRASE"))
    path = tmp_path / "key"
    path.write_text("\n".join(KEY_LINES))
    return a_plan_with(SecretRef(source="file", name=str(path)))


@pytest.fixture
def hunt(plan: StackPlan, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Hunt:
    temporary = tmp_path / "tmp"
    temporary.mkdir()
    monkeypatch.setenv("TMPDIR", str(temporary))
    monkeypatch.setenv(PASSPHRASE, GIVEN)
    monkeypatch.syspath_prepend(str(PROGRAMS))
    reference = plan.build.contribution.passphrase  # type: ignore[union-attr]
    planted = (FEED,) if reference and reference.source == "env" else KEY_LINES
    return Hunt((tmp_path / "home", temporary), (GIVEN, SECRET_OUTPUT, *planted))


def test_planted_secrets_are_found_nowhere(
    on_engine: Callable[..., PulumiDeployer], provider: FakeCloud, settings: Settings, plan: StackPlan, hunt: Hunt
) -> None:
    secret = hunt.secrets[-1]
    deployer = on_engine("talkative", passphrase=GIVEN)
    with hunt.watching():
        said = hunt.failing(Final, lambda: on_engine("indiscreet", passphrase=GIVEN).preview(plan))
        assert "[secret]" in said
        deployer.preview(plan)
        provider.refuse("create", "feed", f"bad key {secret}")
        gate = provider.hold("create", "feed")
        calling = Calling(lambda: deployer.up(plan, build_hash=plan.build_hash))
        gate.wait_reached()
        # What the engine itself prints is scrubbed once it has ended; all else never holds a secret.
        assert hunt.in_files(but="engine.log") == []
        gate.release()
        calling.join()
        assert isinstance(calling.error, Retryable)
        assert "bad key [secret]" in str(calling.error)
        hunt.errors.append("".join(traceback.format_exception(calling.error)))
        assert hunt.in_files() == []
        deployer.up(plan, build_hash=plan.build_hash)
        assert hunt.in_files() == []
        provider.refuse("delete", "feed", f"in use by {secret}")
        assert "in use by [secret]" in hunt.failing(Retryable, lambda: deployer.destroy(plan, reason="the end"))
        assert hunt.in_files() == []
        deployer.destroy(plan, reason="the end")
        assert deployer.evidence(plan).clean
        deployer.forget(plan)
    assert hunt.in_files() == []
    assert [(secret, text) for secret in hunt.secrets for text in hunt.errors if secret in text] == []

    logs = [path.read_text() for path in settings.records.rglob("*.log")]
    assert any("the key is [secret]" in text for text in logs), "what was planted was said"
    assert any("eventstack.deploy.worker" in line for line in hunt.arguments)
    assert {" up ", " destroy ", " preview "} <= {
        word for word in (" up ", " destroy ", " preview ") if any(word in line for line in hunt.arguments)
    }
    assert [(secret, line) for secret in hunt.secrets for line in hunt.arguments if secret in line] == []
    theirs = {f"TEST_FEED_PASSPHRASE={FEED}"}
    ours = [line for line in hunt.environments - theirs for secret in hunt.secrets if secret in line]
    assert ours == []
    assert f"{PASSPHRASE}={GIVEN}" in [f"{name}={value}" for name, value in os.environ.items()], "it was there to take"


def test_what_stays_of_a_stack_is_private_and_the_engine_keeps_no_log_of_its_own(
    on_engine: Callable[..., PulumiDeployer], settings: Settings, plan: StackPlan, hunt: Hunt
) -> None:
    deployer = on_engine("talkative")
    deployer.preview(plan)
    deployer.up(plan, build_hash=plan.build_hash)
    made = (settings.state / "passphrase").read_text()
    files = hunt.files()
    assert [path.name for path in files if path.stat().st_mode & 0o077] == []
    assert [path.name for path in files if made.encode() in path.read_bytes()] == ["passphrase"]
    assert [path.name for path in files if path.read_bytes().startswith(b"PLOG")] == []
    assert any(path.name == "engine.log" for path in files)
