"""Every shipped profile on every cloud comes to the plan, or to the refusal, that is kept beside this file.

A change that is meant is taken over by `python -m tests.planning.test_golden` (from the repository's root); what it
means for events then stands in the difference. Plans are canonical JSON, laid out for reading. Prices are not in them:
they change with their tables, and `tests/cost` looks after those.
"""

import json
from pathlib import Path
from typing import Any

import pytest

from eventstack.clouds import CLOUDS
from eventstack.planning.plan import StackPlan, canonical
from tests.pages.shipped import PROFILES, outcome, refusal

FOLDER = Path(__file__).parent / "golden"
PAIRS = [(profile, cloud) for profile in PROFILES for cloud in CLOUDS]


def golden(profile: str, cloud: str) -> tuple[str, str]:
    """The name and the text of one golden file."""
    found = outcome(profile, cloud)
    if found.plan is None:
        return f"{profile}.{cloud}.refused.txt", refusal(found.faults)
    return f"{profile}.{cloud}.json", laid_out(json.loads(found.plan.to_json())) + "\n"


def laid_out(value: Any, indent: str = "", taken: int = 0) -> str:
    """JSON with sorted keys in which what fits on a line stands on one: a rung, a step, a step's reason."""
    flat = json.dumps(value, sort_keys=True, ensure_ascii=False)
    if len(indent) + taken + len(flat) < 120 or not isinstance(value, dict | list) or not value:
        return flat
    inner = indent + "  "
    if isinstance(value, dict):
        items = [f"{json.dumps(key)}: {laid_out(value[key], inner, len(key) + 4)}" for key in sorted(value)]
    else:
        items = [laid_out(item, inner) for item in value]
    begin, end = "{}" if isinstance(value, dict) else "[]"
    return f"{begin}\n{inner}" + f",\n{inner}".join(items) + f"\n{indent}{end}"


@pytest.mark.parametrize(("profile", "cloud"), PAIRS, ids=[".".join(pair) for pair in PAIRS])
def test_a_shipped_profile_comes_to_what_is_kept(profile: str, cloud: str) -> None:
    name, text = golden(profile, cloud)
    kept = FOLDER / name
    assert kept.is_file(), f"{name} is new: take it over if it is meant"
    assert text == kept.read_text(encoding="utf-8")


def test_nothing_else_is_kept() -> None:
    assert {path.name for path in FOLDER.iterdir()} == {golden(*pair)[0] for pair in PAIRS}


@pytest.mark.parametrize("path", sorted(FOLDER.glob("*.json")), ids=lambda path: path.stem)
def test_what_is_kept_reads_back_as_the_plan(path: Path) -> None:
    profile, cloud = path.stem.rsplit(".", 1)
    kept = StackPlan.from_json(path.read_bytes())
    assert kept == outcome(profile, cloud).plan
    assert canonical(json.loads(path.read_bytes())) == kept.to_json()


if __name__ == "__main__":
    FOLDER.mkdir(exist_ok=True)
    for old in FOLDER.iterdir():
        old.unlink()
    for pair in PAIRS:
        name, text = golden(*pair)
        (FOLDER / name).write_text(text, encoding="utf-8")
