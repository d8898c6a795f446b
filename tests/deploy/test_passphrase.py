"""Where the passphrase comes from, and that a wrong one stops everything before anything is touched."""

import dataclasses
import json
import os
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import keyring
import keyring.backend
import keyring.errors
import pytest

from eventstack import settings as reading
from eventstack.deploy import canary, liveness, passphrase
from eventstack.deploy.engine import Engine
from eventstack.deploy.journal import StackKey
from eventstack.deploy.pulumi_deployer import PulumiDeployer
from eventstack.deploy.workspace import Workspace
from eventstack.errors import ConfigError, Final
from eventstack.settings import Settings
from tests.deploy.conftest import World, a_plan, wait_until

GIVEN = "planted-given-2718"
OTHER = "planted-other-3141"


def contents(settings: Settings) -> dict[str, bytes]:
    return {str(path): path.read_bytes() for path in settings.state.rglob("*") if path.is_file()}


def a_file(folder: Path, text: str = GIVEN, mode: int = 0o600) -> Path:
    path = folder / "given"
    path.write_text(text + "\n")
    path.chmod(mode)
    return path


@pytest.fixture
def own_environment(monkeypatch: pytest.MonkeyPatch) -> Iterator[pytest.MonkeyPatch]:
    monkeypatch.setattr(reading, "_own", {})
    yield monkeypatch
    monkeypatch.delenv(reading.PASSPHRASE, raising=False)


class Ring(keyring.backend.KeyringBackend):
    """A keyring that knows one entry and fails on request."""

    priority = 1.0  # type: ignore[assignment]

    def __init__(self) -> None:
        super().__init__()
        self.entries = {("eventstack", "sports"): GIVEN}
        self.error: Exception | None = None

    def get_password(self, service: str, username: str) -> str | None:
        if self.error:
            raise self.error
        return self.entries.get((service, username))

    def set_password(self, service: str, username: str, password: str) -> None:
        self.entries[service, username] = password


@pytest.fixture
def ring() -> Iterator[Ring]:
    before, ring = keyring.get_keyring(), Ring()
    keyring.set_keyring(ring)
    passphrase._from_keyring.cache_clear()
    yield ring
    keyring.set_keyring(before)


def test_a_passphrase_is_made_once_and_sealed(settings: Settings) -> None:
    path = passphrase.ready(settings)
    before = contents(settings)
    assert passphrase.ready(settings) == path == settings.state / "passphrase"
    assert contents(settings) == before
    assert path.read_text() not in (settings.state / canary.NAME).read_text()
    assert {oct(Path(name).stat().st_mode & 0o777) for name in before} == {"0o600"}


def test_a_made_passphrase_that_was_altered_is_refused_and_nothing_is_overwritten(settings: Settings) -> None:
    passphrase.ready(settings).write_text(OTHER)
    before = contents(settings)
    with pytest.raises(ConfigError, match="not the passphrase that the stacks here were locked with") as caught:
        passphrase.ready(settings)
    assert contents(settings) == before
    assert OTHER not in str(caught.value)


def test_a_made_passphrase_that_is_lost_is_not_made_again(settings: Settings) -> None:
    passphrase.ready(settings).unlink()
    with pytest.raises(Final, match="is gone; restore it"):
        passphrase.ready(settings)
    assert not (settings.state / "passphrase").exists()


def test_a_canary_that_cannot_be_read_is_named_and_kept(settings: Settings) -> None:
    passphrase.ready(settings)
    path = settings.state / canary.NAME
    for text in ("", "{}", '{"format":1,"n":3,"r":8,"p":1,"salt":"00","seal":"00"}'):
        path.write_text(text)
        with pytest.raises(Final, match=r"canary .* can't be read"):
            passphrase.ready(settings)
        assert path.read_text() == text


def test_a_file_that_was_given_is_used_where_it_lies(settings: Settings, tmp_path: Path) -> None:
    given = dataclasses.replace(settings, passphrase_file=a_file(tmp_path))
    assert passphrase.ready(given) == tmp_path / "given"
    environment = Workspace(given, "p", "s").environment({})
    assert environment["PULUMI_CONFIG_PASSPHRASE_FILE"] == str(tmp_path / "given")
    assert not (settings.state / "passphrase").exists()


def test_another_passphrase_than_the_one_before_is_refused_in_every_way_it_can_be_given(
    settings: Settings, tmp_path: Path, ring: Ring
) -> None:
    passphrase.ready(dataclasses.replace(settings, passphrase_file=a_file(tmp_path)))
    before = contents(settings)
    ring.entries["eventstack", "sports"] = OTHER
    for field, changed in {
        "EVENTSTACK_PASSPHRASE": dataclasses.replace(settings, passphrase=OTHER),
        "EVENTSTACK_KEYRING": dataclasses.replace(settings, keyring="eventstack/sports"),
        "EVENTSTACK_PASSPHRASE_FILE": dataclasses.replace(settings, passphrase_file=a_file(tmp_path, OTHER)),
    }.items():
        with pytest.raises(ConfigError, match=field) as caught:
            passphrase.ready(changed)
        assert OTHER not in str(caught.value)
        assert contents(settings) == before


