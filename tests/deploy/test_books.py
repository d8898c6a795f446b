"""Taking a stack out of the engine's books: only when nobody works on it and nothing is in it."""

import json
from collections.abc import Callable
from pathlib import Path

import pytest

from eventstack.deploy.checkpoint import ORGANIZATION, FileBooks
from eventstack.deploy.pulumi_deployer import PulumiDeployer
from eventstack.errors import Retryable
from eventstack.settings import Settings
from tests.deploy.conftest import a_plan, write_books


def the_books(settings: Settings) -> FileBooks:
    return FileBooks(settings.state / "pulumi" / "local", "eventstack-event", "talk-i1")


def lock(books: FileBooks) -> Path:
    folder = books.backend / ".pulumi" / "locks" / ORGANIZATION / books.project / books.stack
    folder.mkdir(parents=True, exist_ok=True)
    path = folder / "somebody.json"
    path.write_text(json.dumps({"pid": 1, "hostname": "elsewhere", "timestamp": "2026-01-01T00:00:00Z"}))
    return path


def test_an_empty_stack_is_struck_from_the_books(settings: Settings) -> None:
    write_books(settings, a_plan())
    books = the_books(settings)
    assert books.strike()
    assert books.look().existence == "absent"


def test_a_stack_with_resources_stays_in_the_books(settings: Settings) -> None:
    before = write_books(settings, a_plan(), resources=1).read_text()
    books = the_books(settings)
    assert not books.strike()
    assert books.file.read_text() == before


def test_a_locked_stack_stays_in_the_books(settings: Settings) -> None:
    before = write_books(settings, a_plan()).read_text()
    books = the_books(settings)
    lock(books)
    assert not books.strike()
    assert books.file.read_text() == before


def test_a_lock_that_came_while_a_stack_was_struck_brings_it_back(
    settings: Settings, monkeypatch: pytest.MonkeyPatch
) -> None:
    before = write_books(settings, a_plan()).read_text()
    books = the_books(settings)
    replace = Path.replace

    def and_lock(path: Path, target: Path) -> Path:
        lock(books)
        return replace(path, target)

    monkeypatch.setattr(Path, "replace", and_lock)
    assert not books.strike()
    assert books.file.read_text() == before


def test_what_the_locker_wrote_meanwhile_is_not_overwritten(
    settings: Settings, monkeypatch: pytest.MonkeyPatch
) -> None:
    write_books(settings, a_plan())
    books = the_books(settings)
    replace = Path.replace

    def and_write(path: Path, target: Path) -> Path:
        moved = replace(path, target)
        lock(books)
        books.file.write_text("theirs")
        return moved

    monkeypatch.setattr(Path, "replace", and_write)
    assert not books.strike()
    assert books.file.read_text() == "theirs"


@pytest.mark.engine
def test_the_engine_says_who_keeps_a_stack_from_being_forgotten(
    on_engine: Callable[..., PulumiDeployer], settings: Settings
) -> None:
    deployer, plan = on_engine(), a_plan()
    deployer.preview(plan)
    deployer.evidence(plan)
    held = lock(the_books(settings))
    with pytest.raises(Retryable, match="locked"):
        deployer.forget(plan)
    held.unlink()
    deployer.forget(plan)
    assert deployer.observe("eventstack-event", "talk-i1").existence == "absent"
