"""Backends beside the default: the life of a stack on each of them that can be run here, on the real engine."""

import json
import re
import subprocess
import sys
from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import pytest

from eventstack.deploy import backend
from eventstack.deploy.books_engine import EngineBooks
from eventstack.deploy.checkpoint import FileBooks
from eventstack.deploy.engine import Engine
from eventstack.deploy.pulumi_deployer import PulumiDeployer
from eventstack.deploy.redact import redactor, shown
from eventstack.deploy.workspace import Workspace
from eventstack.errors import Final, Refused, Retryable
from eventstack.settings import Settings
from eventstack.testing.fake_cloud import FakeCloud
from tests.deploy.conftest import a_plan, wait_until
from tests.deploy.programs.engine_programs import SECRET_OUTPUT

BUCKET = "books"


def test_a_password_in_a_backends_url_is_not_shown() -> None:
    assert shown("postgres://bob:ge%2Fheim@db/x?sslmode=off") == "postgres://bob:[secret]@db/x?sslmode=off"
    assert shown("azblob://c?storage_account=a&sas_token=abc%3D") == "azblob://c?storage_account=a&sas_token=[secret]"
    assert backend.secrets("postgres://bob:ge%2Fheim@db/x") == ["ge%2Fheim", "ge/heim"]
    assert shown("s3://bucket/folder?region=us-east-1") == "s3://bucket/folder?region=us-east-1"


def test_a_password_of_the_backend_is_taken_out_of_texts(tmp_path: Path) -> None:
    redact = redactor(a_plan().build, tmp_path / "none", {"EVENTSTACK_BACKEND": "postgres://bob:ge%2Fheim@db/x"})
    assert redact('unable to open "postgres://bob:ge%2Fheim@db/x": ge/heim') == (
        'unable to open "postgres://bob:[secret]@db/x": [secret]'
    )


def test_plain_files_are_read_here_and_anything_else_is_asked_through_the_engine(settings: Settings) -> None:
    def books(address: str) -> Any:
        return Workspace(replace(settings, backend=address), "p", "s").books

    assert books("") == FileBooks(settings.state / "pulumi" / "local", "p", "s")
    assert books("file:///var/a%20b") == FileBooks(Path("/var/a b"), "p", "s")
    for address in ("file:///var/books?no_tmp_dir=true", "file://~/books", "s3://books", "https://api.pulumi.com"):
        assert isinstance(books(address), EngineBooks), address


def test_every_file_backend_goes_without_sidecars(settings: Settings) -> None:
    assert backend.url(replace(settings, backend="file:///b?no_tmp_dir=true")) == (
        "file:///b?no_tmp_dir=true&metadata=skip"
    )


