"""The line that an act by hand leaves beside the records of its event: what, who, why, and what became of it."""

import getpass
import json
import os
from collections.abc import Mapping
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from eventstack.settings import Settings


def person() -> str:
    """Who types: the user's name, else the number."""
    try:
        return getpass.getuser()
    except (KeyError, OSError):
        return f"uid {os.getuid()}"


def note(settings: Settings, occurrence: str, line: Mapping[str, Any]) -> Path | None:
    """Append a line to the occurrence's `operations.jsonl`; None where it can't be written, which stops nobody."""
    path = settings.records / occurrence / "operations.jsonl"
    at = datetime.now(UTC).isoformat(timespec="milliseconds").replace("+00:00", "Z")
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        with path.open("a", encoding="utf-8") as file:
            file.write(json.dumps({"at": at, **line}, sort_keys=True) + "\n")
    except OSError:
        return None
    return path
