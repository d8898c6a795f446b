"""Real segments, made once."""

from pathlib import Path

import pytest

from tests.media import chain


@pytest.fixture(scope="session")
def real_runs(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder with the packager's runs `clear` and `cenc` of one stream."""
    directory = tmp_path_factory.mktemp("real")
    stream = chain.encode(directory)
    for name in ("clear", "cenc"):
        chain.package(stream, directory / name, encrypted=name == "cenc")
    return directory
