"""Media of every kind, made once."""

from tests.probes.conftest import material

__all__ = ["material"]
