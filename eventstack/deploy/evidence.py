"""The proof that a stack is gone: two inventories by tag, a settle time apart, written beside the as-run.

Exit code 0 of a destroy proves nothing: protected, retained and cut-off things survive it. So the cloud itself is
asked, strays are removed by their identity, and it is asked again. Strays are removed only when the engine's books were
read and hold nothing of the stack: unreadable, unknown or living is a reason to look, never to remove.
"""

import fcntl
import json
import os
from collections.abc import Callable, Collection, Sequence
from dataclasses import asdict
from datetime import datetime
from pathlib import Path
from typing import Any

from eventstack.deploy import guards, private
from eventstack.deploy.checkpoint import Checkpoint
from eventstack.deploy.deployer import Evidence, Found
from eventstack.errors import StoreError
from eventstack.planning import naming
from eventstack.planning.plan import StackPlan, sha256

FORMAT = 1
"""Version of the evidence file's form."""

Remove = Callable[[Found], None]
"""Removes exactly one thing of an inventory."""

Accounted = Callable[[StackPlan], list[dict[str, Any]]]
"""What may outlive a stack, a line each: the recording, the sealed keys, the records. A line's `identity`, if it has
one, excuses the thing of that identity in an inventory."""


def take(
    plan: StackPlan,
    books: Checkpoint,
    *,
    inventory: guards.Inventory,
    remove: Remove,
    accounted: Accounted,
    retained: Collection[str] = (),
    spared: Callable[[], str] = lambda: "",
    lifted: bool = False,
    clock: Callable[[], datetime],
    sleep: Callable[[float], None],
) -> tuple[Evidence, dict[str, Any]]:
    """Look, remove strays, settle, look again; the verdict and its line in the evidence file.

    `retained` are the URNs of what the program wanted to outlive its stack: no stray, and yet not clean without a line
    that accounts for it. `spared` says, after the first inventory, why strays are only looked at (it is on air, or
    held), "" when they may go; `lifted` that a person wants even what is on air gone.

    Raises:
        Retryable: when an inventory can't be read.
    """
    name = f"{plan.build.project}/{plan.build.stack}"
    lines = accounted(plan)
    excused = {str(line["identity"]) for line in lines if "identity" in line}
    first, first_at = guards.look(inventory, plan.build.tags, name), clock()
    why_spared = spared()
    may_remove = books.existence == "present" and not books.resources and not why_spared
    kept = {naming.urn_hash(urn) for urn in retained}
    strays = [
        found for found in _strays(first, excused, with_on_air=lifted) if found.tag.get("eventstack-urn") not in kept
    ]
    removed = [_remove(found, remove) for found in strays] if may_remove else []
    sleep(plan.settle_s)
    second, second_at = guards.look(inventory, plan.build.tags, name), clock()
    clean = not _strays(second, excused, with_on_air=True) and not books.resources and books.existence != "unknown"
    line = {
        "project": plan.build.project,
        "stack": plan.build.stack,
        "layer": plan.build.layer,
        "owner": plan.build.owner,
        "incarnation": plan.build.incarnation,
        "tags": plan.build.tags,
        "build_hash": plan.build_hash,
        "plan_hash": plan.plan_hash,
        "settle_s": plan.settle_s,
        "inventories": [_inventory(first, first_at), _inventory(second, second_at)],
        "removed": removed,
        "spared": why_spared,
        "retained": sorted(retained),
        "accounted": lines,
        "engine": {
            "existence": books.existence,
            "resources": list(books.resources),
            "pending": list(books.pending),
            "detail": books.detail,
        },
        "clean": clean,
    }
    return Evidence(clean, (tuple(first), tuple(second)), tuple(lines), spared=why_spared), line


def _strays(items: Sequence[Found], excused: set[str], *, with_on_air: bool = False) -> list[Found]:
    return [found for found in items if found.identity not in excused and (with_on_air or not found.on_air)]


def _remove(found: Found, remove: Remove) -> dict[str, Any]:
    line = {"kind": found.kind, "identity": found.identity, "error": ""}
    try:
        remove(found)
    except Exception as error:  # noqa: BLE001 - whatever a cloud's removal raises, the thing is named and still there
        line["error"] = str(error) or type(error).__name__
    return line


def _inventory(items: Sequence[Found], at: datetime) -> dict[str, Any]:
    plain = [asdict(found) for found in items]
    return {"at": at.isoformat().replace("+00:00", "Z"), "items": plain, "sha256": sha256(plain)}


def write(path: Path, occurrence: str, line: dict[str, Any]) -> None:
    """Put a stack's line into the occurrence's evidence file, in place of an older one of the same stack.

    Raises:
        StoreError: when the file that is there can't be read; it is not overwritten.
    """
    path.parent.mkdir(parents=True, exist_ok=True)
    folder = os.open(path.parent, os.O_RDONLY)
    try:
        fcntl.flock(folder, fcntl.LOCK_EX)
        stacks = [old for old in _lines(path) if (old["project"], old["stack"]) != (line["project"], line["stack"])]
        content = {
            "format": FORMAT,
            "occurrence": occurrence,
            "clean": all(entry["clean"] for entry in [*stacks, line]),
            "stacks": [*stacks, line],
        }
        private.replace(path, json.dumps(content, indent=2, sort_keys=True) + "\n")
    finally:
        os.close(folder)


def _lines(path: Path) -> list[dict[str, Any]]:
    if not path.exists():
        return []
    try:
        return list(json.loads(path.read_text())["stacks"])
    except (ValueError, KeyError, TypeError) as error:
        raise StoreError(
            f"the evidence {path} can't be read: {error}; mend it, or move it away, then call again"
        ) from error
