"""Lost, torn and stale things are found, told with their way out, and mended on request: on the real engine."""

import json
import shutil
from collections.abc import Callable

import pytest

from eventstack.deploy import liveness, previewed
from eventstack.deploy.checkpoint import FileBooks
from eventstack.deploy.engine import Engine
from eventstack.deploy.pulumi_deployer import PulumiDeployer
from eventstack.deploy.workspace import Workspace
from eventstack.errors import Final, Refused, Retryable
from eventstack.planning.found import Found, Silence
from eventstack.settings import Settings
from eventstack.testing.fake_cloud import FakeCloud
from tests.deploy.conftest import World, a_plan

pytestmark = pytest.mark.engine


@pytest.fixture
def built(
    on_engine: Callable[..., PulumiDeployer], provider: FakeCloud, settings: Settings, world: World
) -> PulumiDeployer:
    """The deployer of a stack that is built and well."""
    deployer, plan = on_engine(), a_plan()
    deployer.preview(plan)
    deployer.up(plan, build_hash=plan.build_hash)
    world.items = [Found("thing", one.id, dict(one.inputs["tags"]), resource=one.id) for one in provider.world()]
    assert deployer.diagnose(plan).healthy
    return deployer


@pytest.fixture
def books(settings: Settings) -> FileBooks:
    found = Workspace(settings, "eventstack-event", "talk-i1").books
    assert isinstance(found, FileBooks)
    return found


