"""Live-broadcast infrastructure as one ephemeral Pulumi stack per event.

Names are loaded on first use, so that `import eventstack` costs next to nothing.
"""

from importlib import import_module
from typing import Any

__version__ = "0.1.0"

_EXPORTS = {
    "ConfigError": "eventstack.errors",
    "DeployError": "eventstack.errors",
    "EventstackError": "eventstack.errors",
    "Final": "eventstack.errors",
    "NotOffered": "eventstack.errors",
    "Refused": "eventstack.errors",
    "Retryable": "eventstack.errors",
    "Settings": "eventstack.settings",
    "StoreError": "eventstack.errors",
}

__all__ = ["__version__", *sorted(_EXPORTS)]  # noqa: PLE0604 - they are strings, which ruff can't see


def __getattr__(name: str) -> Any:
    if name in _EXPORTS:
        return getattr(import_module(_EXPORTS[name]), name)
    raise AttributeError(f"module {__name__!r} has no attribute {name!r}")


def __dir__() -> list[str]:
    return __all__
