"""The plan's canonical JSON: one text, without floats, read back as the same plan."""

import json
import random
from collections.abc import Callable
from typing import Any

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from eventstack.planning.parts import Archive, Build, Cdn, Drm, Encoder, Packager, Parent, Rendition, Segment
from eventstack.planning.plan import FORMAT, Gates, StackPlan, Timeline, canonical, sha256

words = st.text(st.characters(exclude_categories=["Cs"]), max_size=12)
counts = st.integers(0, 2**40)
outputs = st.recursive(
    st.none() | st.booleans() | counts | words,
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(words, inner, max_size=3),
    max_leaves=8,
)
parents = st.builds(
    Parent,
    layer=words,
    project=words,
    stack=words,
    incarnation=counts,
    outputs=st.dictionaries(words, outputs, max_size=4),
    outputs_hash=words,
)
renditions = st.builds(
    Rendition,
    name=words,
    codec=st.sampled_from(["avc", "hevc"]),
    profile=words,
    width=counts,
    height=counts,
    frame_rate=words,
    bitrate=counts,
    max_bitrate=counts,
    buffer_bits=counts,
    preset=words,
)
builds = st.builds(
    Build,
    format=st.integers(1, FORMAT),
    layer=st.sampled_from(["foundation", "series", "event"]),
    owner=words,
    occurrence=words,
    incarnation=counts,
    cloud=words,
    project=words,
    stack=words,
    tags=st.dictionaries(words, words, max_size=4),
    parents=st.lists(parents, max_size=2).map(tuple),
    epoch=words,
    segment=st.none() | st.builds(Segment, duration=words, timescale=counts, ticks=counts),
    encoder=st.none()
    | st.builds(
        Encoder, renditions=st.lists(renditions, max_size=3).map(tuple), audio=st.just(()), slate=st.booleans()
    ),
    packager=st.none() | st.builds(Packager, hls=st.booleans(), dash=st.booleans(), window_s=counts),
    drm=st.none()
    | st.builds(
        Drm,
        scheme=st.sampled_from(["cenc", "cbcs"]),
        systems=st.lists(words, max_size=3).map(tuple),
        content_id=words,
        labels=st.lists(words, max_size=2).map(tuple),
        key_source=st.just("local"),
    ),
    cdn=st.none() | st.builds(Cdn, path=words),
    archive=st.none() | st.builds(Archive, path=words, vod=st.booleans()),
)
plans = st.builds(
    StackPlan,
    build=builds,
    title=words,
    profile=words,
    timeline=st.none()
    | st.builds(
        Timeline, up_from=words, line_up_from=words, on_air_from=words, on_air_until=st.none() | words, tail_s=counts
    ),
    gates=st.none() | st.builds(Gates, hops=st.lists(words, max_size=3).map(tuple), in_a_row=counts, give_up_s=counts),
    lead_s=counts,
    sources=st.dictionaries(words, words, max_size=3),
)


@given(plans)
def test_a_plan_survives_its_json(plan: StackPlan) -> None:
    again = StackPlan.from_json(plan.to_json())
    assert again == plan
    assert (again.build_hash, again.plan_hash) == (plan.build_hash, plan.plan_hash)


@given(plans, st.randoms(use_true_random=False))
def test_the_order_of_keys_does_not_matter(plan: StackPlan, chance: random.Random) -> None:
    def shuffled(value: Any) -> Any:
        if isinstance(value, dict):
            items = list(value.items())
            chance.shuffle(items)
            return {key: shuffled(item) for key, item in items}
        return [shuffled(item) for item in value] if isinstance(value, list) else value

    text = json.dumps(shuffled(json.loads(plan.to_json())))
    assert StackPlan.from_json(text).to_json() == plan.to_json()


@given(st.dictionaries(words, outputs, max_size=6))
def test_canonical_json_sorts_its_keys(value: dict[str, Any]) -> None:
    assert canonical(dict(reversed(value.items()))) == canonical(value)
    assert sha256(value) == sha256(dict(reversed(value.items())))


@given(plans)
def test_no_number_of_a_plan_is_a_float(plan: StackPlan) -> None:
    def refuse(text: str) -> Any:
        raise AssertionError(text)

    reader: Callable[[str], Any] = refuse
    json.loads(plan.to_json(), parse_float=reader)


@pytest.mark.parametrize("text", ["", "null", "[]", "{}", '{"build": 1}'])
def test_anything_else_is_no_plan(text: str) -> None:
    with pytest.raises(msgspec.DecodeError):
        StackPlan.from_json(text)