@pytest.mark.parametrize("damage", ["missing", "empty", "torn"])
def test_lost_books_stop_everything_until_they_are_restored_from_the_newest_copy(
    built: PulumiDeployer, books: FileBooks, provider: FakeCloud, damage: str
) -> None:
    plan = a_plan()
    whole = books.file.read_text()
    if damage == "missing":
        books.file.unlink()
    else:
        books.file.write_text("" if damage == "empty" else whole[: len(whole) // 2])
    for call in (
        lambda: built.preview(plan),
        lambda: built.up(plan, build_hash=plan.build_hash),
        lambda: built.destroy(plan, reason="the end"),
    ):
        with pytest.raises(Final, match="Ways out"):
            call()
    assert not built.diagnose(plan).healthy
    steps: list[str] = []
    after = built.recover(plan, steps.append)
    assert any("restoring the books" in step for step in steps)
    assert provider.count("create") == 3
    built.destroy(plan, reason="the end")
    assert provider.world() == []
    assert after.stack == "eventstack-event/talk-i1"


def lose_encoder(books: FileBooks) -> None:
    """Put books in place that were written before the encoder was built, as an older copy is."""
    older = json.loads(books.file.read_text())
    resources = older["checkpoint"]["latest"]["resources"]
    older["checkpoint"]["latest"]["resources"] = [one for one in resources if not one["urn"].endswith("::encoder")]
    books.file.write_text(json.dumps(older))


def test_what_an_older_copy_of_the_books_lacks_is_adopted_and_not_built_twice(
    built: PulumiDeployer, books: FileBooks, provider: FakeCloud
) -> None:
    plan = a_plan()
    lose_encoder(books)
    [stray] = built.diagnose(plan).findings
    assert (stray.kind, stray.step) == ("unbooked", "adopt it into the books as encoder")
    assert built.recover(plan).healthy
    assert built.up(plan, build_hash=plan.build_hash).changes == {"same": 4}
    assert provider.count("create") == 3


def test_what_the_books_lack_and_no_preview_knows_is_never_built_twice(
    built: PulumiDeployer, books: FileBooks, settings: Settings, provider: FakeCloud
) -> None:
    plan = a_plan()
    lose_encoder(books)
    previewed.drop(Workspace(settings, "eventstack-event", "talk-i1").previewed)
    [stray] = built.diagnose(plan).findings
    assert (stray.kind, stray.step) == ("unbooked", None)
    with pytest.raises(Refused, match="nothing is built twice"):
        built.up(plan, build_hash=plan.build_hash, unpreviewed=True)
    assert provider.count("create") == 3


def test_a_torn_lock_blocks_until_it_is_removed_on_request(
    built: PulumiDeployer, books: FileBooks, monkeypatch: pytest.MonkeyPatch
) -> None:
    plan = a_plan()
    folder = books.backend / ".pulumi" / "locks" / "organization" / "eventstack-event" / "talk-i1"
    folder.mkdir(parents=True, exist_ok=True)
    torn = folder / "0b5a.json"
    torn.touch()
    with pytest.raises(Retryable, match="locked"):
        built.up(plan, build_hash=plan.build_hash)
    monkeypatch.setattr("eventstack.deploy.condition.TORN_S", 0.0)
    monkeypatch.setattr("eventstack.deploy.recovery.TORN_S", 0.0)
    assert built.recover(plan).mended
    assert not torn.exists()
    built.up(plan, build_hash=plan.build_hash)


def test_the_lock_of_a_dead_engine_is_removed_by_recover(built: PulumiDeployer, books: FileBooks) -> None:
    plan = a_plan()
    folder = books.backend / ".pulumi" / "locks" / "organization" / "eventstack-event" / "talk-i1"
    folder.mkdir(parents=True, exist_ok=True)
    content = {"pid": 2**22 + 1, "hostname": liveness.host(), "username": "u", "timestamp": "2026-11-22T16:48:23Z"}
    (folder / "dead.json").write_text(json.dumps(content))
    assert [finding.kind for finding in built.diagnose(plan).findings] == ["dead-lock"]
    assert built.recover(plan).healthy
    assert not (folder / "dead.json").exists()


def test_an_empty_sidecar_is_told_and_removed_and_the_stack_is_whole(
    built: PulumiDeployer, books: FileBooks, provider: FakeCloud
) -> None:
    plan = a_plan()
    books.file.with_name(f"{books.file.name}.attrs").touch()
    with pytest.raises(Final, match="attrs"):
        built.up(plan, build_hash=plan.build_hash)
    assert built.recover(plan).mended
    assert built.up(plan, build_hash=plan.build_hash).changes == {"same": 4}


def test_a_journal_that_was_lost_lets_nothing_be_built_anew(
    built: PulumiDeployer, on_engine: Callable[..., PulumiDeployer], settings: Settings, provider: FakeCloud
) -> None:
    plan = a_plan()
    for path in settings.state.glob("journal.sqlite3*"):
        path.unlink()
    stranger = on_engine()
    assert [finding.kind for finding in stranger.diagnose(plan).findings] == ["journal-lost"]
    with pytest.raises(Final, match="never created"):
        stranger.preview(plan)
    assert provider.count("create") == 3


def test_a_lost_work_directory_is_made_again(built: PulumiDeployer, settings: Settings, provider: FakeCloud) -> None:
    plan = a_plan()
    shutil.rmtree(Workspace(settings, "eventstack-event", "talk-i1").root)
    built.destroy(plan, reason="the end")
    assert provider.world() == []


@pytest.mark.parametrize("call", ["recover", "up"])
def test_what_does_not_answer_is_told_and_made_to(
    built: PulumiDeployer, settings: Settings, real_engine: Engine, world: World, call: str
) -> None:
    dead, plan = [True], a_plan()
    deployer = world.deployer(
        settings,
        real_engine,
        program=built._program,
        extra=built._extra,
        silent=lambda _: Silence("its machine does not answer") if dead else None,
        revive=lambda _: dead.clear(),
    )
    assert "its machine does not answer" in [finding.text for finding in deployer.diagnose(plan).findings]
    if call == "recover":
        assert deployer.recover(plan).healthy
    else:
        outcome = deployer.up(plan, build_hash=plan.build_hash)
        assert outcome.recovered == ("its machine does not answer: it was started again",)
    assert not dead
    assert deployer.diagnose(plan).healthy