def test_the_token_of_a_service_reaches_the_engine_only_where_the_backend_is_one(
    settings: Settings, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv(backend.TOKEN, "pul-planted")
    assert backend.TOKEN not in Workspace(replace(settings, backend="s3://b"), "p", "s").environment({})
    service = Workspace(replace(settings, backend="https://api.pulumi.com"), "p", "s")
    assert service.environment({})[backend.TOKEN] == "pul-planted"
    assert service.secrets_provider == "passphrase"


@dataclass(frozen=True)
class Stores:
    """An emulator of S3 and KMS on the loopback, with an empty bucket and a key."""

    endpoint: str
    key: str

    @property
    def backend(self) -> str:
        options = f"endpoint={self.endpoint}&s3ForcePathStyle=true&region=us-east-1&disableSSL=true"
        return f"s3://{BUCKET}/sports?{options}"

    @property
    def secrets_provider(self) -> str:
        return f"awskms://{self.key}?region=us-east-1&endpoint={self.endpoint}"

    def client(self, service: str) -> Any:
        import boto3

        return boto3.client(
            service,
            endpoint_url=self.endpoint,
            region_name="us-east-1",
            aws_access_key_id="testing",
            aws_secret_access_key="testing-key-0123",
        )

    def objects(self) -> dict[str, bytes]:
        store = self.client("s3")
        listed = store.list_objects_v2(Bucket=BUCKET).get("Contents", [])
        return {one["Key"]: store.get_object(Bucket=BUCKET, Key=one["Key"])["Body"].read() for one in listed}


@pytest.fixture
def stores(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Stores]:
    monkeypatch.setenv("AWS_ACCESS_KEY_ID", "testing")
    monkeypatch.setenv("AWS_SECRET_ACCESS_KEY", "testing-key-0123")
    monkeypatch.setenv("AWS_REGION", "us-east-1")
    monkeypatch.setenv("AWS_EC2_METADATA_DISABLED", "true")
    log = tmp_path / "moto.log"
    with log.open("wb") as output:
        server = subprocess.Popen(
            [sys.executable, "-m", "moto.server", "-H", "127.0.0.1", "-p", "0"],
            stdin=subprocess.DEVNULL,
            stdout=output,
            stderr=output,
        )
    try:
        wait_until(lambda: re.search(r"http://127\.0\.0\.1:\d+", log.read_text()), within_s=60)
        found = re.search(r"http://127\.0\.0\.1:\d+", log.read_text())
        assert found
        stores = Stores(found[0], "")
        stores.client("s3").create_bucket(Bucket=BUCKET)
        yield replace(stores, key=stores.client("kms").create_key()["KeyMetadata"]["KeyId"])
    finally:
        server.terminate()
        server.wait(10)


def live(deployer: PulumiDeployer, provider: FakeCloud) -> None:
    """Preview, up, up, destroy, evidence, forget; each with what must be seen of it."""
    plan = a_plan()
    with pytest.raises(Refused, match="nothing was previewed"):
        deployer.up(plan, build_hash=plan.build_hash)
    assert deployer.preview(plan).changes == {"create": 4}
    assert deployer.up(plan, build_hash=plan.build_hash).outputs["credential"] == "[secret]"
    assert deployer.up(plan, build_hash=plan.build_hash).changes == {"same": 4}
    state = deployer.observe("eventstack-event", "talk-i1")
    assert (state.existence, state.resources, state.pending) == ("present", 5, 0)
    assert provider.count("create") == 3
    assert deployer.destroy(plan, reason="the end").changes["delete"] == 4
    assert provider.world() == []
    assert deployer.evidence(plan).clean
    deployer.forget(plan)
    assert deployer.observe("eventstack-event", "talk-i1").existence == "absent"
    assert [path.name for path in deployer.settings.state.iterdir() if path.name.startswith(".look")] == []


@pytest.mark.engine
def test_a_stack_lives_in_a_file_backend_that_is_asked_through_the_engine(
    on_engine: Callable[..., PulumiDeployer], provider: FakeCloud, tmp_path: Path
) -> None:
    folder = tmp_path / "own books"
    folder.mkdir()
    live(on_engine(backend=f"{folder.as_uri()}?no_tmp_dir=true"), provider)
    assert [path.name for path in folder.rglob("*") if path.is_file()] == ["meta.yaml"]


@pytest.mark.engine
def test_a_stack_lives_in_an_object_store(
    on_engine: Callable[..., PulumiDeployer], provider: FakeCloud, stores: Stores
) -> None:
    live(on_engine(backend=stores.backend), provider)
    assert list(stores.objects()) == ["sports/.pulumi/meta.yaml"]


@pytest.mark.engine
def test_a_stack_lives_under_a_key_of_a_kms_without_any_passphrase(
    on_engine: Callable[..., PulumiDeployer], provider: FakeCloud, stores: Stores, settings: Settings
) -> None:
    deployer, plan = on_engine(backend=stores.backend, secrets_provider=stores.secrets_provider), a_plan()
    deployer.preview(plan)
    deployer.up(plan, build_hash=plan.build_hash)
    state = json.loads(stores.objects()["sports/.pulumi/stacks/eventstack-event/talk-i1.json"])
    assert state["checkpoint"]["latest"]["secrets_providers"]["type"] == "cloud"
    assert SECRET_OUTPUT not in str(stores.objects())
    assert list(settings.state.rglob("*passphrase*")) == []
    deployer.destroy(plan, reason="the end")
    assert deployer.evidence(plan).clean
    deployer.forget(plan)


@pytest.mark.engine
def test_a_lock_in_an_object_store_is_told_with_its_owner_and_left_alone(
    on_engine: Callable[..., PulumiDeployer], stores: Stores
) -> None:
    deployer, plan = on_engine(backend=stores.backend), a_plan()
    deployer.preview(plan)
    key = "sports/.pulumi/locks/organization/eventstack-event/talk-i1/0b1c.json"
    lock = {"pid": 4711, "username": "ann", "hostname": "elsewhere", "timestamp": "2026-11-22T16:48:23Z"}
    stores.client("s3").put_object(Bucket=BUCKET, Key=key, Body=json.dumps(lock).encode())
    with pytest.raises(Retryable, match=r"locked: s3://books/.*0b1c\.json.*created by ann@elsewhere \(pid 4711\)"):
        deployer.up(plan, build_hash=plan.build_hash)
    assert key in stores.objects()


@pytest.mark.engine
def test_a_backend_that_does_not_answer_is_unknown_and_never_absent(
    on_engine: Callable[..., PulumiDeployer], settings: Settings
) -> None:
    deployer, plan = on_engine(backend="postgres://bob:planted-db-1618@127.0.0.1:1/x?sslmode=disable"), a_plan()
    state = deployer.observe("eventstack-event", "talk-i1")
    assert state.existence == "unknown"
    assert "connection refused" in state.detail
    with pytest.raises(Final, match="can't be read") as caught:
        deployer.preview(plan)
    assert "planted-db-1618" not in f"{state.detail} {caught.value}"
    written = [path for path in settings.state.rglob("*") if path.is_file() and b"planted-db" in path.read_bytes()]
    assert written == []


def test_without_an_engine_such_books_are_unknown(settings: Settings, no_engine: Engine) -> None:
    remote = replace(settings, backend="s3://books")
    assert Workspace(remote, "p", "s").books.look().existence == "unknown"
    assert Workspace(replace(remote, engine=no_engine.path), "p", "s").books.look().existence == "unknown"


def test_no_form_of_a_book_shows_its_environment(settings: Settings) -> None:
    books = Workspace(replace(settings, backend="postgres://bob:planted-db-1618@db/x"), "p", "s").books
    assert "planted-db-1618" not in repr(books)
    assert "planted-db-1618" not in repr(replace(settings, backend="postgres://bob:planted-db-1618@db/x"))
