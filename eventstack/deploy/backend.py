"""The engine's state backend: its URL, whether that is plain files, and which secrets stand in it."""

import re
from pathlib import Path
from urllib.parse import parse_qsl, unquote, urlsplit

from eventstack.settings import Settings

SKIP = "metadata=skip"
"""Keeps the engine from a sidecar beside each state file: it writes that in place, and half of one loses the state."""

TOKEN = "PULUMI_ACCESS_TOKEN"  # noqa: S105 - the name of a variable
"""What the engine needs at a backend that is a service, and only there."""

_SECRET = re.compile(r".*(password|passwd|secret|token|signature)|pwd|sig|sas", re.IGNORECASE)


def url(settings: Settings) -> str:
    """The backend that the engine is given: the installation's own files, or what is set. A secret may be in it."""
    if not settings.backend:
        return f"{home(settings).absolute().as_uri()}?{SKIP}"
    if settings.backend.startswith("file:") and SKIP not in settings.backend:
        return f"{settings.backend}{'&' if '?' in settings.backend else '?'}{SKIP}"
    return settings.backend


def home(settings: Settings) -> Path:
    """The folder of the installation's own backend, one per owner."""
    return settings.state / "pulumi" / settings.owner


def folder(settings: Settings) -> Path | None:
    """The folder of a backend that is plain files here; None when only the engine can read it."""
    parts = urlsplit(url(settings))
    plain = parts.scheme == "file" and parts.query == SKIP and not parts.netloc and parts.path.startswith("/")
    return Path(unquote(parts.path)) if plain else None


def is_service(settings: Settings) -> bool:
    """Whether the backend is a service with accounts, such as Pulumi Cloud."""
    return urlsplit(settings.backend).scheme in {"http", "https"}


def secrets(address: str) -> list[str]:
    """The secrets in a backend's URL, each as it is written there and as it is meant, longest first."""
    parts = urlsplit(address)
    account = parts.netloc.rpartition("@")[0]
    written = [account.partition(":")[2]]
    for pair in parts.query.split("&"):
        name, _, value = pair.partition("=")
        if _SECRET.fullmatch(name):
            written.append(value)
    meant = [unquote(written[0]), *(value for name, value in parse_qsl(parts.query) if _SECRET.fullmatch(name))]
    return sorted({text for text in (*written, *meant) if text}, key=len, reverse=True)
