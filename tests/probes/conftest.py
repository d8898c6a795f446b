"""Media of every kind, made once."""

from collections.abc import Callable

import pytest

from tests.probes.material import Material, make


@pytest.fixture(scope="session")
def material(tmp_path_factory: pytest.TempPathFactory) -> Callable[..., Material]:
    """`material(picture, sound, protected=…)`: each combination is encoded and packaged once."""
    made: dict[tuple[str, str, bool], Material] = {}
    home = tmp_path_factory.mktemp("material")

    def get(picture: str = "good", sound: str = "good", *, protected: bool = False) -> Material:
        key = (picture, sound, protected)
        if key not in made:
            made[key] = make(home / f"{picture}-{sound}-{protected}", picture, sound, protected=protected)
        return made[key]

    return get