def test_what_was_made_before_there_were_canaries_counts_as_the_right_one(settings: Settings) -> None:
    settings.state.mkdir(parents=True)
    (settings.state / "passphrase").write_text(GIVEN)
    with pytest.raises(ConfigError, match="not the passphrase"):
        passphrase.ready(dataclasses.replace(settings, passphrase=OTHER))
    passphrase.ready(dataclasses.replace(settings, passphrase=GIVEN))


@pytest.mark.parametrize(("mode", "status"), [(0o600, "ok"), (0o400, "ok"), (0o440, "warn"), (0o640, "warn")])
def test_a_group_may_read_a_given_file_and_the_doctor_says_so(
    settings: Settings, tmp_path: Path, mode: int, status: str
) -> None:
    given = dataclasses.replace(settings, passphrase_file=a_file(tmp_path, mode=mode))
    passphrase.ready(given)
    assert passphrase.inspect(given).status == status


@pytest.mark.parametrize("mode", [0o644, 0o660, 0o604])
def test_a_file_that_others_can_read_or_change_is_refused_with_the_remedy(
    settings: Settings, tmp_path: Path, mode: int
) -> None:
    given = dataclasses.replace(settings, passphrase_file=a_file(tmp_path, mode=mode))
    with pytest.raises(ConfigError, match=f"chmod 600 {tmp_path}"):
        passphrase.ready(given)
    assert not settings.state.exists()
    assert passphrase.inspect(given).status == "missing"


def test_a_file_that_is_not_there_or_empty_is_bad_input(settings: Settings, tmp_path: Path) -> None:
    with pytest.raises(ConfigError, match="No such file"):
        passphrase.ready(dataclasses.replace(settings, passphrase_file=tmp_path / "none"))
    with pytest.raises(ConfigError, match="the passphrase is empty"):
        passphrase.ready(dataclasses.replace(settings, passphrase_file=a_file(tmp_path, " ")))


