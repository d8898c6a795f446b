"""What every area's tests share: the engine, and homes of their own."""

import os
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

if TYPE_CHECKING:
    from eventstack.testing.fake_cloud import FakeCloud


@pytest.fixture(scope="session")
def engine_path() -> Path:
    """The real engine, found or built as a user's would be; its cache is the user's, so that it is built once."""
    from eventstack.deploy.engine import find_or_install
    from eventstack.settings import Settings

    return find_or_install(Settings.from_environment(), lambda line: print(line, file=sys.stderr)).path


@pytest.fixture
def home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """An installation of its own, empty."""
    place = tmp_path / "home"
    monkeypatch.setenv("EVENTSTACK_HOME", str(place))
    for name in [name for name in os.environ if name.startswith("EVENTSTACK_") and name != "EVENTSTACK_HOME"]:
        if name not in ("EVENTSTACK_ENGINE", "EVENTSTACK_TEST_WHEEL"):
            monkeypatch.delenv(name)
    return place


@pytest.fixture(scope="session")
def shared_cloud(tmp_path_factory: pytest.TempPathFactory) -> "Iterator[FakeCloud]":
    """One process for all tests that need a fake cloud; it takes a third of a second to start."""
    from eventstack.testing.fake_cloud import FakeCloud

    with FakeCloud.running(tmp_path_factory.mktemp("cloud")) as cloud:
        yield cloud


@pytest.fixture
def cloud(shared_cloud: "FakeCloud") -> "FakeCloud":
    """A fake cloud that is as new."""
    shared_cloud.reset()
    return shared_cloud
