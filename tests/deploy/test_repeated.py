"""What a repeated `up` may do: what is left of what was previewed, with the values that were previewed."""

from pathlib import Path
from typing import Any

import msgspec
import pytest

from eventstack.deploy import previewed
from eventstack.deploy.repeated import SIGNED, UNKNOWN, surplus
from eventstack.deploy.saved_plan import Planned, read

FEED = "urn::feed"


def entry(step: str, **diff: Any) -> Planned:
    return msgspec.convert({"goal": {"type": "t", "inputDiff": diff}, "steps": [step]}, Planned)


def secret(sealed: str) -> dict[str, str]:
    return {SIGNED: "1b47061264138c4ac30d75fd1eb44270", "ciphertext": sealed}


@pytest.mark.parametrize(
    ("op", "old", "new"),
    [
        ("same", entry("create", adds={"size": 1}), entry("same")),
        ("create", entry("create", adds={"size": 1}), entry("create", adds={"size": 1})),
        ("create", entry("create", adds={"feed": UNKNOWN}), entry("create", adds={"feed": "arn:1"})),
        ("create", entry("create", adds={"of": [{"a": UNKNOWN}]}), entry("create", adds={"of": [{"a": 1}]})),
        ("create", entry("create", adds={"key": secret("x")}), entry("create", adds={"key": secret("y")})),
        ("create", entry("update", updates={"size": 2}), entry("create", adds={"size": 2, "name": "n"})),
        ("create", entry("same"), entry("create", adds={"size": 1})),
        ("update", entry("create", adds={"size": 1}), entry("update")),
        ("update", entry("create", adds={"size": 1}), entry("update", updates={"size": 1}, deletes=["zone"])),
        (
            "update",
            entry("update", updates={"size": 2}, deletes=["a"]),
            entry("update", adds={"size": 2}, deletes=["a"]),
        ),
        ("create", None, entry("create", adds={"size": 1})),
    ],
)
def test_what_is_left_of_a_preview_may_be_done(op: str, old: Planned | None, new: Planned) -> None:
    assert surplus({(FEED, op)}, [FEED], {FEED: old} if old else {}, {FEED: new}) == ()


@pytest.mark.parametrize(
    ("op", "old", "new", "text"),
    [
        ("replace", entry("create"), entry("replace"), "replace urn::feed"),
        ("delete", entry("create"), entry("delete"), "delete urn::feed"),
        (
            "create",
            entry("create", adds={"size": 1}),
            entry("create", adds={"size": 2, "zone": "b"}),
            "create urn::feed with another size, zone",
        ),
        (
            "create",
            entry("create", adds={"of": [{"a": 1}]}),
            entry("create", adds={"of": [{"a": 2}]}),
            "create urn::feed with another of",
        ),
        (
            "create",
            entry("update", updates={"size": 2}),
            entry("create", adds={"size": 3}),
            "create urn::feed with another size",
        ),
        ("update", entry("same"), entry("update", updates={"size": 2}), "update urn::feed with another size"),
        (
            "update",
            entry("update", updates={"a": 1}),
            entry("update", deletes=["b"]),
            "update urn::feed with another b",
        ),
    ],
)
def test_what_goes_beyond_it_is_named(op: str, old: Planned, new: Planned, text: str) -> None:
    assert surplus({(FEED, op)}, [FEED], {FEED: old}, {FEED: new}) == (text,)


def test_a_resource_that_no_preview_saw_goes_beyond_it() -> None:
    assert surplus({("urn::more", "create")}, [FEED], {}, {}) == ("create urn::more",)


@pytest.mark.parametrize(
    "text", ["", "[]", "null", "\xff", '{"resourcePlans": {"a": []}}', '{"resourcePlans": {"a": {"goal": "x"}}}']
)
def test_a_saved_plan_of_another_shape_compares_nothing(tmp_path: Path, text: str) -> None:
    file = tmp_path / "engine-plan.json"
    file.write_text(text, encoding="latin-1")
    assert read(file) == {}
    assert previewed.goals(tmp_path) == previewed.needs(tmp_path) == {}