def test_a_passphrase_in_the_environment_is_taken_out_of_it_and_remembered(
    own_environment: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    own_environment.setenv("EVENTSTACK_HOME", str(tmp_path / "home"))
    own_environment.setenv(reading.PASSPHRASE, GIVEN)
    first, second = Settings.from_environment(), Settings.from_environment()
    assert first.passphrase == second.passphrase == GIVEN
    assert reading.PASSPHRASE not in os.environ
    assert GIVEN not in repr(first)
    assert GIVEN not in str(first.environment())


def test_a_passphrase_of_the_environment_reaches_the_engine_by_a_private_file_only(
    own_environment: pytest.MonkeyPatch, settings: Settings
) -> None:
    own_environment.setenv(reading.PASSPHRASE, GIVEN)
    given = dataclasses.replace(settings, passphrase=GIVEN)
    path = passphrase.ready(given)
    environment = Workspace(given, "p", "s").environment({})
    assert environment["PULUMI_CONFIG_PASSPHRASE_FILE"] == str(path)
    assert GIVEN not in str(environment)
    assert (path.read_text(), path.stat().st_mode & 0o777) == (GIVEN, 0o600)
    assert not (settings.state / "passphrase").exists()


LENDING = """
from eventstack.deploy import passphrase
from eventstack.settings import Settings
print(passphrase.ready(Settings.from_environment()))
"""


def test_what_was_lent_is_taken_back_at_the_end_of_the_process(settings: Settings) -> None:
    environment = {**os.environ, **settings.environment(), reading.PASSPHRASE: GIVEN}
    environment["PYTHONPATH"] = os.pathsep.join(path for path in sys.path if path)
    done = subprocess.run(
        [sys.executable, "-c", LENDING], env=environment, capture_output=True, text=True, check=True, timeout=60
    )
    assert Path(done.stdout.strip()).parent == settings.state
    assert {path.name for path in settings.state.iterdir()} == {canary.NAME}


def test_what_a_killed_process_lent_goes_once_no_worker_of_it_can_run(settings: Settings) -> None:
    given = dataclasses.replace(settings, passphrase=GIVEN)
    ended = subprocess.Popen([sys.executable, "-c", ""])
    ended.wait()
    path = settings.state / f"{passphrase.LENT}{ended.pid}"
    settings.state.mkdir(parents=True)
    path.write_text(GIVEN)
    passphrase.ready(given)
    assert path.exists()
    long_ago = time.time() - settings.deadline_s - settings.grace_s - 1
    os.utime(path, (long_ago, long_ago))
    passphrase.ready(given)
    assert not path.exists()


def test_what_a_killed_process_lent_stays_while_a_worker_knows_of_it_though_the_clock_was_stepped(
    settings: Settings,
) -> None:
    given = dataclasses.replace(settings, passphrase=GIVEN)
    ended = subprocess.Popen([sys.executable, "-c", ""])
    ended.wait()
    path = settings.state / f"{passphrase.LENT}{ended.pid}"
    settings.state.mkdir(parents=True)
    path.write_text(GIVEN)
    os.utime(path, (0, 0))
    environment = {**os.environ, passphrase.TOLD: str(path)}
    worker = subprocess.Popen([sys.executable, "-c", "input()"], stdin=subprocess.PIPE, env=environment)
    with worker:
        wait_until(lambda: liveness.marked(str(path), passphrase.TOLD))
        passphrase.ready(given)
        assert path.exists()
        worker.kill()
    passphrase.ready(given)
    assert not path.exists()


def test_the_keyring_of_the_system_may_hold_it(settings: Settings, ring: Ring) -> None:
    given = dataclasses.replace(settings, keyring="eventstack/sports")
    assert passphrase.ready(given).read_text() == GIVEN
    assert passphrase.inspect(given).found == "from EVENTSTACK_KEYRING"


def test_a_keyring_without_the_entry_or_without_an_answer_is_named(settings: Settings, ring: Ring) -> None:
    with pytest.raises(ConfigError, match="keyring set eventstack nobody"):
        passphrase.ready(dataclasses.replace(settings, keyring="eventstack/nobody"))
    ring.error = keyring.errors.KeyringLocked("locked")
    with pytest.raises(ConfigError, match="does not answer \\(KeyringLocked\\)"):
        passphrase.ready(dataclasses.replace(settings, keyring="eventstack/sports"))


def test_without_the_keyring_library_the_extra_is_named(
    settings: Settings, ring: Ring, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setitem(sys.modules, "keyring", None)
    with pytest.raises(ConfigError, match=r"pip install 'eventstack\[keyring\]'"):
        passphrase.ready(dataclasses.replace(settings, keyring="eventstack/sports"))


def test_a_secrets_provider_needs_no_passphrase(settings: Settings) -> None:
    given = dataclasses.replace(settings, secrets_provider="awskms://alias/stacks")
    workspace = Workspace(given, "p", "s")
    workspace.prepare(a_plan().build)
    assert "PULUMI_CONFIG_PASSPHRASE_FILE" not in workspace.environment({})
    assert [path.name for path in settings.state.iterdir() if "passphrase" in path.name] == []
    assert passphrase.inspect(given).found == "none: awskms://alias/stacks"


def test_the_locks_that_the_engine_keeps_beside_the_configuration_stay(settings: Settings) -> None:
    workspace = Workspace(settings, "p", "s")
    workspace.prepare(a_plan().build)
    path = workspace.work / "Pulumi.s.yaml"
    path.write_text("secretsprovider: awskms://k\nencryptedkey: abc\n")
    workspace.prepare(a_plan().build)
    kept = json.loads(path.read_text())
    assert (kept["secretsprovider"], kept["encryptedkey"]) == ("awskms://k", "abc")


def test_a_wrong_passphrase_stops_every_operation_before_the_journal(
    settings: Settings, world: World, no_engine: Engine
) -> None:
    passphrase.ready(dataclasses.replace(settings, passphrase=GIVEN))
    deployer, plan = world.deployer(dataclasses.replace(settings, passphrase=OTHER), no_engine), a_plan()
    before = contents(settings)
    for call in (
        lambda: deployer.preview(plan),
        lambda: deployer.up(plan, build_hash=plan.build_hash),
        lambda: deployer.destroy(plan, reason="x"),
        lambda: deployer.forget(plan),
    ):
        with pytest.raises(ConfigError, match="EVENTSTACK_PASSPHRASE: this is not the passphrase"):
            call()
    assert deployer.journal.operations(StackKey.of(plan)) == []
    assert contents(settings).items() - before.items() == set()


@pytest.mark.engine
def test_without_a_canary_the_engine_refuses_a_wrong_passphrase_and_changes_nothing(
    on_engine: Callable[..., PulumiDeployer], settings: Settings
) -> None:
    plan = a_plan()
    right = on_engine(passphrase=GIVEN)
    right.preview(plan)
    right.up(plan, build_hash=plan.build_hash)
    books = Workspace(settings, "eventstack-event", "talk-i1").books
    before = books.file.read_bytes()
    (settings.state / canary.NAME).unlink()
    (settings.state / f"{passphrase.LENT}{os.getpid()}").unlink()
    wrong = on_engine(passphrase=OTHER)
    with pytest.raises(Final, match="incorrect passphrase"):
        wrong.up(plan, build_hash=plan.build_hash)
    with pytest.raises(Final, match="incorrect passphrase"):
        wrong.destroy(plan, reason="x")
    assert books.file.read_bytes() == before
