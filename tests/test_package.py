import os
import subprocess
import sys
from pathlib import Path

import pytest

import eventstack


@pytest.mark.skipif("EVENTSTACK_TEST_WHEEL" not in os.environ, reason="only nox puts the wheel there")
def test_the_wheel_is_tested_and_not_the_folder():
    assert "site-packages" in Path(eventstack.__file__).parts


@pytest.mark.parametrize("name", eventstack.__all__)
def test_every_exported_name_is_there(name):
    assert getattr(eventstack, name)


def test_an_unknown_name_is_an_attribute_error():
    with pytest.raises(AttributeError, match="no attribute 'nonsense'"):
        _ = eventstack.nonsense


def test_importing_the_package_loads_nothing_heavy():
    script = "import eventstack, sys; print([m for m in ('pulumi', 'pydantic', 'click', 'rich') if m in sys.modules])"
    done = subprocess.run([sys.executable, "-c", script], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "[]"
