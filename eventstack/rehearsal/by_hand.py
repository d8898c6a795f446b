"""What people did to the event while it was rehearsed: the lines that verbs leave beside its records."""

import json
from collections.abc import Iterable, Iterator
from dataclasses import replace
from datetime import datetime
from pathlib import Path
from typing import Any

from eventstack.scheduler.as_run import Operation

HAND = "hand"
"""Who acts when a person does, past the loop, as long as the name is not known: the verb's own line has it."""

FILE = "operations.jsonl"
"""One JSON object a line: `at` (RFC 3339), `what`, `who`, `why`, `ok`, `detail`."""


def merged(steps: Iterable[Operation], records: Path) -> list[Operation]:
    """The loop's steps and what was done by hand, in the order of their beginnings.

    Steps that follow from an end by hand are those of the person who ended it.
    """
    done = acts(records)
    person = next((act.by for act in reversed(done) if act.step == "stop" and act.ok and act.by), HAND)
    named = [replace(step, by=person) if step.by == HAND else step for step in steps]
    return sorted([*named, *done], key=lambda operation: operation.started)


def acts(records: Path) -> list[Operation]:
    """What was done by hand, by the occurrence's folder of records; a line that can't be read is passed over."""
    return [_operation(line) for line in _lines(records / FILE)]


def _lines(path: Path) -> Iterator[dict[str, Any]]:
    try:
        texts = path.read_text(encoding="utf-8").splitlines()
    except OSError:
        return
    for text in texts:
        try:
            line = json.loads(text)
            datetime.fromisoformat(line["at"])
        except (ValueError, KeyError, TypeError):
            continue  # torn, or being written
        yield line


def _operation(line: dict[str, Any]) -> Operation:
    at = datetime.fromisoformat(line["at"])
    who, why, detail = (str(line.get(name, "")) for name in ("who", "why", "detail"))
    return Operation(str(line.get("what", "")), None, at, at, who, why, ok=bool(line.get("ok")), detail=detail)
